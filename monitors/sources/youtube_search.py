"""New videos of YouTube: when it is time to search, and what of a search is new."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from monitors.errors import SourceError
from monitors.sources.lenient import record_of
from monitors.sources.youtube_asking import Asking
from monitors.sources.youtube_found import Found
from monitors.sources.youtube_posts import entries_of, published_at, video_id_of, video_of
from monitors.sources.youtube_web import NotThereError

SEARCH_LAGS = timedelta(hours=6)
"""After so long a new video can be found."""


class Searches:
    """Each search in its turn, so that the day's searches last."""

    def __init__(self, queries: Sequence[str], every_seconds: float) -> None:
        self._queries = queries
        self._every_seconds = every_seconds
        self._tried: dict[str, float] = {}
        self._searched: dict[str, float] = {}

    def made_at(self, moment: float) -> None:
        """All were made then, by an earlier run: starting again must not use up the searches."""
        for query in self._queries:
            self._tried.setdefault(query, moment)
            self._searched.setdefault(query, moment)

    def look(self, asking: Asking, found: Found, reached: float, began: float) -> float | None:
        """Make those for which it is time; up to when all of them have been made, if they have.

        `reached` is the answer of the look before; what is from before `began` is not new.
        """
        now = datetime.now(UTC).timestamp()
        for query in self._queries:
            if 0 <= now - self._tried.get(query, 0) < self._every_seconds:
                continue
            self._tried[query] = now  # also when it fails, or failures would use up the searches
            try:
                _search(asking, query, found, reached, began)
            except NotThereError:
                raise SourceError("YouTube does not let us search.") from None
            self._searched[query] = now
        if len(self._searched) < len(self._queries):
            return None
        return min(self._searched.values(), default=now)


def _search(asking: Asking, query: str, found: Found, reached: float, began: float) -> None:
    after = datetime.fromtimestamp(reached, UTC) - SEARCH_LAGS
    for answer in asking.found_videos(query, after):
        entries = [one for one in entries_of(answer) if _is_since(one, began)]
        whole = _whole(asking, entries)
        for entry in entries:
            id_ = video_id_of(entry)
            key = f"video/{id_}" if id_ else record_of(entry).hex()
            found.keep(key, whole.get(id_ or "", entry), video_of)


def _is_since(entry: object, began: float) -> bool:
    """Not from before the source was first started; what can't be read may be new."""
    moment = published_at(entry)
    return moment is None or moment.timestamp() >= began


def _whole(asking: Asking, entries: list[object]) -> dict[str, object]:
    """The videos with their whole descriptions, which searches cut."""
    ids = [id_ for one in entries if (id_ := video_id_of(one))]
    if not ids:
        return {}
    try:
        (answer,) = asking.videos(ids)
    except (SourceError, ValueError):
        return {}  # what the search shows is enough
    return {id_: one for one in entries_of(answer) if (id_ := video_id_of(one))}
