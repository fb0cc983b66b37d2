"""Files that change while the service runs: taken up when they hold, and told when they don't."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from namewatch.init import write_private
from records.database import open_database
from tests.servers.house import COLUMNS, STAFF, House, post, reviewer, wait_until
from tests.servers.mail import MailServer

ABUSE = "Fenella Auchterbrae of the Lighthouse Ombudsman is a worthless idiot, my complaint says."


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    options = ["--rules-only"]
    with MailServer() as mail, House(tmp_path / "home", mail, options=options) as house:
        house.start()
        yield house


def now(house: House) -> None:
    """Have the files read at once."""
    assert house.process
    house.process.send_signal(signal.SIGHUP)


@pytest.mark.clause("SPSO 67.1")
def test_an_absence_said_by_hand_reroutes_the_next_alert(house: House) -> None:
    said = house.command("absence", "add", "s003", "2020-01-01", "2099-12-31", "--by", "s005")
    assert said.returncode == 0, said.stderr
    assert "s003 is away from 2020-01-01 to 2099-12-31" in said.stdout
    wait_until(lambda: "configuration changed" in trail(house))
    house.publish([post(1, ABUSE)])
    wait_until(lambda: "director@slo.example" in recipients(house))
    assert "head@slo.example" not in recipients(house)
    listed = house.command("absence", "list")
    assert "s003" in listed.stdout
    assert "by-hand" in listed.stdout
    taken_back = ("absence", "remove", "s003", "2020-01-01", "2099-12-31", "--by", "s005")
    assert house.command(*taken_back).returncode == 0
    assert "Nobody is away" in house.command("absence", "list").stdout


@pytest.mark.clause("SPSO 68")
def test_a_changed_roster_gives_nobody_access_and_says_whose_it_ends(house: House) -> None:
    house.publish([post(1, ABUSE)])
    wait_until(lambda: "head@slo.example" in recipients(house))
    organisation = house.home / "organisation.toml"
    write_private(organisation, organisation.read_text().replace(', "s003"]', "]"))
    rows = [row for row in STAFF if not row.startswith("s003")]
    changed = reviewer(6, "Fenella Auchterbrae").replace("s003", "s002")
    newcomer = reviewer(7, "Tormod Glenbrittle").replace("s003", "s002")
    write_private(house.home / "roster.csv", "\n".join([COLUMNS, *rows, changed, newcomer]) + "\n")
    now(house)
    wait_until(lambda: "access ended" in trail(house))
    assert "line manager changed" in trail(house)
    assert access(house) == {"s003", "s004", "s005"}  # whom it was given; s002 is not let in
    house.publish([post(2, ABUSE.replace("Fenella Auchterbrae", "Tormod Glenbrittle"))])
    wait_until(lambda: "director@slo.example" in recipients(house))


def test_a_bad_pack_changes_nothing_and_is_told_with_file_and_line(house: House) -> None:
    assert house.command("policy", "new", str(house.home / "own.toml")).returncode == 0
    organisation = house.home / "organisation.toml"
    write_private(organisation, organisation.read_text().replace('"spso"', '"own.toml"'))
    pack = (house.home / "own.toml").read_text()
    bad = pack.replace('low = "4 working hours"', 'low = "-4 working hours"')
    (house.home / "own.toml").write_text(bad)
    now(house)
    wait_until(lambda: "change refused" in trail(house))
    line = bad[: bad.index("low =")].count("\n") + 1
    assert f"own.toml, line {line}" in house.shown()
    house.publish([post(1, ABUSE)])
    wait_until(lambda: len(recipients(house)) == 3)
    assert edition(house) == ("spso", "2026-11")
    (house.home / "own.toml").write_text(pack)
    now(house)
    wait_until(lambda: "configuration changed" in trail(house))
    house.publish([post(2, "Struan Kilbrandy of the Lighthouse Ombudsman is a worthless idiot.")])
    wait_until(lambda: edition(house) == ("own", "1"))


def test_an_edition_that_changes_without_a_new_version_is_told_apart(house: House) -> None:
    assert house.command("policy", "new", str(house.home / "own.toml")).returncode == 0
    organisation = house.home / "organisation.toml"
    write_private(organisation, organisation.read_text().replace('"spso"', '"own.toml"'))
    now(house)
    wait_until(lambda: "configuration changed" in trail(house))
    house.publish([post(1, ABUSE)])
    wait_until(lambda: edition(house) == ("own", "1"))
    pack = house.home / "own.toml"
    pack.write_text(pack.read_text().replace("give_up_after = 3", "give_up_after = 1"))
    now(house)
    wait_until(lambda: trail(house).count("configuration changed") == 2)
    house.publish([post(2, "Struan Kilbrandy of the Lighthouse Ombudsman is a worthless idiot.")])
    wait_until(lambda: edition(house)[1].startswith("1+"))
    assert len(list((house.home / "policies").glob("own~1*.toml"))) == 2


def recipients(house: House) -> set[str]:
    assert house.mail
    return {address for one in house.mail.mails for address in one.recipients}


def column(house: House, statement: str) -> list[str]:
    engine = open_database(f"sqlite:///{house.home / 'namewatch.db'}")
    try:
        with engine.connect() as connection:
            return [str(one) for one in connection.execute(text(statement)).scalars()]
    finally:
        engine.dispose()


def trail(house: House) -> str:
    return " ".join(column(house, "SELECT action FROM audit_entry"))


def access(house: House) -> set[str]:
    return set(column(house, "SELECT staff_id FROM incident_access"))


def edition(house: House) -> tuple[str, str]:
    newest = "FROM incident ORDER BY id DESC LIMIT 1"
    return (
        next(iter(column(house, f"SELECT policy {newest}")), ""),
        next(iter(column(house, f"SELECT policy_version {newest}")), ""),
    )
