"""The commands about the policy: write one, read it back, and try it before it is needed."""

from pathlib import Path
from typing import Annotated

import typer

from namewatch.plainly import DONE, NOT_SO, plainly

policy_app = typer.Typer(
    no_args_is_help=True, help="Write a policy of your own, read it back, and rehearse it."
)
Organisation = Annotated[
    Path | None, typer.Option(help="organisation.toml of the body; that of your home unless given.")
]
Roster = Annotated[
    Path | None, typer.Option(help="roster.csv of its staff; that of your home unless given.")
]


@policy_app.command("new")
def policy_new(file: Annotated[Path, typer.Argument(help="Such as own.toml.")]) -> None:
    """Write a commented policy pack that is valid as it stands. Never overwrites a file."""
    from namewatch import policy_work  # noqa: PLC0415

    with plainly():
        policy_work.write_template(file)
        typer.echo(
            f"Written to {file}. Save it beside organisation.toml and name it there:"
            f' policy = "{file.name}".'
        )


@policy_app.command("explain")
def policy_explain(
    policy: Annotated[
        str | None, typer.Argument(help="spso, wics or a .toml file; your own unless given.")
    ] = None,
) -> None:
    """Say in plain English everything that a policy pack decides."""
    from namewatch import policy_work  # noqa: PLC0415

    with plainly():
        policy_work.explain(policy)


@policy_app.command("simulate")
def policy_simulate(
    staff: Annotated[
        str | None, typer.Option(help="staff_id of who is named; leave out for a threat to all.")
    ] = None,
    concern: Annotated[str, typer.Option(help="Such as threat or naming.")] = "naming",
    at: Annotated[
        str, typer.Option(help='When: "Saturday 22:40", "2026-12-24 16:00", or now.')
    ] = "now",
    absent: Annotated[
        list[str] | None, typer.Option(help="staff_id of who is away; may be given several times.")
    ] = None,
    alongside: Annotated[
        list[str] | None, typer.Option(help="staff_id of who is named in the same post.")
    ] = None,
    conflict: Annotated[
        list[str] | None, typer.Option(help="staff_id of who has declared a conflict.")
    ] = None,
    organisation: Organisation = None,
    roster: Roster = None,
) -> None:
    """Say who would be told, when and why, and what follows. Stores nothing, alerts nobody."""
    from namewatch import policy_work  # noqa: PLC0415

    with plainly():
        case = policy_work.Case(
            staff, concern, at, tuple(absent or ()), tuple(alongside or ()), tuple(conflict or ())
        )
        policy_work.simulate(case, organisation, roster)


@policy_app.command("rehearse")
def policy_rehearse(organisation: Organisation = None, roster: Roster = None) -> None:
    """Name every member of staff under every absence; show each place where nobody is told.

    The exit status is 1 when there is any. The running service does this every night.
    """
    from namewatch import policy_work  # noqa: PLC0415

    with plainly():
        gaps = policy_work.rehearse_all(organisation, roster)
    raise typer.Exit(NOT_SO if gaps else DONE)
