"""Working hours and time limits, over nights, weekends, bank holidays and clock changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from records.working_time import TimeLimit, WorkingHours, scottish_bank_holidays

LONDON = ZoneInfo("Europe/London")
WEEK = WorkingHours.parse("Mon-Fri 09:00-17:00", LONDON)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-23 10:00", 4, "2026-11-23 14:00"),  # a Monday
        ("2026-11-23 15:00", 4, "2026-11-24 11:00"),  # over night
        ("2026-11-20 16:00", 4, "2026-11-23 12:00"),  # over a weekend
        ("2026-11-21 22:40", 4, "2026-11-23 13:00"),  # Saturday night
        ("2026-11-23 06:00", 4, "2026-11-23 13:00"),  # before opening
        ("2026-11-27 16:00", 2, "2026-12-01 10:00"),  # St Andrew's Day is on Monday 30 November
        ("2026-12-24 16:00", 2, "2026-12-29 10:00"),  # Christmas and its substitute day
        ("2026-10-23 16:00", 2, "2026-10-26 10:00"),  # the clocks go back on the 25th
        (
            "2027-03-26 12:00",
            1,
            "2027-03-29 10:00",
        ),  # Good Friday; the clocks go forward on the 28th
    ],
)
def test_working_time_runs_only_while_the_body_works(start: str, hours: int, end: str) -> None:
    assert WEEK.after(at(start), timedelta(hours=hours)) == at(end)


def test_a_limit_at_any_hour_runs_through_the_night() -> None:
    limit = TimeLimit.parse("15 minutes")
    saturday = datetime(2026, 11, 21, 22, 40, tzinfo=UTC)
    assert limit.end(saturday, WEEK) == saturday + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("start", "text", "end"),
    [
        ("2026-11-23 10:00", "1 working day", "2026-11-24 17:00"),  # a Monday
        ("2026-11-27 10:00", "1 working day", "2026-12-01 17:00"),  # over St Andrew's Day
        ("2026-11-21 22:40", "1 working day", "2026-11-23 17:00"),  # Saturday night
        ("2026-12-24 16:00", "2 working days", "2026-12-30 17:00"),  # over Christmas
        ("2026-10-23 16:00", "1 working day", "2026-10-26 17:00"),  # the clocks go back
    ],
)
def test_a_limit_in_working_days_ends_when_the_last_of_them_closes(
    start: str, text: str, end: str
) -> None:
    assert TimeLimit.parse(text).end(at(start), WEEK) == at(end)


@pytest.mark.parametrize("text", ["soon", "0 minutes", "-1 hours", "0 working days", "15"])
def test_an_unreadable_limit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write a time like"):
        TimeLimit.parse(text)


@pytest.mark.parametrize(
    "text", ["", "Mon-Fri", "Mon-Fri 17:00-09:00", "Moo-Fri 09:00-17:00", "Mon 25:00-26:00"]
)
def test_unreadable_working_hours_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="working hours"):
        WorkingHours.parse(text, LONDON)


def test_a_week_may_run_over_its_end() -> None:
    assert WorkingHours.parse("Sat-Mon 10:00-16:00", LONDON).days == frozenset({5, 6, 0})


def test_scotlands_own_holidays_count() -> None:
    holidays = scottish_bank_holidays()
    assert date(2027, 1, 4) in holidays or date(2026, 1, 2) in holidays
    assert date(2026, 4, 6) not in holidays  # Easter Monday is no bank holiday in Scotland
