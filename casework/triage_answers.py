"""Look at a post that was kept for triage, say what it is, and take that back for a while."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from pyrage import x25519
from sqlmodel import Session, col, delete, func, select

from casework.audit import note
from casework.errors import (
    DecidedMeanwhileError,
    KeyDestroyedError,
    NotAllowedError,
    StepUnfitError,
)
from casework.reading import Reader, Seen, place_of
from casework.reports import reports_of
from casework.triage import find, is_waiting
from casework.verdicts import FeaturesOf
from records.example import VerdictKind
from records.finding import Category, Finding
from records.incident import Mention, MentionRevision
from records.post import Post
from records.record_key import RecordKey
from records.report import Report
from records.sealing import unseal
from records.triage import Answer, TriageAnswer
from records.verdict import Verdict

UNDO_WITHIN = timedelta(minutes=10)
"""So long somebody may take back what they answered; told is told, so never an opened incident."""
MEANWHILE = "Somebody has answered this meanwhile, and nothing of yours was kept."


@dataclass(frozen=True, slots=True)
class Opened:
    """A post kept for triage, opened: its wordings, the oldest first, and who reported it."""

    mention: Mention
    wordings: tuple[Seen, ...]
    reports: tuple[Report, ...]
    identity: x25519.Identity

    @property
    def finding(self) -> Finding:
        """What was found in the newest wording."""
        return self.wordings[-1].finding

    @property
    def candidates(self) -> tuple[str, ...]:
        """Staff ids of those who may be meant, in order of appearance."""
        return tuple(dict.fromkeys(one.staff_id for one in self.finding.staff))


@dataclass(frozen=True, slots=True)
class Given:
    """An answer: about whom, and which kind it is where that is another than what was found."""

    answer: Answer
    staff_ids: tuple[str, ...] = ()
    category: Category | None = None


def look_at(session: Session, number: int, reader: Reader, *, now: datetime) -> Opened:
    """Why it was found; noted. Its words are opened for nobody to see until `reveal` is asked."""
    return _open(session, number, reader, now, noted_as="finding viewed")


def reveal(session: Session, number: int, reader: Reader, *, now: datetime) -> Opened:
    """Open the post: a deliberate step that is noted before anything is shown (SPSO 64)."""
    return _open(session, number, reader, now, noted_as="post revealed")


def open_to_answer(session: Session, number: int, reader: Reader, *, now: datetime) -> Opened:
    """Locked for whoever answers first; raises DecidedMeanwhileError for the second."""
    return _open(session, number, reader, now)


def answer(
    session: Session,
    number: int,
    given: Given,
    *,
    actor: Reader,
    features_of: FeaturesOf,
    now: datetime,
) -> TriageAnswer:
    """Keep an answer that alerts nobody, and let screening learn from it.

    Raises NoSuchIncidentError, NotAllowedError, KeyDestroyedError, StepUnfitError or
    DecidedMeanwhileError.
    """
    if given.answer is Answer.OURS:
        raise StepUnfitError("Whoever says that it is about us opens an incident.")
    opened = open_to_answer(session, number, actor, now=now)
    for kind, staff_id, category in _lessons(opened, given.answer):
        learn(session, opened, (kind, staff_id, category), actor, features_of, now)
    return keep(session, opened.mention, given, actor=actor.staff_id, now=now)


def keep(
    session: Session,
    mention: Mention,
    given: Given,
    *,
    actor: str,
    now: datetime,
    reference: str | None = None,
) -> TriageAnswer:
    """Write the answer down, and note it."""
    assert mention.id is not None
    kept = TriageAnswer(
        mention_id=mention.id,
        answer=given.answer.value,
        staff_ids=list(given.staff_ids),
        category=given.category.value if given.category else None,
        reference=reference,
        actor=actor,
        at=now,
    )
    session.add(kept)
    session.flush()
    about = {"mention": mention.id, "answer": kept.answer, "kind": kept.category}
    note(session, "triage answered", actor=actor, now=now, reference=reference, about=about)
    return kept


def learn(
    session: Session,
    opened: Opened,
    said: tuple[VerdictKind, str | None, Category | None],
    actor: Reader,
    features_of: FeaturesOf,
    now: datetime,
    *,
    instead: Mention | None = None,
    reference: str | None = None,
) -> None:
    """Keep a labelled example of the post; `instead` is the mention that took its place."""
    mention, newest = instead or opened.mention, opened.wordings[-1]
    assert mention.id is not None
    assert newest.post is not None
    kind, staff_id, category = said
    session.add(
        Verdict(
            mention_id=mention.id,
            key_id=mention.key_id,
            reference=reference,
            kind=kind.value,
            staff_id=staff_id,
            category=category.value if category else None,
            features=list(features_of(newest.post, newest.finding)),
            actor=actor.staff_id,
            at=now,
        )
    )


def undoable(session: Session, actor: str, now: datetime) -> TriageAnswer | None:
    """The newest answer that this person may still take back."""
    query = (
        select(TriageAnswer)
        .where(TriageAnswer.actor == actor)
        .where(TriageAnswer.answer != Answer.OURS.value)
        .where(col(TriageAnswer.undone_at).is_(None))
        .where(col(TriageAnswer.at) > now - UNDO_WITHIN)
        .order_by(col(TriageAnswer.id).desc())
    )
    return session.exec(query).first()


def undo(session: Session, number: int, actor: Reader, *, now: datetime) -> bool:
    """Take back one's own answer about this post, with what was learnt; whether there was one."""
    assert actor.office is not None
    query = (
        select(TriageAnswer)
        .where(TriageAnswer.mention_id == number, TriageAnswer.actor == actor.staff_id)
        .where(TriageAnswer.answer != Answer.OURS.value)
        .where(col(TriageAnswer.undone_at).is_(None))
        .where(col(TriageAnswer.at) > now - UNDO_WITHIN)
        .with_for_update()
    )
    kept = session.exec(query).all()
    if not kept or not actor.office.actor(actor.staff_id).employed(now):
        return False
    for one in kept:
        one.undone_at = now
        session.add(one)
    session.exec(
        delete(Verdict).where(
            col(Verdict.mention_id) == number, col(Verdict.actor) == actor.staff_id
        )
    )
    about = {"mention": number}
    note(session, "triage answer taken back", actor=actor.staff_id, now=now, about=about)
    return True


def _lessons(
    opened: Opened, given: Answer
) -> Iterator[tuple[VerdictKind, str | None, Category | None]]:
    """What an answer teaches, as the same words on the page of a record do."""
    about_a_person = {
        Answer.SOMEONE_ELSE: VerdictKind.SOMEONE_ELSE,
        Answer.NOT_ABOUT_WORK: VerdictKind.NOT_ABOUT_WORK,
    }
    if given in about_a_person:
        yield from ((about_a_person[given], one, None) for one in opened.candidates)
    elif given is Answer.NOTHING:
        for category in opened.finding.categories:
            if category is not Category.NAMING:
                yield VerdictKind.NOT_ABUSIVE, None, category


def _open(
    session: Session, number: int, reader: Reader, now: datetime, *, noted_as: str = ""
) -> Opened:
    """Check, note, open; and check again by what only its sealed words say of who is meant."""
    assert reader.office is not None
    mention = find(session, number, reader.office, reader.staff_id, now)
    key = session.get(RecordKey, mention.key_id)
    if not is_waiting(session, number) and _answers(session, number):
        raise DecidedMeanwhileError(MEANWHILE)
    if key is None or key.wrapped is None:
        raise KeyDestroyedError
    if noted_as:
        about = {"mention": number, "triage": True}
        note(session, noted_as, actor=reader.staff_id, now=now, about=about)
    identity = reader.open_key(key.wrapped)
    wordings = tuple(_wordings(session, mention, identity))
    if any(reader.staff_id == one.staff_id for seen in wordings for one in seen.finding.staff):
        raise NotAllowedError
    return Opened(mention, wordings, tuple(reports_of(session, mention, identity)), identity)


def _answers(session: Session, number: int) -> int:
    query = select(func.count()).select_from(TriageAnswer)
    return session.exec(query.where(TriageAnswer.mention_id == number)).one()


def _wordings(session: Session, mention: Mention, identity: x25519.Identity) -> Iterator[Seen]:
    """The wording in which it was found, and those that came later."""
    later = select(MentionRevision).where(MentionRevision.mention_id == mention.id)
    for one in (mention, *session.exec(later.order_by(col(MentionRevision.id)))):
        opened = {
            part: unseal(sealed, place=place_of(part, mention.post_key), identity=identity)
            for part, sealed in (("finding", one.sealed_finding), ("post", one.sealed_post))
        }
        finding = Finding.model_validate_json(opened["finding"])
        yield Seen(mention, finding, Post.model_validate_json(opened["post"]))
