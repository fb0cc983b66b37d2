"""Presses of buttons in Slack: whose they are, whether they count, and what is said to them."""

from datetime import datetime, timedelta

from sqlmodel import Session, select

from alerts.channels.slack_blocks import PASS_ON, SEEN, TOLD
from alerts.channels.slack_press import Press, Reply
from alerts.message import TEST_REFERENCE
from casework import incidents
from casework.audit import note
from casework.errors import (
    CaseworkError,
    DecidedMeanwhileError,
    NoSuchIncidentError,
    StepUnfitError,
)
from casework.office import Office
from casework.steps import Order, record_step
from casework.trials import confirm_by_receipt
from records.alert import Delivery
from records.database import reading, transaction
from records.incident import Incident
from records.roster import StaffMember
from workflows.engine import Engine
from workflows.pass_on import pass_on
from workflows.services import Services

STRANGER = "unknown"
STALE_AFTER = timedelta(minutes=15)
"""A press that is older by Slack's clock is a repeated one: Slack keeps none for later."""
NOT_ON_THE_LIST = "Only people on this incident's list can answer for it. Nothing was changed."
VIA = "slack"
_TOLD_PARTS = {"how": "other", "reminded": "yes"}
"""What the button asks before it counts: in private, and reminded of the support there is."""
TOLD_BEFORE = "It is recorded already that they were told. Nothing was changed."
ON_THE_PAGE = (
    "Somebody else stands before you in the order, or nobody can be told. Nothing was changed:"
    " please open the record and write it down there."
)
NOBODY_LEFT = "there is nobody left to pass it on to, so it stays with you. An alarm was raised."
CLOSED = "This record was closed before your answer. Nothing was changed; you can still open it."


class RefusedError(CaseworkError):
    """This press changes nothing."""

    def __init__(self, why: str, words: str = NOT_ON_THE_LIST) -> None:
        """`why` is a short word for the audit trail, `words` what the person is told."""
        super().__init__(words)
        self.why = why


def answer(services: Services, engine: Engine, press: Press) -> Reply | None:
    """Do what was pressed, or note the refusal; returns what stands in the alert's place.

    None leaves the message as it is: somebody else's stays ready to be pressed.
    """
    member = next(
        (one for one in services.roster.values() if one.slack_id == press.slack_user_id), None
    )
    now = services.now().astimezone(services.organisation.calendar.zone)
    if press.reference == TEST_REFERENCE:
        return _confirm(services, press, member, now)
    try:
        with transaction(services.database) as session:
            incident = incidents.by_reference(session, press.reference)
            _check(services, press, incident)
            actor = member.staff_id if member else STRANGER
            return _act(session, services, engine, press, incident, actor)
    except CaseworkError as refusal:
        why, words = _in_words(refusal)
        _note_refusal(services, press, member, why)
        return Reply(words) if member and _went_to(services, press, member) else None


def _confirm(
    services: Services, press: Press, member: StaffMember | None, now: datetime
) -> Reply | None:
    """A test counts once the person it was sent to says that it has reached them."""
    with transaction(services.database) as session:
        news = confirm_by_receipt(
            session,
            f"{press.channel}:{press.ts}",
            actor=member.staff_id if member else STRANGER,
            employed=member is not None and member.works_on(now.date()),
            via=VIA,
            now=now,
        )
    return Reply(f"Thank you. The test has reached you, {now:%H:%M}.") if news else None


def _in_words(refusal: CaseworkError) -> tuple[str, str]:
    """A short word for the audit trail, and what the person is told."""
    match refusal:
        case RefusedError():
            return refusal.why, str(refusal)
        case DecidedMeanwhileError():
            return "told before", TOLD_BEFORE
        case StepUnfitError():
            return "unfit", ON_THE_PAGE
        case _:
            return "not allowed", NOT_ON_THE_LIST


def passed_over(services: Services, what: str) -> None:
    """Note what came in from Slack and was no press of ours, or the same one once more."""
    with transaction(services.database) as session:
        note(
            session,
            "press refused",
            actor=STRANGER,
            now=services.now(),
            about={"via": VIA, "why": what},
        )


def _check(services: Services, press: Press, incident: Incident) -> None:
    """Raise RefusedError for a press that comes too late."""
    age = services.now().timestamp() - press.pressed_at
    if press.pressed_at and age > STALE_AFTER.total_seconds():
        raise RefusedError("stale")
    if incident.state == "closed":
        raise RefusedError("closed", CLOSED)


def _act(
    session: Session,
    services: Services,
    engine: Engine,
    press: Press,
    incident: Incident,
    actor: str,
) -> Reply:
    """Carry the answer out; raises CaseworkError where it may not be."""
    zone = services.organisation.calendar.zone
    now = services.now().astimezone(zone)
    pack = services.pack_for(incident.policy, incident.policy_version)
    office = Office(pack, services.organisation, services.roster)
    if press.action == SEEN:
        employed = office.actor(actor).employed(now)
        incidents.acknowledge(session, incident, actor=actor, via=VIA, employed=employed, now=now)
        return Reply(f"{press.reference}: seen by you, {now:%H:%M}. Thank you.", settled=False)
    if press.action == TOLD:
        order = Order("told-in-private", _TOLD_PARTS | {"by": actor}, actor)
        record_step(session, office, press.reference, order, now=now)
        incidents.acknowledge_unasked(session, incident, actor=actor, via=VIA, now=now)
        return Reply(f"{press.reference}: recorded that you told them, {now:%H:%M}. Thank you.")
    if press.action != PASS_ON:
        raise RefusedError("no such answer")
    following = pass_on(session, engine, incident, actor=actor, via=VIA)
    if following is None:
        return Reply(f"{press.reference}: {NOBODY_LEFT}")
    title = pack.role_title(following.role)
    return Reply(f"{press.reference}: passed on at {now:%H:%M} to the {title}. Thank you.")


def _note_refusal(services: Services, press: Press, member: StaffMember | None, why: str) -> None:
    with transaction(services.database) as session:
        note(
            session,
            "press refused",
            actor=member.staff_id if member else STRANGER,
            now=services.now(),
            reference=_known(session, press.reference),
            about={"via": VIA, "action": press.action, "why": why},
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
