"""How often something may be done before one has to wait."""

import threading
from collections import defaultdict, deque
from datetime import datetime, timedelta


class Limiter:
    """Counts in memory, so each running console counts for itself and a restart forgets."""

    def __init__(self, most: int, within: timedelta) -> None:
        self._most = most
        self._within = within
        self._times: dict[str, deque[datetime]] = defaultdict(deque)
        self._lock = threading.Lock()

    def allow(self, key: str, now: datetime) -> bool:
        """Whether `key` may go on; counts it if so."""
        with self._lock:
            self._forget(now)
            times = self._times[key]
            if len(times) >= self._most:
                return False
            times.append(now)
            return True

    def _forget(self, now: datetime) -> None:
        """Drop what has run out, for all keys, so that the table can't grow for ever."""
        for key in list(self._times):
            times = self._times[key]
            while times and times[0] <= now - self._within:
                times.popleft()
            if not times:
                del self._times[key]


class SlowingLimiter:
    """Several limits at once: a few tries soon, and ever fewer the longer somebody goes on."""

    def __init__(self, *limits: tuple[int, timedelta]) -> None:
        self._limiters = [Limiter(most, within) for most, within in limits]

    def allow(self, key: str, now: datetime) -> bool:
        """Whether `key` may go on by all limits."""
        counted = [one.allow(key, now) for one in self._limiters]  # by each of them
        return all(counted)
