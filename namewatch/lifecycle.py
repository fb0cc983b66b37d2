"""`namewatch lifecycle`: the states of an incident, drawn."""

from pathlib import Path

import typer

from casework.lifecycle_picture import picture
from records.errors import ConfigurationError


def draw(file: Path | None) -> None:
    """Write the drawing to `file`, or to standard output."""
    if file is None:
        typer.echo(picture(), nl=False)
        return
    try:
        file.write_text(picture(), "utf-8")
    except OSError as fault:
        raise ConfigurationError(f"can't be written ({fault.strerror}).", file=file) from None
