"""Signs that a name may stand in disguise, found in many texts at once.

What two neighbours say is looked up in a table, and three neighbours are told by two such pairs.
"""

import numpy as np

from nlp.bulk import BEYOND, SIGNS_BEYOND, Folds, Places
from nlp.normalise import LEET_READINGS

(_OTHER, _SMALL, _CAPITAL, _CAPITAL_I, _DIGIT, _PLAIN_DIGIT, _SIGN, _AT, _INNER, _STAR, _HASH,
 _OPEN, _SLASH, _BACKSLASH, _SPACE) = range(15)  # fmt: skip
_KINDS = 15
_SPELLED_WITHIN = 8
"""Three letters that stand alone, with up to three marks between each."""

_CAPITALS = {_CAPITAL, _CAPITAL_I}
_LETTERS = {_SMALL, *_CAPITALS}
_DIGITS = {_DIGIT, _PLAIN_DIGIT}
_ALPHANUMERIC = _LETTERS | _DIGITS
_SIGNS = {_SIGN, _AT, _INNER}
_KNOWN = _ALPHANUMERIC | {_SIGN, _AT}
_OPENS = {_OPEN, _BACKSLASH}

_TELLS, _STARRED, _TWO_SIGNS, _MARKED = 1, 32, 64, 128
_SHOWN = _TELLS | _STARRED | _TWO_SIGNS | _MARKED
# The second of a pair is the first one, shifted: both together make three in a row.
_INTO_SIGN, _OUT_OF_SIGN = 2, 4
_INTO_WORD, _OUT_OF_WORD = 8, 16

_MARKS = {
    **dict.fromkeys("#%^", _HASH), **dict.fromkeys("!+", _INNER), "*": _STAR, "@": _AT,
    "$": _SIGN, "|": _SIGN, "(": _OPEN, "[": _OPEN, "\\": _BACKSLASH, "/": _SLASH, " ": _SPACE,
}  # fmt: skip
_LEET = set().union(*LEET_READINGS)


def _kind(code: int) -> int:
    character = chr(code)
    if code in SIGNS_BEYOND.values():
        return _SIGN
    if code >= BEYOND or not character.isalnum():
        return _MARKS.get(character, _SIGN if code in _LEET else _OTHER)
    if character.isdigit():
        return _PLAIN_DIGIT if character in "26" else _DIGIT
    return _SMALL if character.islower() else _CAPITAL_I if character == "I" else _CAPITAL


def _pair(one: int, two: int) -> int:
    after = one in _LETTERS and two in (_DIGIT, _SIGN, _AT)
    before = one in (_DIGIT, _PLAIN_DIGIT, _SIGN) and two in _LETTERS
    inside = one == _SMALL and two == _CAPITAL_I
    starred = (one in _LETTERS and two in (_STAR, _HASH)) or (one == _STAR and two in _ALPHANUMERIC)
    marked = (one in _ALPHANUMERIC and two in _SIGNS) or (one == _SIGN and two in _ALPHANUMERIC)
    put_together = (
        (one in _OPENS or one == _SIGN) and two not in _ALPHANUMERIC and two != _SPACE
    ) or (one == _SLASH and two == _BACKSLASH)
    return (
        _TELLS * (after or before or inside)
        | _STARRED * starred
        | _TWO_SIGNS * put_together
        | _MARKED * marked
        | _INTO_SIGN * (one in _ALPHANUMERIC and two in _SIGNS)
        | _OUT_OF_SIGN * (one in _SIGNS and two in _ALPHANUMERIC)
        | _INTO_WORD * (one not in _ALPHANUMERIC and two in _KNOWN)
        | _OUT_OF_WORD * (one in _KNOWN and two not in _ALPHANUMERIC)
    )


_KIND_OF = bytes(map(_kind, range(256)))
_TOLD_BY = bytes(_pair(*divmod(pair, _KINDS)) if pair < _KINDS**2 else 0 for pair in range(256))
_IS_LETTER = np.array([kind in _LETTERS for kind in range(_KINDS)])


class Signs:
    """What the folded texts show; attributes are turns of them."""

    def __init__(self, folds: Folds) -> None:
        self._ends = folds.ends
        kinds = np.frombuffer(folds.cased.tobytes().translate(_KIND_OF), np.uint8)
        pairs = kinds[:-1] * np.uint8(_KINDS) + kinds[1:]
        told = np.frombuffer(pairs.tobytes().translate(_TOLD_BY), np.uint8)
        both = told[:-1] & (told[1:] >> 1)
        places = np.flatnonzero((told & _SHOWN).astype(np.bool_))
        shown = told[places]
        inside = np.flatnonzero((both & _INTO_SIGN).astype(np.bool_))
        self.starred = self._turns(places[(shown & _STARRED) > 0])
        self.put_together = self._turns(places[(shown & _TWO_SIGNS) > 0])
        letters = np.frombuffer(folds.letters, np.uint8)
        same = letters[1:] == letters[:-1]
        stretched = np.flatnonzero(same[1:] & same[:-1])
        stretched = stretched[_IS_LETTER[kinds[stretched]]]
        alone = np.flatnonzero((both & _INTO_WORD).astype(np.bool_)) + 1
        near = np.flatnonzero(alone[2:] - alone[:-2] <= _SPELLED_WITHIN)
        self.alone = np.unique(np.concatenate((alone[near], alone[near + 1], alone[near + 2])))
        """Places of letters that stand alone near others that do."""
        self.spelled = self._turns(self.alone)
        marked = places[(shown & _MARKED) > 0]
        self.disguised = self._turns(
            np.concatenate((places[(shown & _TELLS) > 0], inside, stretched, self.alone))
        )
        self.marked = np.intersect1d(self.disguised, self._turns(marked))

    def _turns(self, places: Places) -> Places:
        return np.unique(np.searchsorted(self._ends, places))
