"""What may be chosen in a form for a step, from the record, the body and its policy."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from casework.cases import Case
from casework.permissions import Action
from casework.step_parts import Given, Part, Sort
from casework.step_rules import Kind, Proposed, Taken
from casework.wishes import fitting
from console.step_words import YES_OR_NO, PartWords, step_words
from console.words import moment_words
from policies.tables import AFFECTED
from records.roster import StaffMember

COUNTED: Mapping[tuple[str, str], str] = {
    ("restriction-review", "restriction"): "restriction",
    ("appeal", "restriction"): "restriction",
    ("representations", "restriction"): "restriction",
    ("notice", "restriction"): "restriction",
    ("platform-answer", "report"): "platform-report",
    ("block-ended", "block"): "block",
    ("talked-over", "number"): "disengaged",
    ("outside-contact-decision", "number"): "outside-contact",
    ("shared-seen", "number"): "shared",
}
"""(kind, part) whose number is that of a step of another kind."""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that may be chosen."""

    value: str
    text: str
    hint: str = ""


def options_of(case: Case, reader: str, kind: Kind, part: Part) -> tuple[Option, ...] | None:
    """The answers of a part, in the order of the form; None where one writes freely."""
    if part.sort is Sort.NAME:
        return _names(case, reader, kind, part)
    words = step_words()[kind.name].parts[part.name]
    makers: dict[Sort, Callable[[], Iterable[Option]]] = {
        Sort.CHOICE: lambda: _choices(case, reader, kind, part, words),
        Sort.YES: lambda: (Option(value, text) for value, text in YES_OR_NO.items()),
        Sort.STAFF: lambda: _people(case, kind, part),
        Sort.NUMBERS: lambda: _exhibits(case),
        Sort.NUMBER: lambda: _counted(case, kind, part),
    }
    make = makers.get(part.sort)
    return tuple(make()) if make else None


def startable(case: Case, reader: str, kind: Kind) -> bool:
    """Whether the reader may take a step of this kind, whatever they choose in it."""
    if not any(map(case.may, actions_of(case, reader, kind))):
        return False
    names = (one for one in kind.parts if one.sort is Sort.NAME)
    return all(options_of(case, reader, kind, one) != () for one in names)


def actions_of(case: Case, reader: str, kind: Kind) -> frozenset[Action]:
    """What a step of this kind may ask for, over all that can be chosen first."""
    if kind.action_of is None:
        return frozenset({kind.action})
    first = kind.parts[0]
    return frozenset(
        kind.action_of(_with(reader, first, value), case.known)
        for value in _values(case, kind, first)
    )


def _with(reader: str, part: Part, value: str) -> Proposed:
    return Proposed(reader, "", Given({part.name: value}, {}))


def _values(case: Case, kind: Kind, part: Part) -> Iterable[str]:
    if kind.name == "restriction":
        return [one.name for one in case.known.pack.restrictions.kinds]
    return part.choices


def _may_choose(case: Case, reader: str, kind: Kind, part: Part, value: str) -> bool:
    if kind.action_of is None or part != kind.parts[0]:
        return True
    return case.may(kind.action_of(_with(reader, part, value), case.known))


def _choices(case: Case, reader: str, kind: Kind, part: Part, words: PartWords) -> Iterator[Option]:
    possible = fitting(case.known) if part.name == "wishes" and kind.acts else part.choices
    for value, text in words.options.items():
        if (kind.name, value) == ("police", "not-reported") and _always_reported(case):
            continue
        if value in possible and _may_choose(case, reader, kind, part, value):
            yield Option(value, text)


def _exhibits(case: Case) -> Iterator[Option]:
    for number in sorted(case.known.exhibits):
        yield Option(str(number), f"Exhibit {number}")


def _always_reported(case: Case) -> bool:
    """WICS Active ¶2: then there is nothing to choose."""
    return case.known.physical and case.known.pack.police.rule == "always"


def _names(case: Case, reader: str, kind: Kind, part: Part) -> tuple[Option, ...] | None:
    known = case.known
    match kind.name, part.name:
        case "restriction", "restriction":
            return tuple(
                Option(one.name, one.title)
                for one in known.pack.restrictions.kinds
                if _may_choose(case, reader, kind, part, one.name)
            )
        case "personal-record", "for":
            return tuple(
                Option(role, f"The {known.pack.role_title(role)}")
                for role in known.pack.personal_record.deciders
                if role == AFFECTED or reader in known.desk.who_may_know(role)
            )
        case "notice", "people":
            return tuple(_staff(case, _employed(case)))
        case _:
            return None


def _people(case: Case, kind: Kind, part: Part) -> Iterator[Option]:
    """Staff by name: in the policy's own order where it says who, else by the alphabet."""
    rules, known = case.known.pack.restrictions, case.known
    roles: Mapping[tuple[str, str], tuple[str, ...]] = {
        ("told-in-private", "by"): known.pack.telling.chain,
        ("representations", "considered-by"): rules.representations_to,
        ("restriction", "recommended-by"): rules.termination_recommended_by,
    }
    where = (kind.name, part.name)
    if where in roles:
        order = dict.fromkeys(one for role in roles[where] for one in known.desk.who_may_know(role))
        yield from _staff(case, order)
        return
    people = _employed(case)
    if where == ("shared", "to-whom"):
        people = [one for one in people if one not in case.concerned.named]
    if where == ("support", "who"):
        people = sorted(people, key=lambda one: one not in case.concerned.named)
    yield from _staff(case, people)


def _employed(case: Case) -> list[str]:
    roster, today = case.office.roster, case.known.today
    here = [one for one in roster if roster.employs(one, today)]
    return sorted(here, key=lambda one: roster[one].full_name.casefold())


def _staff(case: Case, people: Iterable[str]) -> Iterator[Option]:
    for one in people:
        yield Option(one, staff_words(case.office.roster.get(one)))


def staff_words(member: StaffMember | None) -> str:
    """Somebody as they stand in a list of staff."""
    if member is None:
        return "Somebody who is no longer in the staff list"
    return ", ".join(part for part in (member.full_name, member.role_title) if part)


def _counted(case: Case, kind: Kind, part: Part) -> Iterator[Option]:
    if part.name == "account":
        for number, name in enumerate(case.office.organisation.accounts, start=1):
            yield Option(str(number), name)
        return
    for one in case.known.standing(COUNTED[kind.name, part.name]):
        yield Option(one.subject, told_of(case, one))


def told_of(case: Case, step: Taken) -> str:
    """A step of the record in a few words, such as "1: Limits on contact, 3 November 2026"."""
    zone = case.office.organisation.calendar.zone
    when = moment_words(step.recorded_at, zone)
    what = step_words()[step.kind].heading
    if step.kind == "restriction":
        names = {one.name: one.title for one in case.known.pack.restrictions.kinds}
        what = names.get(step.given.code("restriction"), what)
    return f"{step.subject}: {what}, recorded on {when}"


def preset(case: Case, reader: str, kind: Kind) -> dict[str, tuple[str, ...]]:
    """What is most likely to be answered, chosen already."""
    chosen = {
        ("told-in-private", "by"): reader,
        ("support", "who"): case.known.named or "",
        ("platform-report", "account"): "1",
        ("block", "account"): "1",
    }
    return {
        part.name: (value,)
        for part in kind.parts
        if (value := chosen.get((kind.name, part.name)))
        and value in {one.value for one in options_of(case, reader, kind, part) or ()}
    }
