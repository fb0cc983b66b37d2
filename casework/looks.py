"""Who has looked at a record, and when: for the person whom it is about, by role."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlmodel import Session

from casework.audit import entries_about
from casework.office import Office
from casework.reading import people_on
from records.incident import Incident

LOOKS: Mapping[str, str] = MappingProxyType(
    {
        "record viewed": "Opened the record",
        "steps read": "Opened the record",
        "post revealed": "Read what was posted",
        "preview seen": "Saw a blurred picture of the evidence",
        "picture seen": "Looked at the evidence",
        "evidence opened": "Looked at the evidence",
        "evidence shared": "Downloaded the evidence, sealed",
        "record exported": "Made a copy for others",
    }
)
"""Entries of the audit trail that somebody leaves who looks, and what each means in words."""


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody of a role did, how often, and when last."""

    what: str
    times: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Looker:
    """Somebody by their role; `told_at` is when they were put on the list, if they were."""

    role: str
    told_at: datetime | None
    looks: tuple[Look, ...]


def lookers(session: Session, incident: Incident, office: Office, now: datetime) -> list[Looker]:
    """Everybody who is told of it or has looked at it, but the person whom it is about."""
    listed = {one.staff_id: one for one in people_on(session, incident)}
    keeper = office.custodian(incident, now)
    known = [*listed, *([keeper] if keeper else [])]
    found: dict[str, dict[str, list[datetime]]] = {one: {} for one in known}
    for entry in entries_about(session, incident.reference):
        if what := LOOKS.get(entry.action):
            found.setdefault(entry.actor, {}).setdefault(what, []).append(entry.at)
    custody = office.of(incident).pack.custody.custodian
    lookers = []
    for staff_id, looks in found.items():
        if staff_id == incident.staff_id or (staff_id in incident.alongside and not looks):
            continue
        access = listed.get(staff_id)
        role = access.role if access else custody if staff_id == keeper else ""
        told = tuple(Look(what, len(times), max(times)) for what, times in looks.items())
        lookers.append(Looker(role, access.added_at if access else None, told))
    return lookers
