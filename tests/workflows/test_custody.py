"""The custody log: one chain whoever writes, and no word in plain."""

import subprocess
import sys
import threading
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from evidence.custody import faults_of, head_of
from records.custody import Act, CustodyEntry
from records.database import migrate, open_database, reading, transaction
from records.sealing import new_identity, unseal
from tests.databases import new_database
from tests.servers.postgres import postgres
from workflows.custody import chain, head_now, note_custody, sealed_why, why_place

NOW = datetime(2026, 11, 23, 10, 0, 0, 123456, tzinfo=UTC)
REFERENCE = "NW-2026-0001"
A_WRITER = """
import sys
from datetime import UTC, datetime
from records.custody import Act
from records.database import open_database, transaction
from workflows.custody import note_custody

engine = open_database(sys.argv[1])
for _ in range(int(sys.argv[2])):
    with transaction(engine) as session:
        now = datetime.now(UTC)
        note_custody(session, Act.OPENED, actor=sys.argv[3], why="to-decide", now=now)
"""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = new_database(tmp_path)
    yield engine
    engine.dispose()


def write(engine: Engine, *, times: int = 1, actor: str = "s005") -> None:
    for _ in range(times):
        with transaction(engine) as session:
            note_custody(
                session,
                Act.OPENED,
                actor=actor,
                why="to-decide",
                now=NOW,
                reference=REFERENCE,
                exhibit=1,
            )


def numbers(engine: Engine) -> list[int]:
    with reading(engine) as session:
        links = list(chain(session))
        assert faults_of(links) == []
        assert head_of(links) == head_now(session)
        return [one.number for one in links]


def by_threads(engine: Engine) -> None:
    threads = [
        threading.Thread(target=write, args=(engine,), kwargs={"times": 15, "actor": f"s00{n}"})
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def by_processes(url: str) -> None:
    running = [
        subprocess.Popen([sys.executable, "-c", A_WRITER, url, "15", f"s00{n}"]) for n in range(3)
    ]
    assert [one.wait(timeout=120) for one in running] == [0, 0, 0]


@pytest.mark.clause("SPSO 65")
def test_what_is_done_with_evidence_is_told_by_codes_alone(engine: Engine) -> None:
    write(engine)
    with reading(engine) as session:
        (entry,) = session.exec(select(CustodyEntry))
    told = (entry.number, entry.actor, entry.act, entry.reference, entry.exhibit, entry.why)
    assert told == (1, "s005", "opened", REFERENCE, 1, "to-decide")
    assert entry.at == NOW


def test_threads_that_write_at_once_write_one_chain(engine: Engine) -> None:
    by_threads(engine)
    assert numbers(engine) == list(range(1, 61))


def test_processes_that_write_at_once_write_one_chain(engine: Engine) -> None:
    by_processes(str(engine.url))
    assert numbers(engine) == list(range(1, 46))


@pytest.mark.servers
def test_threads_and_processes_write_one_chain_on_postgresql() -> None:
    with postgres() as url:
        engine = open_database(url)
        migrate(engine)
        by_threads(engine)
        by_processes(url)
        assert numbers(engine) == list(range(1, 106))
        engine.dispose()


def test_a_transaction_that_read_the_log_before_another_wrote_follows_that_one(
    engine: Engine,
) -> None:
    write(engine)
    with Session(engine) as session:
        assert head_now(session)
        write(engine)
        note_custody(session, Act.EXPORTED, actor="s005", why="police", now=NOW)
        session.commit()
    assert numbers(engine) == [1, 2, 3]


def test_an_act_that_fails_leaves_no_entry(engine: Engine) -> None:
    write(engine)

    def fail() -> None:
        with transaction(engine) as session:
            note_custody(session, Act.ERASED, actor="s005", why="expired", now=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    write(engine)
    assert numbers(engine) == [1, 2]


def test_several_acts_in_one_transaction_follow_each_other(engine: Engine) -> None:
    with transaction(engine) as session:
        for act in (Act.HELD, Act.RELEASED):
            note_custody(session, act, actor="s005", why="court", now=NOW)
    with reading(engine) as session:
        acts = list(session.exec(select(CustodyEntry.act).order_by(col(CustodyEntry.number))))
    assert acts == ["held", "released"]
    assert numbers(engine) == [1, 2]


@pytest.mark.clause("SPSO 65")
def test_a_reason_in_plain_words_is_refused_and_a_sealed_one_opens_with_the_record(
    engine: Engine,
) -> None:
    words = "Fiona MacLeod asked what was said of her."
    with pytest.raises(ValueError, match="as a code or sealed"), transaction(engine) as session:
        note_custody(session, Act.OPENED, actor="s005", why=words, now=NOW)
    identity = new_identity()
    why = sealed_why(words, reference=REFERENCE, recipient=str(identity.to_public()))
    with transaction(engine) as session:
        note_custody(session, Act.OPENED, actor="s005", why=why, now=NOW, reference=REFERENCE)
    with reading(engine) as session:
        (entry,) = session.exec(select(CustodyEntry))
    sealed = b64decode(entry.why.removeprefix("sealed:"))
    opened = unseal(sealed, place=why_place(REFERENCE), identity=identity)
    assert opened.decode() == words
    assert "Fiona" not in entry.why
