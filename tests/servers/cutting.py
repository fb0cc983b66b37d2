"""A wire between a client and a server on the loopback, which a test can cut."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

PIECE = 65_536


class Wire:
    """Passes everything on until it is cut; while it is cut nobody gets through."""

    def __init__(self, port: int) -> None:
        """`port` is where the server listens."""
        self._port = port
        self._whole = threading.Event()
        self._whole.set()
        self._ends: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.connections = 0

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        self._thread.join(10)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def cut(self) -> None:
        """End every connection in the middle of whatever it carries."""
        self._whole.clear()
        with self._lock:
            for end in self._ends:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Let new connections through."""
        self._whole.set()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if not self._whole.is_set():
                near.close()
                continue
            self.connections += 1
            far = socket.create_connection(("127.0.0.1", self._port))
            with self._lock:
                self._ends |= {near, far}
            left = [2]
            for one, other in ((near, far), (far, near)):
                arguments = (one, other, (near, far), left)
                threading.Thread(target=self._carry, args=arguments, daemon=True).start()

    def _carry(
        self,
        one: socket.socket,
        other: socket.socket,
        both: tuple[socket.socket, socket.socket],
        left: list[int],
    ) -> None:
        with contextlib.suppress(OSError):
            while piece := one.recv(PIECE):
                other.sendall(piece)
        with self._lock:
            for end in both:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            left[0] -= 1
            if not left[0]:
                self._ends -= set(both)
                for end in both:
                    end.close()
