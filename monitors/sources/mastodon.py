"""Mastodon: timelines, hashtags and searches of several servers, as one source."""

import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, StringConstraints, field_validator, model_validator

from monitors.checking import numbered
from monitors.errors import SourceError
from monitors.feed import Feed, Give
from monitors.options import Options, read_options
from monitors.source import Arrival, Source
from monitors.sources.mastodon_check import faults_of
from monitors.sources.mastodon_intake import Intake, Numbers, read_places
from monitors.sources.mastodon_posts import id_at
from monitors.sources.mastodon_server import Channel, MastodonServer
from monitors.sources.mastodon_watch import Pace, Watch
from records.outgoing import hosts_of

LOOK_SECONDS = 0.1
SIGN_SECONDS = 30.0
"""How often we say that the others are read although one server is down."""
LOOKS_BACK = "looks_back"
"""Stands in a cursor that was made to look back, for which nothing is streamed."""
TIMELINE_OVERLAP = timedelta(minutes=1)
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}

Hashtag = Annotated[str, StringConstraints(pattern=r"^#?\w+$")]
Query = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class ServerOptions(Options):
    """One server, and the token of an account there if we have one."""

    url: str
    token: SecretStr | None = None

    @field_validator("url")
    @classmethod
    def _is_safe(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise ValueError("it begins with https://")
        return url.rstrip("/")


class MastodonOptions(Options):
    """Which servers, what of them, and how often."""

    servers: tuple[ServerOptions, ...] = Field(min_length=1)
    timeline: Literal["", "public", "local", "remote"] = ""
    hashtags: tuple[Hashtag, ...] = ()
    queries: tuple[Query, ...] = ()
    every_seconds: float = Field(default=60.0, gt=0, le=86_400)
    overlap_minutes: float = Field(default=10.0, ge=0, le=1440)
    """How late a post of another server may come in and still be found by looking."""
    reconcile_minutes: float = Field(default=10.0, gt=0, le=1440)
    """How often a stream is held against the timeline, since streams lose posts."""
    silence_seconds: float = Field(default=60.0, gt=0)
    """A stream says every 15 seconds that it is there: silence is an outage."""
    quiet_after_hours: float | None = Field(default=24.0, gt=0)

    @field_validator("hashtags")
    @classmethod
    def _without_sign(cls, hashtags: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(tag.removeprefix("#").lower() for tag in hashtags))

    @model_validator(mode="after")
    def _watches_something(self) -> "MastodonOptions":
        urls = [server.url for server in self.servers]
        if len(set(urls)) < len(urls):
            raise ValueError("the same server is named twice")
        if not (self.timeline or self.hashtags or self.queries):
            raise ValueError("name a timeline, hashtags or queries to look for")
        if self.queries and not any(server.token for server in self.servers):
            raise ValueError("queries need a token of at least one server")
        return self


def build(name: str, options: Mapping[str, object]) -> Source:
    """The source `name`; no server is asked before it is received from."""
    return MastodonSource(name, read_options(name, MastodonOptions, options))


def reaches(name: str, options: Mapping[str, object]) -> tuple[str, ...]:
    """The servers; many stream from a name below their own."""
    own = hosts_of(*(one.url for one in read_options(name, MastodonOptions, options).servers))
    return tuple(host for one in own for host in (one, f"*.{one}"))


class MastodonSource:
    """New public posts of all servers, each once, whichever server shows it first.

    With a token a server tells them as they come, and what is reworded or removed; without, it is
    looked at again and again. Servers fail one by one: `trouble` says which, the others go on, and
    the source as a whole fails when none of them can be read.

    `record` is the post's JSON as the server sent it (of a search, written anew). The cursor has
    one id for each server and feed.
    """

    reads_back = timedelta(days=7)

    def __init__(self, name: str, options: MastodonOptions) -> None:
        self._name = name
        self._options = options
        self._numbers = Numbers()
        self._began: dict[str, str] = {}
        self._skipped = 0
        self._intake: Intake | None = None
        self._watches: tuple[tuple[int, Watch], ...] = ()

    @property
    def name(self) -> str:
        """As in the configuration."""
        return self._name

    @property
    def skipped(self) -> int:
        """Posts that could not be understood."""
        return self._skipped + (self._intake.skipped if self._intake else 0)

    @property
    def quiet_after_seconds(self) -> float | None:
        """After how long without any post something is wrong."""
        hours = self._options.quiet_after_hours
        return None if hours is None else hours * 3600

    @property
    def trouble(self) -> str:
        """Which servers can't be read at the moment, by their place in the list, and why."""
        said = {number: watch.failure for number, watch in self._watches if watch.failure}
        of = len(self._options.servers)
        return " ".join(f"Server {number} of {of}: {failure}" for number, failure in said.items())

    @property
    def budget(self) -> str:
        """What is left to ask for where it is least."""
        lefts = [watch.left for _, watch in self._watches if watch.left]
        return "{} of {} requests left for now".format(*min(lefts)) if lefts else ""

    def receive(self, cursor: str | None, stop: threading.Event) -> Iterator[Arrival | None]:
        """All servers at once; None once every one of them has nothing more."""
        places = {**self._began, **read_places(cursor)}
        self._skipped = self.skipped
        self._intake = intake = Intake(self._name, places, self._numbers)
        looks_back = LOOKS_BACK in places
        self._watches = tuple(self._made(intake, streams=not looks_back))
        closed = threading.Event()
        feed = Feed(partial(self._run, intake, closed), partial(self._close, closed))
        arriving = feed.receive(stop)
        try:
            yield from self._read_back(arriving) if looks_back else self._going_on(arriving)
        finally:
            self._began.update(intake.began)

    def cursor_since(self, moment: datetime) -> str:
        """From `moment` on, where ids tell the time, as Mastodon's do; other makes' may not."""
        keys = [
            channel.key(server.url)
            for server in self._options.servers
            for channel in self._channels(searches=server.token is not None)
        ]
        return json.dumps({**dict.fromkeys(keys, id_at(moment)), LOOKS_BACK: "yes"})

    def check(self) -> Sequence[str]:
        """Ask each server for the newest of each feed and search."""
        faults: list[str] = []
        for number, server in enumerate(self._options.servers, 1):
            token = server.token.get_secret_value() if server.token else None
            title = numbered("Server", number, len(self._options.servers))
            channels = tuple(self._channels(searches=token is not None))
            connect = partial(MastodonServer, server.url, token, self._options.silence_seconds)
            faults += [f"{title}: {one}" for one in faults_of(connect, channels, token is not None)]
        return faults

    def _going_on(self, arriving: Iterator[Arrival | None]) -> Iterator[Arrival | None]:
        """None whenever nothing is waiting."""
        seen_alive = False
        for received in arriving:
            alive = self._alive(seen_alive)
            seen_alive = seen_alive or (alive and received is None)
            if received is not None or alive:
                yield received

    def _read_back(self, arriving: Iterator[Arrival | None]) -> Iterator[Arrival | None]:
        """None only once all that every server has been read for has been given."""
        over = False
        for received in arriving:
            if received is not None or over:
                yield received
            # Asked before it is looked whether more is waiting, for nothing comes in between.
            over = over or self._all_but_failed_are_read()

    def _alive(self, seen_alive: bool) -> bool:
        """Whether nothing is waiting: at first at one server, then at all of them."""
        return (all if seen_alive else any)(watch.caught_up for _, watch in self._watches)

    def _all_but_failed_are_read(self) -> bool:
        return all(watch.caught_up or watch.failure for _, watch in self._watches)

    def _made(self, intake: Intake, *, streams: bool) -> Iterator[tuple[int, Watch]]:
        for number, server in enumerate(self._options.servers, 1):
            token = server.token.get_secret_value() if server.token else None
            connect = partial(MastodonServer, server.url, token, self._options.silence_seconds)
            for channel in self._channels(searches=token is not None):
                told = streams and token is not None and channel.kind != "search"
                watch = Watch(
                    channel, server.url, connect, intake, self._pace(channel), streams=told
                )
                yield number, watch

    def _channels(self, *, searches: bool) -> Iterator[Channel]:
        if self._options.timeline:
            yield Channel("timeline", self._options.timeline)
        for tag in self._options.hashtags:
            yield Channel("hashtag", tag)
        if searches:
            for query in self._options.queries:
                yield Channel("search", query)

    def _pace(self, channel: Channel) -> Pace:
        options, whole = self._options, channel.kind == "timeline"
        overlap = timedelta(minutes=options.overlap_minutes)
        return Pace(
            every_seconds=options.every_seconds,
            reconcile_seconds=options.reconcile_minutes * 60,
            overlap=min(overlap, TIMELINE_OVERLAP) if whole else overlap,
            quiet_after_seconds=self.quiet_after_seconds if whole else None,
        )

    def _run(self, intake: Intake, closed: threading.Event, give: Give) -> None:
        """Keep all channels going; raises SourceError once none of them can be read."""
        intake.open(give)
        of = len(self._options.servers)
        for number, watch in self._watches:
            title = f"Server {number} of {of} of {self._name}"
            threading.Thread(target=watch.run, args=(title,), name=title, daemon=True).start()
        sign_at = time.monotonic() + SIGN_SECONDS
        while not closed.wait(LOOK_SECONDS):
            failures = [watch.failure for _, watch in self._watches]
            if all(failures):
                raise _the_most_hopeful([failure for failure in failures if failure])
            if time.monotonic() >= sign_at and self._all_but_failed_are_read():
                # Not None, which would say that nothing is missing.
                intake.remember()
                sign_at = time.monotonic() + SIGN_SECONDS

    def _close(self, closed: threading.Event) -> None:
        closed.set()
        for _, watch in self._watches:
            watch.close()


def _the_most_hopeful(failures: list[SourceError]) -> SourceError:
    """The one after which it is soonest worth trying again."""
    return min(failures, key=lambda one: (not one.again, one.wait_seconds or 0.0))
