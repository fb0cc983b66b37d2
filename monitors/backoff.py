"""How long to wait before the next try."""

import random
from dataclasses import dataclass


@dataclass(slots=True)
class Backoff:
    """Waits that double from `first` to `longest`, with chance in them.

    Chance keeps many watchers from coming back to a platform in the same moment.
    """

    first: float
    longest: float
    chance: random.Random
    tries: int = 0

    def next_wait(self) -> float:
        """Seconds to wait now: between half and the whole of the doubled time."""
        whole = min(self.longest, self.first * 2.0 ** min(self.tries, 32))
        self.tries += 1
        return whole * self.chance.uniform(0.5, 1.0)

    def start_over(self) -> None:
        """Forget the failures: all went well for a while."""
        self.tries = 0
