"""The registers: every restriction, platform report and sharing, each where its record is seen.

What somebody may not see is neither listed nor counted: each record is asked of `may` by itself.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from pyrage import x25519
from sqlmodel import Session, col, select

from casework.duties import duties
from casework.errors import KeyDestroyedError
from casework.exports import Form
from casework.incidents import by_reference
from casework.known import known_of, steps_of
from casework.permissions import Action, may
from casework.permissions import concerned as concerns
from casework.reading import Reader, admit
from casework.step_rules import Known, Taken
from casework.steps import place_of
from records.incident import Incident
from records.release import Release
from records.sealing import unseal
from records.step import Step

RECORDS_A_PAGE = 25
EXPORTED = "exported"
"""Stands as the kind of an entry that an export made, beside the kinds of steps."""


class Register(StrEnum):
    """Which register."""

    RESTRICTIONS = "restrictions"
    REPORTS = "platform-reports"
    SHARING = "sharing"


KINDS: Mapping[Register, tuple[str, ...]] = MappingProxyType(
    {
        Register.RESTRICTIONS: ("restriction",),
        Register.REPORTS: ("platform-report",),
        Register.SHARING: ("shared", "third-party", "leadership"),
    }
)
"""The kinds of steps that make an entry of each register."""
_FOLLOWING: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "restriction": ("restriction-review", "appeal", "representations"),
        "platform-report": ("platform-answer",),
        "shared": ("shared-seen",),
    }
)
"""Steps of the same number that tell what became of it."""
_OWN_EXPORTS = frozenset({Form.SUBJECT_ACCESS.value, Form.FOI.value})
"""Exports that make no step of the record: they go to whom they are about, or to the public."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a register."""

    reference: str
    kind: str
    number: str
    actor: str
    at: datetime
    codes: Mapping[str, object]
    following: Mapping[str, Taken] = field(default_factory=dict)
    """The newest step of each kind that tells what became of it."""
    due_on: date | None = None
    """When it is next looked at, or the platform asked again."""
    overdue: bool = False
    words: Mapping[str, str] = field(default_factory=dict)
    """What people wrote with it; opened only where the register is about that."""


@dataclass(frozen=True, slots=True)
class Extract:
    """Some entries, and the reference before which there are more (empty: there are none)."""

    entries: tuple[Entry, ...]
    before: str = ""


def extract(
    session: Session,
    register: Register,
    reader: Reader,
    *,
    now: datetime,
    before: str = "",
    records: int | None = RECORDS_A_PAGE,
) -> Extract:
    """The newest records first, of those that `reader` may see; all of them if `records` is None.

    Whoever reads the register of sharing reads whom it went to and why, which is noted.
    """
    entries: list[Entry] = []
    last = ""
    seen = 0
    for incident in _with_entries(session, register, before):
        own = list(_entries(session, register, incident, reader, now))
        if not own:
            continue
        if records is not None and seen == records:
            return Extract(tuple(entries), last)
        entries += own
        seen, last = seen + 1, incident.reference
    return Extract(tuple(entries))


def _with_entries(session: Session, register: Register, before: str) -> Iterator[Incident]:
    ids = set(session.exec(select(Step.incident_id).where(col(Step.kind).in_(KINDS[register]))))
    if register is Register.SHARING:
        released = select(Release.incident_id).where(col(Release.form).in_(_OWN_EXPORTS))
        ids |= set(session.exec(released))
    query = select(Incident).where(col(Incident.id).in_(ids))
    if before:
        query = query.where(col(Incident.id) < by_reference(session, before).id)
    yield from session.exec(query.order_by(col(Incident.id).desc())).all()


def _entries(
    session: Session, register: Register, incident: Incident, reader: Reader, now: datetime
) -> Iterator[Entry]:
    office = reader.office
    if office is None:
        return
    who = concerns(session, incident, office, now)
    if not may(office.actor(reader.staff_id), Action.VIEW, who, now):
        return
    known = known_of(session, incident, office, now)
    due = {(one.kind, one.subject): one.due_at for one in duties(known)}
    words = _Words(session, incident, reader, now) if register is Register.SHARING else None
    for kind in KINDS[register]:
        for one in known.standing(kind):
            following = _following(known, one)
            due_at = next((due[(name, one.subject)] for name in following_kinds(kind)
                           if (name, one.subject) in due), None)  # fmt: skip
            yield Entry(
                reference=incident.reference,
                kind=kind,
                number=one.subject,
                actor=one.actor,
                at=one.recorded_at,
                codes=one.given.about,
                following=following,
                due_on=office.today(due_at) if due_at else None,
                overdue=due_at is not None and due_at <= now,
                words=words.of(one) if words else {},
            )
    if register is Register.SHARING:
        yield from _exports(session, incident)


def following_kinds(kind: str) -> tuple[str, ...]:
    """The kinds of steps that tell what became of an entry."""
    return _FOLLOWING.get(kind, ())


def _following(known: Known, one: Taken) -> dict[str, Taken]:
    found = {kind: known.newest(kind, one.subject) for kind in following_kinds(one.kind)}
    return {kind: step for kind, step in found.items() if step is not None}


def _exports(session: Session, incident: Incident) -> Iterator[Entry]:
    query = select(Release).where(
        Release.incident_id == incident.id, col(Release.form).in_(_OWN_EXPORTS)
    )
    for number, one in enumerate(session.exec(query.order_by(col(Release.id))), start=1):
        yield Entry(
            incident.reference, EXPORTED, str(number), one.actor, one.at, {"form": one.form}
        )


class _Words:
    """What people wrote with the steps of one record; opened, and noted, once and only if asked."""

    def __init__(self, session: Session, incident: Incident, reader: Reader, now: datetime) -> None:
        self._session, self._incident, self._reader, self._now = session, incident, reader, now
        self._identity: x25519.Identity | None = None
        self._steps: dict[tuple[str, str, int], Step] | None = None

    def of(self, one: Taken) -> dict[str, str]:
        """The words of one step; none of a record that is erased."""
        if self._steps is None:
            self._open()
        assert self._steps is not None
        step = self._steps.get((one.kind, one.subject, one.revision))
        if step is None or step.sealed is None or self._identity is None:
            return {}
        place = place_of(self._incident.reference, step)
        read: dict[str, str] = json.loads(unseal(step.sealed, place=place, identity=self._identity))
        return read

    def _open(self) -> None:
        self._steps = {
            (one.kind, one.subject, one.revision): one
            for one in steps_of(self._session, self._incident)
        }
        try:
            self._identity = admit(
                self._session, self._incident, self._reader, Action.VIEW, "register read", self._now
            )
        except KeyDestroyedError:
            self._identity = None
