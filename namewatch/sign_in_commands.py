"""`namewatch sign-in reset`: when somebody has lost the device that they sign in with."""

from typing import Annotated

import typer

from namewatch.plainly import plainly

sign_in_app = typer.Typer(no_args_is_help=True, help="How people sign in to the console.")


@sign_in_app.callback()
def _all() -> None:
    """How people sign in to the console."""


@sign_in_app.command()
def reset(
    staff_id: Annotated[str, typer.Argument(help="Whose ways to sign in are lost.")],
    by: Annotated[
        str | None,
        typer.Option(
            "--as", "--by", help="Your staff_id; acting_as of settings.toml unless given."
        ),
    ] = None,
) -> None:
    """Take somebody's passkeys, password and linked account away; a code by mail lets them in.

    Make sure first, face to face or on the telephone, that it is they who ask for it.
    """
    from namewatch import sign_in_work  # noqa: PLC0415

    with plainly():
        sign_in_work.reset(staff_id, by)
    typer.echo(
        f"{staff_id} is signed out everywhere, and signs in with a code by e-mail again,"
        " and with a second way that they set up then."
    )
