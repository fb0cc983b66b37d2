"""What every source of public posts keeps to."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from monitors.answer import AGAIN, Answer, Settled, Told
from records.post import Post
from records.report import Report


@dataclass(frozen=True, slots=True)
class Received:
    """One post as it came in: its meaning, the platform's record of it, and the place after it."""

    post: Post
    record: bytes
    cursor: str
    edited: bool = False
    """Whether the platform says that this is a new wording of an earlier post."""
    answer: Answer | None = field(default=None, compare=False, repr=False)
    """What the platform answered when it came; None where the source does not tell."""

    def settled(self) -> "Received":
        """With the record's exact bytes, and of the answer only what is told of this one post."""
        if self.answer is None or isinstance(self.answer, Settled):
            return self
        try:
            record, told = self.answer.part(self.record)
        except Exception:  # noqa: BLE001 - whatever is odd about an answer, its post must be kept
            record, told = self.record, {"answered": True, "bytes": AGAIN}
        return replace(self, record=record, answer=Settled(told))

    @property
    def told(self) -> Told | None:
        """What is told of the answer, once it is settled."""
        return self.answer.told if isinstance(self.answer, Settled) else None


@dataclass(frozen=True, slots=True)
class Removed:
    """The platform says that a post is gone, or with `author` all posts of that account.

    `source` is the platform, as in the post; `id` is the post's id, or the account's.
    """

    source: str
    id: str
    cursor: str
    author: bool = False


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that could not be understood, as it came in, and why; `why` quotes none of it."""

    record: bytes
    why: str
    cursor: str


@dataclass(frozen=True, slots=True)
class Reached:
    """Nothing came in, but there is something to remember: how far was read, or what it cost."""

    cursor: str


@dataclass(frozen=True, slots=True)
class Missed:
    """The platform no longer gives what was said between two moments, and why; `why` is ours."""

    began_at: datetime
    ended_at: datetime
    why: str
    cursor: str


@dataclass(frozen=True, slots=True)
class Reported:
    """Somebody reports something: it is looked at by itself and never passed over."""

    report: Report
    cursor: str


Arrival = Received | Removed | Unread | Reached | Missed | Reported


class Source(Protocol):
    """A place where public posts appear.

    `receive` yields posts in the platform's order, from just after `cursor` (None: from now on,
    or from the beginning where the source is a file), until `stop` is set. It may yield None to
    say that it is alive and nothing is there. It raises SourceError when it can't go on; a return
    means the end of a source that has an end, such as a file. Whoever calls it owns restarts,
    cursors and dedupe. A post may be yielded again after a restart.

    A source may have more to say of itself: `reads_back`, how far back (a timedelta) it can read
    what it missed, none of it without; `quiet_after_seconds`, after how long without anything
    coming in something is wrong; `budget`, what is left to ask for, in words; `trouble`,
    which part of it can't be read at present, in words.

    It may offer `cursor_since(moment: datetime) -> str | None`: the cursor from which `receive`
    reads everything published since `moment`, as far as the platform lets it; None, or no such
    method, means that it can't look back. From such a cursor `receive` yields None when it has
    caught up with the present; it may go on after that, and whoever only looks back stops there.
    It asks the platform nothing itself.

    It may offer `check() -> Sequence[str]`: asks the platform once whether it can be used as it is
    set, and says what is wrong, a sentence with what to do for each fault. It stores nothing.

    One that keeps to a sum or a quota offers `count_in(ledger: monitors.ledger.Ledger)`: from then
    on it counts there, together with all who use the same credential.

    `keep_secrets_in(folder: Path)` is for one that has secrets of its own making to keep, such as a
    session: they go there, for their owner only to read, and never into the cursor.
    """

    @property
    def name(self) -> str:
        """Stable and unique; the cursor is kept under it."""

    def receive(self, cursor: str | None, stop: threading.Event) -> Iterator[Arrival | None]:
        """Yield what is new since `cursor`."""
