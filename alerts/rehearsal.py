"""What would happen, as pure functions: for one naming, and for everybody under every absence."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from alerts.escalation import acknowledge_by, next_step
from alerts.routing import Question, Recipient, Routing, route
from policies.pack import Pack
from policies.seats import Desk, Seat
from policies.tables import LINE_MANAGER
from records.finding import Severity
from records.organisation import Organisation
from records.roster import Absence, Roster


@dataclass(frozen=True, slots=True)
class Later:
    """One step of the escalation that follows while nobody acknowledges."""

    at: datetime
    tell: Recipient | None
    alarm: bool


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Who would be told now, by when they must answer, and what follows if they don't."""

    routing: Routing
    acknowledge_by: datetime
    later: tuple[Later, ...]
    teller: Seat | None
    tell_by: datetime
    custodian: Seat | None


@dataclass(frozen=True, slots=True)
class Gap:
    """A place where nobody would be told."""

    named: str | None
    absent: str | None
    place: str
    nobody_at_all: bool

    @property
    def serious(self) -> bool:
        """Nobody would hear of it, or nobody could tell the person; else others are told still."""
        return self.nobody_at_all or self.place == TELLING


TELLING = "telling"
Reached = Callable[[str], bool]


def with_absent(roster: Roster, absent: Iterable[str], day: date) -> Roster:
    """The roster as it would be with these people away on that day too."""
    return replace(roster, absences=(*roster.absences, *(Absence(one, day, day) for one in absent)))


def foresee(
    pack: Pack,
    organisation: Organisation,
    roster: Roster,
    question: Question,
    severity: Severity,
    at: datetime,
) -> Foreseen:
    """What an alert of this severity at this moment would set going."""
    hours = organisation.calendar
    desk = Desk(pack, organisation, roster, question)
    routing = route(pack, organisation, roster, question)
    due = acknowledge_by(pack, severity, at, hours)
    later = _escalation(pack, organisation, roster, question, routing, severity, due)
    return Foreseen(
        routing,
        due,
        tuple(later),
        desk.teller() if question.named else None,
        pack.telling.within.end(at, hours),
        desk.custodian(),
    )


def _escalation(
    pack: Pack,
    organisation: Organisation,
    roster: Roster,
    question: Question,
    routing: Routing,
    severity: Severity,
    due: datetime | None,
) -> Iterator[Later]:
    told = frozenset(one.staff_id for one in routing.recipients)
    level = 0
    while due is not None:
        day = due.astimezone(organisation.calendar.zone).date()
        step = next_step(
            pack,
            organisation,
            roster,
            replace(question, day=day),
            told,
            severity=severity,
            level=level,
            now=due,
        )
        yield Later(due, step.tell, step.alarm)
        told |= {step.tell.staff_id} if step.tell else set()
        level, due = step.level, step.due


def rehearse(
    pack: Pack, organisation: Organisation, roster: Roster, day: date, reached: Reached
) -> Iterator[Gap]:
    """Every gap there would be on `day`: each member of staff named, each other person away.

    Whoever sits in none of the places can be away without a change, so those are passed over.
    """
    for named in (*(one for one in roster if roster[one].works_on(day)), None):
        question = Question(named, frozenset(), day)
        whole = set(_gaps(pack, organisation, roster, question, None, reached))
        yield from sorted(whole, key=lambda gap: gap.place)
        known = {gap.place for gap in whole}
        for absent in _who_matters(pack, organisation, roster, question):
            away = with_absent(roster, [absent], day)
            for gap in _gaps(pack, organisation, away, question, absent, reached):
                if gap.place not in known:
                    yield gap


def _who_matters(
    pack: Pack, organisation: Organisation, roster: Roster, question: Question
) -> tuple[str, ...]:
    desk = Desk(pack, organisation, roster, question)
    roles = (LINE_MANAGER, *sorted(pack.known_roles))
    people = dict.fromkeys(one for role in roles for one in desk.holders(role))
    return tuple(one for one in people if one != question.named)


def _gaps(
    pack: Pack,
    organisation: Organisation,
    roster: Roster,
    question: Question,
    absent: str | None,
    reached: Reached,
) -> Iterator[Gap]:
    routing = route(pack, organisation, roster, question)
    told = [one for one in routing.recipients if reached(one.staff_id)]
    deaf = [one.role for one in routing.recipients if not reached(one.staff_id)]
    for place in (*routing.unfilled, *deaf):
        yield Gap(question.named, absent, place, nobody_at_all=not told)
    if told and question.named and Desk(pack, organisation, roster, question).teller() is None:
        yield Gap(question.named, absent, TELLING, nobody_at_all=not told)
