"""What waits for a decision on keeping it, in words; neither a name nor a post is part of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from casework.erasures import wanted_by
from casework.retention import Due, longest, reference_of
from console.desk import Desk
from console.words import day_words, moment_words
from records.custody import ERASING
from records.erasing import NOW, ErasureRequest
from records.retention import Kept, RetentionClock

KIND_WORDS: Mapping[Kept, str] = MappingProxyType(
    {
        Kept.RECORD: "A closed record",
        Kept.EVIDENCE: "The evidence of a closed record",
        Kept.RESTRICTION: "A record with a restriction that has ended",
        Kept.TRIAGE: "Posts that were kept for triage",
    }
)
GONE_WORDS: Mapping[Kept, str] = MappingProxyType(
    {
        Kept.RECORD: "The whole record: its posts, its evidence, its notes and what people wrote.",
        Kept.EVIDENCE: "Every sealed exhibit of the record. The record itself stays.",
        Kept.RESTRICTION: "The whole record that the restriction rests on, with its evidence.",
        Kept.TRIAGE: "Every post that was kept for triage in this month.",
    }
)

OTHER = "other"
"""What a form sends when the reason is in words of one's own."""


@dataclass(frozen=True, slots=True)
class Waits:
    """One decision: what it is about, since when it is kept, and whether it is due."""

    number: int
    what: str
    which: str
    reference: str
    gone: str
    since: str
    due: str
    rule: str
    is_due: bool
    held: bool
    may_hold: bool
    until_at_most: str = ""


@dataclass(frozen=True, slots=True)
class Asking:
    """A request to erase that waits for a second person."""

    number: int
    what: str
    which: str
    reference: str
    gone: str
    why: str
    asked_by: str
    asked_at: str
    until: str
    own: bool


def waits(desk: Desk, one: Due) -> Waits:
    """A decision in words."""
    clock, zone = one.clock, desk.organisation.calendar.zone
    kind = Kept(clock.kind)
    reference = reference_of(clock) or ""
    assert clock.id is not None
    last = longest(clock, desk.office, desk.now()).astimezone(zone).date()
    return Waits(
        number=clock.id,
        what=KIND_WORDS[kind],
        which=which_words(clock.kind, clock.subject),
        reference=reference,
        gone=GONE_WORDS[kind],
        since=day_words(clock.since.astimezone(zone).date()),
        due=day_words(clock.due_at.astimezone(zone).date()),
        rule=clock.rule.partition(",")[0],
        is_due=one.due,
        held=one.held,
        may_hold=bool(reference),
        until_at_most=day_words(last),
    )


def due_of(clock: RetentionClock, desk: Desk, *, held: bool) -> Due:
    """One clock as the list has it."""
    return Due(clock, due=clock.due_at <= desk.now(), held=held)


def asking(desk: Desk, request: ErasureRequest, reader: str) -> Asking:
    """A request in words."""
    wanted = wanted_by(request)
    member = desk.roster.get(request.asked_by)
    zone = desk.organisation.calendar.zone
    assert request.id is not None
    return Asking(
        number=request.id,
        what=_what(request),
        which=which_words(request.kind, request.subject),
        reference=wanted.reference or "",
        gone=_gone(request),
        why=sentence(ERASING[request.why]),
        asked_by=member.full_name if member else request.asked_by,
        asked_at=moment_words(request.asked_at, zone),
        until=moment_words(request.ends_at, zone),
        own=request.asked_by == reader,
    )


def sentence(words: str) -> str:
    """Words as a sentence."""
    return f"{words[:1].upper()}{words[1:]}."


def reasons(codes: Mapping[str, str], chosen: str, *, in_words: bool) -> list[dict[str, object]]:
    """The choices of why, for a form; with `in_words`, also one for words of one's own."""
    known = {code: f"{words[:1].upper()}{words[1:]}" for code, words in codes.items()}
    offered = known | ({OTHER: "Something else"} if in_words else {})
    return [
        {"value": code, "text": words, "checked": code == chosen} for code, words in offered.items()
    ]


def which_words(kind: str, subject: str) -> str:
    """Which one: a reference, a restriction of it, or a month of triage."""
    reference, _, number = subject.partition("/")
    if kind == Kept.RESTRICTION.value and number:
        return f"{reference}, restriction {number}"
    return subject


def _what(request: ErasureRequest) -> str:
    if request.kind != NOW:
        return KIND_WORDS[Kept(request.kind)]
    if request.exhibit is not None:
        return f"Exhibit {request.exhibit} of a record, before its time is over"
    return "A record, before its time is over"


def _gone(request: ErasureRequest) -> str:
    if request.kind != NOW:
        return GONE_WORDS[Kept(request.kind)]
    if request.exhibit is not None:
        return "This one exhibit. The record itself stays."
    return GONE_WORDS[Kept.RECORD]
