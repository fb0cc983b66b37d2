"""A post that matters, sealed for its record: as the watch keeps it, and as a sweep does."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from casework.reading import place_of
from monitors.source import Received
from records.finding import Finding
from records.incident import Incident, Mention
from records.record_key import RecordKey
from records.sealing import new_record_key, seal
from workflows.captures import Material
from workflows.changes import author_key_of, revision_of
from workflows.key_turn import take_turn
from workflows.services import Services


@dataclass(frozen=True, slots=True)
class Hit:
    """A post that matters, with what screening says about it."""

    received: Received
    finding: Finding
    post_key: str
    waits: bool = False
    """Whether its pictures are still to be read."""

    def settled(self) -> "Hit":
        """With the record as it is kept, for a post that is known to matter."""
        return replace(self, received=self.received.settled())


def new_key(session: Session, held: Services) -> RecordKey:
    """The key of a new record."""
    take_turn(session)
    made = new_record_key(held.public_keys.recipients())
    key = RecordKey(recipient=made.recipient, wrapped=made.wrapped, created_at=held.now())
    session.add(key)
    session.flush()
    return key


def mention_of(
    held: Services,
    hit: Hit,
    key: RecordKey,
    *,
    incident: Incident | None,
    swept_at: datetime | None = None,
) -> Mention:
    """The post, sealed for `key`."""
    post, finding = hit.received.post, hit.finding
    assert key.id is not None

    def sealed(part: str, value: bytes) -> bytes:
        return seal(value, place=place_of(part, hit.post_key), recipient=key.recipient)

    return Mention(
        incident_id=incident.id if incident else None,
        key_id=key.id,
        source=post.source,
        post_key=hit.post_key,
        revision=revision_of(held, post),
        author_key=author_key_of(held, post.source, post.author.id),
        swept_at=swept_at,
        severity=finding.severity,
        disposition=finding.disposition,
        categories=list(finding.categories),
        staff_ids=list(dict.fromkeys(one.staff_id for one in finding.staff)),
        published_at=post.published_at,
        found_at=held.now(),
        sealed_post=sealed("post", post.model_dump_json().encode()),
        sealed_record=sealed("record", hit.received.record),
        sealed_finding=sealed("finding", finding.model_dump_json().encode()),
    )


def material_of(hit: Hit) -> Material:
    """What the exhibits of a post are made from."""
    came = hit.received
    return Material(came.post.url, came.record, came.post, answer=came.told)
