"""One page like the real ones, captured once and looked at from all sides."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator
from PIL import Image

from evidence.capture import PageCapture, capture_page
from evidence.wacz import ARCHIVE, CHECK, DESCRIPTION, INDEX
from records.post import Author, Media, Post
from tests.servers import site_pages
from tests.servers.site import DRAWING, Site

POST = Post(
    id="7",
    source="example",
    text=f"{site_pages.WORDS} https://far.example/1",
    author=Author(name="Bob Example", handle="bob.example"),
)
RED, BLUE, BLACK, YELLOW, GREEN = (
    (0xD4, 0x35, 0x1C),
    (0x1D, 0x70, 0xB8),
    (0x0B, 0x0C, 0x0C),
    (0xFF, 0xDD, 0x00),
    (0x00, 0x70, 0x3C),
)


@dataclass(frozen=True)
class Captured:
    site: Site
    page: PageCapture


@pytest.fixture(scope="module")
def social(chromium: Path) -> Iterator[Captured]:
    with Site() as site:
        picture = io.BytesIO()
        Image.new("RGB", (8, 8), RED).save(picture, "PNG")
        site.files["/attached"] = ("text/html", picture.getvalue())
        media = [site.url(path) for path in ("/attached", "/film.webm", "/picture.svg", "/none")]
        post = POST.model_copy(update={"media": tuple(Media(url=url) for url in media)})
        page = capture_page(
            site.url("/social"), browser=chromium, allow_loopback=True, seconds=90, post=post
        )
        yield Captured(site, page)


def _picture(social: Captured, name: str) -> Image.Image:
    return Image.open(io.BytesIO(social.page.pictures[name])).convert("RGB")


def _colours(social: Captured, name: str) -> set[object]:
    picture = _picture(social, name)
    found = picture.getcolors(picture.width * picture.height)
    return {colour for _, colour in found or ()}


def _archive(social: Captured) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(social.page.pictures["page.wacz"]))


def _answers(social: Captured) -> dict[str, bytes]:
    warc = io.BytesIO(_archive(social).read(ARCHIVE))
    return {
        record.headers["WARC-Target-URI"]: record.reader.read()
        for record in ArchiveIterator(warc)
        if record.headers["WARC-Type"] == "response"
    }


def test_it_is_complete_though_an_attachment_is_missing(social: Captured) -> None:
    assert social.page.report["status"] == 200
    assert social.page.report["title"] == "A thread on Example"
    assert social.page.missing == (
        "Attachment 3: it is of no kind that is kept.",
        "Attachment 4: it could not be fetched.",
    )


def test_the_first_picture_is_as_the_visitor_saw_it(social: Captured) -> None:
    untouched = _picture(social, "page-as-loaded.png")
    assert untouched.size == (1280, 900)
    assert untouched.getpixel((640, 890)) == BLACK  # the cookie banner
    assert untouched.getpixel((1130, 310)) == YELLOW  # the chat
    assert untouched.getpixel((640, 5)) == BLUE


def test_the_picture_of_the_post_shows_it_alone_and_uncovered(social: Captured) -> None:
    width, height = _picture(social, "page-post.png").size
    assert (width, 300 < height < 500) == (696, True)
    assert BLUE not in _colours(social, "page-post.png")
    assert RED not in _colours(social, "page-post.png")


def test_the_full_picture_shows_what_came_late_and_nothing_that_floats(social: Captured) -> None:
    assert {RED, BLUE} <= _colours(social, "page-full.png")
    whole = _picture(social, "page-full.png")
    assert whole.height > 2000
    assert whole.getpixel((640, 890)) != BLACK
    assert whole.getpixel((1130, 310)) != YELLOW


def test_every_change_is_told(social: Captured) -> None:
    assert social.page.report["changes"] == [
        "A cookie banner was taken out of view; no choice was made in it.",
        "A bar that follows the reader was put in its place, since it covered the page.",
        "Something that floats over the page was taken out of view.",
        "After the first picture the page was scrolled through and back.",
    ]


def test_the_code_and_the_print_are_kept(social: Captured) -> None:
    dom = social.page.pictures["page.html"].decode()
    assert dom.startswith("<!doctype html>\n<html")
    assert site_pages.WORDS in dom
    assert "12 likes" in dom  # what a script put there
    assert "display: none" not in dom  # from before the changes
    assert social.page.pictures["page.pdf"].startswith(b"%PDF-")


def test_the_card_is_drawn_by_the_browser(social: Captured) -> None:
    card = _picture(social, "card.png")
    assert card.width == 720
    assert card.getpixel((700, 10)) == BLACK
    assert 150 < card.height < 600


def test_attachments_are_kept_by_what_they_are_and_not_by_what_is_said_of_them(
    social: Captured,
) -> None:
    parts = social.page.pictures
    assert parts["media-01.png"].startswith(b"\x89PNG")
    assert parts["media-02.webm"] == social.site.files["/film.webm"][1]
    assert not any(name.startswith(("media-03", "media-04")) for name in parts)
    assert [one.get("file") for one in social.page.report["attachments"]] == [
        "media-01.png",
        "media-02.webm",
        None,
        None,
    ]


def test_all_traffic_is_in_the_archive_frames_of_other_sites_and_workers_too(
    social: Captured,
) -> None:
    answers = _answers(social)
    here, there = social.site.url(""), f"http://localhost:{social.site.port}"
    assert answers[f"{here}/picture.svg"] == DRAWING
    assert answers[f"{there}/embed"] == site_pages.EMBED.encode()
    assert answers[f"{there}/embed.css"] == site_pages.EMBED_CSS
    assert answers[f"{here}/from-worker"] == b"What a worker asked for"
    assert answers[f"{here}/film.webm"] == social.site.files["/film.webm"][1]
    assert json.loads(answers[f"{here}/likes"]) == {"likes": 12}


def test_a_packed_answer_is_archived_unpacked_and_says_so(social: Captured) -> None:
    warc = io.BytesIO(_archive(social).read(ARCHIVE))
    for record in ArchiveIterator(warc):
        if record.headers["WARC-Type"] == "response" and record.headers["WARC-Target-URI"].endswith(
            "/packed.css"
        ):
            said = {name.lower(): value for name, value in record.http_headers.items()}
            assert record.reader.read() == site_pages.PACKED_CSS
            assert said["x-archive-orig-content-encoding"] == "br"
            assert "content-encoding" not in said
            assert said["content-length"] == str(len(site_pages.PACKED_CSS))
            return
    pytest.fail("the packed answer is not in the archive")


def test_an_endless_answer_is_archived_as_far_as_it_came_and_listed(social: Captured) -> None:
    stream = social.site.url("/stream")
    assert _answers(social)[stream].startswith(b"data: A live line\n\n")
    assert social.page.report["archive"]["missed_addresses"] == [
        {
            "address": stream,
            "why": "The answer had not ended when the page was left;"
            " its beginning is in the archive.",
        }
    ]
    assert "Not in the archive, or only in part: 1 answers." in social.page.report["remarks"]


def test_what_was_posted_is_archived_and_can_be_found_again(social: Captured) -> None:
    index = _archive(social).read(INDEX).decode()
    assert "/likes?__wb_method=post&post=7&with=a&with.2_=2&with.3_=true " in index
    warc = io.BytesIO(_archive(social).read(ARCHIVE))
    posted = [
        record.reader.read()
        for record in ArchiveIterator(warc)
        if record.headers["WARC-Type"] == "request"
        and record.headers["WARC-Target-URI"].endswith("/likes")
    ]
    assert json.loads(posted[0]) == {"post": 7, "deep": {"with": ["a", 2, True]}}


def test_every_sum_is_sha_256_and_right(social: Captured, tmp_path: Path) -> None:
    warc = _archive(social).read(ARCHIVE)
    for record in ArchiveIterator(io.BytesIO(warc)):
        assert record.headers["WARC-Block-Digest"].startswith("sha256:")
    file = tmp_path / "page.warc.gz"
    file.write_bytes(warc)
    fastwarc = [str(Path(sys.executable).with_name("fastwarc")), "check", "-q", "-p", str(file)]
    assert subprocess.run(fastwarc, check=False).returncode == 0
    assert subprocess.run(["gzip", "-t", str(file)], check=False).returncode == 0
    file.write_bytes(warc[:-40])
    assert subprocess.run(fastwarc, check=False, capture_output=True).returncode != 0


def test_the_package_describes_what_is_in_it(social: Captured) -> None:
    with _archive(social) as package:
        about = json.loads(package.read(DESCRIPTION))
        assert about["mainPageURL"] == social.site.url("/social")
        listed = {one["path"] for one in about["resources"]}
        assert listed == set(package.namelist()) - {DESCRIPTION, CHECK}
        assert package.getinfo(ARCHIVE).compress_type == zipfile.ZIP_STORED


def test_the_report_names_no_post_and_its_sentences_no_address(social: Captured) -> None:
    said = [*social.page.missing, *social.page.report["remarks"], *social.page.report["changes"]]
    assert not any("127.0.0.1" in one or "invented" in one for one in said)
