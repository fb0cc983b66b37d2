"""Seal bytes for a record with public keys alone, and open them with its key.

Every record (an incident, or a mention still in triage) has an age key pair of its own. Its
public half stands in the database, so that anybody may seal; its secret half is kept only
wrapped for the vault key, the offline recovery key and people's own age keys. Destroying the
wrapped half erases the record. What is sealed carries the name of its place, so that sealed
values can't be exchanged.
"""

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from dataclasses import dataclass

import pyrage
from pyrage import x25519

from records.errors import NamewatchError


class SealError(NamewatchError):
    """This sealed value does not open with the key given, or belongs to another place."""


@dataclass(frozen=True, slots=True)
class NewRecordKey:
    """A record key as it is stored: public half in plain, secret half wrapped."""

    recipient: str
    wrapped: bytes


def new_identity() -> x25519.Identity:
    """A fresh age X25519 key pair."""
    return x25519.Identity.generate()


def new_record_key(wrapping_recipients: list[str]) -> NewRecordKey:
    """Make a record key whose secret half only the holders of `wrapping_recipients` can open."""
    identity = new_identity()
    wrapped = wrap(identity, wrapping_recipients)
    return NewRecordKey(recipient=str(identity.to_public()), wrapped=wrapped)


def wrap(identity: x25519.Identity, wrapping_recipients: list[str]) -> bytes:
    """The secret half of a record key as only the holders of `wrapping_recipients` can open it."""
    wrapped: bytes = pyrage.encrypt(str(identity).encode(), _recipients(wrapping_recipients))
    return wrapped


def unwrap(wrapped: bytes, holder: x25519.Identity) -> x25519.Identity:
    """The secret half of a record key; raises SealError when `holder` may not have it."""
    return x25519.Identity.from_str(_decrypt(wrapped, holder).decode())


def seal(value: bytes, *, place: str, recipient: str) -> bytes:
    """Seal `value` for `recipient` (an age public key), bound to `place` (such as "mention:7")."""
    body = json.dumps({"place": place, "value": b64encode(value).decode()}).encode()
    return pyrage.encrypt(body, _recipients([recipient]))


def unseal(sealed: bytes, *, place: str, identity: x25519.Identity) -> bytes:
    """Open what `seal` made for the same `place`; raises SealError otherwise."""
    body = json.loads(_decrypt(sealed, identity))
    if body["place"] != place:
        raise SealError("This sealed value belongs to another place than the one it was read from.")
    return b64decode(body["value"])


def keyed_hash(pepper: bytes, *parts: str) -> str:
    """Hex HMAC-SHA256 of `parts`; lets rows be recognised again without saying what they hold."""
    message = b"".join(len(raw := part.encode()).to_bytes(8, "big") + raw for part in parts)
    return hmac.new(pepper, message, hashlib.sha256).hexdigest()


def _recipients(texts: list[str]) -> list[x25519.Recipient]:
    return [x25519.Recipient.from_str(text) for text in texts]


def _decrypt(sealed: bytes, identity: x25519.Identity) -> bytes:
    try:
        return pyrage.decrypt(sealed, [identity])
    except pyrage.DecryptError:
        raise SealError from None
