"""The same models and the same service on a real PostgreSQL server."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect
from sqlmodel import func, select

from casework import incidents
from monitors.ledger import DayCount
from records import database as db
from records.alone import hold_alone
from records.day_total import DayTotal
from records.errors import ConfigurationError
from records.exhibit import Exhibit
from records.incident import Incident
from records.record_key import RecordKey
from records.tables import metadata
from tests.servers.house import House, post, wait_until
from tests.servers.mail import MailServer
from tests.servers.postgres import postgres
from workflows.ledger import SharedLedger

pytestmark = pytest.mark.servers
NOW = datetime(2026, 11, 21, 22, 40, tzinfo=UTC)
NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with postgres(tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture
def engine(address: str) -> Iterator[Engine]:
    engine = db.open_database(address)
    db.migrate(engine)
    yield engine
    engine.dispose()


def test_migrations_make_the_tables_of_the_models(engine: Engine) -> None:
    made = {
        name: {column["name"] for column in inspect(engine).get_columns(name)}
        for name in inspect(engine).get_table_names()
        if name in metadata.tables
    }
    assert made == {
        name: {column.name for column in table.columns} for name, table in metadata.tables.items()
    }


def test_one_service_at_a_time_holds_the_database(engine: Engine) -> None:
    let_go = hold_alone(engine)
    with pytest.raises(ConfigurationError, match="another `namewatch run` is at work"):
        hold_alone(engine)
    let_go()
    hold_alone(engine)()


def test_two_workers_never_take_one_reference(engine: Engine) -> None:
    references: list[str] = []

    def open_one() -> None:
        for _ in range(10):
            with db.transaction(engine) as session:
                key = RecordKey(recipient="age1test", wrapped=b"", created_at=NOW)
                session.add(key)
                session.flush()
                assert key.id is not None
                opening = incidents.Opening(
                    staff_id="s001",
                    alongside=(),
                    severity="medium",
                    categories=("naming",),
                    policy="spso",
                    policy_version="1",
                    key_id=key.id,
                    escalates_at=NOW + timedelta(days=9999),
                )
                references.append(incidents.open_incident(session, opening, now=NOW).reference)

    threads = [threading.Thread(target=open_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(references) == [f"NW-2026-{number:04d}" for number in range(1, 41)]


def test_two_processes_never_use_more_of_a_day_than_it_has(address: str, engine: Engine) -> None:
    taken: list[bool] = []

    def take() -> None:
        own = db.open_database(address)
        count = DayCount("x", "a token", UTC)
        count.ledger = SharedLedger(own)
        for _ in range(20):
            with count.open(NOW) as total:
                taken.append(total.take(3, cap=100))
        own.dispose()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken.count(True) == 33
    with db.reading(engine) as session:
        assert [one.used for one in session.exec(select(DayTotal))] == [99]


def test_the_service_takes_a_post_to_three_mails_and_survives_a_kill(
    address: str, tmp_path: Path
) -> None:
    environment = {"NAMEWATCH_DATABASE_URL": address}
    with (
        MailServer() as mail,
        House(tmp_path / "home", mail, environment=environment) as house,
    ):
        house.start()
        house.publish([post(1, NAMING)])
        wait_until(lambda: mail.mails, why="a mail")
        house.kill()
        house.start()
        wait_until(
            lambda: (
                {one.recipients[0] for one in mail.mails}
                == {"head@slo.example", "hr@slo.example", "communications@slo.example"}
            ),
            why="all three told",
        )
        engine = db.open_database(address)

        def exhibits() -> int:
            with db.reading(engine) as session:
                return session.exec(select(func.count()).select_from(Exhibit)).one()

        wait_until(lambda: exhibits() == 1, why="one exhibit")
        with db.reading(engine) as session:
            named = session.exec(select(Incident).where(Incident.staff_id == "s006")).all()
            assert len(named) == 1
        engine.dispose()
        assert not (house.home / "namewatch.db").exists()
