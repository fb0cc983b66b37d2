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
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
import tweepy

from monitors.errors import SourceError
from monitors.feed import Feed, Give
from monitors.options import read_options
from monitors.polling import Seen, polls
from monitors.source import Arrival, Reached, Received, Source, Unread
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
from monitors.sources.x_session import CLOSED, TITLE, x_session
from monitors.sources.x_spending import Spending, until_midnight
from monitors.web import trouble

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
MOST_A_PAGE = 100
CONNECTS, CONNECTS_SECONDS = 50, 900.0
TAG = "namewatch"
KNOWN = "DuplicateRule"
FIELDS = [
    "attachments", "author_id", "created_at", "edit_history_tweet_ids", "entities", "lang",
    "note_tweet", "referenced_tweets",
]  # fmt: skip
AROUND = {
    "expansions": ["attachments.media_keys", "referenced_tweets.id"],
    "media_fields": ["alt_text", "preview_image_url", "type", "url"],
}


def build(name: str, options: Mapping[str, object]) -> Source:
    """The source `name`; nothing is asked of X yet."""
    return XSource(name, read_options(name, XOptions, options))


class XSource:
    """Posts by recent search, oldest first; with `stream` by the filtered stream as well.

    The cursor holds a post's number, from which a search goes on, and what the day has cost.
    Numbers tell the time; one look begins a minute before the last ended, since search lags.
    """

    reads_back = READS_BACK

    def __init__(self, name: str, options: XOptions) -> None:
        self.name = name
        self.skipped = 0
        self.quiet_after_seconds = (
            None if options.quiet_after_hours is None else options.quiet_after_hours * 3600
        )
        self._options = options
        self._spending = Spending(options.dollars_a_day, options.dollars_a_post)
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
        if self._options.stream:
            yield from self._live(stop)
        else:
            yield from polls(self._look, self._options.every_seconds, stop)

    # Where we are, and what it has cost.

    def _go_to(self, cursor: str | None) -> None:
        now = datetime.now(UTC)
        if cursor is not None:
            self._since = self._remembered(cursor)
        newest, oldest = id_at(now - SETTLES), id_at(now - READS_BACK + JUST_INSIDE)
        self._since = min(max(newest if self._since is None else self._since, oldest), newest)

    def _remembered(self, cursor: str) -> int:
        try:
            kept = json.loads(cursor)
            day = datetime.strptime(kept["day"], "%Y-%m-%d").date()  # noqa: DTZ007 - a day alone
            spent, since = kept["spent"], kept["since"]
            if not (type(spent) is int and type(since) is int and min(spent, since) >= 0):
                raise ValueError  # noqa: TRY301
        except (ValueError, TypeError, KeyError, RecursionError):
            raise SourceError("The place kept for X is not one of X's.", again=False) from None
        self._spending.remember(day, spent)
        return since

    def _cursor(self, since: int) -> str:
        day, spent = self._spending.total(datetime.now(UTC))
        return json.dumps({"since": since, "day": day.isoformat(), "spent": spent})

    def _all_spent(self, now: datetime) -> SourceError:
        return SourceError(
            f"The {self._spending.cap_in_words} a day for X are spent; "
            "it is not read again before midnight UTC.",
            wait_seconds=until_midnight(now),
        )

    # By search.

    def _look(self) -> Iterator[Arrival]:
        """One look over all searches; what was found before a failure is yielded too."""
        since = self._since or 0
        edge = max(since, id_at(datetime.now(UTC) - SETTLES))
        found: list[tuple[object, Mapping[str, Any]]] = []
        failure = None
        try:
            with x_session(self._options.url) as session:
                for query in self._options.queries:
                    for answer in self._pages(session, query, since):
                        found += [(one, _table(answer.get("includes"))) for one in _data(answer)]
        except SourceError as fault:
            failure = fault
            edge = since  # what was not reached lies between
        for one, includes in sorted(found, key=lambda pair: id_of(pair[0]) or 0):
            place = max(since, min(id_of(one) or 0, edge))
            arrival = self._arrival(one, includes, record_of(one, includes), place)
            if self._is_new(arrival):
                yield arrival
        self._since = edge
        yield Reached(self._cursor(edge))
        if failure:
            raise failure

    def _pages(
        self, session: requests.Session, query: str, since: int
    ) -> Iterator[Mapping[str, Any]]:
        client = tweepy.Client(
            self._options.bearer_token.get_secret_value(), return_type=requests.Response
        )
        client.session = session
        token = None
        while True:
            now = datetime.now(UTC)
            most = min(self._spending.affords(now) // self._options.things_a_post, MOST_A_PAGE)
            if most < FEWEST_A_PAGE:
                raise self._all_spent(now)
            answer = _asked(
                lambda token=token, most=most: client.search_recent_tweets(
                    query, since_id=since, next_token=token, max_results=most, **self._wanted()
                )
            )
            self._spending.pay(resources(answer), datetime.now(UTC))
            meta = _table(answer.get("meta"))
            if not _data(answer) and meta.get("result_count") != 0:
                raise SourceError("The answer of X is not one to a search.")
            yield answer
            before, token = token, meta.get("next_token")
            if not (isinstance(token, str) and token) or token == before:
                return

    def _wanted(self) -> dict[str, list[str]]:
        return {"tweet_fields": FIELDS, **(AROUND if self._options.context else {})}

    def _arrival(
        self, found: object, includes: Mapping[str, Any], record: bytes, since: int
    ) -> Received | Unread:
        place = self._cursor(since)
        try:
            if not isinstance(found, dict):
                raise PostUnreadableError("The post is of an unknown shape.")  # noqa: TRY301
            return Received(post_of(found, includes), record, place, edited=is_edit(found))
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
        self._may_connect()
        connection = _Connection(self._options, self._wanted(), self._take)
        looks = deque([0.0, time.monotonic() + SETTLES.total_seconds()])
        before: str | None = None  # the place to go on from, once the search has failed
        for arrival in Feed(connection.run, connection.stop).receive(stop):
            if connection.listening and looks and time.monotonic() >= looks[0]:
                looks.popleft()
                try:
                    yield from self._look()
                except SourceError as fault:
                    before = self._cursor(self._since or 0)
                    looks.clear()
                    connection.end(fault)
            if arrival is None:
                if connection.listening and before is None:
                    yield None
            elif self._is_new(arrival):  # paid for, so it comes even after a failure
                yield replace(arrival, cursor=before or arrival.cursor)

    def _may_connect(self) -> None:
        """X takes so many connections in a quarter of an hour, and the day must be paid for."""
        now, moment = datetime.now(UTC), time.monotonic()
        if self._spending.affords(now) < self._options.things_a_post * FEWEST_A_PAGE:
            raise self._all_spent(now)
        if len(self._connects) == CONNECTS and moment - self._connects[0] < CONNECTS_SECONDS:
            raise SourceError(
                "X was connected to as often as it lets us.",
                wait_seconds=CONNECTS_SECONDS - (moment - self._connects[0]),
            )
        self._connects.append(moment)

    def _take(self, line: bytes, give: Give) -> None:
        """One message of the stream; it has been paid for, whatever is in it."""
        now = datetime.now(UTC)
        place = max(self._since or 0, id_at(now - SETTLES))
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            self._spending.pay(1, now)
            give(Unread(line, "The message could not be decoded.", self._cursor(place)))
            return
        message = _table(message)
        self._spending.pay(resources(message), now)
        if "data" in message:
            give(self._arrival(message["data"], _table(message.get("includes")), line, place))
        elif "errors" in message:
            raise SourceError("X ended the stream with an error.")
        if self._spending.affords(now) < self._options.things_a_post * FEWEST_A_PAGE:
            raise self._all_spent(now)


class _Connection(tweepy.StreamingClient):  # type: ignore[misc] # the library has no type marker
    """The library's client, but for one connection only, and with the messages as they came.

    The library connects again by itself, at once when X hangs up cleanly, and swallows what is
    raised while a message is read. Here any end is raised.
    """

    def __init__(self, options: XOptions, wanted: Mapping[str, Any], take: Any) -> None:
        super().__init__(
            options.bearer_token.get_secret_value(), return_type=requests.Response, max_retries=0
        )
        self.session = x_session(options.url, streams=1)
        self.session.hooks["response"].append(self._hold)
        self._queries = options.queries
        self._wanted = wanted
        self._take = take
        self._failure: Exception | None = None
        self._answer: requests.Response | None = None
        self._stopped = False
        self.listening = False

    def run(self, give: Give) -> None:
        """Listen until the connection ends; raises SourceError unless it was stopped."""
        self._give = give
        self._put_rules()
        self.filter(**self._wanted)
        if not self._stopped:
            raise self._failure or SourceError(CLOSED)

    def stop(self) -> None:
        """Hang up; called from another thread."""
        self._stopped = True
        self._hang_up()

    def end(self, failure: SourceError) -> None:
        """Hang up for this reason; called from another thread."""
        self._end(failure)
        self._hang_up()

    def _hang_up(self) -> None:
        self.disconnect()
        if self._answer is not None:
            with suppress(OSError, ValueError, RuntimeError):
                self._answer.raw.shutdown()

    def _put_rules(self) -> None:
        """Have X send what matches our searches, and no longer what earlier ones asked for."""
        rules = [_table(one) for one in _data(_asked(self.get_rules))]
        ours = {one.get("value"): one.get("id") for one in rules if one.get("tag") == TAG}
        if old := [id_ for query, id_ in ours.items() if query not in self._queries and id_]:
            _asked(lambda: self.delete_rules(old))
        if new := [one for one in self._queries if one not in ours]:
            put = _asked(lambda: self.add_rules([tweepy.StreamRule(one, TAG) for one in new]))
            if any(_table(one).get("title") != KNOWN for one in _items(put.get("errors"))):
                raise SourceError("X does not take one of the searches.", again=False)

    def _hold(self, answer: requests.Response, **_: Any) -> None:
        self._answer = answer

    def on_connect(self) -> None:
        self.listening = True
        if self._stopped:
            self.disconnect()

    def on_data(self, raw_data: bytes) -> None:
        self._take(raw_data, self._give)

    def on_closed(self, response: requests.Response) -> None:  # noqa: ARG002 - as inherited
        self._end(SourceError(CLOSED))

    def on_connection_error(self) -> None:
        lost = "X broke off, or has been silent for too long."
        self._end(SourceError(lost if self.listening else "X can't be reached."))

    def on_request_error(self, status_code: int) -> None:
        self._end(SourceError(f"X refused the connection (HTTP {status_code})."))

    def on_exception(self, exception: Exception) -> None:
        self._end(exception if isinstance(exception, SourceError) else trouble(TITLE, exception))

    def _end(self, failure: Exception) -> None:
        self._failure = self._failure or failure
        self.disconnect()


def _asked(ask: Any) -> Mapping[str, Any]:
    """What X answers, as far as it can be read."""
    try:
        answer = json.loads(ask().content)
    except requests.RequestException as fault:
        raise trouble(TITLE, fault) from None
    except (ValueError, RecursionError, tweepy.TweepyException):
        raise SourceError("The answer of X can't be read.") from None
    if not isinstance(answer, dict):
        raise SourceError("The answer of X can't be read.")
    return answer


def _data(answer: Mapping[str, Any]) -> Sequence[Any]:
    return _items(answer.get("data"))


def _items(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
