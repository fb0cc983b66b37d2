"""The key files themselves: private to their owner, in the form of age-keygen, never made twice."""

import os
from pathlib import Path

import pyrage
from pyrage import x25519

from evidence.errors import StorageError
from evidence.storage import sync_folder, write_new
from records.errors import ConfigurationError

FROM_BACKUP = "Put it back from your backup; namewatch never makes a second one in its place."


def identity_file(identity: x25519.Identity) -> bytes:
    """The text of a secret file, as age-keygen writes it."""
    return f"# public key: {identity.to_public()}\n{identity}\n".encode()


def identity_in(file: Path, advice: str = FROM_BACKUP) -> x25519.Identity:
    """The one identity in a private file; raises ConfigurationError."""
    lines = [line.strip() for line in read_private(file).splitlines()]
    keys = [line for line in lines if line and not line.startswith(b"#")]
    try:
        if len(keys) == 1:
            return x25519.Identity.from_str(keys[0].decode())
    except (pyrage.IdentityError, UnicodeDecodeError):
        pass
    raise ConfigurationError(f"holds no readable age key. {advice}", file=file)


def public_in(file: Path) -> str:
    """The age public key in a file; raises ConfigurationError."""
    try:
        return public_key(read_private(file).decode())
    except (pyrage.RecipientError, UnicodeDecodeError):
        raise ConfigurationError(f"is damaged. {FROM_BACKUP}", file=file) from None


def public_key(text: str) -> str:
    """`text` as an age public key; raises pyrage.RecipientError."""
    return str(x25519.Recipient.from_str(text.strip()))


def read_private(file: Path) -> bytes:
    """What is in a file of ours; raises ConfigurationError when it is missing or open to others."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        sentence = "is missing. Run `namewatch init`, or put it back from your backup."
        raise ConfigurationError(sentence, file=file) from None
    except OSError as fault:
        raise ConfigurationError(f"cannot be read ({fault.strerror}).", file=file) from None
    check_private(file, "chmod 600")
    return content


def check_private(path: Path, command: str) -> None:
    """Raises ConfigurationError, with the cure, when other users can reach `path`."""
    if path.stat().st_mode & 0o077:
        sentence = f"can be reached by other users of this machine. Run: {command} {path}"
        raise ConfigurationError(sentence, file=path)


def ensure(file: Path, content: bytes) -> None:
    """Write `file` unless it is there already."""
    try:
        write_new(file, content)
    except StorageError as fault:
        raise ConfigurationError(f"was not made. {fault}", file=file) from None


def destroy(file: Path) -> None:
    """Overwrite a secret once and remove it; what a disk or a backup kept of it stays there."""
    if not file.exists():
        return
    with file.open("r+b") as out:
        out.write(b"\0" * file.stat().st_size)
        out.flush()
        os.fsync(out.fileno())
    file.unlink()
    sync_folder(file.parent)
