"""What a roster gives to think about before it is used, as a pure function of its people."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import ceil

from nlp.expected import POSTS_A_WEEK, expected_a_week, expected_of_all
from nlp.same_names import shared_names, standing
from nlp.screening import is_watched
from records.roster import Roster, StaffMember

LINE_MANAGER = "line manager"
_WORTH_TELLING = 1.0
"""Posts a week from which on a name is told of."""
_LEAST_SAID = 0.1


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one person or several; `wanting` says that it has to be put right."""

    about: str
    staff_ids: tuple[str, ...]
    what: str
    wanting: bool = False


@dataclass(frozen=True)
class Staffing:
    """The roster, who would be told as what, and how long leavers are watched."""

    roster: Roster
    day: date
    months: int = 12
    roles: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Each role in plain words with the ids of those who hold it; empty without a body."""

    @property
    def watched(self) -> tuple[StaffMember, ...]:
        """Those whose names are looked for."""
        return tuple(one for one in self.roster.values() if is_watched(one, self.day, self.months))

    @property
    def recipients(self) -> dict[str, tuple[str, ...]]:
        """Everybody who may be told, each with what they would be told as."""
        told: dict[str, list[str]] = {}
        for member in self.watched:
            if member.line_manager:
                told.setdefault(member.line_manager, [LINE_MANAGER])
        for role, holders in self.roles:
            for staff_id in holders:
                told.setdefault(staff_id, []).append(role)
        return {staff_id: tuple(told[staff_id]) for staff_id in self.roster if staff_id in told}


def remarks_on(staffing: Staffing) -> Iterator[Remark]:
    """Everything there is to know, what has to be put right first."""
    for find in (_unreachable, _unsearchable, _without_line_manager, _away, _by_slack_alone):
        yield from find(staffing)
    for find in (_common, _frequent, _shared, _same_address, _may_be_named, _raised, _leavers):
        yield from find(staffing)


def _unreachable(staffing: Staffing) -> Iterator[Remark]:
    for staff_id, told_as in staffing.recipients.items():
        member = staffing.roster[staff_id]
        if not (_can_be_told(member) or _has_left(member, staffing.day)):
            what = f"told as {', '.join(told_as)}: give an email, a slack_id or a teams_id"
            yield Remark("no address", (staff_id,), what, wanting=True)


def _unsearchable(staffing: Staffing) -> Iterator[Remark]:
    for member in staffing.watched:
        if standing(member) is None:
            what = "nothing of it can be looked for: give first name and surname"
            yield Remark("no name", (member.staff_id,), what, wanting=True)


def _without_line_manager(staffing: Staffing) -> Iterator[Remark]:
    without = tuple(one.staff_id for one in staffing.roster.values() if not one.line_manager)
    if len(without) > 1:
        yield Remark(
            "no line manager", without, "only the head of the body may have none", wanting=True
        )


def _away(staffing: Staffing) -> Iterator[Remark]:
    for staff_id, told_as in staffing.recipients.items():
        if not staffing.roster.available(staff_id, staffing.day):
            why = _why_away(staffing.roster, staff_id, staffing.day)
            yield Remark("not at work", (staff_id,), f"{', '.join(told_as)}: {why}")


def _why_away(roster: Roster, staff_id: str, day: date) -> str:
    member = roster[staff_id]
    if _has_left(member, day):
        return f"left on {member.ends_on}"
    if member.starts_on and day < member.starts_on:
        return f"begins on {member.starts_on}"
    until = [
        away.until
        for away in roster.absences
        if away.staff_id == staff_id and away.away_from <= day <= away.until
    ]
    return f"away until {max(until)}"


def _can_be_told(member: StaffMember) -> bool:
    """Whether there is more than a phone: a text message only sends its reader elsewhere."""
    return bool(member.email or member.slack_id or member.teams_id)


def _has_left(member: StaffMember, day: date) -> bool:
    return member.ends_on is not None and member.ends_on < day


def _by_slack_alone(staffing: Staffing) -> Iterator[Remark]:
    for staff_id in staffing.recipients:
        member = staffing.roster[staff_id]
        if member.slack_id and not member.email:
            yield Remark(
                "no e-mail", (staff_id,), "told by Slack, but the code to sign in goes by e-mail"
            )


def _common(staffing: Staffing) -> Iterator[Remark]:
    for member in staffing.watched:
        name = standing(member)
        if name and name.needs_context:
            what = f"with the body named beside it: {name.beside_the_body or 'passed over'}"
            yield Remark("common name", (member.staff_id,), what)


def _frequent(staffing: Staffing) -> Iterator[Remark]:
    """Those whose name strangers bear often enough to be noticed, the most frequent first."""
    expected = [(expected_a_week(member), member) for member in staffing.watched]
    for found, member in sorted(expected, key=lambda one: -one[0].posts):
        if found.posts >= _WORTH_TELLING:
            what = (
                f"posts a week by or about others: about {_about(found.posts)};"
                f" for triage: {_about(found.for_triage)};"
                f" false alerts: no more than {_at_most(found.alerts_at_most)}"
            )
            yield Remark("common elsewhere", (member.staff_id,), what)


def _about(number: float) -> str:
    """A number as precise as an estimate is."""
    if number < _LEAST_SAID:
        return f"less than {_LEAST_SAID}"
    return f"{number:.1f}" if number < 10 else f"{number:.0f}"  # noqa: PLR2004 - two digits


def _at_most(number: float) -> str:
    return f"{max(ceil(number / _LEAST_SAID) * _LEAST_SAID, _LEAST_SAID):.1f}"


def in_a_week(staffing: Staffing) -> str:
    """What the names alone may cause in a week, over everybody, as a sentence with its limits."""
    total = expected_of_all(staffing.watched)
    return (
        f"Estimated a week, if {POSTS_A_WEEK // 1_000_000} million posts are watched:"
        f" {_about(total.posts)} with a name of the roster that mean somebody else;"
        f" {_about(total.for_triage)} of them for triage, and no more than"
        f" {_at_most(total.alerts_at_most)} false alerts. Posts that do mean your staff come on"
        " top, and nobody can estimate those. A famous person's name is met far more often."
    )


def _same_address(staffing: Staffing) -> Iterator[Remark]:
    """People with one address or account would read each other's alerts."""
    for what in ("email", "slack_id", "phone", "teams_id"):
        holders: dict[str, list[str]] = {}
        for member in staffing.roster.values():
            if value := getattr(member, what):
                holders.setdefault(value.casefold(), []).append(member.staff_id)
        for staff_ids in holders.values():
            if len(staff_ids) > 1:
                yield Remark(
                    "shared address",
                    tuple(staff_ids),
                    f"the same {what}: give each their own",
                    wanting=True,
                )


def _shared(staffing: Staffing) -> Iterator[Remark]:
    for shared in shared_names(staffing.watched):
        yield Remark("shared name", shared.staff_ids, f"{shared.what} “{shared.text}”")


def _may_be_named(staffing: Staffing) -> Iterator[Remark]:
    for member in staffing.watched:
        if member.may_be_named:
            yield Remark("may be named", (member.staff_id,), member.role_title)


def _raised(staffing: Staffing) -> Iterator[Remark]:
    for member in staffing.watched:
        if member.watch == "raised":
            yield Remark("watch raised", (member.staff_id,), "")


def _leavers(staffing: Staffing) -> Iterator[Remark]:
    for member in staffing.roster.values():
        if _has_left(member, staffing.day):
            still = "still" if member in staffing.watched else "no longer"
            what = f"left on {member.ends_on}; {still} watched"
            yield Remark("leaver", (member.staff_id,), what)
