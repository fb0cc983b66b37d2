"""How far back somebody asks for: "30d", "12h", "2w" or a date."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from records.errors import NamewatchError

_SPAN = re.compile(r"(\d{1,5})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def moment_since(asked: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The moment that is meant; raises NamewatchError for what can't be read or is not past."""
    if span := _SPAN.fullmatch(asked):
        moment = now - timedelta(**{_UNITS[span[2]]: int(span[1])})
    else:
        try:
            moment = datetime.combine(date.fromisoformat(asked), time(), zone).astimezone(UTC)
        except ValueError:
            raise NamewatchError(
                f"{asked!r} says no time; say 12h, 30d, 2w or a date such as 2026-10-01."
            ) from None
    if moment >= now:
        raise NamewatchError("say a time in the past: 12h, 30d, 2w or a date such as 2026-10-01.")
    return moment
