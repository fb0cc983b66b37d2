"""smtplib with a deadline over everything: a server that drips can't hold an alert up."""

import smtplib
import socket
import ssl
import threading
import time
from contextlib import suppress

_GOODBYE_SECONDS = 2.0
_READY = 220


class Deadline:
    """Tears the connection down once the time for a whole delivery is over."""

    def __init__(self, seconds: float) -> None:
        """Start the clock."""
        self._ends = time.monotonic() + seconds
        self._line: socket.socket | None = None
        self._timer: threading.Timer | None = None
        self.over = False

    @property
    def left(self) -> float:
        """Seconds that are left, never quite none (a socket's 0 would mean: don't block)."""
        return max(self._ends - time.monotonic(), 0.001)

    def watch(self, line: socket.socket) -> None:
        """Keep a second hold on the connection, which survives its wrapping in TLS."""
        self._line = line.dup()
        self._timer = threading.Timer(self.left, self._end)
        self._timer.daemon = True
        self._timer.start()

    def _end(self) -> None:
        self.over = True
        with suppress(OSError):
            if self._line is not None:
                self._line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Stop the clock."""
        if self._timer is not None:
            self._timer.cancel()
        if self._line is not None:
            self._line.close()


class SmtpLine(smtplib.SMTP):
    """One connection to a mail server; with `tls` it is secured from the first byte."""

    def __init__(self, greeting: str, deadline: Deadline, tls: ssl.SSLContext | None) -> None:
        """`greeting` is the name we give ourselves; nothing is connected yet."""
        self._deadline = deadline
        self._implicit_tls = tls
        self.opened = False
        self.content_begun = False
        super().__init__(local_hostname=greeting, timeout=deadline.left)

    def open(self, host: str, port: int) -> None:
        """Connect and be greeted; raises OSError (which smtplib's own errors are)."""
        self._host = host  # starttls checks the certificate against it
        self.timeout = self._deadline.left
        code, reply = self.connect(host, port)
        if code != _READY:
            raise smtplib.SMTPConnectError(code, reply)
        self.ehlo_or_helo_if_needed()

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        line = socket.create_connection((host, port), timeout)
        self._deadline.watch(line)
        if self._implicit_tls is not None:
            line = self._implicit_tls.wrap_socket(line, server_hostname=host)
        self.opened = True
        return line

    def leave(self) -> None:
        """Say goodbye; what was accepted stays accepted, however the server takes it."""
        with suppress(OSError):
            if self.sock is not None:
                self.sock.settimeout(_GOODBYE_SECONDS)
            self.quit()
