"""A sweep: what was published before is screened and put on the triage list, as a dry run.

Nobody is alerted, no incident is opened, no page is preserved, and the watch goes on as if there
had been no sweep (docs/reference/sweep.md).
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, select

from casework.audit import note
from monitors.source import Arrival, Missed, Reached, Received, Removed, Unread
from records.audit import MACHINE
from records.database import reading, transaction
from records.finding import Finding
from records.incident import Mention, MentionRevision
from records.post import Post
from records.sweep_place import SweepPlace
from workflows.changes import gone_among, note_gone, post_key_of, revision_of
from workflows.mentions import Hit, mention_of, new_key
from workflows.services import Services
from workflows.waiting import worth_reading

ScreenMany = Callable[[Iterable[Post]], Iterator[Finding]]
PLACE_EVERY_SECONDS = 1.0
DONE_FOR = timedelta(days=1)
"""So long a source that was swept is not swept again by a sweep that goes on."""

Spans = dict[str, list[str | int]]
"""By reason: when what is missed began and ended (ISO 8601, UTC), and in how many parts."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be swept, from when on, and a hash of what decides the findings."""

    what: str
    setting: str
    asked: str = ""
    since: datetime | None = None


@dataclass
class _Part:
    """What was read of one source or file since its place was last kept."""

    place: SweepPlace
    cursor: str | None
    posts: int = 0
    unread: int = 0
    pictures: int = 0
    published: list[datetime] = field(default_factory=list)
    kept_at: float = 0.0


@dataclass
class LookingBack:
    """Takes posts that a sweep reads. Posts that match nothing live in memory only."""

    services: Services
    screen_many: ScreenMany
    before_a_batch: Callable[[], object] = lambda: None
    reads_pictures: bool = False
    """Whether the watch reads pictures, so that posts it would read more of are counted."""
    _parts: dict[str, _Part] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, wish: Wish, cursor: str | None, *, anew: bool) -> SweepPlace:
        """Go on where a sweep of the same wish stopped, or begin at `cursor`."""
        with self._lock, transaction(self.services.database) as session:
            place = session.get(SweepPlace, wish.what)
            if place and (anew or not self._goes_on(place, wish)):
                session.delete(place)
                session.flush()
                place = None
            if place is None:
                now = self.services.now()
                place = SweepPlace(
                    what=wish.what,
                    asked=wish.asked,
                    setting=wish.setting,
                    since=wish.since,
                    began_at=now,
                    updated_at=now,
                    cursor=cursor,
                )
                session.add(place)
        self._parts[wish.what] = _Part(place, place.cursor)
        return place

    def all_done(self, wishes: Sequence[Wish]) -> bool:
        """Whether a sweep of the same wishes has come to its end, so that a new one is meant."""
        with reading(self.services.database) as session:
            places = [(session.get(SweepPlace, wish.what), wish) for wish in wishes]
        begun = [place for place, wish in places if place and self._goes_on(place, wish)]
        return all(place.done_at for place in begun)

    def cursor(self, what: str) -> str | None:
        """The place up to which `what` has been read."""
        return self._parts[what].cursor

    def take(self, what: str, batch: Sequence[Arrival]) -> None:
        """Screen a batch; what it finds, its counts and its place are kept in one transaction."""
        part = self._parts[what]
        with self._lock:
            self.before_a_batch()
            asked_for = [one for one in batch if self._is_asked_for(one, part.place.since)]
            hits = list(self._hits(asked_for))
            missed = [one for one in batch if isinstance(one, Missed)]
            gone = self._gone([one for one in batch if isinstance(one, Removed)])
            read = _Part(part.place, batch[-1].cursor, part.posts, part.unread, part.pictures)
            read.published = part.published + _published(asked_for, self.services.now())
            read.posts += len(asked_for)
            read.unread += sum(isinstance(one, Unread) for one in batch)
            read.pictures += sum(hit.waits for hit in hits)
            hits = [hit for hit in hits if hit.finding.disposition != "ignore"]
            read.published = _ends(read.published)
            read.kept_at = part.kept_at
            reached = any(isinstance(one, Reached) for one in batch)
            late = time.monotonic() - part.kept_at >= PLACE_EVERY_SECONDS
            if hits or gone or missed or reached or late:
                self._keep(read, hits, gone, missed)
                read = _Part(read.place, read.cursor, kept_at=time.monotonic())
            self._parts[what] = read

    def pause(self, what: str) -> None:
        """Keep the place, so that nothing read so far is read again."""
        with self._lock:
            part = self._parts[what]
            self._keep(part, [], [], [])
            self._parts[what] = _Part(part.place, part.cursor, kept_at=time.monotonic())

    def finish(self, what: str) -> None:
        """Say that all of it has been read."""
        self.pause(what)
        with self._lock, transaction(self.services.database) as session:
            place = session.get_one(SweepPlace, what)
            place.done_at = self.services.now()
            session.add(place)
            about = {"posts": place.posts, "found": sum(place.found.values())}
            note(session, "swept", actor=MACHINE, now=self.services.now(), about=about)

    def place(self, what: str) -> SweepPlace:
        """What is known of the sweep of `what`."""
        with reading(self.services.database) as session:
            return session.get_one(SweepPlace, what)

    def _goes_on(self, place: SweepPlace, wish: Wish) -> bool:
        """Whether it is the same sweep; what was done long ago is no part of one any more."""
        old = place.done_at and wish.since and self.services.now() - place.done_at > DONE_FOR
        return (place.asked, place.setting) == (wish.asked, wish.setting) and not old

    @staticmethod
    def _is_asked_for(one: Arrival, since: datetime | None) -> bool:
        if not isinstance(one, Received):
            return False
        published = one.post.published_at
        return one.edited or since is None or published is None or published >= since

    def _hits(self, asked_for: Sequence[Arrival]) -> Iterator[Hit]:
        received = [one for one in asked_for if isinstance(one, Received)]
        findings = self.screen_many(one.post for one in received)
        for one, finding in zip(received, findings, strict=True):
            waits = self.reads_pictures and worth_reading(one.post, finding)
            if waits or finding.disposition != "ignore":
                key = post_key_of(self.services, one.post.source, one.post.id)
                yield Hit(one.settled(), finding, key, waits)

    def _gone(self, removed: Sequence[Removed]) -> list[int]:
        """Ids of those mentions that a sweep found; of the others the watch will be told."""
        if not removed:
            return []
        with reading(self.services.database) as session:
            told = gone_among(session, self.services, removed)
            query = select(Mention.id).where(col(Mention.id).in_(told))
            swept = session.exec(query.where(col(Mention.swept_at).is_not(None)))
            return [one for one in swept if one is not None]

    def _keep(
        self, read: _Part, hits: Sequence[Hit], gone: Sequence[int], missed: Sequence[Missed]
    ) -> None:
        with transaction(self.services.database) as session:
            place = session.get_one(SweepPlace, read.place.what)
            found = Counter(place.found)
            for hit in hits:
                new = self._keep_for_triage(session, hit, place)
                if new is not None:
                    found[f"{hit.finding.disposition} {hit.finding.severity}"] += 1
                    place.known += not new
            note_gone(session, self.services, gone)
            place.found = dict(found)
            place.missed = add_missed(place.missed, missed)
            place.posts += read.posts
            place.unread += read.unread
            place.pictures += read.pictures
            seen = _ends([one for one in (place.oldest, place.newest) if one] + read.published)
            if seen:
                place.oldest, place.newest = seen[0], seen[-1]
            place.cursor = read.cursor
            place.updated_at = self.services.now()
            session.add(place)
            read.place = place

    def _keep_for_triage(self, session: Session, hit: Hit, place: SweepPlace) -> bool | None:
        """True if it was kept, False if it was known before, None if this sweep had it already."""
        known = self._known(session, hit)
        if known is not None:
            swept_now = known.swept_at is not None and known.swept_at >= place.began_at
            return None if swept_now else False
        now = self.services.now()
        key = new_key(session, self.services)
        session.add(mention_of(self.services, hit, key, incident=None, swept_at=now))
        return True

    def _known(self, session: Session, hit: Hit) -> Mention | None:
        """This wording of the post, if the watch or a sweep has kept it."""
        revision = revision_of(self.services, hit.received.post)
        query = select(Mention).where(Mention.post_key == hit.post_key)
        for mention in session.exec(query.order_by(col(Mention.id))).all():
            if mention.revision in {revision, ""}:
                return mention
            later = select(MentionRevision).where(MentionRevision.mention_id == mention.id)
            if session.exec(later.where(MentionRevision.revision == revision)).first():
                return mention
        return None


def _published(taken: Sequence[Arrival], now: datetime) -> list[datetime]:
    """When; some say a time that is still to come, which tells nothing."""
    moments = [one.post.published_at for one in taken if isinstance(one, Received)]
    return [moment for moment in moments if moment and moment <= now]


def _ends(moments: Sequence[datetime]) -> list[datetime]:
    """The first and the last of them, which is all that is told."""
    return [min(moments), max(moments)] if moments else []


def add_missed(before: Spans, missed: Iterable[Missed]) -> Spans:
    """The spans with those that a platform has told of since."""
    spans = dict(before)
    for one in missed:
        began, ended = (at.astimezone(UTC).isoformat() for at in (one.began_at, one.ended_at))
        known_from, known_until, parts = spans.get(one.why, [began, ended, 0])
        spans[one.why] = [min(str(known_from), began), max(str(known_until), ended), int(parts) + 1]
    return spans
