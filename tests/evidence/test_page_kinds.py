"""What a page can turn out to be, and what it can try, each with one plain sentence."""

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from evidence.capture import PageCapture, capture_page
from evidence.wacz import ARCHIVE
from records.post import Media, Post
from tests.servers import site_pages
from tests.servers.site import Canary, Site

POST = Post(id="7", source="example", text=site_pages.WORDS)
CUT = "The page: the site's answer broke off before its end."
WORDS_MISSING = "The page: the words of the post were not found on it."
WALL = "The page: the site asks visitors to sign in first."
GONE = "The page: the site says that the post is no longer there."
BOT = "The page: the site asks for proof that its visitor is a person."


def _capture(site: Site, path: str, browser: Path | None, seconds: float = 60) -> PageCapture:
    return capture_page(
        site.url(path), browser=browser, allow_loopback=True, seconds=seconds, post=POST
    )


@pytest.mark.parametrize(
    ("path", "grade", "missing"),
    [
        ("/app", "complete", ()),
        ("/feed", "complete", ()),
        ("/gone-later", "gone", (GONE,)),
        ("/deleted", "gone", (GONE,)),
        ("/wall", "login wall", (WALL,)),
        ("/bot-check", "blocked", (BOT,)),
        ("/cut", "partial", (WORDS_MISSING, CUT)),
        ("/post", "partial", (WORDS_MISSING,)),
    ],
)
def test_what_a_page_turned_out_to_be_is_said(
    chromium: Path, site: Site, path: str, grade: str, missing: tuple[str, ...]
) -> None:
    got = _capture(site, path, chromium)
    assert (got.grade, got.missing) == (grade, missing)
    assert "page-as-loaded.png" in got.pictures
    assert ("page.wacz" in got.pictures) == (path != "/cut")


def test_an_endless_feed_is_cut_at_the_limit_and_its_post_found(chromium: Path, site: Site) -> None:
    got = _capture(site, "/feed", chromium)
    assert "The full picture stops at 12000 pixels; the page goes on." in got.report["remarks"]
    with Image.open(io.BytesIO(got.pictures["page-post.png"])) as post:
        assert post.height < 200


def test_a_page_of_any_size_costs_the_limit_and_no_more(chromium: Path, site: Site) -> None:
    got = _capture(site, "/huge", chromium, seconds=40)
    assert got.grade in {"partial", "failed"}
    assert got.missing
    assert sum(map(len, got.pictures.values())) < 64 * 1024 * 1024


def test_downloads_of_a_page_are_not_kept(chromium: Path, site: Site) -> None:
    got = _capture(site, "/downloads", chromium)
    assert got.report["title"] == "Downloads"
    assert not any(name.startswith("media") for name in got.pictures)


def test_frames_of_this_machines_files_stay_empty(chromium: Path, site: Site) -> None:
    got = _capture(site, "/stray-frames", chromium)
    secret = Path("/etc/passwd").read_bytes().splitlines()[0]
    assert got.report["title"] == "Frames"
    with zipfile.ZipFile(io.BytesIO(got.pictures["page.wacz"])) as package:
        assert not any(secret in package.read(name) for name in package.namelist())
        assert b"passwd" in got.pictures["page.html"]  # the page asked for it
        assert package.read(ARCHIVE)
    assert secret not in got.pictures["page.html"]


def test_attachments_are_fetched_through_the_guard(
    chromium: Path, site: Site, canary: Canary
) -> None:
    site.redirect_to = canary.url()
    places = (site.url("/redirect"), "http://169.254.169.254/x", "file:///etc/passwd")
    post = POST.model_copy(update={"media": tuple(Media(url=one) for one in places)})
    got = capture_page(None, browser=None, allow_loopback=True, post=post)
    assert got.pictures == {}
    assert [one["missing"] for one in got.report["attachments"]] == ["could not be fetched"] * 3
    assert canary.hits == 0


def test_without_a_browser_attachments_are_kept_all_the_same(site: Site) -> None:
    post = POST.model_copy(update={"media": (Media(url=site.url("/film.webm")),)})
    got = capture_page(site.url("/post"), browser=None, allow_loopback=True, post=post)
    assert got.grade == "failed"
    assert got.missing == ("The page: no browser is installed here, so there is no picture.",)
    assert set(got.pictures) == {"media-01.webm"}
    assert site.visits == ["/film.webm"]


def test_only_so_many_attachments_are_fetched(site: Site) -> None:
    media = tuple(Media(url=site.url("/film.webm")) for _ in range(10))
    got = capture_page(
        None, browser=None, allow_loopback=True, post=POST.model_copy(update={"media": media})
    )
    assert len(got.pictures) == 8
    assert got.missing[1:] == tuple(
        f"Attachment {number}: it was not fetched, because there are more than the limit."
        for number in (9, 10)
    )
