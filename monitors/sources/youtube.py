"""YouTube: new videos that a search finds, and comments on own channels and watched videos."""

import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from googleapiclient.discovery import build as build_client
from googleapiclient.errors import Error as ClientError

from monitors.errors import SourceError
from monitors.options import read_options
from monitors.polling import Seen, polls
from monitors.source import Arrival, Reached, Received, Source, Unread
from monitors.sources.lenient import record_of, table_of, text_of
from monitors.sources.youtube_options import YouTubeOptions
from monitors.sources.youtube_posts import (
    EntryUnreadableError,
    answers_in,
    answers_told,
    changed_at,
    comment_of,
    entries_of,
    first_of,
    is_edit,
    published_at,
    video_id_of,
    video_of,
)
from monitors.sources.youtube_quota import Quota, until_midnight
from monitors.sources.youtube_web import NotThereError, UsedUpError, Web
from records.post import Post

log = logging.getLogger(__name__)
logging.getLogger("googleapiclient").setLevel(logging.CRITICAL)  # it logs answers and addresses

READS_BACK = timedelta(days=30)
SEARCH_LAGS = timedelta(hours=6)
"""After so long a new video can be found."""
COMMENTS_LAG = timedelta(hours=1)
"""So long a comment may be held back before it is shown with its first date."""
A_PAGE, A_LOOK_UP = 100, 50
MOST_PAGES = 50
MOST_SEEN = 50_000
MOST_FAULTS = 3
_PLACES = ("from", "videos", "comments")

Ask = Callable[..., Any]
Found = list[tuple[datetime, str, Received | Unread]]
"""What a look has gathered: when it was published, what it is known again by, and itself."""


def build(name: str, options: Mapping[str, object]) -> Source:
    """The source `name`; nothing is asked of YouTube yet."""
    return YouTubeSource(name, read_options(name, YouTubeOptions, options))


class YouTubeSource:
    """Videos and comments, oldest first within a look.

    The cursor holds the times up to which searches and comments were read, and the day's quota
    as it was used. A look begins earlier than the last one ended, since both come late.
    """

    reads_back = READS_BACK

    def __init__(self, name: str, options: YouTubeOptions) -> None:
        self.name = name
        self.skipped = 0
        self.quiet_after_seconds = (
            None if options.quiet_after_hours is None else options.quiet_after_hours * 3600
        )
        self._options = options
        self._quota = Quota(options.searches_a_day, options.units_a_day)
        self._reached: dict[str, float] = {}
        self._searched: dict[str, float] = {}
        self._seen = Seen(MOST_SEEN)
        self._tried: dict[str, float] = {}
        self._answers: dict[str, int] = {}
        self._told: set[str] = set()

    @property
    def budget(self) -> str:
        """What may still be asked for today."""
        return self._quota.in_words(datetime.now(UTC))

    def receive(self, cursor: str | None, stop: threading.Event) -> Iterator[Arrival | None]:
        """What is new since `cursor`; SourceError when YouTube refuses or all quota is used."""
        self._go_to(cursor)
        yield from polls(self._look, self._options.every_seconds, stop)

    def _go_to(self, cursor: str | None) -> None:
        now = datetime.now(UTC).timestamp()
        if cursor is not None:
            self._reached = self._remembered(cursor)
        kept = self._reached or dict.fromkeys(_PLACES, now)
        self._reached = {place: min(kept[place], now) for place in _PLACES}
        if cursor is not None:  # so that starting again and again does not use up the searches
            for query in self._options.queries:
                self._tried.setdefault(query, self._reached["videos"])
                self._searched.setdefault(query, self._reached["videos"])

    def _remembered(self, cursor: str) -> dict[str, float]:
        try:
            kept = json.loads(cursor)
            day = datetime.strptime(kept["day"], "%Y-%m-%d").date()  # noqa: DTZ007 - a day alone
            searches, units = kept["searches"], kept["units"]
            places = {place: kept[place] for place in _PLACES}
            counts = (searches, units, *places.values())
            if not all(type(one) in {int, float} and 0 <= one < 1e11 for one in counts):  # noqa: PLR2004
                raise ValueError  # noqa: TRY301
            self._quota.remember(day, int(searches), int(units))
        except (ValueError, TypeError, KeyError, RecursionError):
            raise SourceError(
                "The place kept for YouTube is not one of YouTube's.", again=False
            ) from None
        return places

    def _cursor(self) -> str:
        day, searches, units = self._quota.used(datetime.now(UTC))
        used = {"day": day.isoformat(), "searches": searches, "units": units}
        return json.dumps({**self._reached, **used})

    # One look.

    def _look(self) -> Iterator[Arrival]:
        """Search where it is time to, read the comments; what came before a failure comes too."""
        began = datetime.now(UTC)
        found: Found = []
        answers: dict[str, int] = {}
        failures: list[SourceError] = []
        web = Web(self._options.api_key.get_secret_value())
        try:
            client = _client(web, self._options.url)
            self._try(lambda: self._search(client, found), failures)
            if self._try(lambda: self._comments(client, found, answers), failures):
                self._reached["comments"] = began.timestamp()
        finally:
            web.close()
        for _, key, arrival in sorted(found, key=lambda one: one[0]):
            if self._seen.is_new(key):
                self.skipped += isinstance(arrival, Unread)
                yield arrival
        self._answers.update(answers)
        yield Reached(self._cursor())
        self._raise_if_none_helps(failures)

    def _try(self, read: Callable[[], None], failures: list[SourceError]) -> bool:
        """Whether it went well; if not, what failed is among the failures."""
        try:
            read()
        except UsedUpError:
            failures.append(self._used_up(datetime.now(UTC)))
        except SourceError as fault:
            failures.append(fault)
        else:
            return True
        return False

    def _raise_if_none_helps(self, failures: list[SourceError]) -> None:
        """One quota that is used up lets the other do its part; any other failure is told."""
        grave = [one for one in failures if not isinstance(one, UsedUpError)]
        comments = bool(self._options.channels or self._options.videos)
        if grave or len(failures) >= bool(self._options.queries) + comments:
            raise (grave or failures)[0]

    def _used_up(self, now: datetime) -> UsedUpError:
        self._tell_once(f"used up {self._quota.used(now)[0]}", "the day's quota is used up")
        return UsedUpError(
            "The day's quota of YouTube is used up; it is full again at midnight Pacific time.",
            wait_seconds=until_midnight(now),
        )

    def _tell_once(self, key: str, what: str) -> None:
        if key not in self._told:
            self._told.add(key)
            log.warning("Of %s a part is not read: %s", self.name, what)

    # Videos.

    def _search(self, client: Any, found: Found) -> None:
        now = datetime.now(UTC).timestamp()
        for query in self._options.queries:
            if now - self._tried.get(query, 0) < self._options.search_seconds:
                continue
            self._tried[query] = now  # also when it fails, or failures would use up the searches
            try:
                self._search_for(client, query, found)
            except NotThereError:
                raise SourceError("YouTube does not let us search.") from None
            self._searched[query] = now
        if len(self._searched) == len(self._options.queries):
            self._reached["videos"] = min(self._searched.values(), default=now)

    def _search_for(self, client: Any, query: str, found: Found) -> None:
        after = datetime.fromtimestamp(self._reached["videos"], UTC) - SEARCH_LAGS
        pages = self._pages(
            client.search().list,
            self._quota.take_search,
            self._quota.no_more_searches,
            part="snippet",
            type="video",
            order="date",
            maxResults=A_LOOK_UP,
            q=query,
            publishedAfter=after.strftime("%Y-%m-%dT%H:%M:%SZ"),
        )
        for answer in pages:
            entries = [one for one in entries_of(answer) if self._is_from_now_on(one)]
            whole = self._whole(client, entries)
            for entry in entries:
                id_ = video_id_of(entry)
                key = f"video/{id_}" if id_ else record_of(entry).hex()
                self._keep(found, key, whole.get(id_ or "", entry), video_of)

    def _is_from_now_on(self, entry: object) -> bool:
        """Not from before the source was first started; what can't be read may be new."""
        moment = published_at(entry)
        return moment is None or moment.timestamp() >= self._reached["from"]

    def _whole(self, client: Any, entries: list[object]) -> dict[str, object]:
        """The videos with their whole descriptions, which searches cut."""
        ids = [id_ for one in entries if (id_ := video_id_of(one))]
        if not ids:
            return {}
        try:
            (answer,) = self._pages(
                client.videos().list,
                self._quota.take_unit,
                self._quota.no_more_units,
                part="snippet",
                id=",".join(ids),
            )
        except (SourceError, ValueError):
            return {}  # what the search shows is enough
        return {id_: one for one in entries_of(answer) if (id_ := video_id_of(one))}

    # Comments.

    def _comments(self, client: Any, found: Found, answers: dict[str, int]) -> None:
        """Those of each channel and video; one that can't be read does not stop the rest."""
        targets = [("allThreadsRelatedToChannelId", one) for one in self._options.channels]
        targets += [("videoId", one) for one in self._options.videos]
        faults: list[SourceError] = []
        for kind, id_ in targets:
            try:
                self._threads(client, {kind: id_}, found, answers)
            except NotThereError:
                self._tell_once(id_, "YouTube does not show the comments of one of its places")
            except UsedUpError:
                raise
            except SourceError as fault:
                faults.append(fault)
                if not fault.again or fault.wait_seconds or len(faults) == MOST_FAULTS:
                    raise
        if faults:
            raise faults[0]

    def _threads(
        self, client: Any, of: dict[str, str], found: Found, answers: dict[str, int]
    ) -> None:
        pages = self._pages(
            client.commentThreads().list,
            self._quota.take_unit,
            self._quota.no_more_units,
            part="snippet,replies",
            order="time",
            maxResults=A_PAGE,
            textFormat="plainText",
            **of,
        )
        for answer in pages:
            threads = list(entries_of(answer))
            for thread in threads:
                self._keep_comment(found, first_of(thread) or thread, thread, answers=False)
                for one in self._answers_of(client, thread, answers):
                    self._keep_comment(found, one, thread, answers=True)
            if threads and not any(self._is_recent(first_of(one)) for one in threads):
                return

    def _answers_of(self, client: Any, thread: object, answers: dict[str, int]) -> Iterator[object]:
        """All answers, asked for when there are more than came with the thread, and new ones."""
        id_, told = text_of(table_of(thread).get("id")), answers_told(thread)
        came = answers_in(thread)
        known = self._answers.get(id_ or "")
        first_run = self._reached["comments"] <= self._reached["from"]
        if id_ is None or told <= len(came) or known == told or (known is None and first_run):
            yield from came
        else:
            pages = self._pages(
                client.comments().list,
                self._quota.take_unit,
                self._quota.no_more_units,
                part="snippet",
                parentId=id_,
                maxResults=A_PAGE,
                textFormat="plainText",
            )
            for answer in pages:
                yield from entries_of(answer)
        if id_ is not None:
            answers[id_] = told

    def _is_recent(self, entry: object) -> bool:
        """Whether it may be new; what has no date may be."""
        moment = changed_at(entry)
        since = self._reached["comments"] - COMMENTS_LAG.total_seconds()
        return moment is None or moment.timestamp() >= max(since, self._reached["from"])

    def _keep_comment(self, found: Found, entry: object, thread: object, *, answers: bool) -> None:
        if self._is_recent(entry):
            id_ = text_of(table_of(entry).get("id"))
            key = f"{id_}/{changed_at(entry)}" if id_ else record_of(entry).hex()
            self._keep(found, key, entry, lambda one: comment_of(one, thread, answers=answers))

    # Both.

    def _keep(self, found: Found, key: str, entry: object, read: Callable[[object], Post]) -> None:
        record, place = record_of(entry), self._cursor()
        try:
            post = read(entry)
        except EntryUnreadableError as fault:
            found.append((datetime.now(UTC), key, Unread(record, str(fault), place)))
            return
        arrival = Received(post, record, place, edited=is_edit(entry))
        found.append((post.published_at or datetime.now(UTC), key, arrival))

    def _pages(
        self, ask: Ask, take: Callable[[datetime], bool], no_more: Callable[[], None], **wanted: Any
    ) -> Iterator[Mapping[str, Any]]:
        """Page after page, each counted before it is asked for."""
        token: str | None = None
        for _ in range(MOST_PAGES):
            if not take(datetime.now(UTC)):
                raise UsedUpError
            further = {"pageToken": token} if token else {}
            try:
                answer = _asked(ask(**wanted, **further))
            except UsedUpError:
                no_more()
                raise
            yield answer
            before, token = token, text_of(answer.get("nextPageToken"))
            if token is None or token == before:
                return


def _client(web: Web, url: str) -> Any:
    return build_client(
        "youtube", "v3", http=web, static_discovery=True, client_options={"api_endpoint": url}
    )


def _asked(request: Any) -> Mapping[str, Any]:
    """What YouTube answers, as far as it can be read."""
    try:
        answer = request.execute()
    except (ValueError, RecursionError, ClientError):
        raise SourceError("The answer of YouTube can't be read.") from None
    if not isinstance(answer, dict) or not isinstance(answer.get("items"), list):
        raise SourceError("The answer of YouTube is not the list that was asked for.")
    return answer
