"""Read by Python at the start of a service whose clock libfaketime moves.

libfaketime 0.9.10 refuses the call by which Python 3.11 sleeps, unless it moves the monotonic clock
too, which no machine does. Selecting from nothing sleeps as long.
"""

import select
import time
from typing import SupportsIndex


def _sleep(seconds: float | SupportsIndex) -> None:
    span = seconds if isinstance(seconds, float) else seconds.__index__()
    if span < 0:
        raise ValueError
    select.select([], [], [], span)


time.sleep = _sleep
