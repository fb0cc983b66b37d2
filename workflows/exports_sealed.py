"""Hand out the sealed evidence of a record as it is: noted first, in the log and as a step."""

from datetime import datetime

from sqlmodel import Session

from casework.errors import CaseworkError, KeyDestroyedError
from casework.office import Office
from casework.permissions import Action, check, concerned
from evidence.bundle import KEY_FILE, KEY_PUBLIC
from evidence.storage import BUNDLE_END, Storage
from records.custody import OPENING, Act
from records.incident import Incident
from records.record_key import RecordKey
from workflows.custody import code_or_sealed, note_custody
from workflows.exports import Shared, share

WITHIN = frozenset({"to-decide", "to-support"})
"""Reasons for which it stays in the house."""
_TO = {"police": "police", "legal-advice": "outside-adviser"}
WHAT = "The sealed evidence, as it is"


class NothingSealedError(CaseworkError):
    """Nothing is sealed yet, so there is nothing to export."""


def check_sealed(
    session: Session, incident: Incident, office: Office, *, actor: str, now: datetime
) -> None:
    """Raise unless `actor` may export, and the record's key is still there."""
    check(office.actor(actor), Action.EXPORT, concerned(session, incident, office, now), now)
    key = session.get(RecordKey, incident.key_id)
    if key is None or key.wrapped is None:
        raise KeyDestroyedError


def sealed_names(storage: Storage, reference: str) -> list[str]:
    """The files of a record that are sealed, and those that check them; NothingSealedError."""
    names = [
        name
        for name in storage.names(reference)
        if name.endswith((BUNDLE_END, ".json", ".tsr", ".tsr.sig"))
        or name in {KEY_FILE, KEY_PUBLIC}
    ]
    if not any(name.endswith(BUNDLE_END) for name in names):
        raise NothingSealedError
    return names


def note_sealed(
    session: Session,
    incident: Incident,
    office: Office,
    *,
    whom: str,
    why: str,
    actor: str,
    now: datetime,
    to: str = "",
) -> None:
    """Write down that it is handed out, to whom and why (a code of OPENING, or words).

    `to` says whom the step tells of, where the reason does not.
    """
    if why not in WITHIN:
        words = OPENING.get(why, why)
        one = Shared(to or _TO.get(why, "another-body"), whom or words, WHAT, words)
        share(session, office, incident, one, actor=actor, now=now)
    code = code_or_sealed(session, incident, why, OPENING)
    note_custody(
        session, Act.EXPORTED, actor=actor, why=code, now=now, reference=incident.reference
    )
