"""Erase a record or one exhibit: database first, then the list, the key and the bundles.

Each step can be done again, and `workflows.erase_again` does so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from casework.audit import note
from casework.erasures import SamePersonError
from casework.errors import KeyDestroyedError, NoSuchExhibitError, NotSeenError
from casework.holds import check_not_held
from casework.incidents import by_reference
from casework.lifecycle import Happens, after
from casework.office import Office
from casework.permissions import Action, check, concerned
from casework.step_effects import forget_words
from casework.verdicts import forget
from evidence.custody import Head, head_words
from evidence.erasure import (
    LIST,
    Disposal,
    Erased,
    Removed,
    add_to_list,
    certificate,
    leave_certificate,
    remove_bundle,
    remove_record,
)
from evidence.errors import StorageError
from evidence.storage import Storage
from records.audit import MACHINE
from records.custody import ERASING, Act, CustodyEntry
from records.database import transaction
from records.errors import NamewatchError
from records.exhibit import Exhibit
from records.incident import Incident, Mention, MentionRevision
from records.record_key import RecordKey
from records.report import MentionReport
from records.traces import wipe_traces
from records.waiting import WaitingPost
from workflows.captures import forget_captures
from workflows.custody import note_custody

TABLES = (
    "record_key",
    "mention",
    "mention_revision",
    "mention_report",
    "step",
    "incident",
    "capture",
    "recheck",
)


@dataclass(frozen=True)
class Eraser:
    """Where everything is that has to go, and the lists that outlive a backup."""

    database: Engine
    storage: Storage
    lists: tuple[Path, ...]

    @classmethod
    def of(
        cls, database: Engine, storage: Storage, keys_folder: Path, evidence_folder: Path
    ) -> "Eraser":
        """One list lies with the keys, which no backup of the database holds; one is its copy."""
        return cls(database, storage, (keys_folder / LIST, evidence_folder / LIST))


@dataclass(frozen=True, slots=True)
class Order:
    """Who wants what erased, who has agreed, and why (a code of ERASING)."""

    reference: str
    exhibit: int | None
    actor: str
    second: str
    why: str


@dataclass(frozen=True, slots=True)
class Done:
    """The certificate, where it lies, and whether the database's files hold no trace any more."""

    certificate: str
    kept_as: str
    wiped: bool


class HalfErasedError(NamewatchError):
    """What lies in the evidence storage could not be taken away."""

    def __init__(self, fault: StorageError) -> None:
        super().__init__(
            f"it is erased in the database, but not beside it: {fault} When that is mended,"
            " run `namewatch erase --apply-again`; `namewatch run` does the same at its start."
        )


@dataclass(frozen=True, slots=True)
class _Committed:
    """What the transaction decided."""

    erased: tuple[Erased, ...]
    custody: str
    shared: bool


def erase(eraser: Eraser, office: Office, order: Order, *, now: datetime) -> Done:
    """Erase; raises a CaseworkError when it may not be, and nothing has changed then.

    Called for what two people have agreed to (workflows.erase_by_two); both are asked for again.
    """
    if order.why not in ERASING:
        raise ValueError("a reason for erasing is one of the codes")
    with transaction(eraser.database) as session:
        done = _commit(session, office, order, now)
    list_erased(eraser, done.erased)
    wiped = wipe_traces(eraser.database, *TABLES)
    try:
        removed = remove(eraser.storage, done.erased)
        text = certificate(
            Disposal(
                reference=order.reference,
                at=now,
                actor=f"{order.actor}, and {order.second} agreed",
                why=ERASING[order.why],
                recipient=done.erased[0].recipient,
                exhibit=order.exhibit,
                removed=removed,
                custody=done.custody,
                shared_posts=done.shared,
            )
        )
        return Done(text, leave_certificate(eraser.storage, order.reference, text), wiped)
    except StorageError as fault:
        raise HalfErasedError(fault) from None


def erased_exhibits(session: Session, reference: str) -> frozenset[int]:
    """The numbers of the exhibits of a record that were erased by themselves."""
    query = select(CustodyEntry.exhibit).where(
        CustodyEntry.reference == reference, CustodyEntry.act == Act.ERASED.value
    )
    return frozenset(one for one in session.exec(query) if one is not None)


def _commit(session: Session, office: Office, order: Order, now: datetime) -> _Committed:
    incident = by_reference(session, order.reference)
    who = concerned(session, incident, office, now)
    check(office.actor(order.actor), Action.ERASE, who, now)
    if order.second == order.actor:
        raise SamePersonError
    check(office.actor(order.second), Action.AGREE_TO_ERASE, who, now)
    check_not_held(session, incident)
    if incident.state == "open":
        raise NotSeenError
    if order.exhibit is None:
        recipients, bundle = destroy_keys(session, incident), None
    else:
        key = session.get(RecordKey, incident.key_id)
        recipients = (key.recipient,) if key and key.wrapped is not None else ()
        bundle = _bundle_of(session, incident, order.exhibit)
    if not recipients:
        raise KeyDestroyedError
    about = {"exhibit": order.exhibit, "why": order.why, "second": order.second}
    note(session, "erased", actor=order.actor, now=now, reference=order.reference, about=about)
    entry = note_custody(
        session,
        Act.ERASED,
        actor=order.actor,
        why=order.why,
        now=now,
        reference=order.reference,
        exhibit=order.exhibit,
    )
    return _Committed(
        erased=tuple(Erased(order.reference, now, one, bundle) for one in recipients),
        custody=head_words(Head(entry.number, entry.sha256)),
        shared=is_shared(session, incident),
    )


def _bundle_of(session: Session, incident: Incident, number: int) -> str:
    query = select(Exhibit).where(Exhibit.incident_id == incident.id, Exhibit.number == number)
    exhibit = session.exec(query).first()
    if exhibit is None or number in erased_exhibits(session, incident.reference):
        raise NoSuchExhibitError
    return exhibit.sha256


def destroy_keys(session: Session, incident: Incident) -> tuple[str, ...]:
    """Destroy the keys of a record and all that is sealed with or beside them."""
    mentions = session.exec(select(Mention).where(Mention.incident_id == incident.id)).all()
    keys = {incident.key_id, *(one.key_id for one in mentions)}
    recipients = []
    for key_id in sorted(keys):
        key = session.get(RecordKey, key_id)
        if key is not None and key.wrapped is not None:
            key.wrapped = None
            session.add(key)
            recipients.append(key.recipient)
        forget(session, key_id)
    for mention in mentions:
        empty_mention(session, mention)
    forget_captures(session, incident)
    forget_words(session, incident)
    incident.page_link = None
    incident.escalates_at = incident.duty_at = None
    incident.state = after(incident.state, Happens.ERASED, actor=MACHINE)
    session.add(incident)
    return tuple(recipients)


def empty_mention(session: Session, mention: Mention) -> None:
    """Empty what is sealed, for whichever key: the working key would still open its copies."""
    mention.working_copy = None
    mention.sealed_post = mention.sealed_record = mention.sealed_finding = b""
    session.add(mention)
    for wording in session.exec(
        select(MentionRevision).where(MentionRevision.mention_id == mention.id)
    ):
        wording.sealed_post = wording.sealed_record = wording.sealed_finding = b""
        session.add(wording)
    for report in session.exec(select(MentionReport).where(MentionReport.mention_id == mention.id)):
        report.sealed = b""
        session.add(report)
    others = select(Mention.id).where(
        Mention.post_key == mention.post_key, Mention.incident_id != mention.incident_id
    )
    if session.exec(others).first() is None:
        waits = select(WaitingPost).where(WaitingPost.post_key == mention.post_key)
        for waiting in session.exec(waits):
            session.delete(waiting)


def is_shared(session: Session, incident: Incident) -> bool:
    """Whether a post of it also belongs to another record."""
    own = select(Mention.post_key).where(Mention.incident_id == incident.id)
    other = select(Mention.id).where(
        col(Mention.post_key).in_(own),
        col(Mention.incident_id).is_not(None),
        Mention.incident_id != incident.id,
    )
    return session.exec(other).first() is not None


def list_erased(eraser: Eraser, erased: Iterable[Erased]) -> None:
    """Add to the lists what is erased."""
    kept = list(erased)
    for file in eraser.lists:
        add_to_list(file, kept)


def remove(storage: Storage, erased: Iterable[Erased]) -> list[Removed]:
    """Take away what lies in the storage; raises StorageError."""
    removed: list[Removed] = []
    for one in erased:
        if one.bundle is None:
            removed += remove_record(storage, one.reference)
        else:
            removed += remove_bundle(storage, one.reference, one.bundle)
    return removed
