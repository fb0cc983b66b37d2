"""Record what people did and decided, each step once, in the transaction of its audit entry."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from casework.audit import note
from casework.duties import next_look
from casework.errors import (
    DecidedMeanwhileError,
    KeyDestroyedError,
    NoSuchIncidentError,
    NotAllowedError,
    StepUnfitError,
)
from casework.kinds import kind_called
from casework.kinds_own import OWN
from casework.known import known_of
from casework.office import Office
from casework.permissions import Action, check, concerned
from casework.step_effects import take_effect
from casework.step_parts import Fault, Given, Part, Sort, read_parts
from casework.step_rules import NUMBERED, Kind, Known, Proposed
from casework.wishes import faults_of_wishes
from records.incident import Incident
from records.record_key import RecordKey
from records.sealing import seal
from records.step import Step


@dataclass(frozen=True, slots=True)
class Order:
    """A step that somebody wants to record, as they typed it.

    `instead_of` is the revision that they have seen and put right; None for a first one. `number`
    says which one of a numbered kind is put right; `happened_at` when it was done, if not now.
    `own`: the person named says it themselves, on their own page.
    """

    kind: str
    typed: Mapping[str, str]
    actor: str
    instead_of: int | None = None
    number: str = ""
    happened_at: datetime | None = None
    own: bool = False


def locked(session: Session, reference: str) -> Incident:
    """The incident, with everybody else who would change it kept waiting until this commits."""
    query = select(Incident).where(Incident.reference == reference).with_for_update()
    found = session.exec(query.execution_options(populate_existing=True)).first()
    if found is None:
        raise NoSuchIncidentError
    return found


@dataclass(frozen=True, slots=True)
class Ready:
    """A step that may be written."""

    incident: Incident
    office: Office
    kind: Kind
    step: Proposed
    revision: int


def check_step(
    session: Session, office: Office, reference: str, order: Order, *, now: datetime
) -> Ready:
    """Check and write nothing; raises NotAllowedError, StepUnfitError or DecidedMeanwhileError."""
    kind = kind_called(order.kind)
    given = read_parts(kind.all_parts, order.typed)
    incident = locked(session, reference)
    office = office.of(incident)
    known = known_of(session, incident, office, now)
    step = Proposed(order.actor, _subject(kind, given, order, known), given)
    if order.own and kind.name not in OWN:
        raise NotAllowedError
    action = Action.SAY if order.own else kind.action_for(step, known)
    check(office.actor(order.actor), action, concerned(session, incident, office, now), now)
    revision = _next_revision(kind, step, order, known, office)
    wrong = [*_not_yet(order, now), *faults_of(kind, step, known)]
    if wrong:
        raise StepUnfitError(*wrong)
    return Ready(incident, office, kind, step, revision)


def record_step(
    session: Session, office: Office, reference: str, order: Order, *, now: datetime
) -> Step:
    """Check, then write; raises as `check_step` does."""
    ready = check_step(session, office, reference, order, now=now)
    written = _write(session, ready, order, now)
    take_effect(session, ready.incident, ready.step, ready.kind, now=now)
    look_again(session, ready.incident, ready.office, now)
    return written


def look_again(session: Session, incident: Incident, office: Office, now: datetime) -> None:
    """Set when it is next looked at whether something was left undone."""
    session.flush()
    incident.duty_at = next_look(known_of(session, incident, office, now))
    session.add(incident)


def place_of(reference: str, step: Step) -> str:
    """Where the sealed words of a step belong."""
    return f"step:{reference}:{step.kind}:{step.subject}:{step.revision}"


def _subject(kind: Kind, given: Given, order: Order, known: Known) -> str:
    if kind.subject == NUMBERED:
        return order.number or str(len(known.standing(kind.name)) + 1)
    if not kind.subject:
        return ""
    return ":".join(given.code(part) for part in kind.subject.split("+"))


def _next_revision(kind: Kind, step: Proposed, order: Order, known: Known, office: Office) -> int:
    """One decision where two decide at once: whoever comes second has to have seen the first."""
    before = known.newest(kind.name, step.subject)
    if before is None:
        if order.instead_of or order.number:
            raise StepUnfitError("There is no such step to put right.")
        return 1
    if order.instead_of != before.revision:
        at = before.recorded_at.astimezone(office.organisation.calendar.zone)
        raise DecidedMeanwhileError(
            f"{kind.title}: {before.actor} recorded this on {at:%d %B %Y at %H:%M}, and nothing of"
            f" yours was kept. Look at it; to put yours in its place, say --instead-of"
            f" {before.revision}.",
            subject=step.subject,
            revision=before.revision,
        )
    return before.revision + 1


def faults_of(kind: Kind, step: Proposed, known: Known) -> Iterator[str]:
    """A sentence for each thing that is wrong with a step; none when it may stand."""
    for part in kind.parts:
        if part.sort is Sort.STAFF and step.code(part.name):
            yield from _in_the_roster(part, step, known)
    if kind.acts:
        yield from faults_of_wishes(step, known)
    for rule in kind.checks:
        yield from rule(step, known)


def _not_yet(order: Order, now: datetime) -> Iterator[str]:
    if order.happened_at and order.happened_at > now:
        yield "It can't have been done in the future."


def _in_the_roster(part: Part, step: Proposed, known: Known) -> Iterator[str]:
    if step.code(part.name) not in known.staff:
        yield Fault(
            part.name, f"{part.name} is not in the roster.", "They are not in the staff list."
        )


def _write(session: Session, ready: Ready, order: Order, now: datetime) -> Step:
    incident, kind, step, revision = ready.incident, ready.kind, ready.step, ready.revision
    assert incident.id is not None
    key = session.get(RecordKey, incident.key_id)
    if key is None or key.wrapped is None:
        raise KeyDestroyedError
    words = step.given.words
    playbook = f"{ready.office.pack.name} {ready.office.pack.version}"
    written = Step(
        incident_id=incident.id,
        kind=kind.name,
        subject=step.subject,
        revision=revision,
        actor=step.actor,
        recorded_at=now,
        happened_at=order.happened_at or now,
        about={**step.given.about, **({"words": sorted(words)} if words else {})},
        clause=kind.clauses[0],
        playbook=playbook,
    )
    if words:
        content = json.dumps(dict(words)).encode("utf-8", "surrogatepass")
        place = place_of(incident.reference, written)
        written.sealed = seal(content, place=place, recipient=key.recipient)
    session.add(written)
    about = {"kind": kind.name, "subject": step.subject, "revision": revision, "playbook": playbook}
    note(
        session,
        "step recorded",
        actor=step.actor,
        now=now,
        reference=incident.reference,
        about={**about, "late": bool(order.happened_at)},
    )
    return written
