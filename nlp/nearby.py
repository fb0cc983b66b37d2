"""A quick look at the words around half of a name, in which the other half may stand."""

import re
from collections.abc import Iterable, Iterator

from nlp.by_ear import by_ear

_WORD = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")
_OWNED = re.compile(r"'s?$")
_MOST_WORDS_BEHIND, _MOST_WORDS_BEFORE = 8, 2


class Nearby:
    """Knows all halves of names; says of no place wrongly that none is near."""

    def __init__(self, halves: Iterable[str]) -> None:
        texts = list(halves)
        self._words = {word for text in texts for word in (text, *text.split())}
        self._less = {less for text in texts for less in (text, *_one_less(text))}
        self._sounds = {by_ear(text) for text in texts}

    def any_half(self, before: str, behind: str) -> bool:
        """Whether a half may stand near the end of `before` or the beginning of `behind`."""
        ahead = _WORD.findall(before)[-_MOST_WORDS_BEFORE:]
        after = _WORD.findall(behind)[:_MOST_WORDS_BEHIND]
        words = [*ahead, *after, "".join(ahead)]
        if not self._words.isdisjoint((*words, *(_OWNED.sub("", word) for word in words))):
            return True
        return any(self.nearly(word) for word in (*ahead[-1:], *after[:1]))

    def nearly_around(self, text: str, start: int, end: int) -> bool:
        """Whether the word that holds `start:end` may be a half with a letter wrong."""
        return any(
            "'" in word[0] or self.nearly(word[0])  # the word may end where the mark stands
            for word in _WORD.finditer(text)
            if word.start() <= start and end <= word.end()
        )

    def nearly(self, word: str) -> bool:
        """Whether this may be a half with a letter wrong, or spelt by ear."""
        word = _OWNED.sub("", word)
        return (
            word in self._less
            or by_ear(word) in self._sounds
            or not self._less.isdisjoint(_one_less(word))
        )


def _one_less(word: str) -> Iterator[str]:
    """The word without each of its letters; words one letter apart have one of these in common."""
    for place in range(min(len(word), 40)):
        yield word[:place] + word[place + 1 :]
