"""`namewatch screen`: posts in, findings out, nothing kept."""

import contextlib
import sys
from collections.abc import Iterator
from datetime import date
from io import BufferedIOBase
from pathlib import Path
from typing import cast

from namewatch.configuration import configuration_of
from nlp.classifier import SHIPPED
from nlp.entities import SPACY
from nlp.screening import Screener, screen_lines
from records.errors import ConfigurationError
from records.post_file import open_posts


def screen(
    organisation: Path, roster: Path, files: list[Path], *, everything: bool, rules_only: bool
) -> int:
    """Write one finding a line to standard output; return how many lines could not be read."""
    configuration = configuration_of(organisation, roster)
    for warning in configuration.warnings:
        sys.stderr.write(f"namewatch: {warning}\n")
    screener = Screener(
        configuration.organisation,
        configuration.roster,
        configuration.pack,
        entities=None if rules_only else SPACY,
        classifier=None if rules_only else SHIPPED,
        today=date.today(),  # noqa: DTZ011 - the day it is where the command is typed
    )
    return screen_lines(
        screener,
        _streams(files),
        everything=everything,
        out=print,
        complain=lambda sentence: print(f"namewatch: {sentence}", file=sys.stderr),  # noqa: T201
    )


def _streams(files: list[Path]) -> Iterator[tuple[str, BufferedIOBase]]:
    if not files:
        yield "standard input", cast("BufferedIOBase", sys.stdin.buffer)
    for file in files:
        try:
            opened = open_posts(file)
        except OSError as error:
            raise ConfigurationError(f"can't be read ({error.strerror}).", file=file) from None
        with contextlib.closing(opened):
            yield str(file), opened
