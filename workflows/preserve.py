"""Make the exhibit: the platform's record and the page, in one sealed bundle."""

import json
from base64 import b64decode, b64encode
from datetime import timedelta

from dbos import DBOS
from sqlalchemy import func
from sqlmodel import Session, col, select

from casework.audit import note
from evidence.erasure import remove_record
from evidence.errors import EvidenceError
from evidence.preserve import CaptureTask, Preserved
from evidence.preserve import preserve as make_exhibit
from records.audit import MACHINE
from records.custody import Act
from records.database import reading, transaction
from records.errors import NamewatchError
from records.exhibit import Exhibit
from records.incident import Incident, Mention
from records.record_key import RecordKey
from records.sealing import seal
from workflows.custody import note_custody
from workflows.engine import PRESERVING, Engine
from workflows.services import Services, services

AGAIN_AFTER = timedelta(minutes=10)


def working_copy(held: Services, post_key: str, url: str | None, record: bytes) -> bytes:
    """What preserving needs, sealed for the working key: it is wiped once the exhibit is made."""
    content = json.dumps({"url": url, "record": b64encode(record).decode()}).encode()
    return seal(content, place=f"work:{post_key}", recipient=held.public_keys.working)


@DBOS.workflow(name="preserve", max_recovery_attempts=1_000_000)
def preserve(mention_id: int) -> str:
    """Preserve one mention; a crash in between makes the same bundle again."""
    return capture(mention_id)


@DBOS.step(name="capture")
def capture(mention_id: int) -> str:
    """Capture, seal and record one exhibit; does nothing when there is one already."""
    held = services()
    task = _task(held, mention_id)
    if task is None:
        return "preserved before"
    try:
        done = make_exhibit(task)
    except (NamewatchError, OSError) as fault:
        # What was found stays sealed in the database; the sweep has this tried again.
        final = isinstance(fault, EvidenceError) and not fault.again
        _note_failure(held, mention_id, task, fault, final=final)
        return "never" if final else "later"
    return done.grade if _record(held, mention_id, task, done) else "erased"


def enqueue_those_left(session: Session, engine: Engine) -> int:
    """Have captures tried again that should have been done by now; once for each `AGAIN_AFTER`."""
    held = services()
    late = held.now() - AGAIN_AFTER
    query = (
        select(Mention.id)
        .where(col(Mention.working_copy).is_not(None))
        .where(col(Mention.found_at) <= late)
        .order_by(col(Mention.id))
        .limit(200)
    )
    turn = int(held.now().timestamp() // AGAIN_AFTER.total_seconds())
    left = [mention_id for mention_id in session.exec(query) if mention_id is not None]
    for mention_id in left:
        workflow_id = f"preserve:{mention_id}:{turn}"
        engine.enqueue(session, PRESERVING, "preserve", workflow_id, mention_id)
    return len(left)


def _note_failure(
    held: Services, mention_id: int, task: CaptureTask, fault: Exception, *, final: bool
) -> None:
    with transaction(held.database) as session:
        if final:
            session.get_one(Mention, mention_id).working_copy = None
        note(
            session,
            "could not seal",
            actor=MACHINE,
            now=held.now(),
            reference=task.reference,
            about={"why": type(fault).__name__, "final": final},
        )


def _task(held: Services, mention_id: int) -> CaptureTask | None:
    with reading(held.database) as session:
        mention = session.get_one(Mention, mention_id)
        if mention.working_copy is None or mention.incident_id is None:
            return None
        incident = session.get_one(Incident, mention.incident_id)
        key = session.get_one(RecordKey, mention.key_id)
        counting = select(func.count()).select_from(Exhibit)
        made = session.exec(counting.where(Exhibit.incident_id == incident.id)).one()
        opened = held.working_key.open(mention.working_copy, f"work:{mention.post_key}")
        work = json.loads(opened)
        return CaptureTask(
            reference=incident.reference,
            number=made + 1,
            record=b64decode(work["record"]),
            url=work["url"],
            recipient=key.recipient,
            wrapped_key=key.wrapped or b"",
            storage=held.storage,
            sealer=held.sealer,
            browser=held.browser,
            allow_loopback=held.allow_loopback,
            mark=mention.post_key,
        )


def _record(held: Services, mention_id: int, task: CaptureTask, done: Preserved) -> bool:
    """Write the exhibit down; False when the record was erased while it was being made."""
    with transaction(held.database) as session:
        mention = session.get_one(Mention, mention_id)
        assert mention.incident_id is not None
        mention.working_copy = None
        session.add(mention)
        key = session.get_one(RecordKey, mention.key_id, with_for_update=True)
        if key.wrapped is None:
            remove_record(held.storage, task.reference)
            return False
        session.add(
            Exhibit(
                incident_id=mention.incident_id,
                mention_id=mention_id,
                number=task.number,
                file_name=done.file_name,
                sha256=done.sha256,
                grade=done.grade,
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
            reference=task.reference,
            about={"exhibit": task.number, "grade": done.grade, "sha256": done.sha256},
        )
        note_custody(
            session,
            Act.CAPTURED,
            actor=MACHINE,
            why="found",
            now=held.now(),
            reference=task.reference,
            exhibit=task.number,
        )
    return True
