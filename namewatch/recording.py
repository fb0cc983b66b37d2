"""`namewatch incident step|decide|close|…`: what people do about an incident, by command line."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console as Terminal
from rich.table import Table
from sqlmodel import Session

from casework import ending, list_changes
from casework.audit import note
from casework.duties import duties
from casework.kinds import KINDS, kind_called
from casework.known import known_of
from casework.office import Office
from casework.permissions import Action, check, concerned
from casework.steps import Order, record_step
from namewatch.casebook import database_of, incident_called, read_home, who_acts
from namewatch.configuration import Configuration
from namewatch.editions import Archive
from records.clock import utc_now
from records.database import transaction
from records.errors import NamewatchError
from records.incident import Incident


@dataclass(frozen=True, slots=True)
class Typed:
    """A step as it was typed: parts as name=value, where - reads words from standard input."""

    kind: str
    parts: Sequence[str]
    by: str | None
    instead_of: int | None = None
    number: str = ""
    on: str = ""


def print_kinds(name: str | None) -> None:
    """Every kind of step, or the parts of one."""
    terminal = Terminal(highlight=False, markup=False)
    if name is None:
        table = Table("step", "what it records", "clauses", box=None)
        for kind in KINDS.values():
            table.add_row(kind.name, kind.title, ", ".join(kind.clauses))
        terminal.print(table)
        return
    kind = kind_called(name)
    terminal.print(f"{kind.title} ({', '.join(kind.clauses)})")
    table = Table("part", "expects", "when", box=None)
    for part in kind.all_parts:
        beside = f"{part.when[0]} is {' or '.join(part.when[1])}" if part.when else ""
        about = f"{part.expects}: {part.about}" if part.about else part.expects
        table.add_row(part.name, about, "may be left out" if part.optional else beside)
    terminal.print(table)


def step(reference: str, typed: Typed) -> str:
    """Record a step in the name of whoever says so; what to tell them."""
    _, configuration = read_home()
    with _acting(typed.by, "incident step") as acting:
        order = Order(
            kind=typed.kind,
            typed=dict(_pair(one) for one in typed.parts),
            actor=acting.actor,
            instead_of=typed.instead_of,
            number=typed.number,
            happened_at=_moment(typed.on, configuration) if typed.on else None,
        )
        incident_called(acting.session, reference)
        kept = record_step(acting.session, acting.office, reference, order, now=acting.now)
    which = f" {kept.subject}" if kept.subject else ""
    return f"{reference}: recorded {kept.kind}{which}, revision {kept.revision} ({kept.clause})."


def close(reference: str, by: str | None) -> str:
    """Close a record that is whole."""
    with _acting(by, "incident close") as acting:
        incident_called(acting.session, reference)
        ending.close(acting.session, acting.office, reference, actor=acting.actor, now=acting.now)
    return f"{reference}: closed."


def reopen(reference: str, why: str, by: str | None) -> str:
    """Open a closed record again."""
    with _acting(by, "incident reopen") as acting:
        incident_called(acting.session, reference)
        ending.reopen(
            acting.session, acting.office, reference, why=why, actor=acting.actor, now=acting.now
        )
    return f"{reference}: open again; it is to be decided anew."


def bring_in(reference: str, staff_id: str, why: str, by: str | None) -> str:
    """Put somebody on a record's list."""
    with _acting(by, "incident bring-in") as acting:
        incident_called(acting.session, reference)
        news = list_changes.bring_in(
            acting.session,
            acting.office,
            reference,
            staff_id=staff_id,
            why=why,
            actor=acting.actor,
            now=acting.now,
        )
    return f"{reference}: {staff_id} {'may now' if news else 'could before'} open it."


def conflict(reference: str, why: str, by: str | None) -> str:
    """Say that one is in conflict with an incident oneself."""
    with _acting(by, "incident conflict") as acting:
        incident_called(acting.session, reference)
        list_changes.declare_conflict(
            acting.session, acting.office, reference, why=why, actor=acting.actor, now=acting.now
        )
    return f"{reference}: recorded; you are told nothing more of it."


def print_steps(reference: str, by: str | None) -> None:
    """What was done and what is still to be done; people's own words stay behind sign-in."""
    with _acting(by, "incident steps") as acting:
        incident = incident_called(acting.session, reference)
        check(
            acting.office.actor(acting.actor),
            Action.VIEW,
            concerned(acting.session, incident, acting.office, acting.now),
            acting.now,
        )
        note(
            acting.session,
            "steps read",
            actor=acting.actor,
            now=acting.now,
            reference=reference,
        )
        _print_steps(acting.session, incident, acting.office, acting.now)


def _print_steps(session: Session, incident: Incident, office: Office, now: datetime) -> None:
    known = known_of(session, incident, office, now)
    zone = office.organisation.calendar.zone
    terminal = Terminal(highlight=False, markup=False, soft_wrap=True)
    for one in known.taken:
        which = f" {one.subject}" if one.subject else ""
        parts = ", ".join(f"{name} {value}" for name, value in one.given.about.items())
        words = f" [{', '.join(one.given.words)}: behind sign-in]" if one.given.words else ""
        at = f"{one.recorded_at.astimezone(zone):%d %b %Y %H:%M}"
        terminal.print(f"{at}  {one.actor}  {one.kind}{which} ({one.revision}): {parts}{words}")
    for duty in duties(known):
        due = f" by {duty.due_at.astimezone(zone):%d %b %Y %H:%M}" if duty.due_at else ""
        late = " OVERDUE" if duty.overdue(now) else ""
        terminal.print(f"to do  {duty.what}{due} ({duty.clause}; {duty.kind}){late}")
    if not known.taken:
        terminal.print("Nothing is recorded yet.")


@dataclass(frozen=True, slots=True)
class _Acts:
    session: Session
    office: Office
    actor: str
    now: datetime


@contextmanager
def _acting(by: str | None, command: str) -> Iterator[_Acts]:
    """A transaction in the name of whoever is at the keyboard."""
    settings, held = read_home()
    now = utc_now()
    actor, _ = who_acts(settings, held, by, now, command)
    office = Office(held.pack, held.organisation, held.roster, Archive(settings.home).pack)
    with transaction(database_of(settings)) as session:
        yield _Acts(session, office, actor, now)


def _pair(typed: str) -> tuple[str, str]:
    name, separator, value = typed.partition("=")
    if not separator:
        raise NamewatchError("write each part as name=value; `namewatch incident kinds` has them.")
    return name, sys.stdin.read().strip() if value == "-" else value


def _moment(typed: str, configuration: Configuration) -> datetime:
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        raise NamewatchError("write when it was done like 2026-11-23T14:30.") from None
    return at if at.tzinfo else at.replace(tzinfo=configuration.organisation.calendar.zone)
