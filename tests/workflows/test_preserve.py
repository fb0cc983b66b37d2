"""Preserving: tried again while that can help, given up in plain words when it can't."""

from pathlib import Path

import pytest
from sqlmodel import select

from casework.audit import entries_about
from records.database import reading, transaction
from records.exhibit import Exhibit
from records.record_key import RecordKey
from tests.workflows.conftest import Office
from workflows.preserve import capture
from workflows.sweep import Sweep

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."


@pytest.fixture
def found(office: Office) -> int:
    """A mention that waits to be preserved."""
    office.see(NAMING)
    (mention,) = office.mentions()
    assert mention.id is not None
    return mention.id


def trail(office: Office) -> list[str]:
    with reading(office.services.database) as session:
        entries = entries_about(session, office.incidents()[0].reference)
        return [entry.action for entry in entries]


@pytest.mark.clause("SPSO 63")
def test_the_working_copy_is_wiped_once_the_exhibit_is_there_and_it_is_made_once(
    office: Office, found: int
) -> None:
    assert capture(found) == "partial"  # the post has no address, so there is no page
    assert office.mentions()[0].working_copy is None
    assert capture(found) == "preserved before"
    with reading(office.services.database) as session:
        (exhibit,) = session.exec(select(Exhibit))
    file = office.services.evidence_folder / office.incidents()[0].reference / exhibit.file_name
    assert file.exists()
    assert "evidence sealed" in trail(office)


def test_a_folder_that_can_not_be_written_is_tried_again_later(office: Office, found: int) -> None:
    folder: Path = office.services.evidence_folder
    folder.write_text("in the way", encoding="utf-8")
    assert capture(found) == "later"
    assert "could not seal" in trail(office)
    folder.unlink()
    office.engine.enqueued = []
    office.wait(minutes=11)
    Sweep(office.services, office.engine).once()  # type: ignore[arg-type]
    again = [
        references for workflow, _, references in office.engine.enqueued if workflow == "preserve"
    ]
    assert again == [(found,)]
    assert capture(found) == "partial"


def test_a_record_whose_key_is_destroyed_is_never_sealed_and_never_tried_again(
    office: Office, found: int
) -> None:
    with transaction(office.services.database) as session:
        key = session.get_one(RecordKey, office.incidents()[0].key_id)
        key.wrapped = None
    assert capture(found) == "never"
    assert office.mentions()[0].working_copy is None
    assert trail(office)[-1] == "could not seal"
