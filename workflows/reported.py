"""Look at what people report: find the post, judge it as any other, and keep who reported it.

A report is never passed over: what screening finds nothing in waits for triage.
"""

import hashlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from dbos import DBOS
from sqlmodel import Session

from casework.reports import attach
from evidence.pictures import fetch_pictures
from monitors.answer import REPORTED, Answer, no_answer
from monitors.errors import SourceError
from monitors.links import Found, Link, find, known_link
from monitors.public_web import PrivateAddressError, public_session
from monitors.source import Received
from nlp.images import ImageReader
from nlp.papers import read_paper
from nlp.pictures import say_read, with_texts
from nlp.reported import for_triage_at_least, screen_about
from records.addresses import loopback_port, web_address
from records.database import reading, transaction
from records.finding import Finding
from records.post import Context, Media, Post
from records.report import MOST_LINKS, Report, TakenReport
from workflows.changes import mentions_of, post_key_of
from workflows.mentions import Hit
from workflows.reports import WORKFLOW, opened
from workflows.same_post import SOURCE, keep_page, page_id
from workflows.services import NotInstalledError, Services
from workflows.waiting import pictures_to_read
from workflows.watch import Watch

AGAIN_AFTER = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
"""When what could not be had for the time being is tried again; what is there is kept at once."""
MOST_TURNS = 8
"""Whatever else goes wrong: after so many turns only the report's own words are looked at."""
NO_WORDS = "A PDF holds no words that could be read; look at it yourself."
_MOST_ANSWER = 5_000_000
_SECONDS_AN_ANSWER = 20.0
_SECONDS_TO_INSTALL = 60


@dataclass(frozen=True, slots=True)
class ReportDesk:
    """Who judges and keeps what is reported, and who reads its screenshots, if anybody does."""

    watch: Watch
    reader: ImageReader | None


@dataclass(frozen=True, slots=True)
class Lead:
    """A post that a report leads to, and what is found in it."""

    post: Post
    record: bytes
    answer: Answer
    finding: Finding
    told_by_platform: bool


@dataclass(slots=True)
class _Look:
    """What looking at a report has brought, and whether a later look can bring more."""

    leads: list[Lead]
    again: bool = False
    unread: tuple[str, ...] = ()
    """What of its files could not be looked at, in words of ours."""


_desks: list[ReportDesk] = []
_installed = threading.Event()


def install(desk: ReportDesk) -> None:
    """Give the workflow its desk."""
    _desks[:] = [desk]
    _installed.set()


@DBOS.workflow(name=WORKFLOW, max_recovery_attempts=1_000_000)
def look_at_report(report_id: int) -> str:
    """Look at one report; a crash in between looks at it again."""
    return look(report_id)


@DBOS.step(name="look-at-it")
def look(report_id: int) -> str:
    """Fetch, read, judge and keep; what is kept and that it is done is one transaction."""
    desk = _desk()
    held = desk.watch.services
    with reading(held.database) as session:
        taken = session.get(TakenReport, report_id)
        if taken is None or taken.sealed is None:
            return "kept before"
        report, key = opened(held.working_key, taken), taken.report_key
        faults, whole = taken.faults, taken.turns < MOST_TURNS
    seen = _Reading(desk, report, whole=whole).look()
    if seen.unread:
        told = dict.fromkeys((*report.left_out, *seen.unread))
        report = report.model_copy(update={"left_out": tuple(told)})
    with transaction(held.database) as session:
        taken = session.get_one(TakenReport, report_id)
        if taken.sealed is None:
            return "kept before"
        for lead in seen.leads:
            _keep(session, desk.watch, lead, report, key, later=faults > 0)
        if faults == 0:
            keep_page(session, held, report, [_key(held, lead) for lead in seen.leads])
        again = seen.again and faults < len(AGAIN_AFTER)
        taken.due_at = held.now() + AGAIN_AFTER[faults] if again else None
        taken.faults += 1 if again else 0
        taken.sealed = taken.sealed if again else None
        session.add(taken)
    return "again" if again else "kept"


def _desk() -> ReportDesk:
    """The desk; after a restart the engine may ask for it before it is there."""
    if not _installed.wait(_SECONDS_TO_INSTALL):
        raise NotInstalledError
    return _desks[0]


def _key(held: Services, lead: Lead) -> str:
    return post_key_of(held, lead.post.source, lead.post.id)


def _keep(
    session: Session, watch: Watch, lead: Lead, report: Report, report_key: str, *, later: bool
) -> None:
    """Keep a post and the report with each of its mentions.

    On a later look the report stands with a mention already, so what matters to nobody is left.
    """
    post_key = _key(watch.services, lead)
    if later and lead.finding.disposition == "ignore" and not mentions_of(session, post_key):
        return
    received = Received(lead.post, lead.record, cursor="", answer=lead.answer)
    hit = Hit(received.settled(), for_triage_at_least(lead.finding), post_key)
    watch.keep_reported(session, hit, told_by_platform=lead.told_by_platform)
    session.flush()
    for mention in mentions_of(session, post_key):
        attach(session, mention, report, report_key, now=watch.services.now())


class _Reading:
    """Turns a report into the posts that it leads to; asks platforms and reads pictures."""

    def __init__(self, desk: ReportDesk, report: Report, *, whole: bool) -> None:
        """`whole` False: by the report's own words alone."""
        self._desk = desk
        self._report = report
        self._whole = whole
        self._again = False
        self._unread: list[str] = []

    def look(self) -> _Look:
        """Every post that it leads to, at least one."""
        shots = (*self._screenshots(), *self._papers())
        leads = list(self._linked(shots))
        own = self._own(shots)
        if not leads or (own.finding.disposition != "ignore" and self._says_more(leads)):
            leads.append(own)
        return _Look(leads, self._again, tuple(self._unread))

    def _says_more(self, leads: Sequence[Lead]) -> bool:
        """Whether a forwarded message holds words that no post of its links stands for."""
        return bool(self._report.message_id) and all(one.told_by_platform for one in leads)

    def _linked(self, shots: tuple[Media, ...]) -> Iterator[Lead]:
        """A post for each link to a platform that is known."""
        known = [(url, link) for url in self._report.links if (link := known_link(url))]
        for url, link in known[:MOST_LINKS]:
            found = self._found(url, link)
            if found:
                post, record, answer = found
                post = self._with_pictures(post)
                post = post.model_copy(update={"media": (*post.media, *shots)})
                yield Lead(post, record, answer, self._judged(post), told_by_platform=True)
            elif link.id:
                yield self._told(link.source, link.id, url, shots)
            shots = ()

    def _own(self, shots: tuple[Media, ...]) -> Lead:
        """The report itself: what it says and shows, and the page it points to."""
        report = self._report
        url = report.links[0] if len(report.links) == 1 else None
        if report.message_id:
            id_ = f"message:{report.message_id}"
        elif url:
            id_ = page_id(url)
        elif files := (*report.screenshots, *report.papers):
            id_ = "pictures:" + hashlib.sha256(b"".join(_sums(files))).hexdigest()
        else:
            id_ = f"report:{report.mark}"
        return self._told(SOURCE, id_, url, shots)

    def _told(self, source: str, id_: str, url: str | None, shots: tuple[Media, ...]) -> Lead:
        """A post of which only the report tells."""
        post = Post(
            id=id_, source=source, text=self._report.note, url=url, context=Context(), media=shots
        )
        record = self._report.model_dump_json().encode()
        answer = no_answer(REPORTED)
        return Lead(post, record, answer, self._judged(post), told_by_platform=False)

    def _found(self, url: str, link: Link) -> Found | None:
        parts = web_address(url)
        if parts is None or not self._whole:
            return None
        port = loopback_port(parts) if self._desk.watch.services.allow_loopback else None
        asking = public_session(  # a link may point anywhere
            deadline_seconds=_SECONDS_AN_ANSWER,
            most_bytes=_MOST_ANSWER,
            anywhere=True,
            loopback_ports=(port,) if port else (),
        )
        try:
            return find(link, asking)
        except PrivateAddressError:
            return None
        except SourceError:
            self._again = True
            return None

    def _with_pictures(self, post: Post) -> Post:
        """The post with the texts of its own pictures."""
        wanted = pictures_to_read(post)
        if not wanted or self._desk.reader is None:
            return post
        loopback = self._desk.watch.services.allow_loopback
        fetched = fetch_pictures(wanted.values(), allow_loopback=loopback)
        self._again |= any(one.again for one in fetched)
        numbered = {
            number: one.content
            for number, one in zip(wanted, fetched, strict=True)
            if one.content is not None
        }
        texts = self._read(list(numbered.values()))
        return with_texts(post, dict(zip(numbered, texts, strict=True)))

    def _screenshots(self) -> tuple[Media, ...]:
        texts = self._read(self._report.screenshots)
        return tuple(Media(kind="image", read_text=text or None) for text in texts)

    def _papers(self) -> Iterator[Media]:
        """What each PDF says, its scanned pages too where pictures are read."""
        for content in self._report.papers if self._whole else ():
            paper = read_paper(content)
            texts = [paper.words, *self._read(paper.pictures)]
            text = "\n\n".join(one for one in texts if one)
            if paper.remark or not text:
                self._unread.append(paper.remark or NO_WORDS)
            yield Media(kind="other", read_text=text or None)

    def _read(self, pictures: Sequence[bytes]) -> list[str]:
        """The text of each picture; empty where there is none or it could not be read."""
        if self._desk.reader is None or not self._whole or not pictures:
            return [""] * len(pictures)
        texts = self._desk.reader.read(pictures)
        self._again |= any(one is None for one in texts)
        return [one or "" for one in texts]

    def _judged(self, post: Post) -> Finding:
        watch, about = self._desk.watch, self._report.about
        roster = watch.services.roster
        if about is not None and about in roster:
            pack = watch.services.pack
            found = screen_about(watch.screen, post, roster[about], pack, roster)
        else:
            found = watch.screen(post)
        return say_read(found, post)


def _sums(pictures: Sequence[bytes]) -> list[bytes]:
    return sorted(hashlib.sha256(one).digest() for one in pictures)
