"""The custody chain: each entry's SHA-256 covers it and the entry before it (records.chain).

Its head is told outside (in an alert, to a timestamp authority), which shows also that its end was
cut off or that all of it was written anew.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from evidence.errors import EvidenceError
from records import chain
from records.chain import FIRST, Head

__all__ = ["FIRST", "Head", "Link"]
_LOG = "custody"


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
    return chain.head_words(head, _LOG)


def read_head(text: str) -> Head:
    """A head as it was told: "41:3f9c…", or the line of an alert; raises CustodyError."""
    try:
        return chain.read_head(text, _LOG)
    except chain.HeadError as fault:
        raise CustodyError(str(fault)) from None


def faults_of(links: Iterable[Link], heads: Iterable[Head] = ()) -> list[str]:
    """What is wrong with the chain, also against `heads` that were told outside; empty if sound."""
    return chain.faults_of(links, heads, lambda link: chained(link).sha256)


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
