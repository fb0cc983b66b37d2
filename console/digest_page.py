"""A digest as a page of the console: each section with its picture, drawn from the same numbers."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from casework.digest_page import RULE, Section, sections
from casework.digest_pictures import Bar
from casework.digest_reading import Choice, Reading
from console.desk import Desk
from console.words import day_words

WIDTH = 340
"""A phone's: on a larger screen the picture only grows."""
_LETTERS_A_LINE = 46
_LINE, _BAR, _GAP, _NUMBER = 18, 16, 14, 96


@dataclass(frozen=True, slots=True)
class BarDrawn:
    """One bar: its label above it, dark up to what is sure and light up to what may be."""

    label: tuple[tuple[int, str], ...]
    """Each line of it, and how far down it stands."""
    top: int
    sure: float
    open: float
    words: str
    words_left: float
    words_down: int


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture."""

    bars: tuple[BarDrawn, ...]
    height: int
    said: str
    """All of it in one sentence, for who doesn't see it."""


@dataclass(frozen=True, slots=True)
class Told:
    """One section of the page."""

    number: int
    section: Section
    chart: Chart | None


@dataclass(frozen=True, slots=True)
class DigestShown:
    """The whole page."""

    words: str
    rule: str
    told: tuple[Told, ...]
    added_up: bool
    untold: tuple[str, ...]
    """Days of which nothing is told yet."""


def digest_shown(desk: Desk, reading: Reading) -> DigestShown:
    """A digest; who reads it plays no part."""
    return DigestShown(
        words=reading.content.words,
        rule=RULE,
        told=tuple(
            Told(number, one, chart_of(one.bars) if one.bars else None)
            for number, one in enumerate(sections(reading.content), start=1)
        ),
        added_up=reading.added_up,
        untold=tuple(_days(desk, reading)),
    )


def _days(desk: Desk, reading: Reading) -> Sequence[str]:
    zone, now = desk.organisation.calendar.zone, desk.now()

    def day(at: datetime) -> str:
        return day_words(at.astimezone(zone).date())

    return [f"{day(began)} up to {day(ended)}" for began, ended in reading.untold if began < now]


def chart_of(bars: Sequence[Bar]) -> Chart:
    """Under 3 a bar is drawn as if it could be up to 2: it tells no more than its table."""
    most = max((bar.value.high for bar in bars if bar.value), default=0) or 1
    down, drawn = 0, []
    for bar in bars:
        lines = textwrap.wrap(bar.label, _LETTERS_A_LINE) or [""]
        label = tuple((down + 14 + _LINE * place, line) for place, line in enumerate(lines))
        top = down + _LINE * len(lines) + 2
        scale = (WIDTH - _NUMBER) / most
        sure = round(bar.value.low * scale, 1) if bar.value else 0.0
        may_be = round(bar.value.high * scale, 1) if bar.value else 0.0
        drawn.append(BarDrawn(label, top, sure, may_be, bar.words, may_be + 6, top + 13))
        down = top + _BAR + _GAP
    said = "; ".join(f"{bar.label}: {bar.words}" for bar in bars)
    return Chart(tuple(drawn), down, said)


def address_of(name: str) -> str:
    """Where the digest of a time is: 2026-11 at /digest/2026/11, 2026 at /digest/2026."""
    return "/digest/" + name.lower().replace("-", "/")


def name_of(year: int, part: str) -> str:
    """The time that an address is about."""
    return f"{year}-{part.upper()}" if part else f"{year}"


def listed(choices: Sequence[Choice]) -> list[tuple[str, str]]:
    """Address and words of each."""
    return [(address_of(one.name), f"{one.words[:1].upper()}{one.words[1:]}") for one in choices]
