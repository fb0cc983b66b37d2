"""The rules of the custody chain: each entry's SHA-256 covers it and the entry before it.

A chain alone shows every change, removal and reordering, but not that its end was cut off or that
all of it was written anew. A head that was told outside (in an alert, to a timestamp authority)
shows that too.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from evidence.errors import EvidenceError

FIRST = "0" * 64
"""Stands where the first entry has no entry before it."""
SHOWN = 20
"""How many characters of a head's SHA-256 are told: nobody can find another head that fits them."""
_LEAST = 12
_HEAD = re.compile(r"([1-9][0-9]{0,17})\s*[:·]\s*([0-9a-f]{12,64})")


class CustodyError(EvidenceError):
    """This is not what a custody log looks like."""


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the chain."""

    number: int
    at: datetime
    actor: str
    act: str
    reference: str | None
    exhibit: int | None
    why: str
    previous: str
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry at some moment; `sha256` may be shortened to its first characters."""

    number: int
    sha256: str


def canonical(link: Link) -> bytes:
    """The bytes that are hashed, together with those of the entry before, for `link`."""
    told = asdict(link) | {"at": link.at.astimezone(UTC).isoformat(timespec="microseconds")}
    del told["sha256"]
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def chained(link: Link) -> Link:
    """`link` with its own SHA-256."""
    whole = bytes.fromhex(link.previous) + canonical(link)
    return replace(link, sha256=hashlib.sha256(whole).hexdigest())


def head_of(links: Sequence[Link]) -> Head | None:
    """The head of a chain; None when it is empty."""
    return Head(links[-1].number, links[-1].sha256) if links else None


def head_words(head: Head | None) -> str:
    """A head as it is told in alerts, such as "custody 41 · 3f9c…"; nothing for an empty chain."""
    return f"custody {head.number} · {head.sha256[:SHOWN]}" if head else ""


def read_head(text: str) -> Head:
    """A head as it was told: "41:3f9c…", or the line of an alert; raises CustodyError."""
    plain = text.strip().removeprefix("custody").strip().rstrip("….").lower()
    found = _HEAD.fullmatch(plain)
    if found is None:
        raise CustodyError(
            f"A head is a number, a colon and at least {_LEAST} characters of the SHA-256,"
            " as an alert tells it."
        )
    return Head(int(found[1]), found[2])


def faults_of(links: Iterable[Link], heads: Iterable[Head] = ()) -> list[str]:
    """What is wrong with the chain, also against `heads` that were told outside; empty if sound."""
    faults: list[str] = []
    known: dict[int, str] = {}
    before = Link(0, datetime.min.replace(tzinfo=UTC), "", "", None, None, "", "", FIRST)
    for link in links:
        faults += _between(before, link)
        known[link.number] = link.sha256
        before = link
    for head in heads:
        if head.number not in known:
            faults.append(
                f"Entry {head.number} was told of outside and is not here:"
                f" the log ends at entry {before.number}, so its end was cut off."
                if head.number > before.number
                else f"Entry {head.number} was told of outside and is not here."
            )
        elif not known[head.number].startswith(head.sha256):
            faults.append(
                f"Entry {head.number} is not the one that was told of outside:"
                " the log was written anew up to there."
            )
    return faults


def _between(before: Link, link: Link) -> list[str]:
    """What is wrong with `link` where it follows `before`."""
    faults = []
    due = before.number + 1
    if link.number != due:
        gone = f"Entry {due} is missing" if link.number > due else "The order was changed"
        faults.append(f"{gone}: entry {link.number} follows entry {before.number}.")
    elif link.previous != before.sha256:
        faults.append(f"Entry {link.number} does not belong after the entry before it.")
    try:
        own = chained(link).sha256
    except ValueError:
        own = ""
    if own != link.sha256:
        faults.append(f"Entry {link.number} was changed.")
    return faults


def to_line(link: Link) -> str:
    """One line of a copy of the log."""
    told = asdict(link) | {"at": link.at.astimezone(UTC).isoformat(timespec="microseconds")}
    return json.dumps(told, sort_keys=True)


def from_line(line: str) -> Link:
    """Read what `to_line` wrote; raises CustodyError."""
    try:
        told = json.loads(line)
        at = datetime.fromisoformat(told.pop("at"))
        link = Link(at=at, **told)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise CustodyError from None
    plain = (link.actor, link.act, link.why, link.previous, link.sha256)
    numbers = (link.number, 1 if link.exhibit is None else link.exhibit)
    if (
        at.tzinfo is None
        or not all(isinstance(one, str) for one in (*plain, link.reference or ""))
        or not all(type(one) is int for one in numbers)
        or line.strip() != to_line(link)
    ):
        raise CustodyError
    return link
