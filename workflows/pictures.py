"""Read the pictures of a post that was put by, and judge it again by all that it says."""

import threading
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import get_args

from dbos import DBOS
from sqlmodel import Session

from casework.audit import note
from evidence.pictures import fetch_pictures
from nlp.images import ImageReader
from nlp.pictures import say_read, with_texts
from records.audit import MACHINE
from records.database import reading, transaction
from records.finding import Disposition, Finding, Severity
from records.post import Post
from records.waiting import WaitingPost
from workflows.mentions import Hit
from workflows.services import NotInstalledError
from workflows.waiting import WORKFLOW, PutBy, opened, pictures_to_read
from workflows.watch import Watch

AGAIN_AFTER = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
"""When pictures are fetched again that could not be had; after that the texts alone decide."""
MOST_TURNS = 8
"""Whatever else goes wrong: after so many turns the texts alone decide as well."""
_SECONDS_TO_INSTALL = 60
_grave = get_args(Severity)[::-1].index
_soon = get_args(Disposition)[::-1].index


@dataclass(frozen=True, slots=True)
class PictureDesk:
    """Who reads pictures, and who judges and keeps what was read; without a reader nobody reads."""

    watch: Watch
    reader: ImageReader | None


_desks: list[PictureDesk] = []
_installed = threading.Event()


def install(desk: PictureDesk) -> None:
    """Give the workflow its desk."""
    _desks[:] = [desk]
    _installed.set()


@DBOS.workflow(name=WORKFLOW, max_recovery_attempts=1_000_000)
def read_pictures(waiting_id: int) -> str:
    """Read the pictures of one post; a crash in between reads them again."""
    return look(waiting_id)


@DBOS.step(name="look")
def look(waiting_id: int) -> str:
    """Fetch, read, judge and keep; what there is to do and that it is done is one transaction."""
    desk = _desk()
    with reading(desk.watch.services.database) as session:
        waiting = session.get(WaitingPost, waiting_id)
        if waiting is None:
            return "read before"
        post, faults = opened(desk.watch.services, waiting), waiting.faults
        reads = waiting.turns < MOST_TURNS
    texts, unread = _read(desk, post.received.post) if reads else ({}, 0)
    better = _judged(desk, post, texts) if texts else None
    urgent = better is not None and better.finding.disposition == "alert"
    if unread and not urgent and faults < len(AGAIN_AFTER):
        return _put_off(desk, waiting_id, AGAIN_AFTER[faults])
    with transaction(desk.watch.services.database) as session:
        waiting = session.get(WaitingPost, waiting_id)
        if waiting is None or waiting.post_key != post.post_key:
            return "read before"
        session.delete(waiting)
        session.flush()
        if unread:
            _note_unread(session, desk, unread)
        return _settle(session, desk.watch, post, better)


def _desk() -> PictureDesk:
    """The desk; after a restart the engine may ask for it before it is there."""
    if not _installed.wait(_SECONDS_TO_INSTALL):
        raise NotInstalledError
    return _desks[0]


def _read(desk: PictureDesk, post: Post) -> tuple[dict[int, str], int]:
    """The texts by number of the picture, and how many pictures are worth another try."""
    wanted = pictures_to_read(post)
    if desk.reader is None:
        return {}, 0
    loopback = desk.watch.services.allow_loopback
    fetched = dict(
        zip(wanted, fetch_pictures(wanted.values(), allow_loopback=loopback), strict=True)
    )
    contents = {number: one.content for number, one in fetched.items() if one.content is not None}
    texts = dict(zip(contents, desk.reader.read(list(contents.values())), strict=True))
    unread = sum(one.again for one in fetched.values()) + sum(one is None for one in texts.values())
    return {number: text for number, text in texts.items() if text}, unread


def _put_off(desk: PictureDesk, waiting_id: int, wait: timedelta) -> str:
    held = desk.watch.services
    with transaction(held.database) as session:
        waiting = session.get(WaitingPost, waiting_id)
        if waiting is not None:
            waiting.faults += 1
            waiting.due_at = held.now() + wait
            session.add(waiting)
    return "later"


def _judged(desk: PictureDesk, post: PutBy, texts: dict[int, str]) -> PutBy | None:
    """The post with its pictures' texts, if they make it graver; they never make it harmless."""
    whole = with_texts(post.received.post, texts)
    finding = say_read(desk.watch.screen(whole), whole)
    if not tells_more(finding, post.finding):
        return None
    received = replace(post.received, post=whole)
    return replace(post, received=received, finding=finding)


def tells_more(finding: Finding, before: Finding) -> bool:
    """Whether a finding tells people sooner or more than the one before, and nothing less."""
    soon, grave = _soon(finding.disposition), _grave(finding.severity)
    soon_before, grave_before = _soon(before.disposition), _grave(before.severity)
    if soon < soon_before or grave < grave_before:
        return False
    people = set(finding.named) - set(before.named)
    kinds = set(finding.categories) - set(before.categories)
    return bool(soon > soon_before or grave > grave_before or people or kinds)


def _settle(session: Session, watch: Watch, post: PutBy, better: PutBy | None) -> str:
    now = better or post
    hit = Hit(now.received, now.finding, now.post_key)
    if post.finding.disposition != "alert":
        watch.keep(session, hit)
    elif better:
        watch.learn_more(session, hit)
    return now.finding.disposition


def _note_unread(session: Session, desk: PictureDesk, unread: int) -> None:
    held = desk.watch.services
    note(session, "pictures unread", actor=MACHINE, now=held.now(), about={"pictures": unread})
