"""What a press in Slack does: once, only for who may, only in time, and never without a trace."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select

from alerts.channels.slack_press import Press, Reply
from alerts.message import TEST_REFERENCE
from casework import incidents
from casework.trials import begin_trial, settle_trial, waiting_for
from namewatch import presses
from policies.pack_file import read_pack
from records.alarm import OperationsAlarm
from records.alert import Delivery
from records.audit import AuditEntry
from records.database import reading, transaction
from records.incident import Acknowledgement, Incident
from records.roster import roster_of
from records.step import Step
from tests.workflows.conftest import ALICE, COMMS, DIRECTOR, HEAD, HR, MANAGER, STAFF, Office

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."


class Desk:
    """A body with Slack, in which somebody was named and three people were told."""

    def __init__(self, office: Office, policy: str = "spso") -> None:
        self.office = office
        staff = [replace(one, slack_id=one.staff_id.upper()) for one in STAFF]
        office.change(roster=roster_of(staff), pack=read_pack(policy))
        office.see(NAMING)
        office.send_all()
        self._give_receipts()
        (self.incident,) = office.incidents()
        self.told_first = office.told()

    def _give_receipts(self) -> None:
        """As Slack does: each message has a place of its own."""
        with transaction(self.office.services.database) as session:
            for one in session.exec(select(Delivery)):
                one.receipt = f"D{one.staff_id}:1.1"
                session.add(one)

    def press(
        self, staff_id: str, action: str = "seen", *, late: float = 0, reference: str = ""
    ) -> Reply | None:
        channel, ts = f"D{staff_id}", "1.1"
        press = Press(
            staff_id.upper(),
            action,
            reference or self.incident.reference,
            "envelope",
            channel,
            ts,
            pressed_at=self.office.time.timestamp() - late,
        )
        return presses.answer(self.office.services, self.office.engine, press)  # type: ignore[arg-type]

    def told(self) -> list[str]:
        self.office.send_all()
        return self.office.told()

    def now(self) -> Incident:
        (incident,) = self.office.incidents()
        return incident

    def trail(self, action: str) -> list[AuditEntry]:
        with reading(self.office.services.database) as session:
            return list(session.exec(select(AuditEntry).where(AuditEntry.action == action)))

    def steps(self) -> list[Step]:
        with reading(self.office.services.database) as session:
            return list(session.exec(select(Step)))

    def acknowledgements(self) -> list[str]:
        with reading(self.office.services.database) as session:
            return [one.staff_id for one in session.exec(select(Acknowledgement))]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.services.database.dispose()


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


@pytest.mark.clause("SPSO 69")
@pytest.mark.clause("WICS Named ¶3")
@pytest.mark.parametrize("policy", ["spso", "wics"])
def test_the_line_manager_says_that_they_have_told_them(office: Office, policy: str) -> None:
    desk = Desk(office, policy)
    reply = desk.press(MANAGER, "told")
    assert reply is not None
    assert reply.settled
    assert "recorded that you told them" in reply.words
    (step,) = desk.steps()
    assert (step.kind, step.actor) == ("told-in-private", MANAGER)
    assert desk.now().acknowledged_at is not None, "who has told them has seen it"
    assert desk.acknowledgements() == [MANAGER]


def test_told_twice_is_recorded_once(desk: Desk) -> None:
    desk.press(MANAGER, "told")
    reply = desk.press(MANAGER, "told")
    assert reply is not None
    assert "recorded already" in reply.words
    assert len(desk.steps()) == 1
    assert desk.trail("press refused")[-1].about["why"] == "told before"


@pytest.mark.clause("SPSO 69")
def test_who_stands_later_in_the_order_is_sent_to_the_record(desk: Desk) -> None:
    reply = desk.press(HR, "told")
    assert reply is not None
    assert "open the record" in reply.words
    assert desk.steps() == []
    assert desk.trail("press refused")[-1].about["why"] == "unfit"
    assert desk.now().acknowledged_at is None


@pytest.mark.clause("SPSO 69")
def test_passing_on_asks_the_next_in_the_order_at_once(desk: Desk) -> None:
    reply = desk.press(MANAGER, "pass_on")
    assert reply is not None
    assert "passed on" in reply.words
    assert desk.told() == [HR]
    assert desk.now().escalates_at is not None, "nobody has seen it: the clock runs on"
    desk.press(HR, "pass_on")
    assert desk.told() == [COMMS]
    desk.press(COMMS, "pass_on")
    assert desk.told() == [DIRECTOR]


@pytest.mark.clause("WICS Named ¶3")
def test_in_wics_it_is_passed_on_to_a_director(office: Office) -> None:
    desk = Desk(office, "wics")
    assert desk.told_first == [MANAGER]
    desk.press(MANAGER, "pass_on")
    assert desk.told() == [DIRECTOR]


def test_passing_on_twice_asks_nobody_twice(desk: Desk) -> None:
    for _ in range(3):
        desk.press(MANAGER, "pass_on")
    assert desk.told() == [HR]
    assert len(desk.trail("passed on")) == 1


def test_when_nobody_is_left_an_alarm_is_raised(desk: Desk) -> None:
    for staff_id in (MANAGER, HR, COMMS, DIRECTOR):
        desk.press(staff_id, "pass_on")
    assert HEAD in desk.told()
    reply = desk.press(HEAD, "pass_on")
    assert reply is not None
    assert "nobody left" in reply.words
    with reading(desk.office.services.database) as session:
        (alarm,) = session.exec(select(OperationsAlarm))
    assert (alarm.kind, alarm.reference) == ("nobody to tell", desk.incident.reference)


@pytest.mark.parametrize("action", ["seen", "told", "pass_on"])
def test_a_press_that_slack_sends_again_much_later_changes_nothing(desk: Desk, action: str) -> None:
    reply = desk.press(MANAGER, action, late=16 * 60)
    assert reply is not None
    assert "Nothing was changed" in reply.words
    assert desk.acknowledgements() == []
    assert desk.steps() == []
    assert desk.told() == []
    assert desk.trail("press refused")[-1].about == {
        "via": "slack",
        "action": action,
        "why": "stale",
    }


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize("action", ["seen", "told", "pass_on"])
@pytest.mark.parametrize("staff_id", [ALICE, DIRECTOR, "stranger"])
def test_a_press_by_who_may_not_changes_nothing(desk: Desk, staff_id: str, action: str) -> None:
    assert desk.press(staff_id, action) is None
    assert desk.acknowledgements() == []
    assert desk.steps() == []
    assert desk.told() == []
    assert desk.trail("press refused")[-1].about["why"] == "not allowed"


@pytest.mark.parametrize("action", ["erase", "", "open"])
def test_an_answer_that_there_is_none_of_changes_nothing(desk: Desk, action: str) -> None:
    desk.press(MANAGER, action)
    assert desk.acknowledgements() == []
    assert desk.told() == []


def test_a_reference_that_is_none_of_ours_is_noted_without_it(desk: Desk) -> None:
    desk.press(MANAGER, reference="NW-2026-9999")
    assert desk.trail("press refused")[-1].reference is None


def test_what_slack_sends_twice_or_forged_is_noted(desk: Desk) -> None:
    presses.passed_over(desk.office.services, "duplicate")
    assert desk.trail("press refused")[-1].about == {"via": "slack", "why": "duplicate"}


@pytest.mark.clause("SPSO 67.1")
def test_an_acknowledgement_counts_once_by_whichever_way_it_comes(desk: Desk) -> None:
    desk.press(MANAGER)
    with transaction(desk.office.services.database) as session:
        incident = incidents.by_reference(session, desk.incident.reference)
        for via in ("page", "command"):
            assert not incidents.acknowledge(
                session, incident, actor=MANAGER, via=via, employed=True, now=desk.office.time
            )
    desk.press(MANAGER)
    assert desk.acknowledgements() == [MANAGER]
    assert len(desk.trail("acknowledged")) == 1


def test_a_press_on_a_test_alert_counts_for_the_person_it_went_to(desk: Desk) -> None:
    services = desk.office.services
    with transaction(services.database) as session:
        trial = begin_trial(session, HR, "hr_officer", "slack", actor=COMMS, now=desk.office.time)
        settle_trial(session, trial.id or 0, receipt=f"D{HR}:1.1")
    assert desk.press(MANAGER, reference=TEST_REFERENCE) is None
    with reading(services.database) as session:
        assert waiting_for(session, HR), "somebody else's press says nothing about it"
    reply = desk.press(HR, reference=TEST_REFERENCE)
    assert reply
    assert reply.words.startswith("Thank you. The test has reached you")
    with reading(services.database) as session:
        assert not waiting_for(session, HR)
