"""Read the steps of a record with people's own words, once that is allowed and noted."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from casework.known import steps_of
from casework.permissions import Action
from casework.reading import Reader, admit
from casework.steps import place_of
from records.incident import Incident
from records.sealing import unseal
from records.step import Step


@dataclass(frozen=True, slots=True)
class Read:
    """A step, and the words that were written with it."""

    step: Step
    words: dict[str, str]


def read_steps(
    session: Session, incident: Incident, reader: Reader, *, now: datetime
) -> list[Read]:
    """Every step with its history, oldest first; noted in the audit trail before it is opened."""
    identity = admit(session, incident, reader, Action.VIEW, "steps read", now)
    found = []
    for step in steps_of(session, incident):
        words: dict[str, str] = {}
        if step.sealed is not None:
            place = place_of(incident.reference, step)
            words = json.loads(unseal(step.sealed, place=place, identity=identity))
        found.append(Read(step, words))
    return found
