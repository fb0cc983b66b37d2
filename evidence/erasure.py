"""Erase evidence for good: its key, its bundles, and again whatever a backup brings back.

Without its key a bundle is noise. The list of what was erased lies apart from the database and
holds no name and no secret: the public half of each key tells which key it was.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from evidence.bundle import KEY_FILE
from evidence.errors import EvidenceError, NotKeptError, StorageError
from evidence.key_files import destroy
from evidence.storage import BUNDLE_END, FolderStorage, Storage, sync_folder

LIST = "erased.jsonl"
CERTIFICATE = "certificate-of-disposal"
_CERTIFICATES = re.compile(rf"{CERTIFICATE}(-[0-9]+)?\.txt")


class ErasedListError(EvidenceError):
    """This list of erased evidence can't be read; put it back from a copy."""


@dataclass(frozen=True, slots=True)
class Erased:
    """A whole record (`recipient` is its key's public half), or one bundle of it."""

    reference: str
    at: datetime
    recipient: str
    bundle: str | None = None
    """The SHA-256 of the one bundle that was erased; None for the whole record."""


@dataclass(frozen=True, slots=True)
class Removed:
    """A bundle that was taken away."""

    name: str
    sha256: str


def read_list(file: Path) -> list[Erased]:
    """What was erased, oldest first; nothing when there is no list. Raises ErasedListError."""
    try:
        return [_erased(line) for line in _whole_lines(file.read_text("utf-8")).splitlines()]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise ErasedListError(f"{file}: {ErasedListError.__doc__}") from None


def add_to_list(file: Path, erased: Iterable[Erased]) -> None:
    """Add what is not there yet; it lasts once this returns."""
    known = set(read_list(file))
    fresh = [one for one in dict.fromkeys(erased) if one not in known]
    if not fresh:
        return
    lines = "".join(f"{json.dumps(asdict(one) | {'at': one.at.isoformat()})}\n" for one in fresh)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as out:
        out.truncate(len(_whole_lines(file.read_text("utf-8")).encode()))
        out.write(lines.encode())
        out.flush()
        os.fsync(out.fileno())
    sync_folder(file.parent)


def remove_record(storage: Storage, reference: str) -> list[Removed]:
    """Take a record's key and all its evidence away; the key first, since that alone erases."""
    names = storage.names(reference)
    if KEY_FILE in names:
        _destroy_key(storage, f"{reference}/{KEY_FILE}")
    removed = [_removed(storage, reference, name) for name in names if name.endswith(BUNDLE_END)]
    for name in names:
        if not _CERTIFICATES.fullmatch(name):
            storage.remove(f"{reference}/{name}")
    if isinstance(storage, FolderStorage):
        for draft in (storage.root / reference).glob(".*"):  # what a power cut left half-written
            _destroy_file(draft)
    return removed


def remove_bundle(storage: Storage, reference: str, sha256: str) -> list[Removed]:
    """Take one bundle and what lies beside it away; the key stays, for the others."""
    removed = []
    for name in storage.names(reference):
        if name.endswith(BUNDLE_END):
            bundle = _removed(storage, reference, name)
            if bundle.sha256 == sha256:
                removed.append(bundle)
                stem = name.removesuffix(BUNDLE_END)
                for beside in storage.names(reference):
                    if beside.startswith(f"{stem}."):
                        storage.remove(f"{reference}/{beside}")
    return removed


def is_left(storage: Storage, reference: str) -> bool:
    """Whether anything but certificates lies under a record's reference."""
    return any(not _CERTIFICATES.fullmatch(name) for name in storage.names(reference))


def certificates(storage: Storage, reference: str) -> list[str]:
    """Every certificate that was left there."""
    names = [one for one in storage.names(reference) if _CERTIFICATES.fullmatch(one)]
    return [storage.read(f"{reference}/{one}").decode("utf-8", "replace") for one in names]


def leave_certificate(storage: Storage, reference: str, text: str) -> str:
    """Keep a certificate beside where the evidence was; returns its name."""
    number = 1
    while True:
        name = f"{CERTIFICATE}.txt" if number == 1 else f"{CERTIFICATE}-{number}.txt"
        if storage.write_new(f"{reference}/{name}", text.encode()):
            return name
        number += 1


@dataclass(frozen=True, slots=True)
class Disposal:
    """What a certificate tells; no name, text or address."""

    reference: str
    at: datetime
    actor: str
    why: str
    recipient: str
    exhibit: int | None
    removed: Sequence[Removed]
    custody: str
    shared_posts: bool
    """Whether a post of it also belongs to another record."""

    def told_in(self, text: str) -> bool:
        """Whether this certificate is of the same act."""
        return _custody(self) in text.splitlines()


def certificate(disposal: Disposal) -> str:
    """The certificate of disposal, in plain words."""
    whole = disposal.exhibit is None
    what = "the whole record" if whole else f"exhibit {disposal.exhibit}"
    lines = [
        "CERTIFICATE OF DISPOSAL",
        "",
        f"Record:   {disposal.reference}",
        f"Erased:   {what}",
        f"When:     {disposal.at.astimezone(UTC):%d %B %Y %H:%M:%S} UTC",
        f"By:       {disposal.actor}",
        f"Why:      {disposal.why}",
        _custody(disposal),
        f"Key:      {disposal.recipient}",
        "",
        "Bundles taken away (SHA-256 and name):",
        *([f"  {one.sha256}  {one.name}" for one in disposal.removed] or ["  none"]),
        "",
        *(_WHOLE if whole else _ONE),
    ]
    if disposal.shared_posts:
        lines += ["", *_SHARED]
    return "\n".join(lines) + "\n"


def _custody(disposal: Disposal) -> str:
    return f"Custody:  {disposal.custody.removeprefix('custody ')}"


_WHOLE = (
    "The record's key was destroyed in the database and beside the bundles. Every copy of its",
    "posts, findings, reasons and bundles that is sealed with that key can't be opened any more.",
    "",
    "A backup made before this moment still holds the key, sealed for the vault and recovery",
    "keys. namewatch erases it again when such a backup is restored, by its list of erased",
    "evidence (keys/erased.jsonl); keep that list apart from your backups. Only when the last",
    "such backup is gone is the key gone everywhere. Copies that were exported are not reached.",
    "",
    "What stays: the reference, staff ids, kinds, times, the audit trail and the custody log.",
)
_ONE = (
    "The bundle was taken away. The record's key stays, because the rest of the record needs it:",
    "a copy of the bundle in a backup can still be opened by whoever holds the vault or recovery",
    "key. When such a backup is restored, namewatch takes the bundle away again. To make every",
    "copy unreadable, erase the whole record.",
)
_SHARED = (
    "A post of this record also belongs to another record, where it stays until that one is",
    "erased.",
)


def _whole_lines(text: str) -> str:
    """Without a last line that a power cut left unfinished; it is added again."""
    return text[: text.rfind("\n") + 1]


def _erased(line: str) -> Erased:
    told = json.loads(line)
    return Erased(**{**told, "at": datetime.fromisoformat(told["at"])})


def _destroy_key(storage: Storage, name: str) -> None:
    if isinstance(storage, FolderStorage):
        _destroy_file(storage.root / name)
    else:
        storage.replace(name, b"\0" * len(storage.read(name)))
        storage.remove(name)


def _destroy_file(file: Path) -> None:
    try:
        destroy(file)
    except OSError as fault:
        raise StorageError(f"The disk failed: {fault.strerror}.", again=True) from None


def _removed(storage: Storage, reference: str, name: str) -> Removed:
    try:
        content = storage.read(f"{reference}/{name}")
    except NotKeptError:
        content = b""
    return Removed(name, hashlib.sha256(content).hexdigest())
