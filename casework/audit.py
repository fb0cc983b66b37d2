"""Write the audit trail, in the transaction of the change it tells of."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, func, select

from casework.audit_chain import to_be_chained
from records.audit import AuditEntry


def note(
    session: Session,
    action: str,
    *,
    actor: str,
    now: datetime,
    reference: str | None = None,
    about: Mapping[str, object] | None = None,
) -> AuditEntry:
    """Add an entry; `about` takes codes, counts and staff ids, never a name, text or address."""
    entry = AuditEntry(
        at=now, actor=actor, action=action, reference=reference, about=dict(about or {})
    )
    session.add(entry)
    to_be_chained(session, entry)
    return entry


def newest(session: Session) -> int:
    """The id of the newest entry; 0 when there is none."""
    return session.exec(select(func.max(AuditEntry.id))).one() or 0


def entries_after(session: Session, last: int, limit: int = 200) -> list[AuditEntry]:
    """The entries written after the one with id `last`, oldest first."""
    query = select(AuditEntry).where(AuditEntry.id > last)  # type: ignore[operator]
    return list(session.exec(query.order_by(AuditEntry.id).limit(limit)))  # type: ignore[arg-type]


def entries_about(session: Session, reference: str) -> list[AuditEntry]:
    """The whole trail of one incident, oldest first."""
    query = select(AuditEntry).where(AuditEntry.reference == reference)
    return list(session.exec(query.order_by(AuditEntry.id)))  # type: ignore[arg-type]
