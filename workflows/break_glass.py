"""Tell people that somebody asks to see a record, or was let in: without a name, until taken."""

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from casework.break_glass import LASTS, WAITS
from records.database import reading, transaction
from records.emergency import EmergencyAccess
from records.errors import NamewatchError
from records.incident import Incident
from records.roster import Roster, StaffMember

_ASKED = """Somebody who is not on its list asks to see a record, and says that it can't wait.
Nobody is let in unless you, or somebody else whom the policy names, agrees: {}

A request that nobody answers lapses after 24 hours.
"""
_OPENED = """Two people have agreed that somebody outside its list may see a record of yours
for 24 hours. Who it is, and why, stands in the record: {}

If that seems wrong to you, speak to your Director at once.
"""
Send = Callable[[StaffMember, str, str], None]
log = logging.getLogger(__name__)


def tell(database: Engine, roster: Roster, send: Send, console_url: str, now: datetime) -> int:
    """Mail whoever is still to be told; how many were. A mail that fails is tried again later."""
    with reading(database) as session:
        due = _due(session, now)
    return sum(
        _tell(database, roster, send, (one.id or 0, staff_id), _words(one, reference, console_url))
        for one, reference in due
        for staff_id in one.untold
    )


def _due(session: Session, now: datetime) -> list[tuple[EmergencyAccess, str]]:
    """What somebody is still to be told of and that is not long over."""
    query = (
        select(EmergencyAccess, Incident.reference)
        .join(Incident, col(Incident.id) == EmergencyAccess.incident_id)
        .where(col(EmergencyAccess.asked_at) > now - WAITS - LASTS)
    )
    return [
        (one, reference)
        for one, reference in session.exec(query)
        if one.untold and (one.allowed or one.decided_at is None)
    ]


def _words(one: EmergencyAccess, reference: str, console_url: str) -> tuple[str, str]:
    """Subject and text; no name, and no reference where nobody has been let in."""
    if one.allowed:
        record = f"{console_url}/r/{reference}"
        return "A record was opened to somebody outside its list", _OPENED.format(record)
    return "Somebody asks to see a record", _ASKED.format(f"{console_url}/break-glass")


def _tell(
    database: Engine, roster: Roster, send: Send, whom: tuple[int, str], words: tuple[str, str]
) -> bool:
    number, staff_id = whom
    member = roster.get(staff_id)
    try:
        if member is not None:
            send(member, *words)
    except NamewatchError as fault:
        log.warning("Somebody could not be told of an opened record (%s).", type(fault).__name__)
        return False
    with transaction(database) as session:
        kept = session.get_one(EmergencyAccess, number, with_for_update=True)
        kept.untold = [one for one in kept.untold if one != staff_id]
        session.add(kept)
    return member is not None
