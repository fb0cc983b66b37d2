"""What all servers bring, put into one order: each post once, and the place after it."""

import json
import logging
import threading
from collections import OrderedDict
from typing import Any

from monitors.answer import Answer
from monitors.errors import SourceError
from monitors.feed import Give
from monitors.polling import Seen
from monitors.source import Reached, Received, Removed, Unread
from monitors.sources.mastodon_posts import (
    StatusUnreadableError,
    edited_at,
    id_of,
    is_public,
    order,
    post_of,
)

log = logging.getLogger(__name__)

REMEMBERED = 100_000
"""So many posts are remembered by their number at a server, by which a removal is told."""


def read_places(cursor: str | None) -> dict[str, str]:
    """The place of each channel; raises SourceError if `cursor` is none of ours."""
    if cursor is None:
        return {}
    try:
        places = json.loads(cursor)
    except (ValueError, RecursionError):
        places = None
    if not isinstance(places, dict) or not all(isinstance(one, str) for one in places.values()):
        raise SourceError("The place kept for Mastodon is not one of Mastodon's.", again=False)
    return places


class Numbers:
    """Which post a server means by a number; kept for as long as the program runs."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._posts: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, server: str, number: str, post: str) -> None:
        """From now on `number` is that post; the oldest are forgotten."""
        with self._lock:
            self._posts[server, number] = post
            if len(self._posts) > self._most:
                self._posts.popitem(last=False)

    def post(self, server: str, number: str) -> str | None:
        """The post's id, if that post came by."""
        return self._posts.get((server, number))


class Intake:
    """Takes from many threads; what it gives carries the places of all channels.

    A place is given only after everything before it has been given, so that whoever keeps the
    cursor of the last post taken loses nothing.
    """

    def __init__(self, name: str, places: dict[str, str], numbers: Numbers) -> None:
        self._name = name
        self._places = places
        self._numbers = numbers
        self._seen = Seen(50_000)
        self._lock = threading.Lock()
        self._give: Give = lambda _: None
        self.began: dict[str, str] = {}
        """Where channels without a place were begun."""
        self.skipped = 0

    def open(self, give: Give) -> None:
        """From now on, what comes goes to `give`."""
        self._give = give

    def place(self, channel: str) -> str | None:
        """How far this channel has been read without a hole."""
        return self._places.get(channel)

    def begin(self, channel: str, at: str, known: list[Any]) -> None:
        """Read this channel from here on; what was there before is not new."""
        with self._lock:
            self._places[channel] = self.began[channel] = at
            for status in known:
                self._is_new(status)
            self._give(Reached(self._cursor()))

    def take(
        self,
        server: str,
        record: bytes,
        status: object,
        *,
        channel: str = "",
        reworded: bool = False,
        answer: Answer | None = None,
    ) -> bool:
        """Give the post, unless it came before; with `channel`, its place moves past it."""
        with self._lock:
            number = id_of(status)
            if channel and number and order(number) > order(self._places.get(channel, "")):
                self._places[channel] = number
            if not is_public(status):
                return False
            try:
                post = post_of(status)
            except StatusUnreadableError as fault:
                self._leave_out(record, str(fault))
                return False
            if number:
                self._numbers.keep(server, number, post.id)
            changed = edited_at(status)
            told = reworded and changed is None
            if not told and not self._seen.is_new(f"{post.id}\n{changed or ''}"):
                return False
            edited = reworded or bool(changed)
            self._give(Received(post, record, self._cursor(), edited=edited, answer=answer))
            return True

    def remember(self) -> None:
        """Give the places reached, as a sign that reading goes on."""
        with self._lock:
            self._give(Reached(self._cursor()))

    def take_unread(self, record: bytes, why: str) -> None:
        """Give what is no post at all."""
        with self._lock:
            self._leave_out(record, why)

    def remove(self, server: str, number: str) -> None:
        """The server says that a post is gone."""
        with self._lock:
            if post := self._numbers.post(server, number):
                self._give(Removed("mastodon", post, self._cursor()))

    def _is_new(self, status: object) -> bool:
        try:
            return self._seen.is_new(f"{post_of(status).id}\n{edited_at(status) or ''}")
        except StatusUnreadableError:
            return False

    def _leave_out(self, record: bytes, why: str) -> None:
        if not self._seen.is_new(f"unread\n{hash(record)}"):
            return
        self.skipped += 1
        if self.skipped.bit_count() == 1:  # the 1st, 2nd, 4th, 8th …: a flood must not fill the log
            log.warning("A post of %s was left out: %s", self._name, why)
        self._give(Unread(record, why, self._cursor()))

    def _cursor(self) -> str:
        return json.dumps(self._places, sort_keys=True, separators=(",", ":"))
