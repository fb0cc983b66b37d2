"""The database: safe settings, whole transactions, migrations, and plain words for its faults."""

import shutil
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from records import database as db
from records.alone import hold_alone
from records.audit import AuditEntry
from records.errors import ConfigurationError
from records.tables import metadata
from records.watching import SourceCursor

NOW = datetime(2026, 11, 21, 22, 40, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = db.open_database(f"sqlite:///{tmp_path / 'home' / 'namewatch.db'}")
    db.migrate(engine)
    return engine


def test_every_connection_has_the_safe_settings(engine: Engine) -> None:
    with engine.connect() as connection:
        read = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in (
                "journal_mode",
                "synchronous",
                "foreign_keys",
                "secure_delete",
                "trusted_schema",
            )
        }
    assert read == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "trusted_schema": 0,
    }


def test_the_file_is_its_owners_alone(engine: Engine, tmp_path: Path) -> None:
    assert (tmp_path / "home" / "namewatch.db").stat().st_mode & 0o077 == 0


def test_migrations_make_exactly_the_tables_of_the_models(engine: Engine) -> None:
    made = {
        table: {column["name"] for column in inspect(engine).get_columns(table)}
        for table in inspect(engine).get_table_names()
        if table != "alembic_version"
    }
    assert made == {
        name: {column.name for column in table.columns} for name, table in metadata.tables.items()
    }


def test_the_newest_revision_is_the_one_the_code_looks_for() -> None:
    newest = max((Path(db.__file__).parent / "migrations" / "versions").glob("[0-9]*.py"))
    assert newest.name.startswith(f"{db.HEAD}_")


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    with db.transaction(engine) as session:
        session.add(AuditEntry(at=NOW, actor="namewatch", action="test"))
    db.migrate(engine)
    with db.reading(engine) as session:
        assert [entry.action for entry in session.exec(select(AuditEntry))] == ["test"]


def test_a_transaction_commits_whole_or_not_at_all(engine: Engine) -> None:
    class PowerCutError(Exception):
        pass

    def half() -> None:
        with db.transaction(engine) as session:
            session.add(AuditEntry(at=NOW, actor="namewatch", action="half"))
            session.flush()
            raise PowerCutError

    with pytest.raises(PowerCutError):
        half()
    with db.reading(engine) as session:
        assert session.exec(select(AuditEntry)).first() is None


def test_two_writers_take_turns_and_lose_no_count(engine: Engine) -> None:
    with db.transaction(engine) as session:
        session.add(SourceCursor(source="s", cursor="0", updated_at=NOW))

    def count_up() -> None:
        for _ in range(25):
            with db.transaction(engine) as session:
                kept = session.get_one(SourceCursor, "s")
                kept.cursor = str(int(kept.cursor) + 1)
                session.add(kept)

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.reading(engine) as session:
        assert session.get_one(SourceCursor, "s").cursor == "100"


def test_moments_keep_their_zone_and_a_time_without_one_is_refused(engine: Engine) -> None:
    with db.transaction(engine) as session:
        session.add(AuditEntry(at=NOW, actor="namewatch", action="test"))
    with db.reading(engine) as session:
        assert session.exec(select(AuditEntry)).one().at == NOW
    with pytest.raises(Exception, match="without a zone"), db.transaction(engine) as session:
        session.add(AuditEntry(at=NOW.replace(tzinfo=None), actor="namewatch", action="test"))


def test_an_errors_words_hold_no_value(engine: Engine) -> None:
    def add_twice() -> None:
        for _ in range(2):
            with db.transaction(engine) as session:
                session.add(SourceCursor(source="canary sentence", cursor="1", updated_at=NOW))

    with pytest.raises(IntegrityError) as caught:
        add_twice()
    assert "canary" not in str(caught.value)


def test_a_file_that_is_no_database_is_told_plainly(tmp_path: Path) -> None:
    file = tmp_path / "namewatch.db"
    file.write_bytes(b"this is a letter, not a database\n" * 100)
    with pytest.raises(ConfigurationError, match="damaged or is something else"):
        db.migrate(db.open_database(f"sqlite:///{file}"))


def test_a_folder_that_can_not_be_written_is_told_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="the database can't be opened"):
        db.open_database(f"sqlite:///{tmp_path / 'file' / 'namewatch.db'}")


def test_a_copy_made_while_writing_opens_whole(engine: Engine, tmp_path: Path) -> None:
    with db.transaction(engine) as session:
        session.add(AuditEntry(at=NOW, actor="namewatch", action="test"))
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path / "home", copy)
    with sqlite3.connect(copy / "namewatch.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM audit_entry").fetchone() == (1,)
    connection.close()


def test_one_service_at_a_time_holds_the_database(engine: Engine) -> None:
    let_go = hold_alone(engine)
    with pytest.raises(ConfigurationError, match="another `namewatch run` is at work"):
        hold_alone(engine)
    let_go()
    hold_alone(engine)()


def test_many_may_open_it_in_the_same_moment(tmp_path: Path) -> None:
    """As the service and a command do; each looks first whether it can write there."""
    url = f"sqlite:///{tmp_path / 'namewatch.db'}"
    with ThreadPoolExecutor(8) as pool:
        for engine in pool.map(db.open_database, [url] * 200):
            engine.dispose()
    assert {one.name.partition("-")[0] for one in tmp_path.iterdir()} == {"namewatch.db"}
