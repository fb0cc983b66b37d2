"""Who may do what with an incident; every path asks here, and the answer is no without a rule."""

from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session, select

from casework.errors import NotAllowedError
from records.incident import Incident, IncidentAccess


class Action(StrEnum):
    """What somebody may want to do with an incident."""

    VIEW = "view"
    REVEAL = "reveal"
    ACKNOWLEDGE = "acknowledge"
    JUDGE = "judge"
    OPEN_EVIDENCE = "open evidence"
    EXPORT = "export"
    HOLD = "hold"
    ERASE = "erase"


ANYBODY_ON_THE_LIST = frozenset(Action)
"""What being on the list allows; so far that is everything there is."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands towards an incident."""

    staff_id: str
    named: bool
    on_list: bool
    employed: bool


def check_may(standing: Standing, action: Action) -> None:
    """Raise NotAllowedError, with the reason, unless the action is allowed."""
    if standing.named:
        # SPSO 68: even as HR officer or Director.
        raise NotAllowedError(
            "You are named in this incident yourself, so you can't open its record."
        )
    if not standing.employed:
        raise NotAllowedError("You no longer work here.")
    if not standing.on_list or action not in ANYBODY_ON_THE_LIST:
        raise NotAllowedError


def may(standing: Standing, action: Action) -> bool:
    """Whether `check_may` raises nothing."""
    try:
        check_may(standing, action)
    except NotAllowedError:
        return False
    return True


def standing(session: Session, incident: Incident, staff_id: str, *, employed: bool) -> Standing:
    """How `staff_id` stands towards `incident` at this moment."""
    query = select(IncidentAccess).where(
        IncidentAccess.incident_id == incident.id, IncidentAccess.staff_id == staff_id
    )
    return Standing(
        staff_id=staff_id,
        named=staff_id == incident.staff_id or staff_id in incident.alongside,
        on_list=session.exec(query).first() is not None,
        employed=employed,
    )
