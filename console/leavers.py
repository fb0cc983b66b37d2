"""Whoever has left keeps no way in: what they signed in with is deleted, not only refused."""

from collections.abc import Iterator
from datetime import date, datetime
from types import ModuleType
from typing import Any

from sqlalchemy import Table, delete, select
from sqlmodel import Session, SQLModel

from console.own_ways import forget_all
from records import sign_in, ways_in
from records.audit import MACHINE
from records.roster import Roster


def forget_leavers(session: Session, roster: Roster, *, today: date, now: datetime) -> int:
    """Delete the passkeys, passwords, codes and sessions of who has left; how many people.

    Whoever comes back begins with a code by mail, as anybody does.
    """
    gone = sorted(one for one in _owners(session) if has_left(roster, one, today))
    for staff_id in gone:
        forget_all(session, staff_id, actor=MACHINE, now=now)
        session.flush()
        for table in own_tables():
            session.execute(delete(table).where(table.c.staff_id == staff_id))
    return len(gone)


def has_left(roster: Roster, staff_id: str, today: date) -> bool:
    """Not in the roster, or past their last day; whoever is still to begin has not left."""
    member = roster.get(staff_id)
    return member is None or (member.ends_on is not None and member.ends_on < today)


def own_tables() -> tuple[Table, ...]:
    """Each table of ways in and of signing in whose rows are somebody's: all there will ever be."""
    return tuple(table for module in (sign_in, ways_in) for table in _tables_of(module))


def _tables_of(module: ModuleType) -> Iterator[Table]:
    for one in vars(module).values():
        if isinstance(one, type) and issubclass(one, SQLModel) and one is not SQLModel:
            table: Any = one
            if "staff_id" in table.__table__.c:
                yield table.__table__


def _owners(session: Session) -> set[str]:
    """Whoever has anything there."""
    found: set[str] = set()
    for table in own_tables():
        asked = select(table.c.staff_id).distinct().where(table.c.staff_id.is_not(None))
        found.update(session.scalars(asked))
    return found
