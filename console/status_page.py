"""What the status page says: counts and states for whoever looks after this, never content."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from console.desk import Desk
from console.health import Checked, Fact, LastCheck
from console.status_words import channel_words
from console.words import moment_words
from records.watching import CoverageGap, GapState
from workflows.places import Place
from workflows.sealing_state import SealingState
from workflows.senders import Sender

WELL = ("Well", "govuk-tag--green")
UNWELL = ("Not well", "govuk-tag--red")
_MOST_GAPS = 10


@dataclass(frozen=True, slots=True)
class Block:
    """One thing, how it is, and a few lines about it."""

    heading: str
    tag: str
    colour: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatusPage:
    """The page, ready to be filled in."""

    places: tuple[Block, ...]
    gaps: tuple[str, ...]
    senders: tuple[Block, ...]
    alarms: str
    """How many alarms have reached nobody; empty if none."""
    evidence: tuple[str, ...]
    facts: tuple[Fact, ...]
    checks: tuple[Block, ...]
    checked_at: str


@dataclass(frozen=True, slots=True)
class Read:
    """What was read for the page."""

    places: Sequence[Place]
    gaps: Sequence[CoverageGap]
    senders: Sequence[Sender]
    alarms: int
    evidence: SealingState
    facts: Sequence[Fact]


def status_page(desk: Desk, read: Read, last: LastCheck) -> StatusPage:
    """The page of what was `read`, with what the last check found."""
    alarms = "" if not read.alarms else f"Alarms that have reached nobody yet: {read.alarms}."
    return StatusPage(
        places=tuple(_place(desk, one) for one in read.places),
        gaps=tuple(_gap(desk, one) for one in read.gaps[:_MOST_GAPS]),
        senders=tuple(_sender(desk, one) for one in read.senders),
        alarms=alarms,
        evidence=tuple(_evidence(read.evidence)),
        facts=tuple(read.facts),
        checks=tuple(_check(one) for one in sorted(last.found, key=_unwell_first)),
        checked_at=_when(desk, last.at) if last.at else "",
    )


def _when(desk: Desk, moment: datetime) -> str:
    return moment_words(moment, desk.organisation.calendar.zone)


def _block(heading: str, lines: Iterator[str], *, well: bool) -> Block:
    tag, colour = WELL if well else UNWELL
    return Block(heading, tag, colour, tuple(line for line in lines if line))


def _place(desk: Desk, place: Place) -> Block:
    def lines() -> Iterator[str]:
        yield place.why
        yield place.doubt
        if place.since:
            yield f"Last checked on {_when(desk, place.since)}."
        if place.event_at:
            yield f"The last post came in on {_when(desk, place.event_at)}."
        yield f"Posts {place.posts}, kept {place.kept}, unreadable {place.unread}."
        yield place.budget

    return _block(place.title, lines(), well=place.well)


def _gap(desk: Desk, gap: CoverageGap) -> str:
    until = f"until {_when(desk, gap.ended_at)}" if gap.ended_at else "until now"
    state = "still not checked" if gap.state == GapState.OPEN else gap.state
    what = f"A part of {gap.source}" if gap.part else gap.source
    return f"{what}: from {_when(desk, gap.began_at)} {until}: {state}. {gap.reason}"


def _sender(desk: Desk, sender: Sender) -> Block:
    def lines() -> Iterator[str]:
        last = f"on {_when(desk, sender.last_at)}" if sender.last_at else "never"
        yield f"Last delivered: {last}."
        yield f"Waiting: {sender.waiting}."
        if sender.late and sender.since:
            yield f"Of these late: {sender.late}, since {_when(desk, sender.since)}."
        if sender.failed:
            yield f"Could not be delivered since yesterday: {sender.failed}."

    words = channel_words(sender.channel)
    return _block(words[:1].upper() + words[1:], lines(), well=sender.well)


def _evidence(state: SealingState) -> Iterator[str]:
    yield f"Sealed: {state.exhibits}, of which {state.unstamped} have no outside time stamp yet."
    yield f"Waiting to be captured: {state.waiting}."
    if state.late:
        yield f"Not sealed although it should be: {state.late}."
    if state.failed:
        yield f"Pages that could not be pictured: {state.failed}."


def _check(checked: Checked) -> Block:
    tag, colour = UNWELL if checked.fault else WELL
    if checked.advice and not checked.fault:
        tag, colour = "Note", "govuk-tag--yellow"
    lines = tuple(one for one in (checked.fault, checked.advice) if one)
    return Block(checked.subject, tag, colour, lines)


def _unwell_first(checked: Checked) -> tuple[bool, bool]:
    return not checked.fault, not checked.advice
