"""`namewatch sweep`: look back over sources or archives, as a dry run."""

import hashlib
import json
import signal
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from rich.console import Console as Terminal
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from monitors.looking_back import LookingBack as Reading
from monitors.looking_back import cursor_since
from monitors.runner import Limits, Runner, SourceStatus, State
from monitors.source import Source
from namewatch.bootstrap import Built, read_all, sources_of
from namewatch.settings import home_in_use, read_settings
from namewatch.since import moment_since
from namewatch.sweep_files import Archive, archives, read_archive
from namewatch.sweep_report import Part, report
from namewatch.version import version
from nlp.classifier import SHIPPED
from nlp.entities import SPACY
from nlp.screening import Screener
from records.alone import SWEEP, hold_alone
from records.errors import NamewatchError
from records.sealing import keyed_hash
from records.sweep_place import SweepPlace
from workflows.learning import Learning
from workflows.looking_back import LookingBack, Wish

LOOK_SECONDS = 0.2
SECONDS_TO_STOP = 10.0
MOST_TOLD = 20
"""Bad lines of one file that are told one by one; all are counted."""
LIMITS = Limits(longest_wait_seconds=10.0)
_AWAY = (State.TRYING_AGAIN, State.NEEDS_ATTENTION)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line."""

    files: list[Path]
    since: str | None
    only: list[str]
    """Names of the sources to look back over; all of them if none."""
    anew: bool
    rules_only: bool


def sweep(wanted: Wanted) -> bool:
    """Sweep, and print what was found; whether all of it was read."""
    if not wanted.files and wanted.since is None:
        raise NamewatchError(
            "say how far back, as in `namewatch sweep --since 30d`, or name files of posts."
        )
    built = read_all(read_settings(home_in_use()), tells=False)
    services = built.services
    let_go = hold_alone(services.database, SWEEP)
    try:
        with _stopped_by_signals() as stop:
            run = _Run(built, wanted, _looking_back(built, wanted), stop)
            parts = run.over_files() if wanted.files else run.over_sources()
            whole = report(parts, services, interrupted=stop.is_set())
            return whole and not stop.is_set()
    finally:
        let_go()


@contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    stop = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: stop.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield stop
    finally:
        for number, what in before.items():
            signal.signal(number, what)


def _looking_back(built: Built, wanted: Wanted) -> LookingBack:
    services = built.services
    screener = Screener(
        services.organisation,
        services.roster,
        services.pack,
        entities=None if wanted.rules_only else SPACY,
        classifier=None if wanted.rules_only else SHIPPED,
        today=date.today(),  # noqa: DTZ011 - the day it is where the command is typed
    )
    learning = Learning(services, screener)
    return LookingBack(services, screener.screen_many, learning.look, built.settings.images.read)


@dataclass
class _Run:
    built: Built
    wanted: Wanted
    back: LookingBack
    stop: threading.Event
    began: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.built.services.now()
        self.since = (
            None
            if self.wanted.since is None
            else moment_since(
                self.wanted.since,
                self.began,
                self.built.services.organisation.calendar.zone,
            )
        )

    def _wish(self, what: str) -> Wish:
        asked = self.wanted.since or ""
        return Wish(what, _setting(self.built, self.wanted), asked, self.since)

    # Over files.

    def over_files(self) -> list[Part]:
        """One after the other."""
        found = archives(self.wanted.files, self.built.services.public_keys.pepper)
        parts = []
        with _progress() as progress:
            for archive in found:
                place = self.back.begin(self._wish(archive.identity), None, anew=self.wanted.anew)
                parts.append(self._over_file(archive, place, progress))
        return parts

    def _over_file(self, archive: Archive, place: SweepPlace, progress: Progress) -> Part:
        task = progress.add_task(archive.title, total=archive.size, posts="")
        if place.done_at is not None:
            progress.update(task, completed=archive.size, posts="read before")
            return Part(archive.title, place, read_before=True)
        told: Counter[str] = Counter()

        def complain(sentence: str) -> None:
            told[archive.title] += 1
            if told[archive.title] <= MOST_TOLD:
                progress.console.print(f"namewatch: {sentence}", markup=False)

        fault = read_archive(
            archive,
            self.back,
            self.stop,
            complain=complain,
            advance=lambda read: progress.update(task, completed=read),
        )
        return Part(archive.title, self.back.place(archive.identity), fault=fault)

    # Over sources.

    def over_sources(self) -> list[Part]:
        """All at once, each on its own."""
        able, parts = self._begun()
        if not able and not any(part.place for part in parts):
            raise NamewatchError("none of the sources that are set up can look back.")
        began = self.began
        runner = Runner(
            [Reading(one, began) for one in able],
            self.back.cursor,
            self.back.take,
            lambda _: None,
            limits=LIMITS,
        )
        runner.start()
        with _progress() as progress:
            bars = _Bars(progress, self.since or began, began)
            while not (runner.is_over() or self.stop.wait(LOOK_SECONDS)):
                bars.show(runner.statuses())
            bars.show(runner.statuses())
        runner.stop(SECONDS_TO_STOP)
        over = {status.name: status for status in runner.statuses()}
        for one in able:
            status = over[one.name]
            if status.state is State.FINISHED:
                self.back.finish(one.name)
            else:
                self.back.pause(one.name)
            fault = status.sentence if status.state in _AWAY else None
            reads_back = getattr(one, "reads_back", None)
            place = self.back.place(one.name)
            parts.append(Part(one.name, place, fault=fault, reads_back=reads_back))
        return parts

    def _begun(self) -> tuple[list[Source], list[Part]]:
        """The sources to be read, and what is to be said of the others."""
        assert self.since is not None
        able: list[Source] = []
        others: list[Part] = []
        sources = self._sources()
        wishes = {one.name: self._wish(one.name) for one in sources}
        anew = self.wanted.anew or self.back.all_done(list(wishes.values()))
        for one in sources:
            cursor = cursor_since(one, self.since)
            if cursor is None:
                others.append(Part(one.name, None))
                continue
            place = self.back.begin(wishes[one.name], cursor, anew=anew)
            if place.done_at is None:
                able.append(one)
            else:
                others.append(Part(one.name, place, read_before=True))
        return able, others

    def _sources(self) -> list[Source]:
        sources = sources_of(self.built.settings, self.built.services.database)
        names = [one.name for one in sources]
        if unknown := [name for name in self.wanted.only if name not in names]:
            raise NamewatchError(
                f"there is no source called {unknown[0]!r}; there are: {', '.join(names)}."
            )
        return [one for one in sources if not self.wanted.only or one.name in self.wanted.only]


class _Bars:
    """One bar for each source, from the moment asked for to now."""

    def __init__(self, progress: Progress, since: datetime, until: datetime) -> None:
        self._progress = progress
        self._since = since
        self._span = (until - since).total_seconds()
        self._tasks: dict[str, TaskID] = {}
        self._far: dict[str, float] = {}

    def show(self, statuses: Sequence[SourceStatus]) -> None:
        """As far as the newest post that came, which for most platforms comes last."""
        for status in statuses:
            if status.name not in self._tasks:
                self._tasks[status.name] = self._progress.add_task(
                    status.name, total=self._span, posts=""
                )
            far = self._far.get(status.name, 0.0)
            if status.reached:
                far = max(far, (status.reached - self._since).total_seconds())
            far = self._span if status.state is State.FINISHED else min(far, self._span)
            self._far[status.name] = far
            self._progress.update(
                self._tasks[status.name], completed=far, posts=f"{status.received:,} posts"
            )


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[posts]}", markup=False),
        TimeElapsedColumn(),
        console=Terminal(stderr=True, highlight=False),
    )


def _setting(built: Built, wanted: Wanted) -> str:
    """A keyed hash of what decides what is found: under another one a sweep begins anew."""
    settings, pack = built.settings, built.services.pack
    files = (settings.organisation_file, settings.roster_file)
    sources = [one.model_dump(mode="json") for one in settings.sources]
    return keyed_hash(
        built.services.public_keys.pepper,
        *(hashlib.sha256(file.read_bytes()).hexdigest() for file in files),
        f"{pack.name} {pack.version} {version()} {wanted.rules_only}",
        "" if wanted.files else json.dumps(sources, sort_keys=True, default=str),
    )
