"""Working hours, bank holidays included, and time limits counted in them."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Days of the week (0 is Monday) and the hours worked on them, in `zone`."""

    days: frozenset[int]
    opens: time
    closes: time
    zone: ZoneInfo

    @classmethod
    def parse(cls, text: str, zone: ZoneInfo) -> "WorkingHours":
        """Read "Mon-Fri 09:00-17:00"; raises ValueError in plain words."""
        found = re.fullmatch(r"(\w{3})(?:-(\w{3}))? (\d\d:\d\d)-(\d\d:\d\d)", text.strip())
        if not found or found[1] not in DAYS or (found[2] or found[1]) not in DAYS:
            raise ValueError('write working hours like "Mon-Fri 09:00-17:00"')
        first, last = DAYS.index(found[1]), DAYS.index(found[2] or found[1])
        days = frozenset((first + i) % 7 for i in range((last - first) % 7 + 1))
        try:
            opens, closes = time.fromisoformat(found[3]), time.fromisoformat(found[4])
        except ValueError:
            raise ValueError("there is no such time of day in the working hours") from None
        if closes <= opens:
            raise ValueError("working hours must end after they begin")
        return cls(days, opens, closes, zone)

    def works(self, day: date) -> bool:
        """Whether the body works on `day`: a working day that is no Scottish bank holiday."""
        return day.weekday() in self.days and day not in scottish_bank_holidays()

    def after(self, start: datetime, span: timedelta) -> datetime:
        """The moment when `span` of working time has passed since `start`."""
        now = start.astimezone(self.zone)
        while True:
            opens = datetime.combine(now.date(), self.opens, self.zone)
            closes = datetime.combine(now.date(), self.closes, self.zone)
            if self.works(now.date()) and now < closes:
                now = max(now, opens)
                if span <= closes - now:
                    return now + span
                span -= closes - now
            now = datetime.combine(now.date() + timedelta(days=1), time(0), self.zone)

    def close_of(self, start: datetime, days: int) -> datetime:
        """The closing time of the working day that comes `days` working days after `start`."""
        day = start.astimezone(self.zone).date()
        while days:
            day += timedelta(days=1)
            days -= self.works(day)
        return datetime.combine(day, self.closes, self.zone)


@cache
def scottish_bank_holidays() -> frozenset[date]:
    """Scotland's bank holidays as shipped with govuk-bank-holidays (no network)."""
    # Imports a web client, which most starts never need.
    from govuk_bank_holidays.bank_holidays import BankHolidays  # noqa: PLC0415

    holidays = BankHolidays(use_cached_holidays=True)
    return frozenset(day["date"] for day in holidays.get_holidays(division=BankHolidays.SCOTLAND))


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """A span of time, counted at any hour, in working hours or in whole working days."""

    span: timedelta
    working: bool
    days: int = 0
    """Working days after the day of the start; the limit is the last one's closing time."""

    @classmethod
    def parse(cls, text: str) -> "TimeLimit":
        """Read "15 minutes", "4 working hours" or "1 working day"; raises ValueError."""
        found = re.fullmatch(r"(\d+) (working )?(second|minute|hour|day)s?", str(text).strip())
        if not found or int(found[1]) == 0:
            raise ValueError('write a time like "15 minutes", "4 working hours" or "1 working day"')
        if found[2] and found[3] == "day":
            return cls(timedelta(0), working=True, days=int(found[1]))
        return cls(timedelta(seconds=int(found[1]) * _UNITS[found[3]]), working=bool(found[2]))

    def end(self, start: datetime, hours: WorkingHours) -> datetime:
        """The moment at which this limit, begun at `start`, is over."""
        if self.days:
            return hours.close_of(start, self.days)
        return hours.after(start, self.span) if self.working else start + self.span
