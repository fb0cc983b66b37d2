"""What earlier records say: warnings given to the same author, and how alike cases were decided.

Nothing is searched for or built up across posts of a member of the public: an earlier record is
shown only to who may see both, and alike cases are shown without whose they were.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from casework.office import Office
from casework.permissions import Action, check, concerned, may
from records.finding import Severity
from records.incident import Incident, Mention
from records.step import Step

WARNED = frozenset({"warned", "asked-not-to"})
_RAISED: dict[Severity, Severity] = {"low": "medium", "medium": "high"}


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another record of the same author, and the days on which they were told something."""

    reference: str
    outcome: str
    told: tuple[tuple[str, str], ...]
    """What was said, and on which day."""


@dataclass(frozen=True, slots=True)
class Alike:
    """How often closed cases with a category in common ended so."""

    outcome: str
    because: str
    cases: int


def was_warned(session: Session, author_key: str | None) -> bool:
    """Whether whoever is known by this keyed hash has been warned, or asked not to go on."""
    if author_key is None:
        return False
    query = (
        select(Step)
        .join(Mention, col(Mention.incident_id) == Step.incident_id)
        .where(Mention.author_key == author_key, Step.kind == "warning")
    )
    return any(one.about.get("said") in WARNED for one in session.exec(query))


def after_a_warning(severity: Severity) -> Severity:
    """One step graver, short of a threat (SPSO 30)."""
    return _RAISED.get(severity, severity)


def with_same_author(
    session: Session, incident: Incident, office: Office, *, actor: str, now: datetime
) -> list[Earlier]:
    """Other records with a post of the same author, as far as `actor` may see both."""
    who = office.actor(actor)
    check(who, Action.VIEW, concerned(session, incident, office, now), now)
    own = select(Mention.author_key).where(
        Mention.incident_id == incident.id, col(Mention.author_key).is_not(None)
    )
    query = (
        select(Incident)
        .join(Mention, col(Mention.incident_id) == Incident.id)
        .where(col(Mention.author_key).in_(own), Incident.id != incident.id)
        .order_by(col(Incident.id))
        .distinct()
    )
    return [
        Earlier(one.reference, one.outcome, tuple(_told(session, one)))
        for one in session.exec(query)
        if may(who, Action.VIEW, concerned(session, one, office, now), now)
    ]


def alike(
    session: Session, incident: Incident, office: Office, *, actor: str, now: datetime
) -> list[Alike]:
    """How closed cases with a category in common were decided, the most frequent first (SPSO 14).

    No reference, day or person: the cases themselves stay with those who may see them.
    """
    check(office.actor(actor), Action.VIEW, concerned(session, incident, office, now), now)
    query = select(Incident).where(Incident.state == "closed", Incident.id != incident.id)
    own = set(incident.categories)
    cases = [one.id for one in session.exec(query) if own & set(one.categories)]
    found = Counter(_outcomes(session, [one for one in cases if one is not None]))
    return [Alike(outcome, because, count) for (outcome, because), count in found.most_common()]


def _outcomes(session: Session, cases: list[int]) -> Iterable[tuple[str, str]]:
    query = select(Step).where(col(Step.incident_id).in_(cases), Step.kind == "outcome")
    newest: dict[int, Step] = {}
    for step in session.exec(query.order_by(col(Step.revision))):
        newest[step.incident_id] = step
    for step in newest.values():
        yield str(step.about["outcome"]), str(step.about.get("because", ""))


def _told(session: Session, incident: Incident) -> Iterable[tuple[str, str]]:
    query = select(Step).where(Step.incident_id == incident.id, Step.kind == "warning")
    for step in session.exec(query.order_by(col(Step.id))):
        yield str(step.about["said"]), str(step.about.get("on", ""))
