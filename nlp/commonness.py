"""How common a name is, from how often its words are written (wordfreq's Zipf scale, 0 to 8)."""

from functools import cache


@cache
def zipf(word: str) -> float:
    """How often this word is written; the rarest part decides for several words."""
    from wordfreq import zipf_frequency  # noqa: PLC0415 - takes half a second and 40 MB

    parts = word.replace("'", "").split() or [word]
    return min(zipf_frequency(part, "en") for part in parts)


def warm() -> None:
    """Read the word list now, so that the first match need not wait for it."""
    zipf("the")
