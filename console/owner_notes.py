"""Tell somebody by mail that their ways to sign in were changed, in case it was not them."""

import logging

from casework.audit import note
from console.desk import Desk
from records.audit import MACHINE
from records.database import transaction
from records.errors import NamewatchError
from records.roster import StaffMember

SUBJECT = "Your ways to sign in were changed"
_TEXT = """{}

If it was you, you need do nothing. If it was not, tell whoever looks after this service at once:
they can end your sessions and take all ways to sign in away.
"""
_log = logging.getLogger(__name__)


def tell_owner(desk: Desk, member: StaffMember, what: str) -> None:
    """Mail one sentence about what was changed; a mail that fails is noted."""
    try:
        desk.send_note(member, SUBJECT, _TEXT.format(what))
    except NamewatchError as fault:
        _log.warning("a note about a way to sign in could not be mailed: %s", type(fault).__name__)
        about = {"staff_id": member.staff_id, "why": type(fault).__name__}
        with transaction(desk.database) as session:
            note(session, "sign-in note not sent", actor=MACHINE, now=desk.now(), about=about)
