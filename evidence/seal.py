"""The seal of a bundle: a signature over SHA256SUMS, and a time stamp where one can be had.

`seal.key` signs. It opens nothing, so capturing may hold it, but whoever has it can sign in this
installation's name: it lies beside the other keys, never in the database or in backups of it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from evidence.errors import BundleError, StampError
from evidence.key_files import FROM_BACKUP, check_private, ensure, read_private
from evidence.stamp import Authority
from evidence.sums import SIGNATURE, SUMS, TOKEN, TOKEN_SIGNATURE, sums_of
from records.errors import ConfigurationError

SIGNER = "signer.pub"
STATEMENT = "seal.json"
CERTIFICATES = "tsa-certificate.pem"
SEAL_FILES = frozenset({SIGNER, STATEMENT, SIGNATURE})
NO_AUTHORITY = "No time-stamp authority is set."
_SINCE = "Signs since "


@dataclass(frozen=True, slots=True)
class Sealer:
    """Signs in this installation's name; has a time-stamp authority asked if there is one."""

    key: Ed25519PrivateKey = field(repr=False)
    authority: Authority | None = None

    def close(
        self, content: Mapping[str, bytes], *, reference: str, number: int
    ) -> dict[str, bytes]:
        """`content` with its sums, their signature and what speaks for them.

        seal.json is among what is summed and says whether a time stamp belongs to it, so that none
        can be taken away.
        """
        signer = _pem(self.key.public_key())
        about: dict[str, Any] = {
            "reference": reference,
            "exhibit": number,
            "signature": f"{SIGNATURE}: Ed25519 over the bytes of {SUMS}, by {SIGNER}",
            "signer_sha256": fingerprint(self.key.public_key()),
        }
        whole = {**content, SIGNER: signer}
        why = NO_AUTHORITY
        if self.authority:
            stamp: dict[str, str | None] = {"token": TOKEN, "authority": self.authority.url}
            statement = _json({**about, "time_stamp": stamp})
            tried = {**whole, CERTIFICATES: self.authority.certificates, STATEMENT: statement}
            sums = sums_of(tried)
            try:
                token = self.authority.stamp(sums)
                # A few bytes of a token can be changed without its ceasing to hold.
                tokens = {TOKEN: token, TOKEN_SIGNATURE: self.sign(token)}
                return self._signed({**tried, **tokens}, sums)
            except StampError as fault:
                why = str(fault)
        stamp = {"token": None, "why": why, "later": "beside the sealed file, if one could be had"}
        whole[STATEMENT] = _json({**about, "time_stamp": stamp})
        return self._signed(whole, sums_of(whole))

    def sign(self, content: bytes) -> bytes:
        """The Ed25519 signature over `content`."""
        return self.key.sign(content)

    def _signed(self, whole: dict[str, bytes], sums: bytes) -> dict[str, bytes]:
        return {**whole, SUMS: sums, SIGNATURE: self.sign(sums)}


@dataclass(frozen=True, slots=True)
class Signer:
    """A public key whose owner is known, and how it is known."""

    key: Ed25519PublicKey
    whose: str
    since: datetime | None = None


def check_signature(content: Mapping[str, bytes], signers: Iterable[Signer]) -> Signer:
    """Who signed; raises BundleError when nobody known did, or something else was signed."""
    packed = _public(content[SIGNER])
    if packed is None:
        raise BundleError(f"{SIGNER} is damaged.")
    for signature, signed in ((SIGNATURE, SUMS), (TOKEN_SIGNATURE, TOKEN)):
        if not _signs(packed, content, signature, signed):
            raise BundleError(f"{signature} is no signature by {SIGNER} over {signed}.")
    for one in signers:
        if fingerprint(one.key) == fingerprint(packed):
            return one
    raise BundleError(
        f"{SIGNER} is a key that is not known here (SHA-256 {fingerprint(packed)}):"
        " give --signer FILE, the seal.pub of those who made the bundle."
    )


def signer_of(signature: bytes, content: bytes, signers: Iterable[Signer]) -> Signer | None:
    """Which of `signers` signed `content`, if any did."""
    return next((one for one in signers if _holds(one.key, signature, content)), None)


def _signs(
    key: Ed25519PublicKey, content: Mapping[str, bytes], signature: str, signed: str
) -> bool:
    if signature not in content:
        return True  # told as missing where it has to be there
    return _holds(key, content[signature], content.get(signed, b""))


def _holds(key: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def statement_of(content: Mapping[str, bytes]) -> Mapping[str, Any]:
    """What seal.json says; raises BundleError when it can't be read."""
    try:
        said = json.loads(content[STATEMENT])
        stamp = said["time_stamp"]
        if stamp["token"] in {TOKEN, None} and isinstance(said["exhibit"], int):
            return dict(said)
    except (ValueError, TypeError, KeyError, RecursionError):
        pass
    raise BundleError(f"{STATEMENT} is damaged.")


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 of a public key, in hex, over its DER form."""
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def ensure_seal_key(folder: Path) -> None:
    """Make seal.key and seal.pub unless they are there; raises ConfigurationError for a lost one.

    An installation from before bundles were signed gets its key here.
    """
    if not (folder / "seal.key").exists():
        if (folder / "seal.pub").exists():
            sentence = (
                f"is missing. {FROM_BACKUP} If it is lost, run `namewatch keys rotate --signing`."
            )
            raise ConfigurationError(sentence, file=folder / "seal.key")
        ensure(folder / "seal.key", new_seal_key())
    if not (folder / "seal.pub").exists():
        ensure(folder / "seal.pub", public_file(secret_in(folder / "seal.key")))


def new_seal_key() -> bytes:
    """The text of a fresh seal.key."""
    return Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )


def public_file(secret: Ed25519PrivateKey) -> bytes:
    """The text of seal.pub: since when this key signs, then the key."""
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return f"# {_SINCE}{since}\n".encode() + _pem(secret.public_key())


def read_sealer(folder: Path, authority: Authority | None = None) -> Sealer:
    """The sealer of this installation; raises ConfigurationError."""
    if folder.exists():
        check_private(folder, "chmod 700")
    secret = secret_in(folder / "seal.key")
    known = read_signer(folder / "seal.pub", "")
    if fingerprint(known.key) != fingerprint(secret.public_key()):
        sentence = f"does not belong to seal.pub beside it. {FROM_BACKUP}"
        raise ConfigurationError(sentence, file=folder / "seal.key")
    return Sealer(secret, authority)


def read_signer(file: Path, whose: str) -> Signer:
    """The public key in `file`; raises ConfigurationError."""
    try:
        content = file.read_bytes()
    except OSError as fault:
        raise ConfigurationError(f"cannot be read ({fault.strerror}).", file=file) from None
    key = _public(content)
    if key is None:
        raise ConfigurationError("holds no Ed25519 public key in PEM form.", file=file)
    return Signer(key, whose, _since(content))


def signers_in(folder: Path) -> list[Signer]:
    """The keys with which this installation signs and has signed; empty when it has none."""
    files = [folder / "seal.pub", *sorted(folder.glob("seal-until-*.pub"))]
    return [
        read_signer(file, f"this installation's own, {file}") for file in files if file.exists()
    ]


def secret_in(file: Path) -> Ed25519PrivateKey:
    """The signing key in a private file; raises ConfigurationError."""
    try:
        secret = load_pem_private_key(read_private(file), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        secret = None
    if not isinstance(secret, Ed25519PrivateKey):
        raise ConfigurationError(f"holds no readable signing key. {FROM_BACKUP}", file=file)
    return secret


def _public(content: bytes) -> Ed25519PublicKey | None:
    try:
        key = load_pem_public_key(content)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, Ed25519PublicKey) else None


def _since(content: bytes) -> datetime | None:
    for line in content.decode(errors="replace").splitlines():
        if line.startswith(f"# {_SINCE}"):
            try:
                return datetime.fromisoformat(line.removeprefix(f"# {_SINCE}"))
            except ValueError:
                return None
    return None


def _pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, indent=1).encode()
