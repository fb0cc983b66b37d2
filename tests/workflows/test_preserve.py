"""Preserving: the record at once, the page tried again while that can help, in plain words."""

from pathlib import Path

import pytest
from sqlmodel import select

from casework.audit import entries_about
from evidence.bundle import read_bundle
from evidence.capture import PageCapture
from evidence.vault import Vault
from records.audit import AuditEntry
from records.capture import Capture, CaptureKind
from records.custody import CustodyEntry
from records.database import reading, transaction
from records.incident import Mention
from records.record_key import RecordKey
from tests.workflows.conftest import NOW, Office
from workflows.captures import Material, working_copy
from workflows.preserve import take
from workflows.timers import Timers

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."
PAGE = "https://social.example/posts/7"
PICTURES = {"page-as-loaded.png": b"\x89PNG one"}
FAILED = PageCapture("failed", missing=("The page: the site did not answer in time.",))
PARTIAL = PageCapture("partial", PICTURES, missing=("The full page: the picture took too long.",))
COMPLETE = PageCapture("complete", {**PICTURES, "page-full.png": b"\x89PNG two"})


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[PageCapture]:
    """How the next visits of a page end; no browser is started here."""
    ends: list[PageCapture] = []
    monkeypatch.setattr("workflows.preserve.visit", lambda _task: ends.pop(0))
    return ends


def clock(office: Office) -> None:
    Timers(office.services, office.engine).once()  # type: ignore[arg-type]


def trail(office: Office, action: str) -> list[AuditEntry]:
    with reading(office.services.database) as session:
        entries = entries_about(session, office.incidents()[0].reference)
        return [entry for entry in entries if entry.action == action]


def page(office: Office) -> Capture:
    (one,) = [one for one in office.captures() if one.kind == CaptureKind.PAGE.value]
    return one


def opened(office: Office, number: int) -> dict[str, bytes]:
    """What is in the n-th exhibit."""
    (exhibit,) = [one for one in office.exhibits() if one.number == number]
    folder = office.services.evidence_folder / office.incidents()[0].reference
    vault = Vault(office.services.evidence_folder.parent / "keys")
    identity = vault.open_record_key((folder / "record-key.age").read_bytes())
    return read_bundle(folder / exhibit.file_name, identity)


@pytest.mark.clause("SPSO 63")
def test_what_it_is_made_from_is_wiped_once_the_exhibit_is_there_and_it_is_made_once(
    office: Office,
) -> None:
    office.see(NAMING)
    assert office.capture_all() == ["partial"]  # the post has no address, so there is no page
    (asked,) = office.captures()
    assert (asked.work, asked.due_at) == (None, None)
    assert asked.id is not None
    assert take(asked.id, asked.turns) == "over"
    (exhibit,) = office.exhibits()
    assert (exhibit.kind, exhibit.number) == ("record", 1)
    assert (
        office.services.evidence_folder / office.incidents()[0].reference / exhibit.file_name
    ).exists()
    assert len(trail(office, "evidence sealed")) == 1


def test_the_record_and_its_card_are_an_exhibit_before_the_page_is_visited(
    office: Office, pages: list[PageCapture]
) -> None:
    office.see(NAMING, url=PAGE)
    pages.append(COMPLETE)
    assert office.capture_all() == ["partial", "complete"]
    first, second = office.exhibits()
    assert (first.kind, first.page, second.kind, second.page) == ("record", "", "page", "complete")
    assert first.missing == ["The page: it is pictured next, as an exhibit of its own."]
    record = opened(office, 1)
    assert record["card.png"].startswith(b"\x89PNG")
    assert b"platform's own record" in record["README.txt"]
    whole = opened(office, 2)
    assert whole["api-record.json"] == record["api-record.json"]
    assert whole["page-full.png"] == b"\x89PNG two"


def test_a_page_that_fails_is_tried_again_five_times_ever_later_and_makes_no_empty_exhibit(
    office: Office, pages: list[PageCapture]
) -> None:
    office.see(NAMING, url=PAGE)
    pages += [FAILED] * 6
    assert office.capture_all() == ["partial", "later"]
    for minutes in (2, 10, 60, 360, 1440):
        due = page(office).due_at
        assert due is not None
        assert (due - office.time).total_seconds() == 60 * minutes
        office.wait(minutes=minutes, seconds=-1)
        clock(office)
        assert office.capture_all() == []
        office.wait(seconds=1)
        clock(office)
        assert office.capture_all() == ["later" if minutes < 1440 else "never"]
    assert len(office.exhibits()) == 1
    assert (page(office).due_at, page(office).work, page(office).tries) == (None, None, 6)
    assert [one.about["tries"] for one in trail(office, "page not whole")] == [1, 2, 3, 4, 5, 6]
    office.wait(days=3)
    clock(office)
    assert office.capture_all() == []


def test_a_partial_page_becomes_a_further_exhibit_only_when_it_got_better(
    office: Office, pages: list[PageCapture]
) -> None:
    office.see(NAMING, url=PAGE)
    pages += [PARTIAL, PARTIAL, COMPLETE]
    assert office.capture_all() == ["partial", "partial"]
    office.wait(minutes=2)
    clock(office)
    assert office.capture_all() == ["later"]
    office.wait(minutes=10)
    clock(office)
    assert office.capture_all() == ["complete"]
    assert [(one.number, one.page) for one in office.exhibits()] == [
        (1, ""),
        (2, "partial"),
        (3, "complete"),
    ]
    assert page(office).due_at is None
    with reading(office.services.database) as session:
        whys = [one.why for one in session.exec(select(CustodyEntry))]
    assert whys == ["found", "found", "tried-again"]


@pytest.mark.parametrize("grade", ["login wall", "gone"])
def test_a_login_wall_and_what_is_gone_are_kept_as_they_are_and_not_tried_again(
    office: Office, pages: list[PageCapture], grade: str
) -> None:
    office.see(NAMING, url=PAGE)
    pages.append(PageCapture(grade, PICTURES, missing=("The page: so it is.",)))  # type: ignore[arg-type]
    assert office.capture_all() == ["partial", "partial"]
    assert page(office).due_at is None
    assert office.exhibits()[1].page == grade


def test_another_wording_seen_later_is_a_further_exhibit_and_is_marked_as_one(
    office: Office, pages: list[PageCapture]
) -> None:
    office.see(NAMING, post_id="p", url=PAGE)
    pages += [COMPLETE, COMPLETE]
    office.capture_all()
    office.wait(hours=3)
    office.see(f"{NAMING} She will pay for it.", post_id="p", url=PAGE)
    assert office.capture_all() == ["partial", "complete"]
    marked = [(one.number, one.kind, one.edited) for one in office.exhibits()]
    assert marked == [
        (1, "record", False),
        (2, "page", False),
        (3, "record", True),
        (4, "page", True),
    ]
    later = opened(office, 3)
    assert b"She will pay" in later["api-record.json"]
    assert b"another wording of it, seen later" in later["README.txt"]
    assert b'"wording": "another wording of the post, seen later"' in later["capture-report.json"]
    assert b"She will pay" not in opened(office, 1)["api-record.json"]
    office.see(f"{NAMING} She will pay for it.", post_id="p", url=PAGE)
    assert office.capture_all() == []  # seen before


def test_a_folder_that_can_not_be_written_is_tried_again_until_the_record_is_kept(
    office: Office,
) -> None:
    office.see(NAMING)
    folder: Path = office.services.evidence_folder
    folder.write_text("in the way", encoding="utf-8")
    assert office.capture_all() == ["later"]
    (asked,) = office.captures()
    assert asked.missing == ["The folder could not be made: Not a directory."]
    for _ in range(20):
        office.wait(minutes=10)
        clock(office)
        assert office.capture_all() == ["later"]
    folder.unlink()
    office.wait(minutes=10)
    clock(office)
    assert office.capture_all() == ["partial"]
    assert len(office.exhibits()) == 1


def test_a_record_whose_key_is_destroyed_is_never_sealed_and_never_tried_again(
    office: Office,
) -> None:
    office.see(NAMING)
    with transaction(office.services.database) as session:
        key = session.get_one(RecordKey, office.incidents()[0].key_id)
        key.wrapped = None
    assert office.capture_all() == ["never"]
    assert office.captures()[0].work is None
    assert len(trail(office, "could not seal")) == 1


def test_a_try_that_got_lost_is_begun_again_and_the_lost_one_does_nothing_when_it_turns_up(
    office: Office,
) -> None:
    office.see(NAMING)
    lost, office.engine.enqueued = office.engine.enqueued, []
    office.wait(minutes=1)
    clock(office)
    for name, _, references in lost:
        if name == "capture":
            assert take(*references) == "over"
    assert office.capture_all() == ["partial"]


def test_an_exhibit_that_a_crash_left_unrecorded_is_taken_up_and_not_made_twice(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.see(NAMING)
    (asked,) = office.captures()
    assert asked.id is not None

    class PowerCutError(Exception):
        pass

    def cut(*_: object) -> None:
        raise PowerCutError

    with monkeypatch.context() as patch:
        patch.setattr("workflows.preserve._write_down", cut)
        with pytest.raises(PowerCutError):
            take(asked.id, asked.turns)
    assert take(asked.id, asked.turns) == "partial"
    folder = office.services.evidence_folder / office.incidents()[0].reference
    assert len(list(folder.glob("*.tar.age"))) == len(office.exhibits()) == 1


def test_what_an_earlier_version_left_with_the_mention_is_taken_over(office: Office) -> None:
    office.see(NAMING)
    with transaction(office.services.database) as session:
        session.delete(session.get_one(Capture, 1))
        mention = session.exec(select(Mention)).one()
        material = Material(None, b'{"text": "as it was"}')
        mention.working_copy = working_copy(office.services, mention.post_key, material)
        mention.found_at = NOW
        session.add(mention)
    office.engine.enqueued = []
    clock(office)
    assert office.capture_all() == ["partial"]
    assert office.mentions()[0].working_copy is None
    assert opened(office, 1)["api-record.json"] == b'{"text": "as it was"}'
