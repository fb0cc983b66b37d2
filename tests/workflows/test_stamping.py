"""Time stamps that could not be had at once: tried again by the clock, put beside the bundle."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from casework.audit import entries_about
from evidence.preserve import CaptureTask, preserve
from evidence.seal import signers_in
from evidence.stamp import Authority
from evidence.verify import Trusted, verify
from records.database import reading, transaction
from records.exhibit import Exhibit
from records.record_key import RecordKey
from tests.servers.tsa import Tsa, failing
from tests.workflows.conftest import Office
from workflows.stamping import add_stamp, enqueue_stamps_due, wait_after

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."


@pytest.fixture
def tsa() -> Iterator[Tsa]:
    with Tsa() as running:
        yield running


@pytest.fixture
def unstamped(office: Office, tsa: Tsa) -> Exhibit:
    """An exhibit that was sealed while the authority was out of order."""
    authority = Authority(tsa.url, tsa.ca.read_bytes(), seconds=2)
    office.change(sealer=replace(office.services.sealer, authority=authority))
    tsa.misbehaves = failing
    office.see(NAMING)
    seal(office)
    tsa.misbehaves = None
    return exhibit_of(office)


def seal(office: Office) -> None:
    """Make the incident's exhibit, and write it down as preserving does."""
    (incident,), held = office.incidents(), office.services
    with transaction(held.database) as session:
        key = session.get_one(RecordKey, incident.key_id)
        task = CaptureTask(
            reference=incident.reference,
            number=1,
            record=b"{}",
            url=None,
            recipient=key.recipient,
            wrapped_key=key.wrapped or b"",
            storage=held.storage,
            sealer=held.sealer,
        )
        done = preserve(task)
        session.add(
            Exhibit(
                incident_id=incident.id or 0,
                mention_id=office.mentions()[0].id or 0,
                number=1,
                file_name=done.file_name,
                sha256=done.sha256,
                grade=done.grade,
                created_at=held.now(),
                stamped_at=held.now() if done.stamped else None,
            )
        )


def exhibit_of(office: Office) -> Exhibit:
    with reading(office.services.database) as session:
        return session.exec(select(Exhibit)).one()


def due(office: Office) -> list[str]:
    """What the clock's look enqueues."""
    office.engine.enqueued = []
    with transaction(office.services.database) as session:
        enqueue_stamps_due(session, office.engine, office.services)  # type: ignore[arg-type]
    return [workflow_id for _, workflow_id, _ in office.engine.enqueued]


def test_it_is_stamped_later_and_the_stamp_is_checked_with_the_bundle(
    office: Office, tsa: Tsa, unstamped: Exhibit
) -> None:
    assert unstamped.stamped_at is None
    assert due(office) == [f"stamp:{unstamped.id}:1"]
    assert add_stamp(unstamped.id or 0) == "stamped"
    assert exhibit_of(office).stamped_at
    assert due(office) == []
    assert add_stamp(unstamped.id or 0) == "stamped before"
    folder = office.services.evidence_folder
    keys = folder.parent / "keys"
    reference = office.incidents()[0].reference
    checked = verify(
        folder / reference / unstamped.file_name,
        keys / "vault.key",
        Trusted(signers_in(keys), tsa.ca.read_bytes()),
    )
    assert checked.faults == []
    assert any("The sealed file was there on" in remark for remark in checked.remarks)
    with reading(office.services.database) as session:
        assert "time stamped" in [one.action for one in entries_about(session, reference)]


def test_an_authority_that_stays_away_is_asked_less_and_less_often(
    office: Office, tsa: Tsa, unstamped: Exhibit
) -> None:
    tsa.misbehaves = failing
    assert due(office) == [f"stamp:{unstamped.id}:1"]
    assert add_stamp(unstamped.id or 0) == "later"
    assert due(office) == []
    office.wait(minutes=1)
    assert due(office) == [f"stamp:{unstamped.id}:2"]
    office.wait(minutes=1)
    assert due(office) == []
    office.wait(minutes=1)
    assert due(office) == [f"stamp:{unstamped.id}:3"]
    assert wait_after(100) == timedelta(hours=6)


def test_without_an_authority_nobody_is_asked(office: Office, unstamped: Exhibit) -> None:
    office.change(sealer=replace(office.services.sealer, authority=None))
    assert due(office) == []


def test_a_stamp_whose_writing_down_was_interrupted_is_taken_up(
    office: Office, tsa: Tsa, unstamped: Exhibit
) -> None:
    assert add_stamp(unstamped.id or 0) == "stamped"
    with transaction(office.services.database) as session:
        session.get_one(Exhibit, unstamped.id).stamped_at = None
    asked = tsa.asked
    assert add_stamp(unstamped.id or 0) == "stamped"
    assert tsa.asked == asked


def test_an_erased_record_is_not_stamped_any_more(office: Office, unstamped: Exhibit) -> None:
    with transaction(office.services.database) as session:
        session.get_one(RecordKey, office.incidents()[0].key_id).wrapped = None
    assert due(office) == []
    assert add_stamp(unstamped.id or 0) == "erased"
    folder = office.services.evidence_folder / office.incidents()[0].reference
    assert list(folder.glob("*.tsr*")) == []


def test_an_exhibit_with_a_stamp_inside_needs_none(office: Office, tsa: Tsa) -> None:
    authority = Authority(tsa.url, tsa.ca.read_bytes())
    office.change(sealer=replace(office.services.sealer, authority=authority))
    office.see(NAMING)
    seal(office)
    assert exhibit_of(office).stamped_at
    assert due(office) == []
