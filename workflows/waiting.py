"""Posts that are put by until their pictures have been read."""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from monitors.answer import Settled
from monitors.source import Received
from records.finding import Finding
from records.post import Post
from records.sealing import seal
from records.waiting import WaitingPost
from workflows.engine import READING, Engine
from workflows.services import Services

WORKFLOW = "read-pictures"
MOST_PICTURES = 8
"""Pictures of one post that are read, the first ones."""
MOST_WAITING = 2000
"""Above this, as in a flood of pictures, posts are judged by their texts alone."""
LOST_AFTER = timedelta(minutes=15)
_WEB = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class PutBy:
    """A post that waits, and what was found in its texts."""

    received: Received
    finding: Finding
    post_key: str


def pictures_to_read(post: Post) -> dict[int, str]:
    """The addresses of its pictures, by their number in `media`."""
    found = {
        number: one.url
        for number, one in enumerate(post.media)
        if one.kind == "image" and one.url and one.url.startswith(_WEB) and not one.read_text
    }
    return dict(list(found.items())[:MOST_PICTURES])


def worth_reading(post: Post, finding: Finding) -> bool:
    """Whether its pictures are to be read: its texts name the body or somebody on the staff."""
    return bool((finding.staff or finding.organisation) and pictures_to_read(post))


def put_by(session: Session, engine: Engine, held: Services, post: PutBy) -> bool:
    """Keep the post, sealed, and enqueue the reading; False when too many are waiting."""
    known = select(WaitingPost.id).where(WaitingPost.post_key == post.post_key)
    if session.exec(known).first():
        return True
    if session.exec(select(func.count()).select_from(WaitingPost)).one() >= MOST_WAITING:
        return False
    waiting = WaitingPost(
        post_key=post.post_key,
        sealed=seal(_packed(post), place=_place(post.post_key), recipient=held.public_keys.working),
        found_at=held.now(),
        due_at=held.now() + LOST_AFTER,
    )
    session.add(waiting)
    session.flush()
    _enqueue(session, engine, waiting)
    return True


def opened(held: Services, waiting: WaitingPost) -> PutBy:
    """The post as it was put by."""
    packed = json.loads(held.working_key.open(waiting.sealed, _place(waiting.post_key)))
    told = packed.get("answer")  # not there in what an earlier version has put by
    received = Received(
        Post.model_validate(packed["post"]),
        b64decode(packed["record"]),
        packed["cursor"],
        answer=Settled(told) if told else None,
    )
    return PutBy(received, Finding.model_validate(packed["finding"]), waiting.post_key)


def enqueue_those_waiting(session: Session, engine: Engine, held: Services) -> int:
    """Have readings tried again that failed for now, or that never came to an end."""
    query = (
        select(WaitingPost)
        .where(col(WaitingPost.due_at) <= held.now())
        .with_for_update(skip_locked=True)
        .limit(200)
    )
    due = list(session.exec(query))
    for waiting in due:
        waiting.turns += 1
        waiting.due_at = held.now() + LOST_AFTER
        session.add(waiting)
        _enqueue(session, engine, waiting)
    return len(due)


def _enqueue(session: Session, engine: Engine, waiting: WaitingPost) -> None:
    assert waiting.id is not None
    since = int(waiting.found_at.timestamp() * 1000)  # numbers of rows that are gone come again
    workflow_id = f"{WORKFLOW}:{waiting.id}:{since}:{waiting.turns}"
    engine.enqueue(session, READING, WORKFLOW, workflow_id, waiting.id)


def _packed(post: PutBy) -> bytes:
    return json.dumps(
        {
            "post": post.received.post.model_dump(mode="json"),
            "record": b64encode(post.received.record).decode(),
            "cursor": post.received.cursor,
            "answer": post.received.told,
            "finding": post.finding.model_dump(mode="json"),
        }
    ).encode()


def _place(post_key: str) -> str:
    return f"waiting:{post_key}"
