"""Whether so little comes in that a source may be deaf: pure rules on what used to come in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEPT = timedelta(days=15)
"""How far back hours are looked at; two weeks hold two of each day of the week."""
WINDOWS = (1, 6, 24)
"""Hours, newest last, that are compared with the same hours of earlier days."""
FEWEST_DAYS, FEWEST_POSTS, PART = 7, 20, 10
"""Days to compare with, posts that always came, and the part of them that is still believed."""
_WATCHED_SECONDS = 3000
"""An hour that was watched for less tells nothing."""


@dataclass(frozen=True, slots=True)
class HourSeen:
    """One hour of one source: how many posts came in, and for how many seconds it was watched."""

    began_at: datetime
    posts: int
    watched_seconds: float


def too_few(hours: Sequence[HourSeen], now: datetime) -> str:
    """A sentence if far fewer posts came in than ever did at this time of day; else nothing.

    The windows end at the last full hour before `now`. A day counts if all its hours were watched.
    """
    seen = {one.began_at: one.posts for one in hours if one.watched_seconds >= _WATCHED_SECONDS}
    ended_at = now.replace(minute=0, second=0, microsecond=0)
    for window in WINDOWS:
        came = _came(seen, ended_at, window)
        earlier = [_came(seen, ended_at - day * DAY, window) for day in range(1, KEPT // DAY)]
        usual = [one for one in earlier if one is not None]
        if came is None or len(usual) < FEWEST_DAYS:
            continue
        least = min(usual)
        if least >= FEWEST_POSTS and came * PART <= least:
            hour = "hour" if window == 1 else f"{window} hours"
            return (
                f"In the last {hour} {came} posts came in; on {len(usual)} earlier days it was"
                f" never fewer than {least} at this time."
            )
    return ""


def _came(seen: Mapping[datetime, int], ended_at: datetime, window: int) -> int | None:
    """How many came in the hours before `ended_at`; None unless all of them were watched."""
    counts = [seen.get(ended_at - number * HOUR) for number in range(1, window + 1)]
    return None if None in counts else sum(one or 0 for one in counts)


def canary_is_late(found_at: datetime, now: datetime, every: timedelta) -> str:
    """A sentence if the canary post has not been found for longer than it is posted; or nothing."""
    if now - found_at <= every:
        return ""
    hours = int((now - found_at) / HOUR)
    return f"The canary post has not been found for {hours} hours. Was it posted?"
