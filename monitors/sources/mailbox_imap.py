"""A mailbox read over IMAP: opened for reading only, each command within a time and a size."""

import imaplib
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from monitors.errors import SourceError

TITLE = "The mailbox"
SECONDS_TO_CONNECT = 15.0
SECONDS_A_COMMAND = 60.0
PIECE = 1_048_576
_MOST_AT_ONCE = 4 * PIECE
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_DATE = re.compile(rb'INTERNALDATE "([^"]{10,40})"')
_FOR_NOW = re.compile(r"\[?(?:UNAVAILABLE|LIMIT|INUSE|OVERQUOTA|SERVERBUG)\b", re.IGNORECASE)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass(frozen=True, slots=True)
class Access:
    """Where the mailbox is, and how we sign in."""

    host: str
    port: int
    username: str
    password: str
    token: str
    folder: str
    secured: bool
    ca_file: Path | None = None
    seconds_a_command: float = SECONDS_A_COMMAND


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a message before it is fetched."""

    size: int
    arrived_at: datetime | None


class RefusedMessageError(SourceError):
    """The mailbox does not give this message."""


class _Capped(imaplib.IMAP4):
    def read(self, size: int) -> bytes:
        """As inherited, up to a size that no command of ours asks for."""
        if size > _MOST_AT_ONCE:
            raise self.abort
        return super().read(size)

    def _connect(self) -> None:
        """As inherited: the greeting, in time."""
        with _in_time(self, SECONDS_TO_CONNECT):
            super()._connect()  # type: ignore[misc]


class _CappedSecurely(_Capped, imaplib.IMAP4_SSL):
    """The same over an encrypted connection."""


class Box:
    """A folder that has been opened for reading only."""

    def __init__(self, client: imaplib.IMAP4, access: Access) -> None:
        self._client = client
        self._access = access
        self.validity = self._number("UIDVALIDITY")
        """As long as it is the same, numbers of messages mean the same messages."""
        self.next = self._number("UIDNEXT")
        """The number that the next message will have; 0 if the server does not say."""

    def after(self, number: int) -> list[int]:
        """The numbers of all messages that came after the one with this number."""
        return [one for one in self._search("UID", f"{number + 1}:*") if one > number]

    def since(self, day: date) -> list[int]:
        """The numbers of all messages that came on this day or later."""
        return self._search("SINCE", f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}")

    def head(self, number: int) -> Head | None:
        """Its size and when it came; None if it is gone."""
        for row in self._fetch(number, "(RFC822.SIZE INTERNALDATE)"):
            line = row[0] if isinstance(row, tuple) else row
            if isinstance(line, bytes) and (size := _SIZE.search(line)):
                return Head(int(size[1]), _moment(_DATE.search(line)))
        return None

    def piece(self, number: int, start: int) -> bytes:
        """A part of a message, from this byte on; fetching it marks nothing as read."""
        for row in self._fetch(number, f"(BODY.PEEK[]<{start}.{PIECE}>)"):
            if isinstance(row, tuple) and isinstance(row[1], bytes):
                return row[1]
        return b""

    def _search(self, *criteria: str) -> list[int]:
        with _in_time(self._client, self._access.seconds_a_command):
            kind, rows = self._client.uid("SEARCH", *criteria)
        if kind != "OK":
            raise SourceError(f"{TITLE} does not let us search.")
        words = b" ".join(row for row in rows if isinstance(row, bytes)).split()
        return sorted(int(one) for one in words if one.isdigit())

    def _fetch(self, number: int, what: str) -> list[Any]:
        with _in_time(self._client, self._access.seconds_a_command):
            kind, rows = self._client.uid("FETCH", str(number), what)
        if kind != "OK":
            raise RefusedMessageError
        return list(rows)

    def _number(self, name: str) -> int:
        values = self._client.response(name)[1]
        first = values[0] if values else None
        return int(first) if isinstance(first, bytes) and first.isdigit() else 0


@contextmanager
def opened(access: Access) -> Iterator[Box]:
    """Sign in and open the folder; raises SourceError, whose sentence tells nothing of either."""
    with _faults_told():
        client = _connected(access)
        try:
            with _in_time(client, access.seconds_a_command):
                _sign_in(client, access)
                kind, _ = client.select(_quoted(access.folder), readonly=True)
            if kind != "OK":
                raise SourceError(
                    f"{TITLE} has no folder of the name in the settings.", again=False
                )
            yield Box(client, access)
        finally:
            with suppress(OSError, imaplib.IMAP4.error, ValueError), _in_time(client, 5.0):
                client.logout()
            with suppress(OSError):
                client.shutdown()


@contextmanager
def _faults_told() -> Iterator[None]:
    try:
        yield
    except ssl.SSLCertVerificationError:
        raise SourceError(f"The certificate of {TITLE.lower()}'s server is not right.") from None
    except TimeoutError:
        raise SourceError(f"{TITLE} did not answer in time.") from None
    except imaplib.IMAP4.abort:
        raise SourceError(f"{TITLE} broke the connection off.") from None
    except imaplib.IMAP4.error:
        raise SourceError(f"{TITLE} does not understand what we ask.") from None
    except OSError:
        raise SourceError(f"{TITLE} can't be reached.") from None


def _connected(access: Access) -> imaplib.IMAP4:
    if not access.secured:
        return _Capped(access.host, access.port, timeout=SECONDS_TO_CONNECT)
    context = ssl.create_default_context(cafile=access.ca_file)
    return _CappedSecurely(
        access.host, access.port, ssl_context=context, timeout=SECONDS_TO_CONNECT
    )


def _sign_in(client: imaplib.IMAP4, access: Access) -> None:
    try:
        if access.token:
            said = f"user={access.username}\1auth=Bearer {access.token}\1\1".encode()
            _authenticate(client, "XOAUTH2", said)
        elif "AUTH=PLAIN" in client.capabilities or not access.password.isascii():
            _authenticate(client, "PLAIN", f"\0{access.username}\0{access.password}".encode())
        else:
            client.login(access.username, access.password)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as fault:
        again = bool(_FOR_NOW.search(str(fault)))
        sentence = (
            f"{TITLE} lets nobody sign in at present."
            if again
            else f"{TITLE} does not take our name and password or token; correct them."
        )
        raise SourceError(sentence, again=again) from None


def _authenticate(client: imaplib.IMAP4, mechanism: str, said: bytes) -> None:
    answers = iter([said])
    # After a refusal some servers ask once more, and want an empty answer.
    client.authenticate(mechanism, lambda _: next(answers, b""))


@contextmanager
def _in_time(client: imaplib.IMAP4, seconds: float) -> Iterator[None]:
    """End the connection when what is done with it takes longer, however the server drips."""
    own = socket.socket(fileno=socket.dup(client.sock.fileno()))
    late = threading.Event()

    def end() -> None:
        late.set()
        with suppress(OSError):
            own.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, imaplib.IMAP4.abort):
        if late.is_set():
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()
        own.close()


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _moment(found: re.Match[bytes] | None) -> datetime | None:
    if not found:
        return None
    try:
        moment = datetime.strptime(found[1].decode().strip(), "%d-%b-%Y %H:%M:%S %z")
    except ValueError:
        return None
    return moment.astimezone(UTC)
