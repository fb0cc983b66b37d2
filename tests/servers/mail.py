"""A real mail server on loopback that keeps what it gets and misbehaves when told."""

import asyncio
import datetime as dt
import email
import email.policy
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Literal, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certificate:
    """A certificate that signs itself, with its key."""

    file: Path
    key_file: Path

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key_file)
        return context


def make_certificate(folder: Path, *, name: str = "127.0.0.1") -> Certificate:
    """Write a certificate for `name` (a host or an address) that is valid for an hour."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([_general_name(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    made.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    made.key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return made


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@dataclass(frozen=True)
class Mail:
    """One mail as it was taken."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    secured: bool
    raw: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """Its plain body."""
        content: str = self.message.get_content()
        return content.replace("\r\n", "\n")


class MailServer:
    """aiosmtpd in a thread of its own; use it as a context manager."""

    def __init__(
        self,
        *,
        tls: Literal["none", "starttls", "tls"] = "none",
        certificate: Certificate | None = None,
        passwords: dict[str, str] | None = None,
        replies: dict[str, str] | None = None,
        port: int = 0,
    ) -> None:
        """`replies` answer RCPT for an address, such as "550 no such mailbox"."""
        self.mails: list[Mail] = []
        self.replies = replies or {}
        self.reply_to_content = "250 OK"
        self.drop_after_content = False
        self.port = port
        self._tls, self._certificate = tls, certificate
        self._passwords = passwords or {}
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._sessions: list[SMTP] = []

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _serve(self) -> None:
        loop = self._loop
        asyncio.set_event_loop(loop)
        context = self._certificate.context() if self._certificate else None
        server = loop.run_until_complete(
            loop.create_server(
                self._session,
                "127.0.0.1",
                self.port,
                ssl=context if self._tls == "tls" else None,
            )
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        loop.run_forever()
        server.close()
        for session in self._sessions:
            if session.transport is not None:
                # Python 3.11.2's TLS transport can't abort once it has been closed.
                with suppress(AttributeError):
                    session.transport.abort()  # type: ignore[attr-defined]
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.run_until_complete(asyncio.sleep(0.01))
        loop.close()

    def _session(self) -> SMTP:
        starttls = self._tls == "starttls" and self._certificate is not None
        session = SMTP(
            self,
            hostname="mail.example",
            tls_context=self._certificate.context() if starttls and self._certificate else None,
            require_starttls=starttls,
            auth_require_tls=starttls,
            authenticator=self._sign_in if self._passwords else None,
            loop=self._loop,
        )
        self._sessions.append(session)
        return session

    def _sign_in(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, proof: Any
    ) -> AuthResult:
        assert isinstance(proof, LoginPassword)
        wanted = self._passwords.get(proof.login.decode())
        return AuthResult(success=wanted == proof.password.decode(), handled=False)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        """Take the address, or answer as told."""
        reply = self.replies.get(address, "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep the mail unless told to refuse it."""
        assert isinstance(envelope.content, bytes)
        if self.reply_to_content.startswith("250"):
            self.mails.append(
                Mail(
                    envelope.mail_from or "",
                    tuple(envelope.rcpt_tos),
                    email.message_from_bytes(envelope.content, policy=email.policy.default),
                    session.ssl is not None or self._tls == "tls",
                    envelope.content,
                )
            )
        if self.drop_after_content:
            assert server.transport is not None
            server.transport.abort()  # type: ignore[attr-defined]
        return self.reply_to_content


@contextmanager
def raw_server(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server whose every connection is left to `talk`; gives its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    connections: list[socket.socket] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connections.append(connection)
                threading.Thread(target=run, args=(connection,), daemon=True).start()

    def run(connection: socket.socket) -> None:
        with suppress(OSError):
            talk(connection)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
        for connection in connections:
            connection.close()
