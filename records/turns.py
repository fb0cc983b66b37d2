"""Writers of one SQLite file take turns within this program.

SQLite lets one transaction at a time write, and has the others look again after growing pauses, up
to a tenth of a second: with several threads that write, whoever comes last may wait for long. Here
they wait for each other instead, who writes `urgently` before all others, and SQLite's own pauses
are left for other programs.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "BEGIN IMMEDIATE")
_LONGEST = max(map(len, _WRITES))


def in_turns(longest_wait: float) -> type["Connection"]:
    """Connections to one file; none waits longer for the others than so many seconds."""

    class _OfOneFile(Connection):
        turn = Turn()
        longest = longest_wait

    return _OfOneFile


_this_thread = threading.local()


@contextmanager
def urgently() -> Iterator[None]:
    """What this thread writes meanwhile comes before what others wait to write."""
    _this_thread.urgent = True
    try:
        yield
    finally:
        _this_thread.urgent = False


class Turn:
    """One at a time; the urgent ones first."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._taken = False
        self._urgent_ones = 0

    def acquire(self, longest: float) -> bool:
        """Wait for it, but no longer than so many seconds; whether it was had."""
        urgent = getattr(_this_thread, "urgent", False)
        with self._changed:
            self._urgent_ones += urgent
            try:
                free = self._changed.wait_for(
                    lambda: not self._taken and (urgent or not self._urgent_ones), longest
                )
            finally:
                self._urgent_ones -= urgent
            self._taken = self._taken or free
            return free

    def release(self) -> None:
        """Give it up; whoever has it calls this once."""
        with self._changed:
            self._taken = False
            self._changed.notify_all()


class Connection(sqlite3.Connection):
    """Has its turn from the first statement that writes until its transaction ends."""

    turn: Turn
    longest: float
    has_turn = False

    def cursor(self, *_: Any) -> "Cursor":  # type: ignore[override]
        """One that waits for its turn."""
        return super().cursor(Cursor)

    def execute(self, sql: str, *values: Any) -> "Cursor":
        """As the module has it, with such a cursor."""
        return self.cursor().execute(sql, *values)

    def commit(self) -> None:
        """Let the next one write, too."""
        try:
            super().commit()
        finally:
            self.give_up_turn_unless_needed()

    def rollback(self) -> None:
        """Let the next one write, too."""
        try:
            super().rollback()
        finally:
            self.give_up_turn_unless_needed()

    def close(self) -> None:
        """Let the next one write, too."""
        try:
            super().close()
        finally:
            self._give_up()

    def wait_for_turn(self, sql: str) -> None:
        """Before what begins to write; whoever waits in vain leaves it to SQLite."""
        begins = sql[: _LONGEST + 20].lstrip()[:_LONGEST].upper()
        if not self.has_turn and begins.startswith(_WRITES):
            self.has_turn = self.turn.acquire(self.longest)

    def give_up_turn_unless_needed(self) -> None:
        """After each statement: a turn lasts as long as its transaction."""
        if self.has_turn and not self.in_transaction:
            self._give_up()

    def _give_up(self) -> None:
        if self.has_turn:
            self.has_turn = False
            self.turn.release()


class Cursor(sqlite3.Cursor):
    """Waits for its connection's turn before it writes."""

    connection: Connection

    def execute(self, sql: str, *values: Any) -> "Cursor":
        """As the module has it."""
        self.connection.wait_for_turn(sql)
        try:
            super().execute(sql, *values)
        finally:
            self.connection.give_up_turn_unless_needed()
        return self

    def executemany(self, sql: str, *values: Any) -> "Cursor":
        """As the module has it."""
        self.connection.wait_for_turn(sql)
        try:
            super().executemany(sql, *values)
        finally:
            self.connection.give_up_turn_unless_needed()
        return self
