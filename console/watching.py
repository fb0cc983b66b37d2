"""Whether all is being watched and told, in the sentences at the top of a page."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import Session

from casework.areas import Area, may_enter
from console.desk import Desk
from console.status_words import channel_words
from console.words import moment_words
from workflows.places import Place, places
from workflows.senders import Sender, not_going_out


@dataclass(frozen=True, slots=True)
class Watching:
    """One quiet line if all is well; else what is not, a sentence each."""

    line: str
    silent: tuple[str, ...]
    nowhere: bool = False
    """Whether no place is watched at all."""


def watching(desk: Desk, session: Session, staff_id: str) -> Watching:
    """What everybody may know of the places, and what only some may know of the senders."""
    seen = places(session, desk.places, desk.now())
    silent = [_not_checked(desk, one) for one in seen if not one.well]
    looks_after = (Area.STATUS, Area.TRIAGE)
    if any(may_enter(desk.office, staff_id, one, desk.now()) for one in looks_after):
        for one in not_going_out(session, staff_id, desk.now()):
            silent += _not_sent(desk, one)
    return Watching(line=_line(seen), silent=tuple(silent), nowhere=not seen)


def _line(seen: list[Place]) -> str:
    if not seen:
        return "No place is being watched yet."
    well = sum(one.well for one in seen)
    if well < len(seen):
        return f"{well} of {len(seen)} places checked in the last 10 minutes."
    places = "The one place was" if well == 1 else f"All {well} places"
    return f"{places} checked in the last 10 minutes."


def _not_checked(desk: Desk, place: Place) -> str:
    name = place.title
    if place.since is None:
        tried = f" {place.why}" if place.state else ""
        return f"{name} has not been checked yet.{tried}"
    since = moment_words(place.since, desk.organisation.calendar.zone)
    if place.doubt:
        return f"{name} answers, but it may be that not all is heard. {place.doubt}"
    if place.partly:
        return f"A part of {name} can't be read. {place.why}"
    return f"{name} has not been checked since {since}. {place.why}"


def _not_sent(desk: Desk, sender: Sender) -> Iterator[str]:
    by = channel_words(sender.channel)
    if sender.late and sender.since:
        since = moment_words(sender.since, desk.organisation.calendar.zone)
        yield f"Alerts {by} are not going out: {sender.late} waiting since {since}."
    if sender.failed:
        alerts = "alert" if sender.failed == 1 else "alerts"
        yield f"{sender.failed} {alerts} {by} could not be delivered since yesterday."
