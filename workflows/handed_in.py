"""What somebody hands in by hand: an exhibit at once, of an incident that is there or of a new one.

It works whether the service runs or not: a file is sealed by the command that is given it, and a
page waits in the database for the service.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, select

from alerts.routing import Question, route
from casework import incidents
from casework.audit import note
from evidence.bundle import number_of
from evidence.erasure import remove_record
from evidence.handed_in import HandedIn
from evidence.key_change import leave_anew
from evidence.preserve import CaptureTask, Preserved, keep, kept_before
from records.audit import MACHINE
from records.capture import Capture, CaptureKind
from records.custody import Act
from records.database import reading, transaction
from records.errors import NamewatchError
from records.exhibit import Exhibit
from records.incident import Incident
from records.record_key import RecordKey
from records.sealing import keyed_hash
from workflows.captures import Material, ask_by_hand
from workflows.custody import note_custody, sealed_why
from workflows.mentions import new_key
from workflows.services import Services

HOLDS = (
    "This bundle holds what somebody handed in, byte for byte as it was given."
    " handed-in.json says who, when and why. namewatch has never shown or run it."
)
_FOR_TRIAGE = "communications_manager"


class ErasedError(NamewatchError):
    """This record was erased, so nothing can be added to it."""


@dataclass(frozen=True, slots=True)
class Order:
    """Who hands something in, and why."""

    actor: str
    why: str = ""


def open_for_triage(session: Session, held: Services, order: Order) -> Incident:
    """A new incident by hand: nobody is alerted, and whoever does triage may see it."""
    now = held.now()
    key = new_key(session, held)
    assert key.id is not None
    incident = incidents.open_incident(
        session,
        incidents.Opening(
            staff_id=None,
            alongside=(),
            severity="low",
            categories=(),
            policy=held.pack.name,
            policy_version=held.pack.version,
            key_id=key.id,
            escalates_at=now,
        ),
        now=now,
    )
    incident.escalates_at = None
    incident.opened_by = order.actor
    incident.mention_count = 0
    session.add(incident)
    for staff_id in _who_does_triage(held):
        incidents.give_access(
            session,
            incident,
            staff_id,
            role=_FOR_TRIAGE,
            reason="because somebody handed this in, for triage",
            now=now,
        )
    return incident


def hand_in(held: Services, reference: str, order: Order, file: HandedIn, content: bytes) -> int:
    """Seal `content` as an exhibit and write it down; its number. The same file is kept once."""
    mark = keyed_hash(held.public_keys.pepper, "handed-in", reference, file.sha256)
    with reading(held.database) as session:
        incident = incidents.by_reference(session, reference)
        if number := _number_before(session, mark):
            return number
        key = session.get_one(RecordKey, incident.key_id)
        counting = select(func.count()).select_from(Exhibit)
        made = session.exec(counting.where(Exhibit.incident_id == incident.id)).one()
    if key.wrapped is None:
        raise ErasedError
    told = {
        "handed_in_by": order.actor,
        "at": held.now().isoformat(),
        "why": order.why,
        "files": [file.told()],
    }
    task = CaptureTask(
        reference=reference,
        number=made + 1,
        record=b"",
        url=None,
        recipient=key.recipient,
        wrapped_key=key.wrapped,
        storage=held.storage,
        sealer=held.sealer,
        mark=mark,
        more={
            file.file: content,
            "handed-in.json": json.dumps(told, indent=1, ensure_ascii=False).encode(),
        },
        said={"kind": CaptureKind.HANDED_IN.value, "handed_in": told},
        holds=HOLDS,
    )
    done = kept_before(task) or keep(task, None)
    return _write_down(held, task, order, done, mark)


def ask_for_page(session: Session, held: Services, reference: str, order: Order, url: str) -> bool:
    """Have the service capture a page; False when that was asked for today already."""
    incident = incidents.by_reference(session, reference)
    if session.get_one(RecordKey, incident.key_id).wrapped is None:
        raise ErasedError
    material = Material(url, why=order.why)
    asked = ask_by_hand(session, held, incident, material, asked_by=order.actor)
    if asked:
        note(session, "page asked for", actor=order.actor, now=held.now(), reference=reference)
    return asked


def _write_down(held: Services, task: CaptureTask, order: Order, done: Preserved, mark: str) -> int:
    number = number_of(done.file_name, task.reference)
    with transaction(held.database) as session:
        incident = incidents.by_reference(session, task.reference)
        assert incident.id is not None
        if before := _number_before(session, mark):
            return before
        key = session.get_one(RecordKey, incident.key_id, with_for_update=True)
        if key.wrapped is None:
            remove_record(held.storage, task.reference)
            raise ErasedError
        leave_anew(held.storage, task.reference, key.recipient, key.wrapped)
        capture = Capture(
            incident_id=incident.id,
            kind=CaptureKind.HANDED_IN.value,
            asked_by=order.actor,
            asked_at=held.now(),
            mark=mark,
        )
        session.add(capture)
        session.flush()
        session.add(
            Exhibit(
                incident_id=incident.id,
                capture_id=capture.id,
                number=number,
                kind=CaptureKind.HANDED_IN.value,
                file_name=done.file_name,
                sha256=done.sha256,
                grade=done.grade,
                missing=list(done.missing),
                created_at=held.now(),
                stamped_at=held.now() if done.stamped else None,
            )
        )
        about = {"exhibit": number, "grade": done.grade, "sha256": done.sha256}
        note(
            session,
            "evidence sealed",
            actor=MACHINE,
            now=held.now(),
            reference=task.reference,
            about={**about, "kind": CaptureKind.HANDED_IN.value},
        )
        note_custody(
            session,
            Act.CAPTURED,
            actor=order.actor,
            why=sealed_why(order.why, reference=task.reference, recipient=task.recipient)
            if order.why
            else "handed-in",
            now=held.now(),
            reference=task.reference,
            exhibit=number,
        )
    return number


def _number_before(session: Session, mark: str) -> int | None:
    query = (
        select(Exhibit.number)
        .join(Capture, Exhibit.capture_id == Capture.id)  # type: ignore[arg-type]
        .where(Capture.mark == mark)
    )
    return session.exec(query).first()


def _who_does_triage(held: Services) -> Sequence[str]:
    """The communications manager; without one, whom the policy tells when nobody is named."""
    own = [one for one in held.organisation.roles.get(_FOR_TRIAGE, ()) if one in held.roster]
    if own:
        return own
    day = held.now().astimezone(held.organisation.calendar.zone).date()
    asked = Question(named=None, alongside=frozenset(), day=day)
    routing = route(held.pack, held.organisation, held.roster, asked)
    return [one.staff_id for one in routing.recipients]
