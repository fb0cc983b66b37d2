"""The tables of words.toml, and patterns that find any word of one."""

import re
import tomllib
from functools import cache
from importlib import resources

from nlp.normalise import fold


@cache
def word_table(name: str) -> frozenset[str]:
    """One table of words.toml, folded."""
    return frozenset(fold(word) for word in _tables()[name])


@cache
def any_of(*tables: str) -> str:
    """A pattern's source for any word of these tables, the longest first."""
    words = sorted(set().union(*map(word_table, tables)), key=len, reverse=True)
    return f"(?:{'|'.join(map(re.escape, words))})"


@cache
def finder(table: str) -> re.Pattern[str]:
    """Finds the words of one table in folded text."""
    return re.compile(rf"(?<![a-z0-9']){any_of(table)}(?![a-z0-9])")


@cache
def _tables() -> dict[str, list[str]]:
    text = (resources.files("nlp") / "words.toml").read_text(encoding="utf-8")
    tables: dict[str, list[str]] = tomllib.loads(text)
    return tables
