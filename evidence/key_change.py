"""Put one key in another's place, so that a crash at any moment can be gone on from.

The vault key that is being replaced stays beside as `vault.old.key` until every record key is
wrapped anew; `workflows.rewrap` does that. While it is under way a file `rewrapping` says so.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pyrage
from pyrage import x25519

from evidence.bundle import KEY_FILE, KEY_PUBLIC
from evidence.key_files import (
    check_private,
    destroy,
    identity_file,
    identity_in,
    public_in,
    public_key,
)
from evidence.seal import new_seal_key, public_file, read_sealer, secret_in
from evidence.storage import Storage, replace_file, sync_folder, write_new
from evidence.vault import OLD_VAULT, PEOPLE
from records.errors import ConfigurationError, NamewatchError
from records.sealing import new_identity

UNDER_WAY = "rewrapping"
_STAFF_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


class KeyChangeError(NamewatchError):
    """This key can't be changed."""


@contextmanager
def alone_with(folder: Path) -> Iterator[None]:
    """Nobody else changes keys meanwhile; raises KeyChangeError when somebody does."""
    check_private(folder, "chmod 700")
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise KeyChangeError(
            "the keys are being changed by another command; wait for it."
        ) from None
    finally:
        os.close(descriptor)


def begin(folder: Path) -> None:
    """Note that record keys have to be wrapped anew, before anything is changed."""
    write_new(folder / UNDER_WAY, b"Run `namewatch keys rotate` to go on.\n")


def is_under_way(folder: Path) -> bool:
    """Whether wrapping anew was begun and not finished."""
    return (folder / UNDER_WAY).exists() or (folder / OLD_VAULT).exists()


def finish(folder: Path) -> None:
    """Destroy the vault key that was replaced: no record needs it any more."""
    destroy(folder / OLD_VAULT)
    (folder / UNDER_WAY).unlink(missing_ok=True)
    sync_folder(folder)


def replace_vault_key(folder: Path) -> None:
    """A new vault key in the place of the present one, or the rest of an interrupted change."""
    key, old = folder / "vault.key", folder / OLD_VAULT
    begin(folder)
    if not old.exists() and _is_readable(key):
        write_new(old, key.read_bytes())
    if not (old.exists() and _is_readable(key)) or key.read_bytes() == old.read_bytes():
        replace_file(key, identity_file(new_identity()))
    replace_file(folder / "vault.pub", _line(str(identity_in(key).to_public())))


def replace_recovery_key(folder: Path) -> str:
    """A new recovery key, returned to be shown once and kept nowhere."""
    begin(folder)
    recovery = new_identity()
    replace_file(folder / "recovery.pub", _line(str(recovery.to_public())))
    return str(recovery)


def replace_signing_key(folder: Path) -> None:
    """A new key to sign with; what the one before signed is still known by its public half."""
    public = folder / "seal.pub"
    if public.exists():
        until = datetime.now(UTC)
        write_new(folder / f"seal-until-{until:%Y%m%dT%H%M%S%fZ}.pub", public.read_bytes())
    replace_file(folder / "seal.key", new_seal_key())
    replace_file(public, public_file(secret_in(folder / "seal.key")))
    read_sealer(folder)


def read_recovery_key(folder: Path, text: str) -> x25519.Identity:
    """The recovery key from the safe, as somebody typed it; raises KeyChangeError."""
    lines = [line.strip() for line in text.splitlines()]
    try:
        (line,) = [line for line in lines if line and not line.startswith("#")]
        recovery = x25519.Identity.from_str(line)
    except (ValueError, pyrage.IdentityError):
        raise KeyChangeError("this is no recovery key: it is one AGE-SECRET-KEY line.") from None
    if str(recovery.to_public()) != public_in(folder / "recovery.pub"):
        raise KeyChangeError("this is not the recovery key of this installation.")
    return recovery


def add_person(folder: Path, staff_id: str, key: str) -> None:
    """Let a person open records with an age key of their own; raises KeyChangeError."""
    if not _STAFF_ID.fullmatch(staff_id):
        raise KeyChangeError("this staff_id can't be the name of a file.")
    try:
        public = public_key(key)
    except pyrage.RecipientError:
        raise KeyChangeError(
            "this is no age public key: it begins with age1, as age-keygen prints it."
        ) from None
    begin(folder)
    (folder / PEOPLE).mkdir(mode=0o700, exist_ok=True)
    replace_file(folder / PEOPLE / f"{staff_id}.pub", _line(public))


def remove_person(folder: Path, staff_id: str) -> None:
    """Wrap no more for a person; raises KeyChangeError when they have no key here."""
    file = folder / PEOPLE / f"{staff_id}.pub"
    if not _STAFF_ID.fullmatch(staff_id) or not (file.exists() or is_under_way(folder)):
        raise KeyChangeError(
            "there is no key of this person here; `namewatch keys list` shows all."
        )
    begin(folder)
    file.unlink(missing_ok=True)
    if file.parent.is_dir():
        sync_folder(file.parent)


def leave_anew(storage: Storage, reference: str, recipient: str, wrapped: bytes) -> None:
    """Put a record's key, wrapped anew, beside its bundles if it has any.

    Call it while the key's row is locked: a bundle may have been begun with the key as it was.
    """
    name = f"{reference}/{KEY_FILE}"
    if storage.has(name) and storage.read(name) != wrapped:
        storage.write_new(f"{reference}/{KEY_PUBLIC}", _line(recipient))
        storage.replace(name, wrapped)


def _is_readable(key: Path) -> bool:
    try:
        identity_in(key)
    except ConfigurationError:
        return False
    return True


def _line(text: str) -> bytes:
    return f"{text}\n".encode()
