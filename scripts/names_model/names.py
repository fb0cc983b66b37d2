"""Names to fill into phrases and patterns: none of those by which the reader is judged."""

import gzip
import json
import random
import re
import tomllib
from functools import cache
from pathlib import Path

from scripts.names_model.posts import DOUBTFUL

PATTERNS = Path(__file__).with_name("patterns.toml")
DOUBLE = 0.03
"""How many surnames are double ones."""

_WORD = re.compile(r"[^\W\d_]{2,}")


@cache
def patterns() -> dict[str, str | list[str]]:
    """The table of names and patterns."""
    return tomllib.loads(PATTERNS.read_text(encoding="utf-8"))


class Names:
    """First names and surnames in random order."""

    def __init__(self, posts: Path, chance: random.Random) -> None:
        self._chance = chance
        first, last = _words("more_first"), _words("more_last")
        with gzip.open(posts / "names" / "uk_names.jsonl.gz", "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                (first if row["kind"] == "forename" else last).append(row["name"])
        judged = {word.lower() for word in _WORD.findall(DOUBTFUL.read_text(encoding="utf-8"))}
        self._first = [one for one in first if one.lower() not in judged]
        self._last = [one for one in last if one.lower() not in judged]
        self._first += _words("everyday_first")  # how they are written elsewhere tells nothing
        self._last += _words("everyday_last")
        self._known = frozenset(one.lower() for one in [*first, *last])

    def first(self) -> str:
        """A first name."""
        return self._chance.choice(self._first)

    def last(self) -> str:
        """A surname."""
        name = self._chance.choice(self._last)
        return f"{name}-{self._chance.choice(self._last)}" if self._by_chance(DOUBLE) else name

    def _by_chance(self, share: float) -> bool:
        return self._chance.random() < share

    def has(self, text: str) -> bool:
        """Whether any word of the text is a known name."""
        return any(word.lower() in self._known for word in _WORD.findall(text))


def _words(key: str) -> list[str]:
    words = patterns()[key]
    assert isinstance(words, str)
    return words.split()
