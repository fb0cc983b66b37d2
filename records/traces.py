"""Leave no trace of what was deleted in the database's own files."""

import time

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

_SECONDS = 10.0
_EVERY = 0.1


def wipe_traces(engine: Engine, *tables: str) -> bool:
    """Write over what was deleted from `tables`; False when others kept it from being done now.

    SQLite zeroes a deleted value in its file (secure_delete), but its log still holds the page as
    it was until it is emptied. PostgreSQL leaves an old row's bytes in the file even when it is
    vacuumed, so each table is written anew; its log is its own, and not reached.
    """
    if engine.dialect.name == "sqlite":
        return _empty_the_log(engine)
    return _write_anew(engine, tables)


def _write_anew(engine: Engine, tables: tuple[str, ...]) -> bool:
    """Others wait meanwhile, so this gives up soon where it would have to wait itself."""
    quoted = ", ".join(engine.dialect.identifier_preparer.quote(one) for one in tables)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"SET lock_timeout = '{_SECONDS:.0f}s'")
        try:
            connection.exec_driver_sql(f"VACUUM (FULL) {quoted}")
        except OperationalError:
            return False
        finally:
            connection.exec_driver_sql("RESET lock_timeout")
    return True


def _empty_the_log(engine: Engine) -> bool:
    until = time.monotonic() + _SECONDS
    while True:
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute("PRAGMA busy_timeout=1000")
            busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            driver.execute("PRAGMA busy_timeout=30000")
        if not busy:
            return True
        if time.monotonic() > until:
            return False
        time.sleep(_EVERY)
