"""The one database: SQLite by default, PostgreSQL for several machines."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlmodel import Session

from records import tables  # noqa: F401 - every foreign key has to find its table
from records.errors import ConfigurationError, NamewatchError
from records.turns import in_turns

BUSY_MS = 30_000
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    "trusted_schema=OFF",
    f"busy_timeout={BUSY_MS}",
)


class DatabaseFullError(NamewatchError):
    """The disk that holds the database is full; nothing is lost, but space must be made."""


class DatabaseUnusableError(ConfigurationError):
    """The database can't be used."""

    def __init__(self) -> None:
        super().__init__((self.__doc__ or "").strip())


class DatabaseDamagedError(DatabaseUnusableError):
    """The database is damaged or is something else; stop namewatch and restore it from a backup."""


class DatabaseAddressError(DatabaseUnusableError):
    """database_url is not the address of a database that can be reached; correct it."""


def open_database(url: str) -> Engine:
    """Open the database at `url`; raises ConfigurationError when it can't be written.

    Both our rows and the engine's own live in it, so that they commit together.
    """
    if not url.startswith("sqlite"):
        return _open_on_a_server(url)
    file = Path(url.removeprefix("sqlite:///"))
    _check_writable(file)
    engine = create_engine(
        url,
        pool_size=20,
        max_overflow=40,
        connect_args={"timeout": BUSY_MS / 1000, "factory": in_turns(BUSY_MS / 1000)},
        hide_parameters=True,  # an error's words must hold no content
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        # A writer takes the lock at its first write (or in `transaction`, at its start).
        connection.isolation_level = "IMMEDIATE"
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _open_on_a_server(url: str) -> Engine:
    try:
        engine = create_engine(
            url, pool_pre_ping=True, pool_size=20, max_overflow=20, hide_parameters=True
        )
        engine.connect().close()
    except (ArgumentError, NoSuchModuleError, ImportError, DBAPIError):
        raise DatabaseAddressError from None
    return engine


@contextmanager
def told_plainly() -> Iterator[None]:
    """Name the faults of a database that people can mend; others pass as they are."""
    try:
        yield
    except DBAPIError as error:
        # By its words, since the layer between gives several kinds to one cause.
        words = str(error.orig)
        if "disk is full" in words or "No space left" in words:
            raise DatabaseFullError from None
        if "malformed" in words or "not a database" in words:
            raise DatabaseDamagedError from None
        raise


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One transaction that sees nothing half-done and commits whole, or not at all.

    On SQLite it holds the write lock from the start, so what it reads stays true until it commits.
    """
    with told_plainly(), Session(engine, expire_on_commit=False) as session:
        if engine.dialect.name == "sqlite":
            session.connection().exec_driver_sql("BEGIN IMMEDIATE")
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session for reading only; nothing it does is committed."""
    with told_plainly(), Session(engine, expire_on_commit=False) as session:
        yield session
        session.expunge_all()  # what was read stays readable after the session
        session.rollback()


def migrate(engine: Engine) -> None:
    """Bring the tables to this version's form; does nothing when they have it already."""
    # Alembic takes a second to import, and most starts need no migration.
    with told_plainly():
        if _current(engine) != HEAD:
            _upgrade(engine)


def _upgrade(engine: Engine) -> None:
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


HEAD = "0022"
"""The newest revision in records/migrations; a test holds the two together."""


def _current(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _check_writable(file: Path) -> None:
    """SQLite's own message names no cause; find it first."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        os.close(descriptor)
        # Under a name of its own: several processes may open the database at once.
        with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.") as probe:
            probe.write(b"\0" * 65536)
            probe.flush()
    except OSError as error:
        what = {
            errno.EROFS: "the folder is read-only",
            errno.EACCES: "this user may not write there",
            errno.ENOSPC: "the disk is full",
        }.get(error.errno or 0, error.strerror or "it can't be written")
        raise ConfigurationError(
            f"the database can't be opened: {what}; make it writable or set another folder"
            " with NAMEWATCH_HOME.",
            file=file,
        ) from None
