"""All the forms in which people write the name of a member of staff."""

import re
import tomllib
from collections.abc import ItemsView, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib import resources
from itertools import product

from nicknames import NickNamer

from nlp.normalise import fold
from records.roster import StaffMember


class Form(IntEnum):
    """How a name is written, the most telling form first."""

    ACCOUNT = 0
    FULL = 1
    SPELLING = 2
    DIMINUTIVE = 3
    HALF = 4
    MISSPELT = 5
    INITIAL = 6
    TITLED = 7
    SURNAME = 8
    FIRST_NAME = 9


@dataclass(frozen=True, slots=True)
class NameVariant:
    """One folded form of one person's name."""

    text: str
    staff_id: str
    form: Form
    first: str
    last: str

    @property
    def joined(self) -> bool:
        """Whether first name and surname are written as one word."""
        return (
            self.form <= Form.HALF and len(self.text) >= _JOINED_AT_LEAST and " " not in self.text
        )


TITLES = (
    *("mr", "mrs", "ms", "miss", "mx", "mister", "madam", "auld", "sir", "dame", "lady", "lord"),
    *("dr", "doctor", "prof", "professor", "rev", "cllr"),
)
_PARTICLES = frozenset(
    [
        *("de", "da", "di", "del", "della", "van", "von", "der", "den", "ter", "le", "la"),
        *("al", "el", "ul", "bin", "ibn", "ap", "mac", "mc", "nic", "mhic", "st", "st.", "o", "o'"),
    ]
)
_JOINED_AT_LEAST = 8
_MAC = re.compile(r"(mac|mc|mhic|m')\s?([a-z]{3,})")


def variants(member: StaffMember) -> Iterator[NameVariant]:
    """Every form of every name that the roster gives for this person, most telling first."""
    seen: set[tuple[str, bool]] = set()
    forms = [*_accounts(member), *_names(member)]
    for variant in sorted(forms, key=lambda variant: variant.form):
        kind = (variant.text, variant.form is Form.ACCOUNT)
        if len(variant.text) > 1 and kind not in seen:
            seen.add(kind)
            yield variant


def split_name(name: str) -> tuple[str, str]:
    """Folded first name (with middle names) and surname; the first is empty for a single name."""
    folded = fold(re.sub(r"\(.*?\)", " ", name))
    if "," in folded:
        last, _, first = (part.strip() for part in folded.partition(","))
        return first, last
    words = folded.split()
    if len(words) < 2:  # noqa: PLR2004 - one word is no first name with a surname
        return "", folded
    start = len(words) - 1 - _hyphens_at_end(name)
    while start > 1 and words[start - 1] in _PARTICLES:
        start -= 1
    start = max(start, 1)
    return " ".join(words[:start]), " ".join(words[start:])


def _hyphens_at_end(name: str) -> int:
    """Hyphens fold to spaces, so a double-barrelled surname has more words than it seems."""
    return name.rsplit(maxsplit=1)[-1].count("-")


def _accounts(member: StaffMember) -> Iterator[NameVariant]:
    for account in member.handles:
        name = fold(account.rstrip("/").rsplit("/", 1)[-1].lstrip("@"))
        yield NameVariant(name, member.staff_id, Form.ACCOUNT, "", "")


def _names(member: StaffMember) -> Iterator[NameVariant]:
    _, own_surname = split_name(member.full_name)
    for name in (member.full_name, *member.known_as):
        first, last = split_name(name)
        if not first:
            yield NameVariant(last, member.staff_id, Form.FIRST_NAME, last, own_surname)
            continue
        for text, form in _forms(first.split(), last):
            yield NameVariant(text, member.staff_id, form, first.split()[0], last)


def _forms(given: list[str], last: str) -> Iterator[tuple[str, Form]]:
    first = given[0]
    written_out = len(first.rstrip(".")) > 1
    if len(given) > 1:
        yield " ".join([*given, last]), Form.FULL
        yield " ".join([first, *(name[0] for name in given[1:]), last]), Form.FULL
    for surname, spelt in surname_spellings(last):
        if written_out:
            yield from _together([first], surname, spelt)
            yield from _together(diminutives(first), surname, max(spelt, Form.DIMINUTIVE))
        initial = first[0]
        for text in (f"{initial} {surname}", f"{initial}. {surname}", f"{initial}.{surname}",
                     f"{surname}, {initial}", f"{surname} {initial}."):  # fmt: skip
            yield text, Form.INITIAL
        for title, dot in product(TITLES, (" ", ". ")):
            yield f"{title}{dot}{surname}", Form.TITLED
        yield surname, Form.SURNAME
    if written_out:
        yield first, Form.FIRST_NAME
        for short in _own_table().get(first, ()):
            yield short, Form.FIRST_NAME


def _together(firsts: Iterable[str], surname: str, form: Form) -> Iterator[tuple[str, Form]]:
    for first in firsts:
        yield f"{first} {surname}", form
        yield f"{first}.{surname}", form
        yield f"{surname}, {first}", form
        yield f"{surname},{first}", form
        yield f"{surname} {first}", form
        joined = f"{first}{surname}".replace(" ", "").replace("'", "")
        if len(joined) >= _JOINED_AT_LEAST:
            yield joined, form


def surname_spellings(last: str) -> ItemsView[str, Form]:
    """Ways to write this surname, each with how telling it is."""
    spellings = {last: Form.FULL}
    if found := _MAC.fullmatch(last):
        stem = found[2]
        for start in ("mac", "mc", "mac ", "mc ", "m'"):
            spellings.setdefault(start + stem, Form.SPELLING)
    if "'" in last:
        for instead in ("", " "):
            spellings.setdefault(last.replace("'", instead), Form.FULL)
    if " " in last and not set(last.split()) & _PARTICLES:
        spellings.setdefault(last.replace(" ", ""), Form.FULL)
        for half in last.split():
            spellings.setdefault(half, Form.HALF)
    return spellings.items()


@cache
def diminutives(first: str) -> tuple[str, ...]:
    """Everyday forms of a first name, from our own table and the `nicknames` package."""
    own = _own_table().get(first, ())
    listed = sorted(_nicknames().nicknames_of(first) | _nicknames().canonicals_of(first))
    return tuple(dict.fromkeys([*own, *(name for name in listed if len(name) > 2)]))  # noqa: PLR2004


@cache
def is_first_name(word: str) -> bool:
    """Whether this word is known to be a first name."""
    return bool(
        word in _own_table() or _nicknames().nicknames_of(word) or _nicknames().canonicals_of(word)
    )


@cache
def _nicknames() -> NickNamer:
    return NickNamer()


@cache
def _own_table() -> dict[str, tuple[str, ...]]:
    text = (resources.files("nlp.names") / "diminutives.toml").read_text(encoding="utf-8")
    return {name: tuple(forms) for name, forms in tomllib.loads(text).items()}
