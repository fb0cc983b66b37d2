"""The running totals of what is paid for or counted by the day, shared through the database."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from hashlib import sha256

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlmodel import Session, col, delete, select

from monitors.errors import SourceError
from records.database import transaction
from records.day_total import DayTotal
from records.errors import NamewatchError

KEPT = timedelta(days=7)


class SharedLedger:
    """Totals of all processes that work with this database; each change is one transaction."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    @contextmanager
    def total(self, what: str, secret: str, *days: date) -> Iterator[DayTotal]:
        """As `monitors.ledger.Ledger` says. Of the secret only a hash is kept."""
        name = f"{what} {sha256(secret.encode()).hexdigest()}"
        try:
            with transaction(self._database) as session:
                total = _held_total(session, name, days)
                yield total
                session.add(total)
        except SourceError:
            raise
        except (SQLAlchemyError, NamewatchError):
            raise SourceError(
                "What the day has cost can't be kept, so nothing that costs is asked."
            ) from None


def _held_total(session: Session, what: str, days: Sequence[date]) -> DayTotal:
    """The row, which nobody else reads or writes before the transaction ends."""
    query = (
        select(DayTotal).where(DayTotal.what == what, col(DayTotal.day).in_(days)).with_for_update()
    )
    kept = session.exec(query).all()
    if not kept:
        session.exec(delete(DayTotal).where(col(DayTotal.day) < days[-1] - KEPT))
        with suppress(IntegrityError), session.begin_nested():  # another may have begun the day
            session.add(DayTotal(what=what, day=days[-1]))
        kept = session.exec(query).all()
    return min(kept, key=lambda one: days.index(one.day))
