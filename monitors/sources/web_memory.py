"""What is remembered of pages: when they were read, and short hashes of what stood on them."""

from collections.abc import Sequence

from pydantic import BaseModel, Field

from monitors.sources.web_text import MOST_BLOCKS, Block

HASH_DIGITS = 12
MOST_GONE = 2 * MOST_BLOCKS
"""How many paragraphs that have left a page are known again: more than one page can hold, so that
a page which is away for one look brings nothing twice when it is back."""
MOST_RESULTS = 500
"""How many pages that searches led to are remembered."""


class PagePlace(BaseModel):
    """What is known of one page: no word of it, and no address."""

    etag: str = ""
    modified: str = ""
    asked: int = 0
    """When it was asked for last, in seconds since 1970."""
    seen: str = Field(default="", pattern=rf"^(?:[0-9a-f]{{{HASH_DIGITS}}})*$")
    """Hashes of its paragraphs; those that have left it come first, the oldest of them first."""

    @property
    def hashes(self) -> list[str]:
        """One by one."""
        return [
            self.seen[start : start + HASH_DIGITS]
            for start in range(0, len(self.seen), HASH_DIGITS)
        ]

    def new_in(self, blocks: Sequence[Block]) -> list[Block]:
        """Those that have not stood on the page before."""
        known = set(self.hashes)
        return [block for block in blocks if block.hash not in known]

    def remember(self, blocks: Sequence[Block]) -> None:
        """What stands there now is always known again, and so are the last that have left."""
        there = [block.hash for block in blocks]
        now = set(there)
        gone = [one for one in self.hashes if one not in now]
        self.seen = "".join([*gone[-MOST_GONE:], *there])


class Memory(BaseModel):
    """The cursor: each page's place, by a hash of its address."""

    pages: dict[str, PagePlace] = Field(default_factory=dict)
    results: dict[str, PagePlace] = Field(default_factory=dict)
    """Pages that searches led to."""

    def keep_only(self, pages: set[str]) -> None:
        """Forget pages that are no longer in the configuration."""
        self.pages = {key: place for key, place in self.pages.items() if key in pages}

    def forget_results(self) -> None:
        """Those that were asked for longest ago, if there are too many."""
        ordered = sorted(self.results.items(), key=lambda one: one[1].asked)
        self.results = dict(ordered[-MOST_RESULTS:])
