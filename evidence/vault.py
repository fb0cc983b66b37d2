"""The key files of an installation: who can make them, who needs only the public halves.

Watching and capturing read `vault.pub`, `recovery.pub`, `working.pub` and `pepper`; work in
progress is opened with `working.key`; only the part that shows records reads `vault.key`. The
recovery identity is never stored here. Secret files are in the form of age-keygen, so that the
`age` tool reads them too.
"""

import secrets
from dataclasses import dataclass, field
from pathlib import Path

import pyrage
from pyrage import x25519

from evidence.errors import StorageError
from evidence.storage import write_new
from records.errors import ConfigurationError
from records.sealing import new_identity, unseal, unwrap

PEPPER_BYTES = 32
_FROM_BACKUP = "Put it back from your backup; namewatch never makes a second one in its place."


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """All that watching and capturing need: whom to seal for, and the key of keyed hashes."""

    vault: str
    recovery: str
    working: str
    pepper: bytes = field(repr=False)


class Vault:
    """Opens the records of this installation; keep it with the part that serves people."""

    def __init__(self, folder: Path) -> None:
        """Raises ConfigurationError when the key is missing, damaged or open to others."""
        self._identity = _read_secret(folder, "vault")

    def open_record_key(self, wrapped: bytes) -> x25519.Identity:
        """The secret half of a record key; raises SealError when it isn't for this vault."""
        return unwrap(wrapped, self._identity)


class WorkingKey:
    """Opens work in progress, and nothing that is finished."""

    def __init__(self, folder: Path) -> None:
        """Raises ConfigurationError when the key is missing, damaged or open to others."""
        self._identity = _read_secret(folder, "working")

    def open(self, sealed: bytes, place: str) -> bytes:
        """Open what was sealed for the working key at the same `place`; raises SealError."""
        return unseal(sealed, place=place, identity=self._identity)


def create_keys(folder: Path) -> str:
    """Make the keys that are missing; the recovery identity's text, or "" if it was made before.

    The recovery identity is not kept: whoever calls this shows it once. Nothing is overwritten,
    and a key lost after the first run is reported instead of replaced.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_private(folder, "chmod 700")
    if (folder / "recovery.pub").exists():
        for name in ("vault.pub", "working.key", "working.pub", "pepper"):
            if not (folder / name).exists():
                raise ConfigurationError(f"is missing. {_FROM_BACKUP}", file=folder / name)
        return ""
    for name in ("vault", "working"):
        _ensure(folder / f"{name}.key", _identity_file(new_identity()))
        public = _identity_in(folder / f"{name}.key").to_public()
        _ensure(folder / f"{name}.pub", f"{public}\n".encode())
    _ensure(folder / "pepper", secrets.token_bytes(PEPPER_BYTES))
    recovery = new_identity()
    _ensure(folder / "recovery.pub", f"{recovery.to_public()}\n".encode())
    return str(recovery)


def read_public_keys(folder: Path) -> PublicKeys:
    """Read the public halves and the pepper; opens no secret key."""
    if folder.exists():
        _check_private(folder, "chmod 700")
    pepper = _read(folder / "pepper")
    if len(pepper) != PEPPER_BYTES:
        raise ConfigurationError(f"is damaged. {_FROM_BACKUP}", file=folder / "pepper")
    return PublicKeys(
        vault=_public_in(folder / "vault.pub"),
        recovery=_public_in(folder / "recovery.pub"),
        working=_public_in(folder / "working.pub"),
        pepper=pepper,
    )


def read_identity(file: Path) -> x25519.Identity:
    """The age identity in `file`, made by namewatch or by age-keygen."""
    return _identity_in(file, advice="Give a file that holds one AGE-SECRET-KEY line.")


def _read_secret(folder: Path, name: str) -> x25519.Identity:
    if folder.exists():
        _check_private(folder, "chmod 700")
    identity = _identity_in(folder / f"{name}.key")
    if str(identity.to_public()) != _public_in(folder / f"{name}.pub"):
        sentence = f"does not belong to {name}.pub beside it. {_FROM_BACKUP}"
        raise ConfigurationError(sentence, file=folder / f"{name}.key")
    return identity


def _identity_file(identity: x25519.Identity) -> bytes:
    return f"# public key: {identity.to_public()}\n{identity}\n".encode()


def _identity_in(file: Path, advice: str = _FROM_BACKUP) -> x25519.Identity:
    lines = [line.strip() for line in _read(file).splitlines()]
    keys = [line for line in lines if line and not line.startswith(b"#")]
    try:
        if len(keys) == 1:
            return x25519.Identity.from_str(keys[0].decode())
    except (pyrage.IdentityError, UnicodeDecodeError):
        pass
    raise ConfigurationError(f"holds no readable age key. {advice}", file=file)


def _public_in(file: Path) -> str:
    try:
        return str(x25519.Recipient.from_str(_read(file).decode().strip()))
    except (pyrage.RecipientError, UnicodeDecodeError):
        raise ConfigurationError(f"is damaged. {_FROM_BACKUP}", file=file) from None


def _read(file: Path) -> bytes:
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        sentence = "is missing. Run `namewatch init`, or put it back from your backup."
        raise ConfigurationError(sentence, file=file) from None
    except OSError as fault:
        raise ConfigurationError(f"cannot be read ({fault.strerror}).", file=file) from None
    _check_private(file, "chmod 600")
    return content


def _check_private(path: Path, command: str) -> None:
    if path.stat().st_mode & 0o077:
        sentence = f"can be reached by other users of this machine. Run: {command} {path}"
        raise ConfigurationError(sentence, file=path)


def _ensure(file: Path, content: bytes) -> None:
    """Write `file` unless it is there already."""
    try:
        write_new(file, content)
    except StorageError as fault:
        raise ConfigurationError(f"was not made. {fault}", file=file) from None
