"""What a sweep tells of what it could not have."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitors.source import Missed
from namewatch.sweep_report import Part, report
from records.sweep_place import SweepPlace
from tests.workflows.conftest import Office
from workflows.looking_back import add_missed

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LIMIT = "The search gives no more than its newest thousand."


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.services.database.dispose()


def missed(began: float, ended: float, why: str = LIMIT) -> Missed:
    return Missed(NOON + began * HOUR, NOON + ended * HOUR, why, "a cursor")


def told(office: Office, capsys: pytest.CaptureFixture[str], *times: Missed) -> list[str]:
    place = SweepPlace(
        what="river", asked="2d", setting="", began_at=NOON, updated_at=NOON, posts=3
    )
    place.missed = add_missed({}, times)
    report([Part("river", place)], office.services, interrupted=False)
    return [one for one in capsys.readouterr().out.splitlines() if one.startswith("river:")]


def test_a_time_that_can_not_be_had_back_is_told_with_its_reason(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    (line,) = told(office, capsys, missed(-5, -3))
    between = "between 21 Nov 2026 07:00 and 21 Nov 2026 09:00"
    assert line == f"river: what was said {between} can't be had back. {LIMIT}"


def test_many_times_with_one_reason_are_one_line_and_another_reason_is_another(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = told(
        office, capsys, missed(-5, -4), missed(-9, -8), missed(-2, -1, "It was switched off.")
    )
    assert lines == [
        (
            "river: a part of what was said between 21 Nov 2026 03:00 and 21 Nov 2026 08:00"
            f" can't be had back. {LIMIT}"
        ),
        (
            "river: what was said between 21 Nov 2026 10:00 and 21 Nov 2026 11:00"
            " can't be had back. It was switched off."
        ),
    ]


def test_nothing_is_said_where_nothing_was_missed(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(office, capsys) == []
