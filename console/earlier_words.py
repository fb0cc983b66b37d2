"""What earlier records say, for whoever decides: warnings of the same author, and cases alike."""

from collections.abc import Iterable, Iterator
from datetime import date

from casework.earlier import Alike, Earlier
from console.step_words import step_words
from console.words import day_words

FEWEST = 3
"""A smaller number could tell who it was, so that it isn't told."""


def earlier_lines(found: Iterable[Earlier]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Reference, and what came of it."""
    outcomes = step_words()["outcome"].parts["outcome"].options
    said = step_words()["warning"].parts["said"].options
    for one in found:
        lines = [outcomes.get(one.outcome, "Nothing is decided of it yet")]
        for code, day in one.told:
            when = f" on {day_words(date.fromisoformat(day))}" if day else ""
            lines.append(f"The author was told{when}: {said.get(code, code)}")
        yield one.reference, tuple(lines)


def alike_lines(found: Iterable[Alike]) -> Iterator[str]:
    """How cases like this one were decided, without whose they were (SPSO 14)."""
    words = step_words()["outcome"].parts
    for one in found:
        because = words["because"].options.get(one.because, "")
        number = str(one.cases) if one.cases >= FEWEST else f"Fewer than {FEWEST}"
        outcome = words["outcome"].options[one.outcome]
        yield f"{number}: {outcome}{because and f' ({because})'}"
