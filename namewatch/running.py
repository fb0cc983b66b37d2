"""`namewatch run`: the service, told on the terminal until it is stopped."""

import signal
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console as Terminal
from rich.markup import escape
from sqlalchemy.exc import SQLAlchemyError

from casework.audit import entries_after, newest
from monitors.runner import SourceStatus
from namewatch.bootstrap import Built, read_all
from namewatch.narrate import Narrator
from namewatch.new_body import NewBodyDesk
from namewatch.practice import home as practice
from namewatch.settings import (
    configured_home,
    new_home,
    practice_home,
    read_settings,
    start_over,
)
from namewatch.version import version
from nlp.classifier import SHIPPED
from records.database import reading
from records.errors import NamewatchError

LOOK_EVERY_SECONDS = 0.3


def run(
    *, port: int | None = None, for_seconds: float | None = None, rules_only: bool = False
) -> None:
    """Run until Ctrl-C, SIGTERM or `for_seconds` are over; practise when nothing is configured.

    `rules_only`: screen without the language model.
    """
    begun = time.monotonic()
    terminal = Terminal(highlight=False, soft_wrap=True)
    home = configured_home()
    if home is not None:
        _serve(terminal, home, None, begun, for_seconds, rules_only=rules_only)
        return
    world = practice.begin(practice_home(), port or 8080)
    try:
        wanted = _serve(terminal, world.home, world, begun, for_seconds, rules_only=rules_only)
    finally:
        world.stop()
    if wanted:
        terminal.print(f"Starting over with {_near(wanted)}.")
        start_over(wanted)


def _serve(
    terminal: Terminal,
    home: Path,
    world: "practice.Practice | None",
    begun: float,
    for_seconds: float | None,
    *,
    rules_only: bool,
) -> Path | None:
    """Serve until it is time to stop; the home to start over with, if somebody asked for it."""
    built = read_all(read_settings(home))
    # Only now: a mistake in the configuration is told before the larger parts are loaded.
    from namewatch.service import Service  # noqa: PLC0415

    told = Told(terminal, built)
    new_body = _new_body(built, told) if world else None
    service = Service(
        built,
        told.source,
        classifier=None if rules_only else SHIPPED,
        new_body=new_body,
        mails=world.mailbox.folder if world else None,
    )
    told.remember_place()
    service.start()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    signal.signal(signal.SIGHUP, lambda *_: service.read_anew())
    told.opening(world, time.monotonic() - begun)
    if new_body:
        told.way_to_set_up(new_body)
    if world:
        world.platform.publish()
    ends = None if for_seconds is None else time.monotonic() + for_seconds
    try:
        while not stop.wait(LOOK_EVERY_SECONDS) and (ends is None or time.monotonic() < ends):
            told.news()
            if new_body and new_body.wanted.is_set():
                return new_body.home
    finally:
        terminal.print("Stopping; what is pending goes on at the next start.")
        service.stop()
        told.news()
    return None


def _new_body(built: Built, told: "Told") -> NewBodyDesk:
    """Takes the answers about a body of one's own, in the practice console."""
    return NewBodyDesk(new_home(), built.settings.console.port, told.set_up_code)


def _near(path: Path) -> Path:
    """The path as it is typed from here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


class Told:
    """What the terminal shows: an opening, then a line for each thing that happens."""

    def __init__(self, terminal: Terminal, built: Built) -> None:
        """Shows nothing yet."""
        self._terminal = terminal
        self._built = built
        services = built.services
        self._zone = services.organisation.calendar.zone
        self._narrator = Narrator(services.pack, self._zone)
        self._last = 0
        self._hinted = False
        self._source_states: dict[str, str] = {}

    def remember_place(self) -> None:
        """Leave out what happened before this start."""
        with reading(self._built.services.database) as session:
            self._last = newest(session)

    def opening(self, world: "practice.Practice | None", seconds: float) -> None:
        """Where everything is."""
        services, show = self._built.services, self._terminal.print
        mode = "[yellow]practice mode: every body, person and post is invented[/]" if world else ""
        show(f"[bold]namewatch {version()}[/]  {mode}")
        show(f"  body      {services.organisation.name} · {services.pack.title}")
        show(f"  watching  {', '.join(one.title for one in self._built.settings.sources)}")
        show(f"  records   {services.console_url}")
        show(f"  evidence  {_near(services.evidence_folder)}")
        if world:
            show(f"  mails     {_near(world.mailbox.folder)}")
        if services.browser is None:
            show("  [yellow]no browser found: evidence is kept without pictures of the pages[/]")
        for warning in self._built.configuration.warnings:
            show(f"  [yellow]{escape(warning)}[/]")
        show(f"  ready in {seconds:.1f} s · stop with Ctrl-C\n")

    def way_to_set_up(self, new_body: NewBodyDesk) -> None:
        """How a body of one's own is set up, or started once it is."""
        if written := new_body.written():
            self._terminal.print(f"your own body is set up: start it with\n  {written.command}\n")
            return
        url = f"{self._built.services.console_url}/set-up/new"
        self._terminal.print(f"[dim]set up your own body:[/] [bold]{url}[/]")
        new_body.tell_new_code()

    def set_up_code(self, code: str) -> None:
        """The code that lets whoever reads this terminal set up, once."""
        self._terminal.print(f"          [dim]set-up code, good once:[/] [bold]{code}[/]\n")

    def source(self, status: SourceStatus) -> None:
        """One line whenever a source begins, fails or recovers."""
        if self._source_states.get(status.name) == status.state:
            return
        self._source_states[status.name] = status.state
        if status.state != "starting":
            now = datetime.now(UTC).astimezone(self._zone)
            self._terminal.print(f"{now:%H:%M:%S}  {status.name}: {status.sentence}")

    def news(self) -> None:
        """A line for each thing that happened since the last look."""
        try:
            with reading(self._built.services.database) as session:
                entries = entries_after(session, self._last)
        except (NamewatchError, SQLAlchemyError):
            return  # what there is to tell can wait; the watching must not end with it
        for entry in entries:
            self._last = entry.id or self._last
            if line := self._narrator.line(entry):
                self._terminal.print(f"{line[0]}  {line[1]}")
            if entry.action == "evidence sealed":
                self._hint(entry.reference or "")

    def _hint(self, reference: str) -> None:
        """In practice: what to try next, once."""
        if self._hinted or not self._built.settings.practice:
            return
        self._hinted = True
        services = self._built.services
        shown = _near(Path(sys.argv[0]))
        reader = services.roster[self._built.settings.acting_as or next(iter(services.roster))]
        for line in (
            "[dim]try next, in a second terminal:[/]",
            f"[bold]{shown} ack {reference}[/]  [dim]say that you have seen it[/]",
            f"[bold]{shown} incident show {reference}[/]  [dim]what is kept, without names[/]",
            "[dim]or open the record as the line manager would:[/]",
            f"[bold]{services.record_link(reference)}[/]",
            f"[dim]sign in as {reader.email}; the code arrives in mails/latest.txt[/]\n",
        ):
            self._terminal.print(f"          {line}")
