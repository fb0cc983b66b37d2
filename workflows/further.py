"""Further posts about the same person: told at most once an hour, with a count, and never lost.

Each post is kept; how many have come since people were last told stands in the incident, and the
clock's look tells it when the hour is over, also when no post comes any more.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from alerts.flood import more_at
from records.alert import AlertKind
from records.incident import Incident
from workflows.engine import Engine
from workflows.notify import tell_those_due
from workflows.services import Services, services


@dataclass(frozen=True, slots=True)
class Telling:
    """An alert that is due; `level` tells it from others of its kind."""

    kind: AlertKind
    level: int


def note_told(incident: Incident, now: datetime) -> None:
    """People are being told of everything so far."""
    incident.told_at = now
    incident.told_count = incident.mention_count
    incident.more_at = None


def tell_of_further(held: Services, incident: Incident) -> Telling | None:
    """The alert about further posts if it is due now; else the time is noted at which it is."""
    told_at = incident.told_at or incident.opened_at
    pack = held.pack_for(incident.policy, incident.policy_version)
    limit = pack.escalating.within[incident.severity]  # type: ignore[index]
    due = more_at(told_at, limit, held.organisation.calendar)
    if due > held.now():
        incident.more_at = due
        return None
    note_told(incident, held.now())
    return Telling(AlertKind.MORE, incident.mention_count)


def tell_further_due(session: Session, engine: Engine) -> int:
    """Tell of the posts that have come in the hour that is over; how many incidents they are of."""
    held = services()
    query = (
        select(Incident)
        .where(col(Incident.more_at) <= held.now())
        .with_for_update(skip_locked=True)
        .limit(50)
    )
    due = list(session.exec(query))
    for incident in due:
        if incident.state == "closed" or incident.mention_count <= incident.told_count:
            incident.more_at = None
        elif further := tell_of_further(held, incident):
            tell_those_due(session, engine, incident, further.kind, level=further.level)
        session.add(incident)
    return len(due)
