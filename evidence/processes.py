"""Leave no process of a capture behind, whatever happens to the one that started it.

The browser moves itself into a session of its own, so that ending a process group would miss it:
its processes are found by their parents and by the capture's private folder on their command
line.
"""

import contextlib
import ctypes
import os
import signal
import time
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def follow_parent(parent: int, ending: signal.Signals) -> None:
    """Ask Linux to send this process `ending` when its parent is gone, even by kill -9."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, ending)
    if os.getppid() != parent:
        signal.raise_signal(ending)


def family(head: int, folder: Path) -> set[int]:
    """All that descend from `head` (itself left out) or name `folder` on their command line."""
    parents: dict[int, int] = {}
    found: set[int] = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            pid = int(entry.name)
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            if state == "Z":  # Ended already, only not counted yet by its parent.
                continue
            parents[pid] = int(parent)
            if str(folder).encode() in (entry / "cmdline").read_bytes():
                found.add(pid)
    found.add(head)
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {head, os.getpid()}


def end_family(head: int, folder: Path) -> None:
    """Kill a capture's processes (not `head` itself) until none is left, for a second at most."""
    until = time.monotonic() + 1
    while (left := family(head, folder)) and time.monotonic() < until:
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
