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
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from evidence.card import WIDTH, card_of, card_page
from evidence.frames import read_frames
from evidence.grade import PageGrade
from evidence.processes import end_family
from records.addresses import loopback_port, web_address
from records.post import Post

MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - memory, so that nothing of the page is on a disk
FOLDER_PREFIX = "namewatch-page-"
ABANDONED_AFTER = 15 * 60
ROOM_NEEDED = 256 * 1024 * 1024

_STOPPED = "The page: the browser was stopped because it took too long."
_CRASHED = "The page: the browser ended before it was done."

NO_ADDRESS = "The page: the post has no web address."
NO_BROWSER = "The page: no browser is installed here, so there is no picture."

REPORTED = (
    "browser",
    "final_url",
    "status",
    "title",
    "remarks",
    "changes",
    "attachments",
    "archive",
)


@dataclass(frozen=True)
class PageCapture:
    """What was had of one page, by file name, and what the report says about it."""

    grade: PageGrade
    pictures: dict[str, bytes] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


def capture_page(
    url: str | None,
    *,
    browser: Path | None,
    allow_loopback: bool = False,
    seconds: float = 45,
    post: Post | None = None,
) -> PageCapture:
    """Visit `url`; whatever happens to the child, answers within about `seconds`.

    With `post`, its words are looked for on the page, its card is drawn and what hangs on it is
    fetched; the last needs neither page nor browser.
    """
    parts = web_address(url) if url else None
    why_not = NO_ADDRESS if parts is None else NO_BROWSER if browser is None else None
    media = [one.url for one in post.media if one.url] if post else []
    if why_not and not media:
        return PageCapture("failed", missing=(why_not,))
    with private_folder() as folder:
        task = {
            "url": "" if why_not else url,
            "browser": str(browser) if parts and browser else "",
            "folder": str(folder),
            "parent": os.getpid(),
            "seconds": seconds,
            "ends_at": time.monotonic() + seconds,
            "loopback_port": loopback_port(parts) if parts and allow_loopback else None,
            "allow_loopback": allow_loopback,
            "post_text": post.text if post else "",
            "card": card_page(card_of(post)) if post else "",
            "card_width": WIDTH,
            "media": media,
        }
        stream, in_time = _run(json.dumps(task).encode(), folder, seconds)
    in_memory = folder.parent == MEMORY_FOLDER
    got = _judged(read_frames(stream), in_time=in_time, in_memory=in_memory)
    return replace(got, missing=(why_not, *got.missing)) if why_not else got


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
    if child.poll() is None:
        child.send_signal(signal.SIGSTOP)  # Or it would report that its browser has ended.
    end_family(child.pid, folder)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of ours: no token reaches the browser, and all its files go to `folder`."""
    places = ("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")
    return {"PATH": os.defpath, "LANG": "C.UTF-8"} | dict.fromkeys(places, str(folder))


def _judged(frames: dict[str, bytes], *, in_time: bool, in_memory: bool) -> PageCapture:
    """The child's own grade, or what can be said of one that didn't come to its end."""
    parts = {name: content for name, content in frames.items() if name != "report"}
    report: dict[str, Any] = {}
    missing = [_CRASHED if in_time else _STOPPED]
    grade: PageGrade = "partial" if any(name.startswith("page") for name in parts) else "failed"
    if "report" in frames:
        report = json.loads(frames["report"])  # It comes last: whoever sent it was done.
        missing, grade = report["missing"], report["grade"]
        report = {name: report[name] for name in REPORTED if name in report}
    if not in_memory:
        note = "The browser's own files were on a disk and removed afterwards."
        report["remarks"] = [*report.get("remarks", ()), note]
    return PageCapture(grade, parts, report, tuple(missing))
