"""X: public posts that match searches, within a daily sum; a live stream where the plan has it.

No account is followed, searched for or looked up: the only thing asked of an author is the id
that comes with the post.
"""

import hashlib
import json
import logging
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from monitors.answer import Answer, Answers
from monitors.errors import SourceError
from monitors.feed import Feed, Give
from monitors.ledger import Ledger
from monitors.options import read_options
from monitors.polling import Seen, polls
from monitors.source import Arrival, Reached, Received, Source, Unread
from monitors.sources.lenient import table_of
from monitors.sources.x_check import faults_of
from monitors.sources.x_options import FEWEST_A_PAGE, XOptions
from monitors.sources.x_posts import (
    PostUnreadableError,
    id_at,
    id_of,
    is_edit,
    post_of,
    record_of,
    resources,
)
from monitors.sources.x_search import Search, data_of
from monitors.sources.x_session import x_session
from monitors.sources.x_spending import Advance, Spending
from monitors.sources.x_stream import Connection
from records.outgoing import hosts_of

log = logging.getLogger(__name__)
logging.getLogger("tweepy").setLevel(logging.CRITICAL)  # it logs answers and the token

NOTICE = (
    "X's terms forbid surveillance of people. %s reads posts that match its searches; it builds "
    "no profiles, follows no accounts and collects nobody's history."
)
READS_BACK = timedelta(days=7)
JUST_INSIDE = timedelta(minutes=5)
SETTLES = timedelta(seconds=60)
"""After so long a post can be found by search."""
CONNECTS, CONNECTS_SECONDS = 50, 900.0


def build(name: str, options: Mapping[str, object]) -> Source:
    """The source `name`; nothing is asked of X yet."""
    return XSource(name, read_options(name, XOptions, options))


def reaches(name: str, options: Mapping[str, object]) -> tuple[str, ...]:
    """X's programming interface."""
    return hosts_of(read_options(name, XOptions, options).url)


class XSource:
    """Posts by recent search, oldest first; with `stream` by the filtered stream as well.

    The cursor holds a post's number, from which a search goes on. Numbers tell the time; one look
    begins a minute before the last ended, since search lags.
    """

    reads_back = READS_BACK

    def __init__(self, name: str, options: XOptions) -> None:
        self.name = name
        self.skipped = 0
        self.quiet_after_seconds = (
            None if options.quiet_after_hours is None else options.quiet_after_hours * 3600
        )
        self._options = options
        self._spending = Spending(
            options.bearer_token.get_secret_value(), options.dollars_a_day, options.dollars_a_post
        )
        self._search = Search(options, self._spending)
        self._since: int | None = None
        self._seen = Seen()
        self._connects: deque[float] = deque(maxlen=CONNECTS)
        self._noticed = False

    @property
    def budget(self) -> str:
        """What may still be spent today."""
        return self._spending.in_words(datetime.now(UTC))

    def receive(self, cursor: str | None, stop: threading.Event) -> Iterator[Arrival | None]:
        """What is new since `cursor`; SourceError when X refuses or the day's sum is spent."""
        if not self._noticed:
            log.warning(NOTICE, self.name)
            self._noticed = True
        self._go_to(cursor)
        if self._options.stream and not self._spending.looks_back:
            yield from self._live(stop)
        else:
            yield from polls(self._look, self._options.every_seconds, stop)

    def cursor_since(self, moment: datetime) -> str:
        """From `moment` on, by search; X lets it go back seven days."""
        return self._cursor(id_at(moment), looks_back=True)

    def count_in(self, ledger: Ledger) -> None:
        """Share the day's total with all who use the token."""
        self._spending.count.ledger = ledger

    def check(self) -> Sequence[str]:
        """What is wrong with token, searches or plan; costs nothing."""
        return faults_of(self._options, self._search)

    # Where we are, and what it has cost.

    def _go_to(self, cursor: str | None) -> None:
        now = datetime.now(UTC)
        self._spending.looks_back = False
        if cursor is not None:
            self._since, self._spending.looks_back = _read(cursor)
        newest, oldest = id_at(now - SETTLES), id_at(now - READS_BACK + JUST_INSIDE)
        self._since = min(max(newest if self._since is None else self._since, oldest), newest)
        self._spending.count.look(now)

    def _cursor(self, since: int, *, looks_back: bool | None = None) -> str:
        back = self._spending.looks_back if looks_back is None else looks_back
        return json.dumps({"since": since, **({"looks_back": True} if back else {})})

    # By search.

    def _look(self) -> Iterator[Arrival]:
        """One look over all searches; what was found before a failure is yielded too."""
        settled = id_at(datetime.now(UTC) - SETTLES)
        since = min(self._since or 0, settled)  # our clock may have been ahead
        edge = settled
        found: list[tuple[object, Mapping[str, Any]]] = []
        failure, answers = None, Answers()
        try:
            with x_session(self._options.url) as session:
                answers.watch(session)
                for query in self._options.queries:
                    for answer in self._search.pages(session, query, since):
                        found += [
                            (one, table_of(answer.get("includes"))) for one in data_of(answer)
                        ]
        except SourceError as fault:
            failure = fault
            edge = since  # what was not reached lies between
        for one, includes in sorted(found, key=lambda pair: id_of(pair[0]) or 0):
            place = max(since, min(id_of(one) or 0, edge))
            record = record_of(one, includes)
            arrival = self._arrival(one, includes, record, place, answers.now)
            if self._is_new(arrival):
                yield arrival
        self._since = edge
        yield Reached(self._cursor(edge))
        if failure:
            raise failure

    def _arrival(
        self, found: object, includes: Mapping[str, Any], record: bytes, since: int, told: Answer
    ) -> Received | Unread:
        place = self._cursor(since)
        try:
            if not isinstance(found, dict):
                raise PostUnreadableError("The post is of an unknown shape.")  # noqa: TRY301
            post, edited = post_of(found, includes), is_edit(found)
            return Received(post, record, place, edited=edited, answer=told)
        except PostUnreadableError as fault:
            return Unread(record, str(fault), place)

    def _is_new(self, arrival: Arrival) -> bool:
        match arrival:
            case Received():
                return self._seen.is_new(arrival.post.url or arrival.post.id)
            case Unread():
                new = self._seen.is_new(hashlib.sha256(arrival.record).hexdigest())
                self.skipped += new
                return new
            case _:
                return True

    # By the stream.

    def _live(self, stop: threading.Event) -> Iterator[Arrival | None]:
        """One connection long; search fills what lies before it, and once more when it settles."""
        things = self._options.things_a_post
        with Advance(self._spending, things, things * FEWEST_A_PAGE) as advance:
            self._may_connect()
            yield from self._connected(
                Connection(self._options, partial(self._take, advance)), stop
            )

    def _connected(self, connection: Connection, stop: threading.Event) -> Iterator[Arrival | None]:
        looks = deque([0.0, time.monotonic() + SETTLES.total_seconds()])
        before: str | None = None  # the place to go on from, once the search has failed
        for arrival in Feed(connection.run, connection.stop).receive(stop):
            listening = connection.listening
            if listening and looks and time.monotonic() >= looks[0]:
                looks.popleft()
                try:
                    yield from self._look()
                except SourceError as fault:
                    before = self._cursor(self._since or 0)
                    looks.clear()
                    connection.end(fault)
            if arrival is None:
                if listening and before is None:
                    yield None
            elif self._is_new(arrival):  # paid for, so it comes even after a failure
                yield replace(arrival, cursor=before or arrival.cursor)

    def _may_connect(self) -> None:
        """X takes so many connections in a quarter of an hour."""
        moment = time.monotonic()
        if len(self._connects) == CONNECTS and moment - self._connects[0] < CONNECTS_SECONDS:
            raise SourceError(
                "X was connected to as often as it lets us.",
                wait_seconds=CONNECTS_SECONDS - (moment - self._connects[0]),
            )
        self._connects.append(moment)

    def _take(self, advance: Advance, line: bytes, told: Answer, give: Give) -> None:
        """One message of the stream; it has been paid for, whatever is in it."""
        place = max(self._since or 0, id_at(datetime.now(UTC) - SETTLES))
        try:
            message = table_of(json.loads(line))
        except (ValueError, RecursionError):
            give(Unread(line, "The message could not be decoded.", self._cursor(place)))
            advance.pay(1)
            return
        if "data" in message:
            near = table_of(message.get("includes"))
            give(self._arrival(message["data"], near, line, place, told))
        elif "errors" in message:
            raise SourceError("X ended the stream with an error.")
        advance.pay(resources(message))


def _read(cursor: str) -> tuple[int, bool]:
    """The number from which to go on, and whether that is to look back."""
    try:
        kept = json.loads(cursor)
        since = kept["since"]
        if type(since) is not int or since < 0:
            raise ValueError  # noqa: TRY301
    except (ValueError, TypeError, KeyError, RecursionError):
        raise SourceError("The place kept for X is not one of X's.", again=False) from None
    return since, kept.get("looks_back") is True
