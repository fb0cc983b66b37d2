"""Fold text to what the eye reads, keeping the way back to the original offsets.

The folded text is lower case, without accents, invisible characters and look-alikes; runs of
white space, hyphens and underscores are one space. It is made for every post, so it is quick;
the offsets are only worked out for the few posts where something was found.
"""

import re
import unicodedata
from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from nlp.letters import LETTERS, SEPARATOR
from nlp.shape import has_humps, has_leet, has_single_letters, signs

__all__ = ["SEPARATOR", "Folded", "View", "fold", "plain_reading", "views"]

_CONTROLS = bytes(code for code in range(0x7F) if LETTERS[code] == "")
_ASCII = bytes(ord(LETTERS[code] or " ") for code in range(128)) + bytes(128)


class Folded:
    """A text and its folded form."""

    def __init__(self, original: str) -> None:
        self.original = original
        if original.isascii():
            folded = original.encode("ascii").translate(_ASCII, _CONTROLS).decode("ascii")
        else:
            folded = original.translate(LETTERS)
        self._collapsed = "  " in folded
        self.text = " ".join(folded.split()) if self._collapsed else folded
        self.signs = signs(self.text)

    @cached_property
    def offsets(self) -> Sequence[int]:
        """For each folded character the code-point offset it comes from."""
        if not self._collapsed and self.original.isascii() and len(self.text) == len(self.original):
            return range(len(self.text))
        places = array("L")
        waiting = -1
        for place, character in enumerate(self.original):
            for letter in LETTERS[ord(character)]:
                if letter != " " or not self._collapsed:
                    if waiting >= 0:
                        places.append(waiting)
                        waiting = -1
                    places.append(place)
                elif places and waiting < 0:
                    waiting = place
        return places

    @cached_property
    def has_humps(self) -> bool:
        """Whether the original may have words that only capitals or digits keep apart."""
        return has_humps(self.original)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of the folded `start:end`, which is not empty."""
        over = self.offsets[end - 1] + 1
        while over < len(self.original) and unicodedata.category(self.original[over])[0] == "M":
            over += 1  # marks on the last letter belong to it
        return self.offsets[start], over


Letters = Sequence[tuple[str, int]]
"""Letters, each with the place in a text that it stands for."""


class View:
    """One way to read a folded text; character n stands for `firsts[n]:lasts[n] + 1` of it."""

    def __init__(
        self,
        text: str,
        firsts: Sequence[int] | None = None,
        lasts: Sequence[int] | None = None,
        *,
        folded: Folded,
    ) -> None:
        self.text = text
        self.folded = folded
        self._firsts = firsts
        self._lasts = lasts

    @property
    def plain(self) -> bool:
        """Whether this is the folded text itself, without a disguise taken off."""
        return self.text is self.folded.text

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The place in the folded text of `start:end`, which is not empty."""
        if self._firsts is None or self._lasts is None:
            return start, end
        return self._firsts[start], self._lasts[end - 1] + 1

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of `start:end`, which is not empty."""
        return self.folded.span(*self.place(start, end))

    def reading(self, text: str) -> "View":
        """This view with as many other letters."""
        return View(text, self._firsts, self._lasts, folded=self.folded)

    def rewritten(
        self, pattern: re.Pattern[str], instead: Callable[[re.Match[str]], Letters]
    ) -> "View":
        """This view with other letters, each with its place, for every run that `pattern` finds.

        A run's first letter covers its beginning and its last one its rest.
        """
        pieces: list[str] = []
        firsts, lasts = array("L"), array("L")
        done = 0
        for run in pattern.finditer(self.text):
            letters = instead(run)
            kept = range(done, run.start())
            firsts.extend(kept)
            lasts.extend(kept)
            pieces.append(self.text[done : run.start()])
            pieces += [letter for letter, _ in letters]
            firsts.extend(place for _, place in letters)
            lasts.extend(place for _, place in letters)
            done = run.end()
            if letters:
                firsts[-len(letters)] = run.start()
                lasts[-1] = done - 1
        if not done:
            return self
        kept = range(done, len(self.text))
        firsts.extend(kept)
        lasts.extend(kept)
        if self._firsts is not None and self._lasts is not None:
            own_firsts, own_lasts = self._firsts, self._lasts
            firsts = array("L", (own_firsts[place] for place in firsts))
            lasts = array("L", (own_lasts[place] for place in lasts))
        pieces.append(self.text[done:])
        return View("".join(pieces), firsts, lasts, folded=self.folded)


# 1 for i or l, 3 for e …: inside a word, before one, or after at least three letters.
_LEET = re.compile(
    r"(?<=[a-z])[0134578$@!|]{1,3}(?=[a-z])"
    r"|(?<![a-z0-9@$.,£])[0134578$]{1,2}(?=[a-z]{2})"
    r"|(?<=[a-z]{3})[0134578$]{1,2}(?![a-z0-9])"
)
# Names take more of it than running text does: digits anywhere, marks that touch a letter.
LEET_MARKS = re.compile(
    r"(?<=[a-z0-9])[@$!|+€]{1,3}(?=[a-z0-9])"
    r"|(?<![a-z0-9@$.,£])[$€|]{1,2}(?=[a-z0-9]{2})"
    r"|(?<=[a-z0-9]{2})[@$€|]{1,2}(?![a-z0-9@$€|])"
)
_DIGITS_I = str.maketrans("01345789", "oieastbg")
_DIGITS_L = str.maketrans("01345789", "oleastbg")
_LEET_I = str.maketrans("0134578$@!|+€9", "oieastbsaiiteg")
_LEET_L = str.maketrans("0134578$@!|+€9", "oleastbsallteg")
LEET_READINGS = (_LEET_I, _LEET_L)
"""For each sign that passes for a letter that letter, once for each way to read it."""
# Letters that stand alone, three or more in a row: "f.i.o.n.a", "f i o n a", "1 a n".
_SPELLED = re.compile(r"(?<![a-z0-9'])[a-z](?:[ .*|/,~+]{1,2}[a-z](?![a-z0-9'])){3,}")
_SPELLED_NAME = re.compile(
    r"(?<![a-z0-9'])[a-z0134578@$](?:[^a-z0-9\x7f]{1,3}[a-z0134578@$](?![a-z0-9'@$])){2,}"
)
_STANDS_ALONE = frozenset("abcdefghijklmnopqrstuvwxyz0134578@$")
_STRETCHED = re.compile(r"([a-z])\1{2,}")

# What stands after numbers in running text: "4th", "30 min", "10k".
_AFTER_NUMBERS = (
    r"(?:th|st|nd|rd|am|pm|hr|min|yr|day|yo|km|mm|cm|ft|mph|kg|lb|mg|ml|mb|gb|bn|px|pc|pt)s?\b"
)
_MAYBE_LEET = re.compile(
    r"[a-z][01345789@$!|+€]+[a-z]|(?<![a-z0-9])[0134578$€|]{1,2}(?!" + _AFTER_NUMBERS + r")[a-z]{2}"
    r"|[a-z]{2}[0134578@$€|]+(?![a-z0-9])|(?<![a-z0-9])[0134578][a-z][0134578](?![a-z0-9])"
)


_MAYBE_STRETCHED = re.compile(r"(.)\1\1")
_LINK = re.compile(r"https?:/*\S+")


def views(folded: Folded) -> Iterator[View]:
    """The folded text as it stands, then with each disguise taken off that occurs in it."""
    text = folded.text
    plain = View(text, folded=folded)
    yield plain
    leet = (
        _leet_views(plain)
        if folded.signs and has_leet(text, folded.signs) and _maybe_leet(text)
        else []
    )
    yield from leet
    readings = leet or [plain]
    if has_single_letters(text) and _SPELLED_NAME.search(text):
        spelled = [_spelled_out(plain, table) for table in (_LEET_I, _LEET_L)[: len(leet) or 1]]
        yield from spelled
        readings = spelled
    for view in readings:
        if _MAYBE_STRETCHED.search(view.text) and _STRETCHED.search(view.text):
            yield view.rewritten(_STRETCHED, _once)
            yield view.rewritten(_STRETCHED, _twice)


def plain_reading(folded: Folded) -> View:
    """The one reading on which the rules work: every disguise taken off at once."""
    view = View(folded.text, folded=folded)
    view = view.reading(_LEET.sub(lambda run: run[0].translate(_LEET_I), view.text))
    return view.rewritten(_SPELLED, _letters_of).rewritten(_STRETCHED, _as_words_double)


def _leet_views(plain: View) -> list[View]:
    text = plain.text
    marks_as = [(_LEET_I, _DIGITS_I)]
    if any(mark in text for mark in "1!|"):
        marks_as.append((_LEET_L, _DIGITS_L))
    read = (
        LEET_MARKS.sub(lambda run: run[0].translate(marks), text).translate(digits)  # noqa: B023
        for marks, digits in marks_as
    )
    return [plain.reading(one) for one in read if one != text]


def _maybe_leet(text: str) -> bool:
    """Addresses are full of digits; nobody's name is hidden in one."""
    return _MAYBE_LEET.search(_LINK.sub("", text) if "http" in text else text) is not None


def _spelled_out(plain: View, table: dict[int, int]) -> View:
    return plain.rewritten(
        _SPELLED_NAME,
        lambda run: [
            (letter.translate(table), place)
            for place, letter in enumerate(run[0], run.start())
            if letter in _STANDS_ALONE
        ],
    )


def _letters_of(run: re.Match[str]) -> Letters:
    return [(letter, place) for place, letter in enumerate(run[0], run.start()) if letter.isalpha()]


def _once(run: re.Match[str]) -> Letters:
    return [(run[1], run.start())]


def _twice(run: re.Match[str]) -> Letters:
    return [(run[1], run.start()), (run[1], run.start() + 1)]


def _as_words_double(run: re.Match[str]) -> Letters:
    """English words double l and s far more often than other letters."""
    return _twice(run) if run[1] in "ls" else _once(run)


def fold(text: str) -> str:
    """The folded form alone, for names and terms."""
    return Folded(text).text.strip()
