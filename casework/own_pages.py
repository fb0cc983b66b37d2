"""The page on which the person named has a say: made by whoever told them, for them alone.

Nothing here reaches the person: its code is handed over after the talk (SPSO 69, WICS Named ¶3).
"""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from casework.audit import note
from casework.errors import KeyDestroyedError, StepUnfitError
from casework.office import Office
from casework.permissions import Action, check, concerned
from casework.steps import locked
from records.incident import Incident
from records.own_page import OwnPage
from records.record_key import RecordKey

LIVES = timedelta(days=14)


def make_page(
    session: Session, office: Office, reference: str, *, actor: str, code_hash: str, now: datetime
) -> OwnPage:
    """A new page for the person named; one that was made before ends.

    Raises NotAllowedError, StepUnfitError before they were told in private, KeyDestroyedError.
    """
    incident = locked(session, reference)
    about = concerned(session, incident, office, now)
    check(office.actor(actor), Action.MAKE_OWN_PAGE, about, now)
    if incident.staff_id is None:
        raise StepUnfitError("Nobody on the staff is named in this incident.")
    if about.affected is None:
        raise StepUnfitError("Record first that the person was told in private (told-in-private).")
    if not office.actor(incident.staff_id).employed(now):
        raise StepUnfitError("They do not work here.")
    key = session.get(RecordKey, incident.key_id)
    if key is None or key.wrapped is None:
        raise KeyDestroyedError
    _end_all(session, incident, now)
    assert incident.id is not None
    page = OwnPage(
        incident_id=incident.id,
        staff_id=incident.staff_id,
        made_by=actor,
        made_at=now,
        expires_at=now + LIVES,
        code_hash=code_hash,
    )
    session.add(page)
    note(session, "own page made", actor=actor, now=now, reference=reference)
    return page


def withdraw_page(
    session: Session, office: Office, reference: str, *, actor: str, now: datetime
) -> bool:
    """End the page at once, opened or not; False when there is none."""
    incident = locked(session, reference)
    about = concerned(session, incident, office, now)
    check(office.actor(actor), Action.MAKE_OWN_PAGE, about, now)
    if not _end_all(session, incident, now):
        return False
    note(session, "own page withdrawn", actor=actor, now=now, reference=reference)
    return True


def page_there(session: Session, incident: Incident, now: datetime) -> OwnPage | None:
    """The page that can be used now, if there is one."""
    return next((one for one in _pages(session, incident) if is_open(one, incident, now)), None)


def is_open(page: OwnPage, incident: Incident, now: datetime) -> bool:
    """Whether it can be used, by the one person it was made for."""
    return (
        page.withdrawn_at is None and now < page.expires_at and page.staff_id == incident.staff_id
    )


def _pages(session: Session, incident: Incident) -> list[OwnPage]:
    query = select(OwnPage).where(OwnPage.incident_id == incident.id)
    return list(session.exec(query.order_by(col(OwnPage.id).desc())))


def _end_all(session: Session, incident: Incident, now: datetime) -> int:
    ending = [one for one in _pages(session, incident) if is_open(one, incident, now)]
    for one in ending:
        one.withdrawn_at = now
        session.add(one)
    return len(ending)
