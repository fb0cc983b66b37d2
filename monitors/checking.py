"""Asking a platform once whether a source can be used as it is set, and what to do if it can't."""

from collections.abc import Callable, Mapping, Sequence

from monitors.errors import SourceError, Why

Advice = Mapping[Why, str]

_FOR_ALL = frozenset({Why.NOT_REACHED, Why.SIGN_IN, Why.TOO_OFTEN, Why.USED_UP, Why.UNPAID})
"""What one question meets, all others to the same place would meet as well."""
_GENERALLY: Advice = {
    Why.NOT_REACHED: (
        "look whether this machine reaches the internet and whether the address is right"
    ),
    Why.SIGN_IN: "correct the key or token in settings.toml",
    Why.FORBIDDEN: "ask its operator whether you may read there",
    Why.ABSENT: "correct the name or address in settings.toml",
    Why.SWITCHED_OFF: "choose another place to look, and take this one out of settings.toml",
    Why.NOT_UNDERSTOOD: "correct it in settings.toml",
    Why.ODD_ANSWER: "look whether the address is right, and whether a newer namewatch reads it",
    Why.TOO_OFTEN: "wait a quarter of an hour and check again",
    Why.USED_UP: "wait until tomorrow",
    Why.UNPAID: "buy credit there",
    Why.THEIR_FAULT: "nothing is wrong here, so check again later",
    Why.OTHER: "check again later",
}


class Trial:
    """Questions to one place, and what was wrong with those that failed."""

    def __init__(self, advice: Advice) -> None:
        """`advice` goes before what is generally to be done."""
        self._advice = {**_GENERALLY, **advice}
        self._asked = 0
        self._over = False
        self._faults: list[tuple[str, str]] = []

    def ask(self, about: str, question: Callable[[], object], advice: Advice | None = None) -> None:
        """Ask, unless it is known that it would fail; `about` is what of the settings is tried."""
        if self._over:
            return
        self._asked += 1
        try:
            question()
        except SourceError as fault:
            todo = {**self._advice, **(advice or {})}[fault.why]
            self._faults.append((about, f"{str(fault).rstrip('.')}; {todo}."))
            self._over = fault.why in _FOR_ALL

    @property
    def faults(self) -> Sequence[str]:
        """A sentence for each; one alone where all questions met the same."""
        said = {sentence for _, sentence in self._faults}
        if len(said) == 1 and (self._over or len(self._faults) == self._asked):
            return tuple(said)
        told = [f"{about}: {sentence}" if about else sentence for about, sentence in self._faults]
        return tuple(dict.fromkeys(told))


def numbered(what: str, number: int, of: int) -> str:
    """As `Search 2 of 3`, since what is searched for is not to be printed."""
    return f"{what} {number} of {of}"
