"""Erase again what a crash or the storage left undone, or what a backup brought back.

The database is seen to first and by itself: a storage that can't be reached must keep nobody from
watching.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from casework.audit import note
from evidence.custody import Head, head_words
from evidence.erasure import (
    Disposal,
    Erased,
    Removed,
    certificate,
    certificates,
    is_left,
    leave_certificate,
    read_list,
)
from evidence.errors import StorageError
from records.audit import MACHINE
from records.custody import ERASING, Act, CustodyEntry
from records.database import reading, transaction
from records.exhibit import Exhibit
from records.incident import Incident
from records.record_key import RecordKey
from records.traces import wipe_traces
from workflows.custody import note_custody
from workflows.erase import TABLES, Eraser, destroy_keys, is_shared, list_erased, remove


@dataclass(frozen=True)
class Again:
    """What was done, by reference; and of which nothing could be taken away, and why."""

    removed: dict[str, tuple[Removed, ...]] = field(default_factory=dict)
    left: tuple[str, ...] = ()
    fault: str = ""


def apply_again(eraser: Eraser, *, now: datetime, also: Sequence[Path] = ()) -> Again:
    """Erase again what is listed as erased, or half erased."""
    destroyed = destroy_again(eraser, now=now, also=also)
    again = take_away_again(eraser)
    if destroyed or any(file.exists() for file in eraser.lists):
        wipe_traces(eraser.database, *TABLES)  # a busy database may have kept some
    return Again({**dict.fromkeys(destroyed, ()), **again.removed}, again.left, again.fault)


def destroy_again(eraser: Eraser, *, now: datetime, also: Sequence[Path] = ()) -> list[str]:
    """Destroy the keys that a backup brought back; the references of theirs."""
    listed = {one for file in (*eraser.lists, *also) for one in read_list(file)}
    with reading(eraser.database) as session:
        known = _half_done(session, now)
    whole = {one.recipient for one in listed if one.bundle is None}
    listed |= {one for one in known if one.recipient not in whole}
    destroyed = [one.reference for one in _in_order(listed) if _destroy(eraser, one, now)]
    list_erased(eraser, sorted(listed, key=lambda one: one.at))
    if destroyed:
        wipe_traces(eraser.database, *TABLES)
    return destroyed


def take_away_again(eraser: Eraser) -> Again:
    """Take away what still lies in the storage; after a first fault the rest is left as well."""
    done: dict[str, tuple[Removed, ...]] = {}
    waiting = _in_order(one for file in eraser.lists for one in read_list(file))
    while waiting:
        one = waiting[0]
        try:
            removed = _take_away(eraser, one)
        except (StorageError, OSError) as fault:
            left = dict.fromkeys(one.reference for one in waiting)
            return Again(done, tuple(left), _said(fault))
        if removed:
            done[one.reference] = (*done.get(one.reference, ()), *removed)
        waiting.pop(0)
    return Again(done)


def _said(fault: StorageError | OSError) -> str:
    return str(fault) if isinstance(fault, StorageError) else f"The disk failed: {fault.strerror}."


def _in_order(erased: Iterable[Erased]) -> list[Erased]:
    return sorted(set(erased), key=lambda one: (one.reference, one.at, one.bundle or ""))


def _take_away(eraser: Eraser, one: Erased) -> list[Removed]:
    """Only what is of this key: an installation that began anew gives out its references again."""
    if not is_left(eraser.storage, one.reference):
        return []
    with reading(eraser.database) as session:
        incident = session.exec(select(Incident).where(Incident.reference == one.reference)).first()
        key = session.get(RecordKey, incident.key_id) if incident else None
        if key is not None and key.recipient != one.recipient and key.wrapped is not None:
            return []
    removed = remove(eraser.storage, [one])
    if removed:
        _certify(eraser, one, removed)
    return removed


def _certify(eraser: Eraser, one: Erased, removed: Sequence[Removed]) -> None:
    """Leave the certificate that whoever erased it did not come to, if the log knows of them."""
    with reading(eraser.database) as session:
        entry = _erasing_of(session, one)
        if entry is None:
            return
        incident = session.exec(select(Incident).where(Incident.reference == one.reference)).one()
        disposal = Disposal(
            reference=one.reference,
            at=entry.at,
            actor=entry.actor,
            why=ERASING[entry.why],
            recipient=one.recipient,
            exhibit=entry.exhibit,
            removed=removed,
            custody=head_words(Head(entry.number, entry.sha256)),
            shared_posts=is_shared(session, incident),
        )
    if not any(disposal.told_in(text) for text in certificates(eraser.storage, one.reference)):
        leave_certificate(eraser.storage, one.reference, certificate(disposal))


def _erasing_of(session: Session, one: Erased) -> CustodyEntry | None:
    query = select(CustodyEntry).where(
        CustodyEntry.reference == one.reference, CustodyEntry.act == Act.ERASED.value
    )
    if one.bundle is None:
        return session.exec(query.where(col(CustodyEntry.exhibit).is_(None))).first()
    numbers = (
        select(Exhibit.number)
        .join(Incident, col(Incident.id) == Exhibit.incident_id)
        .where(Incident.reference == one.reference, Exhibit.sha256 == one.bundle)
    )
    return session.exec(query.where(col(CustodyEntry.exhibit).in_(numbers))).first()


def _destroy(eraser: Eraser, one: Erased, now: datetime) -> bool:
    """Destroy a key that a backup brought back; whether it was there."""
    if one.bundle is not None:
        return False
    with transaction(eraser.database) as session:
        key = session.exec(select(RecordKey).where(RecordKey.recipient == one.recipient)).first()
        if key is None or key.wrapped is None:
            return False
        incident = session.exec(select(Incident).where(Incident.key_id == key.id)).first()
        if incident is None:  # a key of one mention alone
            key.wrapped = None
            session.add(key)
        else:
            destroy_keys(session, incident)
        note(session, "erased again", actor=MACHINE, now=now, reference=one.reference)
        note_custody(
            session,
            Act.ERASED_AGAIN,
            actor=MACHINE,
            why="restored",
            now=now,
            reference=one.reference,
        )
    return True


def _half_done(session: Session, now: datetime) -> set[Erased]:
    """What the database says is erased, in case the program died before it was listed."""
    query = (
        select(Incident.reference, RecordKey.recipient)
        .join(RecordKey, col(RecordKey.id) == Incident.key_id)
        .where(col(RecordKey.wrapped).is_(None))
    )
    keys = {Erased(reference, now, recipient) for reference, recipient in session.exec(query)}
    alone = (
        select(Incident.reference, Exhibit.sha256, CustodyEntry.at, RecordKey.recipient)
        .join(Exhibit, col(Exhibit.incident_id) == Incident.id)
        .join(RecordKey, col(RecordKey.id) == Incident.key_id)
        .join(
            CustodyEntry,
            (col(CustodyEntry.reference) == Incident.reference)
            & (col(CustodyEntry.exhibit) == Exhibit.number),
        )
        .where(CustodyEntry.act == Act.ERASED.value)
    )
    return keys | {
        Erased(reference, at, recipient, sha256)
        for reference, sha256, at, recipient in session.exec(alone)
    }
