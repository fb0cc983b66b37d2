"""The parts of one source, such as its feeds: each fails, and is waited for, on its own."""

import logging
import math
import time

from monitors.errors import SourceError

log = logging.getLogger(__name__)


class Parts:
    """Which of them can't be read; parts are known by any key."""

    def __init__(self, name: str, what: str, count: int) -> None:
        """`name` is the source's; `what` the parts are, as `feeds`, and how many there are."""
        self._name, self._what, self._count = name, what, count
        self._broken: dict[str, SourceError] = {}
        self._not_before: dict[str, float] = {}

    @property
    def trouble(self) -> str:
        """How many can't be read, where some can."""
        broken = len(self._broken)
        return f"{broken} of {self._count} {self._what} can't be read." if broken else ""

    def is_due(self, key: str) -> bool:
        """Whether it may be asked now."""
        return time.monotonic() >= self._not_before.get(key, 0.0)

    def has_been_read(self, key: str) -> None:
        """It can be read, again or still."""
        self._broken.pop(key, None)
        self._not_before.pop(key, None)

    def has_failed(self, key: str, fault: SourceError, hold_seconds: float = 0.0) -> None:
        """It can't be read, and for so long, or for as long as the platform asks, it is let be."""
        wait = max(hold_seconds, fault.wait_seconds or 0.0)
        self._not_before[key] = time.monotonic() + wait
        if str(self._broken.get(key)) != str(fault):
            log.warning("One of the %s of %s can't be read: %s", self._what, self._name, fault)
        self._broken[key] = fault

    def fail_if_all_do(self) -> None:
        """Raise SourceError when none can be read."""
        if len(self._broken) < self._count:
            return
        faults = list(self._broken.values())
        wait = math.ceil(min(self._not_before.values()) - time.monotonic())
        alone = len(faults) == 1
        raise SourceError(
            str(faults[0]) if alone else f"None of the {len(faults)} {self._what} can be read.",
            again=any(fault.again for fault in faults),
            wait_seconds=float(wait) if wait > 0 else None,
        )
