"""Write a file whole, lasting and private, or not at all; never over another one."""

import contextlib
import errno
import os
import secrets
from pathlib import Path

from evidence.errors import StorageError


def write_new(file: Path, content: bytes) -> bool:
    """Write `file` (0600) unless its name is taken; whether this call wrote it.

    Survives a power cut once it returns; a crash leaves at most a dotted draft that no one takes
    for evidence. Raises StorageError on a full disk and the like.
    """
    if file.exists():
        return False
    draft = file.with_name(f".draft-{secrets.token_hex(8)}")
    try:
        _write_draft(draft, content)
        _name(draft, file)
        sync_folder(file.parent)
    except FileExistsError:
        return False
    except OSError as fault:
        sentence = f"The disk did not take it: {os.strerror(fault.errno or 0)}."
        raise StorageError(sentence, again=True) from None
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
    return True


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
