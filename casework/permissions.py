"""Who may do what with an incident; every path asks here, and the answer is no without a rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from sqlmodel import Session, col, select

from casework.errors import NotAllowedError
from casework.office import Actor, Office
from policies.pack import LINE_MANAGER, Decision, Pack
from policies.seats import Desk
from records.emergency import EmergencyAccess
from records.incident import Incident, IncidentAccess
from records.step import Step


class Action(StrEnum):
    """What somebody may want to do with an incident."""

    VIEW = "view"
    REVEAL = "reveal"
    ACKNOWLEDGE = "acknowledge"
    JUDGE = "judge"
    OPEN_EVIDENCE = "open evidence"
    EXPORT = "export"
    HOLD = "hold"
    ERASE = "erase"
    RECORD = "record"
    CLOSE = "close"
    REOPEN = "reopen"
    DECLARE = "declare a conflict"
    BRING_IN = "bring in"
    FILE = "file"
    """Hand in a note about one's own doing, without seeing anything."""
    MAKE_OWN_PAGE = "make a page of their own"
    """For the person named, after they were told in private."""
    SAY = "say for oneself"
    """On one's own page: what one would like, and how much of it one sees."""
    DECIDE_POLICE = "decide police"
    DECIDE_REMOVAL = "decide removal"
    DECIDE_RESTRICTION = "decide restriction"
    DECIDE_TERMINATION = "decide termination"
    DECIDE_LEADERSHIP_SHARING = "decide leadership_sharing"
    DECIDE_PERSONAL_RECORD = "decide personal_record"
    DECIDE_CASEWORK_USE = "decide casework_use"
    DECIDE_COMPLAINT_MISUSE = "decide complaint_misuse"
    DECIDE_RETENTION = "decide retention"
    DECIDE_BLOCK = "decide block"
    DECIDE_APPEAL = "decide appeal"
    AGREE_TO_ERASE = "agree to erase"
    """Be the second of two who erase; nothing of the record is seen for it."""


DECISIONS: Mapping[Action, Decision] = MappingProxyType(
    {Action(f"decide {decision.value}"): decision for decision in Decision}
)
"""The actions that only roles which the pack names may take."""


class Tie(StrEnum):
    """What ties somebody to an incident, so that they may do something with it."""

    LIST = "on the list"
    CUSTODIAN = "the custodian"
    MANAGER = "the line manager of the person named, on the list"
    STAFF = "anybody employed"
    SECOND = "whoever decides about retention, or acts for the custodian"
    TELLER = "whoever the policy says tells the person named, if they may read the record"
    AFFECTED = "the person named, once they were told in private"
    LET_IN = "somebody outside the list whom two people have let in for a day"


_READERS = frozenset({Tie.LIST, Tie.CUSTODIAN})
_LOOKERS = _READERS | {Tie.LET_IN}

TIES: Mapping[Action, frozenset[Tie]] = MappingProxyType(
    {
        Action.VIEW: _LOOKERS,
        Action.REVEAL: _LOOKERS,
        Action.ACKNOWLEDGE: frozenset({Tie.LIST}),
        Action.JUDGE: _READERS,
        Action.OPEN_EVIDENCE: _LOOKERS,
        Action.EXPORT: _READERS,
        Action.HOLD: _READERS,
        Action.ERASE: _READERS,
        Action.RECORD: _READERS,
        Action.CLOSE: _READERS,
        Action.REOPEN: _READERS,
        Action.DECLARE: _READERS,
        # SPSO 68: every addition has a reason; WICS Named ¶1: the line manager may add somebody.
        Action.BRING_IN: frozenset({Tie.CUSTODIAN, Tie.MANAGER}),
        Action.FILE: frozenset({Tie.STAFF}),
        Action.DECIDE_APPEAL: _READERS,
        **dict.fromkeys(DECISIONS, _READERS),
        Action.AGREE_TO_ERASE: frozenset({Tie.SECOND}),
        # SPSO 69, WICS Named ¶3: told in private first; then they have a say in what is done.
        Action.MAKE_OWN_PAGE: frozenset({Tie.TELLER}),
        Action.SAY: frozenset({Tie.AFFECTED}),
    }
)
"""Which tie each action asks for; an action without a row is refused to everybody."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands towards an incident; `decides` is what the policy lets them decide."""

    staff_id: str
    named: bool
    on_list: bool
    employed: bool
    conflicted: bool = False
    custodian: bool = False
    line_manager: bool = False
    decides: frozenset[Decision] = frozenset()
    appeals: bool = False
    second: bool = False
    teller: bool = False
    affected: bool = False
    """Named, and told so in private: may say for themselves, and nothing else of this record."""
    let_in: bool = False
    """Let in for a day: may look, and do nothing else."""


def check_may(standing: Standing, action: Action) -> None:
    """Raise NotAllowedError, with the reason, unless the action is allowed."""
    if not standing.employed:
        raise NotAllowedError("You no longer work here.")
    if Tie.STAFF in TIES.get(action, ()):
        return
    if standing.affected and Tie.AFFECTED in TIES.get(action, ()):
        return
    if standing.named:
        # SPSO 68: even as HR officer, Director or custodian.
        raise NotAllowedError(
            "You are named in this incident yourself, so you can't open its record."
        )
    if standing.conflicted:
        raise NotAllowedError("You have declared a conflict, so you can't open this record.")
    if not _tied(standing, action):
        raise NotAllowedError
    if action in DECISIONS and DECISIONS[action] not in standing.decides:
        raise NotAllowedError("The policy leaves this decision to others than you.")
    if action is Action.DECIDE_APPEAL and not standing.appeals:
        raise NotAllowedError("The policy leaves appeals to others than you.")


def _tied(standing: Standing, action: Action) -> bool:
    ties = TIES.get(action, frozenset())
    if Tie.MANAGER in ties and standing.on_list and standing.line_manager:
        return True
    if Tie.SECOND in ties and standing.second:
        return True
    if Tie.TELLER in ties and standing.teller and (standing.on_list or standing.custodian):
        return True
    if Tie.LET_IN in ties and standing.let_in:
        return True
    return (Tie.LIST in ties and standing.on_list) or (Tie.CUSTODIAN in ties and standing.custodian)


def allowed(standing: Standing, action: Action) -> bool:
    """Whether `check_may` raises nothing."""
    try:
        check_may(standing, action)
    except NotAllowedError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom an incident concerns, as far as permissions go."""

    named: frozenset[str]
    conflicted: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()
    custodian: str | None = None
    line_manager: str | None = None
    deciders: Mapping[Decision, frozenset[str]] = field(default_factory=dict)
    appeals: frozenset[str] = frozenset()
    seconds: frozenset[str] = frozenset()
    tellers: frozenset[str] = frozenset()
    affected: str | None = None
    let_in: frozenset[str] = frozenset()


def stands(actor: Actor, incident: Concerned, now: datetime) -> Standing:
    """How `actor` stands towards `incident` at `now`."""
    own = actor.staff_id
    return Standing(
        staff_id=own,
        named=own in incident.named,
        on_list=own in incident.listed,
        employed=actor.employed(now),
        conflicted=own in incident.conflicted,
        custodian=own == incident.custodian,
        line_manager=own == incident.line_manager,
        decides=frozenset(one for one, by in incident.deciders.items() if own in by),
        appeals=own in incident.appeals,
        second=own in incident.seconds,
        teller=own in incident.tellers,
        affected=own == incident.affected,
        let_in=own in incident.let_in,
    )


def check(actor: Actor, action: Action, incident: Concerned, now: datetime) -> Standing:
    """How `actor` stands towards `incident`; raises NotAllowedError unless they may do this."""
    standing = stands(actor, incident, now)
    check_may(standing, action)
    return standing


def may(actor: Actor, action: Action, incident: Concerned, now: datetime) -> bool:
    """Whether `actor` may do this with `incident` at `now`."""
    return allowed(stands(actor, incident, now), action)


def concerned(session: Session, incident: Incident, office: Office, now: datetime) -> Concerned:
    """Whom `incident` concerns at this moment, by the body's own roles."""
    office = office.of(incident)
    desk = office.desk(incident, now)
    query = select(IncidentAccess.staff_id).where(IncidentAccess.incident_id == incident.id)
    return Concerned(
        named=frozenset(one for one in (incident.staff_id, *incident.alongside) if one),
        conflicted=frozenset(incident.conflicted),
        listed=frozenset(session.exec(query)),
        custodian=office.custodian(incident, now),
        line_manager=next(iter(desk.who_may_know(LINE_MANAGER)), None),
        deciders={
            decision: frozenset(seat.staff_id for seat in desk.deciders(decision))
            for decision in Decision
        },
        appeals=frozenset(
            one for role in office.pack.restrictions.appeal for one in desk.who_may_know(role)
        ),
        seconds=seconds(office.pack, desk),
        tellers=frozenset(
            one for role in office.pack.telling.chain for one in desk.who_may_know(role)
        ),
        affected=incident.staff_id if _was_told(session, incident) else None,
        let_in=let_in(session, incident, now),
    )


def let_in(session: Session, incident: Incident, now: datetime) -> frozenset[str]:
    """Whom two people have let in for a day, while that day lasts (casework.break_glass)."""
    query = select(EmergencyAccess.staff_id).where(
        EmergencyAccess.incident_id == incident.id,
        col(EmergencyAccess.allowed).is_(True),
        col(EmergencyAccess.ends_at) > now,
    )
    return frozenset(session.exec(query))


def _was_told(session: Session, incident: Incident) -> bool:
    query = select(Step.id).where(Step.incident_id == incident.id, Step.kind == "told-in-private")
    return session.exec(query).first() is not None


def seconds(pack: Pack, desk: Desk) -> frozenset[str]:
    """Who may be the second of two who erase; never anybody who is named or in conflict."""
    custody = pack.custody
    roles = (custody.custodian, custody.deputy, *pack.alerting.last_resort)
    deciders = {seat.staff_id for seat in desk.deciders(Decision.RETENTION)}
    return frozenset(deciders.union(*(desk.who_may_know(role) for role in roles)))


def standing(
    session: Session,
    incident: Incident,
    staff_id: str,
    *,
    employed: bool,
    custodian: bool = False,
    let_in: bool = False,
) -> Standing:
    """How `staff_id` stands towards `incident` at this moment, for what asks for no role."""
    query = select(IncidentAccess).where(
        IncidentAccess.incident_id == incident.id, IncidentAccess.staff_id == staff_id
    )
    return Standing(
        staff_id=staff_id,
        named=staff_id == incident.staff_id or staff_id in incident.alongside,
        on_list=session.exec(query).first() is not None,
        employed=employed,
        conflicted=staff_id in incident.conflicted,
        custodian=custodian,
        let_in=let_in,
    )
