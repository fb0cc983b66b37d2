"""Alerts by e-mail: one mail a person, over a verified connection or not at all."""

import smtplib
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from hashlib import sha256
from hmac import digest
from ipaddress import ip_address
from pathlib import Path
from re import fullmatch
from typing import Literal, cast

from alerts.channel import Receipt
from alerts.channels.smime import Certificates
from alerts.channels.smtp_line import Deadline, SmtpLine
from alerts.errors import DeliveryError
from alerts.message import Message, body_text
from alerts.plain import lines, one_line
from records.errors import ConfigurationError
from records.outgoing import hosts_of
from records.roster import StaffMember

NAME = "email"
Tls = Literal["starttls", "tls", "none"]
_ADDRESS = r"[!#-'*+\-./-9=?A-Z^-~]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"
_PERMANENT = range(500, 600)
_WHOLE_REPLIES = range(200, 600)
"""Anything else is a reply that was cut short."""

_SENTENCES = {
    "not reached": "The mail server {host} can't be reached on port {port}; check host and port.",
    "out of time": "The mail server {host} does not answer in time.",
    "connection lost": "The mail server {host} broke the connection off.",
    "no secure connection": (
        "The mail server {host} offers no secure connection on port {port};"
        ' "starttls" is usual on port 587 and "tls" on port 465.'
    ),
    "certificate not trusted": (
        "The certificate of the mail server {host} is not trusted; if it comes from an authority"
        " of your own, name that authority's file."
    ),
    "sign-in refused": "The mail server {host} refuses the user name or the password.",
    "sign-in not offered": "The mail server {host} offers no way to sign in that is known here.",
}


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """How mail leaves; `ca_file` is trusted instead of the system's authorities.

    `timeout` is the time in seconds that a whole delivery may take. `bounces_to` is where mail
    systems write when they can't bring a mail to its reader. `id_key` makes Message-IDs that nobody
    else can guess, so that a bounce can't be forged. Raises ConfigurationError.
    """

    host: str
    port: int
    sender: str
    tls: Tls = "starttls"
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    timeout: float = 30.0
    ca_file: Path | None = None
    bounces_to: str = ""
    certificates: Path | None = None
    id_key: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        if self.tls not in {"starttls", "tls", "none"}:
            raise ConfigurationError('mail: tls must be "starttls", "tls" or "none".')
        if self.tls == "none" and not _is_loopback(self.host):
            raise ConfigurationError(
                'mail: tls "none" is only allowed for a mail server on this machine;'
                ' use "starttls" or "tls".'
            )
        if not fullmatch(_ADDRESS, self.sender):
            raise ConfigurationError("mail: the sender must be one plain e-mail address.")
        if self.bounces_to and not fullmatch(_ADDRESS, self.bounces_to):
            raise ConfigurationError("mail: bounces_to must be one plain e-mail address.")
        if bool(self.username) != bool(self.password):
            raise ConfigurationError("mail: set both user name and password, or neither.")
        if not f"{self.username}{self.password}".isascii():
            raise ConfigurationError(
                "mail: user name and password may hold only letters without accents, digits"
                " and common signs."
            )

    @property
    def envelope_sender(self) -> str:
        """Who is told when a mail can't be brought to its reader."""
        return self.bounces_to or self.sender

    @property
    def domain(self) -> str:
        """The sender's domain: how we greet, and the right half of message ids."""
        return self.sender.rpartition("@")[2]


def from_settings(values: Mapping[str, str]) -> "EmailChannel | None":
    """Build the channel from `smtp_…` values; None without `smtp_host`."""
    if not values.get("smtp_host"):
        return None
    try:
        port, timeout = int(values.get("smtp_port") or 587), float(values.get("smtp_timeout") or 30)
    except ValueError:
        raise ConfigurationError("mail: smtp_port and smtp_timeout must be numbers.") from None
    ca_file = values.get("smtp_ca_file")
    return EmailChannel(
        EmailSettings(
            host=values["smtp_host"],
            port=port,
            sender=values.get("smtp_sender", ""),
            tls=cast("Tls", values.get("smtp_tls") or "starttls"),
            username=values.get("smtp_username") or None,
            password=values.get("smtp_password") or None,
            timeout=timeout,
            ca_file=Path(ca_file) if ca_file else None,
            bounces_to=values.get("smtp_bounces_to", ""),
            certificates=Path(folder) if (folder := values.get("smtp_certificates")) else None,
            id_key=values.get("smtp_id_key", "").encode(),
        )
    )


def reaches(values: Mapping[str, str]) -> tuple[str, ...]:
    """The mail server."""
    return hosts_of(values.get("smtp_host", ""))


class EmailChannel:
    """Hands one mail for one person to the body's mail server."""

    def __init__(self, settings: EmailSettings) -> None:
        """Read the authorities; raises ConfigurationError when that file can't be read."""
        self._settings = settings
        self._tls = None if settings.tls == "none" else _context(settings.ca_file)
        folder = settings.certificates
        self._certificates = Certificates(folder) if folder else None

    @property
    def name(self) -> str:
        """Deliveries are kept under it."""
        return NAME

    def reaches(self, recipient: StaffMember) -> bool:
        """Whether the roster knows an address."""
        return bool(recipient.email.strip())

    def deliver(self, message: Message, recipient: StaffMember, delivery: str) -> Receipt:
        """Send the alert; every try of one delivery carries the same Message-ID."""
        content = f"{message.reference}\n{delivery}".encode()
        token = digest(self._settings.id_key, content, sha256).hex()[:32]
        message_id = f"<{token}@{self._settings.domain}>"
        self._send(recipient, message.subject, body_text(message), message_id)
        return Receipt(message_id)

    def send_note(self, to: StaffMember, subject: str, text: str) -> None:
        """Send a plain mail that is no alert, such as a sign-in code; raises DeliveryError."""
        self._send(to, subject, text, make_msgid(domain=self._settings.domain))

    def check(self) -> str | None:
        """Connect, secure the connection and sign in, without sending anything."""
        try:
            with self._line() as line:
                line.noop()
        except DeliveryError as error:
            sentence = _SENTENCES.get(
                error.code, f"The mail server {{host}} says no ({error.code})."
            )
            return sentence.format(host=self._settings.host, port=self._settings.port)
        return self._certificates.check() if self._certificates else None

    def _send(self, to: StaffMember, subject: str, text: str, message_id: str) -> None:
        address = one_line(to.email)
        if not fullmatch(_ADDRESS, address):
            raise DeliveryError("address not usable", permanent=True)
        mail = self._mail(to.staff_id, address, subject, text, message_id)
        with self._line() as line:
            knows_bounces = line.has_extn("dsn")
            sender, back = self._settings.envelope_sender, ("RET=HDRS",) if knows_bounces else ()
            _expect(line.mail(sender, back)[0], "sender refused", permanent=False)
            told = ("NOTIFY=FAILURE,DELAY",) if knows_bounces else ()
            _expect(line.rcpt(address, told)[0], "recipient refused")
            line.content_begun = True
            code, _ = line.data(mail)
            line.content_begun = code not in _WHOLE_REPLIES
            if line.content_begun:
                raise smtplib.SMTPServerDisconnected
            _expect(code, "mail refused")

    def _mail(self, staff_id: str, address: str, subject: str, text: str, message_id: str) -> bytes:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = Address("namewatch", addr_spec=self._settings.sender)
        mail["To"] = address
        # An encoded word would be decoded here, and could bring a line break along.
        mail["Subject"] = one_line(subject).replace("=?", "= ?")
        mail["Date"] = format_datetime(datetime.now(UTC))
        mail["Message-ID"] = message_id
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        mail["Sensitivity"] = "Company-Confidential"
        if self._certificates and self._certificates.has(staff_id):
            self._set_sealed(mail, self._certificates.seal(_part(text), staff_id))
        else:
            mail.set_content(lines(text), cte="quoted-printable")
        return mail.as_bytes()

    @staticmethod
    def _set_sealed(mail: EmailMessage, sealed: bytes) -> None:
        """As RFC 8551 has it; the headers stay readable and say nothing but the reference."""
        mail.set_content(
            sealed,
            maintype="application",
            subtype="pkcs7-mime",
            disposition="attachment",
            filename="smime.p7m",
            params={"smime-type": "enveloped-data"},
        )

    @contextmanager
    def _line(self) -> Iterator[SmtpLine]:
        """Open a greeted, secured, signed-in line; every fault leaves as DeliveryError."""
        settings = self._settings
        deadline = Deadline(settings.timeout)
        line = SmtpLine(settings.domain, deadline, self._tls if settings.tls == "tls" else None)
        try:
            line.open(settings.host, settings.port)
            if settings.tls == "starttls":
                assert self._tls is not None
                _secure(line, self._tls)
            if settings.username and settings.password:
                line.login(settings.username, settings.password)
            yield line
        except (OSError, UnicodeError) as error:
            fault = _plain_fault(error, line, deadline)
            _hang_up(line, deadline)
            raise fault from None
        except BaseException:
            _hang_up(line, deadline)
            raise
        # What was taken is written down meanwhile, before anything can cut that off.
        threading.Thread(target=_say_goodbye, args=(line, deadline), daemon=True).start()


def _say_goodbye(line: SmtpLine, deadline: Deadline) -> None:
    line.leave()
    _hang_up(line, deadline)


def _hang_up(line: SmtpLine, deadline: Deadline) -> None:
    line.close()
    deadline.close()


def _part(text: str) -> bytes:
    """The text as the MIME part that is encrypted."""
    part = EmailMessage(policy=SMTP)
    part.set_content(lines(text), cte="quoted-printable")
    return part.as_bytes()


def _context(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError:
        raise ConfigurationError(
            "mail: this file holds no certificate that can be read.", file=ca_file
        ) from None


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _secure(line: SmtpLine, context: ssl.SSLContext) -> None:
    """Go over to TLS or give up: never plain."""
    if not line.has_extn("starttls"):
        raise DeliveryError("no secure connection", permanent=False)
    try:
        line.starttls(context=context)
    except smtplib.SMTPResponseException:
        raise DeliveryError("no secure connection", permanent=False) from None
    line.ehlo()


def _expect(code: int, fault: str, *, permanent: bool = True) -> None:
    if code not in {250, 251}:
        raise DeliveryError(f"{fault} ({code})", permanent=permanent and code in _PERMANENT)


def _plain_fault(error: Exception, line: SmtpLine, deadline: Deadline) -> DeliveryError:
    """Say what went wrong in a code that holds no address."""
    match error:
        case _ if deadline.over or isinstance(error, TimeoutError):
            code = "out of time"
        case ssl.SSLCertVerificationError():
            code = "certificate not trusted"
        case ssl.SSLError():
            code = "no secure connection"
        case smtplib.SMTPAuthenticationError():
            code = "sign-in refused"
        case smtplib.SMTPNotSupportedError():
            code = "sign-in not offered"
        case smtplib.SMTPDataError():
            fault = f"mail refused ({error.smtp_code})"
            return DeliveryError(fault, permanent=error.smtp_code in _PERMANENT)
        case smtplib.SMTPResponseException():
            code = f"refused ({error.smtp_code})"
        case _:
            code = "connection lost" if line.opened else "not reached"
    return DeliveryError(code, permanent=False, may_have_arrived=line.content_begun)
