"""The audit trail's keyed chain: written as a transaction commits, checked by anybody with the key.

Each entry's HMAC covers it and the entry before it. Its key is derived from the installation's
pepper, so whoever has only the database can't write the chain anew; who has both is shown by a
head that was told outside (`namewatch audit head`, and daily in the custody log).
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from sqlalchemy import Engine, event, inspect, text
from sqlalchemy.orm import Session as AnySession
from sqlmodel import Session, col, select

from records import chain
from records.audit import AuditEntry, AuditLink
from records.chain import FIRST, Head

LOG = "audit"
_CHAIN = 6_273_644
"""The number under which PostgreSQL knows the lock of the chain."""
_KEY = "audit_key"
_WRITTEN = "audit entries to chain"


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the trail and its place in the chain."""

    number: int
    previous: str
    sha256: str
    entry: AuditEntry | None
    """None when it is gone from the trail."""


def keep_chain(engine: Engine, pepper: bytes) -> None:
    """From now on what is written to the trail through `engine` is chained with this key."""
    key = hmac.new(pepper, b"the chain of the audit trail", hashlib.sha256).digest()
    engine.update_execution_options(**{_KEY: key})


def key_of(engine: Engine) -> bytes | None:
    """The key that `keep_chain` gave."""
    key: bytes | None = engine.get_execution_options().get(_KEY)
    return key


def to_be_chained(session: AnySession, entry: AuditEntry) -> None:
    """Have `entry` take its place when the transaction commits."""
    session.info.setdefault(_WRITTEN, []).append(entry)


def chained(session: Session) -> Iterator[Link]:
    """The whole chain, oldest first."""
    query = select(AuditLink, AuditEntry).join(
        AuditEntry, col(AuditEntry.id) == AuditLink.entry_id, isouter=True
    )
    for link, entry in session.exec(query.order_by(col(AuditLink.number))):
        yield Link(link.number, link.previous, link.sha256, entry)


def head_now(session: AnySession) -> Head | None:
    """The newest entry's number and hash."""
    query = select(AuditLink).order_by(col(AuditLink.number).desc()).limit(1)
    link = session.execute(query).scalars().first()
    return Head(link.number, link.sha256) if link else None


def unchained(session: Session) -> list[int]:
    """The entries that stand in the trail past the chain: namewatch did not write them."""
    query = select(AuditEntry.id).where(
        col(AuditEntry.id).not_in(select(AuditLink.entry_id).scalar_subquery())
    )
    return [one for one in session.exec(query.order_by(col(AuditEntry.id))) if one is not None]


def faults(session: Session, key: bytes, heads: Iterable[Head] = ()) -> list[str]:
    """What is wrong with the trail, also against `heads` told outside; empty if it is whole."""
    found = chain.faults_of(chained(session), heads, lambda link: _own_hash(link, key))
    return [*found, *(f"Row {one} of the trail was put in past it." for one in unchained(session))]


def _own_hash(link: Link, key: bytes) -> str:
    if link.entry is None:
        raise ValueError
    return _sha256(link.previous, link.entry, link.number, key)


def _sha256(previous: str, entry: AuditEntry, number: int, key: bytes) -> str:
    told = {
        "number": number,
        "id": entry.id,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "action": entry.action,
        "reference": entry.reference,
        "about": entry.about,
    }
    words = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
    return hmac.new(key, bytes.fromhex(previous) + words, hashlib.sha256).hexdigest()


@event.listens_for(AnySession, "before_commit")
def _chain_what_was_written(session: AnySession) -> None:
    """Last of all in a transaction, so that whoever waits for the chain holds up nobody else."""
    if session.in_nested_transaction():
        return
    written = session.info.pop(_WRITTEN, [])
    if not written:
        return
    key = session.connection().get_execution_options().get(_KEY)
    if key is None:
        return
    session.flush()
    kept = [one for one in written if inspect(one).persistent]
    _wait_for_turn(session)
    head = head_now(session)
    if head is None:  # the first ever: what older versions wrote comes first
        kept = list(session.execute(select(AuditEntry).order_by(col(AuditEntry.id))).scalars())
    _append(session, kept, head, key)


def _append(
    session: AnySession, entries: Iterable[AuditEntry], head: Head | None, key: bytes
) -> None:
    number, previous = (head.number, head.sha256) if head else (0, FIRST)
    for entry in entries:
        assert entry.id is not None
        number += 1
        sha256 = _sha256(previous, entry, number, key)
        session.add(AuditLink(number=number, entry_id=entry.id, previous=previous, sha256=sha256))
        previous = sha256


@event.listens_for(AnySession, "after_rollback")
def _forget_what_was_written(session: AnySession) -> None:
    session.info.pop(_WRITTEN, None)


def _wait_for_turn(session: AnySession) -> None:
    """Nobody else adds to the chain until this transaction ends."""
    connection: Any = session.connection()
    if connection.dialect.name == "sqlite":
        # Any write takes the database's one lock, also where the transaction began by reading.
        connection.execute(text("UPDATE audit_link SET number = number WHERE number < 0"))
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:chain)"), {"chain": _CHAIN})
