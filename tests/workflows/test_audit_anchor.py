"""The audit trail's head is told to the custody log, whose own head leaves with every alert."""

import pytest
from sqlalchemy import text
from sqlmodel import select

from casework.audit_chain import faults, keep_chain, key_of
from casework.incidents import by_reference
from namewatch.auditing import anchored
from records.custody import CustodyEntry
from records.database import reading, transaction
from tests.workflows.conftest import Office
from workflows.audit_anchor import anchor_audit, head_in
from workflows.custody import chain

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."


@pytest.fixture
def chained(office: Office) -> Office:
    keep_chain(office.services.database, office.services.public_keys.pepper)
    return office


def anchor(office: Office) -> bool:
    with transaction(office.services.database) as session:
        return anchor_audit(session, office.services)


def test_it_is_told_once_a_day_and_only_when_something_was_done(chained: Office) -> None:
    assert not anchor(chained)
    chained.see(NAMING)
    assert anchor(chained)
    assert not anchor(chained)
    chained.wait(days=1)
    assert not anchor(chained)
    chained.see(NAMING + " Again.")
    assert anchor(chained)
    with reading(chained.services.database) as session:
        told = [link for link in chain(session) if link.act == "anchored"]
        assert [head_in(link.why) for link in told] == anchored(session)
    assert len(told) == 2


def test_a_trail_that_was_cut_off_since_shows_against_it(chained: Office) -> None:
    database = chained.services.database
    chained.see(NAMING)
    anchor(chained)
    with database.begin() as connection:
        connection.execute(text("DELETE FROM audit_link"))
        connection.execute(text("DELETE FROM audit_entry"))
    chained.see(NAMING + " Again.")
    key = key_of(database)
    assert key is not None
    with reading(database) as session:
        assert faults(session, key) == []
        assert "was told of outside" in " ".join(faults(session, key, anchored(session)))


def test_the_log_holds_no_word_of_what_was_done(chained: Office) -> None:
    chained.see(NAMING)
    anchor(chained)
    with reading(chained.services.database) as session:
        [entry] = session.exec(select(CustodyEntry).where(CustodyEntry.act == "anchored")).all()
        assert by_reference(session, "NW-2026-0001").reference not in entry.why
    assert (entry.actor, entry.reference, entry.exhibit) == ("namewatch", None, None)
