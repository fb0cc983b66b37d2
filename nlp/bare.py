"""The bare letters of a text, for names under more than one disguise.

Bare letters stand side by side without anything between them; signs are read as the letters that
they look like, i and l are one letter, and so are a letter and its double.
"""

import re
from array import array
from functools import cached_property

from nlp.normalise import SEPARATOR, Letters, View
from nlp.shape import has_inner_capital_i

SIGNS = {
    **dict.fromkeys("il1|!", "i"), "0": "o", "3": "e", "€": "e", "4": "a", "@": "a", "5": "s",
    "$": "s", "7": "t", "+": "t", "8": "b", "9": "g", "6": "g", "2": "z", "£": "i", "(": "c",
    "<": "c", SEPARATOR: SEPARATOR,
}  # fmt: skip
_TWO_SIGNS = re.compile(
    r"\|\\/\||/\\/\\|\|\\\||/\\/|/\\|\\/\\/|\\/|\|_\||\|-\||\|\)|\|<|\(\)|\[\]|vv"
)
_READ_AS = {
    "|\\/|": "m", "/\\/\\": "m", "|\\|": "n", "/\\/": "n", "/\\": "a", "\\/\\/": "w", "\\/": "v",
    "|_|": "u", "|-|": "h", "|)": "d", "|<": "k", "()": "o", "[]": "o", "vv": "w",
}  # fmt: skip
_MAYBE_TWO_SIGNS = re.compile(r"[\\|(\[](?=[^ a-z0-9])|/\\")


class _Kept(dict[int, str]):
    """What is left of each code point: itself if it is or looks like a letter."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        kept = self[code] = letter if letter in SIGNS or letter.isalpha() else ""
        return kept


_KEPT = _Kept()
_READ = str.maketrans(SIGNS)
_AGAIN = re.compile(r"([^\x7f])\1+")
_ALIKE = re.compile(r"([^\x7fi])\1+")  # but "li" are two letters, however they are read


def bare(text: str) -> str:
    """The bare letters of a folded text."""
    return _ALIKE.sub(r"\1", _AGAIN.sub(r"\1", text.translate(_KEPT)).translate(_READ))


def hints_at_a_disguise(plain: View) -> bool:
    """Whether signs are put together to letters, or a capital I passes for an l."""
    if has_inner_capital_i(plain.folded.original):
        return True
    signs = plain.folded.signs
    return (b"\\" in signs or b"|" in signs or b"()" in signs or b"[]" in signs) and (
        _MAYBE_TWO_SIGNS.search(plain.text) is not None
    )


def bare_view(plain: View) -> "BareView":
    """The text in its bare letters."""
    view = plain
    if _MAYBE_TWO_SIGNS.search(view.text) or "vv" in view.text:
        view = view.rewritten(_TWO_SIGNS, _put_together)
    return BareView(view)


def _put_together(run: re.Match[str]) -> Letters:
    return [(_READ_AS[run[0]], run.start())]


class BareView(View):
    """Bare letters; their places are only worked out when a name was found."""

    def __init__(self, view: View) -> None:
        super().__init__(bare(view.text), folded=view.folded)
        self._view = view

    @cached_property
    def _runs(self) -> "_Runs":
        return _Runs(self._view.text)

    def place_of(self, name: str, start: int, end: int) -> tuple[int, int]:
        """The place in the folded text of the name found at `start:end`.

        A letter at its edge that stands there twice may be half of the word beside it ("a A n n").
        """
        runs, last = self._runs, end - 1
        begin = runs.starts[start] if name[:1] == name[1:2] else runs.late_starts[start]
        over = runs.ends[last] if name[-1:] == name[-2:-1] else runs.early_ends[last]
        return self._view.place(begin, over)


class _Runs:
    """For each bare letter its place, be it there once or several times, with or without gaps.

    `late_starts` say where the letters begin that follow the last gap, `early_ends` where those
    end that come before the first one.
    """

    def __init__(self, text: str) -> None:
        self.starts, self.late_starts = array("L"), array("L")
        self.ends, self.early_ends = array("L"), array("L")
        letter = SEPARATOR
        for place, one in enumerate(text):
            if not _KEPT[ord(one)]:
                continue
            if _same(one, letter):
                self._go_on(place)
            else:
                self.starts.append(place)
                self.late_starts.append(place)
                self.ends.append(place + 1)
                self.early_ends.append(place + 1)
                letter = one

    def _go_on(self, place: int) -> None:
        if place == self.early_ends[-1]:
            self.early_ends[-1] = place + 1
        elif place != self.ends[-1]:
            self.late_starts[-1] = place
        self.ends[-1] = place + 1


def _same(one: str, letter: str) -> bool:
    read = SIGNS.get(one, one)
    return letter != SEPARATOR and (
        one == letter or (read == SIGNS.get(letter, letter) and read != "i")
    )
