"""`namewatch keys`: make, list and change the keys with which records are opened and signed."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from namewatch.plainly import DONE, IN_PART, plainly

app = typer.Typer(
    no_args_is_help=True,
    help="Make, list and change the keys of this installation (docs/how-to/keys.md).",
)
By = Annotated[
    str | None, typer.Option(help="Your staff_id; acting_as of settings.toml unless given.")
]


@app.command()
def create() -> None:
    """Make the keys that are missing; the recovery key is shown once, for paper in a safe."""
    from evidence.vault import create_keys  # noqa: PLC0415
    from namewatch.settings import home_in_use, read_settings  # noqa: PLC0415

    with plainly():
        folder = read_settings(home_in_use()).keys_folder
        if recovery := create_keys(folder):
            _show_once(recovery)
        else:
            typer.echo("The keys are here already and stay; so does their recovery key.")


@app.command("list")
def list_keys() -> None:
    """List the keys and who has one; no secret is shown."""
    from namewatch import key_work  # noqa: PLC0415

    with plainly():
        for line in key_work.lines():
            typer.echo(line)


@app.command()
def rotate(
    *,
    recovery: Annotated[
        bool, typer.Option("--recovery", help="The recovery key instead; it is shown once.")
    ] = False,
    signing: Annotated[
        bool, typer.Option("--signing", help="The key that signs what is sealed instead.")
    ] = False,
    by: By = None,
) -> None:
    """Replace the vault key, and wrap every record's key anew; goes on where it was broken off.

    What it can't undo: who has opened a record, or copied the old key with a backup, keeps both.
    """
    from namewatch import key_work  # noqa: PLC0415

    with plainly():
        if signing:
            key_work.rotate_signing(by)
            typer.echo("What is sealed from the next start on is signed with the new key.")
            return
        if recovery:
            _finish(*key_work.rotate_recovery(by, _show_once))
        else:
            _finish(*key_work.rotate_vault(by))


@app.command()
def recover(
    file: Annotated[
        Path | None, typer.Option("--key", help="File with the recovery key; else it is asked for.")
    ] = None,
    by: By = None,
) -> None:
    """With the recovery key from the safe: make a new vault key and wrap every record for it."""
    from namewatch import key_work  # noqa: PLC0415

    with plainly():
        _finish(*key_work.recover(_typed(file), by))


@app.command()
def add(
    staff_id: Annotated[str, typer.Argument(help="Whose key it is.")],
    key: Annotated[str, typer.Argument(help="Their public key, age1… as age-keygen prints it.")],
    by: By = None,
) -> None:
    """Let a person open every record with an age key of their own, outside namewatch."""
    from namewatch import key_work  # noqa: PLC0415

    with plainly():
        _finish(*key_work.add(staff_id, key, by))


@app.command()
def remove(
    staff_id: Annotated[str, typer.Argument(help="Whose key it is.")], by: By = None
) -> None:
    """Wrap no more for a person; what they have opened or copied before stays theirs."""
    from namewatch import key_work  # noqa: PLC0415

    with plainly():
        _finish(*key_work.remove(staff_id, by))


def _finish(done: int, shut: int) -> None:
    typer.echo(f"Keys of {done} records were wrapped anew.")
    if shut:
        typer.echo(
            f"Keys of {shut} records open with no key that is here. The replaced vault key stays;"
            " run `namewatch keys recover` with the recovery key.",
            err=True,
        )
    raise typer.Exit(IN_PART if shut else DONE)


def _show_once(recovery: str) -> None:
    typer.echo("\nThe recovery key, shown this once and kept nowhere. Print it for the safe:\n")
    typer.echo(f"    {recovery}\n")


def _typed(file: Path | None) -> str:
    """The recovery key: not as an argument, which a shell would keep."""
    from records.errors import ConfigurationError  # noqa: PLC0415

    if file:
        try:
            return file.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            raise ConfigurationError("can't be read.", file=file) from None
    if sys.stdin.isatty():
        return str(typer.prompt("Recovery key", hide_input=True))
    return sys.stdin.readline()
