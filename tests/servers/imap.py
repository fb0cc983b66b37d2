"""A small IMAP server on 127.0.0.1: one folder, what a reader asks for, and faults when told."""

import base64
import re
import socket
import socketserver
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from tests.servers.mail import Certificate

WHEN = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass
class Held:
    """One message in the folder."""

    uid: int
    raw: bytes
    arrived_at: datetime = WHEN
    flags: set[str] = field(default_factory=set)
    says_size: int | None = None
    """A size that it has not, for messages too large to be held by a test."""


class ImapServer:
    """Serves until the `with` block ends; `commands` holds what it was asked, no secrets."""

    def __init__(self, *, certificate: Certificate | None = None) -> None:
        self.messages: list[Held] = []
        self.validity = 7
        self.folder = "INBOX"
        self.username, self.password, self.token = "reports@slo.example", "a-password", "a-token"
        self.capabilities = "IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2"
        self.commands: list[str] = []
        self.pieces: list[tuple[int, int]] = []
        """Number and first byte of each part that was fetched."""
        self.refuse: set[int] = set()
        """Numbers of messages that are not given."""
        self.sign_in_fault = ""
        self.cut_after: int | None = None
        """So many bytes into a message the connection is cut."""
        self.drips = False
        self.claims: int | None = None
        """A size of a literal that is claimed and never sent."""
        self._context = certificate.context() if certificate else None
        self._closing = threading.Event()
        self._next = 1

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _talks_for(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def next(self) -> int:
        return self._next

    def put(self, raw: bytes, **more: object) -> Held:
        """Let a message arrive."""
        held = Held(self._next, raw, **more)  # type: ignore[arg-type]
        self._next += 1
        self.messages.append(held)
        return held

    def number_anew(self) -> None:
        """As after a restore from a backup: every number means something else."""
        self.validity += 1
        for number, held in enumerate(self.messages, start=1):
            held.uid = number
        self._next = len(self.messages) + 1

    def wrap(self, connection: socket.socket) -> socket.socket:
        if self._context is None:
            return connection
        wrapped = self._context.wrap_socket(
            connection, server_side=True, do_handshake_on_connect=False
        )
        try:
            wrapped.do_handshake()
        except OSError:  # as of a client that does not like our certificate
            wrapped.close()
            raise
        return wrapped

    def wait(self, seconds: float) -> bool:
        return self._closing.wait(seconds)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up early is nothing to report."""


class _GoneError(Exception):
    """The server has cut the connection."""


def _talks_for(server: ImapServer) -> type[socketserver.BaseRequestHandler]:  # noqa: C901 - a class in it
    class Talk(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with server.wrap(self.request) as connection:
                self._talk(connection)

        def _talk(self, connection: socket.socket) -> None:
            self.inward = connection.makefile("rb")
            self.outward = connection.makefile("wb")
            try:
                self._say(f"* OK [CAPABILITY {server.capabilities}] ready")
                while line := self.inward.readline(100_000):
                    if not self._answer(line.decode().rstrip("\r\n")):
                        break
            except _GoneError:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

        def _say(self, line: str) -> None:
            self.outward.write(line.encode() + b"\r\n")
            self.outward.flush()

        def _answer(self, line: str) -> bool:
            tag, _, rest = line.partition(" ")
            name, _, rest = rest.partition(" ")
            name = name.upper()
            if name == "UID":
                name, _, rest = rest.partition(" ")
                name = f"UID {name.upper()}"
            server.commands.append(
                f"{name} {rest}" if name not in {"LOGIN", "AUTHENTICATE"} else name
            )
            match name:
                case "CAPABILITY":
                    self._say(f"* CAPABILITY {server.capabilities}")
                    self._say(f"{tag} OK done")
                case "LOGIN":
                    self._signed(tag, rest == f'{server.username} "{server.password}"')
                case "AUTHENTICATE":
                    self._authenticate(tag, rest)
                case "EXAMINE" | "SELECT":
                    self._open(tag, rest.strip('"'))
                case "UID SEARCH":
                    found = " ".join(str(one.uid) for one in self._found(rest))
                    self._say(f"* SEARCH {found}".rstrip())
                    self._say(f"{tag} OK done")
                case "UID FETCH":
                    self._fetch(tag, *rest.split(" ", 1))
                case "LOGOUT":
                    self._say("* BYE")
                    self._say(f"{tag} OK done")
                    return False
                case _:
                    self._say(f"{tag} BAD unknown")
            return True

        def _signed(self, tag: str, right: bool) -> None:
            if server.sign_in_fault:
                self._say(f"{tag} NO {server.sign_in_fault}")
            else:
                self._say(f"{tag} OK in" if right else f"{tag} NO [AUTHENTICATIONFAILED] no")

        def _authenticate(self, tag: str, mechanism: str) -> None:
            self._say("+ ")
            said = base64.b64decode(self.inward.readline()).decode()
            if mechanism == "PLAIN":
                self._signed(tag, said == f"\0{server.username}\0{server.password}")
                return
            right = said == f"user={server.username}\1auth=Bearer {server.token}\1\1"
            if not right:  # as real servers do, which want an empty answer
                self._say("+ " + base64.b64encode(b'{"status":"401"}').decode())
                assert self.inward.readline().strip() == b""
            self._signed(tag, right)

        def _open(self, tag: str, folder: str) -> None:
            if folder != server.folder:
                self._say(f"{tag} NO there is none")
                return
            self._say(f"* {len(server.messages)} EXISTS")
            self._say(f"* OK [UIDVALIDITY {server.validity}] valid")
            self._say(f"* OK [UIDNEXT {server.next}] next")
            self._say(f"{tag} OK [READ-ONLY] done")

        def _found(self, criteria: str) -> list[Held]:
            if numbers := re.fullmatch(r"UID (\d+):\*", criteria):
                first = int(numbers[1])
                last = max((one.uid for one in server.messages), default=0)
                # A range that begins after the last message means the last one (RFC 3501).
                return [one for one in server.messages if one.uid >= min(first, last)]
            day, month, year = re.fullmatch(r"SINCE (\d+)-(\w+)-(\d+)", criteria).groups()  # type: ignore[union-attr]
            since = datetime(int(year), _MONTHS.index(month) + 1, int(day), tzinfo=UTC)
            return [one for one in server.messages if one.arrived_at >= since]

        def _fetch(self, tag: str, number: str, what: str) -> None:
            held = next((one for one in server.messages if one.uid == int(number)), None)
            if held and held.uid in server.refuse and "BODY" in what:
                self._say(f"{tag} NO not this one")
                return
            if held:
                self._give(held, what)
            self._say(f"{tag} OK done")

        def _give(self, held: Held, what: str) -> None:
            if "BODY" not in what:
                size = held.says_size or len(held.raw)
                at = held.arrived_at.strftime(
                    f"%d-{_MONTHS[held.arrived_at.month - 1]}-%Y %H:%M:%S %z"
                )
                self._say(f'* 1 FETCH (UID {held.uid} RFC822.SIZE {size} INTERNALDATE "{at}")')
                return
            if "PEEK" not in what:
                held.flags.add("\\Seen")
            start, length = map(int, re.search(r"<(\d+)\.(\d+)>", what).groups())  # type: ignore[union-attr]
            server.pieces.append((held.uid, start))
            piece = held.raw[start : start + length]
            size = server.claims or len(piece)
            self.outward.write(f"* 1 FETCH (UID {held.uid} BODY[]<{start}> {{{size}}}\r\n".encode())
            if server.cut_after is not None:
                self.outward.write(piece[: server.cut_after])
                self.outward.flush()
                raise _GoneError
            if server.drips:
                for byte in piece:
                    self.outward.write(bytes([byte]))
                    self.outward.flush()
                    if server.wait(0.05):
                        raise _GoneError
            self.outward.write(b"" if server.drips else piece)
            self._say(")")

    return Talk
