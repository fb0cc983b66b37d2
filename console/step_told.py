"""A step of the record in plain words, and who may take one."""

from collections.abc import Iterator, Mapping
from datetime import date

from casework.cases import Case
from casework.permissions import DECISIONS, Action
from casework.step_parts import Part, Sort
from casework.step_rules import Kind
from console.step_options import COUNTED, actions_of, staff_words, told_of
from console.step_words import YES_OR_NO, step_words
from console.words import day_words, listed

Lines = tuple[tuple[str, str], ...]
"""Question and answer of each part that was given."""


def step_lines(
    case: Case, kind: Kind, about: Mapping[str, object], words: Mapping[str, str]
) -> Lines:
    """What was recorded, question by question."""
    asked = step_words()[kind.name].parts
    return tuple(
        (asked[part.name].ask.removesuffix(" (optional)"), answer)
        for part in kind.all_parts
        if (answer := words.get(part.name) or _answer(case, kind, part, about.get(part.name)))
    )


def _answer(case: Case, kind: Kind, part: Part, value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, list):
        return f"Exhibit {listed(list(map(str, value)))}"
    if isinstance(value, bool):
        return YES_OR_NO["yes" if value else "no"]
    return _code(case, kind, part, str(value))


def _code(case: Case, kind: Kind, part: Part, text: str) -> str:
    match part.sort:
        case Sort.CHOICE:
            return step_words()[kind.name].parts[part.name].options.get(text, text)
        case Sort.DAY:
            return day_words(date.fromisoformat(text))
        case Sort.STAFF:
            return staff_words(case.office.roster.get(text))
        case Sort.NUMBER:
            return _number(case, kind, part, text)
        case _:
            return _name(case, kind, part, text)


def _number(case: Case, kind: Kind, part: Part, text: str) -> str:
    if part.name == "account":
        accounts = case.office.organisation.accounts
        place = int(text) - 1
        return accounts[place] if 0 <= place < len(accounts) else text
    of = case.known.newest(COUNTED[kind.name, part.name], text)
    return told_of(case, of) if of else text


def _name(case: Case, kind: Kind, part: Part, text: str) -> str:
    if (kind.name, part.name) == ("restriction", "restriction"):
        titles = {one.name: one.title for one in case.known.pack.restrictions.kinds}
        return titles.get(text, text)
    if (kind.name, part.name) == ("personal-record", "for"):
        return f"The {case.known.pack.role_title(text)}"
    if part.name == "people":
        return "; ".join(staff_words(case.office.roster.get(one)) for one in text.split())
    return text


def deciders(case: Case, reader: str, kind: Kind) -> str:
    """The roles that may take a step of this kind, in words; empty: everybody who sees it."""
    return listed([case.known.pack.role_title(one) for one in _roles(case, reader, kind)], "or the")


def _roles(case: Case, reader: str, kind: Kind) -> Iterator[str]:
    pack = case.known.pack
    if kind.name == "leadership":
        yield pack.leadership.shared_by
        return
    if kind.name == "personal-record":
        yield from pack.personal_record.deciders
        return
    for action in sorted(actions_of(case, reader, kind)):
        if action is Action.DECIDE_APPEAL:
            yield from pack.restrictions.appeal
        elif action in DECISIONS:
            yield from pack.may_decide(DECISIONS[action])
