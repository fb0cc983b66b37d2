"""Look for captured pages again after an hour, a day, a week and a month: what has become of them.

Of a page only its status is kept. A platform that tells everybody also tells of other words in a
post: these are judged, and captured, as an edit that a source tells of.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from dbos import DBOS
from sqlmodel import Session, col, select

from casework.audit import note
from evidence.again import LOOK_WAITS, LOOKS, look_due, next_look
from evidence.standing import Standing, ask_page
from monitors import links
from monitors.errors import SourceError
from monitors.public_web import PrivateAddressError, public_session
from monitors.source import Received
from monitors.standing import standing
from records.addresses import loopback_port, web_address
from records.audit import MACHINE
from records.capture import Found, Recheck, Rechecked
from records.database import reading, transaction
from records.incident import Incident, Mention
from records.post import Post
from records.sealing import keyed_hash, seal
from workflows.changes import note_gone
from workflows.engine import RECHECKING, Engine
from workflows.services import NotInstalledError, Services, services

WORKFLOW = "recheck"
LOST_AFTER = timedelta(minutes=15)
_SECONDS, _MOST_BYTES = 15.0, 2_000_000
_SECONDS_TO_INSTALL = 60
_takers: list[Callable[[Received, str], None]] = []
_installed = threading.Event()


def install(take: Callable[[Received, str], None]) -> None:
    """Give the looks what takes another wording of the post with a key."""
    _takers[:] = [take]
    _installed.set()


@dataclass(frozen=True, slots=True)
class Address:
    """Where to look, and by which the wording of the post is known again; never kept in plain."""

    url: str
    source: str = ""
    words: str = ""


def recheck_mark(held: Services, reference: str, key: str) -> str:
    """By which the looks at a page are known; `key` is its post's, or its address."""
    return keyed_hash(held.public_keys.pepper, "recheck", reference, key)


def begin_rechecks(
    session: Session,
    held: Services,
    incident: Incident,
    url: str,
    *,
    mention: Mention | None = None,
    post: Post | None = None,
) -> None:
    """Have the page looked for again; does nothing where that was asked for before."""
    assert incident.id is not None
    mark = recheck_mark(held, incident.reference, mention.post_key if mention else url)
    if session.exec(select(Recheck.id).where(Recheck.mark == mark)).first() is not None:
        return
    address = {"url": url, "source": post.source if post else "", "words": ""}
    if post:
        address["words"] = _words(held, post)
    session.add(
        Recheck(
            incident_id=incident.id,
            mention_id=mention.id if mention else None,
            mark=mark,
            since=held.now(),
            work=seal(
                json.dumps(address).encode(),
                place=_place(mark),
                recipient=held.public_keys.working,
            ),
            due_at=next_look(held.now(), 0),
        )
    )


def address_of(held: Services, row: Recheck) -> Address:
    """Where a page is looked for that is still to be looked for."""
    assert row.work is not None
    return Address(**json.loads(held.working_key.open(row.work, _place(row.mark))))


def enqueue_rechecks_due(session: Session, engine: Engine, held: Services) -> int:
    """Have the looks made that are due, or that came to no end."""
    query = (
        select(Recheck)
        .where(col(Recheck.due_at) <= held.now())
        .order_by(col(Recheck.id))
        .with_for_update(skip_locked=True)
        .limit(100)
    )
    due = list(session.exec(query))
    for one in due:
        assert one.id is not None
        one.turns += 1
        one.due_at = held.now() + LOST_AFTER
        session.add(one)
        workflow_id = f"{WORKFLOW}:{one.id}:{one.turns}"
        engine.enqueue(session, RECHECKING, WORKFLOW, workflow_id, one.id, one.turns)
    return len(due)


@DBOS.workflow(name=WORKFLOW, max_recovery_attempts=1_000_000)
def recheck(recheck_id: int, turn: int) -> str:
    """One look at one page."""
    return look_again(recheck_id, turn)


@DBOS.step(name="look-again")
def look_again(recheck_id: int, turn: int) -> str:
    """Ask, and write down what was found; does nothing when it is over."""
    held = services()
    with reading(held.database) as session:
        row = session.get(Recheck, recheck_id)
        if row is None or row.work is None or row.turns != turn:
            return "over"
        mention = session.get(Mention, row.mention_id) if row.mention_id else None
        mention_key = mention.post_key if mention else ""
        address = address_of(held, row)
    found, changed = _found(held, address)
    if changed and mention_key:
        _take_wording(mention_key, changed)
    with transaction(held.database) as session:
        row = session.get_one(Recheck, recheck_id)
        if row.work is None or row.turns != turn:
            return "over"
        if found.again and row.faults < len(LOOK_WAITS):
            row.due_at = held.now() + LOOK_WAITS[row.faults]
            row.faults += 1
            session.add(row)
            return "later"
        _write_down(session, held, row, found)
    return found.found.value


def _take_wording(post_key: str, found: links.Found) -> None:
    """Have it judged and captured; what was taken before is known again."""
    if not _installed.wait(_SECONDS_TO_INSTALL):  # as right after a restart
        raise NotInstalledError
    post, record, answer = found
    _takers[0](Received(post, record, cursor="", edited=True, answer=answer), post_key)


def _found(held: Services, address: Address) -> tuple[Standing, links.Found | None]:
    """What the platform tells of the post, or else the page's own status; and its other wording."""
    link = links.known_link(address.url)
    told = _told(held, address, link) if link else None
    return told or (ask_page(address.url, allow_loopback=held.allow_loopback), None)


def _told(
    held: Services, address: Address, link: links.Link
) -> tuple[Standing, links.Found | None] | None:
    parts = web_address(address.url)
    port = loopback_port(parts) if parts and held.allow_loopback else None
    of = public_session(
        deadline_seconds=_SECONDS,
        most_bytes=_MOST_BYTES,
        loopback_ports=(port,) if port else (),
        anywhere=True,
    )
    try:
        stands = standing(link, of)
    except (SourceError, PrivateAddressError):
        return Standing(Found.UNKNOWN, again=True), None
    if stands is None or (stands.post is None and not stands.gone):
        return None
    if stands.post is None:
        return Standing(Found.GONE), None
    same_kind = address.words and stands.post.source == address.source
    if same_kind and _words(held, stands.post) != address.words:
        return Standing(Found.CHANGED), stands.found
    return Standing(Found.UP), None


def _write_down(session: Session, held: Services, row: Recheck, found: Standing) -> None:
    assert row.id is not None
    number = look_due(row.since, row.done, held.now())
    number = row.done if number is None else number
    after = LOOKS[min(number, len(LOOKS) - 1)][0]
    session.add(
        Rechecked(
            recheck_id=row.id,
            at=held.now(),
            after=after,
            found=found.found.value,
            status=found.status,
        )
    )
    row.done, row.faults = number + 1, 0
    row.due_at = next_look(row.since, row.done)
    if row.due_at is None:
        row.work = None
    session.add(row)
    incident = session.get_one(Incident, row.incident_id)
    note(
        session,
        "page looked for",
        actor=MACHINE,
        now=held.now(),
        reference=incident.reference,
        about={"after": after, "found": found.found.value, "status": found.status},
    )
    mention = session.get(Mention, row.mention_id) if row.mention_id else None
    if mention and mention.gone_at is None and found == Standing(Found.GONE):
        assert mention.id is not None
        note_gone(session, held, [mention.id])  # the platform itself says so


def _words(held: Services, post: Post) -> str:
    """By which the words of a post are known again, however they are spaced."""
    return keyed_hash(held.public_keys.pepper, "words", " ".join(post.text.split()))


def _place(mark: str) -> str:
    return f"recheck:{mark}"
