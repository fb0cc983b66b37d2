"""A look back over the past 30 days, asked for in the console and done beside the watch."""

import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from sqlmodel import select

from console.set_up import DryRun, Looked
from monitors.source import Source
from namewatch.bootstrap import Built, sources_of
from namewatch.settings import environment_with
from namewatch.sweep_report import Part, a_week, by_disposition
from records.database import reading
from records.sweep_place import SweepPlace

SINCE = "30d"
_STOP_SECONDS = 10
_IN_PART = 3
_FAILED = "The look back could not be done. In the terminal, namewatch sweep --since 30d says why."
_NOT_WHOLE = "Not everything could be read. In the terminal, namewatch sweep --since 30d says what."
FEED = "feed.jsonl"
"""What was said on the practice platform."""


@dataclass
class DryRuns:
    """One at a time, as a program of its own: it may take hours, and the watch goes on."""

    built: Built
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _running: "subprocess.Popen[bytes] | None" = None

    def begin(self) -> bool:
        """Start one; False when one is under way."""
        with self._lock:
            if self._running and self._running.poll() is None:
                return False
            settings = self.built.settings
            command = [sys.executable, "-m", "namewatch", "sweep", "--since", SINCE]
            if settings.practice:
                # Practice asks nobody outside: it reads what stood on the practice platform.
                command.append(str(settings.home / FEED))
            self._running = subprocess.Popen(  # noqa: S603 - our own program
                command,
                env=environment_with(settings.home),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            return True

    def look(self) -> DryRun:
        """How far it is."""
        code = self._running.poll() if self._running else None
        under_way = self._running is not None and code is None
        failed = "" if code in (None, 0) else _NOT_WHOLE if code == _IN_PART else _FAILED
        return DryRun(under_way, tuple(self._parts()), failed=failed)

    def stop(self) -> None:
        """End it; the same command goes on from there."""
        running = self._running
        if running and running.poll() is None:
            running.terminate()
            with suppress(subprocess.TimeoutExpired):
                running.wait(_STOP_SECONDS)

    def _parts(self) -> list[Looked]:
        settings = self.built.settings
        sources = {one.name: one for one in sources_of(settings)}
        with reading(self.built.services.database) as session:
            places = list(session.exec(select(SweepPlace)))
        # While practising what was swept is a file, which is known by a hash.
        return [
            _looked(one, "Practice platform" if settings.practice else one.what, sources)
            for one in places
            if settings.practice or one.what in sources
        ]


def _looked(place: SweepPlace, title: str, sources: Mapping[str, Source]) -> Looked:
    found = by_disposition(place)
    reads_back = getattr(sources.get(place.what), "reads_back", None)
    part = Part(title, place, reads_back=reads_back)
    return Looked(
        title,
        place.posts,
        found["alert"],
        found["review"],
        place.since,
        place.done_at is not None,
        a_week(part),
    )
