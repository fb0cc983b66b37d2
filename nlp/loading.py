"""One thread at a time loads the large libraries behind screening.

NumPy can't be imported by two threads at once: the loser of the race fails, and so does every later
import in that process, so that no post could be looked at any more. It is therefore imported here,
before any thread is there, and what imports it by the way waits its turn.
"""

import threading

import numpy  # noqa: F401, ICN001 - imported for its own sake

LOADING = threading.Lock()
"""Held while a model and its library are loaded."""
