"""What a look at YouTube has gathered, to be given in the order in which it was published."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from monitors.answer import Answer
from monitors.source import Received, Unread
from monitors.sources.lenient import record_of
from monitors.sources.youtube_posts import EntryUnreadableError, is_edit
from records.post import Post


class Found:
    """Each with when it was published and by what it is known again."""

    def __init__(self) -> None:
        self._found: list[tuple[datetime, str, Post | EntryUnreadableError, object]] = []

    def keep(self, key: str, entry: object, read: Callable[[object], Post]) -> None:
        """Read an entry; one that can't be read is kept as it came."""
        try:
            post = read(entry)
        except EntryUnreadableError as fault:
            self._found.append((datetime.now(UTC), key, fault, entry))
        else:
            self._found.append((post.published_at or datetime.now(UTC), key, post, entry))

    def in_order(
        self, place: str, answer: Answer | None = None
    ) -> Iterator[tuple[str, Received | Unread]]:
        """By what each is known again, and itself; the oldest first.

        All carry one `place`, that from before the look: whoever stops between two of them must
        be given the others again.
        """
        for _, key, read, entry in sorted(self._found, key=lambda one: one[0]):
            record = record_of(entry)
            if isinstance(read, Post):
                yield key, Received(read, record, place, edited=is_edit(entry), answer=answer)
            else:
                yield key, Unread(record, str(read), place)
