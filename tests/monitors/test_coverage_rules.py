"""What becomes of a time in which a source was not watched."""

from datetime import UTC, datetime, timedelta

import pytest

from monitors.coverage import Interval, read_back, settled
from records.watching import GapState

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("hours_away", "reads_back", "parts"),
    [
        pytest.param(2, None, [(2, 0, GapState.LOST)], id="a source that can't look back"),
        pytest.param(2, 36 * HOUR, [(2, 0, GapState.READING_BACK)], id="all within reach"),
        pytest.param(2, timedelta.max, [(2, 0, GapState.READING_BACK)], id="a file"),
        pytest.param(
            40, 36 * HOUR, [(40, 36, GapState.LOST), (36, 0, GapState.READING_BACK)],
            id="the oldest out of reach",
        ),
    ],
)  # fmt: skip
def test_a_gap_is_read_back_as_far_as_the_platform_lets_us(
    hours_away: int,
    reads_back: timedelta | None,
    parts: list[tuple[int, int, GapState]],
) -> None:
    wanted = [Interval(NOON - b * HOUR, NOON - e * HOUR, state) for b, e, state in parts]
    assert list(settled(NOON - hours_away * HOUR, NOON, reads_back)) == wanted


@pytest.mark.parametrize(
    ("reached", "idle", "closed"),
    [
        (None, None, False),
        (NOON - HOUR, None, False),
        (NOON, None, True),
        (None, NOON, False),
        (None, NOON + timedelta(seconds=5), True),
        (NOON - HOUR, NOON + timedelta(seconds=5), True),
    ],
)
def test_a_gap_is_closed_once_its_end_is_reached_or_nothing_more_waits(
    reached: datetime | None, idle: datetime | None, *, closed: bool
) -> None:
    assert read_back(NOON, reached=reached, idle_at=idle) is closed
