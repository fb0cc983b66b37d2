"""Threads that write to one SQLite file wait for each other, and nobody is left out."""

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from records.database import open_database, transaction
from records.turns import urgently


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = open_database(f"sqlite:///{tmp_path / 'namewatch.db'}")
    with transaction(engine) as session:
        session.execute(text("CREATE TABLE line (number INTEGER PRIMARY KEY, writer INTEGER)"))
    return engine


def test_whoever_waits_goes_on_as_soon_as_the_one_before_has_committed(engine: Engine) -> None:
    begun, waited = threading.Event(), []

    def second() -> None:
        begun.wait()
        with transaction(engine) as session:
            waited.append(time.monotonic())
            session.execute(text("INSERT INTO line (writer) VALUES (2)"))

    thread = threading.Thread(target=second)
    thread.start()
    with transaction(engine) as session:
        session.execute(text("INSERT INTO line (writer) VALUES (1)"))
        begun.set()
        time.sleep(0.3)
        assert waited == []
    thread.join()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT writer FROM line")).scalars().all() == [1, 2]


def test_who_writes_urgently_comes_before_those_who_have_waited_longer(engine: Engine) -> None:
    def write(writer: int) -> None:
        with transaction(engine) as session:
            session.execute(text("INSERT INTO line (writer) VALUES (:w)"), {"w": writer})

    def write_urgently(writer: int) -> None:
        with urgently():
            write(writer)

    threads = [threading.Thread(target=write, args=(number,)) for number in (1, 2, 3)]
    threads.append(threading.Thread(target=write_urgently, args=(9,)))
    with transaction(engine):
        for thread in threads:
            thread.start()
            time.sleep(0.2)
    for thread in threads:
        thread.join()
    with engine.connect() as connection:
        order = connection.execute(text("SELECT writer FROM line ORDER BY number")).scalars().all()
    assert order[0] == 9
    assert sorted(order) == [1, 2, 3, 9]


def test_many_writers_in_both_ways_of_beginning_lose_nothing(engine: Engine) -> None:
    def write(writer: int) -> None:
        for number in range(25):
            if number % 2:
                with transaction(engine) as session:
                    session.execute(text("INSERT INTO line (writer) VALUES (:w)"), {"w": writer})
            else:
                with engine.begin() as connection:  # as the engine's library does
                    connection.execute(text("SELECT count(*) FROM line")).scalar()
                    connection.execute(text("INSERT INTO line (writer) VALUES (:w)"), {"w": writer})

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM line")).scalar() == 150


def test_a_turn_ends_with_a_rollback_a_fault_or_a_connection_that_is_thrown_away(
    engine: Engine,
) -> None:
    connection = engine.connect()
    connection.execute(text("INSERT INTO line (number) VALUES (1)"))
    connection.invalidate()
    connection.close()
    with transaction(engine) as session:
        session.execute(text("INSERT INTO line (number) VALUES (2)"))
        with pytest.raises(IntegrityError):
            session.execute(text("INSERT INTO line (number) VALUES (2)"))
        session.rollback()
    with engine.connect() as one:
        one.execute(text("INSERT INTO line (number) VALUES (1)"))
        one.rollback()
    began = time.monotonic()
    with transaction(engine) as session:
        session.execute(text("INSERT INTO line (number) VALUES (1)"))
    assert time.monotonic() - began < 10, "a turn that nobody gave up is waited for for 30 s"
