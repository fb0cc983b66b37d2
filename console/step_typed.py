"""What was typed into a form for a step, and a recorded step as it would be typed."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from casework.step_parts import Part, Sort, belongs
from casework.step_rules import Kind
from console.faults import Fault

Filled = Mapping[str, tuple[str, ...]]
"""What stands in the fields of a form, by their names."""
EARLIER = "earlier"
WHEN = "done-when"
DAY_PARTS = ("day", "month", "year")


def dated(kind: Kind) -> bool:
    """Whether the step says itself when it was done."""
    return any(
        part.sort is Sort.DAY and part.name in {"on", "told-on"} and not part.optional
        for part in kind.parts
    )


def typed_in(kind: Kind, filled: Filled) -> dict[str, str]:
    """The parts of the step, without those that don't belong beside what was chosen."""
    typed = {part.name: _typed(part, filled) for part in kind.all_parts}
    for part in kind.all_parts:
        if not belongs(part, typed):
            typed.pop(part.name)
    return {name: text for name, text in typed.items() if text}


def _typed(part: Part, filled: Filled) -> str:
    if part.sort is Sort.DAY:
        return day_typed(filled, part.name)
    if part.sort is Sort.NUMBERS:
        return ",".join(filled.get(part.name, ()))
    if part.name == "people":
        return " ".join(filled.get(part.name, ()))
    return one_of(filled, part.name)


def day_typed(filled: Filled, name: str) -> str:
    """A day from its three fields, such as 2026-11-03; what is no day stays as it was typed."""
    day, month, year = (one_of(filled, f"{name}-{one}") for one in DAY_PARTS)
    if not (day or month or year):
        return ""
    if all(re.fullmatch("[0-9]{1,4}", one) for one in (day, month, year)):
        return f"{year:0>4}-{month:0>2}-{day:0>2}"
    return f"{day} {month} {year}"


def moment_typed(filled: Filled, now: datetime, zone: ZoneInfo) -> datetime | Fault | None:
    """When it was done: None for just now; a fault where it can't be read."""
    if one_of(filled, WHEN) != EARLIER:
        return None
    try:
        day = date.fromisoformat(day_typed(filled, "done"))
    except ValueError:
        return Fault("done-day", "Enter the day on which it was done, such as 23 11 2026")
    clock = one_of(filled, "done-time").replace(".", ":")
    try:
        at = time.fromisoformat(clock.zfill(5)) if clock else None
    except ValueError:
        return Fault("done-time", "Enter the time like 14:30")
    noon = datetime.combine(day, time(12), zone)
    if at is None:
        return min(noon, now) if day <= now.astimezone(zone).date() else noon
    return datetime.combine(day, at.replace(tzinfo=None), zone)


def filled_from(kind: Kind, about: Mapping[str, object], words: Mapping[str, str]) -> Filled:
    """The fields of a form as they stand for a step that was recorded."""
    filled: dict[str, tuple[str, ...]] = {name: (text,) for name, text in words.items()}
    for part in kind.all_parts:
        value = about.get(part.name)
        if value is None:
            continue
        if part.sort is Sort.DAY:
            year, month, day = str(value).split("-")
            for name, one in zip(DAY_PARTS, (day, month, year), strict=True):
                filled[f"{part.name}-{name}"] = (one.lstrip("0"),)
        elif isinstance(value, list):
            filled[part.name] = tuple(map(str, value))
        elif isinstance(value, bool):
            filled[part.name] = ("yes" if value else "no",)
        elif part.name == "people":
            filled[part.name] = tuple(str(value).split())
        else:
            filled[part.name] = (str(value),)
    return filled


def one_of(filled: Filled, name: str) -> str:
    """What stands in a field that holds one thing."""
    return next(iter(filled.get(name, ())), "").replace("\r\n", "\n").strip()
