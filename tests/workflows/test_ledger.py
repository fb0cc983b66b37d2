"""One total a day for each credential, whoever spends it: in the database, under attack."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from monitors.errors import SourceError
from monitors.ledger import DayCount, OwnLedger
from records.database import open_database, reading
from records.day_total import DayTotal
from tests.databases import new_database
from workflows.ledger import SharedLedger

DAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    database = new_database(tmp_path)
    yield database
    database.dispose()


def count(ledger: SharedLedger | OwnLedger, secret: str = "a token") -> DayCount:
    made = DayCount("x", secret, UTC)
    made.ledger = ledger
    return made


def rows(database: Engine) -> list[DayTotal]:
    with reading(database) as session:
        return list(session.exec(select(DayTotal)))


def test_what_one_counts_the_other_sees(database: Engine) -> None:
    one, other = count(SharedLedger(database)), count(SharedLedger(database))
    with one.open(NOW) as total:
        total.used += 5_000_000_000
    with other.open(NOW) as total:
        assert not total.take(1, cap=5_000_000_000)
    assert other.known(NOW) == 5_000_000_000


def test_another_credential_has_a_total_of_its_own_and_none_is_kept_in_plain(
    database: Engine, tmp_path: Path
) -> None:
    for secret in ("a token", "another"):
        with count(SharedLedger(database), secret).open(NOW) as total:
            assert total.take(7, cap=7)
    assert len(rows(database)) == 2
    files = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"a token" not in files


def test_threads_that_all_want_more_than_there_is_get_what_there_is(database: Engine) -> None:
    taken: list[bool] = []

    def take() -> None:
        mine = count(SharedLedger(database))
        for _ in range(20):
            with mine.open(NOW) as total:
                taken.append(total.take(3, cap=100))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken.count(True) == 33
    assert [one.used for one in rows(database)] == [99]


def test_a_failure_while_it_is_changed_changes_nothing(database: Engine) -> None:
    mine = count(SharedLedger(database))

    def fail() -> None:
        with mine.open(NOW) as total:
            total.used += 1
            raise SourceError("Something failed.")

    with pytest.raises(SourceError, match="Something failed"):
        fail()
    with mine.open(NOW) as total:
        assert total.used == 0


def test_what_can_not_be_kept_is_a_failure_of_the_source_so_that_nothing_is_asked(
    tmp_path: Path,
) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'without-tables.db'}")
    with pytest.raises(SourceError, match="can't be kept") as failure:
        count(SharedLedger(database)).open(NOW).__enter__()
    assert failure.value.again
    database.dispose()


@pytest.mark.parametrize("kept", ["here", "in the database"])
def test_days_have_totals_of_their_own_but_a_clock_set_back_undoes_none(
    database: Engine, kept: str
) -> None:
    mine = count(OwnLedger() if kept == "here" else SharedLedger(database))
    with mine.open(NOW) as total:
        total.used = 1
    with mine.open(NOW + timedelta(days=1)) as total:
        assert total.used == 0
        total.used = 10
    for moment in (NOW, NOW + timedelta(days=1)):
        with mine.open(moment) as total:
            assert total.used == 10
    with mine.open(NOW, DAY) as total:
        assert total.used == 1, "what was held that day is given back to that day"
    assert mine.known(NOW + timedelta(days=1)) == 10


def test_old_days_are_forgotten(database: Engine) -> None:
    mine = count(SharedLedger(database))
    for days in (0, 3, 9, 10):
        with mine.open(NOW + timedelta(days=days)):
            pass
    assert [one.day for one in rows(database)] == [
        DAY + timedelta(days=days) for days in (3, 9, 10)
    ]


def test_what_is_held_can_not_be_taken_until_it_is_given_back() -> None:
    total = DayTotal(what="x", day=DAY)
    total.hold(80, NOW)
    assert not total.take(21, cap=100)
    assert total.take(20, cap=100)
    total.settle(80, 30)
    assert (total.used, total.held, total.left(100)) == (50, 0, 50)


def test_what_is_held_too_long_counts_as_used_and_is_given_back_if_its_answer_comes_yet() -> None:
    total = DayTotal(what="x", day=DAY)
    total.hold(80, NOW)
    total.give_up_waiting(NOW)
    assert (total.used, total.held) == (0, 80)
    total.give_up_waiting(NOW + timedelta(seconds=1))
    assert (total.used, total.held) == (80, 0)
    total.settle(80, 30)
    assert (total.used, total.held) == (30, 0)
