"""Read from the database what the rules about steps look at."""

from collections.abc import Sequence
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
    return known_of_each(session, [incident], office, now)[0]


def known_of_each(
    session: Session, incidents: Sequence[Incident], office: Office, now: datetime
) -> list[Known]:
    """As `known_of`, of many with two questions to the database."""
    ids = [one.id for one in incidents]
    steps: dict[int | None, list[Taken]] = {one: [] for one in ids}
    for step in session.exec(
        select(Step).where(col(Step.incident_id).in_(ids)).order_by(col(Step.id))
    ):
        steps[step.incident_id].append(taken(step))
    exhibits: dict[int | None, list[int]] = {one: [] for one in ids}
    numbers = select(Exhibit.incident_id, Exhibit.number)
    for incident_id, number in session.exec(numbers.where(col(Exhibit.incident_id).in_(ids))):
        exhibits[incident_id].append(number)
    return [_known(one, steps[one.id], exhibits[one.id], office.of(one), now) for one in incidents]


def _known(
    incident: Incident,
    steps: Sequence[Taken],
    exhibits: Sequence[int],
    office: Office,
    now: datetime,
) -> Known:
    return Known(
        named=incident.staff_id,
        alongside=frozenset(incident.alongside),
        categories=frozenset(incident.categories),
        state=incident.state,
        opened_at=incident.opened_at,
        exhibits=frozenset(exhibits),
        taken=tuple(steps),
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
