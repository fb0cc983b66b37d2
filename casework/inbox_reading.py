"""Read somebody's inbox: only what they may see, found by the database and checked once more."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, String, cast, false, true
from sqlmodel import Session, and_, case, col, exists, func, not_, or_, select

from casework.duties import duties
from casework.inbox import TELLING, Around, Next, Part, Place, following
from casework.kinds_notes import NO_THREAT, NOBODY_MEANT
from casework.known import known_of_each
from casework.lifecycle import STATES
from casework.named import excludes, holds
from casework.office import Office
from casework.permissions import Action, Standing, allowed
from casework.step_rules import PHYSICAL, Known
from policies.seats import Desk, Question
from policies.tables import Decision
from records.incident import Incident, IncidentAccess
from records.step import Step

PAGE = 20
MOST_COUNTED = 100
"""No list is counted any further."""
_FAR = datetime(9999, 1, 1, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One incident in the list; no name, and no word of a post."""

    reference: str
    severity: str
    categories: tuple[str, ...]
    opened_at: datetime
    state: str
    next: Next


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list, and from where the next page goes on; empty at the end.

    `many` is how many come from its beginning on, up to MOST_COUNTED or the end of the page.
    """

    entries: tuple[Entry, ...]
    after: str
    many: int = 0


@dataclass(frozen=True)
class Inbox:
    """One person's inbox at one moment; whoever is named or in conflict finds nothing of it."""

    session: Session
    office: Office
    staff_id: str
    now: datetime

    def page(self, part: Part, after: str = "", size: int = PAGE) -> Listed:
        """The entries of `part` from the place `after` on: what is due first, or the newest."""
        if not self._employed:
            return Listed((), "")
        due = _due()
        urgent = part is Part.ATTENTION
        most = size + 1 if after else max(size + 1, MOST_COUNTED)
        query = select(Incident.id, due).where(self.visible, self.among(part)).limit(most)
        query = query.order_by(due, col(Incident.id)) if urgent else query.order_by(_newest())
        if (begins := _begins(after, due, urgent=urgent)) is not None:
            query = query.where(begins)
        found = self.session.exec(query).all()
        entries = self._entries([number for number, _ in found[:size] if number is not None])
        more = _place_after(*found[size - 1]) if len(found) > size else ""
        return Listed(tuple(entries), more, len(found))

    def count(self, part: Part) -> int:
        """How many there are in `part`, up to MOST_COUNTED."""
        if not self._employed:
            return 0
        some = select(Incident.id).where(self.visible, self.among(part)).limit(MOST_COUNTED)
        return self.session.exec(select(func.count()).select_from(some.subquery())).one()

    @property
    def _employed(self) -> bool:
        return self.office.actor(self.staff_id).employed(self.now)

    @cached_property
    def visible(self) -> ColumnElement[bool]:
        """What `may` lets this person view: on the list, or theirs to keep; never named in it."""
        return and_(not_(excludes(self.staff_id)), or_(self._on_list, self._keeps))

    def among(self, part: Part) -> ColumnElement[bool]:
        """`casework.inbox.which`, asked of the database."""
        closed = col(Incident.state) == "closed"
        alive = col(Incident.state).in_([one for one in STATES if one != "closed"])
        due = func.coalesce(col(Incident.duty_at), _FAR) <= self.now
        late = or_(col(Incident.duty_level) > 0, due)
        unseen = and_(col(Incident.acknowledged_at).is_(None), self._on_list)
        told = or_(col(Incident.staff_id).is_(None), _told(), _decided(NOBODY_MEANT))
        untold = and_(not_(told), or_(self._tells, and_(self._keeps, late)))
        waits = or_(unseen, self._decides, untold, and_(told, self._keeps))
        if part is Part.ATTENTION:
            # Not by the index of states, of which nearly all are closed, but by that of moments.
            ended = func.coalesce(col(Incident.state), "") == "closed"
            timer = and_(ended, col(Incident.duty_at) > _EPOCH, late, self._keeps)
            return or_(and_(alive, waits), timer)
        if part is Part.OTHERS:
            return and_(alive, not_(waits))
        return and_(closed, or_(not_(late), not_(self._keeps)))

    @cached_property
    def _on_list(self) -> ColumnElement[bool]:
        mine = select(IncidentAccess.incident_id).where(IncidentAccess.staff_id == self.staff_id)
        return col(Incident.id).in_(mine)

    @cached_property
    def _keeps(self) -> ColumnElement[bool]:
        """Whether they keep the record, by the rules with which each incident was opened."""
        editions = self.session.exec(
            select(Incident.policy, Incident.policy_version).distinct()
        ).all()
        ways = [
            and_(
                col(Incident.policy) == name,
                col(Incident.policy_version) == version,
                *map(excludes, before),
            )
            for name, version in editions
            if (before := self._before(name, version)) is not None
        ]
        return or_(false(), *ways)

    def _before(self, policy: str, version: str) -> list[str] | None:
        """Who keeps a record unless they are named in it; None for who never does."""
        edition = Incident(
            reference="",
            severity="none",
            key_id=0,
            policy=policy,
            policy_version=version,
            opened_at=self.now,
            last_mention_at=self.now,
        )
        desk = self.office.desk(edition, self.now)
        pack = self.office.of(edition).pack
        roles = (pack.custody.custodian, pack.custody.deputy, *pack.alerting.last_resort)
        order = list(dict.fromkeys(one for role in roles for one in desk.who_may_know(role)))
        return order[: order.index(self.staff_id)] if self.staff_id in order else None

    @cached_property
    def _tells(self) -> ColumnElement[bool]:
        """Whether the first who can tell the person named is this one."""
        office, today = self.office, self.office.today(self.now)

        def teller(named: str) -> str:
            question = Question(named=named, alongside=frozenset(), day=today)
            seat = Desk(office.pack, office.organisation, office.roster, question).teller()
            return seat.staff_id if seat else ""

        return col(Incident.staff_id).in_(
            [one for one in office.roster if teller(one) == self.staff_id]
        )

    @cached_property
    def _decides(self) -> ColumnElement[bool]:
        """Whether a threat waits for a decision that this person may take in their role."""
        roles = self.office.pack.may_decide(Decision.POLICE)
        mine = select(IncidentAccess.incident_id).where(
            IncidentAccess.staff_id == self.staff_id, col(IncidentAccess.role).in_(roles)
        )
        threat = or_(*(holds(Incident.categories, one) for one in sorted(PHYSICAL)))
        decided = or_(_has_step("police"), _decided(NO_THREAT))
        return and_(threat, not_(decided), col(Incident.id).in_(mine))

    def _entries(self, numbers: Sequence[int]) -> Iterator[Entry]:
        """As they are shown, in this order, once `allowed` has been asked of each."""
        mine = select(IncidentAccess.incident_id).where(
            IncidentAccess.staff_id == self.staff_id,
            col(IncidentAccess.incident_id).in_(numbers),
        )
        listed = set(self.session.exec(mine))
        rows = self.session.exec(select(Incident).where(col(Incident.id).in_(numbers))).all()
        incidents = sorted(rows, key=lambda one: numbers.index(one.id or 0))
        for known, incident in zip(
            known_of_each(self.session, incidents, self.office, self.now), incidents, strict=True
        ):
            if entry := self._entry(incident, known, listed=incident.id in listed):
                yield entry

    def _entry(self, incident: Incident, known: Known, *, listed: bool) -> Entry | None:
        keeper = known.desk.custodian()
        keeps = keeper is not None and keeper.staff_id == self.staff_id
        standing = Standing(
            staff_id=self.staff_id,
            named=self.staff_id in {incident.staff_id, *incident.alongside},
            on_list=listed,
            employed=self._employed,
            conflicted=self.staff_id in incident.conflicted,
            custodian=keeps,
        )
        if not allowed(standing, Action.VIEW):
            return None
        return Entry(
            reference=incident.reference,
            severity=incident.severity,
            categories=tuple(incident.categories),
            opened_at=incident.opened_at,
            state=incident.state,
            next=self._next(incident, known, listed=listed, keeps=keeps),
        )

    def _next(self, incident: Incident, known: Known, *, listed: bool, keeps: bool) -> Next:
        to_do, desk = duties(known), known.desk
        kinds = {one.kind for one in to_do}
        teller, keeper = desk.teller(), desk.custodian()
        decides = self.staff_id in {one.staff_id for one in desk.deciders(Decision.POLICE)}
        place = Place(
            state=incident.state,
            seen=incident.acknowledged_at is not None,
            listed=listed,
            keeps=keeps,
            tells=teller is not None and teller.staff_id == self.staff_id,
            told=not kinds & TELLING,
            decides="police" in kinds and decides,
            late=any(one.overdue(self.now) for one in to_do),
        )
        around = Around(
            duties=to_do,
            escalates_at=incident.escalates_at,
            teller=known.pack.role_title(teller.role) if teller else "",
            keeper=known.pack.role_title(keeper.role) if keeper else "",
            may_decide_police=decides,
        )
        return following(place, around)


def _has_step(*kinds: str) -> ColumnElement[bool]:
    ways = (
        exists().where(col(Step.incident_id) == Incident.id, col(Step.kind) == kind)
        for kind in kinds
    )
    return and_(true(), *ways)


def _told() -> ColumnElement[bool]:
    return _has_step(*sorted(TELLING))


def _decided(reasons: Collection[str]) -> ColumnElement[bool]:
    """Whether an outcome was written down for one of these reasons."""
    words = cast(col(Step.about), String)
    because = or_(*(words.contains(f'"because": "{one}"') for one in sorted(reasons)))
    return exists().where(
        col(Step.incident_id) == Incident.id, col(Step.kind) == "outcome", because
    )


def _due() -> ColumnElement[datetime]:
    """When the next thing falls due, of whatever kind."""
    unseen = case((col(Incident.acknowledged_at).is_(None), col(Incident.escalates_at)), else_=None)
    return func.coalesce(unseen, col(Incident.duty_at), _FAR)


def _newest() -> ColumnElement[Any]:
    return col(Incident.id).desc()


def _place_after(number: int | None, due: datetime) -> str:
    return f"{(due - _EPOCH) // _MICROSECOND}.{number}"


def _begins(
    after: str, due: ColumnElement[datetime], *, urgent: bool
) -> ColumnElement[bool] | None:
    """What comes after a place; None from the beginning, also where the place makes no sense."""
    moment, _, number = after.partition(".")
    if not (moment.isdecimal() and number.isdecimal() and len(after) < 40):  # noqa: PLR2004
        return None
    if not urgent:
        return col(Incident.id) < int(number)
    try:
        at = _EPOCH + int(moment) * _MICROSECOND
    except OverflowError:
        return None
    return or_(due > at, and_(due == at, col(Incident.id) > int(number)))
