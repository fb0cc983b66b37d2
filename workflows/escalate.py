"""What happens when nobody says that they have seen an alert."""

from sqlmodel import Session, col, select

from alerts import escalation
from alerts.routing import Recipient, next_in_line
from casework.audit import note
from records.alert import AlertKind
from records.audit import MACHINE
from records.incident import Incident, IncidentAccess
from workflows.engine import Engine
from workflows.notify import question, tell
from workflows.services import Services, services


def escalate_those_due(session: Session, engine: Engine) -> int:
    """Take the next step with every incident whose time is up; return how many there were."""
    held = services()
    query = (
        select(Incident)
        .where(col(Incident.escalates_at) <= held.now())
        .where(col(Incident.acknowledged_at).is_(None))
        .with_for_update(skip_locked=True)
        .limit(50)
    )
    due = list(session.exec(query))
    for incident in due:
        _escalate(session, engine, incident, held)
    return len(due)
