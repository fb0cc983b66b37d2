"""What the inbox says, worked out from values: references and kinds, never a name or a post."""

from collections.abc import Sequence
from dataclasses import dataclass

from casework.inbox import Next, Part
from casework.inbox_reading import MOST_COUNTED, Entry, Listed
from console.desk import Desk
from console.status_words import SEVERITIES
from console.words import category_words, moment_words

TITLES: dict[Part, str] = {
    Part.ATTENTION: "Needs your attention",
    Part.OTHERS: "With others",
    Part.CLOSED: "Closed",
}
EMPTY: dict[Part, str] = {
    Part.ATTENTION: "Nothing needs your attention.",
    Part.OTHERS: "Nothing waits for somebody else.",
    Part.CLOSED: "Nothing that you may see is closed.",
}
HANDED_IN = "Handed in, to be judged"


@dataclass(frozen=True, slots=True)
class Tab:
    """The way to one of the lists."""

    text: str
    href: str
    here: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One incident."""

    reference: str
    severity: str
    colour: str
    kinds: tuple[str, ...]
    since: str
    next: str
    by: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class InboxPage:
    """The page, ready to be filled in."""

    title: str
    tabs: tuple[Tab, ...]
    cards: tuple[Card, ...]
    empty: str
    onwards: str
    """Where the list goes on; empty at its end."""
    first: bool
    """Whether this is the beginning of the list."""


def inbox_page(desk: Desk, part: Part, listed: Listed, attention: int, *, first: bool) -> InboxPage:
    """One page of a list; `attention` is how many need attention."""
    return InboxPage(
        title=TITLES[part],
        tabs=tuple(_tabs(part, attention)),
        cards=tuple(_card(desk, one) for one in listed.entries),
        empty="" if listed.entries else EMPTY[part],
        onwards=f"/inbox?show={part.value}&after={listed.after}" if listed.after else "",
        first=first,
    )


def triage_words(many: int) -> str:
    """How many findings wait for an answer; empty if none."""
    if not many:
        return ""
    if many == 1:
        return "1 finding waits for your answer in triage"
    least = "At least " if many >= MOST_COUNTED else ""
    return f"{least}{many} findings wait for your answer in triage"


def _tabs(here: Part, attention: int) -> Sequence[Tab]:
    many = f"{MOST_COUNTED} or more" if attention >= MOST_COUNTED else str(attention)
    counted = {Part.ATTENTION: f" ({many})" if attention else ""}
    return [
        Tab(title + counted.get(part, ""), f"/inbox?show={part.value}", part is here)
        for part, title in TITLES.items()
    ]


def _card(desk: Desk, entry: Entry) -> Card:
    words, colour = SEVERITIES[entry.severity]
    zone = desk.organisation.calendar.zone
    by = entry.next.by
    return Card(
        reference=entry.reference,
        severity=words,
        colour=colour,
        kinds=tuple(category_words(one) for one in entry.categories) or (HANDED_IN,),
        since=moment_words(entry.opened_at, zone),
        next=_next(entry.next),
        by=moment_words(by, zone) if by else "",
        overdue=by is not None and by <= desk.now(),
    )


def _next(step: Next) -> str:
    """Such as "Tell the person named, in private"; whose it is when it isn't the reader's."""
    if not step.what or step.yours or not step.who:
        return step.what
    return f"{step.what} ({step.who})"
