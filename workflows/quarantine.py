"""What could not be understood: kept sealed and bounded, for whoever mends the connector."""

from collections.abc import Iterable

from sqlmodel import Session, col, delete, func, select

from monitors.source import Unread
from records.sealing import seal
from records.watching import Quarantined
from workflows.services import Services

MOST_KEPT = 200
"""Of each source, the newest; the ledger counts them all."""
MOST_BYTES = 65_536


def keep_unread(session: Session, held: Services, source: str, unread: Iterable[Unread]) -> None:
    """Keep the first bytes of each, sealed for the vault, and let go of the oldest."""
    for one in unread:
        session.add(
            Quarantined(
                source=source,
                at=held.now(),
                why=one.why,
                sealed=seal(
                    one.record[:MOST_BYTES],
                    place=f"quarantined:{source}",
                    recipient=held.public_keys.vault,
                ),
            )
        )
    session.flush()
    newest = (
        select(Quarantined.id)
        .where(Quarantined.source == source)
        .order_by(col(Quarantined.id).desc())
        .limit(MOST_KEPT)
    )
    kept = session.exec(select(func.count()).select_from(Quarantined)).one()
    if kept > MOST_KEPT:
        session.exec(
            delete(Quarantined)
            .where(col(Quarantined.source) == source)
            .where(col(Quarantined.id).not_in(newest))
        )
