"""What the person named may read and write of their own incident; the record itself stays shut."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pyrage import x25519
from sqlmodel import Session

from casework.audit import note
from casework.errors import NotAllowedError
from casework.kinds_own import OWN
from casework.known import known_of, steps_of
from casework.office import Office
from casework.own_pages import is_open
from casework.permissions import Action, check, concerned
from casework.reading import OpenKey, Seen, key_opened, mentions_of, posts_opened
from casework.step_rules import Known
from casework.steps import Order, place_of, record_step
from policies.tables import AFFECTED
from records.incident import Incident, Mention
from records.own_page import OwnPage
from records.sealing import unseal
from records.step import Step

TOLD_AFTER = timedelta(minutes=5)
"""Several things said one after the other are told of once."""


@dataclass(frozen=True, slots=True)
class Said:
    """One revision of a step that is about the person: who wrote it, and the words."""

    step: Step
    words: Mapping[str, str]

    @property
    def answer(self) -> str:
        """What was answered, as a code."""
        return str(self.step.about.get("answer") or self.step.about.get("chose") or "")


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """What concerns the person alone: of the posts only where and when, and what was said."""

    incident: Incident
    known: Known
    mentions: Sequence[Mention]
    wishes: Sequence[Said]
    """Every revision, oldest first."""
    shown: Sequence[Said]
    file: Sequence[Said]
    leadership: Sequence[Said]

    @property
    def decides_file(self) -> bool:
        """SPSO 71: whether the policy has them decide about their own file."""
        return AFFECTED in self.known.pack.personal_record.deciders

    @property
    def asked_about_leadership(self) -> bool:
        """Whether somebody has asked if the leadership may hear who was named."""
        return bool(self.leadership)

    @property
    def chose(self) -> str:
        """How much of it they chose to see themselves."""
        own = [one for one in self.shown if one.step.actor == self.incident.staff_id]
        return own[-1].answer if own else ""


def read_own(
    session: Session, office: Office, page: OwnPage, open_key: OpenKey, now: datetime
) -> OwnRecord:
    """What the page shows; noted before anything is opened."""
    incident = admitted(session, office, page, now)
    note(session, "own page read", actor=page.staff_id, now=now, reference=incident.reference)
    identity = key_opened(session, incident, open_key)
    steps = steps_of(session, incident)

    def said(kind: str, subject: str = "") -> list[Said]:
        return [
            _said(incident, one, identity)
            for one in steps
            if (one.kind, one.subject) == (kind, subject)
        ]

    return OwnRecord(
        incident=incident,
        known=known_of(session, incident, office, now),
        mentions=mentions_of(session, incident),
        wishes=said("wishes"),
        shown=said("shown"),
        file=said("personal-record", AFFECTED),
        leadership=said("leadership-view"),
    )


def show_own_words(
    session: Session, office: Office, page: OwnPage, open_key: OpenKey, now: datetime
) -> list[Seen]:
    """The posts, for somebody who chose to see them; noted first (SPSO 16, 64)."""
    incident = admitted(session, office, page, now)
    known = known_of(session, incident, office, now)
    own = [one for one in known.taken if (one.kind, one.actor) == ("shown", page.staff_id)]
    if not own or own[-1].given.code("chose") != "everything":
        raise NotAllowedError
    note(session, "own post revealed", actor=page.staff_id, now=now, reference=incident.reference)
    return posts_opened(session, incident, key_opened(session, incident, open_key))


def say(
    session: Session,
    office: Office,
    page: OwnPage,
    kind: str,
    typed: Mapping[str, str],
    *,
    instead_of: int | None,
    now: datetime,
) -> Step:
    """Write down what they say, as their own step; raises as `record_step` does."""
    incident = admitted(session, office, page, now)
    known = known_of(session, incident, office, now)
    if kind not in OWN or not _is_theirs(kind, known):
        raise NotAllowedError
    more = {"for": AFFECTED} if kind == "personal-record" else {}
    order = Order(kind, {**typed, **more}, page.staff_id, instead_of=instead_of, own=True)
    written = record_step(session, office, incident.reference, order, now=now)
    if page.tell_at is None:
        page.tell_at = now + TOLD_AFTER
        session.add(page)
    return written


def admitted(session: Session, office: Office, page: OwnPage, now: datetime) -> Incident:
    """The incident of a page, if whom it was made for may still use it; else NotAllowedError."""
    incident = session.get_one(Incident, page.incident_id)
    if not is_open(page, incident, now):
        raise NotAllowedError
    about = concerned(session, incident, office, now)
    check(office.actor(page.staff_id), Action.SAY, about, now)
    return incident


def _is_theirs(kind: str, known: Known) -> bool:
    match kind:
        case "personal-record":
            return AFFECTED in known.pack.personal_record.deciders
        case "leadership-view":
            return known.newest("leadership-view") is not None
        case _:
            return True


def _said(incident: Incident, step: Step, identity: x25519.Identity) -> Said:
    words: dict[str, str] = {}
    if step.sealed is not None:
        place = place_of(incident.reference, step)
        words = json.loads(unseal(step.sealed, place=place, identity=identity))
    return Said(step, words)
