"""YouTube: new videos that a search finds, and comments on own channels and watched videos."""

import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from monitors.errors import SourceError, Why
from monitors.ledger import Ledger
from monitors.options import read_options
from monitors.polling import Seen, polls
from monitors.source import Arrival, Reached, Source, Unread
from monitors.sources.youtube_asking import Asking
from monitors.sources.youtube_check import faults_of
from monitors.sources.youtube_comments import COMMENTS_LAG, Comments, places_of
from monitors.sources.youtube_found import Found
from monitors.sources.youtube_options import YouTubeOptions
from monitors.sources.youtube_quota import Quota, until_midnight
from monitors.sources.youtube_search import SEARCH_LAGS, Searches
from monitors.sources.youtube_web import UsedUpError, Web
from records.outgoing import hosts_of

log = logging.getLogger(__name__)
logging.getLogger("googleapiclient").setLevel(logging.CRITICAL)  # it logs answers and addresses

READS_BACK = timedelta(days=30)
MOST_SEEN = 50_000
_PLACES = ("from", "videos", "comments")


def build(name: str, options: Mapping[str, object]) -> Source:
    """The source `name`; nothing is asked of YouTube yet."""
    return YouTubeSource(name, read_options(name, YouTubeOptions, options))


def reaches(name: str, options: Mapping[str, object]) -> tuple[str, ...]:
    """YouTube's programming interface."""
    return hosts_of(read_options(name, YouTubeOptions, options).url)


class YouTubeSource:
    """Videos and comments, oldest first within a look.

    The cursor holds the times up to which searches and comments were read. A look begins earlier
    than the last one ended, since both come late.
    """

    reads_back = READS_BACK

    def __init__(self, name: str, options: YouTubeOptions) -> None:
        self.name = name
        self.skipped = 0
        self.quiet_after_seconds = (
            None if options.quiet_after_hours is None else options.quiet_after_hours * 3600
        )
        self._options = options
        self._quota = Quota(
            options.api_key.get_secret_value(), options.searches_a_day, options.units_a_day
        )
        self._reached: dict[str, float] = {}
        self._looks_back = False
        """Until one look has been made whole: no search is put off, no lack is passed over."""
        self._seen = Seen(MOST_SEEN)
        self._told: set[str] = set()
        self._searches = self._all_searches()
        self._comments = Comments(
            places_of(options.channels, options.videos),
            lambda id_: self._tell_once(
                id_, "YouTube does not show the comments of one of its places"
            ),
        )

    @property
    def budget(self) -> str:
        """What may still be asked for today."""
        return self._quota.in_words(datetime.now(UTC))

    def receive(self, cursor: str | None, stop: threading.Event) -> Iterator[Arrival | None]:
        """What is new since `cursor`; SourceError when YouTube refuses or all quota is used."""
        self._go_to(cursor)
        yield from polls(self._look, self._options.every_seconds, stop)

    def cursor_since(self, moment: datetime) -> str:
        """From `moment` on, as far as the day's quota goes."""
        since = moment.timestamp()
        videos, comments = (since + lag.total_seconds() for lag in (SEARCH_LAGS, COMMENTS_LAG))
        reached = {"from": since, "videos": videos, "comments": comments}
        return _cursor(reached, looks_back=True)

    def count_in(self, ledger: Ledger) -> None:
        """Share the day's quota with all who use the key."""
        self._quota.count_in(ledger)

    def check(self) -> Sequence[str]:
        """What is wrong with key, channels or videos; takes a unit for each, and no search."""
        return faults_of(self._options, self._quota)

    def _go_to(self, cursor: str | None) -> None:
        now = datetime.now(UTC)
        self._looks_back = False
        if cursor is not None:
            self._reached, self._looks_back = _read(cursor)
        kept = self._reached or dict.fromkeys(_PLACES, now.timestamp())
        self._reached = {place: min(kept[place], now.timestamp()) for place in _PLACES}
        if self._looks_back:
            self._searches = self._all_searches()
        elif cursor is not None:
            self._searches.made_at(self._reached["videos"])
        self._quota.looks_back = self._looks_back
        self._quota.look(now)

    def _all_searches(self) -> Searches:
        return Searches(self._options.queries, self._options.search_seconds)

    # One look.

    def _look(self) -> Iterator[Arrival]:
        """Search where it is time to, read the comments; what came before a failure comes too."""
        before = dict(self._reached)
        found = Found()
        failures: list[SourceError] = []
        web = Web(self._options.api_key.get_secret_value())
        try:
            asking = Asking(web, self._options.url, self._quota)
            self._try(lambda: self._search(asking, found), failures)
            self._try(lambda: self._read_comments(asking, found), failures)
        finally:
            web.close()
        for key, arrival in found.in_order(
            _cursor(before, looks_back=self._looks_back), web.answers.now
        ):
            if self._seen.is_new(key):
                self.skipped += isinstance(arrival, Unread)
                yield arrival
        self._comments.given()
        short = bool(failures) and self._looks_back
        self._looks_back = short
        yield Reached(_cursor(self._reached, looks_back=short))
        if short:
            raise failures[0]
        self._raise_if_none_helps(failures)

    def _search(self, asking: Asking, found: Found) -> None:
        reached, began = self._until_now("videos"), self._until_now("from")
        self._reached["videos"] = self._searches.look(asking, found, reached, began) or reached

    def _read_comments(self, asking: Asking, found: Found) -> None:
        moment = datetime.now(UTC).timestamp()
        reached, began = self._until_now("comments"), self._until_now("from")
        self._comments.look(asking, found, reached, began)
        self._reached["comments"] = moment

    def _until_now(self, place: str) -> float:
        """How far it was read; our clock may have been ahead."""
        return min(self._reached[place], datetime.now(UTC).timestamp())

    def _try(self, read: Callable[[], None], failures: list[SourceError]) -> None:
        """Read; what fails is among the failures."""
        try:
            read()
        except UsedUpError:
            failures.append(self._used_up(datetime.now(UTC)))
        except SourceError as fault:
            failures.append(fault)

    def _raise_if_none_helps(self, failures: list[SourceError]) -> None:
        """One quota that is used up lets the other do its part; any other failure is told."""
        grave = [one for one in failures if not isinstance(one, UsedUpError)]
        comments = bool(self._options.channels or self._options.videos)
        if grave or len(failures) >= bool(self._options.queries) + comments:
            raise (grave or failures)[0]

    def _used_up(self, now: datetime) -> UsedUpError:
        self._tell_once(f"used up {self._quota.day(now)}", "the day's quota is used up")
        what = "Half of the day's" if self._quota.looks_back else "The day's"
        return UsedUpError(
            f"{what} quota of YouTube is used up; it is full again at midnight Pacific time.",
            wait_seconds=until_midnight(now),
            why=Why.USED_UP,
        )

    def _tell_once(self, key: str, what: str) -> None:
        if key not in self._told:
            self._told.add(key)
            log.warning("Of %s a part is not read: %s", self.name, what)


def _read(cursor: str) -> tuple[dict[str, float], bool]:
    """The times of the cursor, and whether it was made to look back."""
    try:
        kept = json.loads(cursor)
        places = {place: kept[place] for place in _PLACES}
        if not all(type(one) in {int, float} and 0 <= one < 1e11 for one in places.values()):  # noqa: PLR2004
            raise ValueError  # noqa: TRY301
    except (ValueError, TypeError, KeyError, RecursionError):
        raise SourceError(
            "The place kept for YouTube is not one of YouTube's.", again=False
        ) from None
    return places, kept.get("looks_back") is True


def _cursor(reached: Mapping[str, float], *, looks_back: bool) -> str:
    return json.dumps({**reached, **({"looks_back": True} if looks_back else {})})
