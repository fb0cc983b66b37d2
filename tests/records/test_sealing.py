"""Sealing with public keys alone: who can open what, and that nothing can be exchanged."""

import pytest

from records.sealing import (
    SealError,
    keyed_hash,
    new_identity,
    new_record_key,
    seal,
    unseal,
    unwrap,
)

TEXT = b"a sentence nobody else should read"


def test_the_vault_and_the_recovery_key_open_a_record_and_nobody_else_does() -> None:
    vault, recovery, stranger = new_identity(), new_identity(), new_identity()
    key = new_record_key([str(vault.to_public()), str(recovery.to_public())])
    sealed = seal(TEXT, place="mention:1:post", recipient=key.recipient)
    assert TEXT not in sealed
    for holder in (vault, recovery):
        record = unwrap(key.wrapped, holder)
        assert unseal(sealed, place="mention:1:post", identity=record) == TEXT
    with pytest.raises(SealError):
        unwrap(key.wrapped, stranger)
    with pytest.raises(SealError):
        unseal(sealed, place="mention:1:post", identity=stranger)


def test_a_value_moved_to_another_place_does_not_open() -> None:
    record = new_identity()
    sealed = seal(TEXT, place="mention:1:post", recipient=str(record.to_public()))
    with pytest.raises(SealError, match="another place"):
        unseal(sealed, place="mention:2:post", identity=record)


def test_a_changed_byte_is_noticed() -> None:
    record = new_identity()
    sealed = bytearray(seal(TEXT, place="p", recipient=str(record.to_public())))
    sealed[-1] ^= 1
    with pytest.raises(SealError):
        unseal(bytes(sealed), place="p", identity=record)


def test_a_keyed_hash_needs_its_pepper_and_keeps_parts_apart() -> None:
    pepper = bytes(32)
    assert keyed_hash(pepper, "bluesky", "x") == keyed_hash(pepper, "bluesky", "x")
    assert keyed_hash(pepper, "ab", "c") != keyed_hash(pepper, "a", "bc")
    assert keyed_hash(pepper, "a") != keyed_hash(b"\1" * 32, "a")
