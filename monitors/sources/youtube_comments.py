"""Comments on YouTube: which threads and answers of each channel and video are looked through."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from monitors.errors import SourceError
from monitors.sources.lenient import record_of, table_of, text_of
from monitors.sources.youtube_asking import Asking
from monitors.sources.youtube_found import Found
from monitors.sources.youtube_posts import (
    answers_in,
    answers_told,
    changed_at,
    comment_of,
    entries_of,
    first_of,
)
from monitors.sources.youtube_web import NotThereError, UsedUpError

COMMENTS_LAG = timedelta(hours=1)
"""So long a comment may be held back before it is shown with its first date."""
MOST_FAULTS = 3


@dataclass(frozen=True, slots=True)
class Place:
    """A channel or a video whose comments are read, by the name of YouTube's own parameter."""

    kind: str
    id: str


def places_of(channels: Sequence[str], videos: Sequence[str]) -> tuple[Place, ...]:
    """The channels first."""
    return (
        *(Place("allThreadsRelatedToChannelId", one) for one in channels),
        *(Place("videoId", one) for one in videos),
    )


class Comments:
    """Knows how many answers each thread had, so that only threads with new ones are asked for."""

    def __init__(self, places: Sequence[Place], hidden: Callable[[str], None]) -> None:
        """`hidden` is told the id of a place whose comments can't be read."""
        self._places = places
        self._hidden = hidden
        self._answers: dict[str, int] = {}
        self._seen: dict[str, int] = {}

    def look(self, asking: Asking, found: Found, reached: float, began: float) -> None:
        """Those of each place since; one place that can't be read does not stop the rest."""
        look = _Look(asking, found, self._answers, reached, began)
        self._seen = look.answers
        faults: list[SourceError] = []
        for place in self._places:
            try:
                look.through(place)
            except NotThereError:
                self._hidden(place.id)
            except UsedUpError:
                raise
            except SourceError as fault:
                faults.append(fault)
                if not fault.again or fault.wait_seconds or len(faults) == MOST_FAULTS:
                    raise
        if faults:
            raise faults[0]

    def given(self) -> None:
        """All that the last look found has been given, so its answers need not be asked again."""
        self._answers.update(self._seen)


class _Look:
    """One look through the threads."""

    def __init__(
        self, asking: Asking, found: Found, known: dict[str, int], reached: float, began: float
    ) -> None:
        self.answers: dict[str, int] = {}
        self._asking = asking
        self._found = found
        self._known = known
        self._since = max(reached - COMMENTS_LAG.total_seconds(), began)
        self._first = reached <= began

    def through(self, place: Place) -> None:
        """Page after page until none of its threads may be new."""
        for answer in self._asking.threads({place.kind: place.id}):
            threads = list(entries_of(answer))
            for thread in threads:
                self._keep(first_of(thread) or thread, thread, answers=False)
                for one in self._answers_of(thread):
                    self._keep(one, thread, answers=True)
            if threads and not any(self._is_recent(first_of(one)) for one in threads):
                return

    def _answers_of(self, thread: object) -> Iterator[object]:
        """All answers, asked for when there are more than came with the thread, and new ones."""
        id_, told = text_of(table_of(thread).get("id")), answers_told(thread)
        came = answers_in(thread)
        known = self._known.get(id_ or "")
        if id_ is None or told <= len(came) or known == told or (known is None and self._first):
            yield from came
        else:
            for answer in self._asking.answers(id_):
                yield from entries_of(answer)
        if id_ is not None:
            self.answers[id_] = told

    def _is_recent(self, entry: object) -> bool:
        """Whether it may be new; what has no date may be."""
        moment = changed_at(entry)
        return moment is None or moment.timestamp() >= self._since

    def _keep(self, entry: object, thread: object, *, answers: bool) -> None:
        if self._is_recent(entry):
            id_ = text_of(table_of(entry).get("id"))
            key = f"{id_}/{changed_at(entry)}" if id_ else record_of(entry).hex()
            self._found.keep(key, entry, lambda one: comment_of(one, thread, answers=answers))
