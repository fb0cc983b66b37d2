"""Where sealed evidence is kept: a folder, or anything else that keeps to `Storage`.

A name is a record's reference and a file: "NW-2026-0001/record-key.age". A file is written whole,
lasting and private, or not at all, and a bundle is never written over.
"""

import contextlib
import errno
import os
import re
import secrets
from pathlib import Path
from typing import Protocol

from evidence.errors import NotKeptError, StorageError

BUNDLE_END = ".tar.age"
_NAME = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*/[A-Za-z0-9][A-Za-z0-9._-]*")


class Storage(Protocol):
    """What preserving, checking and erasing ask of the place where evidence lies."""

    def write_new(self, name: str, content: bytes) -> bool:
        """Write unless the name is taken; whether this call wrote it. Raises StorageError."""

    def read(self, name: str) -> bytes:
        """What lies there; raises NotKeptError when nothing does."""

    def has(self, name: str) -> bool:
        """Whether something lies there."""

    def names(self, reference: str) -> list[str]:
        """The files of one record, in order, without the reference before them."""

    def replace(self, name: str, content: bytes) -> None:
        """Write over a wrapped key or a note, in one step; raises StorageError for a bundle."""

    def remove(self, name: str) -> None:
        """Take it away for good; nothing happens when it is not there."""

    def trial(self) -> str | None:
        """One plain sentence on why evidence can't be kept there; None when it can."""


class FolderStorage:
    """A folder of this machine, one folder a record."""

    def __init__(self, root: Path) -> None:
        """`root` is made, for its owner alone, when the first evidence is kept."""
        self.root = root

    def write_new(self, name: str, content: bytes) -> bool:
        """Survives a power cut once it returns."""
        file = self._file(name)
        make_private_folder(file.parent)
        return write_new(file, content)

    def read(self, name: str) -> bytes:  # noqa: D102
        try:
            return self._file(name).read_bytes()
        except FileNotFoundError:
            raise NotKeptError from None
        except OSError as fault:
            sentence = f"The evidence cannot be read ({os.strerror(fault.errno or 0)})."
            raise StorageError(sentence, again=True) from None

    def has(self, name: str) -> bool:  # noqa: D102
        return self._file(name).exists()

    def names(self, reference: str) -> list[str]:  # noqa: D102
        folder = self._file(f"{reference}/x").parent
        if not folder.is_dir():
            return []
        return sorted(one.name for one in folder.iterdir() if not one.name.startswith("."))

    def replace(self, name: str, content: bytes) -> None:  # noqa: D102
        replaceable(name)
        replace_file(self._file(name), content)

    def remove(self, name: str) -> None:  # noqa: D102
        file = self._file(name)
        try:
            file.unlink(missing_ok=True)
            if file.parent.is_dir():
                sync_folder(file.parent)
        except OSError as fault:
            raise _not_taken(fault) from None

    def trial(self) -> str | None:  # noqa: D102
        probe = _draft(self.root / "trial")
        try:
            make_private_folder(self.root)
            write_new(probe, b"Can evidence be kept here?\n")
            probe.unlink(missing_ok=True)
        except StorageError as fault:
            return str(fault)
        return None

    def _file(self, name: str) -> Path:
        return self.root / checked_name(name)


def checked_name(name: str) -> str:
    """`name` if it can lead nowhere but to a record's file; raises StorageError."""
    if not _NAME.fullmatch(name):
        raise StorageError("This is no name of a piece of evidence.")
    return name


def replaceable(name: str) -> None:
    """Raises StorageError for the name of a bundle: what is sealed is never written over."""
    if name.endswith(BUNDLE_END):
        raise StorageError("A sealed bundle is never written over.")


def write_new(file: Path, content: bytes) -> bool:
    """Write `file` (0600) unless its name is taken; whether this call wrote it.

    Survives a power cut once it returns; a crash leaves at most a dotted draft that no one takes
    for evidence. Raises StorageError on a full disk and the like.
    """
    if file.exists():
        return False
    draft = _draft(file)
    try:
        _write_draft(draft, content)
        _name(draft, file)
        sync_folder(file.parent)
    except FileExistsError:
        return False
    except OSError as fault:
        raise _not_taken(fault) from None
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
    return True


def replace_file(file: Path, content: bytes) -> None:
    """Put `content` (0600) where `file` was, in one step that survives a power cut."""
    draft = _draft(file)
    try:
        _write_draft(draft, content)
        draft.rename(file)
        sync_folder(file.parent)
    except OSError as fault:
        raise _not_taken(fault) from None
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def make_private_folder(folder: Path) -> None:
    """Make `folder` (0700), durable, with what is above it; raises StorageError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_folder(folder.parent)
    except OSError as fault:
        sentence = f"The folder could not be made: {os.strerror(fault.errno or 0)}."
        raise StorageError(sentence, again=True) from None


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _not_taken(fault: OSError) -> StorageError:
    return StorageError(f"The disk did not take it: {os.strerror(fault.errno or 0)}.", again=True)


def _draft(file: Path) -> Path:
    return file.with_name(f".draft-{secrets.token_hex(8)}")


def _write_draft(draft: Path, content: bytes) -> None:
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def _name(draft: Path, file: Path) -> None:
    """Give the draft its name only if that name is free, in one step where the disk can."""
    try:
        os.link(draft, file)
    except OSError as fault:
        if fault.errno not in {errno.EPERM, errno.ENOTSUP, errno.EMLINK}:
            raise
        if file.exists():
            raise FileExistsError from None
        draft.rename(file)
