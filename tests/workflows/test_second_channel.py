"""When one channel fails or stays silent, the next goes out in time, and never needlessly."""

import pytest

from alerts.errors import DeliveryError
from casework import incidents
from records.database import transaction
from tests.workflows.conftest import (
    ALICE,
    COMMS,
    DIRECTOR,
    HR,
    MANAGER,
    Office,
    RememberingChannel,
    later,
)
from workflows.timers import Timers

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."
THREAT = "Fenella Auchterbrae at the Lighthouse Ombudsman, I'm going to stab you."
REFUSED = DeliveryError("recipient refused (550)", permanent=True)


class Town:
    """A body with mail, Teams and text messages."""

    def __init__(self, office: Office, *names: str) -> None:
        self.office = office
        self.mail = office.channel
        self.others = {name: RememberingChannel(name=name) for name in names}
        office.change(channels={"email": self.mail, **self.others})

    def see(self, text: str = NAMING) -> None:
        self.office.see(text)
        self.office.send_all()

    def look(self) -> None:
        """One look of the clock, and what it enqueues is carried out."""
        Timers(self.office.services, self.office.engine).once()  # type: ignore[arg-type]
        self.office.send_all()

    def told(self, name: str) -> list[str]:
        channel = self.mail if name == "email" else self.others[name]
        taken, channel.taken = channel.taken, []
        return sorted(staff_id for staff_id, _ in taken)

    def states(self, staff_id: str) -> dict[str, str]:
        return {
            one.channel: one.state
            for one in self.office.deliveries()
            if one.staff_id == staff_id and one.kind == "first"
        }


@pytest.fixture
def town(office: Office) -> Town:
    return Town(office, "teams", "notify_sms")


def test_a_channel_that_stands_by_is_spared_once_the_first_was_accepted(town: Town) -> None:
    town.see()
    assert town.told("email") == [MANAGER, COMMS, HR]
    town.office.wait(minutes=4, seconds=59)
    town.look()
    assert town.states(MANAGER) == {"email": "sent", "teams": "due", "notify_sms": "due"}
    town.office.wait(seconds=1)
    town.look()
    assert town.told("teams") == town.told("notify_sms") == []
    assert town.states(MANAGER) == {"email": "sent", "teams": "spared", "notify_sms": "spared"}


def test_what_stays_unaccepted_for_five_minutes_goes_by_the_second_channel(town: Town) -> None:
    town.mail.faults = [later() for _ in range(300)]
    town.see()
    town.look()
    assert town.told("teams") == []
    town.office.wait(minutes=5)
    town.look()
    assert town.told("teams") == [MANAGER, COMMS, HR]
    assert town.told("email") == []


def test_a_refusal_for_good_sends_the_second_channel_at_once(town: Town) -> None:
    town.mail.faults = [REFUSED]
    town.see()
    town.look()
    assert len(town.told("teams")) == 1
    assert len(town.told("email")) == 2
    assert town.office.look_at_the_clock() == 0, "the person was reached: nobody else is called"


def test_when_every_channel_is_refused_the_next_person_is_told_at_once(town: Town) -> None:
    town.mail.faults = [REFUSED]
    town.others["teams"].faults = [REFUSED]
    town.see()
    town.look()
    town.look()
    assert DIRECTOR in town.told("email")


@pytest.mark.clause("SPSO 24")
@pytest.mark.clause("WICS Active ¶2")
def test_for_a_threat_the_telephone_rings_at_once(town: Town) -> None:
    town.see(THREAT)
    assert town.told("notify_sms") == [MANAGER, COMMS, HR]
    assert town.told("teams") == []


def test_a_text_message_alone_does_not_count_as_telling(office: Office) -> None:
    town = Town(office, "notify_sms")
    town.mail.faults = [REFUSED] * 3
    town.see(THREAT)
    town.look()
    assert DIRECTOR in town.told("email")


def test_nothing_more_is_sent_once_somebody_has_seen_it(town: Town) -> None:
    town.mail.faults = [later() for _ in range(300)]
    town.see()
    with transaction(town.office.services.database) as session:
        incident = incidents.by_reference(session, town.office.incidents()[0].reference)
        incidents.acknowledge(
            session, incident, actor=MANAGER, via="page", employed=True, now=town.office.time
        )
    town.office.wait(minutes=6)
    town.look()
    assert town.told("teams") == []


@pytest.mark.clause("SPSO 68")
def test_a_line_stays_away_from_a_room_in_which_the_named_person_reads(office: Office) -> None:
    class Room(RememberingChannel):
        readers = frozenset({COMMS, ALICE})

        def reaches(self, recipient: object) -> bool:
            return getattr(recipient, "staff_id", "") == COMMS

    keepers = {**office.services.organisation.roles, "communications_manager": (COMMS, ALICE)}
    body = office.services.organisation.model_copy(update={"roles": keepers})
    room = Room(name="slack_room")
    office.change(channels={"email": office.channel, "slack_room": room}, organisation=body)
    office.see(NAMING)
    office.send_all()
    assert office.told() == [MANAGER, COMMS, HR]
    assert room.taken == []
    office.see("My complaint was refused, the decision letter is signed Ruaridh McStronach.")
    office.send_all()
    assert [staff_id for staff_id, _ in room.taken] == [COMMS]


@pytest.mark.clause("SPSO 68")
def test_a_room_stays_silent_once_one_of_its_readers_is_no_keeper_any_more(office: Office) -> None:
    class Room(RememberingChannel):
        readers = frozenset({COMMS, HR})

    room = Room(name="slack_room")
    office.change(channels={"email": office.channel, "slack_room": room})
    office.see(NAMING)
    office.send_all()
    assert room.taken == []


@pytest.mark.clause("SPSO 68")
def test_a_line_that_is_on_its_way_stays_away_when_a_reader_is_named_since(office: Office) -> None:
    class Room(RememberingChannel):
        readers = frozenset({COMMS})

        def reaches(self, recipient: object) -> bool:
            return getattr(recipient, "staff_id", "") == COMMS

    room = Room(name="slack_room")
    office.change(channels={"email": office.channel, "slack_room": room})
    office.see(NAMING)
    office.see(
        "My complaint to the Lighthouse Ombudsman was refused by Fenella Auchterbrae"
        " and Devika Ramanujpal."
    )
    office.send_all()
    assert room.taken == []
    assert {one.error for one in office.deliveries() if one.channel == "slack_room"} == {
        "named since"
    }
