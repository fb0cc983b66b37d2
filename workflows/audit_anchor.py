"""Tell the audit trail's head to the custody log once a day, whose own head leaves the house."""

import re
from datetime import timedelta

from sqlmodel import Session, col, select

from casework.audit_chain import head_now
from records.audit import MACHINE
from records.chain import SHOWN, Head
from records.custody import Act, CustodyEntry
from workflows.custody import note_custody
from workflows.services import Services

EVERY = timedelta(days=1)
_WHY = re.compile(r"audit-([0-9]{1,12})-([0-9a-f]{20})")


def anchor_audit(session: Session, held: Services) -> bool:
    """Write the head down when that is due; whether it was."""
    query = select(CustodyEntry).where(CustodyEntry.act == Act.ANCHORED.value)
    last = session.exec(query.order_by(col(CustodyEntry.number).desc()).limit(1)).first()
    if last is not None and last.at > held.now() - EVERY:
        return False
    head = head_now(session)
    if head is None or (last is not None and head_in(last.why) == _short(head)):
        return False
    short = _short(head)
    why = f"audit-{short.number}-{short.sha256}"
    note_custody(session, Act.ANCHORED, actor=MACHINE, why=why, now=held.now())
    return True


def head_in(why: str) -> Head | None:
    """The head that an entry of the custody log tells."""
    found = _WHY.fullmatch(why)
    return Head(int(found[1]), found[2]) if found else None


def _short(head: Head) -> Head:
    return Head(head.number, head.sha256[:SHOWN])
