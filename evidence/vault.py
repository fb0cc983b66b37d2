"""The key files of an installation: who can make them, who needs only the public halves.

Watching and capturing read `vault.pub`, `recovery.pub`, `working.pub`, `people/` and `pepper`;
`seal.key` signs what was captured and opens nothing; work in progress is opened with
`working.key`; only the part that shows records reads `vault.key`. The
recovery identity is never stored here. Secret files are in the form of age-keygen, so that the
`age` tool reads them too.
"""

import contextlib
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from pyrage import x25519

from evidence.key_files import (
    FROM_BACKUP,
    check_private,
    ensure,
    identity_file,
    identity_in,
    public_in,
    read_private,
)
from evidence.seal import ensure_seal_key
from records.errors import ConfigurationError
from records.sealing import SealError, new_identity, unseal, unwrap

PEPPER_BYTES = 32
OLD_VAULT = "vault.old.key"
PEOPLE = "people"
"""The folder with the public keys of people who have an age key of their own."""


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """All that watching and capturing need: whom to seal for, and the key of keyed hashes."""

    vault: str
    recovery: str
    working: str
    pepper: bytes = field(repr=False)
    people: tuple[str, ...] = ()
    folder: Path | None = field(default=None, compare=False)

    def recipients(self) -> list[str]:
        """Whom a new record's key is wrapped for, as the key files say at this moment.

        They change while the service runs, when a key is rotated or a person is added. While they
        can't be read, what was read at the start stands: nothing found may be lost over it.
        """
        keys = self
        if self.folder:
            with contextlib.suppress(ConfigurationError, OSError):
                keys = read_public_keys(self.folder)
        return [keys.vault, keys.recovery, *keys.people]


class Vault:
    """Opens the records of this installation; keep it with the part that serves people."""

    def __init__(self, folder: Path) -> None:
        """Raises ConfigurationError when the key is missing, damaged or open to others."""
        self._folder = folder
        self._identities = vault_identities(folder)

    def open_record_key(self, wrapped: bytes) -> x25519.Identity:
        """The secret half of a record key; raises SealError when it isn't for this vault."""
        try:
            return unwrap_by_any(wrapped, self._identities)
        except SealError:
            self._identities = vault_identities(self._folder)  # rotated since it was read
            return unwrap_by_any(wrapped, self._identities)


def vault_identities(folder: Path) -> list[x25519.Identity]:
    """The vault key, and the one before it while records are still being wrapped anew."""
    if not (folder / OLD_VAULT).exists():
        return [_read_secret(folder, "vault")]
    check_private(folder, "chmod 700")
    return [identity_in(folder / "vault.key"), identity_in(folder / OLD_VAULT)]


def unwrap_by_any(wrapped: bytes, holders: list[x25519.Identity]) -> x25519.Identity:
    """The secret half of a record key by whichever holder may have it; raises SealError."""
    for holder in holders:
        with contextlib.suppress(SealError):
            return unwrap(wrapped, holder)
    raise SealError


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
    check_private(folder, "chmod 700")
    if (folder / "recovery.pub").exists():
        for name in ("vault.pub", "working.key", "working.pub", "pepper"):
            if not (folder / name).exists():
                raise ConfigurationError(f"is missing. {FROM_BACKUP}", file=folder / name)
        ensure_seal_key(folder)
        return ""
    ensure_seal_key(folder)
    for name in ("vault", "working"):
        ensure(folder / f"{name}.key", identity_file(new_identity()))
        public = identity_in(folder / f"{name}.key").to_public()
        ensure(folder / f"{name}.pub", f"{public}\n".encode())
    ensure(folder / "pepper", secrets.token_bytes(PEPPER_BYTES))
    recovery = new_identity()
    ensure(folder / "recovery.pub", f"{recovery.to_public()}\n".encode())
    return str(recovery)


def read_public_keys(folder: Path) -> PublicKeys:
    """Read the public halves and the pepper; opens no secret key."""
    if folder.exists():
        check_private(folder, "chmod 700")
    pepper = read_private(folder / "pepper")
    if len(pepper) != PEPPER_BYTES:
        raise ConfigurationError(f"is damaged. {FROM_BACKUP}", file=folder / "pepper")
    return PublicKeys(
        vault=public_in(folder / "vault.pub"),
        recovery=public_in(folder / "recovery.pub"),
        working=public_in(folder / "working.pub"),
        pepper=pepper,
        people=tuple(read_people(folder).values()),
        folder=folder,
    )


def read_people(folder: Path) -> dict[str, str]:
    """The age public keys of people who have one of their own, by staff id."""
    return {file.stem: public_in(file) for file in sorted((folder / PEOPLE).glob("*.pub"))}


def read_identity(file: Path) -> x25519.Identity:
    """The age identity in `file`, made by namewatch or by age-keygen."""
    return identity_in(file, advice="Give a file that holds one AGE-SECRET-KEY line.")


def _read_secret(folder: Path, name: str) -> x25519.Identity:
    if folder.exists():
        check_private(folder, "chmod 700")
    identity = identity_in(folder / f"{name}.key")
    if str(identity.to_public()) != public_in(folder / f"{name}.pub"):
        sentence = f"does not belong to {name}.pub beside it. {FROM_BACKUP}"
        raise ConfigurationError(sentence, file=folder / f"{name}.key")
    return identity
