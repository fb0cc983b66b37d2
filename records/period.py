"""Long spans of time, counted in calendar months."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

Day = TypeVar("Day", date, datetime)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A number of calendar months."""

    months: int

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read "24 months" or "2 years"; raises ValueError in plain words."""
        found = re.fullmatch(r"(\d{1,3}) (month|year)s?", str(text).strip())
        if not found or int(found[1]) == 0:
            raise ValueError('write a period like "24 months" or "2 years"')
        return cls(int(found[1]) * (12 if found[2] == "year" else 1))

    def after(self, start: Day) -> Day:
        """The same day of the month, months later, or a shorter month's last day."""
        months = start.year * 12 + start.month - 1 + self.months
        year, month = divmod(months, 12)
        day = min(start.day, monthrange(year, month + 1)[1])
        return start.replace(year=year, month=month + 1, day=day)

    def __str__(self) -> str:
        return f"{self.months} month{'' if self.months == 1 else 's'}"
