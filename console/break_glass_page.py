"""What the pages about access in an emergency say."""

from collections.abc import Sequence
from dataclasses import dataclass

from casework.break_glass import WHY, Request
from console.desk import Desk
from console.record_page import person
from console.words import moment_words


@dataclass(frozen=True, slots=True)
class Waits:
    """A request that waits for whoever reads this."""

    number: int
    about: str


@dataclass(frozen=True, slots=True)
class Open:
    """A record that whoever reads this may see for now."""

    reference: str
    until: str


@dataclass(frozen=True, slots=True)
class AskingPage:
    """The list."""

    waiting: tuple[Waits, ...]
    open_now: tuple[Open, ...]


@dataclass(frozen=True, slots=True)
class AskedPage:
    """One request, for whoever answers it."""

    number: int
    reference: str
    who: str
    why: str
    words: str
    when: str


def asking_page(desk: Desk, waiting: Sequence[Request], open_now: Sequence[Request]) -> AskingPage:
    """The page with everything that waits or is open."""
    zone = desk.organisation.calendar.zone
    return AskingPage(
        waiting=tuple(
            Waits(
                one.number,
                f"Asked on {moment_words(one.asked_at, zone)}, for {one.reference}",
            )
            for one in waiting
        ),
        open_now=tuple(
            Open(one.reference, moment_words(one.ends_at, zone)) for one in open_now if one.ends_at
        ),
    )


def asked_page(desk: Desk, one: Request, words: str) -> AskedPage:
    """The page of one request."""
    why = WHY[one.why]
    return AskedPage(
        number=one.number,
        reference=one.reference,
        who=person(desk, one.staff_id),
        why=why[:1].upper() + why[1:],
        words=words,
        when=moment_words(one.asked_at, desk.organisation.calendar.zone),
    )
