"""How every command ends: its exit statuses, and one plain sentence for a fault."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from records.errors import NamewatchError

DONE, NOT_SO, WRONG, IN_PART = 0, 1, 2, 3


@contextmanager
def plainly() -> Iterator[None]:
    """A fault of ours or of the configuration is one sentence and exit status 2."""
    try:
        yield
    except NamewatchError as fault:
        typer.echo(f"namewatch: {fault}", err=True)
        raise typer.Exit(WRONG) from None
