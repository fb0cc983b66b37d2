"""Words that tie a post to the body: its names, addresses, accounts and the words of its work."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from nlp.commonness import zipf
from nlp.normalise import fold
from records.organisation import Organisation
from records.roster import Roster

_TELLING_LETTERS, _HARDLY_WRITTEN = 4, 2.0


class TermKind(StrEnum):
    """What a term says about the body."""

    NAME = "name"
    SHORT_NAME = "short name"
    DOMAIN = "domain"
    ACCOUNT = "account"
    PHONE = "phone number"
    CASE_WORD = "case word"
    ROLE = "role"
    TEAM = "team"
    SMALL_NAME = "short name in small letters"
    """Means the body only beside a person: "seo" may be a word."""


NAMES_THE_BODY = frozenset(
    {TermKind.NAME, TermKind.SHORT_NAME, TermKind.DOMAIN, TermKind.ACCOUNT, TermKind.PHONE}
)


@dataclass(frozen=True, slots=True)
class Term:
    """One folded term; `staff_ids` are the holders of a role or the members of a team."""

    text: str
    kind: TermKind
    shown: str
    staff_ids: frozenset[str] = frozenset()
    in_capitals: bool = False
    """An abbreviation only counts when the post writes it in capitals, too."""


def terms(organisation: Organisation, roster: Roster) -> Iterator[Term]:
    """Every term of the body and of its staff's work."""
    yield from _names(organisation)
    for domain in organisation.domains:
        yield Term(fold(domain), TermKind.DOMAIN, domain)
    for account in organisation.accounts:
        name = fold(account)
        yield Term(name if name.startswith("@") else f"@{name}", TermKind.ACCOUNT, account)
    for number in organisation.phone_numbers:
        for text in _ways_to_write(number):
            yield Term(text, TermKind.PHONE, number)
    for word in organisation.context_terms:
        yield Term(fold(word), TermKind.CASE_WORD, word)
    yield from _work(roster)


def _names(organisation: Organisation) -> Iterator[Term]:
    joined = fold(organisation.name).replace(" ", "")
    yield Term(fold(organisation.name), TermKind.NAME, organisation.name)
    yield Term(joined, TermKind.NAME, organisation.name)
    for name in organisation.short_names:
        in_capitals = name.isupper() and not _means_nothing_else(fold(name))
        yield Term(fold(name), TermKind.SHORT_NAME, name, in_capitals=in_capitals)
        if in_capitals:
            yield Term(fold(name), TermKind.SMALL_NAME, name)


def _means_nothing_else(abbreviation: str) -> bool:
    """Whether it is hardly ever written but for this body, so that small letters will do."""
    return len(abbreviation) >= _TELLING_LETTERS and zipf(abbreviation) < _HARDLY_WRITTEN


def _ways_to_write(number: str) -> set[str]:
    digits = re.sub(r"\D", "", number)
    national = digits.removeprefix("44") if number.strip().startswith("+") else digits
    national = national if national.startswith("0") else f"0{national}"
    spaced = fold(number)
    return {spaced, digits, national, f"+44{national[1:]}", f"+44 {spaced.removeprefix('0')}"}


def _work(roster: Roster) -> Iterator[Term]:
    roles: dict[str, set[str]] = {}
    teams: dict[str, set[str]] = {}
    for member in roster.values():
        roles.setdefault(member.role_title, set()).add(member.staff_id)
        teams.setdefault(member.team, set()).add(member.staff_id)
    for kind, table in ((TermKind.ROLE, roles), (TermKind.TEAM, teams)):
        for title, holders in table.items():
            if title:
                yield Term(fold(title), kind, title, frozenset(holders))
