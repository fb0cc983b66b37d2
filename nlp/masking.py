"""A text made ready for the rules: folded, disguises off, names and idioms masked.

A member of staff stands as NAME and the body as BODY. Folded text has no capitals, so a post
can't write these itself, and no rule can hang on who somebody is.
"""

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from nlp.normalise import Folded, plain_reading

NAME, BODY = "NAME", "BODY"
_BLANK = "~"

# "NAME at the BODY", "NAME, BODY," and "NAME (BODY)" mean the person; rules read just NAME.
_OF_THE_BODY = re.compile(
    r"(?<=NAME)(?:,? (?:at|of|from|fae|frae|in|with) (?:the |that )?BODY(?:'s)?|, (?:the )?BODY,"
    r"| \((?:the |of the |from the |at the )?BODY\)| BODY(?:'s)?)(?![a-z])"
)

WHOLE_UP_TO = 60_000
"""Texts up to this length are read whole; no platform's posts are longer."""
_AROUND, _ENDS = 2_000, 10_000
_MOST_PLACES = 20


@dataclass(frozen=True, slots=True)
class Masked:
    """The masked text; each of its characters stands for `starts[n]:ends[n]` of the original."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of `start:end`, which is not empty."""
        return self.starts[start], self.ends[end - 1]


@dataclass(frozen=True, slots=True)
class Mask:
    """A place in the original text, and the word that stands for it."""

    start: int
    end: int
    word: str


NO_IDIOMS = re.compile(r"(?!)")
"""For a reader that is to see the idioms, too."""


def mask(text: str, masks: Iterable[Mask], idioms: re.Pattern[str]) -> list[Masked]:
    """The masked text, or its ends and what surrounds the masks when it is very long.

    What `idioms` finds is blanked out, character by character.
    """
    ordered = sorted(masks, key=lambda one: (one.start, -one.end))
    return [
        _masked(
            text[start:end], start, [one for one in ordered if start <= one.start < end], idioms
        )
        for start, end in _windows(len(text), ordered)
    ]


def _windows(length: int, masks: list[Mask]) -> list[tuple[int, int]]:
    if length <= WHOLE_UP_TO:
        return [(0, length)]
    wanted = [(0, _ENDS), (length - _ENDS, length)]
    wanted += [(max(0, one.start - _AROUND), one.end + _AROUND) for one in masks[:_MOST_PLACES]]
    windows: list[tuple[int, int]] = []
    for start, end in sorted(wanted):
        if windows and start <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(end, windows[-1][1]))
        else:
            windows.append((start, end))
    return windows


def _masked(text: str, shift: int, masks: list[Mask], idioms: re.Pattern[str]) -> Masked:
    view = plain_reading(Folded(text))
    spans = [view.span(place, place + 1) for place in range(len(view.text))]
    letters = list(_with_pictures(text, view.text, spans, shift))
    beginnings = [start for _, start, _ in letters]
    kept: list[tuple[str, int, int]] = []
    done = 0
    for one in masks:
        first, last = bisect_left(beginnings, one.start), bisect_left(beginnings, one.end)
        if done <= first < last:
            kept += letters[done:first]
            kept += [(letter, one.start, one.end) for letter in one.word]
            done = last
    kept += letters[done:]
    kept = _without(_OF_THE_BODY, kept)
    masked = "".join(letter for letter, _, _ in kept)
    return Masked(
        idioms.sub(lambda found: _BLANK * len(found[0]), masked),
        tuple(start for _, start, _ in kept),
        tuple(end for _, _, end in kept),
    )


def _with_pictures(
    text: str, folded: str, spans: list[tuple[int, int]], shift: int
) -> Iterator[tuple[str, int, int]]:
    """The folded letters and their places; a picture that can menace or insult is its word."""
    for number, (letter, (start, end)) in enumerate(zip(folded, spans, strict=True)):
        if letter != " " or text.isascii():
            yield letter, start + shift, end + shift
            continue
        following = spans[number + 1][0] if number + 1 < len(spans) else len(text)
        words = [_pictures()[one] for one in text[start:following] if one in _pictures()]
        for one in f" {' '.join(words)} " if words else " ":
            yield one, start + shift, end + shift


@cache
def _pictures() -> dict[str, str]:
    """For each emoji of pictures.toml the word that is read for it."""
    text = (resources.files("nlp") / "pictures.toml").read_text(encoding="utf-8")
    return {picture: word for word, pictures in tomllib.loads(text).items() for picture in pictures}


def _without(
    pattern: re.Pattern[str], letters: list[tuple[str, int, int]]
) -> list[tuple[str, int, int]]:
    """The letters less those of every place that the pattern finds."""
    kept: list[tuple[str, int, int]] = []
    done = 0
    for found in pattern.finditer("".join(letter for letter, _, _ in letters)):
        kept += letters[done : found.start()]
        done = found.end()
    return kept + letters[done:]
