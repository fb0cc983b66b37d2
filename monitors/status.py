"""How a source is doing, in words for the console and the terminal."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """What a source is doing at the moment."""

    STARTING = "starting"
    WATCHING = "watching"
    TRYING_AGAIN = "trying again"
    NEEDS_ATTENTION = "needs attention"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One source: its state since when, why, and what has come in since the start."""

    name: str
    state: State
    sentence: str
    since: datetime
    received: int = 0
    last_received_at: datetime | None = None
    skipped: int = 0
    """Items that could not be read and were left out."""
    reached: datetime | None = None
    """When the last post that came in was published."""
    idle_at: datetime | None = None
    """When the source last said that nothing more was waiting."""
    budget: str = ""
    """What is left to ask for, in words; empty where nothing is counted."""
    trouble: str = ""
    """Which part of the source can't be read, in words; empty if all can."""
