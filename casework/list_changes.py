"""Who is added to an incident's list by a person, and who takes themselves out of it."""

from datetime import datetime

from sqlmodel import Session

from casework.audit import note
from casework.errors import NotAllowedError, StepUnfitError
from casework.incidents import give_access
from casework.office import Office
from casework.permissions import Action, check, concerned
from casework.steps import locked, look_again

BRINGING_IN: dict[str, str] = {
    "to-decide": "to decide",
    "to-support": "to support the person named",
    "to-act": "to carry out what was decided",
    "in-absence": "while somebody is away",
    "advice": "for advice",
}
"""Why somebody is added: code and plain words."""
CONFLICT: dict[str, str] = {
    "knows-author": "knows the author",
    "involved": "is involved in the matter",
    "close-to-named": "is close to the person named",
    "other": "says that there is one",
}
"""Why somebody is in conflict."""


def bring_in(
    session: Session,
    office: Office,
    reference: str,
    *,
    staff_id: str,
    why: str,
    actor: str,
    now: datetime,
) -> bool:
    """Put somebody on the list, with the reason (SPSO 68); whether they are new to it.

    The custodian may, and the line manager (WICS Named ¶1). Nobody named or in conflict is added.
    """
    if why not in BRINGING_IN:
        raise StepUnfitError(f"Say why: {', '.join(BRINGING_IN)}.")
    incident = locked(session, reference)
    who = concerned(session, incident, office, now)
    check(office.actor(actor), Action.BRING_IN, who, now)
    if staff_id in who.named | who.conflicted:
        raise NotAllowedError("They are named in this incident, or in conflict with it.")
    if not office.actor(staff_id).employed(now):
        raise StepUnfitError("They do not work here.")
    reason = f"{BRINGING_IN[why]}, brought in by {actor} (SPSO 68)"
    return give_access(
        session, incident, staff_id, role="brought_in", reason=reason, now=now, actor=actor
    )


def declare_conflict(
    session: Session, office: Office, reference: str, *, why: str, actor: str, now: datetime
) -> None:
    """Say of oneself that one is in conflict: from then on one sees no more of it (SPSO 42)."""
    if why not in CONFLICT:
        raise StepUnfitError(f"Say why: {', '.join(CONFLICT)}.")
    incident = locked(session, reference)
    check(office.actor(actor), Action.DECLARE, concerned(session, incident, office, now), now)
    incident.conflicted = [*incident.conflicted, actor]
    session.add(incident)
    about = {"why": why}
    note(session, "conflict declared", actor=actor, now=now, reference=reference, about=about)
    look_again(session, incident, office, now)
