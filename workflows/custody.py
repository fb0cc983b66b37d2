"""Write the custody log, in the transaction of the act it tells of, and read it back."""

import re
from base64 import b64encode
from collections.abc import Container, Iterator
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, select

from casework.errors import KeyDestroyedError
from evidence.custody import FIRST, Head, Link, chained
from records.custody import Act, CustodyEntry
from records.incident import Incident
from records.record_key import RecordKey
from records.sealing import seal

_CHAIN = 6_273_643
"""The number under which PostgreSQL knows the lock of the chain."""
_CODE = re.compile(r"[a-z][a-z0-9-]{0,39}")
_SEALED = "sealed:"
_LONGEST_WHY = 2000


def note_custody(
    session: Session,
    act: Act,
    *,
    actor: str,
    why: str,
    now: datetime,
    reference: str | None = None,
    exhibit: int | None = None,
) -> CustodyEntry:
    """Add an entry to the end of the chain, in the caller's transaction; nothing commits here.

    `why` is a code such as "found", or what `sealed_why` made. Other writers wait from here until
    the transaction ends, so call it late in it. Raises ValueError for words in plain.
    """
    if not (_CODE.fullmatch(why) or why.startswith(_SEALED)):
        raise ValueError("a reason stands in the custody log as a code or sealed")
    _wait_for_turn(session)
    head = head_now(session)
    link = chained(
        Link(
            number=head.number + 1 if head else 1,
            at=now,
            actor=actor,
            act=act.value,
            reference=reference,
            exhibit=exhibit,
            why=why,
            previous=head.sha256 if head else FIRST,
        )
    )
    entry = CustodyEntry(
        number=link.number,
        at=link.at,
        actor=link.actor,
        act=link.act,
        reference=link.reference,
        exhibit=link.exhibit,
        why=link.why,
        previous=link.previous,
        sha256=link.sha256,
    )
    session.add(entry)
    session.flush()
    return entry


def sealed_why(words: str, *, reference: str, recipient: str) -> str:
    """A reason in somebody's own words, sealed for the record (its public key `recipient`)."""
    content = words[:_LONGEST_WHY].encode("utf-8", "replace")
    sealed = seal(content, place=why_place(reference), recipient=recipient)
    return _SEALED + b64encode(sealed).decode()


def code_or_sealed(session: Session, incident: Incident, why: str, codes: Container[str]) -> str:
    """A reason as the log takes it: a code as it is, words of one's own sealed for the record."""
    if why in codes:
        return why
    key = session.get_one(RecordKey, incident.key_id)
    if key.wrapped is None:
        raise KeyDestroyedError
    return sealed_why(why, reference=incident.reference, recipient=key.recipient)


def why_place(reference: str) -> str:
    """Where a sealed reason belongs."""
    return f"custody:{reference}"


def head_now(session: Session) -> Head | None:
    """The newest entry's number and SHA-256."""
    query = select(CustodyEntry).order_by(col(CustodyEntry.number).desc()).limit(1)
    entry = session.exec(query).first()
    return Head(entry.number, entry.sha256) if entry else None


def chain(session: Session, *, reference: str | None = None) -> Iterator[Link]:
    """The whole log, or what of it is about one record, oldest first."""
    query = select(CustodyEntry).order_by(col(CustodyEntry.number))
    if reference is not None:
        query = query.where(CustodyEntry.reference == reference)
    for entry in session.exec(query):
        yield Link(**entry.model_dump())


def _wait_for_turn(session: Session) -> None:
    """Nobody else adds to the chain until this transaction ends."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        # Any write takes the database's one lock, also where the transaction began by reading.
        connection.execute(text("UPDATE custody_entry SET number = number WHERE number < 0"))
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:chain)"), {"chain": _CHAIN})
