import io
import os
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from evidence import capture
from evidence.capture import PageCapture, capture_page
from evidence.frames import read_frames
from evidence.processes import family
from tests.servers.site import Canary, Site

NOBODY = -1


@pytest.fixture(autouse=True)
def workshop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Private folders of these tests lie here, so that their processes are known from others.

    Its path is short, since the browser's sockets have theirs below it.
    """
    with tempfile.TemporaryDirectory(prefix="nw-") as place:
        monkeypatch.setattr(capture, "MEMORY_FOLDER", Path(place))
        yield Path(place)


def _capture(site: Site, path: str, browser: Path, seconds: float = 45) -> PageCapture:
    return capture_page(site.url(path), browser=browser, allow_loopback=True, seconds=seconds)


def _size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def _colours(png: bytes) -> set[Any]:
    with Image.open(io.BytesIO(png)) as picture:
        found = picture.convert("RGB").getcolors(picture.width * picture.height)
    return {colour for _, colour in found or ()}


def test_a_post_page_is_pictured_untouched_and_whole(chromium: Path, site: Site) -> None:
    got = _capture(site, "/post", chromium)
    assert got.grade == "complete"
    assert got.missing == ()
    assert _size(got.pictures["page-as-loaded.png"]) == (1280, 900)
    width, height = _size(got.pictures["page-full.png"])
    assert width == 1280
    assert height > 2900
    assert got.report["final_url"] == site.url("/post")
    assert got.report["status"] == 200
    assert got.report["title"] == "A post on Example"
    assert got.report["browser"].startswith("Chromium ")
    assert got.report["changes"] == [
        "A bar that follows the reader was put in its place, since it covered the page.",
        "After the first picture the page was scrolled through and back.",
    ]


def test_a_late_picture_is_in_the_whole_page(chromium: Path, site: Site) -> None:
    got = _capture(site, "/post", chromium)
    assert "/picture.svg" in site.visits
    red = (0xD4, 0x35, 0x1C)
    assert red in _colours(got.pictures["page-full.png"])
    assert red not in _colours(got.pictures["page-as-loaded.png"])


def test_each_capture_starts_without_the_cookies_of_the_last(chromium: Path, site: Site) -> None:
    for _ in range(2):
        _capture(site, "/post", chromium)
    assert site.visits.count("/post") == 2
    assert "/post" not in {path for path, _ in site.cookies}


def test_a_redirect_is_followed_and_reported(chromium: Path, site: Site) -> None:
    got = _capture(site, "/redirect", chromium)
    assert got.grade == "complete"
    assert got.report["final_url"] == site.url("/post")
    assert "The site sent the browser on to another address." in got.report["remarks"]


@pytest.mark.parametrize(
    ("path", "grade", "missing"),
    [
        (
            "/gone",
            "gone",
            "The page: the site answered 404, which means that the post is no longer there.",
        ),
        ("/members-only", "login wall", "The page: the site asks visitors to sign in first."),
        ("/never-ends", "partial", "The page: it was still loading when it was pictured."),
        ("/never-answers", "failed", "The page: The site did not answer in time."),
        ("/file", "failed", "The page: The address leads to a file and not to a page."),
    ],
)
def test_what_is_missing_is_said_plainly(
    chromium: Path, site: Site, path: str, grade: str, missing: str
) -> None:
    got = _capture(site, path, chromium, seconds=40)
    assert (got.grade, got.missing) == (grade, (missing,))
    assert ("page-as-loaded.png" in got.pictures) == (grade != "failed")


def test_a_page_without_end_is_cut_at_the_limit(chromium: Path, site: Site) -> None:
    got = _capture(site, "/long", chromium)
    assert _size(got.pictures["page-full.png"]) == (1280, 12_000)
    assert "The full picture stops at 12000 pixels; the page goes on." in got.report["remarks"]


@pytest.mark.parametrize("target", ["CANARY", "http://169.254.169.254/", "https://10.0.0.1/"])
def test_a_redirect_into_a_private_network_is_refused(
    chromium: Path, site: Site, canary: Canary, target: str
) -> None:
    site.redirect_to = target.replace("CANARY", canary.url())
    got = _capture(site, "/redirect", chromium)
    assert got.grade == "failed"
    assert got.missing == ("The page: It led to an address inside a private network.",)
    assert canary.hits == 0


def test_frames_requests_and_sockets_of_a_page_reach_nothing_inside(
    chromium: Path, site: Site, canary: Canary
) -> None:
    spellings = (
        *("127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f.1", "0x7f000001", "0x7F.0.0.0x1"),
        *("017700000001", "0177.0.0.1", "0", "0.0.0.0", "127.0.0.1.", "localhost", "LOCALHOST"),
        *("localhost.", "a.localhost", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"),
    )
    site.targets = [canary.url(host) for host in spellings]
    got = _capture(site, "/reaches-out", chromium)
    assert got.grade == "complete"
    assert any(remark.startswith("Sites not reached") for remark in got.report["remarks"])
    assert canary.hits == 0


def test_a_call_over_udp_reaches_nothing(chromium: Path, site: Site, canary: Canary) -> None:
    site.stun_port = canary.port
    assert _capture(site, "/calls", chromium).grade == "complete"
    assert canary.hits == 0


def test_without_leave_a_page_on_this_machine_is_not_visited(chromium: Path, site: Site) -> None:
    got = capture_page(site.url("/post"), browser=chromium)
    assert got.missing == ("The page: It led to an address inside a private network.",)
    assert site.visits == []


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "javascript:1", "about:blank", "", "http://", "http://u:p@x/"]
)
def test_only_web_addresses_are_visited(url: str) -> None:
    got = capture_page(url, browser=Path("/nonexistent"))
    assert (got.grade, got.missing) == ("failed", ("The page: the post has no web address.",))


def test_nothing_is_left_behind(chromium: Path, site: Site, workshop: Path) -> None:
    _capture(site, "/post", chromium)
    assert list(workshop.iterdir()) == []
    assert family(NOBODY, workshop) == set()


def test_a_browser_that_hangs_is_ended_in_time_with_all_its_processes(
    site: Site, workshop: Path, tmp_path: Path
) -> None:
    browser = tmp_path / "browser"
    browser.write_text("#!/bin/sh\nsleep 600 & sleep 600\n")
    browser.chmod(0o755)
    began = time.monotonic()
    got = _capture(site, "/post", browser, seconds=3)
    assert time.monotonic() - began < 15
    assert got.grade == "failed"
    assert got.missing == ("The page: the browser was stopped because it took too long.",)
    assert list(workshop.iterdir()) == []
    assert family(NOBODY, workshop) == set()


def test_a_page_that_keeps_the_browser_busy_costs_the_limit_and_no_more(
    chromium: Path, site: Site, workshop: Path
) -> None:
    began = time.monotonic()
    got = _capture(site, "/busy", chromium, seconds=12)
    assert time.monotonic() - began < 30
    assert got.grade != "complete"
    assert got.missing
    assert family(NOBODY, workshop) == set()


def test_pictures_taken_before_the_end_are_kept(chromium: Path, site: Site) -> None:
    cut = (
        b'{"name": "page-as-loaded.png", "length": 3}\nabc{"name": "page-full.png", "length": 9}\nx'
    )
    assert read_frames(cut) == {"page-as-loaded.png": b"abc"}
    assert read_frames(b"noise\n" + cut) == {}


def test_a_killed_program_leaves_no_browser_behind(
    chromium: Path, site: Site, workshop: Path
) -> None:
    program = (
        "import sys; from pathlib import Path; from evidence import capture;"
        "capture.MEMORY_FOLDER = Path(sys.argv[1]);"
        "capture.capture_page(sys.argv[2], browser=Path(sys.argv[3]), allow_loopback=True)"
    )
    arguments = [str(workshop), site.url("/never-answers"), str(chromium)]
    running = subprocess.Popen([sys.executable, "-c", program, *arguments])
    assert _soon(lambda: site.visits == ["/never-answers"])
    assert family(NOBODY, workshop) - {running.pid}
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert _soon(lambda: family(NOBODY, workshop) == set())
    assert _soon(lambda: list(workshop.iterdir()) == [])


def test_folders_of_a_capture_that_was_lost_are_removed_by_a_later_one(workshop: Path) -> None:
    old, young = workshop / "namewatch-page-old", workshop / "namewatch-page-young"
    for folder in (old, young):
        folder.mkdir()
    os.utime(old, (0, 0))
    with capture.private_folder():
        assert not old.exists()
        assert young.exists()


def test_a_browser_that_does_not_start_is_said_and_gets_no_secret(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAMEWATCH_SMTP_PASSWORD", "open-sesame")
    seen, browser = tmp_path / "environment", tmp_path / "browser"
    browser.write_text(f"#!/bin/sh\nenv > {seen}\nexit 1\n")
    browser.chmod(0o755)
    got = _capture(site, "/post", browser)
    assert got.missing == ("The page: the browser could not be started.",)
    assert "open-sesame" not in seen.read_text()
    assert "HOME=" in seen.read_text()


def _soon(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.1)
    return False
