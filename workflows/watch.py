"""From a public post to an incident: screen, and keep what matters in one transaction."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session

from casework.audit import note
from monitors.source import Arrival, Missed, Reached, Received, Removed, Reported, Unread
from records.audit import MACHINE
from records.database import reading, transaction
from records.finding import Finding
from records.incident import Mention
from records.post import Post
from records.record_key import RecordKey
from records.watching import SourceCursor, SourceWatch
from workflows.captures import begin_captures
from workflows.changes import (
    gone_among,
    incidents_of,
    is_new_wording,
    mentions_of,
    note_gone,
    post_key_of,
    revision_of,
    set_aside,
    swept_gives_way,
)
from workflows.crowd import FirstLooks, Named, Suspects, about_others
from workflows.engine import Engine
from workflows.joining import Joining
from workflows.mentions import Hit, material_of, mention_of, new_key
from workflows.missed import note_missed
from workflows.quarantine import keep_unread
from workflows.reports import known_reporter, take_report
from workflows.services import Services
from workflows.silence import is_canary, without_canary
from workflows.waiting import PutBy, put_by, worth_reading

Screen = Callable[[Post], Finding]
CURSOR_EVERY_SECONDS = 1.0
MOST_READ_AT_ONCE = 20
"""So many posts that may matter are screened and kept in one transaction; it holds up others."""


def _nothing() -> None:
    pass


def _all(posts: Sequence[Post]) -> Collection[int]:
    return range(len(posts))


def _nobody(_post: Post) -> Collection[str]:
    return ()


@dataclass
class Watch:
    """Takes posts from the sources. Posts that match nothing live in memory only."""

    services: Services
    engine: Engine
    screen: Screen
    before_a_batch: Callable[[], None] = _nothing
    suspects: Suspects = _all
    """The numbers of those posts of a batch for which `screen` may say anything but `ignore`."""
    named: Named = _nobody
    """Whom a post may name, told quickly; what about others in a flood goes by."""
    reads_pictures: bool = False
    canary: str = ""
    """The staff id of somebody invented; what names nobody else is only noted as found."""
    kept: Counter[str] = field(default_factory=Counter)
    """How many posts of each source were kept since the start, for an alert or for triage."""
    _cursor_kept_at: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _joining: Joining = field(init=False)
    _looks: FirstLooks = field(init=False)

    def __post_init__(self) -> None:
        """Join hits with what this works with."""
        self._joining = Joining(self.services, self.engine)
        self._looks = FirstLooks(self.suspects, self.named)

    def cursor(self, source: str) -> str | None:
        """The place up to which `source` has been dealt with."""
        with reading(self.services.database) as session:
            kept = session.get(SourceCursor, source)
            return kept.cursor if kept else None

    def take(self, source: str, batch: Sequence[Arrival]) -> None:
        """Take a batch whole."""
        while batch:
            batch = batch[self.take_some(source, batch) :]

    def take_some(self, source: str, batch: Sequence[Arrival]) -> int:
        """Screen the front of a batch and keep its hits; how many were taken.

        In a flood a few are taken at a time, so that others get in between; and of the whole
        batch those about somebody else are taken first, and not again in their turn.
        """
        with self._lock:
            self.before_a_batch()
        looks = self._looks.at(source, batch)
        others = about_others(looks)
        for begins in range(0, len(others), MOST_READ_AT_ONCE):
            part = others[begins : begins + MOST_READ_AT_ONCE]
            self._take(source, [one.arrival for one in part], range(len(part)), cursor=None)
            for one in part:
                one.taken = True
        read = [number for number, look in enumerate(looks) if look.to_be_read]
        ends = read[MOST_READ_AT_ONCE] if len(read) > MOST_READ_AT_ONCE else len(batch)
        self._take(source, batch[:ends], read[:MOST_READ_AT_ONCE], cursor=batch[ends - 1].cursor)
        self._looks.forget(source, batch[:ends])
        return ends

    def _take(
        self, source: str, batch: Sequence[Arrival], read: Sequence[int], *, cursor: str | None
    ) -> None:
        """Screen those with the numbers in `read`; keep hits and cursor in one transaction."""
        hits = self._hits(batch, read)  # takes longest, and holds up nobody
        canaries = [hit for hit in hits if is_canary(hit.finding, self.canary)]
        hits = [hit for hit in hits if hit not in canaries]
        with self._lock:
            gone = self._gone([one for one in batch if isinstance(one, Removed)])
            unread = [one for one in batch if isinstance(one, Unread)]
            missed = [one for one in batch if isinstance(one, Missed)]
            reached = missed or any(isinstance(one, Reached) for one in batch)
            reports = [one for one in batch if isinstance(one, Reported)]
            quiet_since = time.monotonic() - self._cursor_kept_at.get(source, 0.0)
            if (
                not (hits or gone or unread or reached or reports or canaries)
                and quiet_since < CURSOR_EVERY_SECONDS
            ):
                return
            with transaction(self.services.database) as session:
                kept = sum([self._keep(session, hit) for hit in hits])
                note_gone(session, self.services, gone)
                note_missed(session, source, missed)
                kept += self._take_reports(session, reports)
                if canaries:
                    self._note_canary(session, source)
                if unread:
                    keep_unread(session, self.services, source, unread)
                if cursor is not None:
                    self._keep_cursor(session, source, cursor)
            self.kept[source] += kept
            self._cursor_kept_at[source] = time.monotonic()

    def _take_reports(self, session: Session, reports: Sequence[Reported]) -> int:
        held = self.services
        known = (known_reporter(one.report, held.roster) for one in reports)
        return sum([take_report(session, held.public_keys, one, now=held.now()) for one in known])

    def _note_canary(self, session: Session, source: str) -> None:
        watch = session.get(SourceWatch, source)
        if watch is not None:
            watch.canary_at = self.services.now()
            session.add(watch)

    def _hits(self, batch: Sequence[Arrival], read: Sequence[int]) -> list[Hit]:
        chosen = (batch[number] for number in read)
        found = (self._hit(one) for one in chosen if isinstance(one, Received))
        return [hit for hit in found if hit]

    def _gone(self, removed: Sequence[Removed]) -> list[int]:
        if not removed:
            return []
        with reading(self.services.database) as session:
            return gone_among(session, self.services, removed)

    def _hit(self, received: Received) -> Hit | None:
        finding = without_canary(self.screen(received.post), self.canary)
        waits = self.reads_pictures and worth_reading(received.post, finding)
        if finding.disposition == "ignore" and not waits and not received.edited:
            return None
        post_key = post_key_of(self.services, received.post.source, received.post.id)
        hit = Hit(received, finding, post_key, waits)
        return hit.settled() if waits or finding.disposition != "ignore" else hit

    def _keep_cursor(self, session: Session, source: str, cursor: str) -> None:
        kept = session.get(SourceCursor, source) or SourceCursor(
            source=source, cursor=cursor, updated_at=self.services.now()
        )
        kept.cursor = cursor
        kept.updated_at = self.services.now()
        session.add(kept)

    def _keep(self, session: Session, hit: Hit) -> bool:
        """Whether it was new and worth keeping."""
        if known := mentions_of(session, hit.post_key):
            self._take_wording(session, hit, known)
            return False  # sources may repeat themselves after a restart
        post = PutBy(hit.received, hit.finding, hit.post_key)
        waits = hit.waits and put_by(session, self.engine, self.services, post)
        if hit.finding.disposition == "alert" or not waits:  # an alert waits for no picture
            self.keep(session, hit)
        return hit.finding.disposition != "ignore"

    def _take_wording(self, session: Session, hit: Hit, known: Sequence[Mention]) -> None:
        """Keep another wording; the mention itself holds the one that alerts."""
        held = self.services
        revision = revision_of(held, hit.received.post)
        fresh = [one for one in known if is_new_wording(session, one, revision)]
        alerts = hit.finding.disposition == "alert"
        hit = hit.settled() if fresh else hit
        for mention in fresh:
            key = session.get_one(RecordKey, mention.key_id)
            wording = mention if alerts else mention_of(held, hit, key, incident=None)
            set_aside(session, held, mention, wording)
            if mention.incident_id is not None:
                material = material_of(hit)
                begin_captures(session, self.engine, held, mention, material, wording=revision)
        if fresh and alerts:
            session.flush()
            self._joining.learn_more(session, hit)
        if fresh:
            swept_gives_way(session, hit.post_key, revision)

    def take_wording(self, received: Received, post_key: str) -> None:
        """Keep and judge what a later look found in the place of a post that is kept."""
        with self._lock:
            self.before_a_batch()
        finding = without_canary(self.screen(received.post), self.canary)
        hit = Hit(received, finding, post_key)
        with self._lock, transaction(self.services.database) as session:
            self._take_wording(session, hit, mentions_of(session, post_key))

    def keep_reported(self, session: Session, hit: Hit, *, told_by_platform: bool) -> None:
        """Keep a post that somebody reports; one that is known alerts about whomever it did not.

        `told_by_platform` False: its words are the reporter's, and no other wording of the post.
        """
        known = mentions_of(session, hit.post_key)
        if not known:
            self.keep(session, hit)
            return
        if told_by_platform:
            self._take_wording(session, hit, known)
            session.flush()
        if hit.finding.disposition != "alert":
            return
        about = incidents_of(session, hit.post_key)
        for staff_id in self._joining.whose(hit.finding):
            if staff_id not in about and (staff_id or not about):
                self._joining.join_one(session, hit, staff_id)

    def keep(self, session: Session, hit: Hit) -> None:
        """Do what the finding asks for: incidents and alerts, triage, or nothing."""
        if mentions_of(session, hit.post_key):  # as when it was reported while it was being read
            self.keep_reported(session, hit, told_by_platform=True)
            return
        if hit.finding.disposition != "ignore":
            revision = revision_of(self.services, hit.received.post)
            swept_gives_way(session, hit.post_key, revision)
        if hit.finding.disposition == "review":
            self._keep_for_triage(session, hit)
        elif hit.finding.disposition == "alert":
            self._joining.join(session, hit)

    def learn_more(self, session: Session, hit: Hit) -> None:
        """Take what reading its pictures says of a post whose incidents are there already."""
        self._joining.learn_more(session, hit)

    def _keep_for_triage(self, session: Session, hit: Hit) -> None:
        key = new_key(session, self.services)
        session.add(mention_of(self.services, hit, key, incident=None))
        note(
            session,
            "for triage",
            actor=MACHINE,
            now=self.services.now(),
            about={"source": hit.received.post.source, "severity": hit.finding.severity},
        )
