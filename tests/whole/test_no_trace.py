"""Whatever others say on any platform, no word of it is written: not to the database nor beside it.

Every file that the program left is searched, those of its working folders too.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text
from sqlmodel import func, select

from evidence.capture import FOLDER_PREFIX
from records.database import open_database, reading
from records.incident import Mention
from records.watching import Quarantined, SourceCursor
from tests.servers.house import House, wait_until
from tests.servers.mail import MailServer
from tests.servers.platforms import KINDS, Platforms

NAMING = "My complaint was refused at last. The {} letter is signed Fenella Auchterbrae herself."
ELSE = "The heron of {} counts its umbrellas at dusk and recites the tide tables, number {}."
OURS = {"roster.csv", "organisation.toml", "settings.toml"}
"""What the body wrote itself."""
AUTHORS = ("quiet_heron", "Bob Example", "Alice Example")
"""Who said it, on the platforms that tell."""


@pytest.fixture
def platforms() -> Iterator[Platforms]:
    with Platforms() as running:
        yield running


@pytest.mark.timeout(600)
def test_no_word_of_a_post_that_matches_nothing_is_on_disk_whatever_platform_it_came_from(
    tmp_path: Path, platforms: Platforms
) -> None:
    (tmp_path / "tmp").mkdir()
    with (
        MailServer() as mail,
        House(
            tmp_path / "home",
            mail,
            settings=f'[capture]\nbrowser = "/bin/false"\n{platforms.settings}',
            environment={"TMPDIR": str(tmp_path / "tmp")},
            replays=False,
            options=["--rules-only"],
        ) as house,
    ):
        say(platforms, 1)
        house.start(wait_ready=False)
        house.wait_ready(180)
        database = open_database(f"sqlite:///{house.home / 'namewatch.db'}")
        wait_until(lambda: watched(database) == set(KINDS), why="all are watched")
        say(platforms, 2)
        for kind in KINDS:
            platforms.publish(kind, NAMING.format(kind))
        platforms.publish_unreadable(ELSE.format("nobody", 3))
        wait_until(lambda: kept(database) >= len(KINDS), 180, "what names somebody is kept")
        wait_until(lambda: quarantined(database) > 0, 60, "what can't be read is kept, sealed")
        swept = house.command("sweep", "--since", "2d", "--rules-only")
        assert "100 %" in swept.stderr, swept.stdout + swept.stderr
        house.stop()
        assert "heron of" not in house.shown() + swept.stdout + swept.stderr
        everywhere = list(written(house, tmp_path))
        assert "namewatch.db" in {file.name for file, _ in everywhere}
        for file, content in everywhere:
            for said in ("heron of", "tide tables", "Fenella Auchterbrae", *AUTHORS):
                assert said.encode() not in content, f"{said!r} stands in {file.name}"
        for table, row in rows(database):
            assert "heron of" not in row, f"in the table {table}"
        database.dispose()


def say(platforms: Platforms, number: int) -> None:
    for kind in KINDS:
        platforms.publish(kind, ELSE.format(kind, number))


def watched(database: Engine) -> set[str]:
    with reading(database) as session:
        return set(session.exec(select(SourceCursor.source)))


def kept(database: Engine) -> int:
    with reading(database) as session:
        return session.exec(select(func.count()).select_from(Mention)).one()


def quarantined(database: Engine) -> int:
    with reading(database) as session:
        return session.exec(select(func.count()).select_from(Quarantined)).one()


def written(house: House, around: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file of the house, of its temporary folder and of captures in memory."""
    of_captures = Path("/dev/shm").glob(f"{FOLDER_PREFIX}*")
    for folder in (house.home, around / "tmp", *of_captures):
        for file in folder.rglob("*"):
            if file.is_file() and file.name not in OURS:
                yield file, file.read_bytes()


def rows(database: Engine) -> Iterator[tuple[str, str]]:
    """Every row of every table, as it would be printed."""
    with database.connect() as connection:
        for table in inspect(database).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                yield table, " ".join(str(one) for one in row)
