"""How little coming in is too little, and when a canary post is late."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from monitors.expected import HourSeen, canary_is_late, too_few

NOW = datetime(2026, 11, 22, 10, 20, tzinfo=UTC)
FULL = NOW.replace(minute=0)
HOUR = timedelta(hours=1)
Count = Callable[[int], int]


def weeks(count: Count, *, days: int = 14, watched: float = 3600.0) -> list[HourSeen]:
    """Hours that began so long before the last full one, with as many posts as `count` says."""
    return [HourSeen(FULL - n * HOUR, count(n), watched) for n in range(1, days * 24 + 1)]


def test_as_much_as_ever_is_no_doubt() -> None:
    assert too_few(weeks(lambda _: 100), NOW) == ""


def test_an_hour_with_hardly_anything_is_a_doubt() -> None:
    sentence = too_few(weeks(lambda n: 10 if n == 1 else 100), NOW)
    assert sentence == (
        "In the last hour 10 posts came in; on 13 earlier days it was never fewer than 100 at this"
        " time."
    )


def test_a_quiet_source_is_doubted_by_the_day_and_not_by_the_hour() -> None:
    hours = weeks(lambda n: 0 if n <= 24 else 2)
    assert too_few(hours, NOW).startswith("In the last 24 hours 0 posts came in")
    assert too_few(weeks(lambda n: 0 if n <= 5 else 2), NOW) == ""


@pytest.mark.parametrize(
    ("hours", "why"),
    [
        (weeks(lambda n: 11 if n == 1 else 100), "more than a tenth came"),
        (weeks(lambda n: 0 if n == 1 else 19), "so few may be missing by chance"),
        (weeks(lambda n: 0 if n == 1 else 100, days=6), "too few days to compare with"),
        (weeks(lambda n: 0 if n == 1 else 100, watched=2000), "the hours were not watched"),
        (weeks(lambda n: 0 if n in {1, 25} else 100), "it was so once before"),
        (weeks(lambda n: 0 if n % 168 in range(1, 25) else 100), "this day of the week is quiet"),
        ([], "nothing is known"),
    ],
)
def test_what_may_be_chance_is_no_doubt(hours: list[HourSeen], why: str) -> None:
    assert too_few(hours, NOW) == "", why


def test_the_hour_that_has_just_begun_is_not_looked_at() -> None:
    hours = [*weeks(lambda _: 100), HourSeen(FULL, 0, 1200)]
    assert too_few(hours, NOW) == ""


@pytest.mark.parametrize(("hours", "late"), [(0, False), (26, False), (26.1, True), (-3, False)])
def test_a_canary_is_late_when_its_time_is_over(hours: float, late: bool) -> None:
    assert bool(canary_is_late(NOW - hours * HOUR, NOW, 26 * HOUR)) is late


def test_the_lateness_is_told_in_hours() -> None:
    assert "for 49 hours" in canary_is_late(NOW - 49.5 * HOUR, NOW, 26 * HOUR)
