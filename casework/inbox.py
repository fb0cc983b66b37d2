"""Which of the three lists of their inbox an incident belongs to, and what is next for somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from casework.duties import Duty

TELLING = frozenset({"told-in-private", "wishes", "support"})
"""The duties of whoever tells the person named (SPSO 69, WICS Named ¶3)."""


class Part(StrEnum):
    """A list of the inbox."""

    ATTENTION = "attention"
    OTHERS = "others"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Place:
    """How an incident stands for one person who may see it."""

    state: str
    seen: bool
    """Whether anybody has said that they have seen it as it is now."""
    listed: bool
    keeps: bool
    """Whether they keep its record (SPSO 71)."""
    tells: bool
    """Whether they are the one to tell the person named, in private."""
    told: bool
    """Whether that person is told, asked and offered support, or nobody is meant."""
    decides: bool
    """Whether there is a threat about which nothing is decided, and they may decide."""
    late: bool


def which(place: Place) -> Part:
    """The list that it belongs to."""
    if place.state == "closed":
        return Part.ATTENTION if place.keeps and place.late else Part.CLOSED
    if (place.listed and not place.seen) or place.decides:
        return Part.ATTENTION
    if place.told:
        return Part.ATTENTION if place.keeps else Part.OTHERS
    return Part.ATTENTION if place.tells or (place.keeps and place.late) else Part.OTHERS


@dataclass(frozen=True, slots=True)
class Next:
    """What is to be done next, by when, and by whom if not by whoever reads this."""

    what: str
    by: datetime | None = None
    yours: bool = False
    who: str = ""


@dataclass(frozen=True, slots=True)
class Around:
    """What `following` looks at besides the place: duties in order, and who is who in words."""

    duties: Sequence[Duty]
    escalates_at: datetime | None
    teller: str
    keeper: str
    may_decide_police: bool


def following(place: Place, around: Around) -> Next:
    """What is next, seen from this place."""
    if not place.seen and place.state != "closed":
        if place.listed:
            return Next("Say that you have seen it", around.escalates_at, yours=True)
        return Next("Say that they have seen it", around.escalates_at, who="somebody who was told")
    own = next((one for one in around.duties if _is_theirs(one, place, around)), None)
    if own:
        return Next(own.what, own.due_at, yours=True)
    if around.duties:
        first = around.duties[0]
        who = around.teller if first.kind in TELLING else around.keeper
        return Next(first.what, first.due_at, who=who)
    return _to_end(place, around)


def _to_end(place: Place, around: Around) -> Next:
    if place.state == "closed":
        return Next("")
    what = "Close the record, or write down what is missing"
    return Next(what, yours=True) if place.keeps else Next(what, who=around.keeper)


def _is_theirs(duty: Duty, place: Place, around: Around) -> bool:
    if duty.kind in TELLING:
        return place.tells
    if duty.kind == "police" and around.may_decide_police:
        return True
    return place.keeps
