"""What a digest may say of counts, so that nobody can be picked out of a small number.

A digest counts each record once, in several tables; the rows of each table share out all records,
so every table tells something of the total and through it of the other tables. The rules:

1. A count under 3 is told as "fewer than 3", none included. Totals are never counted: they are
   worked out from what the rows tell, as anybody could.
2. The tables below the first are told together, and only if all of them, held against each other,
   leave every untold count open between none and 2. Otherwise the first one stands alone.
3. A record is counted in one digest only. A digest of a time that an earlier one has told of in
   part adds up what was told, and counts only the rest anew.

So whatever somebody subtracts, rows, totals or digests, no count under 3 comes out
(tests/casework/test_digest_counts.py looks for one).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

FEWEST = 3
_MOST_HIDDEN = FEWEST - 1

Span = tuple[datetime, datetime]
Counts = Mapping[str, int]
"""By row; every row of the table is there, whatever it counts."""
Told = Mapping[str, int | None]
"""By row; None is "fewer than 3"."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a reader can know of a count: it lies between these, both included."""

    low: int
    high: int

    def __add__(self, other: "Bounds") -> "Bounds":
        return Bounds(self.low + other.low, self.high + other.high)

    def words(self) -> str:
        """It in plain words."""
        if self.high < FEWEST:
            return f"fewer than {FEWEST}"
        if self.low == self.high:
            return str(self.low)
        return f"{self.low} to {self.high}" if self.low else f"up to {self.high}"


NONE = Bounds(0, 0)


def told(counts: Counts) -> Told:
    """Each row as it may be told by itself."""
    return {row: count if count >= FEWEST else None for row, count in counts.items()}


def bounds(value: int | None) -> Bounds:
    """What a reader learns from one row."""
    return Bounds(0, _MOST_HIDDEN) if value is None else Bounds(value, value)


def total(table: Told) -> Bounds:
    """The total that anybody can work out from the rows."""
    return sum((bounds(value) for value in table.values()), NONE)


def keeps_secrets(tables: Sequence[Told]) -> bool:
    """Whether all tables together leave each untold row open between none and 2.

    Each table gives bounds for the one total that they share; what is left of it for the untold
    rows of a table must force none of them to be more than none or less than 2.
    """
    low = max(total(one).low for one in tables)
    high = min(total(one).high for one in tables)
    for one in tables:
        hidden = sum(value is None for value in one.values())
        shown = total(one).low
        if hidden and (low - shown > _MOST_HIDDEN * (hidden - 1) or high - shown < _MOST_HIDDEN):
            return False
    return True


def published(tables: Mapping[str, Counts]) -> dict[str, Told]:
    """What may be told of tables that share out the same records; the first always, or all."""
    shown = {name: told(counts) for name, counts in tables.items()}
    if keeps_secrets(list(shown.values())):
        return shown
    first = next(iter(shown))
    return {first: shown[first]}


def added_up(parts: Iterable[Mapping[str, Told]], table: str) -> dict[str, Bounds] | None:
    """One table over several parts, each told before or now; None if a part does not tell it."""
    rows: dict[str, Bounds] = {}
    for part in parts:
        if table not in part:
            return None
        for row, value in part[table].items():
            rows[row] = rows.get(row, NONE) + bounds(value)
    return rows


def not_yet_told(span: Span, told_of: Iterable[Span]) -> list[Span]:
    """What of a time no earlier digest has told of, in order."""
    begins, ends = span
    left = []
    for began, ended in sorted(told_of):
        if ended <= begins or began >= ends:
            continue
        if began > begins:
            left.append((begins, began))
        begins = max(begins, ended)
    if begins < ends:
        left.append((begins, ends))
    return left


def within(span: Span, other: Span) -> bool:
    """Whether `span` lies wholly in `other`."""
    return other[0] <= span[0] and span[1] <= other[1]
