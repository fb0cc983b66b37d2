"""Yes, it is about us: what was kept for triage becomes an incident, as if the watch had found it.

The post moves into the record of the incident and is sealed for its key; the key that it had while
it waited is destroyed, so that no second copy outlives the record.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from casework.errors import StepUnfitError
from casework.reading import Reader, place_of
from casework.reports import attach
from casework.triage_answers import Given, Opened, keep, learn, open_to_answer
from casework.verdicts import FeaturesOf
from monitors.source import Received
from policies.severity import Facts, judge
from records.example import VerdictKind
from records.finding import Category, Concern, Finding, NameMatch
from records.incident import Incident, Mention, MentionRevision
from records.record_key import RecordKey
from records.report import MentionReport
from records.sealing import seal, unseal
from records.triage import Answer
from workflows.erase import empty_mention
from workflows.joining import Joining
from workflows.mentions import Hit
from workflows.services import Services

CONFIRMED = "Somebody has looked at it, and says that this person is meant."
CHOSEN = "Somebody has looked at it, and says that it is of this kind."


def confirm(
    session: Session,
    joining: Joining,
    number: int,
    given: Given,
    *,
    actor: Reader,
    features_of: FeaturesOf,
    now: datetime,
) -> tuple[str, ...]:
    """Open or join an incident of each person who is meant; the references of these.

    Without a person it is about nobody on the staff. Raises as `casework.triage_answers.answer`.
    """
    opened = open_to_answer(session, number, actor, now=now)
    held = joining.services
    _check(given, opened, held)
    finding = as_answered(opened.finding, given, held)
    newest = opened.wordings[-1].post
    assert newest is not None
    record = _part(opened, _rows(session, opened.mention)[-1], "record")
    hit = Hit(Received(newest, record, cursor=""), finding, opened.mention.post_key)
    for staff_id in given.staff_ids or (None,):
        joining.join_one(session, hit, staff_id)
    session.flush()
    moved = _moved(session, opened.mention)
    for place, (mention, incident) in enumerate(moved):
        _take_along(session, opened, mention, now)
        for said in _lessons(opened.finding, given) if not place else ():
            learn(
                session,
                opened,
                said,
                actor,
                features_of,
                now,
                instead=mention,
                reference=incident.reference,
            )
        keep(
            session,
            opened.mention,
            given,
            actor=actor.staff_id,
            now=now,
            reference=incident.reference,
        )
    _leave_no_copy(session, opened.mention)
    return tuple(incident.reference for _, incident in moved)


def as_answered(finding: Finding, given: Given, held: Services) -> Finding:
    """The finding with what a person says of it; who is meant is sure, and it alerts."""
    staff = tuple(_staff(finding, given.staff_ids))
    concerns = tuple(_concerns(finding, given, staff))
    judged = judge(held.pack, Facts(staff, finding.organisation, concerns, held.roster))
    severity = "low" if judged.severity == "none" else judged.severity
    return finding.model_copy(
        update={
            "staff": staff,
            "concerns": concerns,
            "severity": severity,
            "disposition": "alert",
        }
    )


def _check(given: Given, opened: Opened, held: Services) -> None:
    if given.answer is not Answer.OURS:
        raise StepUnfitError("Only what is about us becomes an incident.")
    if not set(given.staff_ids) <= {*opened.candidates, *held.roster}:
        raise StepUnfitError("They are not in the roster.")
    if opened.candidates and not given.staff_ids:
        raise StepUnfitError("Say who is meant.")


def _staff(finding: Finding, staff_ids: tuple[str, ...]) -> Iterator[NameMatch]:
    """Those who were found, sure where they are meant, and whoever was recognised by a person."""
    for match in finding.staff:
        if match.staff_id not in staff_ids:
            yield match
            continue
        reasons = tuple(dict.fromkeys((*match.reasons, CONFIRMED)))
        sure = {"certainty": "certain", "duties": "yes", "reasons": reasons}
        yield match.model_copy(update=sure)
    found = {one.staff_id for one in finding.staff}
    for staff_id in staff_ids:
        if staff_id not in found:
            yield NameMatch(
                staff_id=staff_id,
                field="context",
                surface="",
                start=0,
                end=0,
                certainty="certain",
                duties="yes",
                reasons=(CONFIRMED,),
            )


def _concerns(finding: Finding, given: Given, staff: tuple[NameMatch, ...]) -> Iterator[Concern]:
    """As found, or of the kind that was chosen; whoever is meant is named at least."""
    kept = [one for one in finding.concerns if given.category in (None, one.category)]
    yield from kept
    missing = given.category or (Category.NAMING if given.staff_ids else None)
    if missing and not kept:
        yield Concern(
            category=missing,
            score=1.0,
            target="staff" if staff else "body",
            field="text",
            start=0,
            end=0,
            reasons=(CHOSEN,),
        )


def _lessons(
    finding: Finding, given: Given
) -> Iterator[tuple[VerdictKind, str | None, Category | None]]:
    """What was found and is not so, and what is so and was not found."""
    if given.category is None:
        return
    for category in finding.categories:
        if category not in (given.category, Category.NAMING):
            yield VerdictKind.NOT_ABUSIVE, None, category
    if given.category not in (*finding.categories, Category.NAMING):
        yield VerdictKind.WORSE, None, given.category


def _moved(session: Session, kept: Mention) -> Sequence[tuple[Mention, Incident]]:
    """The post in its incidents; it was in none before."""
    query = (
        select(Mention, Incident)
        .join(Incident, col(Incident.id) == Mention.incident_id)
        .where(Mention.post_key == kept.post_key)
    )
    return session.exec(query.order_by(col(Incident.id))).all()


def _rows(session: Session, kept: Mention) -> list[Mention | MentionRevision]:
    """The wordings of a post as they are kept, the oldest first."""
    later = select(MentionRevision).where(MentionRevision.mention_id == kept.id)
    return [kept, *session.exec(later.order_by(col(MentionRevision.id)))]


def _part(opened: Opened, row: Mention | MentionRevision, part: str) -> bytes:
    place = place_of(part, opened.mention.post_key)
    return unseal(getattr(row, f"sealed_{part}"), place=place, identity=opened.identity)


def _take_along(session: Session, opened: Opened, mention: Mention, now: datetime) -> None:
    """Seal for the record what stands beside the post: earlier wordings, and who reported it."""
    assert mention.id is not None
    recipient = session.get_one(RecordKey, mention.key_id).recipient
    for row in _rows(session, opened.mention)[:-1]:

        def anew(part: str, row: Mention | MentionRevision = row) -> bytes:
            place = place_of(part, mention.post_key)
            return seal(_part(opened, row, part), place=place, recipient=recipient)

        session.add(
            MentionRevision(
                mention_id=mention.id,
                revision=row.revision,
                seen_at=row.found_at if isinstance(row, Mention) else row.seen_at,
                sealed_post=anew("post"),
                sealed_record=anew("record"),
                sealed_finding=anew("finding"),
            )
        )
    kept = select(MentionReport).where(MentionReport.mention_id == opened.mention.id)
    keys = session.exec(kept.order_by(col(MentionReport.reported_at), col(MentionReport.id))).all()
    for one, report in zip(keys, opened.reports, strict=True):
        attach(session, mention, report, one.report_key, now=now)


def _leave_no_copy(session: Session, kept: Mention) -> None:
    key = session.get_one(RecordKey, kept.key_id)
    key.wrapped = None
    session.add(key)
    empty_mention(session, kept)
