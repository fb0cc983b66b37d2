"""What a search that looks back again and again remembers, so that each post comes once."""

from collections.abc import Iterator

from pydantic import BaseModel, Field

from monitors.answer import Answer
from monitors.source import Arrival, Received, Removed, Unread
from monitors.sources.feeds_posts import sha256_of
from records.post import Post

MOST = 3000
_HASHED = 16
GONE, UNREAD = "", "unread"
OVERLAP_SECONDS = 2 * 3600
"""How far each look goes back behind the one before: searches learn of posts late."""
CHECKED_SECONDS, CHECK_EVERY_SECONDS = 48 * 3600, 3600
"""How long edits and deletions are looked for, and how often."""


class Reach(BaseModel):
    """How far one search has come, in seconds since 1970."""

    began: int
    since: int
    checked: int = 0

    def checks(self, now: int) -> bool:
        """Whether this look is one that notices edits and deletions: once an hour."""
        return not 0 <= now - self.checked < CHECK_EVERY_SECONDS

    def back_to(self, now: int) -> int:
        """From when on this look reads; as far as it ever does after our clock was ahead."""
        far = now - CHECKED_SECONDS
        began = self.began if self.began <= now else far
        if self.since > now:
            return max(began, far)
        return max(began, self.since - (CHECKED_SECONDS if self.checks(now) else OVERLAP_SECONDS))

    def came_to(self, now: int) -> None:
        """This look is over, and all of it was given."""
        if self.checks(now):
            self.checked = now
        self.since = now


class Memory(BaseModel):
    """The cursor: times, ids and hashes, no word and no name."""

    reach: dict[str, Reach]
    seen: dict[str, tuple[str, int]] = Field(default_factory=dict)
    """By its number or a hash of its id: the wording, or that it is gone, and when it was said."""

    def found(
        self, post: Post, record: bytes, at: int, answer: Answer, *, returns: bool = True
    ) -> Iterator[Arrival]:
        """The post, if it or its wording is new; `returns`: one that was gone can come back."""
        if not returns and self.is_gone(post.id):
            return
        around = post.context
        wording = sha256_of(post.text, around.title or "", *(one.alt or "" for one in post.media))
        known = self._change(post.id, wording[:8], at)
        if known != wording[:8]:
            edited = known is not None
            place = self.model_dump_json()
            yield Received(post, record, place, edited=edited, answer=answer)

    def gone(self, source: str, id_: str, at: int) -> Iterator[Arrival]:
        """That a post is gone, once."""
        if self._change(id_, GONE, at) != GONE:
            yield Removed(source, id_, self.model_dump_json())

    def is_gone(self, id_: str) -> bool:
        """Whether we have told that it is gone."""
        return self.seen.get(_key(id_), ("?", 0))[0] == GONE

    def still_there(self, since: int) -> list[tuple[str, int]]:
        """The numbers of the posts that were said since and are not gone, and when."""
        return [
            (key, at)
            for key, (wording, at) in self.seen.items()
            if key.isdigit() and wording not in {GONE, UNREAD} and at >= since
        ]

    def unread(self, record: bytes, why: str, at: int) -> Iterator[Arrival]:
        """That something could not be read, once."""
        key = f"{UNREAD} {record.decode(errors='replace')}"
        if self._change(key, UNREAD, at) is None:
            yield Unread(record, why, self.model_dump_json())

    def forget(self, now: int) -> None:
        """What is too old to come again; of a flood the newest are kept."""
        ordered = sorted(self.seen.items(), key=lambda one: one[1][1])
        long_ago = now - CHECKED_SECONDS - OVERLAP_SECONDS
        self.seen = dict([one for one in ordered if one[1][1] >= long_ago][-MOST:])

    def _change(self, id_: str, wording: str, at: int) -> str | None:
        key = _key(id_)
        known = self.seen.get(key)
        self.seen[key] = (wording, at)
        return known[0] if known else None


def _key(id_: str) -> str:
    """A number tells nothing by itself; anything else may hold a name."""
    return id_ if id_.isascii() and id_.isdigit() and len(id_) < _HASHED else sha256_of(id_)
