"""What somebody's own page says, worked out from values alone; post text is no part of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from casework.looks import Looker
from casework.own_words import OwnRecord, Said
from casework.wish_words import POLICE, WISHES, Wish, wish_of
from console.desk import Desk
from console.words import category_words, moment_words, source_words

SEE = {
    "nothing": "Nothing",
    "told-in-words": "What kind of thing it was, and when",
    "everything": "The words that were posted",
}
"""How much somebody may choose to see, from the least: code and words."""
SEE_HINTS = {
    "nothing": "You need not see any of it.",
    "told-in-words": "In a few plain words. Nothing that was posted is shown.",
    "everything": "They stay covered until you press a button.",
}
FILE = {
    "do-not-record": "No, do not put it in my personal record",
    "record": "Yes, put it in my personal record",
    "no-view": "I do not mind",
}
LEADERSHIP = {
    "do-not-say-who": "No, do not tell them my name",
    "say-who": "Yes, they may be told my name",
    "no-view": "I do not mind",
}
NOT_YET = "Not yet"


@dataclass(frozen=True, slots=True)
class Task:
    """One thing on the page: what, where, and how it stands."""

    text: str
    href: str
    status: str

    @property
    def item(self) -> dict[str, object]:
        """As the task list of GOV.UK Frontend takes it."""
        return {
            "title": {"text": self.text},
            "href": self.href,
            "status": {"text": self.status},
        }


@dataclass(frozen=True, slots=True)
class Earlier:
    """Something that was said, and is kept: when, by whom, and the words."""

    when: str
    by_you: bool
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What is told in plain words: kinds, where and when."""

    kinds: tuple[str, ...]
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seer:
    """Somebody by role, and what they looked at."""

    role: str
    lines: tuple[str, ...]


def tasks(desk: Desk, record: OwnRecord) -> list[Task]:
    """What there is on the page; nothing of it has to be done."""
    found = [
        Task("What was found", "/say/page/see", SEE.get(record.chose, NOT_YET)),
        Task("What you would like to happen", "/say/page/wish", _when_said(desk, record.wishes)),
    ]
    if record.decides_file:
        status = _when_said(desk, record.file)
        found.append(Task("Your personal record", "/say/page/file", status))
    if record.asked_about_leadership:
        own = [one for one in record.leadership if one.answer != "asked"]
        found.append(Task("Your name", "/say/page/name", _when_said(desk, own)))
    found.append(Task("Who has seen the record", "/say/page/who", "Look"))
    return found


def found_words(desk: Desk, record: OwnRecord) -> Found:
    """What kind and when, and not a word of what was posted."""
    zone = desk.organisation.calendar.zone
    places = []
    for one in record.mentions:
        at = one.published_at or one.found_at
        how = "posted" if one.published_at else "found"
        places.append(f"{source_words(one.source)}, {how} on {moment_words(at, zone)}")
    kinds = tuple(category_words(one) for one in record.incident.categories)
    return Found(kinds, tuple(places))


def newest_wish(record: OwnRecord) -> Wish:
    """What stands, to begin from when somebody changes their mind."""
    return wish_of(record.wishes[-1].words.get("wish", "")) if record.wishes else Wish()


def no_view(record: OwnRecord) -> bool:
    """Whether it stands that others may decide."""
    return bool(record.wishes) and record.wishes[-1].answer == "no-view"


def earlier(desk: Desk, record: OwnRecord, said: Sequence[Said]) -> list[Earlier]:
    """All that was said about one thing, the newest first."""
    zone = desk.organisation.calendar.zone
    return [
        Earlier(
            when=moment_words(one.step.recorded_at, zone),
            by_you=one.step.actor == record.incident.staff_id,
            lines=tuple(_lines(one)),
        )
        for one in reversed(said)
    ]


def wish_items(chosen: Sequence[str]) -> list[dict[str, object]]:
    """The boxes to tick."""
    return [
        {"value": code, "text": words, "checked": code in chosen} for code, words in WISHES.items()
    ]


def radio_items(
    choices: dict[str, str], chosen: str, hints: dict[str, str]
) -> list[dict[str, object]]:
    """The answers of which one is chosen."""
    return [
        {"value": code, "text": words, "checked": code == chosen}
        | ({"hint": {"text": hints[code]}} if code in hints else {})
        for code, words in choices.items()
    ]


def police_items(chosen: str) -> list[dict[str, object]]:
    """What somebody who was threatened thinks of telling the police."""
    return radio_items({**POLICE, "": "I do not mind, or do not know yet"}, chosen, {})


def seers(desk: Desk, found: Sequence[Looker]) -> list[Seer]:
    """Who has been told and who has looked, by role."""
    return [Seer(_role(desk, one.role), tuple(_looked(desk, one))) for one in found]


def _role(desk: Desk, role: str) -> str:
    if role == "brought_in":
        return "Somebody who was brought in to help"
    title = desk.pack.role_title(role) if role else "Somebody else"
    return title[:1].upper() + title[1:]


def _looked(desk: Desk, looker: Looker) -> Iterator[str]:
    def at(moment: datetime) -> str:
        return moment_words(moment, desk.organisation.calendar.zone)

    if looker.told_at:
        yield f"Can open it since {at(looker.told_at)}"
    for one in looker.looks:
        times = "once" if one.times == 1 else f"{one.times} times"
        yield f"{one.what} {times}, last on {at(one.last_at)}"
    if not looker.looks:
        yield "Has not opened it"


def _when_said(desk: Desk, said: Sequence[Said]) -> str:
    if not said or said[-1].answer in {"not-yet-asked", "asked"}:
        return NOT_YET
    day = said[-1].step.recorded_at.astimezone(desk.organisation.calendar.zone)
    return f"Said on {day.day} {day:%B}"


_ANSWERS = {
    "no-view": "I do not mind: others may decide",
    "asked": "Was asked",
    "not-yet-asked": "Was not asked yet",
    "record": FILE["record"],
    "do-not-record": FILE["do-not-record"],
    "say-who": LEADERSHIP["say-who"],
    "do-not-say-who": LEADERSHIP["do-not-say-who"],
}


def _lines(said: Said) -> Iterator[str]:
    if words := said.words.get("wish"):
        yield from (line for line in words.splitlines() if line.strip())
    elif said.answer in _ANSWERS:
        yield _ANSWERS[said.answer]
