"""Files given to `report` and `capture`: what of them is judged, and what is said of the rest."""

from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from evidence.handed_in import examine
from namewatch import capturing, reporting
from records.errors import ConfigurationError
from records.report import Report
from tests.servers.papers import paper
from tests.servers.screenshots import drawn
from workflows.handed_in import Order
from workflows.reporting import TOO_MUCH, Given

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
THREAT = "I know where you park."
HELD: Any = SimpleNamespace(now=lambda: NOW)


def judged(*contents: bytes) -> Report:
    """What `capture` has judged of files."""
    given = [Given(examine(one), one) for one in contents]
    report = capturing._report(HELD, Order("s004"), None, given)
    assert report is not None
    return report


def test_capture_has_papers_and_pictures_judged_also_those_in_a_mail() -> None:
    letter, scan, shot = paper(THREAT), paper("In a mail."), drawn(THREAT)
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Date"] = "a@slo.example", "See", "Mon, 23 Nov 2026 10:00"
    mail.set_content("Look at this.")
    mail.add_attachment(scan, "application", "pdf")
    mail.add_attachment(shot, "image", "png")
    report = judged(letter, mail.as_bytes())
    assert report.papers == (letter, scan)
    assert report.screenshots == (shot,)
    assert "Look at this." in report.note
    assert report.left_out == ()


def test_capture_says_what_is_too_large_to_be_looked_through() -> None:
    large = paper(THREAT).replace(b"%%EOF", b"%" + b"0" * 11_000_000 + b"\n%%EOF")
    report = judged(large)
    assert (report.papers, report.left_out) == ((), (TOO_MUCH,))


def test_report_takes_papers_beside_screenshots_and_refuses_what_is_neither(tmp_path: Path) -> None:
    files = {"letter.pdf": paper(THREAT), "shot.png": drawn(THREAT), "notes.txt": b"words"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    taken = reporting._files([tmp_path / "letter.pdf", tmp_path / "shot.png"])
    assert taken == (files["letter.pdf"], files["shot.png"])
    with pytest.raises(ConfigurationError, match="this is no PDF and no PNG"):
        reporting._files([tmp_path / "notes.txt"])
