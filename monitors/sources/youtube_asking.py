"""What YouTube is asked, through Google's client: each page is counted before it is asked for."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from googleapiclient.discovery import build as build_client
from googleapiclient.errors import Error as ClientError

from monitors.errors import SourceError, Why
from monitors.sources.lenient import text_of
from monitors.sources.youtube_quota import Quota
from monitors.sources.youtube_web import UsedUpError, Web

A_PAGE, A_LOOK_UP = 100, 50
MOST_PAGES = 50

Page = Mapping[str, Any]


class Asking:
    """Lists of videos and comments, page after page; raises UsedUpError when a quota is."""

    def __init__(self, web: Web, url: str, quota: Quota) -> None:
        self._client = build_client(
            "youtube",
            "v3",
            http=web,
            static_discovery=True,
            client_options={"api_endpoint": url},
        )
        self._quota = quota

    def found_videos(self, query: str, after: datetime) -> Iterator[Page]:
        """The videos that a search finds, the newest first."""
        yield from self._pages(
            self._client.search().list,
            self._quota.take_search,
            self._quota.no_more_searches,
            part="snippet",
            type="video",
            order="date",
            maxResults=A_LOOK_UP,
            q=query,
            publishedAfter=after.strftime("%Y-%m-%dT%H:%M:%SZ"),
        )

    def videos(self, ids: Iterable[str]) -> Iterator[Page]:
        """These videos."""
        asked_for = {"part": "snippet", "id": ",".join(ids)}
        yield from self._units(self._client.videos().list, **asked_for)

    def threads(self, of: Mapping[str, str], most: int = A_PAGE) -> Iterator[Page]:
        """The threads of comments on a channel or a video, the newest first."""
        yield from self._units(
            self._client.commentThreads().list,
            part="snippet,replies",
            order="time",
            maxResults=most,
            textFormat="plainText",
            **of,
        )

    def answers(self, thread: str) -> Iterator[Page]:
        """The answers of one thread."""
        yield from self._units(
            self._client.comments().list,
            part="snippet",
            parentId=thread,
            maxResults=A_PAGE,
            textFormat="plainText",
        )

    def _units(self, ask: Callable[..., Any], **wanted: Any) -> Iterator[Page]:
        yield from self._pages(ask, self._quota.take_unit, self._quota.no_more_units, **wanted)

    def _pages(
        self,
        ask: Callable[..., Any],
        take: Callable[[datetime], bool],
        no_more: Callable[[datetime], None],
        **wanted: Any,
    ) -> Iterator[Page]:
        token: str | None = None
        for _ in range(MOST_PAGES):
            if not take(datetime.now(UTC)):
                raise UsedUpError(why=Why.USED_UP)
            further = {"pageToken": token} if token else {}
            try:
                answer = _asked(ask(**wanted, **further))
            except UsedUpError:
                no_more(datetime.now(UTC))
                raise
            yield answer
            before, token = token, text_of(answer.get("nextPageToken"))
            if token is None or token == before:
                return


def _asked(request: Any) -> Page:
    """What YouTube answers, as far as it can be read."""
    try:
        answer = request.execute()
    except (ValueError, RecursionError, ClientError):
        raise SourceError("The answer of YouTube can't be read.", why=Why.ODD_ANSWER) from None
    if not isinstance(answer, dict) or not isinstance(answer.get("items"), list):
        raise SourceError(
            "The answer of YouTube is not the list that was asked for.", why=Why.ODD_ANSWER
        )
    return answer
