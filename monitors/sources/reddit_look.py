"""Looking at Reddit's listings: which pages are read, and what of them is told, without a network.

`ask` is given a path and its parameters and brings the listing.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitors.answer import Answers
from monitors.checking import numbered
from monitors.errors import SourceError
from monitors.source import Arrival, Reached, Received, Removed, Unread
from monitors.sources.reddit_memory import Memory, key_of
from monitors.sources.reddit_posts import (
    ThingUnreadableError,
    edited_at,
    fullname_of,
    is_comment,
    is_gone,
    mark_of,
    post_of,
    record_of,
    wording_of,
    written_at,
)
from monitors.sources.reddit_web import NotShownError

log = logging.getLogger(__name__)

PAGE, MOST_PAGES = 100, 10
"""A listing gives so many posts at once, and ends after so many pages."""
NEARLY_ALL = 900
"""Where so many are shown and the last are still new, there may have been more."""
AHEAD_SECONDS = 300.0
"""How far ahead of our clock a post's time may be, to be believed; else posts come twice."""
HIDDEN_SECONDS = 60.0
SLOW_SECONDS = 60.0
"""A look that takes longer is broken off between two places, and goes on with the next."""
_GONE = "gone"

Ask = Callable[[str, Mapping[str, str | int]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Place:
    """One listing of Reddit's, newest first; `key` stands for it in the cursor."""

    key: str
    path: str
    params: Mapping[str, str | int]
    title: str
    """By which it may be spoken of, without what is searched for."""


def places_of(
    secret: str, subreddits: Sequence[str], queries: Sequence[str], domains: Sequence[str]
) -> tuple[Place, ...]:
    """Each listing by itself, so that one that is not shown hides none of the others."""
    searched = {"sort": "new", "t": "all", "type": "link", "include_over_18": "on"}
    asked: list[tuple[str, str, dict[str, str | int], str]] = []
    for number, name in enumerate(subreddits, 1):
        title = numbered("Subreddit", number, len(subreddits))
        asked += [(f"r/{name}/{kind}/", f"r/{name.lower()}/{kind}", {}, title) for kind in _KINDS]
    for number, one in enumerate(queries, 1):
        title = numbered("Query", number, len(queries))
        asked.append(("r/all/search/", f"search {one}", {**searched, "q": one}, title))
    for number, one in enumerate(domains, 1):
        title = numbered("Domain", number, len(domains))
        asked.append((f"domain/{one}/new/", f"domain {one}", {}, title))
    return tuple(
        Place(key_of(named, secret), path, params, title) for path, named, params, title in asked
    )


_KINDS = ("comments", "new")


class Every:
    """Says once in so many seconds that it is time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._due_at = time.monotonic() + seconds

    def is_due(self) -> bool:
        """Whether it is time; if so, it is counted anew."""
        now = time.monotonic()
        if now < self._due_at:
            return False
        self._due_at = now + self._seconds
        return True


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a place shows, newest first, and whether more was new than it shows."""

    things: Sequence[object]
    cut_off: bool


class Look:
    """Looks at all places, one after the other."""

    def __init__(
        self,
        ask: Ask,
        skip: Callable[[str], None],
        places: Sequence[Place],
        *,
        thorough: Every,
        sweep: Every,
    ) -> None:
        """`ask` brings one page; `skip` is told why an entry could not be read."""
        self.answers = Answers()
        self._ask = ask
        self._skip = skip
        self._places = places
        self._thorough = thorough
        self._sweep = sweep
        self._turn = 0
        self._absent: set[str] = set()
        self._shown_before: dict[str, int] = {}

    def at_all(self, memory: Memory, stop: threading.Event) -> Iterator[Arrival]:
        """What one look brings; a place that is not shown is told of after all the others."""
        thorough = self._thorough.is_due()
        hidden: list[NotShownError] = []
        began = time.monotonic()
        for _ in self._places:
            if stop.is_set():
                return
            if time.monotonic() - began > SLOW_SECONDS:
                raise SourceError("Reddit answers so slowly that not all of it could be read yet.")
            place = self._next_place()
            self.answers.begin()
            try:
                shown = self._shown(place, memory, thorough=thorough)
            except NotShownError as fault:
                hidden.append(fault)
            else:
                yield from self._of(place, memory, shown)
        if not any(memory.marks.values()):
            yield Reached(memory.cursor())  # nothing is there, and so all that comes is new
        if self._sweep.is_due():
            yield from self._swept(memory)
        if hidden:
            raise SourceError(
                f"{len(hidden)} of {len(self._places)} listings can't be read: {hidden[0]}",
                wait_seconds=HIDDEN_SECONDS,
            )

    def _next_place(self) -> Place:
        """In turn, whatever fails: a slow or broken place must not keep the others waiting."""
        place = self._places[self._turn % len(self._places)]
        self._turn += 1
        return place

    def _shown(self, place: Place, memory: Memory, *, thorough: bool) -> _Shown:
        """Page for page until one holds nothing that is wanted."""
        things: list[object] = []
        after: object = None
        for _ in range(MOST_PAGES):
            listing = self._ask(place.path, _page(place, after))
            page, after = listing["children"], listing.get("after")
            things += page
            new = _holds_new(memory, place, page)
            overlaps = thorough and _reaches_overlap(memory, place, page)
            if not ((new or overlaps) and after and isinstance(after, str)):
                break
        self._see_that_it_is_not_emptied(place, len(things))
        return _Shown(things, cut_off=new and len(things) >= NEARLY_ALL)

    def _see_that_it_is_not_emptied(self, place: Place, count: int) -> None:
        """An empty listing where a full page stood is not health."""
        if not count and self._shown_before.get(place.key, 0) >= PAGE:
            raise NotShownError("Reddit shows nothing where many posts were.")
        self._shown_before[place.key] = max(count, self._shown_before.get(place.key, 0))

    def _of(self, place: Place, memory: Memory, shown: _Shown) -> Iterator[Arrival]:
        """What is new among it, oldest first."""
        no_later_than = time.time() + AHEAD_SECONDS
        if not memory.knows_place(place.key):
            memory.open(place.key, shown.things, no_later_than)
            for thing in shown.things:
                memory.saw(mark_of(thing), _wording(thing))
            if any(memory.marks.values()):  # or what the other places hold would all be new
                yield Reached(memory.cursor())
            return
        if shown.cut_off:
            log.warning("Reddit shows less than was posted since the last look: some was missed.")
        for thing in reversed(shown.things):
            new = memory.is_new(place.key, thing)
            memory.reached(place.key, written_at(thing), no_later_than)
            if new or mark_of(thing) in memory.wordings:
                yield from self._told(memory, thing, new=new)

    def _told(self, memory: Memory, thing: object, *, new: bool) -> Iterator[Arrival]:
        """A new post, a new wording, a removal, or nothing; what it says is remembered."""
        name = mark_of(thing)
        before = memory.wordings.get(name, "")
        if is_gone(thing) and (is_comment(thing) or not new):
            yield from _removed(memory, name)
            return
        try:
            post = post_of(thing)
        except ThingUnreadableError as fault:
            memory.saw(name, "")
            if new:
                self._skip(str(fault))
                if fullname_of(thing):
                    memory.gave(name)
                yield Unread(record_of(thing), str(fault), memory.cursor())
            return
        wording = wording_of(post)
        memory.saw(name, wording)
        if new or _is_edited(memory, thing, before, wording):
            memory.gave(name)
            told = self.answers.now
            yield Received(post, record_of(thing), memory.cursor(), edited=not new, answer=told)

    def _swept(self, memory: Memory) -> Iterator[Arrival]:
        """Ask for the last posts given by their ids; gone is what is empty, or missing twice."""
        names = list(memory.given)
        for first in range(0, len(names), PAGE):
            asked = names[first : first + PAGE]
            self.answers.begin()
            listing = self._ask("api/info/", {"id": ",".join(asked)})
            here = {fullname_of(thing): thing for thing in listing["children"]}
            for name in asked:
                if name in here:
                    self._absent.discard(name)
                    yield from self._told(memory, here[name], new=False)
                elif name in self._absent:
                    self._absent.discard(name)
                    yield from _removed(memory, name)
                else:
                    self._absent.add(name)


def _is_edited(memory: Memory, thing: object, before: str, wording: str) -> bool:
    """Another wording than we know, or where we know none, one given since we last looked."""
    if before:
        return before != wording
    moment, began = edited_at(thing), memory.began
    return moment is not None and began is not None and moment >= began


def _removed(memory: Memory, name: str) -> Iterator[Arrival]:
    if memory.wordings.get(name) == _GONE:
        return
    memory.saw(name, _GONE)
    memory.given.pop(name, None)
    yield Removed("reddit", name, memory.cursor())


def _page(place: Place, after: object) -> Mapping[str, str | int]:
    return {**place.params, "limit": PAGE} | ({"after": str(after)} if after else {})


def _holds_new(memory: Memory, place: Place, page: Sequence[object]) -> bool:
    return memory.knows_place(place.key) and any(memory.is_new(place.key, one) for one in page)


def _reaches_overlap(memory: Memory, place: Place, page: Sequence[object]) -> bool:
    """Whether all of it is of the time that a thorough look reads again."""
    if not memory.knows_place(place.key):
        return False
    until = memory.wanted_until(place.key)
    return all((written_at(one) or until) >= until for one in page)


def _wording(thing: object) -> str:
    if is_gone(thing):
        return _GONE
    try:
        return wording_of(post_of(thing))
    except ThingUnreadableError:
        return ""
