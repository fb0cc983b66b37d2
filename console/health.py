"""What the machine says of itself, handed over by whoever starts the console."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

AGAIN_AFTER = timedelta(seconds=30)
"""Looking at everything takes seconds and knocks at other doors, so no more often than this."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing that was looked at, and the sentence if it is not well; `advice` is no fault."""

    subject: str
    fault: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something about the machine, and the sentence if it is not well."""

    name: str
    value: str
    fault: str = ""


def _nothing() -> Sequence[Checked]:
    return ()


def _no_facts() -> Sequence[Fact]:
    return ()


@dataclass(frozen=True, slots=True)
class Machine:
    """How to ask the machine: `check` takes seconds, `facts` does not."""

    check: Callable[[], Sequence[Checked]] = _nothing
    facts: Callable[[], Sequence[Fact]] = _no_facts


class LastCheck:
    """What the newest check found, and when; one at a time, for all who ask."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._turn = threading.Lock()
        self.found: tuple[Checked, ...] = ()
        self.at: datetime | None = None

    def again(self, now: datetime) -> None:
        """Look at everything, unless that was done a moment ago."""
        with self._turn:
            if self.at is None or now - self.at >= AGAIN_AFTER:
                self.found = tuple(self._machine.check())
                self.at = now
