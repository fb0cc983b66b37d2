"""What the Reddit source knows of what it has read: how far, and the last posts by their ids."""

import hmac
import json
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from copy import deepcopy

from monitors.errors import SourceError
from monitors.sources.reddit_posts import fullname_of, mark_of, written_at

MOST_KNOWN = 20_000
MOST_SWEPT, MOST_IN_CURSOR = 1000, 300
_LETTERS = 10


def key_of(place: str, secret: str) -> str:
    """What stands for a place in the cursor, so that nothing that is searched for is written."""
    return hmac.digest(secret.encode(), place.encode(), "sha256").hex()[:_LETTERS]


def cursor_from(since: float, overlap_seconds: float, keys: Iterable[str]) -> str:
    """The cursor from which all that was written since is new, at each of these places."""
    return json.dumps({"until": dict.fromkeys(keys, since + overlap_seconds), "known": []})


class Memory:
    """Marks (the time of the newest post given of each place) and the posts that were seen.

    Times are Reddit's own, in unix seconds: our clock may be wrong. `wordings` holds a mark of
    what each post said when it was seen last; "" where that is not known.
    """

    def __init__(self, cursor: str | None, overlap_seconds: float) -> None:
        """Raises SourceError if the cursor is not one of ours."""
        self._overlap = overlap_seconds
        self.marks: dict[str, float] = {}
        self.wordings: OrderedDict[str, str] = OrderedDict()
        self.given: OrderedDict[str, None] = OrderedDict()
        """Posts in the order in which they were given, for the sweep."""
        if cursor is not None:
            self._read(cursor)
        self.began = max(self.marks.values(), default=None)
        """The newest time of the cursor; places that it does not know begin there."""
        self._floors = {key: mark - overlap_seconds for key, mark in self.marks.items()}

    def copy(self) -> "Memory":
        """The same knowledge, for a reading of its own."""
        return deepcopy(self)

    def _read(self, cursor: str) -> None:
        try:
            told = json.loads(cursor)
            marks = {str(key): float(mark) for key, mark in told["until"].items()}
            known = [str(one) for one in told["known"]]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise SourceError(
                "The place kept for Reddit is not one of Reddit's.", again=False
            ) from None
        self.marks = marks
        for name in known:
            self.wordings[name] = ""
            self.given[name] = None

    def cursor(self) -> str:
        """The marks and the last ids that were given, as JSON."""
        known = list(self.given)[-MOST_IN_CURSOR:]
        return json.dumps({"until": self.marks, "known": known}, separators=(",", ":"))

    def knows_place(self, key: str) -> bool:
        """Whether it is known from where on posts of this place are new."""
        if key not in self._floors and self.began is not None:
            self._floors[key] = self.began - self._overlap
        return key in self._floors

    def open(self, key: str, things: Sequence[object], no_later_than: float) -> None:
        """Begin a place with what stands there already: what comes after it is new."""
        times = [moment for thing in things if (moment := written_at(thing)) is not None]
        mark = max((one for one in times if one <= no_later_than), default=0.0)
        self._floors[key] = self.marks[key] = mark
        for thing in things:
            if (written_at(thing) or 0.0) >= mark - self._overlap and (name := fullname_of(thing)):
                self.gave(name)

    def is_new(self, key: str, thing: object) -> bool:
        """Whether it has not been seen and is not older than what is wanted."""
        moment = written_at(thing)
        return mark_of(thing) not in self.wordings and (
            moment is None or moment >= self._floors[key]
        )

    def wanted_until(self, key: str) -> float:
        """Down to which time a thorough look reads."""
        return max(self._floors[key], self.marks.get(key, 0.0) - self._overlap)

    def saw(self, name: str, wording: str) -> None:
        """Remember what a post says."""
        self.wordings[name] = wording
        self.wordings.move_to_end(name)
        if len(self.wordings) > MOST_KNOWN:
            self.wordings.popitem(last=False)

    def gave(self, name: str) -> None:
        """Remember that a post was given, for the sweep and for the cursor."""
        self.given[name] = None
        self.given.move_to_end(name)
        if len(self.given) > MOST_SWEPT:
            self.given.popitem(last=False)

    def reached(self, key: str, moment: float | None, no_later_than: float) -> None:
        """All up to this time was given; what claims to be of the future moves nothing."""
        if moment is not None and moment <= no_later_than:
            self.marks[key] = max(self.marks.get(key, 0.0), moment)
