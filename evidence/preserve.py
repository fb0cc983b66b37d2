"""Make one exhibit: the platform's record and the page, sealed in one file with what is missing.

Beside the bundles of an incident lie its wrapped key, so that the vault or recovery key alone can
open them without the database, and for each a small `.json` with its SHA-256, grade and gaps.
That makes a second try after a crash find what the first one finished.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evidence.browser import find_browser
from evidence.bundle import KEY_FILE, bundle_name, make_bundle
from evidence.capture import PageCapture, capture_page
from evidence.errors import EvidenceError, ReferenceTakenError
from evidence.storage import make_private_folder, write_new
from records.errors import ConfigurationError
from records.exhibit import Grade

NO_BROWSER = "The page: no browser is installed here, so there is no picture."
NO_ADDRESS = "The page: the post has no web address."


@dataclass(frozen=True, slots=True)
class CaptureTask:
    """What to preserve, for whom to seal it and where to put it."""

    reference: str
    number: int
    record: bytes
    url: str | None
    recipient: str
    wrapped_key: bytes
    folder: Path
    allow_loopback: bool = False
    browser: Path | None = None
    timeout: float = 45
    mark: str = ""
    """A keyed hash of the post. With it, a second try takes up what the first one finished."""


@dataclass(frozen=True, slots=True)
class Preserved:
    """One exhibit as it lies in the evidence folder."""

    file_name: str
    sha256: str
    grade: Grade
    missing: tuple[str, ...]
    mark: str = ""


def preserve(task: CaptureTask) -> Preserved:
    """Capture, seal and store; raises EvidenceError when the record itself can't be kept.

    A page that can't be had makes the exhibit `partial`. A name that is taken by another post's
    exhibit is left alone: this one gets the next free number.
    """
    bundle_name(task.reference, task.number)
    if not task.wrapped_key:
        raise EvidenceError("This record's key is destroyed, so nothing can be kept for it.")
    folder = task.folder / task.reference
    make_private_folder(folder)
    _leave_key(folder / KEY_FILE, task.wrapped_key)
    if before := _made_before(folder, task):
        return before
    began = datetime.now(UTC)
    page = _page(task)
    with _alone_in(folder):
        number = _free_number(folder, task)
        return _store(folder, task, page, _seal(task, page, number, began), number)


def read_summary(bundle: Path) -> Preserved | None:
    """What was noted beside a bundle when it was made; None when there is no readable note."""
    try:
        noted = json.loads(_summary_file(bundle).read_bytes())
        return Preserved(**{**noted, "missing": tuple(noted["missing"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _leave_key(file: Path, wrapped: bytes) -> None:
    if not write_new(file, wrapped) and file.read_bytes() != wrapped:
        raise ReferenceTakenError


def _made_before(folder: Path, task: CaptureTask) -> Preserved | None:
    """The finished exhibit of the same post, when a crash came before it was recorded."""
    if not task.mark:
        return None
    for file in sorted(folder.glob("*.tar.age")):
        noted = read_summary(file)
        if noted and noted.mark == task.mark and _sha256(file) == noted.sha256:
            return noted
    return None


def _page(task: CaptureTask) -> PageCapture:
    if task.url is None:
        return PageCapture("failed", missing=(NO_ADDRESS,))
    try:
        browser = find_browser(task.browser)
    except ConfigurationError:
        browser = None
    if browser is None:
        return PageCapture("failed", missing=(NO_BROWSER,))
    return capture_page(
        task.url, browser=browser, allow_loopback=task.allow_loopback, seconds=task.timeout
    )


def _seal(task: CaptureTask, page: PageCapture, number: int, began: datetime) -> bytes:
    report: dict[str, Any] = {
        "reference": task.reference,
        "exhibit": number,
        "began_at": began.isoformat(),
        "ended_at": datetime.now(UTC).isoformat(),
        "grade": _grade(page),
        "page": page.grade,
        "requested_url": task.url,
        **page.report,
        "missing": list(page.missing),
    }
    parts = {
        _record_name(task.record): task.record,
        **page.pictures,
        "capture-report.json": json.dumps(report, indent=1, ensure_ascii=False).encode(),
    }
    return make_bundle(
        parts,
        reference=task.reference,
        number=number,
        made_at=began,
        recipient=task.recipient,
    )


def _grade(page: PageCapture) -> Grade:
    return "complete" if page.grade == "complete" else "partial"


def _record_name(record: bytes) -> str:
    try:
        json.loads(record)
    except (ValueError, RecursionError):
        return "api-record.bin"
    return "api-record.json"


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """One capture at a time chooses a number and stores, in this and in every other process."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _free_number(folder: Path, task: CaptureTask) -> int:
    number = task.number
    while (folder / bundle_name(task.reference, number)).exists():
        number += 1
    return number


def _store(
    folder: Path, task: CaptureTask, page: PageCapture, sealed: bytes, number: int
) -> Preserved:
    """Note first, bundle second: a bundle that has its name has its note beside it."""
    file = folder / bundle_name(task.reference, number)
    sha256 = hashlib.sha256(sealed).hexdigest()
    done = Preserved(file.name, sha256, _grade(page), page.missing, task.mark)
    _summary_file(file).unlink(missing_ok=True)  # Left by a crash before its bundle was there.
    write_new(_summary_file(file), json.dumps(asdict(done), indent=1).encode())
    write_new(file, sealed)
    return done


def _summary_file(bundle: Path) -> Path:
    return bundle.with_name(bundle.name.removesuffix(".tar.age") + ".json")


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
