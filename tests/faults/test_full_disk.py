"""A disk that is full in the middle of sealing: said, nothing half-written, and made good later."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from evidence.errors import StorageError
from evidence.storage import FolderStorage
from records.database import open_database, reading
from records.exhibit import Exhibit
from tests.faults.test_kill_while_capturing import NAMING, whole_bundles
from tests.servers.house import House, post, wait_until
from tests.servers.mail import MailServer

SIZE = 512 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of half a megabyte at home/evidence."""
    folder = tmp_path / "home" / "evidence"
    (tmp_path / "home").mkdir(mode=0o700)
    folder.mkdir(mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0700", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a small disk can only be made as root, and where mounting is allowed")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Take all the room there is."""
    filler = folder / ".filler"
    with filler.open("wb", buffering=0) as out:
        try:
            while True:
                out.write(b"x" * 4096)
        except OSError:
            pass
    return filler


def test_a_file_that_did_not_fit_is_not_there_at_all_and_the_others_are_as_they_were(
    small_disk: Path,
) -> None:
    storage = FolderStorage(small_disk)
    assert storage.write_new("NW-2026-0001/one.tar.age", b"1" * 1000)
    with pytest.raises(StorageError, match="No space left") as fault:
        storage.write_new("NW-2026-0001/two.tar.age", b"2" * SIZE)
    assert fault.value.again
    assert storage.names("NW-2026-0001") == ["one.tar.age"]
    assert storage.read("NW-2026-0001/one.tar.age") == b"1" * 1000
    assert list((small_disk / "NW-2026-0001").glob(".draft*")) == []
    assert storage.write_new("NW-2026-0001/two.tar.age", b"2" * 1000)


@pytest.mark.timeout(400)
def test_while_the_disk_is_full_people_are_told_and_once_there_is_room_all_is_sealed(
    small_disk: Path, tmp_path: Path
) -> None:
    filler = fill(small_disk)
    with (
        MailServer() as mail,
        House(tmp_path / "home", mail, options=["--rules-only"]) as house,
    ):
        house.start()
        house.publish([post(1, NAMING)])
        wait_until(lambda: len(mail.mails) == 3, why="three people told all the same")
        wait_until(lambda: "Could not seal" in house.shown(), why="the fault on the terminal")
        assert whole_bundles_or_none(house) == {}
        database = open_database(f"sqlite:///{house.home / 'namewatch.db'}")
        doctor = house.command("doctor")
        assert doctor.returncode == 1
        assert "the evidence folder can't be written" in doctor.stdout
        assert "evidence disk: only" in doctor.stdout
        reference = house.command("incident", "list").stdout.split("NW-")[1].split()[0]
        told = house.command("incident", "show", f"NW-{reference}").stdout
        assert "The evidence could not be sealed yet: " in told
        assert "next at" in told
        filler.unlink()

        def exhibits() -> list[Exhibit]:
            with reading(database) as session:
                return list(session.exec(select(Exhibit)))

        wait_until(exhibits, 200, why="the record sealed once there is room")
        house.stop()
        assert set(whole_bundles(house)) == {one.file_name for one in exhibits()}
        database.dispose()


def whole_bundles_or_none(house: House) -> dict[str, bytes]:
    found = list((house.home / "evidence").glob("*/*.tar.age"))
    return whole_bundles(house) if found else {}
