"""The commands around a record: its steps and decisions, its audit trail, its lifecycle."""

from pathlib import Path
from typing import Annotated

import typer

from namewatch.plainly import DONE, NOT_SO, plainly

Reference = Annotated[str, typer.Argument(help="Such as NW-2026-0001.")]
As = Annotated[
    str | None,
    typer.Option("--as", "--by", help="Your staff_id; acting_as of settings.toml unless given."),
]
Parts = Annotated[
    list[str] | None,
    typer.Argument(help="name=value each; name=- reads words of your own from standard input."),
]
InsteadOf = Annotated[
    int | None,
    typer.Option("--instead-of", help="The revision that you have seen and put right."),
]
On = Annotated[
    str, typer.Option("--on", help="When it was done, such as 2026-11-23T14:30; now unless given.")
]

audit_app = typer.Typer(no_args_is_help=True, help="Who did what, when; and check that trail.")


def add_to(app: typer.Typer, incident_app: typer.Typer) -> None:
    """Give `app` and its incident commands these."""
    app.add_typer(audit_app, name="audit")
    app.command()(lifecycle)
    incident_app.command("kinds")(incident_kinds)
    incident_app.command("steps")(incident_steps)
    incident_app.command("step")(incident_step)
    incident_app.command("decide")(incident_decide)
    incident_app.command("close")(incident_close)
    incident_app.command("reopen")(incident_reopen)
    incident_app.command("bring-in")(incident_bring_in)
    incident_app.command("conflict")(incident_conflict)


@audit_app.command("verify")
def audit_verify(
    head: Annotated[
        list[str] | None,
        typer.Option(help="NUMBER:HASH, as `audit head` printed it; may be given several times."),
    ] = None,
) -> None:
    """Find any change, removal or insertion; with heads from outside also an end cut off.

    The heads that the custody log holds are held against it as well. Exit status 1 if it isn't
    whole.
    """
    from namewatch import auditing  # noqa: PLC0415

    with plainly():
        sound = auditing.verify(head or [])
    raise typer.Exit(DONE if sound else NOT_SO)


@audit_app.command("head")
def audit_head() -> None:
    """Print the newest entry's number and hash; keep it where nobody here can change it."""
    from namewatch import auditing  # noqa: PLC0415

    with plainly():
        auditing.print_head()


def lifecycle(
    file: Annotated[Path | None, typer.Argument(help="Where to; standard output if none.")] = None,
) -> None:
    """Draw the states of an incident, and what leads from one to another, as SVG."""
    from namewatch import lifecycle as drawing  # noqa: PLC0415

    with plainly():
        drawing.draw(file)


def incident_kinds(
    kind: Annotated[str | None, typer.Argument(help="Such as wishes; all unless given.")] = None,
) -> None:
    """List the kinds of steps, or what one of them holds."""
    from namewatch import recording  # noqa: PLC0415

    with plainly():
        recording.print_kinds(kind)


def incident_steps(reference: Reference, who: As = None) -> None:
    """Show what was recorded and what is still to be done; no name, and nobody's own words."""
    from namewatch import recording  # noqa: PLC0415

    with plainly():
        recording.print_steps(reference, who)


def incident_step(
    reference: Reference,
    kind: Annotated[str, typer.Argument(help="See `namewatch incident kinds`.")],
    parts: Parts = None,
    who: As = None,
    instead_of: InsteadOf = None,
    number: Annotated[str, typer.Option(help="Which of several is put right.")] = "",
    on: On = "",
) -> None:
    """Record a step. A shell keeps what is typed: give words on standard input (name=-)."""
    from namewatch import recording  # noqa: PLC0415

    with plainly():
        typed = recording.Typed(kind, parts or [], who, instead_of, number, on)
        typer.echo(recording.step(reference, typed))


def incident_decide(
    reference: Reference,
    outcome: Annotated[
        str, typer.Argument(help="no-action, restoring, restricting or zero-tolerance.")
    ],
    parts: Parts = None,
    who: As = None,
    instead_of: InsteadOf = None,
) -> None:
    """Decide what becomes of an incident, as in `decide NW-2026-0001 no-action because=criticism`.

    Who decides counts as having seen it.
    """
    from namewatch import recording  # noqa: PLC0415

    with plainly():
        typed = recording.Typed("outcome", [f"outcome={outcome}", *(parts or [])], who, instead_of)
        typer.echo(recording.step(reference, typed))


def incident_close(reference: Reference, who: As = None) -> None:
    """Close an incident; refused with what is missing while its record isn't whole."""
    from namewatch import recording  # noqa: PLC0415

    with plainly():
        typer.echo(recording.close(reference, who))


def incident_reopen(
    reference: Reference,
    why: Annotated[str, typer.Option(help="more-found, decided-wrongly, appeal or persons-wish.")],
    who: As = None,
) -> None:
    """Open a closed incident again, to be decided anew."""
    from namewatch import recording  # noqa: PLC0415

    with plainly():
        typer.echo(recording.reopen(reference, why, who))


def incident_bring_in(
    reference: Reference,
    staff_id: Annotated[str, typer.Argument(help="Whom to bring in.")],
    why: Annotated[str, typer.Option(help="to-decide, to-support, to-act, in-absence or advice.")],
    who: As = None,
) -> None:
    """Let somebody else see an incident; for the custodian and the line manager."""
    from namewatch import recording  # noqa: PLC0415

    with plainly():
        typer.echo(recording.bring_in(reference, staff_id, why, who))


def incident_conflict(
    reference: Reference,
    why: Annotated[str, typer.Option(help="knows-author, involved, close-to-named or other.")],
    who: As = None,
) -> None:
    """Say that you are in conflict with an incident; you then see no more of it."""
    from namewatch import recording  # noqa: PLC0415

    with plainly():
        typer.echo(recording.conflict(reference, why, who))
