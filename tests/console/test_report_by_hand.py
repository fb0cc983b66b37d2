"""Anybody on the staff reports what they saw: kept sealed, and answered in plain words."""

import base64
import io
import logging
import struct
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from PIL import Image
from sqlmodel import col, select
from starlette.testclient import TestClient

from console.app import create_app
from console.guard import STREAMED
from evidence.vault import WorkingKey, create_keys, read_public_keys
from records.audit import MACHINE
from records.database import reading
from records.report import Report, TakenReport
from tests.console.cast import (
    ALONGSIDE,
    CAST,
    LEAVER,
    LINE_MANAGER,
    NAMED,
    STRANGER,
    Office,
)
from tests.console.conftest import sign_in
from workflows.reports import opened

LINK = "https://social.example/@angry/112233"
NOTE = "quillwort-hemlock: seen on the bus"
Files = Sequence[tuple[str, bytes]]


def picture(form: str = "PNG", size: tuple[int, int] = (60, 40)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, format=form)
    return out.getvalue()


def flood() -> bytes:
    """A PNG of a few bytes that says it has ten thousand million pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", b""), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
MAIL = (
    b"From: somebody@elsewhere.example\r\nTo: staff@seo.example\r\nDate: today\r\n"
    b"Subject: look\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain\r\n\r\nI saw this about her.\r\n"
    b"--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + base64.b64encode(picture())
    + b"\r\n--b--\r\n"
)
PHONE_PICTURE = picture("JPEG") + b"SEFH and more that a phone writes"
ZIPPED = picture() + b"PK\x03\x04" + b"x" * 40 + b"PK\x05\x06" + b"\0" * 18
REFUSED = {
    "another kind of file": (b"MZ\x90\x00 a program", "is no picture"),
    "a page": (b"<html><script>alert(1)</script></html>", "is no picture"),
    "a picture with script": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is no picture"),
    "nothing": (b"", "is empty"),
    "a PNG that ends too early": (picture()[:-20], "is not complete"),
    "a JPEG that ends too early": (picture("JPEG")[:-20], "is not complete"),
    "a PDF that ends too early": (PDF[:20], "is not complete"),
    "a picture that is an archive too": (ZIPPED, "more than one thing"),
    "a picture that is a page too": (
        picture().replace(b"IDAT", b"tEXt<script>", 1) + b"<script>", "more than one thing"
    ),
    "a PDF behind something else": (b"<script>" + PDF, "more than one thing"),
    "a picture with too many pixels": (flood(), "too many pixels"),
    "a damaged picture": (b"\x89PNG\r\n\x1a\n" + b"x" * 60 + b"IEND\xaeB`\x82", "is damaged"),
    "a picture over 10 MB": (picture() + b"\0" * (10 * 2**20), "larger than 10 MB"),
}  # fmt: skip


class Counter:
    """A console at which reports are taken, and the key that opens them."""

    def __init__(self, office: Office, folder: Path) -> None:
        create_keys(folder)
        self.office = office
        self.key = WorkingKey(folder)
        desk = office.desk()
        desk.public_keys = read_public_keys(folder)
        self.app = create_app(desk, refusals_take=0)

    def browser(self, staff_id: str = STRANGER) -> TestClient:
        browser = TestClient(
            self.app,
            base_url="http://127.0.0.1",
            headers={"sec-fetch-site": "same-origin"},
            follow_redirects=False,
        )
        if staff_id:
            sign_in(browser, self.office, staff_id)
        return browser

    def taken(self) -> list[Report]:
        with reading(self.office.database) as session:
            query = select(TakenReport).order_by(col(TakenReport.id))
            return [opened(self.key, one) for one in session.exec(query)]


@pytest.fixture
def counter(office: Office, tmp_path: Path) -> Counter:
    return Counter(office, tmp_path / "keys")


def send(
    browser: TestClient, files: Files = (), typed: Mapping[str, str] | None = None
) -> tuple[int, str, str]:
    """Status, where it leads, and the page."""
    form = [("files", (name, content, "image/png")) for name, content in files]
    # A browser sends an empty part where nothing was chosen; it makes the form one with files.
    form = form or [("files", ("", b"", "application/octet-stream"))]
    answer = browser.post("/report", data=dict(typed or {}), files=form)
    return answer.status_code, answer.headers.get("location", ""), answer.text


@pytest.mark.clause("SPSO 25")
@pytest.mark.clause("WICS Protect ¶1")
def test_anybody_employed_reports_a_link_a_note_and_whom_it_is_about(counter: Counter) -> None:
    browser = counter.browser(STRANGER)
    form = browser.get("/report").text
    assert "Report something you saw" in form
    assert ">Fiona MacLeod</option>" in form
    assert "Isla Rennie</option>" not in form
    typed = {"link": LINK, "about": NAMED, "note": NOTE}
    assert send(browser, typed=typed)[:2] == (303, "/report/done")
    [report] = counter.taken()
    assert (report.via, report.reporter, report.about) == ("console", STRANGER, NAMED)
    assert (report.links, report.note) == ((LINK,), NOTE)


@pytest.mark.clause("SPSO 25")
def test_what_happens_next_is_said_plainly_and_that_they_will_not_see_the_record(
    counter: Counter,
) -> None:
    browser = counter.browser()
    typed = {"link": LINK}
    _, leads_to, _ = send(browser, typed=typed)
    text = browser.get(leads_to).text
    for words in ("Your report is kept", "never passed over", "You will not see the record"):
        assert words in text
    assert "told in private, by somebody who does that" in text
    assert "NW-" not in text


@pytest.mark.clause("SPSO 25")
def test_somebody_reports_something_about_themselves(counter: Counter) -> None:
    browser = counter.browser(NAMED)
    status, leads_to, _ = send(browser, typed={"link": LINK, "about": "me"})
    assert (status, leads_to) == (303, "/report/done?about=me")
    assert "talks to you in private" in browser.get(leads_to).text
    [report] = counter.taken()
    assert (report.reporter, report.about) == (NAMED, NAMED)


@pytest.mark.clause("SPSO 5")
@pytest.mark.clause("SPSO 63")
def test_pictures_papers_and_messages_are_taken_by_what_they_are_whatever_they_are_called(
    counter: Counter,
) -> None:
    files = [("a.exe", picture()), ("b", picture("JPEG")), ("c.png", PDF), ("d.txt", MAIL)]
    assert send(counter.browser(), files)[:2] == (303, "/report/done")
    [report] = counter.taken()
    assert report.screenshots == (picture(), picture("JPEG"), picture())
    assert report.papers == (PDF,)
    assert report.note.endswith("I saw this about her.")


def test_what_a_phone_writes_behind_the_end_of_a_picture_is_left_out(counter: Counter) -> None:
    assert send(counter.browser(), [("IMG_1.jpg", PHONE_PICTURE)])[0] == 303
    [report] = counter.taken()
    assert report.screenshots == (picture("JPEG"),)
    assert report.left_out == ("What stood behind the end of a picture was left out.",)


@pytest.mark.parametrize("what", REFUSED)
def test_a_bad_file_is_refused_with_one_sentence_and_nothing_typed_is_lost(
    counter: Counter, what: str
) -> None:
    content, says = REFUSED[what]
    typed = {"link": LINK, "about": ALONGSIDE, "note": NOTE}
    status, _, text = send(counter.browser(), [("x.png", content)], typed)
    assert status == 400
    assert text.count(says) == 2  # in the summary, and beside the field
    assert "<title>Error: " in text
    assert f'value="{LINK}"' in text
    assert f">{NOTE}</textarea>" in text
    assert f'value="{ALONGSIDE}" selected' in text
    assert "choose your files again" in text
    assert counter.taken() == []


def test_too_much_is_read_past_and_what_was_typed_is_still_there(counter: Counter) -> None:
    much = [("one.eml", MAIL + b"x" * 20 * 2**20), ("two.eml", MAIL + b"x" * 10 * 2**20)]
    status, _, text = send(counter.browser(), much, {"note": NOTE})
    assert status == 400
    assert "larger than 25 MB" in text
    assert NOTE in text
    assert counter.taken() == []


def test_what_is_far_too_large_is_refused_before_it_is_read(counter: Counter) -> None:
    browser = counter.browser()
    form = {"content-type": "multipart/form-data; boundary=b"}
    for length in (str(STREAMED["/report"] + 1), "many"):
        answer = browser.post("/report", content=b"", headers={**form, "content-length": length})
        assert answer.status_code == 413


def test_too_many_files_are_refused(counter: Counter) -> None:
    status, _, text = send(counter.browser(), [("x.png", picture())] * 9, {"note": NOTE})
    assert status == 400
    assert "Choose at most 8 files" in text
    assert NOTE in text


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({}, "Paste a link, or choose a screenshot"),
        ({"note": NOTE}, "Paste a link, or choose a screenshot"),
        ({"link": "javascript:alert(1)"}, "from https:// on"),
        ({"link": "social.example/1"}, "from https:// on"),
        ({"link": "https://social.example/" + "x" * 2048}, "from https:// on"),
        ({"link": LINK, "about": "s999"}, "Choose somebody from the list"),
        ({"link": LINK, "about": STRANGER}, "Choose somebody from the list"),
        ({"link": LINK, "note": "x" * 10_001}, "Use at most 10,000 characters"),
    ],
)
def test_what_is_typed_wrong_comes_back_with_one_sentence(
    counter: Counter, typed: dict[str, str], says: str
) -> None:
    status, _, text = send(counter.browser(STRANGER), typed=typed)
    assert status == 400
    assert says in text
    assert typed.get("note", "") in text
    assert counter.taken() == []


def test_the_same_form_sent_twice_is_one_report_and_a_changed_one_another(
    counter: Counter,
) -> None:
    browser = counter.browser()
    typed = {"link": LINK, "mark": "0123456789abcdef" * 2}
    for _ in range(2):
        assert send(browser, typed=typed)[0] == 303
    assert len(counter.taken()) == 1
    send(browser, typed={**typed, "note": NOTE})
    send(browser, [("x.png", picture())], typed)
    assert len(counter.taken()) == 3


def test_whoever_is_not_signed_in_or_has_left_hands_in_nothing(
    office: Office, counter: Counter
) -> None:
    leaver = counter.browser(LEAVER)
    office.later(days=1)
    for browser in (leaver, counter.browser("")):
        for path in ("/report", "/report/done"):
            assert browser.get(path).headers["location"].startswith("/sign-in")
        status, leads_to, _ = send(browser, [("x.png", picture())], {"link": LINK})
        assert (status, leads_to.startswith("/sign-in")) == (303, True)
    assert counter.taken() == []


@pytest.mark.clause("SPSO 68")
def test_whoever_reported_sees_nothing_of_the_record(office: Office, counter: Counter) -> None:
    reference = office.open()
    browser = counter.browser(STRANGER)
    send(browser, typed={"link": "https://social.example/post/1"})
    assert browser.get(f"/r/{reference}").status_code == 404


@pytest.mark.clause("SPSO 68")
def test_no_name_of_a_file_or_person_and_no_word_stands_in_a_log_the_trail_or_in_plain(
    office: Office, counter: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    browser = counter.browser(LINE_MANAGER)
    typed = {"link": LINK, "note": NOTE, "about": NAMED}
    send(browser, [("fiona-macleod-foxglove.png", picture())], typed)
    send(browser, [("fiona-macleod-foxglove.png", b"not a picture")], typed)
    page = send(browser, [("fiona-macleod-foxglove.png", b"not a picture")], typed)[2]
    assert "foxglove" not in page
    assert "foxglove" not in caplog.text
    assert NOTE not in caplog.text
    [entry] = office.trail("report taken")
    assert entry.actor == MACHINE
    for suffix in ("", "-wal"):
        content = Path(f"{office.database.url.database}{suffix}").read_bytes()
        for word in (b"foxglove", NOTE.encode(), LINK.encode()):
            assert word not in content


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"link=" + LINK.encode()),
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=b", b"--c\r\n\r\nnothing"),
        ("multipart/form-data; boundary=b", b"--b\r\nno header"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="note"\r\n\r\n'
            + b"x" * 500_000
            + b"\r\n--b--\r\n",
        ),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 30 + b"--b--\r\n",
        ),
    ],
    ids=["no files", "no boundary", "another boundary", "cut", "a field too long", "many fields"],
)
def test_what_no_browser_sends_is_refused_plainly(counter: Counter, kind: str, body: bytes) -> None:
    answer = counter.browser().post("/report", content=body, headers={"content-type": kind})
    assert answer.status_code == 400
    assert counter.taken() == []


def test_a_form_of_another_site_hands_in_nothing(counter: Counter) -> None:
    browser = counter.browser()
    answer = browser.post(
        "/report",
        files={"files": ("x.png", picture())},
        headers={"sec-fetch-site": "cross-site"},
    )
    assert answer.status_code == 403
    assert counter.taken() == []


def test_somebody_who_reports_without_end_has_to_wait(counter: Counter) -> None:
    browser = counter.browser()
    tries = [send(browser, typed={"link": f"{LINK}/{one}"})[0] for one in range(31)]
    assert tries == [303] * 30 + [429]


def test_practice_takes_reports_too_and_says_that_it_is_practice(
    office: Office, tmp_path: Path
) -> None:
    create_keys(tmp_path / "keys")
    desk = office.desk(practice=True)
    desk.public_keys = read_public_keys(tmp_path / "keys")
    browser = TestClient(
        create_app(desk, refusals_take=0),
        base_url="http://127.0.0.1",
        headers={"sec-fetch-site": "same-origin"},
        follow_redirects=False,
    )
    sign_in(browser, office, STRANGER)
    assert "Nothing here is real" in browser.get("/report").text
    assert send(browser, typed={"link": LINK})[0] == 303


def test_the_list_of_colleagues_holds_nobody_who_has_left(office: Office, counter: Counter) -> None:
    office.later(days=1)
    form = counter.browser().get("/report").text
    names = {staff_id: name for staff_id, name, _, _ in CAST}
    assert names[NAMED] in form
    assert names[LEAVER] not in form
