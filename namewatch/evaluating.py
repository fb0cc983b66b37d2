"""`namewatch evaluate`: how well labelled posts are screened, before and after lessons."""

import contextlib
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import IO

from rich.console import Console as Terminal

from casework import verdicts
from evidence.vault import read_public_keys
from namewatch.casebook import database_of
from namewatch.configuration import Configuration, configuration_of
from namewatch.score_tables import tables
from namewatch.settings import read_settings
from nlp.classifier import SHIPPED
from nlp.entities import SPACY
from nlp.labelled import Labelled, LabelledLineError, Labeller
from nlp.lessons import NO_LESSONS, Lessons
from nlp.scoring import Scores
from nlp.screening import Screener
from records.database import reading
from records.errors import ConfigurationError
from records.post_file import BREAKS_OFF, LONGEST_LINE, open_posts

_PACKED = (".jsonl", ".jsonl.gz", ".jsonl.zst")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be measured, and how."""

    files: list[Path]
    organisation: Path | None = None
    roster: Path | None = None
    home: Path | None = None
    rules_only: bool = False
    as_json: bool = False


def evaluate(wanted: Wanted) -> int:
    """Print the scores; return how many lines could not be read."""
    configuration, lessons = _body(wanted)
    screener = Screener(
        configuration.organisation,
        configuration.roster,
        configuration.pack,
        entities=None if wanted.rules_only else SPACY,
        classifier=None if wanted.rules_only else SHIPPED,
        today=date.today(),  # noqa: DTZ011 - the day it is where the command is typed
    )
    runs = {"before": (NO_LESSONS, Scores())}
    if lessons:
        runs["after"] = (lessons, Scores())
    posts = _Posts(wanted.files, Labeller(configuration.organisation, configuration.roster))
    for labelled in posts:
        for taught, scores in runs.values():
            screener.learn(taught)
            scores.add(labelled, screener.screen(labelled.post))
    if not runs["before"][1].posts:
        raise ConfigurationError("there is no labelled post in this.", file=wanted.files[0])
    _show({name: scores for name, (_, scores) in runs.items()}, wanted, lessons)
    return posts.skipped


def _show(runs: dict[str, Scores], wanted: Wanted, lessons: Lessons) -> None:
    if wanted.as_json:
        print(json.dumps({name: asdict(scores) for name, scores in runs.items()}))  # noqa: T201
        return
    terminal = Terminal(highlight=False)
    terminal.print(f"Posts: {runs['before'].posts}")
    if wanted.home and not lessons:
        terminal.print("No verdict has been given yet, so there are no lessons to compare with.")
    for table in tables(runs):
        terminal.print(table)
        terminal.print()


def _body(wanted: Wanted) -> tuple[Configuration, Lessons]:
    """The body to measure with, and what has been taught there."""
    if wanted.home is None:
        folder = Path(str(resources.files("nlp.evaluation")))
        files = folder / "organisation.toml", folder / "roster.csv"
        lessons = NO_LESSONS
    else:
        settings = read_settings(wanted.home.absolute())
        files = settings.organisation_file, settings.roster_file
        lessons = _lessons(wanted.home.absolute())
    if bool(wanted.organisation) != bool(wanted.roster):
        raise ConfigurationError("give --organisation and --roster together.")
    if wanted.organisation and wanted.roster:
        files = wanted.organisation, wanted.roster
    configuration = configuration_of(*files)
    for warning in configuration.warnings:
        sys.stderr.write(f"namewatch: {warning}\n")
    return configuration, lessons


def _lessons(home: Path) -> Lessons:
    settings = read_settings(home)
    if settings.database_url is None and not (home / "namewatch.db").exists():
        return NO_LESSONS
    pepper = read_public_keys(settings.keys_folder).pepper
    with reading(database_of(settings)) as session:
        return Lessons(verdicts.examples(session), pepper)


class _Posts:
    """The labelled posts of files and folders; complains about lines that are none."""

    def __init__(self, files: list[Path], labeller: Labeller) -> None:
        self._files = [one for file in files for one in _inside(file)]
        self._labeller = labeller
        self.skipped = 0

    def __iter__(self) -> Iterator[Labelled]:
        for file in self._files:
            try:
                opened = open_posts(file)
            except OSError as error:
                raise ConfigurationError(f"can't be read ({error.strerror}).", file=file) from None
            with contextlib.closing(opened):
                yield from self._read(file, opened)

    def _read(self, file: Path, opened: IO[bytes]) -> Iterator[Labelled]:
        number = 0
        while True:
            number += 1
            try:
                line = opened.readline(LONGEST_LINE + 1)
            except (OSError, *BREAKS_OFF):
                self._skip(file, number, "the file breaks off here; it is damaged or incomplete.")
                return
            if not line:
                return
            if not line.strip():
                continue
            try:
                yield self._labeller.read(line, number)
            except LabelledLineError as error:
                self._skip(file, number, str(error))

    def _skip(self, file: Path, number: int, sentence: str) -> None:
        self.skipped += 1
        sys.stderr.write(f"namewatch: {file}, line {number}: {sentence}\n")


def _inside(file: Path) -> list[Path]:
    """The file itself, or the posts' files of a folder."""
    if not file.is_dir():
        return [file]
    found = sorted(one for one in file.iterdir() if one.name.endswith(_PACKED))
    if not found:
        raise ConfigurationError("there is no .jsonl file in this folder.", file=file)
    return found
