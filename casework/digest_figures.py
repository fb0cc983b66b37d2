"""What one digest counts, and how it is kept and added up; the rules are in digest_counts.

There are two tables, and no more. What a record is about and how far it has come say nothing of
each other, whereas severity follows from what it is about, and whether somebody was told in time
from how far it has come: tables that follow from each other would give small counts away.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median_low
from typing import Any

from casework.digest_counts import (
    FEWEST,
    NONE,
    Bounds,
    Span,
    Told,
    added_up,
    bounds,
    published,
    total,
)

ABOUT = "about"
STAGE = "stage"
TITLES = {ABOUT: "What the records are about", STAGE: "How far they have come"}
ROWS: dict[str, dict[str, str]] = {
    ABOUT: {
        "threat": "A threat, or violence wished for",
        "pursued": "Private details, a call to target somebody, or a recording",
        "abuse": "Abuse, an allegation, or an attack on somebody's ability",
        "named": "Named because of their work, and nothing else",
        "other": "Something else, such as worry about the author",
    },
    STAGE: {
        "unseen": "Nobody has said yet that they have seen it",
        "seen": "Seen, and the person is not told yet",
        "told": "The person is told in private, or nobody was to be told; still open",
        "closed": "Closed",
    },
}
OPEN = ("unseen", "seen", "told")
"""The rows of STAGE in which something is still to be done."""
_GRAVEST_FIRST: tuple[tuple[str, frozenset[str]], ...] = (
    ("threat", frozenset({"threat", "violence"})),
    ("pursued", frozenset({"doxxing", "targeting", "recording"})),
    ("abuse", frozenset({"discriminatory", "insult", "allegation", "competence"})),
    ("other", frozenset({"self_harm"})),
    ("named", frozenset({"naming"})),
)
_STEPS: tuple[tuple[timedelta, str], ...] = (
    (timedelta(minutes=15), "15 minutes"),
    (timedelta(minutes=30), "30 minutes"),
    (timedelta(hours=1), "1 hour"),
    (timedelta(hours=2), "2 hours"),
    (timedelta(hours=4), "4 hours"),
    (timedelta(hours=8), "8 hours"),
    (timedelta(days=1), "1 day"),
    (timedelta(days=2), "2 days"),
    (timedelta(days=4), "4 days"),
    (timedelta(days=7), "1 week"),
)
LONGER = "more than a week"


@dataclass(frozen=True, slots=True)
class Counted:
    """One record as a digest sees it: no reference, no person."""

    opened_at: datetime
    about: str
    stage: str
    seen_after: timedelta | None = None
    told_after: timedelta | None = None


def about_of(categories: Iterable[str]) -> str:
    """The row of the gravest thing a record is about."""
    found = frozenset(categories)
    return next((row for row, kinds in _GRAVEST_FIRST if kinds & found), "other")


def stage_of(state: str, *, told: bool) -> str:
    """The row of how far a record has come; `told` also when there is nobody to tell."""
    if state == "closed":
        return "closed"
    if state == "open":
        return "unseen"
    return "told" if told else "seen"


@dataclass(frozen=True, slots=True)
class Part:
    """What is told of the records that one digest counts anew, and of which time that is."""

    spans: tuple[Span, ...]
    tables: Mapping[str, Told]
    seen_within: str = ""
    """Half of the records were seen within this time; empty where there are too few to say."""
    told_within: str = ""

    def kept(self) -> dict[str, Any]:
        """It as it is kept."""
        return {
            "spans": [[began.isoformat(), ended.isoformat()] for began, ended in self.spans],
            "tables": {name: dict(rows) for name, rows in self.tables.items()},
            "seen_within": self.seen_within,
            "told_within": self.told_within,
        }


def part_from(kept: Mapping[str, Any]) -> Part:
    """The part that was kept."""
    return Part(
        spans=tuple(
            (datetime.fromisoformat(began), datetime.fromisoformat(ended))
            for began, ended in kept["spans"]
        ),
        tables=kept["tables"],
        seen_within=kept["seen_within"],
        told_within=kept["told_within"],
    )


def part_of(records: Sequence[Counted], spans: Sequence[Span]) -> Part:
    """Count the records that were opened in these spans, and say what may be told of them."""
    own = [one for one in records if any(began <= one.opened_at < end for began, end in spans)]
    tables = published(
        {
            ABOUT: {row: sum(one.about == row for one in own) for row in ROWS[ABOUT]},
            STAGE: {row: sum(one.stage == row for one in own) for row in ROWS[STAGE]},
        }
    )
    stages = tables.get(STAGE, {})
    return Part(
        tuple(spans),
        tables,
        seen_within=_half(stages, ("seen", "told", "closed"), [one.seen_after for one in own]),
        told_within=_half(stages, ("told", "closed"), [one.told_after for one in own]),
    )


def _half(stages: Told, rows: Sequence[str], times: Sequence[timedelta | None]) -> str:
    """In coarse steps, and only where the table says that there are 3 or more to speak of."""
    known = [one for one in times if one is not None]
    said = sum((bounds(stages[row]) for row in rows if row in stages), NONE)
    if said.low < FEWEST or len(known) < FEWEST:
        return ""
    half = median_low(known)
    return next((words for limit, words in _STEPS if half <= limit), LONGER)


def rows_of(parts: Sequence[Part], table: str) -> dict[str, Bounds] | None:
    """One table over all parts; None where it may not be told."""
    return added_up([one.tables for one in parts if one.spans], table)


def total_of(parts: Sequence[Part]) -> Bounds:
    """How many records there were, as far as anybody can know it from all tables together."""
    known = [[total(table) for table in one.tables.values()] for one in parts if one.spans]
    return sum(
        (Bounds(max(one.low for one in all_), min(one.high for one in all_)) for all_ in known),
        NONE,
    )
