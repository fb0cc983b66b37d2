"""Have one page visited by a child process, and come back within the time given."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from evidence.frames import read_frames
from evidence.processes import end_family
from records.addresses import loopback_port, web_address

MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - memory, so that nothing of the page is on a disk
FOLDER_PREFIX = "namewatch-page-"
ABANDONED_AFTER = 15 * 60
ROOM_NEEDED = 256 * 1024 * 1024

_STOPPED = "The page: the browser was stopped because it took too long."
_CRASHED = "The page: the browser ended before it was done."

REPORTED = ("browser", "final_url", "status", "title", "remarks", "changes")

PageGrade = Literal["complete", "partial", "failed"]


@dataclass(frozen=True)
class PageCapture:
    """The pictures of one page, by file name, and what the report says about them."""

    grade: PageGrade
    pictures: dict[str, bytes] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


def capture_page(
    url: str, *, browser: Path, allow_loopback: bool = False, seconds: float = 45
) -> PageCapture:
    """Visit `url`; whatever happens to the child, answers within about `seconds`."""
    parts = web_address(url)
    if parts is None:
        return PageCapture("failed", missing=("The page: the post has no web address.",))
    with private_folder() as folder:
        task = {
            "url": url,
            "browser": str(browser),
            "folder": str(folder),
            "parent": os.getpid(),
            "seconds": seconds,
            "loopback_port": loopback_port(parts) if allow_loopback else None,
        }
        stream, in_time = _run(json.dumps(task).encode(), folder, seconds)
    in_memory = folder.parent == MEMORY_FOLDER
    return _judged(read_frames(stream), in_time=in_time, in_memory=in_memory)


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder for the browser's own files, in memory where possible; removed in any case."""
    base = MEMORY_FOLDER if _has_room(MEMORY_FOLDER) else Path(tempfile.gettempdir())
    _remove_abandoned(base)
    folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=base))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _has_room(folder: Path) -> bool:
    """Containers often have a small one, in which the browser would crash."""
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > ROOM_NEEDED


def _remove_abandoned(base: Path) -> None:
    """Folders of captures whose parent was killed together with the child."""
    for folder in base.glob(f"{FOLDER_PREFIX}*"):
        with contextlib.suppress(OSError):
            about = folder.lstat()
            if about.st_uid == os.geteuid() and time.time() - about.st_mtime > ABANDONED_AFTER:
                shutil.rmtree(folder, ignore_errors=True)


def _run(task: bytes, folder: Path, seconds: float) -> tuple[bytes, bool]:
    """What the child sent, and whether it ended in time."""
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "evidence.page"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # Whatever the browser says there may quote the page.
        env=_environment(folder),
        cwd=folder,
        start_new_session=True,
    )
    try:
        return child.communicate(task, timeout=seconds)[0], True
    except subprocess.TimeoutExpired:
        _end(child, folder)
        return child.communicate()[0], False
    finally:
        _end(child, folder)


def _end(child: subprocess.Popen[bytes], folder: Path) -> None:
    end_family(child.pid, folder)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of ours: no token reaches the browser, and all its files go to `folder`."""
    places = ("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")
    return {"PATH": os.defpath, "LANG": "C.UTF-8"} | dict.fromkeys(places, str(folder))


def _judged(frames: dict[str, bytes], *, in_time: bool, in_memory: bool) -> PageCapture:
    pictures = {name: content for name, content in frames.items() if name.endswith(".png")}
    report: dict[str, Any] = {}
    missing = [_CRASHED if in_time else _STOPPED]
    if "report" in frames:
        report = json.loads(frames["report"])
        missing = report.pop("missing") if in_time else missing
        report = {name: report[name] for name in REPORTED if name in report}
    if not in_memory:
        note = "The browser's own files were on a disk and removed afterwards."
        report["remarks"] = [*report.get("remarks", ()), note]
    grade: PageGrade = "partial" if missing else "complete"
    return PageCapture(grade if pictures else "failed", pictures, report, tuple(missing))
