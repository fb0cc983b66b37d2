"""Read what stands sealed in an incident's record, once the permission has been given and noted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pyrage import x25519
from sqlmodel import Session, col, select

from casework.audit import note
from casework.errors import KeyDestroyedError
from casework.office import Office
from casework.permissions import Action, check_may, let_in, standing
from records.finding import Finding
from records.incident import Incident, IncidentAccess, Mention
from records.post import Post
from records.record_key import RecordKey
from records.sealing import unseal

OpenKey = Callable[[bytes], x25519.Identity]
"""The vault: turns a wrapped record key into the key."""


def place_of(part: str, post_key: str) -> str:
    """Where a sealed part of a mention belongs; `part` is "post", "record" or "finding"."""
    return f"mention:{post_key}:{part}"


@dataclass(frozen=True, slots=True)
class Seen:
    """One mention of an incident, opened: why it was found, and (only if revealed) the post."""

    mention: Mention
    finding: Finding
    post: Post | None


@dataclass(frozen=True, slots=True)
class Reader:
    """Who wants to read, whether they work here today, and the vault that opens records."""

    staff_id: str
    employed: bool
    open_key: OpenKey
    office: Office | None = None
    """With it, whoever keeps the register reads every record (SPSO 71)."""


def read_findings(
    session: Session, incident: Incident, reader: Reader, *, now: datetime
) -> list[Seen]:
    """Why each post was found; the posts themselves stay sealed. Noted in the audit trail."""
    identity = admit(session, incident, reader, Action.VIEW, "record viewed", now)
    return [Seen(one, _finding(one, identity), None) for one in mentions_of(session, incident)]


def reveal_posts(
    session: Session, incident: Incident, reader: Reader, *, now: datetime
) -> list[Seen]:
    """Open the posts: a deliberate step that is noted before anything is shown (SPSO 64)."""
    identity = admit(session, incident, reader, Action.REVEAL, "post revealed", now)
    return posts_opened(session, incident, identity)


def open_to_learn(
    session: Session, incident: Incident, reader: Reader, *, now: datetime
) -> list[Seen]:
    """Check, then open the posts for the machine to learn from; whoever calls this notes it.

    Nobody is shown anything, so it is no revealing.
    """
    _check(session, incident, reader, Action.JUDGE, now)
    return posts_opened(session, incident, key_opened(session, incident, reader.open_key))


def admit(
    session: Session,
    incident: Incident,
    reader: Reader,
    action: Action,
    noted_as: str,
    now: datetime,
) -> x25519.Identity:
    """Check, then note, then open: nobody reads without a note of it."""
    _check(session, incident, reader, action, now)
    note(session, noted_as, actor=reader.staff_id, now=now, reference=incident.reference)
    return key_opened(session, incident, reader.open_key)


def _check(
    session: Session, incident: Incident, reader: Reader, action: Action, now: datetime
) -> None:
    keeper = reader.office.custodian(incident, now) if reader.office else None
    stands = standing(
        session,
        incident,
        reader.staff_id,
        employed=reader.employed,
        custodian=keeper == reader.staff_id,
        let_in=reader.staff_id in let_in(session, incident, now),
    )
    check_may(stands, action)


def people_on(session: Session, incident: Incident) -> list[IncidentAccess]:
    """Everybody on the incident's list, in the order they were added."""
    query = select(IncidentAccess).where(IncidentAccess.incident_id == incident.id)
    return list(session.exec(query.order_by(col(IncidentAccess.id))))


def mentions_of(session: Session, incident: Incident) -> list[Mention]:
    """Where and when it was posted, oldest first; what was posted stays sealed."""
    query = select(Mention).where(Mention.incident_id == incident.id).order_by(col(Mention.id))
    return list(session.exec(query))


def posts_opened(session: Session, incident: Incident, identity: x25519.Identity) -> list[Seen]:
    """The posts, for whoever has checked and noted it."""
    return [
        Seen(one, _finding(one, identity), _post(one, identity))
        for one in mentions_of(session, incident)
    ]


def key_opened(session: Session, incident: Incident, open_key: OpenKey) -> x25519.Identity:
    """The record's key, for whoever has checked and noted it; raises KeyDestroyedError."""
    key = session.get(RecordKey, incident.key_id)
    if key is None or key.wrapped is None:
        raise KeyDestroyedError
    return open_key(key.wrapped)


def _finding(mention: Mention, identity: x25519.Identity) -> Finding:
    place = place_of("finding", mention.post_key)
    return Finding.model_validate_json(
        unseal(mention.sealed_finding, place=place, identity=identity)
    )


def _post(mention: Mention, identity: x25519.Identity) -> Post:
    place = place_of("post", mention.post_key)
    return Post.model_validate_json(unseal(mention.sealed_post, place=place, identity=identity))
