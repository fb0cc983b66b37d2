"""One incident as it lies before somebody who may see it."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from casework.errors import KeyDestroyedError
from casework.incidents import by_reference
from casework.known import known_of
from casework.office import Office
from casework.permissions import Action, Concerned, Standing, allowed, check, concerned
from casework.step_rules import Known
from records.incident import Incident
from records.record_key import RecordKey


@dataclass(frozen=True, slots=True)
class Case:
    """An incident with all but its sealed words, by its own edition of the policy."""

    incident: Incident
    office: Office
    known: Known
    concerned: Concerned
    standing: Standing

    def may(self, action: Action) -> bool:
        """Whether the reader may do this with it."""
        return allowed(self.standing, action)


def case_for(
    session: Session, office: Office, reference: str, reader: str, *, now: datetime
) -> Case:
    """The incident, if `reader` may see it; else raises a CaseworkError.

    Nothing sealed is opened, so nothing is noted; whoever shows more asks casework.reading.
    """
    incident = by_reference(session, reference)
    about = concerned(session, incident, office, now)
    standing = check(office.actor(reader), Action.VIEW, about, now)
    key = session.get(RecordKey, incident.key_id)
    if key is None or key.wrapped is None:
        raise KeyDestroyedError
    known = known_of(session, incident, office, now)
    return Case(incident, office.of(incident), known, about, standing)
