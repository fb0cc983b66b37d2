"""The real command in processes that begin with all imported, for tests that start it often.

Most of a start is Python's reading of libraries. Here one process reads them, does nothing else,
and is forked for each start; what runs then, and is killed, is the command as anywhere.
"""

import importlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

IMPORTED = (
    *("namewatch.cli", "namewatch.running", "namewatch.service", "nlp.sieve", "sqlite3"),
    *("alembic.command", "dbos._sys_db_sqlite", "httptools", "pygments.lexers", "uvloop"),
    *("ftfy", "govuk_bank_holidays.bank_holidays", "numpy.ma", "pwdlib.hashers.argon2"),
    *("pydantic.v1", "uvicorn.loops.auto", "uvicorn.protocols.http.auto", "wordfreq"),
    *("PIL.PngImagePlugin", "sqlalchemy.dialects.sqlite", "sqlalchemy.dialects.postgresql"),
)


class Forked:
    """A running command; as far as the tests need it, what a `subprocess.Popen` is."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._descriptor = os.pidfd_open(pid)

    def poll(self) -> int | None:
        """None while it runs; with which status it ended is not known here."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        ended = self._ended(timeout)
        if ended is None:
            raise subprocess.TimeoutExpired("namewatch", timeout or 0)
        return ended

    def send_signal(self, number: int) -> None:
        """Only to this very process, even if its number has been given to another."""
        signal.pidfd_send_signal(self._descriptor, number)

    def _ended(self, seconds: float | None) -> int | None:
        return 0 if select.select([self._descriptor], [], [], seconds)[0] else None


class Prepared:
    """Forks commands until the `with` block ends."""

    def __init__(self, *modules: str) -> None:
        """`modules` are imported besides what every service needs."""
        self._modules = modules

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.servers.prepared", *self._modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._answer() == "ready"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, _: TracebackType | None
    ) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def start(
        self, arguments: Sequence[str], environment: Mapping[str, str], terminal: Path
    ) -> Forked:
        """`namewatch` with these arguments, in a group of its own."""
        assert self._process.stdin
        asked = [list(arguments), dict(environment), str(terminal)]
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return Forked(int(self._answer()))

    def _answer(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()


def serve() -> None:
    """Fork for each line that comes in; say the number of the process."""
    for name in (*IMPORTED, *sys.argv[1:]):
        importlib.import_module(name)
    warm()
    assert threading.active_count() == 1, "a fork has only the thread that forks"
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that have ended
    say("ready")
    for line in sys.stdin:
        arguments, environment, terminal = json.loads(line)
        pid = os.fork()
        if not pid:
            become(arguments, environment, terminal)
        say(str(pid))


def warm() -> None:
    """Read what every service reads from the package's own files."""
    from nlp import commonness  # noqa: PLC0415
    from nlp.rulebook import rulebook  # noqa: PLC0415

    rulebook()
    commonness.warm()


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def become(arguments: list[str], environment: dict[str, str], terminal: str) -> Any:
    """Be the command, and end with it."""
    from namewatch.cli import main  # noqa: PLC0415

    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(environment)
    shown = os.open(terminal, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, descriptor in enumerate((nothing, shown, shown)):
        os.dup2(descriptor, number)
    sys.argv = ["namewatch", *arguments]
    try:
        main()
    finally:
        sys.stdout.flush()
        os._exit(0)


if __name__ == "__main__":
    serve()
