"""Sending: at least once, marked when it may be twice, and never silently given up."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, event

from alerts.channel import Receipt
from alerts.errors import DeliveryError
from casework import incidents
from casework.audit import entries_about
from records.database import reading, transaction
from records.roster import roster_of
from tests.monitors.reading import eventually
from tests.workflows.conftest import (
    ALICE,
    COMMS,
    DIRECTOR,
    HEAD,
    HR,
    MANAGER,
    NOW,
    STAFF,
    Office,
    later,
)
from workflows import deliver
from workflows.deliver import RETRIES, send
from workflows.timers import Timers

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."
REFUSED = DeliveryError("550", permanent=True)


def states(office: Office) -> dict[str, str]:
    return {one.staff_id: one.state for one in office.deliveries()}


def test_a_delivery_is_settled_once_and_carried_out_again_changes_nothing(office: Office) -> None:
    office.see(NAMING)
    office.send_all()
    office.told()
    for one in office.deliveries():
        assert one.id is not None
        assert send(one.id, 0) == "settled before"
    assert office.told() == []


def test_a_refusal_for_now_is_tried_again_later_and_is_no_repeat(office: Office) -> None:
    office.channel.faults = [later(), later(), later()]
    office.see(NAMING)
    office.send_all()
    assert set(states(office).values()) == {"due"}
    for one in office.deliveries():
        assert one.next_try_at == NOW + RETRIES[0]
        assert one.id is not None
        assert send(one.id, one.attempts) == "sent"
    assert not any(message.repeat for _, message in office.channel.taken)


def test_a_fault_after_which_it_may_have_arrived_makes_the_next_one_a_repeat(
    office: Office,
) -> None:
    office.channel.faults = [later(may_have_arrived=True)]
    office.see(NAMING)
    office.send_all()
    (waiting,) = [one for one in office.deliveries() if one.state == "due"]
    assert waiting.id is not None
    send(waiting.id, waiting.attempts)
    repeats = {staff_id: message.repeat for staff_id, message in office.channel.taken}
    assert repeats.pop(waiting.staff_id)
    assert not any(repeats.values())


def test_each_try_carries_one_mark_which_a_number_given_again_does_not(office: Office) -> None:
    office.see(NAMING)
    (incident,) = office.incidents()
    office.channel.faults = [later(may_have_arrived=True)]
    office.send_all()
    (first,) = [one for one in office.deliveries() if one.state == "due"]
    marked = deliver._mark(first, incident)
    assert first.id is not None
    send(first.id, 1)
    assert marked in {one.receipt for one in office.deliveries()}
    incident.opened_at += timedelta(minutes=3)
    assert deliver._mark(first, incident) != marked, "as after an older copy was put back"


def test_a_crash_between_sending_and_settling_makes_the_next_one_a_repeat(office: Office) -> None:
    class PowerCut(BaseException):
        pass

    office.see(NAMING)
    office.channel.faults = [PowerCut()]  # type: ignore[list-item]
    with pytest.raises(PowerCut):
        office.send_all()
    (begun,) = [one for one in office.deliveries() if one.state == "sending"]
    assert begun.id is not None
    assert send(begun.id, 0) == "sent"
    assert [message.repeat for _, message in office.channel.taken] == [True]


def test_alerts_that_were_taken_at_once_are_written_down_together(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.see(NAMING)
    waiting = [references for name, _, references in office.engine.enqueued if name == "deliver"]
    all_taken = threading.Barrier(len(waiting))
    monkeypatch.setattr(office.channel, "deliver", Together(office.channel.deliver, all_taken))
    written = Written(office.services.database)
    with ThreadPoolExecutor(len(waiting)) as threads:
        assert set(threads.map(lambda one: send(*one), waiting)) == {"sent"}
    assert written.together == [1, len(waiting) - 1]
    assert states(office) == dict.fromkeys((MANAGER, COMMS, HR), "sent")
    assert len({one.receipt for one in office.deliveries()}) == len(waiting)


@dataclass
class Together:
    """A channel whose answers all come at the same time."""

    deliver: Callable[..., Receipt]
    all_taken: threading.Barrier

    def __call__(self, *about: object) -> Receipt:
        receipt = self.deliver(*about)
        self.all_taken.wait(30)
        return receipt


class Written:
    """How many deliveries each transaction called taken; the first waits until all others do."""

    def __init__(self, database: Engine) -> None:
        self.together: list[int] = []
        self._by: list[object] = []
        event.listen(database, "before_cursor_execute", self._execute)

    def _execute(self, connection: Connection, _: object, statement: str, *__: object) -> None:
        if not (statement.startswith("UPDATE delivery") and "receipt=" in statement):
            return
        transaction = connection.get_transaction()
        if self._by and self._by[-1] is transaction:
            self.together[-1] += 1
            return
        if not self._by:
            eventually(lambda: deliver._taken.qsize() == 2)
        self._by.append(transaction)
        self.together.append(1)


def test_a_crash_right_after_the_channel_took_it_sends_nothing_again_and_writes_it_down(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCut(BaseException):
        pass

    def cut(*_: object) -> str:
        raise PowerCut

    office.see(NAMING)
    with monkeypatch.context() as before:
        before.setattr(deliver, "_settle_success", cut)
        with pytest.raises(PowerCut):
            office.send_all()
    (taken,) = [one for one in office.deliveries() if one.state == "sent"]
    assert taken.settled_at is None
    assert taken.id is not None
    assert send(taken.id, 0) == "sent"
    assert len(office.channel.taken) == 1
    with reading(office.services.database) as session:
        trail = entries_about(session, office.incidents()[0].reference)
    assert [one.action for one in trail].count("told") == 1


def test_a_fault_of_our_own_is_tried_again_too(office: Office) -> None:
    office.channel.faults = [ZeroDivisionError()]
    office.see(NAMING)
    office.send_all()
    (waiting,) = [one for one in office.deliveries() if one.state == "due"]
    assert waiting.error == "unexpected ZeroDivisionError"


def test_after_the_last_try_it_has_failed_and_the_next_in_line_is_called_at_once(
    office: Office,
) -> None:
    office.see(NAMING)
    office.channel.faults = [later() for _ in range(3 * (len(RETRIES) + 1))]
    office.send_all()
    for attempt in range(1, len(RETRIES) + 1):
        for one in office.deliveries():
            assert one.id is not None
            send(one.id, attempt)
    assert set(states(office).values()) == {"failed"}
    office.channel.faults = []
    assert office.look_at_the_clock() == 1
    office.send_all()
    assert DIRECTOR in office.told()


def test_a_refused_address_calls_the_next_in_line_at_once(office: Office) -> None:
    office.channel.faults = [REFUSED]
    office.see(NAMING)
    office.send_all()
    office.told()
    assert office.look_at_the_clock() == 1
    office.send_all()
    assert DIRECTOR in office.told()


def test_a_recipient_without_an_address_is_noted_and_the_next_in_line_is_called(
    office: Office,
) -> None:
    silent = [replace(one, email="") if one.staff_id == MANAGER else one for one in STAFF]
    office.change(roster=roster_of(silent))
    office.see(NAMING)
    office.send_all()
    assert office.told() == [COMMS, HR]
    office.look_at_the_clock()
    office.send_all()
    assert DIRECTOR in office.told()
    (incident,) = office.incidents()
    with reading(office.services.database) as session:
        noted = entries_about(session, incident.reference)
    why = {one.about["why"] for one in noted if one.action == "could not tell"}
    assert why == {"no address"}


@pytest.mark.clause("SPSO 68")
def test_somebody_named_in_a_further_post_is_told_nothing_more(office: Office) -> None:
    office.see(NAMING)
    office.see(
        "My complaint to the Lighthouse Ombudsman was refused by Fenella Auchterbrae"
        " and Struan Kilbrandy."
    )
    office.send_all()
    about_alice = [
        staff_id
        for staff_id, message in office.channel.taken
        if message.reference == office.incidents()[0].reference
    ]
    assert HR not in about_alice
    assert DIRECTOR in about_alice  # who steps into HR's place


def test_somebody_who_has_left_the_roster_since_is_not_told(office: Office) -> None:
    office.see(NAMING)
    office.change(roster=roster_of(one for one in STAFF if one.staff_id != HR))
    office.send_all()
    assert office.told() == [MANAGER, COMMS]
    assert states(office)[HR] == "failed"


@pytest.mark.clause("SPSO 67.1")
def test_nobody_acknowledges_and_the_chain_is_walked_to_its_end(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.see(NAMING)
    office.send_all()
    assert office.told() == [MANAGER, COMMS, HR]
    office.wait(hours=4)
    office.look_at_the_clock()
    office.send_all()
    assert office.told() == [DIRECTOR, MANAGER, COMMS, HR]
    office.wait(days=1)
    office.look_at_the_clock()
    office.send_all()
    assert office.told() == [HEAD, DIRECTOR, MANAGER, COMMS, HR]
    with caplog.at_level(logging.ERROR):
        for _ in range(10):
            office.wait(days=1)
            office.look_at_the_clock()
    assert "nobody is left to tell" in caplog.text
    assert ALICE not in office.told()


def test_an_acknowledgement_stops_reminders(office: Office) -> None:
    office.see(NAMING)
    office.send_all()
    office.told()
    with transaction(office.services.database) as session:
        incident = incidents.by_reference(session, office.incidents()[0].reference)
        incidents.acknowledge(
            session, incident, actor=MANAGER, via="page", employed=True, now=office.time
        )
    office.wait(days=2)
    assert office.look_at_the_clock() == 0


def look(office: Office) -> int:
    """One look of the clock; how many deliveries it enqueued."""
    before = deliveries(office)
    Timers(office.services, office.engine).once()  # type: ignore[arg-type]
    return deliveries(office) - before


def deliveries(office: Office) -> int:
    return sum(workflow == "deliver" for workflow, _, _ in office.engine.enqueued)


def test_the_clock_has_a_delivery_tried_again_when_it_is_due_and_not_before(
    office: Office,
) -> None:
    office.channel.faults = [later(), later(), later()]
    office.see(NAMING)
    office.send_all()
    assert look(office) == 0
    office.wait(seconds=RETRIES[0].total_seconds())
    assert look(office) == 3
    office.send_all()
    assert office.told() == [MANAGER, COMMS, HR]


def test_a_try_that_never_came_to_an_end_is_followed_by_another(office: Office) -> None:
    office.see(NAMING)
    lost, office.engine.enqueued = office.engine.enqueued, []  # as if the disk had been full
    office.wait(minutes=4)
    assert look(office) == 0
    office.wait(minutes=2)
    assert look(office) == 3
    office.send_all()
    assert office.told() == [MANAGER, COMMS, HR]
    for workflow, _, references in lost:
        if workflow == "deliver":
            assert send(*references) == "settled before"
    assert office.told() == []
