"""Which posts of a flood are pictured, and when the records of the others are sealed."""

from datetime import UTC, datetime, timedelta

import pytest

from evidence.flood import BETWEEN, LATER, ONE_IN, WITHIN, next_turn, one_of_many

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
JUST_NOW, LONG_AGO = NOW - timedelta(minutes=5), NOW - WITHIN


@pytest.mark.parametrize(
    ("before", "number", "only_its_record"),
    [
        (None, 1, False),
        (None, 20, False),
        (JUST_NOW, 21, True),
        (LONG_AGO, 21, False),
        (JUST_NOW, ONE_IN, False),
        (JUST_NOW, ONE_IN + 1, True),
    ],
)
def test_the_first_posts_are_pictured_and_one_in_fifty_of_the_others(
    before: datetime | None, number: int, *, only_its_record: bool
) -> None:
    assert one_of_many(before, number, NOW) is only_its_record


def test_turns_follow_one_another_and_begin_anew_after_a_pause() -> None:
    first = next_turn(None, NOW)
    assert first == NOW + LATER
    assert next_turn(first, NOW) == first + BETWEEN
    assert next_turn(first, NOW + timedelta(hours=1)) == NOW + timedelta(hours=1) + LATER
