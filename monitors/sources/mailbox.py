"""A mailbox that staff forward to: each message becomes a report.

It is only ever read. No message is changed, marked as read, answered or deleted.
"""

import hashlib
import ipaddress
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, Field, SecretStr, ValidationError, model_validator

from monitors.errors import SourceError
from monitors.options import Options, read_options
from monitors.polling import polls
from monitors.source import Arrival, Reached, Reported, Source, Unread
from monitors.sources.mailbox_imap import PIECE, Access, Box, RefusedMessageError, opened
from monitors.sources.mailbox_message import Forwarded, read_message
from records.outgoing import hosts_of
from records.report import Report

MOST_MESSAGE = 40_000_000
"""Bytes; of a larger one only the beginning is read."""
MOST_TRIES = 3
_ANEW = timedelta(days=1)
"""So much earlier than the last look is looked again when a server has numbered anew."""
_REMEMBER_EVERY = timedelta(hours=1)
_KEPT_UNREAD = 65_536


class MailboxOptions(Options):
    """Where the mailbox is, and how we sign in."""

    host: str = Field(min_length=1)
    username: str = Field(min_length=1)
    port: int = Field(default=993, gt=0, lt=65536)
    password: SecretStr | None = None
    token: SecretStr | None = None
    folder: str = Field(default="INBOX", min_length=1)
    tls: Literal["tls", "none"] = "tls"
    ca_file: Path | None = None
    every_seconds: float = Field(default=60.0, gt=0, le=86_400)
    quiet_after_hours: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _can_be_used(self) -> "MailboxOptions":
        if bool(self.password) == bool(self.token):
            raise ValueError("give either password or token")
        if self.tls == "none" and not _is_loopback(self.host):
            raise ValueError("tls = none is for a server on this machine alone")
        secret = (self.password or self.token or SecretStr("")).get_secret_value()
        if any(ord(one) < ord(" ") for one in self.username + self.folder + secret):
            raise ValueError("a name, folder, password or token holds a line break")
        if not self.folder.isascii():
            raise ValueError("the folder's name may hold plain letters only")
        return self


class Place(BaseModel):
    """How far the mailbox was read."""

    validity: int = 0
    uid: int = 0
    seen: AwareDatetime | None = None
    """When it was last looked at."""
    since: AwareDatetime | None = None
    """From when to read, where nothing has been read yet."""


def build(name: str, options: Mapping[str, object]) -> Source:
    """The source `name`; nothing is asked for yet."""
    return MailboxSource(name, read_options(name, MailboxOptions, options))


def reaches(name: str, options: Mapping[str, object]) -> tuple[str, ...]:
    """The mail server."""
    return hosts_of(read_options(name, MailboxOptions, options).host)


class MailboxSource:
    """Looks into the folder every so often; `record` and text stay within the report."""

    reads_back = timedelta(days=365)

    def __init__(self, name: str, options: MailboxOptions) -> None:
        self._name = name
        self._options = options
        self._tries: dict[int, int] = {}
        self.skipped = 0
        hours = options.quiet_after_hours
        self.quiet_after_seconds = None if hours is None else hours * 3600
        self._access = Access(
            host=options.host,
            port=options.port,
            username=options.username,
            password=options.password.get_secret_value() if options.password else "",
            token=options.token.get_secret_value() if options.token else "",
            folder=options.folder,
            secured=options.tls == "tls",
            ca_file=options.ca_file,
        )

    @property
    def name(self) -> str:
        """As in the configuration."""
        return self._name

    def cursor_since(self, moment: datetime) -> str | None:
        """From the day before this moment on: a mailbox tells days apart, and no zones."""
        return Place(since=moment).model_dump_json()

    def check(self) -> Sequence[str]:
        """Sign in and open the folder once; what is wrong, in sentences."""
        try:
            with opened(self._access):
                return ()
        except SourceError as fault:
            return (str(fault),)

    def receive(self, cursor: str | None, stop: threading.Event) -> Iterator[Arrival | None]:
        """A report for each new message, then what of it was not taken."""
        try:
            place = Place.model_validate_json(cursor) if cursor is not None else Place()
        except ValidationError:
            sentence = "The place kept for the mailbox is not one of its own."
            raise SourceError(sentence, again=False) from None
        yield from polls(lambda: self._look(place, stop), self._options.every_seconds, stop)

    def _look(self, place: Place, stop: threading.Event) -> Iterator[Arrival]:
        now = datetime.now(UTC)
        with opened(self._access) as box:
            numbers = self._new(box, place)
            for number in numbers:
                if stop.is_set():
                    return
                yield from self._message(box, number, place)
            remembered = place.seen and now - place.seen < _REMEMBER_EVERY
            if numbers or not remembered:
                place.seen = now
                yield Reached(place.model_dump_json())

    def _new(self, box: Box, place: Place) -> list[int]:
        """The numbers of the messages to be read; `place` is set to before the first of them."""
        if box.validity == 0:
            raise SourceError("The mailbox does not number its messages.", again=False)
        if box.validity == place.validity:
            return box.after(place.uid)
        from_when = place.seen or place.since
        numbers = [] if from_when is None else box.since((from_when - _ANEW).date())
        newest = box.next - 1 if box.next else max(box.after(0), default=0)
        place.validity, place.uid = box.validity, numbers[0] - 1 if numbers else newest
        return numbers

    def _message(self, box: Box, number: int, place: Place) -> Iterator[Arrival]:
        try:
            head = box.head(number)
            if head is None:  # somebody has deleted it meanwhile
                place.uid = number
                return
            whole = head.size <= MOST_MESSAGE
            raw = yield from _fetched(box, number, MOST_MESSAGE if whole else PIECE, place)
        except RefusedMessageError:
            self._tries[number] = self._tries.get(number, 0) + 1
            if self._tries[number] < MOST_TRIES:
                raise
            yield from self._refused(number, place)
            return
        at = head.arrived_at or datetime.now(UTC)
        forwarded = read_message(raw, cut=not whole)
        if not whole:
            why = (
                f"The message is too large ({head.size / 1e6:.0f} MB); only its beginning is read."
            )
            forwarded.left_out.insert(0, (raw, why))
        mark = f"{forwarded.id}:{hashlib.sha256(raw).hexdigest()}"
        yield from self._reported(forwarded, mark, at, number, place)

    def _refused(self, number: int, place: Place) -> Iterator[Arrival]:
        """A message that the server never gives is a report all the same: somebody has to look."""
        why = "The mailbox does not give this message; look at it there."
        forwarded = Forwarded(f"{place.validity}:{number}", left_out=[(b"", why)])
        yield from self._reported(forwarded, forwarded.id, datetime.now(UTC), number, place)

    def _reported(
        self, forwarded: Forwarded, mark: str, at: datetime, number: int, place: Place
    ) -> Iterator[Arrival]:
        before = place.model_dump_json()
        for content, why in forwarded.left_out:
            self.skipped += 1
            yield Unread(content[:_KEPT_UNREAD], why, before)
        place.uid = number
        report = Report(
            mark=f"mailbox:{mark}",
            via="mailbox",
            at=at,
            sender=forwarded.sender,
            links=forwarded.links,
            note=forwarded.text,
            screenshots=forwarded.screenshots,
            papers=forwarded.papers,
            message_id=forwarded.id,
            left_out=tuple(why for _, why in forwarded.left_out),
        )
        yield Reported(report, place.model_dump_json())


def _fetched(box: Box, number: int, most: int, place: Place) -> Generator[Reached, None, bytes]:
    """A message by pieces; between them we say that we are alive, and not that it is the end."""
    raw = bytearray()
    while len(raw) < most:
        piece = box.piece(number, len(raw))
        raw += piece
        if len(piece) < PIECE:
            break
        yield Reached(place.model_dump_json())
    return bytes(raw)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
