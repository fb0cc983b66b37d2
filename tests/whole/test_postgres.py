"""The same models and the same service on a real PostgreSQL server."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect
from sqlmodel import col, func, select

from casework import incidents
from monitors.ledger import DayCount
from records import database as db
from records.alone import SWEEP, hold_alone
from records.day_total import DayTotal
from records.errors import ConfigurationError
from records.exhibit import Exhibit
from records.incident import Incident, Mention
from records.record_key import RecordKey
from records.sweep_place import SweepPlace
from records.tables import metadata
from tests.servers.house import House, post, wait_until
from tests.servers.mail import MailServer
from tests.servers.postgres import postgres
from workflows.ledger import SharedLedger

pytestmark = pytest.mark.servers
NOW = datetime(2026, 11, 21, 22, 40, tzinfo=UTC)
NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with postgres() as url:
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


@pytest.mark.timeout(600)
def test_a_sweep_goes_on_after_a_kill_is_let_in_alone_and_swallows_nothing(
    address: str, engine: Engine, tmp_path: Path
) -> None:
    environment = {"NAMEWATCH_DATABASE_URL": address}
    archive = tmp_path / "archive.jsonl"
    threat = "Fenella Auchterbrae at the Lighthouse Ombudsman, I'm going to stab you."
    harmless = [
        post(number, f"Evening number {number} by the harbour.") for number in range(10_000)
    ]
    lines = [post(-1, threat), *harmless, post(-2, f"{threat} Tomorrow.")]
    archive.write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")

    def place() -> SweepPlace | None:
        with db.reading(engine) as session:
            return session.exec(select(SweepPlace)).first()

    def swept() -> list[Mention]:
        with db.reading(engine) as session:
            return list(session.exec(select(Mention).where(col(Mention.swept_at).is_not(None))))

    command = ("sweep", "--rules-only", str(archive))
    with House(tmp_path / "home", None, environment=environment, replays=False) as house:
        with (
            house.terminal.open("ab") as terminal,
            subprocess.Popen(
                [sys.executable, "-m", "namewatch", *command],
                env={**os.environ, "NAMEWATCH_HOME": str(house.home), **environment},
                stdout=terminal,
                stderr=subprocess.STDOUT,
            ) as sweep,
        ):
            wait_until(swept, 300, "the first was found")
            with pytest.raises(ConfigurationError, match="another `namewatch sweep` is at work"):
                hold_alone(engine, SWEEP)
            sweep.kill()
        killed_at = place()
        done = house.command(*command)
    assert killed_at is not None
    assert 0 < killed_at.posts < len(lines), "it was killed on its way"
    assert done.returncode == 0, done.stderr
    whole = place()
    assert whole is not None
    assert (whole.posts, whole.found) == (len(lines), {"alert critical": 2})
    assert sorted(len(one.staff_ids) for one in swept()) == [1, 1]


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
