"""The commands for what follows a record: the digest, what is kept how long, and the notices."""

from pathlib import Path
from typing import Annotated

import typer

from namewatch.custody_commands import Second, half_erased
from namewatch.plainly import DONE, IN_PART, NOT_SO, plainly

By = Annotated[
    str | None, typer.Option(help="Your staff_id; acting_as of settings.toml unless given.")
]
Period = Annotated[
    str | None,
    typer.Option(help="2026-11 or 2026-W48; the newest that is over unless given."),
]
digest_app = typer.Typer(
    no_args_is_help=True, help="Numbers for the leadership, without names; the custodian releases."
)

retention_app = typer.Typer(
    no_args_is_help=True, help="What was kept as long as the policy says: erase it, or keep it on."
)
Kind = Annotated[str, typer.Argument(help="record, evidence, restriction or triage.")]
Which = Annotated[
    str, typer.Argument(help="As `retention due` shows it: NW-2026-0001, or a month for triage.")
]


def add_to(app: typer.Typer) -> None:
    """Give `app` these commands."""
    app.add_typer(digest_app, name="digest")
    app.add_typer(retention_app, name="retention")
    app.command()(notices)


@digest_app.command("draft")
def digest_draft(period: Period = None, by: By = None) -> None:
    """Draft a digest, or draft it again; namewatch drafts each by itself when its time is over."""
    from namewatch import digest  # noqa: PLC0415

    with plainly():
        typer.echo(digest.draft(period, by))


@digest_app.command("show")
def digest_show(
    period: Period = None,
    html: Annotated[
        Path | None, typer.Option(help="Write it as a page with pictures to this file.")
    ] = None,
) -> None:
    """Show a drafted or released digest."""
    from namewatch import digest  # noqa: PLC0415

    with plainly():
        typer.echo(digest.show(period, html))


@digest_app.command("release")
def digest_release(period: Period = None, by: By = None) -> None:
    """Send a drafted digest to the leadership; only whoever the policy names may (SPSO 71).

    The exit status is 3 if somebody could not be reached; the same command tries them again.
    """
    from namewatch import digest  # noqa: PLC0415

    with plainly():
        told = digest.release(period, by)
        typer.echo(told.words)
    raise typer.Exit(DONE if told.whole else IN_PART)


@retention_app.command("due")
def retention_due() -> None:
    """List what waits for a decision, and what will within 60 days.

    The exit status is 1 when a decision waits.
    """
    from namewatch import retention  # noqa: PLC0415

    with plainly():
        waits = retention.print_due()
    raise typer.Exit(NOT_SO if waits else DONE)


@retention_app.command("erase")
def retention_erase(kind: Kind, which: Which, by: By = None, second: Second = None) -> None:
    """Erase what is due for good, with a certificate; a legal hold stops it.

    It takes two people: one asks, and another agrees with --second within 7 days.
    """
    from namewatch import retention  # noqa: PLC0415

    with plainly(), half_erased():
        answer = retention.erase(kind, which, by, second)
        typer.echo(answer.words)
    raise typer.Exit(DONE if answer.erased else IN_PART)


@retention_app.command("extend")
def retention_extend(
    kind: Kind,
    which: Which,
    until: Annotated[str, typer.Option(help="A day such as 2029-01-31.")],
    why: Annotated[str, typer.Option(help="A code such as court, or your own words.")],
    by: By = None,
) -> None:
    """Keep what is due until a day, with a reason; then it is decided again."""
    from namewatch import retention  # noqa: PLC0415

    with plainly():
        typer.echo(retention.extend(kind, which, until, why, by))


def notices(
    which: Annotated[
        str | None, typer.Argument(help="dpia, staff or public; all of them unless given.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option(help="Folder to write to; standard output unless given.")
    ] = None,
) -> None:
    """Draw up the notices that data protection asks for, from what is set here, as Markdown."""
    from namewatch import notices as drawn  # noqa: PLC0415

    with plainly():
        typer.echo(drawn.notices(which, to))
