"""What is left undone comes up by itself: the police decision within hours, telling within days."""

import logging
from datetime import timedelta

import pytest

from alerts.message import Message
from casework import incidents
from casework.audit import entries_about
from casework.deadlines import POLICE_WITHIN
from casework.office import Office as Rules
from casework.steps import Order, record_step
from policies.pack_file import read_pack
from records.database import reading, transaction
from tests.workflows.conftest import ALICE, COMMS, DIRECTOR, HEAD, HR, MANAGER, Office
from workflows.duties import MOST, look_at_duties

THREAT = "Fenella Auchterbrae signed my decision letter. I will kill you, Fenella Auchterbrae."
NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."
REFERENCE = "NW-2026-0001"


def look(office: Office) -> list[tuple[str, Message]]:
    """What the clock's look makes people be told."""
    office.channel.taken.clear()
    with transaction(office.services.database) as session:
        look_at_duties(session, office.engine)  # type: ignore[arg-type]
    office.send_all()
    return sorted(office.channel.taken, key=lambda one: one[0])


def see(office: Office, post: str) -> None:
    office.see(post)
    office.send_all()
    with transaction(office.services.database) as session:
        incident = incidents.by_reference(session, REFERENCE)
        incidents.acknowledge(
            session, incident, actor=MANAGER, via="page", employed=True, now=office.time
        )


def take(office: Office, kind: str, actor: str, **typed: str) -> None:
    held = office.services
    rules = Rules(held.pack, held.organisation, held.roster)
    parts = {name.replace("_", "-"): value for name, value in typed.items()}
    with transaction(held.database) as session:
        record_step(session, rules, REFERENCE, Order(kind, parts, actor), now=office.time)


def decide_about_the_police(office: Office) -> None:
    take(
        office,
        "police",
        COMMS,
        decision="not-reported",
        why="it was a quotation",
        persons_view="no-view",
        impact="nobody else is meant",
    )


@pytest.mark.clause("SPSO 33")
@pytest.mark.clause("SPSO 31.4")
def test_a_threat_left_undecided_goes_to_everybody_told_and_on_to_the_next_in_line(
    office: Office,
) -> None:
    see(office, THREAT)
    office.wait(seconds=POLICE_WITHIN.total_seconds() - 1)
    assert look(office) == []
    office.wait(seconds=1)
    told = look(office)
    assert [who for who, _ in told] == [DIRECTOR, MANAGER, COMMS, HR]
    for _, message in told:
        assert message.subject == f"Confidential: a step of {REFERENCE} is overdue"
        assert "had to be decided" in message.opening
    assert look(office) == []
    office.wait(seconds=POLICE_WITHIN.total_seconds())
    assert HEAD in {who for who, _ in look(office)}


@pytest.mark.clause("SPSO 33")
def test_it_stops_once_somebody_has_decided(office: Office) -> None:
    see(office, THREAT)
    decide_about_the_police(office)
    office.wait(hours=8)
    assert look(office) == []


@pytest.mark.clause("SPSO 33")
@pytest.mark.clause("WICS Active ¶2")
def test_a_threat_under_the_policy_that_always_reports_is_overdue_until_it_was(
    office: Office,
) -> None:
    office.change(pack=read_pack("wics"))
    see(office, THREAT)
    take(
        office,
        "police",
        MANAGER,
        decision="to-be-reported",
        why="as the policy asks",
        persons_view="no-view",
        impact="others are afraid",
    )
    office.wait(hours=4)
    assert {who for who, _ in look(office)} == {MANAGER, DIRECTOR}


@pytest.mark.clause("SPSO 69")
def test_who_has_not_told_the_person_in_time_is_reminded_then_the_next_in_the_order(
    office: Office,
) -> None:
    see(office, NAMING)
    office.wait(days=1, hours=6, minutes=59)  # Tuesday, a minute before it closes
    assert look(office) == []
    office.wait(minutes=1)
    assert [who for who, _ in look(office)] == [MANAGER]
    office.wait(days=1)
    [(who, message)] = look(office)
    assert who == HR
    assert "told in private" in message.opening
    office.wait(days=1)
    assert [who for who, _ in look(office)] == [COMMS]


@pytest.mark.clause("SPSO 69")
def test_the_person_named_is_told_nothing_by_the_machine(office: Office) -> None:
    see(office, THREAT)
    told = set()
    for _ in range(10):
        office.wait(hours=12)
        told |= {who for who, _ in look(office)}
    assert told
    assert ALICE not in told


def test_reminders_are_few_and_end_with_a_call_to_whoever_runs_it(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    see(office, NAMING)
    office.wait(days=2)
    for _ in range(MOST):
        assert look(office)
        office.wait(days=7)
    with caplog.at_level(logging.ERROR):
        assert look(office) == []
    assert f"Something about {REFERENCE} is still not done" in caplog.text
    assert "Fenella" not in caplog.text
    for _ in range(5):
        office.wait(days=30)
        assert look(office) == []


def test_nobody_is_reminded_of_telling_before_somebody_has_seen_it(office: Office) -> None:
    office.see(NAMING)
    office.send_all()
    office.wait(days=2)
    assert look(office) == []
    with reading(office.services.database) as session:
        assert entries_about(session, REFERENCE)[-1].action == "left undone"


@pytest.mark.clause("SPSO 24")
def test_what_becomes_a_threat_later_gets_hours_from_then_on(office: Office) -> None:
    see(office, NAMING)
    take(office, "told-in-private", MANAGER, by=MANAGER, how="phone", reminded="yes")
    take(office, "wishes", MANAGER, answer="no-view")
    take(office, "support", MANAGER, who=ALICE, offer="informal-talk", answer="offered")
    office.wait(days=1)
    office.see(THREAT)
    office.send_all()
    assert look(office) == []
    office.wait(hours=4)
    assert {who for who, _ in look(office)} >= {MANAGER, HR, COMMS, DIRECTOR}


@pytest.mark.clause("SPSO 42")
def test_who_is_in_conflict_hears_nothing_more(office: Office) -> None:
    see(office, THREAT)
    with transaction(office.services.database) as session:
        incidents.by_reference(session, REFERENCE).conflicted = [HR]
    office.wait(hours=4)
    assert [who for who, _ in look(office)] == [DIRECTOR, MANAGER, COMMS]
    office.wait(seconds=timedelta(hours=4).total_seconds())
    assert HR not in {who for who, _ in look(office)}
