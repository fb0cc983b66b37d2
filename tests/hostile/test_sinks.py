"""What strangers write does nothing anywhere: not in a mail, a chat, a table, a paper, or a log."""

import csv
import io
import json
import logging
import sys
import unicodedata
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from pypdf import PdfReader

from alerts.channels.email import EmailChannel, EmailSettings
from alerts.channels.slack_blocks import alert_blocks, answered_blocks
from alerts.message import Message, compose
from casework.exports import Chapter, Form, Line, Sheet
from casework.exports_csv import csv_text, safe_cell
from casework.exports_page import page
from evidence.browser import find_browser
from evidence.printing import print_pdf
from namewatch.logs import OnlyReferences
from policies.pack_file import read_pack
from records.alert import AlertKind
from records.roster import StaffMember
from tests.hostile.payloads import PAYLOADS
from tests.servers.mail import MailServer

READER = StaffMember("s010", "Effie Lamont", email="s010@seo.example")
HARMLESS = "plain words"
EVERY = pytest.mark.parametrize("text", PAYLOADS.values(), ids=PAYLOADS.keys())
CONTROLS = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def alert(text: str) -> Message:
    """An alert in which everything that comes from outside is this text."""
    return compose(
        AlertKind.FIRST,
        pack=read_pack("spso"),
        reference="NW-2026-0041",
        severity="high",
        role="line_manager",
        record_link="https://records.example/r/NW-2026-0041",
        page_link=text,
        reason=text,
        custody=text,
        telling=True,
    )


def test_there_are_enough_of_them() -> None:
    assert len(PAYLOADS) >= 60
    assert len(set(PAYLOADS.values())) == len(PAYLOADS)


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def mailed(server: MailServer, text: str) -> EmailMessage:
    settings = EmailSettings("127.0.0.1", server.port, "alerts@seo.example", tls="none")
    before = len(server.mails)
    EmailChannel(settings).deliver(alert(text), READER, "d1")
    (mail,) = server.mails[before:]
    assert mail.recipients == (READER.email,)
    return mail.message


@EVERY
def test_a_mail_has_the_headers_that_it_always_has_and_one_plain_part(
    server: MailServer, text: str
) -> None:
    usual, made = mailed(server, HARMLESS), mailed(server, text)
    assert list(made.keys()) == list(usual.keys())
    assert [made[one] for one in ("From", "To", "Subject")] == [
        usual[one] for one in ("From", "To", "Subject")
    ]
    assert made.get_content_type() == "text/plain"
    assert not {unicodedata.category(one) for one in made.get_content()} & (CONTROLS - {"Cc"})
    assert not set(made.get_content()) & {"\x00", "\x1b", "\x07", "\x08"}


@EVERY
def test_a_note_with_it_in_the_subject_has_no_header_more(server: MailServer, text: str) -> None:
    settings = EmailSettings("127.0.0.1", server.port, "alerts@seo.example", tls="none")
    before = len(server.mails)
    EmailChannel(settings).send_note(READER, text[:500], text)
    (mail,) = server.mails[before:]
    assert "Bcc" not in mail.message
    assert "Set-Cookie" not in mail.message
    assert mail.recipients == (READER.email,)


@EVERY
def test_a_chat_shows_it_as_plain_text_or_not_at_all(text: str) -> None:
    blocks = [*alert_blocks(alert(text)), *answered_blocks(text, "NW-2026-0041", (), None)]
    written = json.dumps(blocks)
    assert '"mrkdwn"' not in written
    for one in _texts(blocks):
        assert one["type"] == "plain_text"
        assert not {unicodedata.category(sign) for sign in one["text"]} & (CONTROLS - {"Cc"})
    for element in (part for one in blocks for part in one.get("elements", [])):
        assert element.get("url", "https://records.example/").startswith("https://records.example/")


def _texts(value: object) -> Iterator[dict[str, str]]:
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


@EVERY
def test_a_table_has_as_many_cells_and_none_of_them_computes(text: str) -> None:
    table = csv_text(("a", "b"), [(text, HARMLESS), (HARMLESS, text)])
    longest = csv.field_size_limit(sys.maxsize)
    try:
        read = list(csv.reader(io.StringIO(table, newline="")))
    finally:
        csv.field_size_limit(longest)
    assert [len(row) for row in read] == [2, 2, 2]
    for cell in (read[1][0], read[2][1], safe_cell(text)):
        first = unicodedata.normalize("NFKC", cell).lstrip()[:1]
        assert first not in set("=+-@|\t\r\n\x00") or not first


@EVERY
def test_a_log_line_stays_one_line_without_control_signs(text: str) -> None:
    record = logging.LogRecord("x", logging.WARNING, "x", 1, "said %s", (text,), None)
    line = OnlyReferences().format(record)
    assert not {unicodedata.category(one) for one in line} & CONTROLS
    assert len(line) < 3000


def test_paper_shows_it_and_does_nothing() -> None:
    browser = find_browser()
    assert browser, "This test needs Chromium."
    lines = tuple(Line(name, text[:3000], text[:3000]) for name, text in PAYLOADS.items())
    about = tuple((name, text[:200]) for name, text in PAYLOADS.items())
    printed = print_pdf(
        page(Sheet("NW-2026-0041", Form.RECORD, about, (Chapter("<b>x</b>", lines),))), browser
    )
    read = PdfReader(io.BytesIO(printed))
    words = "".join(one.extract_text() for one in read.pages)
    for shown in ("<script>alert(1)</script>", "{{7*7}}", "<img src=x onerror=alert(1)>"):
        assert shown in words.replace("\n", "")
    for part in (b"/JavaScript", b"/JS ", b"/Launch", b"/URI", b"/EmbeddedFile", b"/SubmitForm"):
        assert part not in printed
    assert not any("/Annots" in one for one in read.pages)
