"""Keep what people say of a finding, so that screening does better with the next one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, delete, func, select

from casework.audit import note
from casework.errors import VerdictUnfitError
from casework.permissions import Action, check_may, standing
from casework.reading import Reader, Seen, open_to_learn
from records.example import Example, VerdictKind
from records.finding import Category, Finding
from records.incident import Incident
from records.post import Post
from records.record_key import RecordKey
from records.verdict import Verdict

FeaturesOf = Callable[[Post, Finding], tuple[str, ...]]
"""Keyed hashes of what makes a post like others; nothing of it can be read back."""

_ABOUT_A_PERSON = frozenset({VerdictKind.SOMEONE_ELSE, VerdictKind.NOT_ABOUT_WORK})
_NOT_ERASED = col(Verdict.key_id).in_(
    select(RecordKey.id).where(col(RecordKey.wrapped).is_not(None))
)


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of an incident's posts.

    `staff_id`: whom it is about, the incident's own person unless given. `category`: what it is
    about, everything that was found unless given.
    """

    kind: VerdictKind
    staff_id: str | None = None
    category: Category | None = None


def give(
    session: Session,
    incident: Incident,
    said: Said,
    *,
    actor: Reader,
    features_of: FeaturesOf,
    now: datetime,
) -> bool:
    """Keep a verdict on each post of the incident; whether this person had not said so before.

    Raises NotAllowedError, VerdictUnfitError, or KeyDestroyedError.
    """
    seen = open_to_learn(session, incident, actor, now=now)
    made = [one for mention in seen for one in _verdicts(incident, mention, said)]
    if not made:
        raise VerdictUnfitError("Nothing of that kind was found in this incident's posts.")
    before = {_what(one) for one in _by(session, incident, actor.staff_id)}
    new = [one for one in made if _what(one) not in before]
    posts = {one.mention.id: one for one in seen}
    for verdict in new:
        mention = posts[verdict.mention_id]
        assert mention.post is not None
        verdict.actor, verdict.at = actor.staff_id, now
        verdict.features = list(features_of(mention.post, mention.finding))
        session.add(verdict)
    if new:
        about = {
            "kind": said.kind.value,
            "staff_id": new[0].staff_id,
            "categories": sorted({one.category for one in new if one.category}),
            "posts": len({one.mention_id for one in new}),
        }
        note(
            session,
            "verdict given",
            actor=actor.staff_id,
            now=now,
            reference=incident.reference,
            about=about,
        )
    return bool(new)


def take_back(
    session: Session, incident: Incident, *, actor: str, employed: bool, now: datetime
) -> bool:
    """Forget everything that `actor` said of this incident; whether there was anything."""
    check_may(standing(session, incident, actor, employed=employed), Action.JUDGE)
    kept = _by(session, incident, actor)
    for verdict in kept:
        session.delete(verdict)
    if kept:
        note(session, "verdict taken back", actor=actor, now=now, reference=incident.reference)
    return bool(kept)


def said_by(session: Session, incident: Incident, staff_id: str) -> tuple[VerdictKind, ...]:
    """What this person has said of the incident, each kind once."""
    kinds = {one.kind for one in _by(session, incident, staff_id)}
    return tuple(kind for kind in VerdictKind if kind in kinds)


def examples(session: Session) -> tuple[Example, ...]:
    """What has been taught, without the records that have been erased."""
    query = select(Verdict).where(_NOT_ERASED).order_by(col(Verdict.id))
    return tuple(one.example for one in session.exec(query))


def mark(session: Session) -> tuple[object, ...]:
    """Something that changes whenever `examples` do, and costs little to ask."""
    newest = func.max(Verdict.id), func.max(Verdict.at)
    return tuple(session.exec(select(func.count(), *newest).where(_NOT_ERASED)).one())


def forget(session: Session, key_id: int) -> None:
    """Delete what was learnt from the record of this key; called when the key is destroyed."""
    session.exec(delete(Verdict).where(col(Verdict.key_id) == key_id))


def _by(session: Session, incident: Incident, staff_id: str) -> list[Verdict]:
    query = select(Verdict).where(
        Verdict.reference == incident.reference, Verdict.actor == staff_id
    )
    return list(session.exec(query))


def _what(verdict: Verdict) -> tuple[object, ...]:
    return verdict.mention_id, verdict.kind, verdict.staff_id, verdict.category


def _verdicts(incident: Incident, seen: Seen, said: Said) -> Iterator[Verdict]:
    assert seen.mention.id is not None
    staff_id = _whom(incident, said)
    found = [one for one in seen.finding.categories if one is not Category.NAMING]
    categories: list[Category | None]
    if said.kind in _ABOUT_A_PERSON:
        if staff_id not in {one.staff_id for one in seen.finding.staff}:
            return
        categories = [None]
    elif said.kind is VerdictKind.NOT_ABUSIVE:
        categories = [one for one in found if said.category in (None, one)]
    else:
        categories = [said.category] if said.category else [*found] or [None]
    for category in categories:
        yield Verdict(
            mention_id=seen.mention.id,
            key_id=seen.mention.key_id,
            reference=incident.reference,
            kind=said.kind.value,
            staff_id=staff_id,
            category=category.value if category else None,
            actor="",
            at=seen.mention.found_at,
        )


def _whom(incident: Incident, said: Said) -> str | None:
    staff_id = said.staff_id or incident.staff_id
    if said.staff_id and said.staff_id not in {incident.staff_id, *incident.alongside}:
        raise VerdictUnfitError("This person is not named in this incident.")
    if said.kind in _ABOUT_A_PERSON and staff_id is None:
        raise VerdictUnfitError("Nobody on the staff is named in this incident.")
    if said.category is Category.NAMING:
        raise VerdictUnfitError("Naming is no matter of abuse; say someone-else instead.")
    return staff_id
