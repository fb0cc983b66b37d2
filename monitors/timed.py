"""Connections over which an answer ends in time, however its status, headers and body drip.

The clients' own timeouts begin anew with every byte that comes.
"""

import io
import math
import socket
import threading
import time
from http.client import HTTPResponse

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

Pools = dict[str, type]
"""By scheme, as urllib3 takes them."""


class Deadline:
    """By when the answer to one request has to be here; may be lifted while it comes."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """In seconds."""
        return self._until - time.monotonic()

    def lift(self) -> None:
        """From now on it may take any time."""
        self._until = math.inf


class Hurry(threading.local):
    """The deadline of what this thread asks at present."""

    deadline: Deadline | None = None


class _Timed(io.RawIOBase):
    """What a connection brings, until the deadline."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline
        self._patience = connection.gettimeout()
        self._raw = connection.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, room: memoryview) -> int | None:  # type: ignore[override]
        left = self._deadline.left
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(min(left, self._patience or math.inf))
        return self._raw.readinto(room)

    def close(self) -> None:
        self._raw.close()
        super().close()


def timed_pools(
    hurry: Hurry,
    plain: type[HTTPConnection] = HTTPConnection,
    secure: type[HTTPSConnection] = HTTPSConnection,
) -> Pools:
    """Pools of such connections, each answer of which holds the deadline of whoever asks."""

    class Answer(HTTPResponse):
        def __init__(
            self,
            sock: socket.socket,
            debuglevel: int = 0,
            method: str | None = None,
            url: str | None = None,
        ) -> None:
            super().__init__(sock, debuglevel, method, url)
            if hurry.deadline is not None:
                with self.fp:
                    self.fp = io.BufferedReader(_Timed(sock, hurry.deadline))

    class Pool(HTTPConnectionPool):
        ConnectionCls = type("Timed", (plain,), {"response_class": Answer})

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = type("TimedSecurely", (secure,), {"response_class": Answer})

    return {"http": Pool, "https": SecurePool}
