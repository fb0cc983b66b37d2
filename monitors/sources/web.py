"""Web pages and forums: given pages and the results of searches, read again and again."""

import logging
import threading
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import requests
from pydantic import ValidationError

from monitors.answer import PARAGRAPH, Listing
from monitors.errors import SourceError
from monitors.options import read_options
from monitors.parts import Parts
from monitors.politeness import AnsweredError, ForbiddenByRobotsError, Guest, StoppedError
from monitors.polling import polls
from monitors.public_web import public_session
from monitors.source import Arrival, Reached, Received, Source
from monitors.sources.feeds_posts import sha256_of
from monitors.sources.web_memory import Memory, PagePlace
from monitors.sources.web_options import WebOptions, is_profile
from monitors.sources.web_text import (
    NotAPageError,
    PageRead,
    post_of,
    read_page,
    record_of,
    result_links,
    same_site,
)
from records.outgoing import site_of

log = logging.getLogger(__name__)

MOST_BYTES = 5_000_000
DEADLINE_SECONDS = 30.0
LONGEST_HOLD = 3600.0
"""A page that answers with an error is left alone for its usual time, and no longer than this."""
SMALL_PART = 0.5
_LONGEST_TAG = 200
_NOT_MODIFIED = 304
_KINDS = {"Accept": "text/html, application/xhtml+xml, text/plain;q=0.8"}


@dataclass(frozen=True, slots=True)
class Place:
    """One address; in errors it is called by its number."""

    key: str
    url: str
    title: str
    result: bool = False


def build(name: str, options: Mapping[str, object]) -> Source:
    """The source `name`; nothing is asked for yet."""
    return WebSource(name, read_options(name, WebOptions, options))


def reaches(name: str, options: Mapping[str, object]) -> tuple[str, ...]:
    """The sites of the pages and searches, and those on which results may lie."""
    own = read_options(name, WebOptions, options)
    named = (*own.page_urls, *own.search_urls, *(one for one in own.follow if "://" in one))
    return tuple(dict.fromkeys(host for one in named for host in site_of(one)))


class WebSource:
    """New paragraphs of several pages; one page that fails does not stop the others.

    A page that is seen for the first time gives all its paragraphs, later only those that have
    not stood on it before. `record` is the paragraph as JSON. All paragraphs of one page share a
    cursor, so after a crash in the middle of a page its new ones come again, with the same ids.
    """

    def __init__(self, name: str, options: WebOptions) -> None:
        self._name = name
        self._options = options
        self._stop = threading.Event()
        session = public_session(
            deadline_seconds=DEADLINE_SECONDS,
            most_bytes=MOST_BYTES,
            loopback_ports=options.loopback_ports,
        )
        self._guest = Guest(
            session, seconds_between=options.seconds_between, contact=options.contact
        )
        self._pages = [self._place(f"Page {n}", url) for n, url in _numbered(options.page_urls)]
        self._searches = [
            self._place(f"Search {n}", url) for n, url in _numbered(options.search_urls)
        ]
        self._every_seconds = options.every_minutes * 60
        self._parts = Parts(name, "pages and searches", len(self._listed))
        self.skipped = 0

    @property
    def name(self) -> str:
        """As in the configuration."""
        return self._name

    @property
    def reads_back(self) -> timedelta:
        """As long as new text stays on the pages."""
        return timedelta(hours=self._options.reads_back_hours)

    @property
    def quiet_after_seconds(self) -> float | None:
        """Without anything new for so long, something is wrong."""
        hours = self._options.quiet_after_hours
        return None if hours is None else hours * 3600

    @property
    def trouble(self) -> str:
        """How many pages and searches can't be read, where some can."""
        return self._parts.trouble

    @property
    def _listed(self) -> list[Place]:
        return self._pages + self._searches

    def cursor_since(self, moment: datetime) -> str:  # noqa: ARG002 - pages don't tell when
        """From here everything that stands on the pages is given, whenever it was written."""
        return Memory().model_dump_json()

    def receive(self, cursor: str | None, stop: threading.Event) -> Iterator[Arrival | None]:
        """New paragraphs at each look; raises when nothing at all can be read."""
        memory = self._memory(cursor)
        self._stop = stop
        yield from polls(lambda: self._look(memory), self._every_seconds, stop)

    def check(self) -> Sequence[str]:
        """Ask for every page and search once, as slowly as always."""
        self._stop = threading.Event()
        return [fault for place in self._listed for fault in self._faults_of(place)]

    # A look.

    def _memory(self, cursor: str | None) -> Memory:
        try:
            memory = Memory() if cursor is None else Memory.model_validate_json(cursor)
        except ValidationError:
            raise SourceError("The place kept for these pages is not one.", again=False) from None
        memory.keep_only({page.key for page in self._pages})
        return memory

    def _look(self, memory: Memory) -> Iterator[Arrival]:
        try:
            for page in self._pages:
                if self._parts.is_due(page.key):
                    yield from self._tried(page, self._page(page, memory))
            for search in self._searches:
                if self._parts.is_due(search.key):
                    yield from self._tried(search, self._search(search, memory))
        except StoppedError:
            return
        memory.forget_results()
        yield Reached(memory.model_dump_json())
        self._parts.fail_if_all_do()

    def _tried(self, place: Place, reading: Iterator[Arrival]) -> Iterator[Arrival]:
        try:
            yield from reading
        except SourceError as fault:
            answered = isinstance(fault, AnsweredError)
            hold = min(self._every_seconds, LONGEST_HOLD) if answered else 0.0
            self._parts.has_failed(place.key, fault, hold)
        else:
            self._parts.has_been_read(place.key)

    def _search(self, search: Place, memory: Memory) -> Iterator[Arrival]:
        """The results of one search, those that were never read first, then the longest unread."""
        answer = yield from self._ask(search, PagePlace(), memory)
        results = [
            self._place(f"A result of {search.title.lower()}", url, result=True)
            for url in self._links(search, answer)
        ]
        results.sort(key=lambda one: memory.results.get(one.key, PagePlace()).asked)
        failed = []
        for result in results:
            try:
                yield from self._page(result, memory)
            except SourceError as fault:
                memory.results.setdefault(result.key, PagePlace()).asked = int(time.time())
                if fault.wait_seconds:
                    raise
                failed.append(fault)
        if results and len(failed) == len(results):
            raise failed[0]

    def _page(self, page: Place, memory: Memory) -> Iterator[Arrival]:
        places = memory.results if page.result else memory.pages
        place = places.get(page.key, PagePlace())
        answer = yield from self._ask(page, place, memory)
        if answer.status_code != _NOT_MODIFIED:
            told = Listing(answer, again=PARAGRAPH)
            read = self._read(page, answer)
            kept = memory.model_dump_json()
            for block in place.new_in(read.blocks):
                dated = None if place.seen else read.dated  # later ones are younger than the page
                post = post_of(block, key=page.key, url=page.url, title=read.title, dated=dated)
                yield Received(post, record_of(post), kept, answer=told)
            place.remember(read.blocks)
            place.etag = _short(answer.headers.get("ETag"))
            place.modified = _short(answer.headers.get("Last-Modified"))
        place.asked = int(time.time()) if page.result else 0
        places[page.key] = place
        yield Reached(memory.model_dump_json())

    def _ask(
        self, page: Place, place: PagePlace, memory: Memory
    ) -> Generator[Arrival, None, requests.Response]:
        headers = dict(_KINDS)
        headers |= {"If-None-Match": place.etag} if place.etag else {}
        headers |= {"If-Modified-Since": place.modified} if place.modified else {}
        waiting = self._guest.get(
            page.title, page.url, headers, self._stop, lambda url: _why_barred(page, url)
        )
        while True:
            try:
                next(waiting)
            except StopIteration as over:
                answer: requests.Response = over.value
                return answer
            yield Reached(memory.model_dump_json())  # None would say that the look is over

    def _read(self, page: Place, answer: requests.Response) -> PageRead:
        try:
            read = read_page(
                answer.content,
                answer.headers.get("Content-Type", ""),
                comments=self._options.include_comments,
                whole=self._options.whole_pages,
                now=datetime.now(UTC),
            )
        except NotAPageError:
            raise SourceError(f"What came from {page.title} is no page of text.") from None
        if not read.whole:
            log.warning("%s of %s is too long; its middle is left out.", page.title, self._name)
        return read

    def _links(self, search: Place, answer: requests.Response) -> list[str]:
        try:
            return result_links(
                answer.content,
                answer.headers.get("Content-Type", ""),
                answer.url,
                site=search.url,
                follow=self._options.follow,
                most=self._options.most_results,
            )
        except NotAPageError:
            raise SourceError(f"What came from {search.title} is no page of text.") from None

    def _place(self, title: str, url: str, *, result: bool = False) -> Place:
        """Its key changes when it would be read in another way."""
        chosen = f"{self._options.whole_pages} {self._options.include_comments}"
        return Place(sha256_of(url, chosen), url, title, result)

    def _faults_of(self, place: Place) -> Iterator[str]:
        try:
            for _ in (asking := _Asking(self._ask(place, PagePlace(), Memory()))):
                pass
            if place in self._searches:
                if not self._links(place, asking.answer):
                    yield (
                        f"{place.title} shows no results. Look at its address in a browser, and"
                        " set follow to what the addresses of its results begin with."
                    )
                return
            read = self._read(place, asking.answer)
        except ForbiddenByRobotsError as fault:
            yield f"{fault} Ask the site's owner for leave, or take it out of the list."
        except SourceError as fault:
            yield f"{fault} Look at its address in a browser, and set it right or take it out."
        else:
            if not read.blocks:
                yield f"{place.title} holds no text without scripts. Look for a feed of it instead."
            elif read.main_share < SMALL_PART and not self._options.whole_pages:
                yield (
                    f"Only a small part of {place.title} is taken for its main text. If people's"
                    " posts are missing, set whole_pages = true."
                )


class _Asking:
    """Gives what a generator yields, and keeps what it returns."""

    answer: requests.Response

    def __init__(self, asking: Generator[Arrival, None, requests.Response]) -> None:
        self._asking = asking

    def __iter__(self) -> Iterator[Arrival]:
        self.answer = yield from self._asking


def _why_barred(page: Place, url: str) -> str | None:
    if is_profile(url):
        return "to a person's profile, and those are not read."
    if page.result and not same_site(url, page.url):
        return "to another site."
    return None


def _numbered(urls: Sequence[str]) -> Iterator[tuple[int, str]]:
    return enumerate(urls, 1)


def _short(tag: str | None) -> str:
    return tag if tag and len(tag) <= _LONGEST_TAG else ""
