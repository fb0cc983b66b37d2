"""What is to be captured: asked for in the transaction of the finding, and tried until it is over.

When a capture is tried next is a column, so that it survives restarts, upgrades and clocks.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from records.audit import MACHINE
from records.capture import Capture, CaptureKind, Recheck
from records.incident import Incident, Mention
from records.post import Post
from records.sealing import keyed_hash, seal
from workflows.engine import PRESERVING, RECORDING, Engine
from workflows.rechecks import begin_rechecks
from workflows.services import Services

WORKFLOW = "capture"
LOST_AFTER = {CaptureKind.RECORD: timedelta(minutes=1), CaptureKind.PAGE: timedelta(minutes=15)}
"""After how long a capture that was enqueued and came to no end is enqueued again."""
_QUEUES = {CaptureKind.RECORD: RECORDING, CaptureKind.PAGE: PRESERVING}


@dataclass(frozen=True, slots=True)
class Material:
    """What a capture is made from. It is kept only sealed, and wiped once the capture is over."""

    url: str | None
    record: bytes = b""
    post: Post | None = None
    why: str = ""
    """In the words of whoever asked for it by hand."""
    answer: Mapping[str, Any] | None = None
    """What is told of the answer in which the record came."""

    def packed(self) -> bytes:
        """As it is sealed."""
        told = {
            "url": self.url,
            "record": b64encode(self.record).decode(),
            "post": self.post.model_dump(mode="json") if self.post else None,
            "why": self.why,
            "answer": self.answer,
        }
        return json.dumps(told).encode()

    @classmethod
    def unpacked(cls, content: bytes) -> "Material":
        """What `packed` wrote, or what was written before posts were part of it."""
        told = json.loads(content)
        post = told.get("post")
        return cls(
            url=told["url"],
            record=b64decode(told["record"]),
            post=Post.model_validate(post) if post else None,
            why=told.get("why", ""),
            answer=told.get("answer"),
        )


def working_copy(held: Services, post_key: str, material: Material) -> bytes:
    """`material` sealed for the working key."""
    return seal(material.packed(), place=_place(post_key), recipient=held.public_keys.working)


def opened(held: Services, work: bytes, key: str) -> Material:
    """What stands in a working copy; `key` is the post's, or the capture's own mark."""
    return Material.unpacked(held.working_key.open(work, _place(key)))


def begin_captures(
    session: Session,
    engine: Engine,
    held: Services,
    mention: Mention,
    material: Material,
    *,
    wording: str = "",
    turn: datetime | None = None,
) -> None:
    """Have the record of a mention kept at once, then its page and thread; looks at it later.

    `wording` is the revision of a wording that was seen later than the mention's first one. Of a
    post that is one of many only the record is kept, at its `turn`.
    """
    assert mention.incident_id is not None
    mention.working_copy = None
    session.add(mention)
    session.flush()
    incident = session.get_one(Incident, mention.incident_id)
    work = working_copy(held, mention.post_key, material)
    with_page = bool(material.url) and turn is None
    kinds = [CaptureKind.RECORD, CaptureKind.PAGE] if with_page else [CaptureKind.RECORD]
    for kind in kinds:
        capture = Capture(
            incident_id=mention.incident_id,
            mention_id=mention.id,
            kind=kind.value,
            edited=bool(wording),
            asked_by=MACHINE,
            asked_at=held.now(),
            mark=_mark(held, incident.reference, mention.post_key, kind.value, wording),
            work=work,
            due_at=turn,
        )
        add(session, engine, capture, now=held.now())
    if material.url and with_page and not wording:
        post = material.post
        begin_rechecks(session, held, incident, material.url, mention=mention, post=post)


def ask_by_hand(
    session: Session, held: Services, incident: Incident, material: Material, *, asked_by: str
) -> bool:
    """Have a page captured that somebody asks for; False when they asked for it before.

    Needs no running service: one that runs begins within a second of the commit.
    """
    assert incident.id is not None
    mark = _mark(held, incident.reference, "by hand", material.url or "", str(held.now().date()))
    if session.exec(select(Capture.id).where(Capture.mark == mark)).first() is not None:
        return False
    session.add(
        Capture(
            incident_id=incident.id,
            kind=CaptureKind.PAGE.value,
            asked_by=asked_by,
            asked_at=held.now(),
            mark=mark,
            work=working_copy(held, mark, material),
            due_at=held.now(),
        )
    )
    if material.url:
        begin_rechecks(session, held, incident, material.url)
    return True


def add(session: Session, engine: Engine, capture: Capture, *, now: datetime) -> None:
    """Keep a capture unless it was asked for before; without a due time it begins at the commit."""
    known = select(Capture.id).where(Capture.mark == capture.mark)
    if session.exec(known).first() is not None:
        return
    session.add(capture)
    if capture.due_at is None:
        session.flush()
        _enqueue(session, engine, capture, now)


def enqueue_captures_due(session: Session, engine: Engine, held: Services) -> int:
    """Have captures tried that are due: asked for by hand, to be tried again, or lost."""
    query = (
        select(Capture)
        .where(col(Capture.due_at) <= held.now())
        .order_by(col(Capture.due_at), col(Capture.id))
        .with_for_update(skip_locked=True)
        .limit(20)
    )
    due = list(session.exec(query))
    for capture in due:
        _enqueue(session, engine, capture, held.now())
    return len(due)


def adopt_left(session: Session, engine: Engine, held: Services) -> None:
    """Take over what an earlier version left to be preserved with the mention itself."""
    query = select(Mention).where(
        col(Mention.working_copy).is_not(None), col(Mention.incident_id).is_not(None)
    )
    for mention in session.exec(query).all():
        assert mention.working_copy is not None
        material = opened(held, mention.working_copy, mention.post_key)
        begin_captures(session, engine, held, mention, material)


def forget_captures(session: Session, incident: Incident) -> None:
    """Wipe what captures of an incident are still to be made from; nothing is tried any more."""
    for table in (Capture, Recheck):
        for one in session.exec(select(table).where(table.incident_id == incident.id)):
            one.work = None
            one.due_at = None
            session.add(one)


def _enqueue(session: Session, engine: Engine, capture: Capture, now: datetime) -> None:
    assert capture.id is not None
    kind = CaptureKind(capture.kind)
    # One that waited for its turn may have to wait for those before it, too.
    waited = capture.turns == 0 and capture.due_at is not None
    capture.turns += 1
    capture.due_at = now + LOST_AFTER[CaptureKind.PAGE if waited else kind]
    session.add(capture)
    workflow_id = f"{WORKFLOW}:{capture.id}:{capture.turns}"
    engine.enqueue(session, _QUEUES[kind], WORKFLOW, workflow_id, capture.id, capture.turns)


def _mark(held: Services, *parts: str) -> str:
    return keyed_hash(held.public_keys.pepper, "capture", *parts)


def _place(key: str) -> str:
    return f"work:{key}"
