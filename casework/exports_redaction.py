"""Take people out of a text: each is replaced by a code that stays theirs, or by a plain mark."""

import re
import unicodedata
from base64 import b32encode
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from records.post import Author
from records.roster import StaffMember
from records.sealing import keyed_hash

SHORTEST_PART = 3
_CODE_SIGNS = 5
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("e-mail address", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("web address", re.compile(r"(?:https?://|www\.)\S+|\b(?:at|did):\S+", re.IGNORECASE)),
    ("account", re.compile(r"(?<![\w@])@[\w.-]+(?:@[\w.-]+)?|\bu/[\w-]+")),
    ("telephone number", re.compile(r"(?<!\w)(?:\+|0)[\d\s()-]{8,}\d")),
    ("postcode", re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b")),
)


def code_of(pepper: bytes, reference: str, kind: str, who: str) -> str:
    """A code that one person keeps through every export of one record, and in no other."""
    hashed = bytes.fromhex(keyed_hash(pepper, "pseudonym", reference, kind, who))
    return f"{kind} {b32encode(hashed)[:_CODE_SIGNS].decode()}"


@dataclass(frozen=True, slots=True)
class Hidden:
    """Somebody who is taken out: what stands in their place, and all that tells of them."""

    instead: str
    terms: tuple[str, ...]
    only_capitalised: tuple[str, ...] = ()
    """Names that are also everyday words, taken out only where they are written as names."""


def hidden_staff(member: StaffMember, instead: str, *, near: bool) -> Hidden:
    """A member of staff; of those who are `near`, in the record, also each part of their name."""
    whole = [member.full_name, *member.known_as, *member.handles, member.email, member.slack_id]
    whole += [one.lstrip("@") for one in member.handles]
    mailbox = member.email.partition("@")[0]
    if mailbox.casefold() not in re.findall(r"\w+", member.role_title.casefold()):
        whole.append(mailbox)  # hr@ and director@ are no names, and stand in many sentences
    parts = _parts([member.full_name, *member.known_as])
    if near:
        return Hidden(instead, _terms([member.staff_id, *whole, *parts]))
    return Hidden(instead, _terms([member.staff_id, *whole]), _terms(parts[-1:]))


def hidden_author(author: Author, instead: str) -> Hidden:
    """Whoever wrote a post."""
    handle = author.handle or ""
    whole = [author.id or "", handle, handle.lstrip("@"), author.name or ""]
    return Hidden(instead, _terms([*whole, *_parts([author.name or ""]), handle.partition(".")[0]]))


def _parts(names: Iterable[str]) -> list[str]:
    return [
        part
        for name in names
        for part in re.split(r"[\s.,]+", name)
        if len(_folded(part)[0]) >= SHORTEST_PART
    ]


def _terms(terms: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.strip() for one in terms if len(one.strip()) > 1))


@dataclass
class Redactor:
    """Takes out everybody it knows, and every address, account and number; counts what it took."""

    hidden: Sequence[Hidden]
    mark: str = "[{}]"
    taken: Counter[str] = field(default_factory=Counter)

    def clean(self, text: str) -> str:
        """The text without them."""
        found = text
        for what, pattern in _PATTERNS[:2]:
            found = pattern.sub(lambda _, what=what: self._mark(what), found)  # type: ignore[misc]
        found = self._without_people(found)
        for what, pattern in _PATTERNS[2:]:
            found = pattern.sub(lambda _, what=what: self._mark(what), found)  # type: ignore[misc]
        return found

    def _without_people(self, text: str) -> str:
        folded, places = _folded(text)
        spans: list[tuple[int, int, str]] = []
        for match in self._names.finditer(folded):
            start, end = places[match.start()], places[match.end() - 1] + 1
            instead = self._by_term[match[0]]
            if match[0] in self._capitalised and not text[start].isupper():
                continue
            spans.append((start, end, instead))
        whole, last = "", 0
        for start, end, instead in spans:
            if start >= last:
                whole += text[last:start] + self._mark(instead)
                last = end
        return whole + text[last:]

    def _mark(self, what: str) -> str:
        self.taken[what] += 1
        return self.mark.format(what)

    @cached_property
    def _by_term(self) -> Mapping[str, str]:
        """Folded, so that accents, capitals and look-alikes make no difference."""
        known: dict[str, str] = {}
        for one in self.hidden:
            for term in one.terms:
                known.setdefault(_folded(term)[0], one.instead)
        for one in self.hidden:
            for term in one.only_capitalised:
                known.setdefault(_folded(term)[0], one.instead)
        known.pop("", None)
        return known

    @cached_property
    def _capitalised(self) -> frozenset[str]:
        always = {_folded(term)[0] for one in self.hidden for term in one.terms}
        only = {_folded(term)[0] for one in self.hidden for term in one.only_capitalised}
        return frozenset(only - always)

    @cached_property
    def _names(self) -> re.Pattern[str]:
        longest_first = sorted(self._by_term, key=len, reverse=True)
        if not longest_first:
            return re.compile(r"(?!)")
        either = "|".join(re.escape(one) for one in longest_first)
        return re.compile(rf"(?<!\w)(?:{either})(?!\w)")


def _folded(text: str) -> tuple[str, list[int]]:
    """Without accents, capitals and invisible signs, and where each sign came from."""
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        for plain in unicodedata.normalize("NFKD", sign).casefold():
            if unicodedata.category(plain) not in {"Mn", "Cf", "Me"}:
                signs.append(" " if plain.isspace() else plain)
                places.append(place)
    return "".join(signs), places
