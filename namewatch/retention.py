"""What the `namewatch retention` commands do."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from rich.console import Console as Terminal
from rich.table import Table
from sqlmodel import Session

from casework import retention
from casework.erasures import Wanted, all_waiting
from casework.retention import Due
from namewatch.casebook import database_of, read_home, who_acts
from namewatch.erasing import Answer, coded_why, two_erase
from namewatch.letters import office_of
from records.clock import utc_now
from records.database import transaction
from records.erasing import NOW, ErasureRequest
from records.errors import NamewatchError
from records.incident import Incident
from records.retention import KEEPING, Kept
from workflows.retention import WHY, Decider, extend_due

SOON = timedelta(days=60)


def print_due() -> bool:
    """Print what is due and what will be soon; whether a decision waits."""
    settings, configuration = read_home()
    office, now = office_of(configuration), utc_now()
    zone = configuration.organisation.calendar.zone
    with transaction(database_of(settings)) as session:
        retention.run_clocks(session, office, now)
        found = retention.those_due(session, now, within=SOON)
        asked = [_waits_for_second(one, zone) for one in all_waiting(session, now)]
    terminal = Terminal(highlight=False, soft_wrap=True)
    for line in asked:
        terminal.print(line)
    if not found:
        terminal.print("No decision is due, and none will be within 60 days.")
        return False
    table = Table("what", "which", "kept since", "due", "state", box=None)
    for one in found:
        clock = one.clock
        table.add_row(
            clock.kind,
            clock.subject,
            _day(clock.since, zone),
            _day(clock.due_at, zone),
            _state(one),
        )
    terminal.print(table)
    waits = any(one.due and not one.held for one in found)
    if waits:
        terminal.print("Erase: namewatch retention erase WHAT WHICH. Keep: … extend WHAT WHICH.")
    return waits


def _waits_for_second(request: ErasureRequest, zone: ZoneInfo) -> str:
    what = f"retention erase {request.kind} {request.subject}"
    if request.kind == NOW:
        only = f" --exhibit {request.exhibit}" if request.exhibit else ""
        what = f"erase {request.subject}{only}"
    until = _day(request.ends_at, zone)
    return f"Waits for a second person until {until}: namewatch {what} --second STAFF_ID"


def erase(kind: str, which: str, by: str | None, second: str | None) -> Answer:
    """Ask in the name of `by`, or agree in the name of `second`, and then erase."""
    wanted = Wanted(_kind(kind).value, which, WHY)
    return two_erase(wanted, by, second, f"retention erase {kind} {which}")


def extend(kind: str, which: str, until: str, why: str, by: str | None) -> str:
    """Keep it longer in the name of `by`; what to tell."""
    settings, configuration = read_home()
    now = utc_now()
    actor, _ = who_acts(settings, configuration, by, now, "retention extend")
    if not why.strip():
        raise NamewatchError(f"say why: --why {' | '.join(KEEPING)}, or your own words.")
    day = _read_day(until)

    def reason(session: Session, incident: Incident | None) -> str:
        if incident is None and why not in KEEPING:
            raise NamewatchError(f"of triage, say why with one of these: {' | '.join(KEEPING)}.")
        return why if incident is None else coded_why(session, incident, why, KEEPING)

    extend_due(
        database_of(settings),
        office_of(configuration),
        Decider(_kind(kind), which, actor),
        until=day,
        coded_why=reason,
        now=now,
    )
    return f"{which}: kept until {day:%-d %B %Y}; then it is decided again."


def _state(one: Due) -> str:
    if one.held:
        return "legal hold: nothing to decide while it stands"
    if not one.due:
        return "not yet"
    return "[red]waits for a decision[/]"


def _kind(kind: str) -> Kept:
    try:
        return Kept(kind)
    except ValueError:
        raise NamewatchError(
            f"“{kind}” is none of these: {', '.join(one.value for one in Kept)}."
        ) from None


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NamewatchError("say a day such as 2029-01-31.") from None


def _day(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%d %b %Y}"
