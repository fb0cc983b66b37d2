"""What a step changes about its incident besides being recorded."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from sqlmodel import Session, select

from casework.incidents import acknowledge_unasked
from casework.lifecycle import Happens, after
from casework.step_rules import Kind, Proposed
from records.incident import Incident
from records.step import Step


def take_effect(
    session: Session, incident: Incident, step: Proposed, kind: Kind, *, now: datetime
) -> None:
    """Carry out what belongs to the step, in its transaction."""
    if effect := _EFFECTS.get(kind.name):
        effect(session, incident, step, now)


def forget_words(session: Session, incident: Incident) -> None:
    """Empty all that people wrote in their own words, when the record's key is destroyed."""
    for one in session.exec(select(Step).where(Step.incident_id == incident.id)):
        one.sealed = None
        session.add(one)


def _decide(session: Session, incident: Incident, step: Proposed, now: datetime) -> None:
    """Whoever decides has seen it."""
    acknowledge_unasked(session, incident, actor=step.actor, via="decision", now=now)
    incident.state = after(incident.state, Happens.DECIDED, actor=step.actor)
    incident.outcome = step.code("outcome")
    session.add(incident)


def _forget_a_contact(session: Session, incident: Incident, step: Proposed, now: datetime) -> None:
    """SPSO 42: what is not to be recorded leaves no words behind."""
    del now
    if step.code("decision") != "do-not-record":
        return
    query = select(Step).where(
        Step.incident_id == incident.id,
        Step.kind == "outside-contact",
        Step.subject == step.code("number"),
    )
    for one in session.exec(query):
        one.sealed = None
        session.add(one)


_EFFECTS: Mapping[str, Callable[[Session, Incident, Proposed, datetime], None]] = MappingProxyType(
    {"outcome": _decide, "outside-contact-decision": _forget_a_contact}
)
