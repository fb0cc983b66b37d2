"""Presses of *I've seen this* in Slack: whose they are, and what is said to them."""

from sqlmodel import Session, select

from alerts.channels.slack_press import Press
from alerts.message import TEST_REFERENCE
from casework import incidents
from casework.audit import note
from casework.errors import CaseworkError, NoSuchIncidentError
from records.alert import Delivery
from records.database import reading, transaction
from records.roster import StaffMember
from workflows.services import Services

STRANGER = "unknown"
NOT_ON_THE_LIST = "Only people on this incident's list can answer for it. Nothing was changed."


def answer(services: Services, press: Press) -> str | None:
    """Acknowledge, or note the refusal; returns what to write in the place of the alert's text.

    None leaves the message as it is: somebody else's stays ready to be pressed.
    """
    member = next(
        (one for one in services.roster.values() if one.slack_id == press.slack_user_id), None
    )
    now = services.now().astimezone(services.organisation.calendar.zone)
    if press.reference == TEST_REFERENCE:
        return f"Thank you. The test has reached you, {now:%H:%M}."
    try:
        with transaction(services.database) as session:
            incidents.acknowledge(
                session,
                incidents.by_reference(session, press.reference),
                actor=member.staff_id if member else STRANGER,
                via="slack",
                employed=member is not None and member.works_on(now.date()),
                now=now,
            )
    except CaseworkError:
        _note_refusal(services, press, member)
        return NOT_ON_THE_LIST if member and _went_to(services, press, member) else None
    return f"{press.reference}: seen by you, {now:%H:%M}. Thank you."


def _note_refusal(services: Services, press: Press, member: StaffMember | None) -> None:
    with transaction(services.database) as session:
        note(
            session,
            "press refused",
            actor=member.staff_id if member else STRANGER,
            now=services.now(),
            reference=_known(session, press.reference),
            about={"via": "slack"},
        )


def _known(session: Session, reference: str) -> str | None:
    """The reference, unless what came from outside is none of ours."""
    try:
        return incidents.by_reference(session, reference).reference
    except NoSuchIncidentError:
        return None


def _went_to(services: Services, press: Press, member: StaffMember) -> bool:
    """Whether the message that holds the button was sent to the person who pressed it."""
    query = select(Delivery.id).where(
        Delivery.receipt == f"{press.channel}:{press.ts}", Delivery.staff_id == member.staff_id
    )
    with reading(services.database) as session:
        return session.exec(query).first() is not None
