"""What the console's status page is told of the machine."""

from pathlib import Path

import pytest

from console.health import Fact
from namewatch import machine
from namewatch.bootstrap import read_all
from namewatch.settings import read_settings
from namewatch.version import version
from tests.servers.house import House
from tests.servers.mail import MailServer


def test_it_tells_version_clock_space_and_ages_and_no_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with MailServer() as mail, House(tmp_path / "home", mail) as house:
        built = read_all(read_settings(house.home))
        told = {one.name: one for one in machine.facts(built)}
        assert told["Version"] == Fact("Version", version())
        assert told["Clock"].value.endswith("(Europe/London)")
        assert told["Database"].value.endswith("B")
        assert told["Vault key"].value.startswith("Written on")
        assert str(tmp_path) not in " ".join(one.value for one in told.values())
        assert [one.name for one in told.values() if one.fault] == ["Test alerts"]
        monkeypatch.setattr(machine, "LEAST_FREE_BYTES", 10**18)
        short = [one.name for one in machine.facts(built) if one.fault]
        assert short == ["Free space", "Free space for evidence", "Test alerts"]
        built.services.database.dispose()


def test_single_incidents_are_left_to_doctor_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def looks(_built: object, *, without: object = ()) -> tuple[()]:
        asked.append(without)
        return ()

    monkeypatch.setattr(machine, "looks", looks)
    with MailServer() as mail, House(tmp_path / "home", mail) as house:
        built = read_all(read_settings(house.home))
        assert machine.machine_of(built).check() == ()
        built.services.database.dispose()
    assert asked == [frozenset({"record"})]
