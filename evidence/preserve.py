"""Make one exhibit: the platform's record and the page, sealed in one file with what is missing.

Beside the bundles of an incident lie its wrapped key, so that the vault or recovery key alone can
open them without the database, and for each a small `.json` with its SHA-256, grade and gaps.
The note is written first and claims the number; a second try after a crash takes up what the
first one finished.
"""

import contextlib
import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from evidence.browser import find_browser
from evidence.bundle import (
    HOLDS,
    KEY_FILE,
    KEY_PUBLIC,
    Bundle,
    bundle_name,
    make_bundle,
)
from evidence.capture import PageCapture, capture_page
from evidence.card import card_of
from evidence.card_drawing import draw_card
from evidence.errors import EvidenceError, NotKeptError, ReferenceTakenError, StorageError
from evidence.frames import CARD
from evidence.seal import Sealer
from evidence.storage import BUNDLE_END, Storage
from records.errors import ConfigurationError
from records.exhibit import Grade
from records.post import Post

RESPONSE = "api-response.json"
_UNTOLD = {"answered": None, "bytes": "as the source gave them; of an answer nothing was told"}


@dataclass(frozen=True, slots=True)
class Written:
    """Which exhibits are written down: all up to the highest number but for these."""

    highest: int
    but: Collection[int] = ()

    @property
    def next(self) -> int:
        """The first number of which nothing is written down."""
        return min(self.but, default=self.highest + 1)


@dataclass(frozen=True, slots=True)
class CaptureTask:
    """What to preserve, for whom to seal it and where to put it."""

    reference: str
    number: int
    record: bytes
    url: str | None
    recipient: str
    wrapped_key: bytes
    storage: Storage
    sealer: Sealer
    allow_loopback: bool = False
    browser: Path | None = None
    timeout: float = 45
    mark: str = ""
    """A keyed hash of the post. With it, a second try takes up what the first one finished."""
    written: "Written | None" = None
    """Which exhibits of the record are known; None: nobody can say."""
    post: Post | None = None
    """What the card is drawn from."""
    answer: Mapping[str, Any] | None = None
    """What is told of the answer in which the record came."""
    more: Mapping[str, bytes] = field(default_factory=dict)
    """What else belongs into the bundle, by name."""
    said: Mapping[str, Any] = field(default_factory=dict)
    """What else its report says."""
    missing: tuple[str, ...] = ()
    """What is known to be missing before its page is looked at."""
    holds: str = HOLDS
    """What the bundle holds, as its README says."""


@dataclass(frozen=True, slots=True)
class Preserved:
    """One exhibit as it lies in the evidence folder."""

    file_name: str
    sha256: str
    grade: Grade
    missing: tuple[str, ...]
    mark: str = ""
    stamped: bool = False
    """Whether a time stamp is inside; without, one is put beside it later."""
    signature: str = ""
    """Hex Ed25519 over the rest of the note; empty from before notes were signed."""
    page: str = ""
    """The grade of its page; empty when it is without one."""


def preserve(task: CaptureTask) -> Preserved:
    """Capture, seal and store; raises EvidenceError when the record itself can't be kept.

    A page that can't be had makes the exhibit `partial`.
    """
    return kept_before(task) or keep(task, visit(task))


def kept_before(task: CaptureTask) -> Preserved | None:
    """The finished exhibit of the same mark, when a crash came before it was recorded."""
    bundle_name(task.reference, task.number)
    if not task.wrapped_key:
        raise EvidenceError("This record's key is destroyed, so nothing can be kept for it.")
    leave_key(task.storage, task.reference, task.recipient, task.wrapped_key)
    return _made_before(task)


def keep(task: CaptureTask, page: PageCapture | None, began: datetime | None = None) -> Preserved:
    """Seal and store what there is; `page` None: it is an exhibit without one.

    A name that is taken by another exhibit is left alone: this one gets the next free number.
    """
    for number in _free_numbers(task):
        bundle = _seal(task, page, number, began or datetime.now(UTC))
        if done := _store(task, page, bundle, number):
            return done
    raise AssertionError  # numbers never end


def leave_key(storage: Storage, reference: str, recipient: str, wrapped: bytes) -> None:
    """Put a record's wrapped key beside its bundles; raises ReferenceTakenError for another's.

    Its public half says whose it is, since a key that is wrapped anew has other bytes.
    """
    public, key = f"{reference}/{KEY_PUBLIC}", f"{reference}/{KEY_FILE}"
    if not storage.has(public) and storage.has(key) and storage.read(key) != wrapped:
        raise ReferenceTakenError  # from before public halves were left, and never wrapped anew
    line = f"{recipient}\n".encode()
    if not storage.write_new(public, line) and storage.read(public) != line:
        raise ReferenceTakenError
    storage.write_new(key, wrapped)


def read_summary(bundle: Path) -> Preserved | None:
    """What was noted beside a bundle when it was made; None when there is no readable note."""
    try:
        return noted(bundle.with_name(note_name(bundle.name)).read_bytes())
    except OSError:
        return None


def note_name(bundle: str) -> str:
    """The file beside `bundle` in which is noted what it is."""
    return f"{bundle.removesuffix(BUNDLE_END)}.json"


def noted(content: bytes) -> Preserved | None:
    """A note's content, if it is one."""
    try:
        said = json.loads(content)
        return Preserved(**{**said, "missing": tuple(said["missing"])})
    except (ValueError, TypeError, KeyError):
        return None


def signed_part(note: bytes) -> bytes:
    """What a note's signature is over: all that it says but the signature itself."""
    return json.dumps({**json.loads(note), "signature": ""}, sort_keys=True).encode()


def _note_beside(task: CaptureTask, bundle: str) -> Preserved | None:
    try:
        return noted(task.storage.read(f"{task.reference}/{note_name(bundle)}"))
    except NotKeptError:
        return None


def _made_before(task: CaptureTask) -> Preserved | None:
    """The finished exhibit of the same post, when a crash came before it was recorded."""
    if not task.mark:
        return None
    for file in _perhaps_made(task):
        before = _note_beside(task, file) if file.endswith(BUNDLE_END) else None
        if before and before.mark == task.mark:
            try:
                content = task.storage.read(f"{task.reference}/{file}")
            except NotKeptError:
                continue  # only its note came so far
            if hashlib.sha256(content).hexdigest() == before.sha256:
                return before
    return None


def _perhaps_made(task: CaptureTask) -> Iterator[str]:
    """The files among which a finished exhibit may be, which are few among thousands."""
    if task.written is None:
        yield from task.storage.names(task.reference)
        return
    for number in sorted(task.written.but):
        yield bundle_name(task.reference, number)
    for number in count(task.written.highest + 1):
        name = bundle_name(task.reference, number)
        if not task.storage.has(f"{task.reference}/{note_name(name)}"):
            return
        yield name


def visit(task: CaptureTask) -> PageCapture:
    """The page of the task, and what hangs on the post, however far it could be had."""
    try:
        browser = find_browser(task.browser)
    except ConfigurationError:
        browser = None
    return capture_page(
        task.url,
        browser=browser,
        allow_loopback=task.allow_loopback,
        seconds=task.timeout,
        post=task.post,
    )


def _seal(task: CaptureTask, page: PageCapture | None, number: int, began: datetime) -> Bundle:
    report: dict[str, Any] = {
        "reference": task.reference,
        "exhibit": number,
        "began_at": began.isoformat(),
        "ended_at": datetime.now(UTC).isoformat(),
        "grade": _grade(task, page),
        **({"page": page.grade, **page.report} if page else {}),
        "requested_url": task.url,
        **task.said,
        "missing": _missing(task, page),
    }
    parts = {
        **_record(task),
        **(_card(task) if page is None or CARD not in page.pictures else {}),
        **(page.pictures if page else {}),
        **task.more,
        "capture-report.json": json.dumps(report, indent=1, ensure_ascii=False).encode(),
    }
    return make_bundle(
        parts,
        reference=task.reference,
        number=number,
        made_at=began,
        recipient=task.recipient,
        sealer=task.sealer,
        holds=task.holds,
    )


def _card(task: CaptureTask) -> dict[str, bytes]:
    """The card as we draw it ourselves, where the browser has drawn none."""
    if task.post is None:
        return {}
    try:
        return {CARD: draw_card(card_of(task.post))}
    except Exception:  # noqa: BLE001 - whatever is odd about a post, its record must be kept
        return {}


def _missing(task: CaptureTask, page: PageCapture | None) -> list[str]:
    return [*(page.missing if page else ()), *task.missing]


def _grade(task: CaptureTask, page: PageCapture | None) -> Grade:
    """An exhibit without a page is complete when nothing is said to be missing."""
    whole = page.grade == "complete" if page else not task.missing
    return "complete" if whole else "partial"


def _record(task: CaptureTask) -> dict[str, bytes]:
    """The record, and how it came to us."""
    if not task.record:
        return {}
    name = _record_name(task.record)
    told = {
        "record": name,
        "record_bytes": len(task.record),
        "record_sha256": hashlib.sha256(task.record).hexdigest(),
        **(task.answer or _UNTOLD),
    }
    return {name: task.record, RESPONSE: json.dumps(told, indent=1, ensure_ascii=False).encode()}


def _record_name(record: bytes) -> str:
    try:
        json.loads(record)
    except (ValueError, RecursionError):
        return "api-record.bin"
    return "api-record.json"


def _free_numbers(task: CaptureTask) -> Iterator[int]:
    """Numbers that nobody has claimed, or that this post claimed before a crash."""
    for number in count(task.number):
        name = bundle_name(task.reference, number)
        if task.storage.has(f"{task.reference}/{name}"):
            continue
        if not task.storage.has(f"{task.reference}/{note_name(name)}"):
            yield number
        elif task.mark and (claim := _note_beside(task, name)) and claim.mark == task.mark:
            task.storage.remove(f"{task.reference}/{note_name(name)}")
            yield number


def _store(
    task: CaptureTask, page: PageCapture | None, bundle: Bundle, number: int
) -> Preserved | None:
    """Note first, bundle second; None when another capture was quicker with this number."""
    name = bundle_name(task.reference, number)
    sha256 = hashlib.sha256(bundle.sealed).hexdigest()
    done = Preserved(
        file_name=name,
        sha256=sha256,
        grade=_grade(task, page),
        missing=tuple(_missing(task, page)),
        mark=task.mark,
        stamped=bundle.stamped,
        page=page.grade if page else "",
    )
    signature = task.sealer.sign(signed_part(json.dumps(asdict(done)).encode()))
    done = replace(done, signature=signature.hex())
    note = f"{task.reference}/{note_name(name)}"
    if not task.storage.write_new(note, json.dumps(asdict(done), indent=1).encode()):
        return None
    try:
        wrote = task.storage.write_new(f"{task.reference}/{name}", bundle.sealed)
    except StorageError:
        with contextlib.suppress(StorageError):
            task.storage.remove(note)
        raise
    return done if wrote else None
