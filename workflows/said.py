"""Tell the people of a record, without any content, that the person named has said something."""

from sqlmodel import Session, col, func, select

from alerts.routing import Recipient
from casework.office import Office
from casework.permissions import Action, allowed, concerned, stands
from casework.reading import people_on
from records.alert import AlertKind
from records.incident import Incident
from records.own_page import OwnPage
from records.step import Step
from workflows.engine import Engine
from workflows.notify import tell
from workflows.services import Services, services


def tell_what_was_said(session: Session, engine: Engine) -> int:
    """Tell of what was said on the pages that are due; how many they were."""
    held = services()
    query = (
        select(OwnPage)
        .where(col(OwnPage.tell_at) <= held.now())
        .with_for_update(skip_locked=True)
        .limit(50)
    )
    due = list(session.exec(query))
    for page in due:
        page.tell_at = None
        session.add(page)
        incident = session.get_one(Incident, page.incident_id)
        newest = select(func.max(Step.id)).where(
            Step.incident_id == incident.id, Step.actor == page.staff_id
        )
        recipients = _readers(session, incident, held)
        level = session.exec(newest).one() or 0
        tell(session, engine, incident, recipients, AlertKind.SAID, level=level)
    return len(due)


def _readers(session: Session, incident: Incident, held: Services) -> list[Recipient]:
    """Everybody on the list who may still see the record; never whoever is named in it."""
    office = Office(
        held.pack_for(incident.policy, incident.policy_version), held.organisation, held.roster
    )
    about = concerned(session, incident, office, held.now())
    return [
        Recipient(one.staff_id, one.role, one.reason)
        for one in people_on(session, incident)
        if allowed(stands(office.actor(one.staff_id), about, held.now()), Action.VIEW)
    ]
