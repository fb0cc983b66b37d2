"""`namewatch roster import`: shown first, written when asked to, never half."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from records.roster import read_roster
from tests.servers.directories import CLIENT, SECRET, TENANT, EntraServer
from tests.servers.house import House
from tests.servers.mail import MailServer

HEAD = {"id": "e1", "displayName": "Thomasina Garvellach", "mail": "ombudsman@slo.example"}
OTHERS: list[dict[str, Any]] = [
    {"displayName": name, "mail": mail, "id": f"e{number}", "manager": {"id": "e1"}}
    for number, (name, mail) in enumerate(
        [
            ("Lachlan Quillandrie", "director@slo.example"),
            ("Isobel Fairweather", "head@slo.example"),
            ("Devika Ramanujpal", "communications@slo.example"),
            ("Struan Kilbrandy", "hr@slo.example"),
            ("Morag Newcomer", "morag@slo.example"),
        ],
        start=2,
    )
]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with MailServer() as mail, EntraServer([HEAD, *OTHERS]) as server:
        settings = (
            f'[entra]\ntenant = "{TENANT}"\nclient_id = "{CLIENT}"\nclient_secret = "{SECRET}"\n'
            f'graph_url = "{server.url}"\nsign_in_url = "{server.url}"\n'
        )
        with House(tmp_path / "home", mail, settings=settings) as made:
            made.environment["NAMEWATCH_ACTING_AS"] = "s004"
            yield made


def test_it_shows_what_would_change_and_writes_when_asked_to(house: House) -> None:
    before = (house.home / "roster.csv").read_bytes()
    shown = house.command("roster", "import", "entra")
    assert shown.returncode == 0, shown.stderr
    assert "People: 6" in shown.stdout
    assert "Come: 1\n  Morag Newcomer (e6)" in shown.stdout
    assert "watched on as leavers: 1\n  Fenella Auchterbrae (s006)" in shown.stdout
    assert (house.home / "roster.csv").read_bytes() == before, "nothing is kept unasked"

    written = house.command("roster", "import", "entra", "--write")
    assert written.returncode == 0, written.stderr
    roster = read_roster(house.home / "roster.csv")
    assert roster["s004"].full_name == "Devika Ramanujpal", "the role of s004 goes on"
    assert roster["e6"].line_manager == "s001"
    assert roster["s006"].ends_on is not None
    assert SECRET not in shown.stdout + shown.stderr + written.stdout + written.stderr


def test_a_directory_that_is_not_set_up_is_told_of(house: House) -> None:
    told = house.command("roster", "import", "google")
    assert told.returncode == 2
    assert "fill in [google] in settings.toml first" in told.stderr
