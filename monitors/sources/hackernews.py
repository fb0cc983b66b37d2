"""Hacker News, by its public search: stories and comments that match chosen words."""

import logging
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from pydantic import Field, ValidationError, field_validator

from monitors.answer import Answers
from monitors.checking import Trial
from monitors.errors import SourceError, Why
from monitors.options import Options, read_options
from monitors.polling import polls
from monitors.source import Arrival, Reached, Source
from monitors.sources.lenient import (
    json_of,
    list_of,
    moment_at,
    moment_of,
    number_of,
    record_of,
    table_of,
    text_of,
)
from monitors.sources.markup import plain
from monitors.sources.recent import CHECKED_SECONDS, Memory, Reach
from monitors.web import ask, session
from records.outgoing import hosts_of
from records.post import Author, Context, Post

log = logging.getLogger(__name__)

SOURCE, TITLE, PLACE = "hackernews", "Hacker News", "search"
PAGE = 1000
"""The most that one search gives; what is older is asked for anew."""
MOST_CHECKS = 300


class HackerNewsOptions(Options):
    """What to search for, and how often."""

    queries: tuple[str, ...] = Field(min_length=1)
    url: str = "https://hn.algolia.com/api/v1"
    items_url: str = "https://hacker-news.firebaseio.com/v0"
    every_seconds: float = Field(default=300.0, gt=0, le=86_400)
    quiet_after_hours: float | None = Field(default=None, gt=0)

    @field_validator("queries")
    @classmethod
    def _hold_words(cls, queries: tuple[str, ...]) -> tuple[str, ...]:
        if not all(query.strip() for query in queries):
            raise ValueError("one of them is empty")
        return queries


def build(name: str, options: Mapping[str, object]) -> Source:
    """The source `name`; nothing is asked for yet."""
    return HackerNewsSource(name, read_options(name, HackerNewsOptions, options))


def reaches(name: str, options: Mapping[str, object]) -> tuple[str, ...]:
    """The search, and the posts one by one."""
    own = read_options(name, HackerNewsOptions, options)
    return hosts_of(own.url, own.items_url)


class HackerNewsSource:
    """Each look searches a little further back than the last one; known posts don't come again.

    `record` is the hit as JSON. Once an hour the posts found in the last two days are looked at
    one by one, since the search does not tell what was deleted.
    """

    reads_back = timedelta(days=365)

    def __init__(self, name: str, options: HackerNewsOptions) -> None:
        self._name = name
        self._options = options
        self._began = int(time.time()) - 1  # the search gives what is later than it is asked
        self._session = session()
        self._answers = Answers()
        self._answers.watch(self._session)
        self.skipped = 0
        hours = options.quiet_after_hours
        self.quiet_after_seconds = None if hours is None else hours * 3600

    @property
    def name(self) -> str:
        """As in the configuration."""
        return self._name

    def receive(self, cursor: str | None, stop: threading.Event) -> Iterator[Arrival | None]:
        """New posts, edits and deletions at each look."""
        memory = self._memory(cursor)
        yield from polls(lambda: self._look(memory), self._options.every_seconds, stop)

    def cursor_since(self, moment: datetime) -> str:
        """From `moment` on, however long ago."""
        since = int(moment.timestamp()) - 1  # the search gives what is later than it is asked
        return Memory(reach={PLACE: Reach(began=since, since=since)}).model_dump_json()

    def check(self) -> Sequence[str]:
        """Ask for what is said from now on, and for the very first post."""
        search, posts = Trial({Why.ABSENT: "correct url"}), Trial({Why.ABSENT: "correct items_url"})
        search.ask("", partial(self._page, self._options.queries[0], int(time.time()), None))
        posts.ask("", partial(self._json, f"{self._options.items_url}/item/1.json", None))
        return tuple(dict.fromkeys([*search.faults, *posts.faults]))

    def _memory(self, cursor: str | None) -> Memory:
        if cursor is None:
            return Memory(reach={PLACE: Reach(began=self._began, since=self._began)})
        try:
            memory = Memory.model_validate_json(cursor)
        except ValidationError:
            memory = Memory(reach={})
        if PLACE not in memory.reach:
            raise SourceError(f"The place kept for {TITLE} is not one of its own.", again=False)
        return memory

    def _look(self, memory: Memory) -> Iterator[Arrival]:
        now, reach = int(time.time()), memory.reach[PLACE]
        self._answers.begin()
        checks = reach.checks(now)
        found = [
            hit for query in self._options.queries for hit in self._hits(query, reach.back_to(now))
        ]
        found.reverse()  # the newest stand first, also within one second
        for hit in sorted(found, key=lambda one: number_of(table_of(one).get("created_at_i")) or 0):
            yield from self._taken(memory, hit, now)
        if checks:
            yield from self._deleted(memory, now)
        reach.came_to(now)
        memory.forget(now)
        yield Reached(memory.model_dump_json())

    def _taken(self, memory: Memory, hit: object, now: int) -> Iterator[Arrival]:
        post = post_of(table_of(hit))
        if post is None:
            for one in memory.unread(record_of(hit), "The hit is not a post.", now):
                self.skipped += 1
                yield one
            return
        at = int(post.published_at.timestamp()) if post.published_at else now
        yield from memory.found(post, record_of(hit), at, self._answers.now, returns=False)

    def _hits(self, query: str, back_to: int) -> Iterator[object]:
        """All that match and are no older; the newest first."""
        before: int | None = None
        while True:
            hits = self._page(query, back_to, before)
            yield from hits
            times = [number_of(table_of(hit).get("created_at_i")) for hit in hits]
            oldest = min((moment for moment in times if moment is not None), default=None)
            if len(hits) < PAGE or oldest is None or (before is not None and oldest + 1 >= before):
                return
            before = oldest + 1  # the oldest second again: the page may have ended within it

    def _page(self, query: str, back_to: int, before: int | None) -> list[Any]:
        times = f"created_at_i>{back_to}" + (f",created_at_i<{before}" if before else "")
        asked = {"query": query, "tags": "(story,comment)", "hitsPerPage": str(PAGE)}
        asked |= {"numericFilters": times}
        answer = table_of(self._json(f"{self._options.url}/search_by_date", asked))
        if not isinstance(answer.get("hits"), list):
            raise SourceError(f"{TITLE} answers in a form that is not known.", why=Why.ODD_ANSWER)
        return list_of(answer["hits"])

    def _deleted(self, memory: Memory, now: int) -> Iterator[Arrival]:
        """What was found in the last two days and is deleted or hidden now."""
        for id_, at in memory.still_there(now - CHECKED_SECONDS)[-MOST_CHECKS:]:
            try:
                item = table_of(self._json(f"{self._options.items_url}/item/{id_}.json", None))
            except SourceError as fault:
                log.warning("%s could not look for what was deleted: %s", self._name, fault)
                return
            if item.get("deleted") is True or item.get("dead") is True:
                yield from memory.gone(SOURCE, id_, at)

    def _json(self, url: str, asked: dict[str, str] | None) -> object:
        answer = ask(TITLE, self._session, url, params=asked)
        try:
            return json_of(answer.content)
        except ValueError:
            raise SourceError(
                f"{TITLE} answers in a form that is not known.", why=Why.ODD_ANSWER
            ) from None


def id_of(hit: Mapping[str, Any]) -> str | None:
    """The number of a post, which is also the number of its page."""
    number = number_of(hit.get("objectID"))
    return None if number is None or number < 0 else str(number)


def post_of(hit: Mapping[str, Any]) -> Post | None:
    """What a hit of the search says; None if it has no number or nothing to read."""
    id_ = id_of(hit)
    title = text_of(hit.get("title")) or text_of(hit.get("story_title"))
    body = text_of(hit.get("comment_text")) or text_of(hit.get("story_text"))
    if id_ is None or not (title or body):
        return None
    author = text_of(hit.get("author"))
    return Post(
        id=id_,
        source=SOURCE,
        text=plain(body).text if body else "",
        url=f"https://news.ycombinator.com/item?id={id_}",
        published_at=moment_at(hit.get("created_at_i")) or moment_of(hit.get("created_at")),
        author=Author(id=author, handle=author),
        context=Context(community=TITLE, title=title),
    )
