"""Read from the database what the rules about steps look at."""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session, col, select

from casework.office import Office
from casework.step_parts import Given
from casework.step_rules import Known, Taken
from records.exhibit import Exhibit
from records.incident import Incident
from records.step import Step


def known_of(session: Session, incident: Incident, office: Office, now: datetime) -> Known:
    """Everything but people's words, which stay sealed; by the incident's own edition."""
    office = office.of(incident)
    return Known(
        named=incident.staff_id,
        alongside=frozenset(incident.alongside),
        categories=frozenset(incident.categories),
        state=incident.state,
        opened_at=incident.opened_at,
        exhibits=frozenset(_exhibits(session, incident)),
        taken=tuple(taken(one) for one in steps_of(session, incident)),
        pack=office.pack,
        desk=office.desk(incident, now),
        staff=frozenset(office.roster),
        accounts=len(office.organisation.accounts),
        hours=office.organisation.calendar,
        now=now,
        today=office.today(now),
    )


def steps_of(session: Session, incident: Incident) -> list[Step]:
    """Every step of an incident, oldest first, with its history."""
    query = select(Step).where(Step.incident_id == incident.id)
    return list(session.exec(query.order_by(col(Step.id))))


def taken(step: Step) -> Taken:
    """A step as the rules see it; which words were given shows, not what they say."""
    words = dict.fromkeys(step.about.get("words", ()), "")
    about = {name: value for name, value in step.about.items() if name != "words"}
    return Taken(
        kind=step.kind,
        subject=step.subject,
        revision=step.revision,
        actor=step.actor,
        recorded_at=step.recorded_at,
        given=Given(about, words),
    )


def _exhibits(session: Session, incident: Incident) -> Iterator[int]:
    query = select(Exhibit.number).where(Exhibit.incident_id == incident.id)
    yield from session.exec(query)
