"""When a capture is tried again, and when a page is looked for again."""

from datetime import UTC, datetime, timedelta

import pytest

from evidence.again import is_better, look_due, next_look, next_page_try, next_record_try

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
CASES = [
    ("failed", 1, timedelta(minutes=2)),
    ("failed", 2, timedelta(minutes=10)),
    ("partial", 3, timedelta(hours=1)),
    ("blocked", 4, timedelta(hours=6)),
    ("failed", 5, timedelta(hours=24)),
    ("failed", 6, None),
    ("complete", 1, None),
    ("login wall", 1, None),
    ("gone", 1, None),
]


@pytest.mark.parametrize(("grade", "tries", "wait"), CASES)
def test_a_page_is_tried_again_where_that_can_help(
    grade: str, tries: int, wait: timedelta | None
) -> None:
    assert next_page_try(grade, tries, NOW) == (NOW + wait if wait else None)


def test_a_record_is_never_given_up() -> None:
    waits = [next_record_try(tries, NOW) - NOW for tries in (1, 2, 3, 4, 5, 1000)]
    assert [one.total_seconds() for one in waits] == [5, 30, 120, 600, 600, 600]


@pytest.mark.parametrize(
    ("grade", "before", "better"),
    [
        ("partial", "", True),
        ("failed", "", True),
        ("complete", "partial", True),
        ("partial", "partial", False),
        ("failed", "partial", False),
        ("login wall", "failed", True),
    ],
)
def test_only_what_got_better_is_kept_again(grade: str, before: str, better: bool) -> None:
    assert is_better(grade, before) is better


@pytest.mark.parametrize(
    ("done", "after", "due"),
    [
        (0, timedelta(minutes=59), None),
        (0, timedelta(hours=1), 0),
        (1, timedelta(hours=2), None),
        (1, timedelta(hours=24), 1),
        (0, timedelta(days=8), 2),  # after a standstill those before can't be had any more
        (3, timedelta(days=30), 3),
        (4, timedelta(days=300), None),
    ],
)
def test_a_page_is_looked_for_after_an_hour_a_day_a_week_and_a_month(
    done: int, after: timedelta, due: int | None
) -> None:
    assert look_due(NOW, done, NOW + after) == due


def test_after_the_last_look_there_is_no_next() -> None:
    assert next_look(NOW, 3) == NOW + timedelta(days=30)
    assert next_look(NOW, 4) is None
