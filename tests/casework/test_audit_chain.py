"""The audit trail's chain: no change, removal or insertion goes unseen, whoever writes at once."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from casework.audit import entries_about, note
from casework.audit_chain import chained, faults, head_now, keep_chain, key_of, unchained
from records.audit import AuditEntry, AuditLink
from records.chain import Head
from records.database import migrate, open_database, reading, transaction
from tests.databases import new_database
from tests.servers.postgres import postgres

NOW = datetime(2026, 11, 23, 10, 0, 0, 123456, tzinfo=UTC)
PEPPER = b"p" * 32
REFERENCE = "NW-2026-0041"


ANOTHER = """INSERT INTO audit_entry (at, actor, action, about)
VALUES ('2026-11-23 11:00:00', 's001', 'acknowledged', '{}')"""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = new_database(tmp_path)
    keep_chain(engine, PEPPER)
    yield engine
    engine.dispose()


def write(engine: Engine, *, times: int = 1, actor: str = "s005") -> None:
    for _ in range(times):
        with transaction(engine) as session:
            for action in ("record viewed", "post revealed"):
                about = {"posts": 2, "tags": ("a", "b")}
                note(session, action, actor=actor, now=NOW, reference=REFERENCE, about=about)


def found(engine: Engine, *heads: Head) -> list[str]:
    key = key_of(engine)
    assert key is not None
    with reading(engine) as session:
        return faults(session, key, heads)


def head(engine: Engine) -> Head:
    with reading(engine) as session:
        newest = head_now(session)
    assert newest is not None
    return newest


def tamper(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))


def test_every_entry_takes_its_place_and_the_chain_is_whole(engine: Engine) -> None:
    write(engine, times=3)
    with reading(engine) as session:
        links = list(chained(session))
        assert [one.number for one in links] == [1, 2, 3, 4, 5, 6]
        assert [one.entry and one.entry.action for one in links[:2]] == [
            "record viewed",
            "post revealed",
        ]
        assert unchained(session) == []
    assert found(engine, head(engine)) == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit_entry SET actor = 's001' WHERE id = 3", "Entry 3 was changed."),
        ("UPDATE audit_entry SET about = '{}' WHERE id = 3", "Entry 3 was changed."),
        ("UPDATE audit_entry SET at = '2026-11-23 11:00:00' WHERE id = 3", "Entry 3 was changed."),
        ("UPDATE audit_entry SET reference = NULL WHERE id = 3", "Entry 3 was changed."),
        ("DELETE FROM audit_entry WHERE id = 3", "Entry 3 was changed."),
        ("DELETE FROM audit_link WHERE number = 3", "Entry 3 is missing"),
        (
            "UPDATE audit_link SET entry_id = entry_id + 100 WHERE number IN (3, 4)",
            "Entry 3 was changed.",
        ),
        (ANOTHER, "Row 7 of the trail was put in past it."),
    ],
)
def test_whatever_is_done_past_namewatch_shows(engine: Engine, statement: str, said: str) -> None:
    write(engine, times=3)
    tamper(engine, statement)
    assert said in " ".join(found(engine))


def test_an_end_that_was_cut_off_shows_against_a_head_that_was_told_outside(engine: Engine) -> None:
    write(engine, times=3)
    told = head(engine)
    tamper(engine, "DELETE FROM audit_link WHERE number > 4")
    tamper(engine, "DELETE FROM audit_entry WHERE id > 4")
    assert found(engine) == []
    assert "the log ends at entry 4, so its end was cut off" in " ".join(found(engine, told))


def test_without_the_key_nobody_writes_the_chain_anew(engine: Engine) -> None:
    write(engine, times=2)
    told = head(engine)
    tamper(engine, "UPDATE audit_entry SET actor = 's001' WHERE id = 2")
    keep_chain(engine, b"another key")
    forge(engine)
    keep_chain(engine, PEPPER)
    words = " ".join(found(engine, told))
    assert "Entry 1 was changed." in words
    assert "the log was written anew up to there" in words


def test_with_the_key_it_still_shows_against_a_head_that_was_told_outside(engine: Engine) -> None:
    write(engine, times=2)
    told = head(engine)
    tamper(engine, "UPDATE audit_entry SET actor = 's001' WHERE id = 2")
    forge(engine)
    assert "the log was written anew up to there" in " ".join(found(engine, told))


def forge(engine: Engine) -> None:
    """Write the whole chain anew, as the next entry of an empty one does."""
    tamper(engine, "DELETE FROM audit_link")
    write(engine)


def test_what_older_versions_wrote_stands_at_the_beginning_of_the_chain(engine: Engine) -> None:
    engine.update_execution_options(audit_key=None)
    write(engine, times=2)
    with reading(engine) as session:
        assert session.exec(select(AuditLink)).first() is None
    keep_chain(engine, PEPPER)
    write(engine)
    assert found(engine) == []
    assert head(engine).number == 6


def test_what_is_rolled_back_leaves_no_gap(engine: Engine) -> None:
    write(engine)
    with pytest.raises(RuntimeError):
        write_and_fail(engine)
    with transaction(engine) as session:
        inside_a_savepoint_that_is_undone(session)
        note(session, "post revealed", actor="s005", now=NOW, reference=REFERENCE)
    write(engine)
    assert found(engine) == []
    assert head(engine).number == 5


def write_and_fail(engine: Engine) -> None:
    with transaction(engine) as session:
        note(session, "record viewed", actor="s005", now=NOW)
        raise RuntimeError


def inside_a_savepoint_that_is_undone(session: Session) -> None:
    try:
        with session.begin_nested():
            note(session, "record viewed", actor="s005", now=NOW)
            session.flush()
            raise IntegrityError("", {}, Exception())  # noqa: TRY301
    except IntegrityError:
        pass


def by_threads(engine: Engine) -> None:
    threads = [
        threading.Thread(target=write, args=(engine,), kwargs={"times": 15, "actor": f"s00{n}"})
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found(engine) == []
    assert head(engine).number == 120
    with reading(engine) as session:
        assert len(entries_about(session, REFERENCE)) == 120


def test_many_who_write_at_once_make_one_chain(engine: Engine) -> None:
    by_threads(engine)


@pytest.mark.servers
def test_many_who_write_at_once_on_a_server_make_one_chain() -> None:
    with postgres() as url:
        engine = open_database(url)
        migrate(engine)
        keep_chain(engine, PEPPER)
        by_threads(engine)
        with transaction(engine) as session:
            session.exec(select(AuditEntry).where(AuditEntry.id == 7)).one().actor = "s999"
        assert "was changed" in " ".join(found(engine))
        engine.dispose()
