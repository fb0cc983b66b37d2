"""Lemmy: posts and comments of several servers, by words or by community."""

import logging
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from pydantic import Field, ValidationError, field_validator, model_validator

from monitors.answer import Answers
from monitors.checking import Trial, numbered
from monitors.errors import SourceError, Why
from monitors.options import Options, read_options
from monitors.parts import Parts
from monitors.polling import polls
from monitors.source import Arrival, Reached, Source
from monitors.sources.feeds_posts import sha256_of
from monitors.sources.lemmy_posts import SOURCE, Seen, seen_of
from monitors.sources.lenient import json_of, record_of, table_of
from monitors.sources.recent import Memory, Reach
from monitors.web import ask, session
from records.outgoing import hosts_of

log = logging.getLogger(__name__)

PAGE = 50
"""The most that a server gives at once."""
MOST_PAGES = 60
_WRONG = "correct the name in communities (name@server), or the address in servers"
ADVICE = {
    Why.SIGN_IN: "take it out of servers, since it wants a sign-in",
    Why.FORBIDDEN: "take it out of servers, since it wants a sign-in",
    Why.ABSENT: _WRONG,
    Why.NOT_UNDERSTOOD: _WRONG,
}


class LemmyOptions(Options):
    """Which servers, and what to look at there."""

    servers: tuple[str, ...] = Field(min_length=1)
    queries: tuple[str, ...] = ()
    communities: tuple[str, ...] = ()
    every_seconds: float = Field(default=300.0, gt=0, le=86_400)
    quiet_after_hours: float | None = Field(default=None, gt=0)

    @field_validator("servers")
    @classmethod
    def _are_web_addresses(cls, servers: tuple[str, ...]) -> tuple[str, ...]:
        if not all(one.startswith(("https://", "http://")) for one in servers):
            raise ValueError("each begins with https:// or http://")
        return tuple(one.rstrip("/") for one in servers)

    @model_validator(mode="after")
    def _look_at_something(self) -> "LemmyOptions":
        if not any(one.strip() for one in (*self.queries, *self.communities)):
            raise ValueError("give queries or communities")
        return self


@dataclass(frozen=True, slots=True)
class _Server:
    """One server; in errors it is called by its number."""

    key: str
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class _List:
    """One list of a server, the newest first: where it is, what is asked, and its name there."""

    path: str
    asked: Mapping[str, str]
    holds: str
    title: str
    """By which it may be spoken of, without what is searched for."""


def build(name: str, options: Mapping[str, object]) -> Source:
    """The source `name`; nothing is asked for yet."""
    return LemmySource(name, read_options(name, LemmyOptions, options))


def reaches(name: str, options: Mapping[str, object]) -> tuple[str, ...]:
    """The servers."""
    return hosts_of(*read_options(name, LemmyOptions, options).servers)


class LemmySource:
    """A post that several servers know comes once; a server that fails does not stop the others."""

    reads_back = timedelta(days=7)

    def __init__(self, name: str, options: LemmyOptions) -> None:
        self._name = name
        self._options = options
        self._began = int(time.time())
        self._session = session()
        self._answers = Answers()
        self._answers.watch(self._session)
        self._lists = tuple(_lists(options))
        self._servers = tuple(
            _Server(sha256_of(url), url, f"Lemmy server {number}")
            for number, url in enumerate(options.servers, 1)
        )
        self._parts = Parts(name, "servers", len(self._servers))
        self.skipped = 0
        hours = options.quiet_after_hours
        self.quiet_after_seconds = None if hours is None else hours * 3600

    @property
    def name(self) -> str:
        """As in the configuration."""
        return self._name

    @property
    def trouble(self) -> str:
        """How many servers can't be read, where some can."""
        return self._parts.trouble

    def receive(self, cursor: str | None, stop: threading.Event) -> Iterator[Arrival | None]:
        """New posts and comments, edits and deletions; raises when no server can be read."""
        memory = self._memory(cursor)

        def look() -> Iterator[Arrival]:
            for server in self._servers:
                if not stop.is_set() and self._parts.is_due(server.key):
                    yield from self._read(server, memory)
            memory.forget(int(time.time()))
            yield Reached(memory.model_dump_json())
            self._parts.fail_if_all_do()

        yield from polls(look, self._options.every_seconds, stop)

    def cursor_since(self, moment: datetime) -> str:
        """From `moment` on: at most so many posts of each list as a look reads."""
        since = int(moment.timestamp())
        reach = {one.key: Reach(began=since, since=since) for one in self._servers}
        return Memory(reach=reach).model_dump_json()

    def check(self) -> Sequence[str]:
        """Ask each server for the newest of each list."""
        faults: list[str] = []
        for server in self._servers:
            trial = Trial(ADVICE)
            for one in self._lists:
                asked = {**one.asked, "sort": "New", "limit": "1", "page": "1"}
                trial.ask(f"The {one.title}", partial(self._page, server, one, asked))
            faults += trial.faults
        return faults

    def _memory(self, cursor: str | None) -> Memory:
        try:
            kept = Memory.model_validate_json(cursor) if cursor is not None else Memory(reach={})
        except ValidationError:
            raise SourceError(
                "The place kept for Lemmy is not one of its own.", again=False
            ) from None
        for server in self._servers:
            kept.reach.setdefault(server.key, Reach(began=self._began, since=self._began))
        return kept

    def _read(self, server: _Server, memory: Memory) -> Iterator[Arrival]:
        now, reach = int(time.time()), memory.reach[server.key]
        back_to = reach.back_to(now)
        self._answers.begin()
        try:
            views = [view for one in self._lists for view in self._views(server, one, back_to)]
        except SourceError as fault:
            self._parts.has_failed(server.key, fault)
            return
        self._parts.has_been_read(server.key)
        known = [(seen_of(table_of(view), server.url), view) for view in reversed(views)]
        for seen, view in sorted(known, key=lambda one: _at(one[0], now)):
            at = int(_at(seen, now))
            if at >= back_to:
                yield from self._taken(memory, seen, view, at)
        reach.came_to(now)

    def _taken(self, memory: Memory, seen: Seen | None, view: object, at: int) -> Iterator[Arrival]:
        if seen is not None and seen.gone:
            yield from memory.gone(SOURCE, seen.id, at)
        elif seen is not None and seen.post is not None:
            yield from memory.found(seen.post, record_of(view), at, self._answers.now)
        else:
            for one in memory.unread(record_of(view), "It is neither a post nor a comment.", at):
                self.skipped += 1
                yield one

    def _views(self, server: _Server, one: _List, back_to: int) -> Iterator[object]:
        """All that are no older, page by page; what is pinned stands before what is newer."""
        before: list[object] = []
        for page in range(1, MOST_PAGES + 1):
            asked = {**one.asked, "sort": "New", "limit": str(PAGE), "page": str(page)}
            views = self._page(server, one, asked)
            yield from views
            times = [_at(seen_of(table_of(view), ""), 0) for view in views]
            if views == before or not any(moment >= back_to for moment in times):
                return
            before = views
        log.warning("%s has more new posts than can be read.", self._name)

    def _page(self, server: _Server, one: _List, asked: dict[str, str]) -> list[object]:
        answer = ask(server.title, self._session, f"{server.url}/api/v3/{one.path}", params=asked)
        try:
            views = table_of(json_of(answer.content)).get(one.holds)
        except ValueError:
            views = None
        if not isinstance(views, list):
            raise SourceError(
                f"{server.title} answers in a form that is not known.", why=Why.ODD_ANSWER
            )
        return views


def _lists(options: LemmyOptions) -> Iterator[_List]:
    queries, communities = (
        [one for one in some if one.strip()] for some in (options.queries, options.communities)
    )
    for number, query in enumerate(queries, 1):
        title = numbered("query", number, len(queries))
        yield _List("search", {"q": query, "type_": "Posts"}, "posts", title)
        yield _List("search", {"q": query, "type_": "Comments"}, "comments", title)
    for number, community in enumerate(communities, 1):
        title = numbered("community", number, len(communities))
        yield _List("post/list", {"community_name": community}, "posts", title)
        yield _List("comment/list", {"community_name": community}, "comments", title)


def _at(seen: Seen | None, now: int) -> float:
    """When it was said; what has no date was said just now."""
    return seen.published_at.timestamp() if seen and seen.published_at else now
