"""Power cuts in the middle of captures: what was saved stays, and each capture is made once."""

import random
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlmodel import select

from evidence.bundle import read_bundle
from evidence.vault import Vault
from records.capture import Capture
from records.database import open_database, reading
from records.exhibit import Exhibit
from tests.servers.house import House, post, wait_until
from tests.servers.mail import MailServer
from tests.servers.prepared import Prepared
from tests.servers.social import Social

SEED = 20261122
KILLS = 6
LOOPBACK = "[capture]\nallow_loopback = true\n"
NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."


@pytest.mark.timeout(900)
def test_after_kills_in_mid_capture_the_record_is_there_and_each_capture_has_one_exhibit(
    tmp_path: Path,
) -> None:
    chance = random.Random(SEED)
    with (
        MailServer() as mail,
        Social(NAMING) as social,
        Prepared() as prepared,
        House(
            tmp_path / "home",
            mail,
            settings=LOOPBACK,
            options=["--rules-only"],
            prepared=prepared,
        ) as house,
    ):
        social.hold()
        house.start()
        house.publish([post(1, NAMING, url=social.page)])
        wait_until(lambda: social.visits() > 0, why="the browser at the page")
        database = open_database(f"sqlite:///{house.home / 'namewatch.db'}")

        def exhibits() -> list[Exhibit]:
            with reading(database) as session:
                return list(session.exec(select(Exhibit)))

        wait_until(exhibits, why="the record sealed before its page")
        house.kill()
        assert [one.kind for one in exhibits()] == ["record"]
        first = whole_bundles(house)
        assert len(first) == 1
        social.release()
        for number in range(KILLS):
            house.start()
            house.publish([post(10 + number, f"{NAMING} Again {number}.", url=social.page)])
            time.sleep(chance.uniform(0, 5))
            house.kill()
            assert first.items() <= whole_bundles(house).items(), "what was saved stays"
        house.start()
        due = 2 * (1 + KILLS)
        wait_until(lambda: len(exhibits()) == due, 400, "two exhibits of each post")
        house.stop()
        with reading(database) as session:
            captures = list(session.exec(select(Capture)))
        assert Counter(one.capture_id for one in exhibits()) == Counter(one.id for one in captures)
        assert all(one.work is None for one in captures)
        assert sorted(one.number for one in exhibits()) == list(range(1, due + 1))
        assert set(whole_bundles(house)) == {one.file_name for one in exhibits()}
        database.dispose()


def whole_bundles(house: House) -> dict[str, bytes]:
    """Every bundle by name, each of which opens and has its sums right."""
    found = {}
    for folder in (house.home / "evidence").iterdir():
        key = (folder / "record-key.age").read_bytes()
        identity = Vault(house.home / "keys").open_record_key(key)
        for file in folder.glob("*.tar.age"):
            content = read_bundle(file, identity)  # raises for anything half-written
            assert any(name.startswith("api-record") for name in content)
            found[file.name] = file.read_bytes()
    return found
