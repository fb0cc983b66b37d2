"""Incidents: opened, joined, acknowledged, and never by somebody who may not."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from casework import incidents
from casework.audit import entries_about
from casework.errors import NoSuchIncidentError, NotAllowedError
from records.database import reading, transaction
from records.incident import Acknowledgement, Incident

NOW = datetime(2026, 11, 21, 22, 40, tzinfo=UTC)
ALICE, BOB, CHARLIE, DONALD = "s001", "s002", "s003", "s004"
Open = Callable[..., Incident]


def acknowledge(engine: Engine, who: str, *, via: str = "page", employed: bool = True) -> bool:
    with transaction(engine) as session:
        incident = incidents.by_reference(session, "NW-2026-0001")
        return incidents.acknowledge(
            session, incident, actor=who, via=via, employed=employed, now=NOW
        )


def test_references_count_up_and_begin_again_each_year(open_about: Open) -> None:
    assert open_about().reference == "NW-2026-0001"
    assert open_about(BOB).reference == "NW-2026-0002"
    assert open_about(at=NOW + timedelta(days=60)).reference == "NW-2027-0001"


def test_two_workers_never_take_one_reference(open_about: Open) -> None:
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: open_about().reference, range(20)))
    assert sorted(opened) == [f"NW-2026-{number:04d}" for number in range(1, 21)]


def test_opening_is_in_the_audit_trail_of_the_same_transaction(
    engine: Engine, open_about: Open
) -> None:
    reference = open_about().reference
    with reading(engine) as session:
        trail = [entry.action for entry in entries_about(session, reference)]
    assert trail == ["incident opened", "access given", "access given"]


def test_a_further_post_joins_the_newest_open_incident_about_the_same_person(
    engine: Engine, open_about: Open
) -> None:
    open_about()
    newest = open_about()
    within = timedelta(days=3)
    with reading(engine) as session:
        joined = incidents.joinable(session, ALICE, within=within, now=NOW + within)
        assert joined is not None
        assert joined.reference == newest.reference
        late = NOW + within + timedelta(seconds=1)
        assert incidents.joinable(session, ALICE, within=within, now=late) is None
        assert incidents.joinable(session, BOB, within=within, now=NOW) is None
        assert incidents.joinable(session, None, within=within, now=NOW) is None


@pytest.mark.clause("SPSO 24")
def test_a_graver_post_opens_the_question_again_and_a_lesser_one_does_not(
    engine: Engine, open_about: Open
) -> None:
    open_about()
    acknowledge(engine, BOB)
    with transaction(engine) as session:
        incident = incidents.by_reference(session, "NW-2026-0001")
        lesser = incidents.join_incident(
            session, incident, severity="low", categories=["naming"], alongside=[], now=NOW
        )
        assert not lesser
        assert incident.state == "acknowledged"
        graver = incidents.join_incident(
            session, incident, severity="critical", categories=["threat"], alongside=[BOB], now=NOW
        )
        assert graver
        assert (incident.state, incident.acknowledged_at) == ("open", None)
        assert incident.categories == ["naming", "threat"]
        assert (incident.mention_count, incident.alongside) == (3, [BOB])


def test_an_acknowledgement_counts_once_whatever_the_channel(
    engine: Engine, open_about: Open
) -> None:
    open_about()
    assert acknowledge(engine, BOB, via="slack")
    assert not acknowledge(engine, BOB, via="page")
    assert acknowledge(engine, CHARLIE)
    with reading(engine) as session:
        rows = session.exec(select(Acknowledgement)).all()
        assert [(row.staff_id, row.via) for row in rows] == [(BOB, "slack"), (CHARLIE, "page")]
        incident = incidents.by_reference(session, "NW-2026-0001")
        assert (incident.state, incident.escalates_at) == ("acknowledged", None)


def test_after_it_has_become_graver_the_same_person_may_acknowledge_again(
    engine: Engine, open_about: Open
) -> None:
    open_about()
    acknowledge(engine, BOB)
    with transaction(engine) as session:
        incident = incidents.by_reference(session, "NW-2026-0001")
        incidents.join_incident(
            session, incident, severity="critical", categories=["threat"], alongside=[], now=NOW
        )
    assert acknowledge(engine, BOB)
    with reading(engine) as session:
        assert incidents.by_reference(session, "NW-2026-0001").state == "acknowledged"


@pytest.mark.clause("SPSO 68")
@pytest.mark.clause("WICS Named ¶2")
def test_nobody_off_the_list_acknowledges_and_nothing_is_changed(
    engine: Engine, open_about: Open
) -> None:
    open_about()
    for stranger, employed in ((DONALD, True), (ALICE, True), (BOB, False)):
        with pytest.raises(NotAllowedError):
            acknowledge(engine, stranger, employed=employed)
    with reading(engine) as session:
        assert session.exec(select(Acknowledgement)).first() is None
        assert incidents.by_reference(session, "NW-2026-0001").state == "open"


def test_an_unknown_reference_is_told_as_such(engine: Engine) -> None:
    with reading(engine) as session, pytest.raises(NoSuchIncidentError):
        incidents.by_reference(session, "NW-2026-9999")
