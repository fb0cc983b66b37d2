"""The bare letters of a text, for names under more than one disguise.

Bare letters stand side by side without anything between them; signs are read as the letters that
they look like, i and l are one letter, and so are a letter and its double.
"""

import re
from array import array
from collections.abc import Mapping, Sequence

from nlp.normalise import SEPARATOR, Letters, View
from nlp.shape import has_inner_capital_i

_SIGNS = {
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


class _Bare(dict[int, str]):
    """What each code point is read as; nothing for what is no letter."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        read = self[code] = _SIGNS.get(letter, letter if letter.isalpha() else "")
        return read


_BARE = _Bare()
_TWICE = re.compile(r"([a-z])\1+")


def bare(name: str) -> str:
    """The bare letters of a folded name."""
    return _TWICE.sub(r"\1", name.translate(_BARE))


def hints_at_a_disguise(plain: View) -> bool:
    """Whether signs are put together to letters, or a capital I passes for an l."""
    if has_inner_capital_i(plain.folded.original):
        return True
    signs = plain.folded.signs
    return (b"\\" in signs or b"|" in signs or b"()" in signs or b"[]" in signs) and (
        _MAYBE_TWO_SIGNS.search(plain.text) is not None
    )


def bare_view(plain: View) -> View:
    """The text in its bare letters."""
    view = plain
    if _MAYBE_TWO_SIGNS.search(view.text) or "vv" in view.text:
        view = view.rewritten(_TWO_SIGNS, _put_together)
    return _BareView(view)


def _put_together(run: re.Match[str]) -> Letters:
    return [(_READ_AS[run[0]], run.start())]


class _BareView(View):
    """Bare letters; their places are only worked out when a name was found."""

    def __init__(self, view: View) -> None:
        super().__init__(bare(view.text), folded=view.folded)
        self._view = view

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The place in the folded text of `start:end`, which is not empty."""
        if self._firsts is None or self._lasts is None:
            self._firsts, self._lasts = _places(self._view.text)
        return self._view.place(self._firsts[start], self._lasts[end - 1] + 1)


def _places(text: str) -> tuple[Sequence[int], Sequence[int]]:
    firsts, lasts = array("L"), array("L")
    last_letter = ""
    for place, letter in enumerate(text):
        read = _BARE[ord(letter)]
        if read and read == last_letter and "a" <= read <= "z":
            lasts[-1] = place
        elif read:
            firsts.append(place)
            lasts.append(place)
            last_letter = read
    return firsts, lasts


SIGNS: Mapping[str, str] = _SIGNS
"""What each sign is read as."""
