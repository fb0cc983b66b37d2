"""Serve the console from a thread of this program."""

import errno
import socket
import threading
import time

import uvicorn
from starlette.types import ASGIApp

from console.errors import ConsoleError
from records.errors import ConfigurationError

START_SECONDS = 20
STOP_SECONDS = 5
BACKLOG = 128


class NotServingError(ConsoleError):
    """The console could not be started."""


class ConsoleServer:
    """Runs uvicorn, without any log of who asked for what."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                access_log=False,
                log_config=None,
                log_level="warning",
                lifespan="off",
                ws="none",
                proxy_headers=False,
                server_header=False,
                limit_concurrency=200,
                timeout_graceful_shutdown=STOP_SECONDS,
            )
        )

    @property
    def port(self) -> int:
        """The port that is served; the one that was free when 0 was asked for."""
        return int(self._socket.getsockname()[1]) if self._socket else self._port

    def start(self) -> None:
        """Serve, and return once requests are accepted; raises ConfigurationError."""
        self._socket = _listen(self._host, self._port)
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), name="console", daemon=True
        )
        self._thread.start()
        give_up = time.monotonic() + START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > give_up:
                raise NotServingError
            time.sleep(0.01)

    def stop(self) -> None:
        """Finish what is being answered, and stop; does nothing when it isn't running."""
        if self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join(2 * STOP_SECONDS)
        self._thread = None


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before any thread starts, so that a fault is told here and at once."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
    except OSError:
        raise ConfigurationError(
            "the console's host is not an address of this machine; correct host under [console]."
        ) from None
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as fault:
        listening.close()
        raise ConfigurationError(_sentence(fault, port)) from None
    return listening


def _sentence(fault: OSError, port: int) -> str:
    if fault.errno == errno.EADDRINUSE:
        return (
            f"port {port} is taken by another program; stop that program,"
            " or set another port under [console]."
        )
    if fault.errno == errno.EACCES:
        return f"this user may not use port {port}; set a port above 1023 under [console]."
    return "the console's host is not an address of this machine; correct host under [console]."
