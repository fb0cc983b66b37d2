"""One service, and one sweep, at a time works with a database; a second one would do all twice."""

import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from records.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Hold:
    """What only one process at a time may do with a database."""

    number: int  # any that nobody else uses in this database
    suffix: str
    taken: str


SERVICE = Hold(
    6_273_641,
    "lock",
    "another `namewatch run` is at work with this database; stop it before you start one here.",
)
SWEEP = Hold(
    6_273_642,
    "sweep-lock",
    "another `namewatch sweep` is at work with this database; let it end, or stop it.",
)


def hold_alone(engine: Engine, hold: Hold = SERVICE) -> Callable[[], None]:
    """Take the database for this process; returns what lets go of it.

    The hold ends with the process, however it ends. Raises ConfigurationError when another
    process has it.
    """
    if engine.dialect.name == "sqlite":
        return _hold_file(Path(engine.url.database or ""), hold)
    return _hold_session(engine, hold)


def is_held(database: Path) -> bool:
    """Whether a service is at work with this SQLite file."""
    try:
        _hold_file(database, SERVICE)()
    except ConfigurationError:
        return True
    return False


def _hold_file(database: Path, hold: Hold) -> Callable[[], None]:
    file = database.with_name(f"{database.name}.{hold.suffix}")
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise ConfigurationError(hold.taken) from None
    return lambda: os.close(descriptor)


def _hold_session(engine: Engine, hold: Hold) -> Callable[[], None]:
    connection = engine.connect()
    taken = connection.execute(text("SELECT pg_try_advisory_lock(:n)"), {"n": hold.number})
    if not taken.scalar():
        connection.close()
        raise ConfigurationError(hold.taken)
    connection.commit()  # the lock stays with the session, not with the transaction

    def let_go() -> None:
        # By name: a server takes a moment to see that a session has gone.
        with suppress(OperationalError):  # the session has gone already, and the lock with it
            connection.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": hold.number})
        connection.invalidate()
        connection.close()

    return let_go
