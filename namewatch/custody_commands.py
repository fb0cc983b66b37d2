"""The commands around what is done with evidence: custody, export, hold, release and erase."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from namewatch.plainly import DONE, IN_PART, NOT_SO, plainly
from records.errors import NamewatchError

Reference = Annotated[str, typer.Argument(help="Such as NW-2026-0001.")]
By = Annotated[
    str | None, typer.Option(help="Your staff_id; acting_as of settings.toml unless given.")
]

Second = Annotated[
    str | None,
    typer.Option(help="Your staff_id, to agree to what somebody else has asked for, and erase."),
]

custody_app = typer.Typer(
    no_args_is_help=True, help="Who did what with the evidence, when and why; and check that log."
)


def add_to(app: typer.Typer) -> None:
    """Give `app` these commands."""
    app.add_typer(custody_app, name="custody")
    for command in (export, hold, release, erase):
        app.command()(command)


@custody_app.command("verify")
def custody_verify(
    head: Annotated[
        list[str] | None,
        typer.Option(help="NUMBER:HASH, as an alert told it; may be given several times."),
    ] = None,
    chain: Annotated[
        Path | None, typer.Option(help="A copy that `custody copy` wrote; else the database.")
    ] = None,
) -> None:
    """Find any change, removal or reordering; with --head also an end that was cut off.

    Stamps of a time-stamp authority are held against the log as heads are.
    """
    from namewatch import custody  # noqa: PLC0415

    with plainly():
        sound = custody.verify(head or [], chain)
    raise typer.Exit(DONE if sound else NOT_SO)


@custody_app.command("show")
def custody_show(reference: Reference) -> None:
    """Tell in plain words what was done with one record's evidence."""
    from namewatch import custody  # noqa: PLC0415

    with plainly():
        custody.show(reference)


@custody_app.command("head")
def custody_head() -> None:
    """Print the newest entry's number and hash; keep it where nobody here can change it."""
    from namewatch import custody  # noqa: PLC0415

    with plainly():
        custody.print_head()


@custody_app.command("copy")
def custody_copy(
    file: Annotated[Path | None, typer.Argument(help="Where to; standard output if none.")] = None,
) -> None:
    """Write the whole log as JSON Lines: staff ids and codes, no name and no word of a post."""
    from namewatch import custody  # noqa: PLC0415

    with plainly():
        custody.copy(file)


def export(
    reference: Reference,
    why: Annotated[str, typer.Option(help="A code such as police, or your own words.")],
    to: Annotated[Path, typer.Option(help="Folder to write to; made if it isn't there.")] = Path(),
    form: Annotated[
        str,
        typer.Option(
            "--as",
            help="sealed, record, advisers, subject-access or foi (docs/reference/export.md).",
        ),
    ] = "sealed",
    to_whom: Annotated[str, typer.Option("--for", help="Who gets it, in your words.")] = "",
    subject: Annotated[
        str,
        typer.Option("--about", help="Of subject-access: a staff_id of the record, or author."),
    ] = "",
    by: By = None,
) -> None:
    """Hand a record to somebody outside; what went to whom and why is noted first.

    As sealed bundles: whoever gets them needs the vault or the recovery key to look inside. In a
    form to be read: a ZIP with a cover, the record as a PDF and its lines as CSV; for advisers
    people are codes, for requests others are taken out.
    """
    from namewatch import exporting  # noqa: PLC0415

    with plainly():
        if form == "sealed":
            typer.echo(exporting.export(reference, to, why, by, to_whom))
        else:
            wanted = exporting.Wanted(reference, form, to, to_whom, why, subject, by)
            typer.echo(exporting.export_as(wanted))


def hold(
    reference: Reference,
    why: Annotated[str, typer.Option(help="A code such as court, or your own words.")],
    by: By = None,
) -> None:
    """Put a legal hold on a record: nothing of it can be erased until it is released."""
    from namewatch import erasing  # noqa: PLC0415

    with plainly():
        typer.echo(erasing.hold(reference, why, by))


def release(
    reference: Reference,
    why: Annotated[str, typer.Option(help="A code, or your own words.")] = "over",
    by: By = None,
) -> None:
    """Release a legal hold."""
    from namewatch import erasing  # noqa: PLC0415

    with plainly():
        typer.echo(erasing.release(reference, why, by))


def erase(
    reference: Annotated[str, typer.Argument(help="Such as NW-2026-0001.")] = "",
    why: Annotated[
        str, typer.Option(help="kept-long-enough, kept-wrongly, asked-for or ordered.")
    ] = "",
    exhibit: Annotated[
        int | None, typer.Option(help="Only this exhibit; the record's key then stays.")
    ] = None,
    by: By = None,
    second: Second = None,
    apply_again: Annotated[
        bool,
        typer.Option("--apply-again", help="Erase again what a restored backup brought back."),
    ] = False,
    erased_list: Annotated[
        list[Path] | None,
        typer.Option("--list", help="With --apply-again: a list that was kept elsewhere."),
    ] = None,
) -> None:
    """Erase a record for good: destroy its key, take its bundles away, write a certificate.

    It takes two people: one asks with --why, and another agrees with --second within 7 days. It
    can't be undone. `namewatch run` applies the list of what was erased at each start.
    """
    from namewatch import erasing  # noqa: PLC0415

    with plainly():
        if apply_again:
            again = erasing.apply_listed(erased_list or [])
            typer.echo(erasing.told(again))
            raise typer.Exit(IN_PART if again.left else DONE)
        if not reference:
            raise NamewatchError("say which: namewatch erase REFERENCE --why CODE.")
        with half_erased():
            answer = erasing.erase(reference, exhibit, why, by, second)
        typer.echo(answer.words)
    raise typer.Exit(DONE if answer.erased else IN_PART)


@contextmanager
def half_erased() -> Iterator[None]:
    """What is erased only in the database is done in part."""
    from workflows.erase import HalfErasedError  # noqa: PLC0415

    try:
        yield
    except HalfErasedError as fault:
        typer.echo(f"namewatch: {fault}", err=True)
        raise typer.Exit(IN_PART) from None
