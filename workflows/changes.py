"""What a platform tells later of posts that were kept: other wordings, and removals.

What was captured stays as it is; the record says what has become of the post.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import or_
from sqlmodel import Session, col, select

from casework.audit import note
from monitors.source import Removed
from records.audit import MACHINE
from records.incident import Incident, Mention, MentionRevision
from records.post import Post
from records.record_key import RecordKey
from records.sealing import keyed_hash
from records.triage import TriageAnswer
from records.verdict import Verdict
from workflows.services import Services


def post_key_of(held: Services, source: str, post_id: str) -> str:
    """By which a post is known again."""
    return keyed_hash(held.public_keys.pepper, source, post_id)


def author_key_of(held: Services, source: str, author_id: str | None) -> str | None:
    """By which an account is known again, without telling whose it is."""
    if not author_id:
        return None
    return keyed_hash(held.public_keys.pepper, "author", source, author_id)


def revision_of(held: Services, post: Post) -> str:
    """By which a wording of a post is known again."""
    seen = (post.source, post.id, post.text, post.context.title or "")
    return keyed_hash(held.public_keys.pepper, *seen, *(one.alt or "" for one in post.media))


def gone_among(session: Session, held: Services, removed: Sequence[Removed]) -> list[int]:
    """Ids of the mentions whose posts these removals tell of; most tell of nobody's."""
    posts = [post_key_of(held, one.source, one.id) for one in removed if not one.author]
    authors = [author_key_of(held, one.source, one.id) for one in removed if one.author]
    query = (
        select(Mention.id)
        .where(col(Mention.gone_at).is_(None))
        .where(or_(col(Mention.post_key).in_(posts), col(Mention.author_key).in_(authors)))
    )
    return [one for one in session.exec(query) if one is not None]


def note_gone(session: Session, held: Services, mention_ids: Iterable[int]) -> None:
    """Write into the record that a post is gone; what was captured is kept."""
    for mention_id in mention_ids:
        mention = session.get_one(Mention, mention_id)
        mention.gone_at = held.now()
        session.add(mention)
        _note(session, held, mention, "post removed")


def mentions_of(session: Session, post_key: str) -> Sequence[Mention]:
    """Every mention that the watch has kept of a post, one for each incident that it belongs to.

    What a sweep found is none of them: it must never keep a post from being alerted.
    """
    query = select(Mention).where(Mention.post_key == post_key)
    return session.exec(
        query.where(col(Mention.swept_at).is_(None)).order_by(col(Mention.id))
    ).all()


def incidents_of(session: Session, post_key: str) -> set[str | None]:
    """Whom the incidents are about that a post belongs to; None stands for nobody."""
    joined = select(Incident.staff_id).join(Mention, col(Mention.incident_id) == Incident.id)
    return set(session.exec(joined.where(Mention.post_key == post_key)))


def swept_gives_way(session: Session, post_key: str, revision: str) -> None:
    """Let go of what a sweep kept of this wording: the watch has met the post and keeps it."""
    query = (
        select(Mention)
        .where(Mention.post_key == post_key)
        .where(Mention.revision == revision)
        .where(col(Mention.swept_at).is_not(None))
        .where(col(Mention.id).not_in(select(Verdict.mention_id)))
        .where(col(Mention.id).not_in(select(TriageAnswer.mention_id)))
    )
    for mention in session.exec(query).all():
        session.delete(mention)
        session.flush()
        session.delete(session.get_one(RecordKey, mention.key_id))  # it was of this mention alone


def is_new_wording(session: Session, mention: Mention, revision: str) -> bool:
    """Whether this wording of the post has not been kept for this mention."""
    if mention.revision in {revision, ""}:
        return False
    query = (
        select(MentionRevision.id)
        .where(MentionRevision.mention_id == mention.id)
        .where(MentionRevision.revision == revision)
    )
    return session.exec(query).first() is None


def set_aside(session: Session, held: Services, mention: Mention, wording: Mention) -> None:
    """Keep `wording` (the mention itself, or a fresh one never added) beside the mention."""
    assert mention.id is not None
    session.add(
        MentionRevision(
            mention_id=mention.id,
            revision=wording.revision,
            seen_at=held.now(),
            sealed_post=wording.sealed_post,
            sealed_record=wording.sealed_record,
            sealed_finding=wording.sealed_finding,
        )
    )
    _note(session, held, mention, "post edited")


def _note(session: Session, held: Services, mention: Mention, action: str) -> None:
    incident = session.get(Incident, mention.incident_id) if mention.incident_id else None
    note(
        session,
        action,
        actor=MACHINE,
        now=held.now(),
        reference=incident.reference if incident else None,
        about={"mention": mention.id, "source": mention.source},
    )
