"""All the forms in which people write the name of a member of staff."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib import resources
from itertools import product
from typing import Any

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
    def glued(self) -> bool:
        """Whether first name or initial and surname are written as one word."""
        if self.form is Form.INITIAL:
            return self.text[1] not in " .," and "," not in self.text and self.text[-1] != "."
        return Form.FULL <= self.form <= Form.MISSPELT and not any(
            mark in self.text for mark in " .,"
        )


TITLES = (
    *("mr", "mrs", "ms", "miss", "mx", "mister", "madam", "auld", "sir", "dame", "lady", "lord"),
    *("dr", "doctor", "prof", "professor", "rev", "cllr", "councillor", "pc", "pani", "sheriff"),
)
_PARTICLES = frozenset(
    [
        *("de", "da", "di", "del", "della", "van", "von", "der", "den", "ter", "le", "la"),
        *("al", "el", "ul", "bin", "ibn", "ap", "mac", "mc", "nic", "mhic", "st", "st.", "o", "o'"),
    ]
)
_JOINED_TAG = 6
"""Letters from which a tag or a CamelCase word may be a name written as one word."""
_SELDOM_ALONE = frozenset({"abdul", "abdur", "abdel", "muhammad", "mohammed", "syed", "md", "mohd"})
"""Given names whose bearers mostly go by the next one."""
_SLAVIC = re.compile(r"(.{2,}[a-z])(?:ski|ska|sky|skyi|skaya)")
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
    usual = _usual_forms(last)
    for surname, spelt in surname_forms(last).items():
        if written_out:
            for name, form in first_name_forms(given).items():
                yield from _together(name, surname, max(spelt, form), joined=surname in usual)
        yield from _initials(first[0], surname, joined=surname in usual)
        if surname not in usual:
            continue
        for title, dot in product(TITLES, (" ", ". ")):
            yield f"{title}{dot}{surname}", Form.TITLED
        yield surname, Form.SURNAME
    if written_out:
        yield first, Form.FIRST_NAME
        for short in _own_table().get(first, ()):
            yield short, Form.FIRST_NAME


def _together(first: str, surname: str, form: Form, *, joined: bool) -> Iterator[tuple[str, Form]]:
    yield f"{first} {surname}", form
    one_word = f"{first}{surname}".replace(" ", "").replace("'", "")
    if joined and len(one_word) >= _JOINED_TAG:
        yield one_word, form
    if form is Form.FULL:
        yield f"{first}.{surname}", form
        yield f"{surname}, {first}", form
        yield f"{surname},{first}", form
        yield f"{surname} {first}", form


def _initials(initial: str, surname: str, *, joined: bool) -> Iterator[tuple[str, Form]]:
    for text in (f"{initial} {surname}", f"{initial}. {surname}", f"{initial}.{surname}",
                 f"{surname}, {initial}",
                 f"{surname}, {initial}.", f"{surname} {initial}."):  # fmt: skip
        yield text, Form.INITIAL
    for written in dict.fromkeys([surname, surname.replace(" ", "").replace("'", "")]):
        if joined and len(written) >= _JOINED_TAG - 1:
            yield initial + written, Form.INITIAL


@cache
def surname_forms(last: str) -> Mapping[str, Form]:
    """Ways to write this surname, each with how telling it is."""
    forms = dict(_usual_forms(last))
    for known, form in _usual_forms(last).items():
        for other in (*_spellings("last").get(known, ()), *_endings(known)):
            for written in (other, other.replace("'", ""), other.replace("'", " ")):
                forms.setdefault(written, max(form, Form.SPELLING))
    return forms


@cache
def _usual_forms(last: str) -> Mapping[str, Form]:
    """Those of `surname_forms` in which the name is spelt as the roster has it."""
    forms = {last: Form.FULL}
    if found := _MAC.fullmatch(last):
        for start in ("mac", "mc", "mac ", "mc ", "m'", "mhic ", "mack"):
            forms.setdefault(start + found[2], Form.SPELLING)
    if "'" in last:
        for instead in ("", " "):
            forms.setdefault(last.replace("'", instead), Form.FULL)
    if " " in last and not set(last.split()) & _PARTICLES:
        halves = last.split()
        forms.setdefault("".join(halves), Form.FULL)
        forms.setdefault(" ".join(reversed(halves)), Form.SPELLING)
        forms.setdefault(" and ".join(halves), Form.SPELLING)
        for half in halves:
            forms.setdefault(half, Form.HALF)
    return forms


def _endings(surname: str) -> Iterator[str]:
    """Slavic surnames end by the bearer's sex and by the script they were taken from."""
    if found := _SLAVIC.fullmatch(surname):
        yield from (found[1] + end for end in ("ski", "ska", "sky", "skyi", "skaya"))


@cache
def _first_name_forms(given: tuple[str, ...]) -> Mapping[str, Form]:
    first = given[0]
    forms = {first: Form.FULL}
    for name in _spellings("first").get(first, ()):
        forms.setdefault(name, Form.SPELLING)
    if len(given) > 1:
        forms.setdefault("".join(given[:2]), Form.FULL)
        if first in _SELDOM_ALONE or first in _spellings("first").get("mohammed", ()):
            forms.setdefault(given[1], Form.DIMINUTIVE)
    for name in diminutives(first):
        forms.setdefault(name, Form.DIMINUTIVE)
    return forms


def first_name_forms(given: Iterable[str]) -> Mapping[str, Form]:
    """Ways to write these given names in front of a surname, each with how telling it is."""
    return _first_name_forms(tuple(given))


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
def _own_table() -> Mapping[str, tuple[str, ...]]:
    return {name: tuple(forms) for name, forms in _table("diminutives").items()}


@cache
def _spellings(part: str) -> Mapping[str, tuple[str, ...]]:
    """For each first name ("first") or surname ("last") its other spellings."""
    found: dict[str, dict[str, None]] = {}
    for line in _table("spellings")[part]:
        names = line.split()
        for name in names:
            found.setdefault(name, {}).update(dict.fromkeys(names))
            found.setdefault(name.replace("'", ""), {}).update(dict.fromkeys(names))
    return {name: tuple(one for one in names if one != name) for name, names in found.items()}


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((resources.files("nlp.names") / f"{name}.toml").read_text("utf-8"))
