"""One service at a time works with a database; a second one would tell people twice."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine, text

from records.errors import ConfigurationError

_LOCK_NUMBER = 6_273_641  # any number that nobody else uses in this database
_TAKEN = "another `namewatch run` is at work with this database; stop it before you start one here."


def hold_alone(engine: Engine) -> Callable[[], None]:
    """Take the database for this process; returns what lets go of it.

    The hold ends with the process, however it ends. Raises ConfigurationError when another
    process has it.
    """
    if engine.dialect.name == "sqlite":
        return _hold_file(Path(engine.url.database or ""))
    return _hold_session(engine)


def is_held(database: Path) -> bool:
    """Whether a service is at work with this SQLite file."""
    try:
        _hold_file(database)()
    except ConfigurationError:
        return True
    return False


def _hold_file(database: Path) -> Callable[[], None]:
    file = database.with_name(f"{database.name}.lock")
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise ConfigurationError(_TAKEN) from None
    return lambda: os.close(descriptor)


def _hold_session(engine: Engine) -> Callable[[], None]:
    connection = engine.connect()
    taken = connection.execute(text("SELECT pg_try_advisory_lock(:n)"), {"n": _LOCK_NUMBER})
    if not taken.scalar():
        connection.close()
        raise ConfigurationError(_TAKEN)
    connection.commit()  # the lock stays with the session, not with the transaction

    def let_go() -> None:
        connection.invalidate()  # ends the session, and the lock with it
        connection.close()

    return let_go
