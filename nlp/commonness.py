"""How common a name is, from how often its words are written (wordfreq's Zipf scale, 0 to 8)."""

from collections.abc import Callable
from functools import cache

from nlp.loading import LOADING


@cache
def zipf(word: str) -> float:
    """How often this word is written; the rarest part decides for several words."""
    parts = word.replace("'", "").split() or [word]
    read = reader()
    return min(read(part, "en") for part in parts)


@cache
def reader() -> Callable[[str, str], float]:
    """Where the Zipf scale is read: word and language in, 0 to 8 out."""
    with LOADING:
        from wordfreq import zipf_frequency  # noqa: PLC0415 - takes half a second and 40 MB

        zipf_frequency("the", "en")
    return zipf_frequency


def warm() -> None:
    """Read the word list now, so that the first match need not wait for it."""
    reader()
