"""Exhibits that were sealed without a time stamp get one beside them later, by the clock."""

from datetime import datetime, timedelta

from dbos import DBOS
from sqlalchemy import or_
from sqlmodel import Session, col, select

from casework.audit import note
from evidence.errors import EvidenceError, NotKeptError
from evidence.stamp import check_stamp
from evidence.verify import later_stamp_name
from records.audit import MACHINE
from records.database import reading, transaction
from records.exhibit import Exhibit
from records.incident import Incident
from records.record_key import RecordKey
from workflows.engine import STAMPING, Engine
from workflows.services import Services, services

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)


def wait_after(tries: int) -> timedelta:
    """How long after so many tries the next one comes: twice as long each time, up to a limit."""
    return min(FIRST_WAIT * (1 << min(tries, 20)), LONGEST_WAIT)


def enqueue_stamps_due(session: Session, engine: Engine, held: Services) -> int:
    """Have those exhibits stamped whose next try is due; without an authority there is nothing."""
    if held.sealer.authority is None:
        return 0
    now = held.now()
    query = (
        select(Exhibit)
        .join(Incident, col(Incident.id) == Exhibit.incident_id)
        .join(RecordKey, col(RecordKey.id) == Incident.key_id)
        .where(col(RecordKey.wrapped).is_not(None))
        .where(col(Exhibit.stamped_at).is_(None))
        .where(or_(col(Exhibit.stamp_due_at).is_(None), col(Exhibit.stamp_due_at) <= now))
        .order_by(col(Exhibit.id))
        .limit(50)
    )
    due = list(session.exec(query))
    for exhibit in due:
        assert exhibit.id is not None
        # The next try is set before this one: a crash in it then costs a wait and no more.
        exhibit.stamp_due_at = now + wait_after(exhibit.stamp_tries)
        exhibit.stamp_tries += 1
        session.add(exhibit)
        workflow_id = f"stamp:{exhibit.id}:{exhibit.stamp_tries}"
        engine.enqueue(session, STAMPING, "stamp", workflow_id, exhibit.id)
    return len(due)


@DBOS.workflow(name="stamp", max_recovery_attempts=1_000_000)
def stamp(exhibit_id: int) -> str:
    """Stamp one exhibit; a crash in between makes the same stamp hold."""
    return add_stamp(exhibit_id)


@DBOS.step(name="add stamp")
def add_stamp(exhibit_id: int) -> str:
    """Put a time stamp beside a sealed file, over its bytes."""
    held = services()
    with reading(held.database) as session:
        exhibit = session.get_one(Exhibit, exhibit_id)
        reference = session.get_one(Incident, exhibit.incident_id).reference
    if exhibit.stamped_at:
        return "stamped before"
    try:
        at = _stamped(held, reference, exhibit.file_name)
    except EvidenceError:
        return "later"  # its next try is set already
    return "stamped" if _noted(held, exhibit_id, reference, at) else "erased"


def _stamped(held: Services, reference: str, bundle: str) -> datetime:
    """When the authority says that the bundle was there; the token lies beside it and is signed."""
    assert held.sealer.authority
    certificates = held.sealer.authority.certificates
    sealed = held.storage.read(f"{reference}/{bundle}")
    name = f"{reference}/{later_stamp_name(bundle)}"
    try:
        token = held.storage.read(name)
        at = check_stamp(token, sealed, certificates)
    except NotKeptError:
        token = held.sealer.authority.stamp(sealed)
        at = check_stamp(token, sealed, certificates)
        held.storage.write_new(name, token)
    held.storage.write_new(f"{name}.sig", held.sealer.sign(token))
    return at


def _noted(held: Services, exhibit_id: int, reference: str, at: datetime) -> bool:
    """Write it down; False when the record was erased meanwhile, and then nothing stays."""
    with transaction(held.database) as session:
        exhibit = session.get_one(Exhibit, exhibit_id)
        incident = session.get_one(Incident, exhibit.incident_id)
        key = session.get_one(RecordKey, incident.key_id, with_for_update=True)
        if key.wrapped is None:
            name = f"{reference}/{later_stamp_name(exhibit.file_name)}"
            for one in (name, f"{name}.sig"):
                held.storage.remove(one)
            return False
        exhibit.stamped_at, exhibit.stamp_due_at = at, None
        session.add(exhibit)
        about = {"exhibit": exhibit.number}
        note(
            session,
            "time stamped",
            actor=MACHINE,
            now=held.now(),
            reference=reference,
            about=about,
        )
    return True
