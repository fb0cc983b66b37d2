"""How names sound, for those who write one down as they heard it."""

import re
from collections.abc import Iterator
from functools import cache

_LONG_ENOUGH = 5
"""Letters from which a name spelt by ear is still known for what it is."""

_BY_EAR = [
    (re.compile(pattern), instead)
    for pattern, instead in [
        (r"([a-z])\1+", r"\1"),
        (r"^(?:mac|mc|mk|mhic|m')(?=[a-z]{3})", "mc"),
        (r"'", ""),
        (r"ph|pf", "f"),
        (r"ck|q|c(?![eihy])|ch(?=[rl])", "k"),
        (r"x", "ks"),
        (r"sz|sch|sh", "s"),
        (r"cz|tch|tsch", "ch"),
        (r"z", "s"),
        (r"w|v", "v"),
        (r"(?:ie|ey|ee|y|i|ea)$", "i"),
        (r"ie|ei|ee|ea|y|ij|ii", "i"),
        (r"ai|ay|ae", "e"),
        (r"ou|oo|uu", "u"),
        (r"th", "t"),
        (r"gh", "g"),
        (r"e$", ""),
    ]
]


@cache
def by_ear(word: str) -> str:
    """The word with one letter for each group of letters that sound alike."""
    for pattern, instead in _BY_EAR:
        word = pattern.sub(instead, word)
    return word


_SAME_SOUND = [
    ("ph", "f"), ("f", "ph"), ("ck", "k"), ("c", "k"), ("k", "c"), ("ch", "k"), ("ie", "y"),
    ("ey", "y"), ("y", "ie"), ("y", "i"), ("i", "y"), ("nn", "n"), ("ll", "l"), ("tt", "t"),
    ("rr", "r"), ("ss", "s"), ("mm", "m"), ("l", "ll"), ("n", "nn"), ("t", "tt"), ("ai", "ay"),
    ("ei", "ie"), ("io", "eo"), ("i", "ee"), ("sh", "s"), ("sz", "sh"), ("cz", "ch"), ("w", "v"),
    ("th", "t"), ("ou", "u"), ("oo", "u"), ("z", "s"), ("s", "z"), ("e", "a"), ("a", "e"),
]  # fmt: skip


def sound_alikes(word: str) -> Iterator[str]:
    """Spellings by ear that differ from the word in one place; none of a short word."""
    if len(word) < _LONG_ENOUGH:
        return
    for letters, instead in _SAME_SOUND:
        place = word.find(letters)
        if place >= 0:
            yield word[:place] + instead + word[place + len(letters) :]
    for place, letter in enumerate(word):
        yield word[:place] + letter + word[place:]
