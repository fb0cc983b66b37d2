"""The ledger of what was watched, from a real cut to the command that prints it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import func, select

from records.database import open_database, reading
from records.incident import Mention
from tests.servers import real_shaped
from tests.servers.house import House, wait_until
from tests.servers.jetstream import JetstreamServer
from tests.servers.mail import MailServer

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."


@pytest.fixture
def server() -> Iterator[JetstreamServer]:
    with JetstreamServer() as server:
        yield server


@pytest.fixture
def house(tmp_path: Path, server: JetstreamServer) -> Iterator[House]:
    source = f'[[sources]]\nkind = "bluesky"\nurl = "{server.url}"'
    settings = f'[capture]\nbrowser = "/bin/false"\n{source}'
    with (
        MailServer() as mail,
        House(
            tmp_path / "home", mail, settings=settings, replays=False, options=["--rules-only"]
        ) as house,
    ):
        yield house


def mentions(house: House) -> int:
    engine = open_database(f"sqlite:///{house.home / 'namewatch.db'}")
    try:
        with reading(engine) as session:
            return session.exec(select(func.count()).select_from(Mention)).one()
    finally:
        engine.dispose()


@pytest.mark.must("4")
@pytest.mark.must("15")
def test_a_cut_is_a_gap_that_is_read_back_and_closed(house: House, server: JetstreamServer) -> None:
    early, late = (
        real_shaped.events(
            (
                real_shaped.commit(1, real_shaped.post("Before all others")),
                real_shaped.commit(2, real_shaped.post(NAMING)),
            )
        )[number]
        for number in (0, 1)
    )
    house.start()
    server.wait_for_clients(1)
    server.publish([early])
    wait_until(lambda: "Watching" in house.shown(), why="watched")
    server.drop()
    server.publish([late])
    wait_until(lambda: mentions(house) == 1, why="what was said in the gap has come")
    wait_until(lambda: "read back" in house.command("coverage").stdout, why="closed")
    told = house.command("coverage")
    assert told.returncode == 0
    assert told.stdout.startswith("bluesky: watched. Watching.")
    assert "Bluesky closed the connection. Trying again." in told.stdout
    assert "still not watched" not in told.stdout
    house.stop()


def test_nothing_is_called_watched_when_the_program_does_not_run(
    house: House, server: JetstreamServer
) -> None:
    never = house.command("coverage")
    assert never.returncode == 1
    assert "Nothing was ever watched." in never.stdout
    house.start()
    server.wait_for_clients(1)
    server.refuse(503)
    server.drop()
    wait_until(lambda: "still not watched" in house.command("coverage").stdout, why="a gap")
    cut = house.command("coverage")
    assert cut.returncode == 1
    refused = "Bluesky refused the connection (HTTP 503). Trying again."
    assert cut.stdout.startswith(f"bluesky: not watched. {refused}")
    house.stop()
    assert house.command("coverage").returncode == 1
