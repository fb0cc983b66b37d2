"""The rules of a chained log: each entry's SHA-256 covers it and the entry before it.

A chain alone shows every change, removal and reordering, but not that its end was cut off or that
all of it was written anew. A head that was told outside shows that too.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from records.errors import NamewatchError

FIRST = "0" * 64
"""Stands where the first entry has no entry before it."""
SHOWN = 20
"""How many characters of a head's SHA-256 are told: nobody can find another head that fits them."""
_LEAST = 12
_HEAD = re.compile(r"([1-9][0-9]{0,17})\s*[:·]\s*([0-9a-f]{12,64})")


class HeadError(NamewatchError):
    """This is not what the head of a log looks like."""


class Chained(Protocol):
    """What every entry of a chain has."""

    @property
    def number(self) -> int:
        """Its place, from 1 on."""

    @property
    def previous(self) -> str:
        """The SHA-256 of the entry before."""

    @property
    def sha256(self) -> str:
        """Its own."""


Entry = TypeVar("Entry", bound=Chained)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry at some moment; `sha256` may be shortened to its first characters."""

    number: int
    sha256: str


def head_words(head: Head | None, log: str) -> str:
    """A head as it is told, such as "custody 41 · 3f9c…"; nothing for an empty chain."""
    return f"{log} {head.number} · {head.sha256[:SHOWN]}" if head else ""


def read_head(text: str, log: str) -> Head:
    """A head as it was told: "41:3f9c…", or what `head_words` wrote; raises HeadError."""
    plain = text.strip().removeprefix(log).strip().rstrip("….").lower()
    found = _HEAD.fullmatch(plain)
    if found is None:
        raise HeadError(
            f"A head is a number, a colon and at least {_LEAST} characters of the SHA-256,"
            " as it was told."
        )
    return Head(int(found[1]), found[2])


def faults_of(
    entries: Iterable[Entry], heads: Iterable[Head], own_hash: Callable[[Entry], str]
) -> list[str]:
    """What is wrong with the chain, also against `heads` that were told outside; empty if sound.

    `own_hash` computes what an entry's SHA-256 has to be; it raises ValueError where it can't.
    """
    faults: list[str] = []
    known: dict[int, str] = {}
    number, sha256 = 0, FIRST
    for entry in entries:
        faults += _between(number, sha256, entry, own_hash)
        known[entry.number] = entry.sha256
        number, sha256 = entry.number, entry.sha256
    for head in heads:
        faults += _against(head, known, number)
    return faults


def _against(head: Head, known: dict[int, str], last: int) -> list[str]:
    if head.number not in known:
        told = f"Entry {head.number} was told of outside and is not here"
        ends = f": the log ends at entry {last}, so its end was cut off"
        return [f"{told}{ends if head.number > last else ''}."]
    if known[head.number].startswith(head.sha256):
        return []
    anew = f"Entry {head.number} is not the one that was told of outside"
    return [f"{anew}: the log was written anew up to there."]


def _between(number: int, sha256: str, entry: Entry, own_hash: Callable[[Entry], str]) -> list[str]:
    """What is wrong with `entry` where it follows the entry `number`."""
    faults = []
    due = number + 1
    if entry.number != due:
        gone = f"Entry {due} is missing" if entry.number > due else "The order was changed"
        faults.append(f"{gone}: entry {entry.number} follows entry {number}.")
    elif entry.previous != sha256:
        faults.append(f"Entry {entry.number} does not belong after the entry before it.")
    try:
        own = own_hash(entry)
    except ValueError:
        own = ""
    if own != entry.sha256:
        faults.append(f"Entry {entry.number} was changed.")
    return faults
