"""Make the exhibits: the platform's record at once, the page with its thread when it is there."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from dbos import DBOS
from sqlalchemy import func
from sqlmodel import Session, select

from casework.audit import note
from evidence.again import is_better, next_page_try, next_record_try
from evidence.bundle import HOLDS, number_of
from evidence.capture import NO_ADDRESS
from evidence.erasure import remove_record
from evidence.errors import EvidenceError
from evidence.frames import CARD
from evidence.key_change import leave_anew
from evidence.preserve import CaptureTask, Preserved, Written, keep, kept_before, visit
from records.audit import MACHINE
from records.capture import Capture, CaptureKind
from records.custody import Act
from records.database import reading, transaction
from records.errors import NamewatchError
from records.exhibit import Exhibit
from records.incident import Incident, Mention
from records.record_key import RecordKey
from records.sealing import keyed_hash
from workflows.captures import WORKFLOW, opened
from workflows.custody import note_custody, sealed_why
from workflows.services import Services, services
from workflows.threads import Around, look_around

PAGE_FOLLOWS = "The page: it is pictured next, as an exhibit of its own."
ONE_OF_MANY = (
    "The page: so many posts came within the hour that only the first ones, those that made it"
    " graver and one in fifty of the others were pictured. It can be asked for by hand."
)
AFTER_A_FAULT = timedelta(minutes=10)
"""When a page is tried again that could not be kept for a reason of ours, as on a full disk."""
MOST_TURNS = 60
"""Whatever else goes wrong: after so many turns a page is given up."""
_STAMP_SECONDS = 0.5
"""How long a record waits for its time stamp; it is put beside it later."""
_RECORD_HOLDS = (
    "This bundle holds a public post as the platform's own record gave it when it was found."
)
_EDITED = (
    " The post had been kept before: this is another wording of it, seen later."
    " The earlier wording is in an earlier exhibit."
)
_ASKED_FOR = "This bundle holds a page that somebody asked for by hand, with its pictures."


@dataclass(frozen=True, slots=True)
class Job:
    """One try of one capture."""

    capture: Capture
    task: CaptureTask
    why: str


@DBOS.workflow(name="preserve", max_recovery_attempts=1_000_000)
def preserve(mention_id: int) -> str:
    """What an earlier version has enqueued: its capture is taken over by the clock."""
    return take_over(mention_id)


@DBOS.step(name="capture")
def take_over(_mention_id: int) -> str:
    """Do nothing; the clock finds what is left (`workflows.captures.adopt_left`)."""
    return "taken over"


@DBOS.workflow(name=WORKFLOW, max_recovery_attempts=1_000_000)
def capture(capture_id: int, turn: int) -> str:
    """One try of one capture; a crash in between makes the same exhibit again."""
    return take(capture_id, turn)


@DBOS.step(name="take")
def take(capture_id: int, turn: int) -> str:
    """Capture, seal and write down; does nothing when it is over or another try has begun."""
    held = services()
    job = _job(held, capture_id, turn)
    if job is None:
        return "over"
    try:
        page, missing, done = _made(job, allow_loopback=held.allow_loopback)
    except (NamewatchError, OSError) as fault:
        # What was found stays sealed in the database; the clock has this tried again.
        final = isinstance(fault, EvidenceError) and not fault.again
        _note_failure(held, job, fault, final=final)
        return "never" if final else "later"
    with transaction(held.database) as session:
        return _settle(session, held, job, page, missing, done)


def _made(job: Job, *, allow_loopback: bool) -> tuple[str, tuple[str, ...], Preserved | None]:
    """The grade of the page, what is missing, and the exhibit if there is a new one."""
    if done := kept_before(job.task):
        return done.page, done.missing, done
    if job.capture.kind == CaptureKind.RECORD.value:
        done = keep(job.task, None)
        return "", done.missing, done
    began = datetime.now(UTC)
    with ThreadPoolExecutor(1) as beside:
        asked = beside.submit(
            look_around, job.task.url, job.task.post, allow_loopback=allow_loopback
        )
        page = visit(job.task)
    around = asked.result()
    task = _with(job.task, around)
    missing = (*page.missing, *task.missing)
    worth = around.parts or set(page.pictures) - {CARD}
    if not worth or not is_better(page.grade, job.capture.grade):
        return page.grade, missing, None
    return page.grade, missing, keep(task, page, began)


def _with(task: CaptureTask, around: Around) -> CaptureTask:
    """The task with the thread; the record too, where a page was asked for by hand."""
    if around.found and not task.record:
        post, record, answer = around.found
        record, told = answer.part(record)
        task = replace(task, post=post, record=record, answer=told)
    return replace(
        task,
        more={**task.more, **around.parts},
        said={**task.said, "thread": around.said},
        missing=(*task.missing, *around.missing),
    )


def _job(held: Services, capture_id: int, turn: int) -> Job | None:
    with reading(held.database) as session:
        capture = session.get(Capture, capture_id)
        if capture is None or capture.work is None or capture.turns != turn:
            return None
        incident = session.get_one(Incident, capture.incident_id)
        mention = session.get(Mention, capture.mention_id) if capture.mention_id else None
        key = session.get_one(RecordKey, mention.key_id if mention else incident.key_id)
        written = _written(session, incident)
        material = opened(held, capture.work, mention.post_key if mention else capture.mark)
        task = CaptureTask(
            reference=incident.reference,
            number=written.next,
            written=written,
            record=material.record,
            answer=material.answer,
            url=material.url,
            recipient=key.recipient,
            wrapped_key=key.wrapped or b"",
            storage=held.storage,
            sealer=held.sealer,
            browser=held.browser,
            allow_loopback=held.allow_loopback,
            mark=keyed_hash(held.public_keys.pepper, "exhibit", capture.mark, str(capture.tries)),
            post=material.post,
        )
        pictured = _is_pictured(session, mention)
        return Job(capture, _described(task, capture, mention, pictured=pictured), material.why)


def _written(session: Session, incident: Incident) -> Written:
    query = select(func.count(), func.max(Exhibit.number))
    many, highest = session.exec(query.where(Exhibit.incident_id == incident.id)).one()
    if many == (highest or 0):
        return Written(many)
    numbers = select(Exhibit.number).where(Exhibit.incident_id == incident.id)
    known: set[int] = set(session.exec(numbers))
    return Written(highest, set(range(1, highest + 1)) - known)


def _is_pictured(session: Session, mention: Mention | None) -> bool:
    """Whether the page of a post is to be visited, too: of one of many it isn't."""
    if mention is None:
        return True
    page = select(Capture.id).where(
        Capture.mention_id == mention.id, Capture.kind == CaptureKind.PAGE.value
    )
    return session.exec(page).first() is not None


def _described(
    task: CaptureTask, capture: Capture, mention: Mention | None, *, pictured: bool
) -> CaptureTask:
    """The task with what report and README are to say of it."""
    said: dict[str, object] = {
        "kind": capture.kind,
        "found_at": (mention.found_at if mention else capture.asked_at).isoformat(),
        "asked_by": capture.asked_by,
    }
    if capture.edited:
        said["wording"] = "another wording of the post, seen later"
        said["wording_seen_at"] = capture.asked_at.isoformat()
    holds = HOLDS if mention else _ASKED_FOR
    if capture.kind == CaptureKind.RECORD.value:
        holds = _RECORD_HOLDS
        quick = task.sealer.authority and replace(task.sealer.authority, seconds=_STAMP_SECONDS)
        of_a_page = PAGE_FOLLOWS if pictured else ONE_OF_MANY
        missing = (of_a_page if task.url else NO_ADDRESS,)
        task = replace(task, sealer=replace(task.sealer, authority=quick), missing=missing)
    return replace(task, said=said, holds=holds + (_EDITED if capture.edited else ""))


def _note_failure(held: Services, job: Job, fault: Exception, *, final: bool) -> None:
    with transaction(held.database) as session:
        capture = session.get_one(Capture, job.capture.id)
        is_record = capture.kind == CaptureKind.RECORD.value
        capture.missing = [str(fault) if isinstance(fault, NamewatchError) else "The disk failed."]
        if final or (not is_record and capture.turns > MOST_TURNS):
            _end(capture)
        elif is_record:
            capture.tries += 1
            capture.due_at = next_record_try(capture.tries, held.now())
        else:
            capture.due_at = held.now() + AFTER_A_FAULT
        session.add(capture)
        note(
            session,
            "could not seal",
            actor=MACHINE,
            now=held.now(),
            reference=job.task.reference,
            about={"why": type(fault).__name__, "final": capture.due_at is None},
        )


def _settle(
    session: Session,
    held: Services,
    job: Job,
    grade: str,
    missing: tuple[str, ...],
    done: Preserved | None,
) -> str:
    """Write the exhibit down, if there is one, and when the next try is."""
    capture = session.get_one(Capture, job.capture.id)
    mention = session.get(Mention, capture.mention_id) if capture.mention_id else None
    incident = session.get_one(Incident, capture.incident_id)
    key_id = mention.key_id if mention else incident.key_id
    key = session.get_one(RecordKey, key_id, with_for_update=True)
    if key.wrapped is None:
        _end(capture)
        session.add(capture)
        remove_record(held.storage, job.task.reference)
        return "erased"
    leave_anew(held.storage, job.task.reference, key.recipient, key.wrapped)
    capture.missing = list(missing)
    if done:
        capture.grade = done.page
        _write_down(session, held, job, capture, done)
    if capture.kind == CaptureKind.RECORD.value:
        _end(capture)
    else:
        _wait(session, held, job, capture, grade)
    session.add(capture)
    return done.grade if done else "later" if capture.due_at else "never"


def _wait(session: Session, held: Services, job: Job, capture: Capture, grade: str) -> None:
    """Have the page tried again where that can help."""
    if grade != "complete":
        capture.tries += 1
    capture.due_at = next_page_try(grade, capture.tries, held.now())
    if capture.due_at is None:
        _end(capture)
    if grade != "complete":
        note(
            session,
            "page not whole",
            actor=MACHINE,
            now=held.now(),
            reference=job.task.reference,
            about={
                "grade": grade,
                "tries": capture.tries,
                "next": capture.due_at.isoformat() if capture.due_at else None,
            },
        )


def _write_down(
    session: Session, held: Services, job: Job, capture: Capture, done: Preserved
) -> None:
    number = number_of(done.file_name, job.task.reference)
    session.add(
        Exhibit(
            incident_id=capture.incident_id,
            mention_id=capture.mention_id,
            capture_id=capture.id,
            number=number,
            kind=capture.kind,
            edited=capture.edited,
            file_name=done.file_name,
            sha256=done.sha256,
            grade=done.grade,
            page=done.page,
            missing=list(done.missing),
            created_at=held.now(),
            stamped_at=held.now() if done.stamped else None,
        )
    )
    note(
        session,
        "evidence sealed",
        actor=MACHINE,
        now=held.now(),
        reference=job.task.reference,
        about={
            "exhibit": number,
            "grade": done.grade,
            "sha256": done.sha256,
            "kind": capture.kind,
            "page": done.page,
            "edited": capture.edited,
        },
    )
    note_custody(
        session,
        Act.CAPTURED,
        actor=capture.asked_by,
        why=_why(job, capture),
        now=held.now(),
        reference=job.task.reference,
        exhibit=number,
    )


def _why(job: Job, capture: Capture) -> str:
    if job.why:
        return sealed_why(job.why, reference=job.task.reference, recipient=job.task.recipient)
    if capture.mention_id is None:
        return "by-hand"
    if capture.tries:
        return "tried-again"
    return "edited" if capture.edited else "found"


def _end(capture: Capture) -> None:
    capture.work = None
    capture.due_at = None
