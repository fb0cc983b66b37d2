"""A sweep is a dry run: it fills the triage list and swallows nothing that the watch would tell."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from pyrage import x25519
from sqlmodel import select

from casework.reading import place_of
from evidence.vault import Vault
from monitors.source import Arrival, Missed, Received, Removed, Unread
from nlp.screening import Screener
from records.audit import AuditEntry
from records.database import reading
from records.incident import Mention, MentionRevision
from records.post import Post
from records.record_key import RecordKey
from records.sealing import unseal
from records.sweep_place import SweepPlace
from records.waiting import WaitingPost
from records.watching import Quarantined, SourceCursor
from tests.workflows.conftest import BODY, COMMS, HR, MANAGER, NOW, Office
from workflows.looking_back import LookingBack, Wish

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."
THREAT = "Fenella Auchterbrae at the Lighthouse Ombudsman, I'm going to stab you."
REVIEW = "Mrs Auchterbrae, I'm going to stab you."
MONTH = timedelta(days=30)


class Swept:
    """A sweep of one source in an office."""

    def __init__(
        self, office: Office, *, since: datetime | None = None, anew: bool = False
    ) -> None:
        self.office = office
        screener = Screener(
            BODY, office.services.roster, office.services.pack, None, today=date(2026, 11, 23)
        )
        self.back = LookingBack(office.services, screener.screen_many, reads_pictures=True)
        wish = Wish("practice", "as set", "30d", since or office.time - MONTH)
        self.begun = self.back.begin(wish, "from then", anew=anew)
        self.number = 0

    def take(self, *batch: Arrival) -> None:
        self.back.take("practice", batch)

    def see(self, *texts: str) -> None:
        self.take(*(self.post(text) for text in texts))

    def post(self, text: str, *, edited: bool = False, **fields: object) -> Received:
        self.number += 1
        told = {"id": f"post-{self.number}", "published_at": self.office.time - timedelta(days=9)}
        post = Post.model_validate({**told, **fields, "source": "practice", "text": text})
        return Received(post, b"as sent", f"after {post.id}", edited=edited)

    @property
    def place(self) -> SweepPlace:
        return self.back.place("practice")


def rows(office: Office, table: type) -> Sequence[object]:
    with reading(office.services.database) as session:
        return session.exec(select(table)).all()


def swept(office: Office) -> list[Mention]:
    return [one for one in office.mentions() if one.swept_at]


def test_what_would_have_alerted_waits_for_triage_and_nobody_is_told(office: Office) -> None:
    sweep = Swept(office)
    sweep.see("A lovely evening by the harbour.", THREAT, NAMING)
    assert office.incidents() == []
    assert office.deliveries() == []
    assert office.engine.enqueued == []
    found = [(one.incident_id, one.disposition, one.severity) for one in office.mentions()]
    assert found == [(None, "alert", "critical"), (None, "alert", "medium")]
    assert all(one.swept_at == NOW and one.working_copy is None for one in office.mentions())
    assert sweep.place.posts == 3
    assert sweep.place.found == {"alert critical": 1, "alert medium": 1}


def test_what_it_keeps_is_sealed_for_the_vault_like_any_other_mention(office: Office) -> None:
    Swept(office).see(THREAT)
    [mention] = office.mentions()
    with reading(office.services.database) as session:
        key = session.get_one(RecordKey, mention.key_id)
    assert b"stab" not in mention.sealed_post + mention.sealed_finding + mention.sealed_record
    assert key.wrapped
    keys = office.services.evidence_folder.parent / "keys"
    identity: x25519.Identity = Vault(keys).open_record_key(key.wrapped)
    opened = unseal(
        mention.sealed_post, place=place_of("post", mention.post_key), identity=identity
    )
    assert Post.model_validate_json(opened).text == THREAT


def test_a_post_that_a_sweep_has_found_is_alerted_once_when_the_watch_meets_it(
    office: Office,
) -> None:
    Swept(office).see(THREAT)
    office.see(THREAT, post_id="post-1")
    office.send_all()
    assert office.told() == [MANAGER, COMMS, HR]
    [mention] = office.mentions()
    assert mention.incident_id is not None
    assert mention.swept_at is None
    assert len(rows(office, RecordKey)) == 1
    office.see(THREAT, post_id="post-1")
    office.send_all()
    assert office.told() == []


def test_a_post_for_triage_that_both_meet_is_on_the_list_once(office: Office) -> None:
    sweep = Swept(office)
    received = sweep.post(REVIEW)
    sweep.take(received)
    [found] = office.mentions()
    assert found.disposition == "review"
    office.watch.take("practice", [received])
    [mention] = office.mentions()
    assert mention.swept_at is None
    sweep.take(received)
    assert office.mentions() == [mention]


def test_what_the_watch_has_kept_is_not_kept_again_but_counted_as_known(office: Office) -> None:
    office.see(THREAT, post_id="post-1")
    before = office.mentions()
    sweep = Swept(office)
    sweep.see(THREAT)
    assert office.mentions() == before
    assert sweep.place.known == 1
    assert sweep.place.found == {"alert critical": 1}


def test_a_new_wording_that_a_sweep_meets_first_is_alerted_when_the_watch_meets_it(
    office: Office,
) -> None:
    office.see(NAMING, post_id="post-1")
    office.send_all()
    office.told()
    sweep = Swept(office)
    sweep.take(sweep.post(THREAT, id="post-1", edited=True))
    assert len(swept(office)) == 1
    assert rows(office, MentionRevision) == []
    edited = sweep.post(THREAT, id="post-1", edited=True)
    office.watch.take("practice", [edited])
    office.send_all()
    assert office.told() == [MANAGER, COMMS, HR]
    assert swept(office) == []
    assert [one.severity for one in office.incidents()] == ["critical"]


def test_both_wordings_of_an_edited_post_are_kept_each_once(office: Office) -> None:
    sweep = Swept(office)
    wordings = (sweep.post(NAMING, id="post-1"), sweep.post(THREAT, id="post-1", edited=True))
    sweep.take(*wordings)
    sweep.take(*wordings)
    assert len(swept(office)) == 2
    assert sum(sweep.place.found.values()) == 2


def test_what_is_met_again_after_an_interruption_is_kept_and_counted_once(office: Office) -> None:
    first = Swept(office)
    received = first.post(THREAT)
    first.take(received)
    office.wait(hours=3)
    again = Swept(office)
    assert again.begun.cursor == "after post-1"
    assert again.begun.since == NOW - MONTH
    again.take(received)
    assert len(office.mentions()) == 1
    assert again.place.found == {"alert critical": 1}


def test_what_a_platform_no_longer_gives_is_still_told_after_an_interruption(
    office: Office,
) -> None:
    began, why = NOW - MONTH, "The search goes no further back."
    Swept(office).take(Missed(began, began + timedelta(days=2), why, "after nothing"))
    again = Swept(office)
    again.take(Missed(began + timedelta(days=5), began + timedelta(days=6), why, "after that"))
    ends = (began + timedelta(days=6)).isoformat()
    assert again.place.missed == {why: [began.isoformat(), ends, 2]}


def test_another_wish_or_another_configuration_begins_anew(office: Office) -> None:
    Swept(office).see(THREAT)
    for wish in (
        Wish("practice", "as set", "2w", office.time - MONTH),
        Wish("practice", "set otherwise", "2w", office.time - MONTH),
    ):
        sweep = Swept(office)
        begun = sweep.back.begin(wish, "from then", anew=False)
        assert (begun.cursor, begun.posts) == ("from then", 0)


def test_a_sweep_that_has_come_to_its_end_is_not_one_that_goes_on(office: Office) -> None:
    sweep = Swept(office)
    wish = Wish("practice", "as set", "30d", office.time - MONTH)
    assert not sweep.back.all_done([wish])
    sweep.back.finish("practice")
    assert sweep.back.all_done([wish])
    assert Swept(office, anew=True).begun.done_at is None


def test_older_posts_than_asked_for_are_left_alone_unless_they_were_edited_since(
    office: Office,
) -> None:
    sweep = Swept(office)
    old = office.time - timedelta(days=31)
    sweep.take(sweep.post(THREAT, published_at=old), sweep.post(THREAT, published_at=None))
    sweep.take(sweep.post(NAMING, published_at=old, edited=True))
    assert len(office.mentions()) == 2
    assert sweep.place.posts == 2


def test_the_place_of_the_watch_is_never_moved(office: Office) -> None:
    office.see(NAMING)
    before = rows(office, SourceCursor)
    sweep = Swept(office)
    sweep.see(THREAT)
    sweep.back.finish("practice")
    assert rows(office, SourceCursor) == before


def test_a_removal_is_noted_of_what_a_sweep_found_and_of_nothing_else(office: Office) -> None:
    office.see(NAMING, post_id="watched")
    sweep = Swept(office)
    sweep.see(THREAT)
    sweep.take(Removed("practice", "post-1", "gone 1"), Removed("practice", "watched", "gone 2"))
    gone = {bool(one.swept_at): one.gone_at for one in office.mentions()}
    assert gone == {True: NOW, False: None}


def test_nothing_unreadable_is_kept_and_no_picture_is_read(office: Office) -> None:
    sweep = Swept(office)
    media = [{"kind": "image", "url": "https://pictures.example/1.png"}]
    sweep.take(
        Unread(b"{", "It is no post.", "after it"),
        sweep.post("The Lighthouse Ombudsman has a new leaflet.", media=media),
    )
    assert (sweep.place.unread, sweep.place.pictures) == (1, 1)
    assert rows(office, Quarantined) == rows(office, WaitingPost) == []
    assert office.engine.enqueued == []


def test_the_audit_trail_tells_of_the_sweep_by_counts_alone(office: Office) -> None:
    sweep = Swept(office)
    sweep.see("A lovely evening by the harbour.", THREAT)
    sweep.back.finish("practice")
    [entry] = [one for one in rows(office, AuditEntry) if isinstance(one, AuditEntry)]
    assert (entry.action, entry.about) == ("swept", {"posts": 2, "found": 1})


@pytest.mark.parametrize("ends", [True, False])
def test_the_place_is_kept_with_what_was_found_or_at_the_end(office: Office, ends: bool) -> None:
    sweep = Swept(office)
    sweep.see("A lovely evening by the harbour.")
    sweep.see("A lovely morning by the harbour.")
    if ends:
        sweep.back.pause("practice")
        assert (sweep.place.cursor, sweep.place.posts) == ("after post-2", 2)
    else:
        sweep.see(THREAT)
        assert (sweep.place.cursor, sweep.place.posts) == ("after post-3", 3)
