"""Wrap every record key anew, for those who may open records from now on.

Each record changes in one transaction, in the database and beside its bundles, and either form of
its key opens with the old keys or the new ones; so it can be broken off and begun again anywhere.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyrage import x25519
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from evidence.bundle import KEY_FILE
from evidence.key_change import finish, leave_anew
from evidence.storage import Storage
from evidence.vault import read_public_keys, unwrap_by_any, vault_identities
from records.database import reading, transaction
from records.incident import Incident
from records.record_key import RecordKey
from records.sealing import SealError, wrap
from workflows.key_turn import wait_for_turns

AT_ONCE = 10
"""How many records change in one transaction; others wait to write for as long as it takes."""
PASSES = 3


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """How many keys were wrapped anew, and how many no key at hand opens."""

    done: int
    shut: int


def wrap_all_anew(
    database: Engine, storage: Storage, keys: Path, more_holders: Sequence[x25519.Identity] = ()
) -> Rewrapped:
    """Wrap all for the recipients of now; destroys the replaced vault key once nothing needs it.

    Records that are made meanwhile are waited for first, so none is wrapped for the old key later
    than that. A key that nobody here opens keeps the old vault key from being destroyed.
    """
    wait_for_turns(database)
    shut = 0
    for _ in range(PASSES):
        recipients = read_public_keys(keys).recipients()
        holders = [*vault_identities(keys), *more_holders]
        done, shut = 0, 0
        for ids in _batches(database):
            for opened in _wrap(database, storage, ids, holders, recipients):
                done, shut = done + opened, shut + (not opened)
        left = _left(database, storage, vault_identities(keys)[0])
        if left == 0:
            finish(keys)
            break
    return Rewrapped(done, shut)


def _batches(database: Engine) -> Iterator[list[int]]:
    after = 0
    while True:
        query = (
            select(RecordKey.id)
            .where(col(RecordKey.id) > after, col(RecordKey.wrapped).is_not(None))
            .order_by(col(RecordKey.id))
            .limit(AT_ONCE)
        )
        with reading(database) as session:
            ids = [one for one in session.exec(query) if one is not None]
        if not ids:
            return
        yield ids
        after = ids[-1]


def _wrap(
    database: Engine,
    storage: Storage,
    ids: list[int],
    holders: list[x25519.Identity],
    recipients: list[str],
) -> list[bool]:
    """For each key that is not destroyed, whether it was opened and wrapped anew."""
    with transaction(database) as session:
        query = select(RecordKey).where(col(RecordKey.id).in_(ids)).with_for_update()
        keys = [key for key in session.exec(query) if key.wrapped is not None]
        return [_wrap_one(session, storage, key, holders, recipients) for key in keys]


def _wrap_one(
    session: Session,
    storage: Storage,
    key: RecordKey,
    holders: list[x25519.Identity],
    recipients: list[str],
) -> bool:
    assert key.wrapped is not None
    try:
        identity = unwrap_by_any(key.wrapped, holders)
    except SealError:
        return False
    key.wrapped = wrap(identity, recipients)
    session.add(key)
    for reference in session.exec(select(Incident.reference).where(Incident.key_id == key.id)):
        leave_anew(storage, reference, key.recipient, key.wrapped)
    return True


def _left(database: Engine, storage: Storage, vault: x25519.Identity) -> int:
    """How many keys, in the database or beside bundles, the new vault key alone doesn't open."""
    left = 0
    for ids in _batches(database):
        with reading(database) as session:
            kept = session.exec(select(RecordKey).where(col(RecordKey.id).in_(ids)))
            wrapped = [key.wrapped for key in kept if key.wrapped is not None]
            named = session.exec(select(Incident.reference).where(col(Incident.key_id).in_(ids)))
            names = [f"{reference}/{KEY_FILE}" for reference in named]
        wrapped += [storage.read(name) for name in names if storage.has(name)]
        left += sum(not _opens(one, vault) for one in wrapped)
    return left


def _opens(wrapped: bytes, holder: x25519.Identity) -> bool:
    try:
        unwrap_by_any(wrapped, [holder])
    except SealError:
        return False
    return True
