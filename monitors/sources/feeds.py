"""Feeds of blogs, news sites, forums and Google Alerts, read again and again."""

import logging
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated

import requests
from pydantic import AfterValidator, BaseModel, Field, SecretStr, ValidationError

from monitors.answer import Listing
from monitors.checking import Trial
from monitors.errors import SourceError, Why
from monitors.exact import xml_span
from monitors.options import Options, read_options
from monitors.parts import Parts
from monitors.polling import polls
from monitors.source import Arrival, Reached, Received, Source, Unread
from monitors.sources.feeds_posts import Entry, FeedRead, NotAFeedError, read_feed, sha256_of
from monitors.web import ask, session
from records.outgoing import site_of

log = logging.getLogger(__name__)

MOST_BYTES = 5_000_000
MOST_ENTRIES = 1000
REMEMBERED = 500
"""How many entries are known again after they have left a feed."""
CLOCKS_DIFFER = timedelta(minutes=5)
_SIGN_IN = "open it without signing in: if that can't be done, take it out of feeds"
ADVICE = {
    Why.SIGN_IN: _SIGN_IN,
    Why.FORBIDDEN: _SIGN_IN,
    Why.ABSENT: "correct its address in feeds",
    Why.ODD_ANSWER: "put the address of the feed itself into feeds, not that of a page",
}
_LONGEST_TAG = 200
_NOT_MODIFIED = 304


def _is_web_address(address: SecretStr) -> SecretStr:
    if not address.get_secret_value().startswith(("https://", "http://")):
        raise ValueError("it begins with https:// or http://")
    return address


class FeedsOptions(Options):
    """Which feeds, and how often to look."""

    feeds: tuple[Annotated[SecretStr, AfterValidator(_is_web_address)], ...] = Field(min_length=1)
    """Their addresses: secrets, since whoever has the address of a private feed can read it."""
    every_seconds: float = Field(default=600.0, gt=0, le=86_400)
    reads_back_hours: float = Field(default=24.0, ge=0, le=8760)
    """How long an entry stays in these feeds."""
    quiet_after_hours: float | None = Field(default=None, gt=0)


class FeedPlace(BaseModel):
    """How far one feed was read: no text, no address."""

    etag: str = ""
    modified: str = ""
    seen: dict[str, str] = Field(default_factory=dict)
    """The wording of each entry, by its key."""


class Places(BaseModel):
    """The cursor: each feed's place, by a hash of its address."""

    feeds: dict[str, FeedPlace]
    since: datetime | None = None
    """From when on the entries of a feed that is not among them are new."""


@dataclass(frozen=True, slots=True)
class _Feed:
    """One address; in errors it is called by its number."""

    key: str
    address: SecretStr
    title: str


def build(name: str, options: Mapping[str, object]) -> Source:
    """The source `name`; nothing is asked for yet."""
    return FeedsSource(name, read_options(name, FeedsOptions, options))


def reaches(name: str, options: Mapping[str, object]) -> tuple[str, ...]:
    """The sites of the feeds."""
    own = read_options(name, FeedsOptions, options)
    return tuple(host for one in own.feeds for host in site_of(one.get_secret_value()))


class FeedsSource:
    """New and edited entries of several feeds; one that fails does not stop the others.

    What stood in a feed when it was first read is not given, unless it was published since the
    start. `record` is the entry as JSON, since a feed has no records of its own.
    """

    def __init__(self, name: str, options: FeedsOptions) -> None:
        self._name = name
        self._options = options
        self._began_at = datetime.now(UTC) - CLOCKS_DIFFER
        self._session = session(most_bytes=MOST_BYTES)
        self._feeds = tuple(
            _Feed(sha256_of(address.get_secret_value()), address, f"Feed {number}")
            for number, address in enumerate(options.feeds, 1)
        )
        self._parts = Parts(name, "feeds", len(self._feeds))
        self.skipped = 0

    @property
    def name(self) -> str:
        """As in the configuration."""
        return self._name

    @property
    def reads_back(self) -> timedelta:
        """As long as entries stay in the feeds."""
        return timedelta(hours=self._options.reads_back_hours)

    @property
    def quiet_after_seconds(self) -> float | None:
        """Without anything new for so long, something is wrong."""
        hours = self._options.quiet_after_hours
        return None if hours is None else hours * 3600

    @property
    def trouble(self) -> str:
        """How many feeds can't be read, where some can."""
        return self._parts.trouble

    def receive(self, cursor: str | None, stop: threading.Event) -> Iterator[Arrival | None]:
        """New entries of all feeds at each look; raises when no feed at all can be read."""
        places = self._places(cursor)
        kept = [cursor]

        def look() -> Iterator[Arrival]:
            for feed in self._feeds:
                if not stop.is_set() and self._parts.is_due(feed.key):
                    yield from self._read(feed, places)
            if not stop.is_set() and kept[0] != (now := places.model_dump_json()):
                kept[0] = now
                yield Reached(now)
            self._parts.fail_if_all_do()

        yield from polls(look, self._options.every_seconds, stop)

    def cursor_since(self, moment: datetime) -> str:
        """From `moment` on, of what still stands in the feeds; what has no date may be new."""
        return Places(feeds={}, since=moment).model_dump_json()

    def check(self) -> Sequence[str]:
        """Read each feed once."""
        faults: list[str] = []
        for feed in self._feeds:
            trial = Trial(ADVICE)
            trial.ask("", partial(self._try_once, feed))
            faults += trial.faults
        return faults

    def _try_once(self, feed: _Feed) -> None:
        self._entries(feed, self._ask(feed, FeedPlace()))

    def _places(self, cursor: str | None) -> Places:
        try:
            kept = Places.model_validate_json(cursor) if cursor is not None else Places(feeds={})
        except ValidationError:
            raise SourceError("The place kept for these feeds is not one.", again=False) from None
        known = {feed.key for feed in self._feeds}
        feeds = {key: place for key, place in kept.feeds.items() if key in known}
        return Places(feeds=feeds, since=kept.since)

    def _read(self, feed: _Feed, places: Places) -> Iterator[Arrival]:
        try:
            answer = self._ask(feed, places.feeds.get(feed.key, FeedPlace()))
            read = self._entries(feed, answer)
        except SourceError as fault:
            self._parts.has_failed(feed.key, fault)
            return
        self._parts.has_been_read(feed.key)
        if read is None:
            return
        place = places.feeds.get(feed.key)
        if place is None:
            place = places.feeds[feed.key] = FeedPlace(seen=self._old(read, places.since))
        yield from self._new(read, place, places, answer)
        there = {one.key: place.seen[one.key] for one in read.entries}
        gone = [(key, wording) for key, wording in place.seen.items() if key not in there]
        place.seen = dict(gone[-REMEMBERED:]) | there
        # Only now, with every entry given: a feed that has not changed would not send them again.
        place.etag = _short(answer.headers.get("ETag")) if read.whole else ""
        place.modified = _short(answer.headers.get("Last-Modified")) if read.whole else ""

    def _ask(self, feed: _Feed, place: FeedPlace) -> requests.Response:
        headers = {
            "Accept": "application/atom+xml, application/rss+xml, application/feed+json, */*"
        }
        headers |= {"If-None-Match": place.etag} if place.etag else {}
        headers |= {"If-Modified-Since": place.modified} if place.modified else {}
        return ask(feed.title, self._session, feed.address.get_secret_value(), headers=headers)

    def _entries(self, feed: _Feed, answer: requests.Response) -> FeedRead | None:
        """What the answer holds; None if nothing has changed."""
        if answer.status_code == _NOT_MODIFIED:
            return None
        headers = {"Content-Location": answer.url, **answer.headers}
        try:
            read = read_feed(answer.content, of=feed.key, headers=headers)
        except NotAFeedError:
            raise SourceError(
                f"What came from {feed.title} is not a feed.", why=Why.ODD_ANSWER
            ) from None
        if len(read.entries) > MOST_ENTRIES:
            log.warning(
                "%s of %s is too long; its newest entries are read.", feed.title, self._name
            )
            return FeedRead(read.entries[-MOST_ENTRIES:], read.whole)
        return read

    def _old(self, read: FeedRead, since: datetime | None) -> dict[str, str]:
        """What was there before we began, or before `since`; then only what is dated."""
        dated = {one.key: one.post.published_at if one.post else None for one in read.entries}
        return {
            one.key: one.wording
            for one in read.entries
            if not _is_after(dated[one.key], since or self._began_at, unless_dated=bool(since))
        }

    def _new(
        self, read: FeedRead, place: FeedPlace, places: Places, answer: requests.Response
    ) -> Iterator[Arrival]:
        at = time.time()
        for entry in read.entries:
            known = place.seen.get(entry.key)
            if known != entry.wording:
                place.seen[entry.key] = entry.wording
                span = None if entry.number is None else partial(xml_span, number=entry.number)
                told = Listing(answer, span, hides_path=True, at=at)
                yield self._arrival(entry, places, told, edited=known is not None)

    def _arrival(self, entry: Entry, places: Places, told: Listing, *, edited: bool) -> Arrival:
        cursor = places.model_dump_json()
        if entry.post is None:
            self.skipped += 1
            return Unread(entry.record, entry.why, cursor)
        return Received(entry.post, entry.record, cursor, edited=edited, answer=told)


def _is_after(moment: datetime | None, began: datetime, *, unless_dated: bool) -> bool:
    return unless_dated if moment is None else moment >= began


def _short(tag: str | None) -> str:
    return tag if tag and len(tag) <= _LONGEST_TAG else ""
