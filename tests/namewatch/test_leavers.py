"""What somebody who has left signed in with is deleted, whichever table it is in."""

import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select
from sqlmodel import Session, func
from sqlmodel import select as select_rows

from console.leavers import forget_leavers, own_tables
from evidence.seal import ensure_seal_key
from evidence.vault import create_keys
from namewatch.bootstrap import read_all
from namewatch.init import write_private
from namewatch.settings import read_settings
from namewatch.upkeep import Upkeep
from records.audit import MACHINE, AuditEntry
from records.columns import Moment
from records.database import migrate, reading, transaction
from records.record_key import RecordKey
from records.roster import Roster, StaffMember, roster_of
from tests.databases import new_database
from tests.servers.house import BODY, COLUMNS, STAFF

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = MONDAY.date()
STAYS, TO_COME, LAST_DAY_TODAY = "s001", "s002", "s003"
OFF_THE_ROSTER, LEFT_YESTERDAY = "s090", "s091"
EVERYBODY = (STAYS, TO_COME, LAST_DAY_TODAY, OFF_THE_ROSTER, LEFT_YESTERDAY)


def member(staff_id: str, **days: date) -> StaffMember:
    name = f"Person {staff_id}"
    return StaffMember(staff_id=staff_id, full_name=name, role_title="Reviewer", **days)  # type: ignore[arg-type]


ROSTER = roster_of(
    (
        member(STAYS),
        member(TO_COME, starts_on=date(2026, 12, 1)),
        member(LAST_DAY_TODAY, ends_on=TODAY),
        member(LEFT_YESTERDAY, ends_on=date(2026, 11, 22)),
    )
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    made = new_database(tmp_path)
    give_all(made, EVERYBODY)
    yield made
    made.dispose()


def give_all(database: Engine, people: tuple[str, ...]) -> None:
    """A row of each person in every table of ways in and of signing in."""
    with transaction(database) as session:
        for number, staff_id in enumerate(people, start=1):
            key = RecordKey(recipient="age1x", wrapped=b"x", created_at=MONDAY)
            session.add(key)
            session.flush()
            for table in own_tables():
                row = {one.name: made_up(one, number) for one in table.columns}
                row |= {"staff_id": staff_id}
                if "key_id" in row:
                    row["key_id"] = key.id
                session.execute(insert(table).values(**row))


def made_up(column: Any, number: int) -> object:
    if column.nullable:
        return None
    if isinstance(column.type, Moment):
        return MONDAY
    kinds: dict[type, object] = {int: number, bytes: b"%d" % number, bool: False, dict: []}
    return kinds.get(column.type.python_type, f"row {number}")


def clear(database: Engine, roster: Roster = ROSTER) -> int:
    with transaction(database) as session:
        return forget_leavers(session, roster, today=TODAY, now=MONDAY)


def left_in(session: Session) -> dict[str, set[str]]:
    return {one.name: set(session.scalars(select(one.c.staff_id)).all()) for one in own_tables()}


def entries(database: Engine) -> list[AuditEntry]:
    with reading(database) as session:
        return list(session.exec(select_rows(AuditEntry)))


def test_every_table_of_ways_in_is_looked_at() -> None:
    assert {one.name for one in own_tables()} >= {
        "passkey", "linked_identity", "own_password", "recovery_code", "sign_in_challenge",
        "sign_in_code", "console_session",
    }  # fmt: skip


def test_nothing_of_who_has_left_stays_and_everything_of_others(database: Engine) -> None:
    assert clear(database) == 2
    with reading(database) as session:
        for table, people in left_in(session).items():
            assert people == {STAYS, TO_COME, LAST_DAY_TODAY}, table


def test_the_key_of_their_second_factor_is_destroyed(database: Engine) -> None:
    clear(database)
    with reading(database) as session:
        destroyed = select(func.count()).select_from(RecordKey).where(RecordKey.wrapped.is_(None))  # type: ignore[union-attr]
        assert session.scalars(destroyed).one() == 2


def test_it_is_on_the_trail_once_for_each_by_number_alone(
    database: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    clear(database)
    assert clear(database) == 0
    noted = [one for one in entries(database) if one.action == "ways to sign in taken away"]
    assert [(one.actor, one.about["staff_id"]) for one in noted] == [
        (MACHINE, OFF_THE_ROSTER),
        (MACHINE, LEFT_YESTERDAY),
    ]
    assert "Person" not in caplog.text
    assert not any("Person" in str(one.about) for one in noted)


def test_the_service_does_it_once_another_roster_has_been_taken_in(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    write_private(home / "organisation.toml", BODY.format(policy="spso"))
    write_private(home / "roster.csv", "\n".join([COLUMNS, *STAFF, ""]))
    create_keys(home / "keys")
    ensure_seal_key(home / "keys")
    held = read_all(read_settings(home), tells=False)
    services = held.services
    migrate(services.database)
    give_all(services.database, ("s004", "s005"))
    upkeep = Upkeep(held)
    upkeep.tick()
    with reading(services.database) as session:
        assert all(people == {"s004", "s005"} for people in left_in(session).values())
    without = roster_of(one for one in services.roster.values() if one.staff_id != "s005")
    services.renew(services.organisation, without, services.pack)
    upkeep.tick()
    with reading(services.database) as session:
        assert all(people == {"s004"} for people in left_in(session).values())
    services.database.dispose()
