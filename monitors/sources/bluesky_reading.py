"""How far one reading of Bluesky has come, and what of it is still to be searched for."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from monitors.feed import Give
from monitors.source import Arrival, Missed, Reached, Received, Unread
from monitors.sources.bluesky_backfill import Backfill
from monitors.sources.bluesky_place import Place, Span, moment
from monitors.sources.bluesky_search import Search

NOT_THERE = "Bluesky's server no longer had this time."
SEARCHED = "Bluesky's server no longer had this time; it was searched for the chosen words only."


class Reading:
    """The place over several connections. What is missing stays in it until it was searched for."""

    def __init__(
        self, search: Search | None, queries: Sequence[str], place: Place | None, began: str
    ) -> None:
        """`place` is where to begin, None for now; `began` is when that is."""
        self.asked = place.at if place else None
        """Where the next connection begins: as far as everything has been taken."""
        self.backfill: Backfill | None = None
        self._search = search
        self._queries = queries
        self._at = self.asked or began
        self._missing: Span | None = None
        self._left: list[Arrival] = []
        if place and place.missing:
            self._left.append(self.lose(place.missing))

    @property
    def cursor(self) -> str:
        """After the event that came in last."""
        return self._written(self._at)

    def begin_at(self, at: str) -> None:
        """Begin the next connection there."""
        self.asked = self._at = at

    def step_back(self) -> None:
        """Begin the next connection a little earlier, since it is another server's."""
        if self.asked is not None:
            self.begin_at(Place(self.asked).a_little_earlier().at)

    def came_to(self, at: str, give: Give, missing: Span | None) -> None:
        """The stream has come to `at`, and begins only behind `missing`."""
        self._at = at
        if missing:
            give(self.lose(missing))

    def taken(self, arrival: Arrival) -> Arrival:
        """Everything up to this has been taken; as it came, with what is missing by now."""
        self.asked, _, missing = arrival.cursor.partition(" ")
        if bool(missing) is bool(self._missing):
            return arrival
        return replace(arrival, cursor=self._written(self.asked))

    def lose(self, span: Span) -> Missed:
        """From now on this is missing; it is searched for where we may."""
        if self._search is not None:
            self._missing = span.with_other(self._missing)
            self.close()
            self.backfill = Backfill(self._search, self._queries, self._missing)
        return self._missed(span, NOT_THERE)

    def begin_after(self, at: str) -> None:
        """The server no longer has the place asked for: begin at `at`."""
        if self.asked is not None and int(self.asked) < int(at):
            self._left.append(self.lose(Span(int(self.asked), int(at))))
        self.begin_at(at)

    def news(self) -> Iterator[Arrival]:
        """What searching has brought so far."""
        while self._left:
            yield self._left.pop(0)
        backfill = self.backfill
        if backfill is None:
            return
        finished = backfill.finished
        for record, post, answer in backfill.found():
            cursor = self._written(self.asked or self._at)
            if isinstance(post, str):
                yield Unread(record, post, cursor)
            else:
                yield Received(post, record, cursor, answer=answer)
        if finished:
            self.backfill, self._missing = None, None
            yield self._missed(backfill.span, SEARCHED)
            yield Reached(self._written(self.asked or self._at))

    def close(self) -> None:
        """End the search, if there is one."""
        if self.backfill:
            self.backfill.close()

    def _missed(self, span: Span, why: str) -> Missed:
        cursor = self._written(self.asked or self._at)
        return Missed(moment(span.began), moment(span.ended), why, cursor)

    def _written(self, at: str) -> str:
        return str(Place(at, self._missing)) if self._missing else at
