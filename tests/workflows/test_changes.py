"""Edits are screened again and kept beside the first wording; removals are noted; oddities kept."""

import pytest
from sqlmodel import func, select

from monitors.source import Arrival, Received, Removed, Unread
from records.audit import AuditEntry
from records.database import reading
from records.incident import MentionRevision
from records.post import Author, Post
from records.watching import Quarantined, SourceCursor
from tests.workflows.conftest import Office
from workflows.quarantine import MOST_KEPT

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."
THREAT = "Fenella Auchterbrae at the Lighthouse Ombudsman, I'm going to stab you."
QUIET = "My complaint was refused."


def wording(text: str, *, edited: bool = True, number: str = "p1") -> Received:
    post = Post(id=number, source="practice", text=text, author=Author(id="did:one"))
    return Received(post, text.encode(), number, edited=edited)


def take(office: Office, *arrivals: Arrival) -> None:
    office.watch.take("practice", list(arrivals))


def count(office: Office, table: type[object]) -> int:
    with reading(office.services.database) as session:
        return session.exec(select(func.count()).select_from(table)).one()


def trail(office: Office, action: str) -> list[AuditEntry]:
    with reading(office.services.database) as session:
        return list(session.exec(select(AuditEntry).where(AuditEntry.action == action)))


@pytest.mark.must("6")
def test_an_edit_that_makes_it_worse_is_told_at_once_and_both_wordings_are_kept(
    office: Office,
) -> None:
    take(office, wording(NAMING, edited=False))
    office.send_all()
    office.told()
    take(office, wording(THREAT))
    office.send_all()
    assert len(office.told()) == 3
    (incident,) = office.incidents()
    assert (incident.severity, incident.mention_count) == ("critical", 1)
    assert (count(office, MentionRevision), len(office.mentions())) == (1, 1)
    assert [one.reference for one in trail(office, "post edited")] == [incident.reference]


@pytest.mark.parametrize("text", [QUIET, NAMING + " Edited."])
def test_an_edit_that_does_not_make_it_worse_is_kept_and_tells_nobody(
    office: Office, text: str
) -> None:
    take(office, wording(NAMING, edited=False))
    office.send_all()
    office.told()
    take(office, wording(text))
    office.send_all()
    assert office.told() == []
    assert count(office, MentionRevision) == 1


@pytest.mark.must("6")
@pytest.mark.must("duplicates")
def test_the_same_wording_again_is_nothing_new(office: Office) -> None:
    take(office, wording(NAMING, edited=False))
    take(office, wording(THREAT), wording(THREAT), wording(NAMING))
    take(office, wording(THREAT))
    assert count(office, MentionRevision) == 1


def test_an_edit_of_a_post_that_was_never_kept_is_a_post_like_any_other(office: Office) -> None:
    take(office, wording(QUIET))
    assert office.mentions() == []
    take(office, wording(NAMING))
    assert len(office.incidents()) == 1


@pytest.mark.must("11")
@pytest.mark.parametrize(
    "gone",
    [
        Removed("practice", "p1", "2"),
        Removed("practice", "did:one", "2", author=True),
    ],
)
def test_a_removal_is_noted_and_what_was_captured_is_kept(office: Office, gone: Removed) -> None:
    take(office, wording(NAMING, edited=False))
    (before,) = office.mentions()
    office.wait(minutes=5)
    take(office, gone, gone)
    (mention,) = office.mentions()
    assert mention.gone_at == office.time
    assert mention.sealed_post == before.sealed_post
    assert len(trail(office, "post removed")) == 1


@pytest.mark.parametrize(
    "gone",
    [
        Removed("elsewhere", "p1", "2"),
        Removed("practice", "p2", "2"),
        Removed("practice", "p1", "2", author=True),
        Removed("practice", "did:one", "2"),
    ],
)
def test_a_removal_of_something_else_changes_nothing(office: Office, gone: Removed) -> None:
    take(office, wording(NAMING, edited=False))
    take(office, gone)
    assert [one.gone_at for one in office.mentions()] == [None]


@pytest.mark.must("10")
def test_what_can_not_be_read_is_kept_sealed_and_no_more_than_so_many(office: Office) -> None:
    odd = [Unread(b"{secret words", "The record is not a post.", str(n)) for n in range(MOST_KEPT)]
    take(office, *odd)
    take(office, Unread(b"{the last secret", "It is of an unknown type.", "x"))
    assert count(office, Quarantined) == MOST_KEPT
    with reading(office.services.database) as session:
        kept = list(session.exec(select(Quarantined)))
        assert session.get_one(SourceCursor, "practice").cursor == "x"
    assert kept[-1].why == "It is of an unknown type."
    assert not any(b"secret" in one.sealed for one in kept)
