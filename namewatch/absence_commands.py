"""`namewatch absence`: who is away, said by hand or by calendars."""

from datetime import date
from typing import Annotated

import typer

from namewatch.plainly import DONE, NOT_SO, plainly
from records.errors import NamewatchError

absence_app = typer.Typer(no_args_is_help=True, help="Who is away, so that others are told.")
Staff = Annotated[str, typer.Argument(help="staff_id of who is away.")]
From = Annotated[str, typer.Argument(help="The first day, such as 2026-12-21.")]
Until = Annotated[str | None, typer.Argument(help="The last day; the first unless given.")]
By = Annotated[
    str | None, typer.Option(help="Your staff_id; acting_as of settings.toml unless given.")
]


@absence_app.command("add")
def absence_add(staff: Staff, away_from: From, until: Until = None, by: By = None) -> None:
    """Say that somebody is away; others are told in their place from now on."""
    from namewatch import absence_work  # noqa: PLC0415

    with plainly():
        typer.echo(absence_work.add(staff, _day(away_from), _day(until or away_from), by))


@absence_app.command("remove")
def absence_remove(staff: Staff, away_from: From, until: Until = None, by: By = None) -> None:
    """Take back an absence that was said by hand."""
    from namewatch import absence_work  # noqa: PLC0415

    with plainly():
        typer.echo(absence_work.remove(staff, _day(away_from), _day(until or away_from), by))


@absence_app.command("list")
def absence_list() -> None:
    """List who is away from today on, and where that is from."""
    from namewatch import absence_work  # noqa: PLC0415

    with plainly():
        absence_work.print_list()


@absence_app.command("read")
def absence_read() -> None:
    """Read the calendars of settings.toml now; the exit status is 1 when one can't be read."""
    from namewatch import absence_work  # noqa: PLC0415

    with plainly():
        faults = absence_work.read_calendars()
    raise typer.Exit(NOT_SO if faults else DONE)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NamewatchError(f'"{text}" is no day; write it like 2026-12-21.') from None
