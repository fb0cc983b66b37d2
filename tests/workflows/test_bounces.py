"""An alert that was taken and comes back: another channel goes out, or somebody else is told."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from sqlmodel import select

from alerts.channel import Fate, Receipt
from alerts.errors import DeliveryError
from casework import incidents
from monitors.errors import SourceError
from monitors.sources.mailbox_imap import Access
from records.audit import AuditEntry
from records.database import reading, transaction
from records.roster import StaffMember
from tests.servers.bounced import reply, report
from tests.servers.imap import ImapServer
from tests.workflows.conftest import (
    DIRECTOR,
    HR,
    MANAGER,
    Office,
    RememberingChannel,
    later,
)
from workflows.bounces import Bounces
from workflows.timers import Timers

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."


class NumberedMail(RememberingChannel):
    """Gives each mail an id as ours have them."""

    def deliver(self, message: object, recipient: StaffMember, delivery: str) -> Receipt:
        super().deliver(message, recipient, delivery)  # type: ignore[arg-type]
        return Receipt(id_for(recipient.staff_id))


def id_for(staff_id: str) -> str:
    return f"<{staff_id.encode().hex():0>32}@slo.example>"


@dataclass
class AskedChannel(RememberingChannel):
    """Tells afterwards what became of an alert."""

    fates: list[Fate | Exception] = field(default_factory=list)

    def fate(self, receipt: Receipt) -> Fate:
        told = self.fates.pop(0)
        if isinstance(told, Exception):
            raise told
        return told


class Post:
    """A body with a mailbox for bounces."""

    def __init__(self, office: Office, box: ImapServer, *others: RememberingChannel) -> None:
        self.office, self.box = office, box
        self.mail = NumberedMail()
        office.change(channels={"email": self.mail, **{one.name: one for one in others}})
        self.access = Access(
            "127.0.0.1", box.port, box.username, box.password, "", "INBOX", secured=False
        )
        self.bounces = Bounces(office.services, self.access)

    def see(self) -> None:
        self.office.see(NAMING)
        self.office.send_all()
        self.mail.taken.clear()

    def comes_back(self, staff_id: str, **how: str) -> int:
        raw = report(id_for(staff_id), **how)  # type: ignore[arg-type]
        self.box.put(raw, arrived_at=self.office.time)
        return self.bounces.look()

    def look(self) -> None:
        Timers(self.office.services, self.office.engine).once()  # type: ignore[arg-type]
        self.office.send_all()

    def told(self) -> list[str]:
        return sorted({staff_id for staff_id, _ in self.mail.taken})

    def delivery(self, staff_id: str, channel: str = "email") -> tuple[str, str | None]:
        (one,) = [
            one
            for one in self.office.deliveries()
            if (one.staff_id, one.channel, one.kind) == (staff_id, channel, "first")
        ]
        return one.state, one.error

    def noted(self, action: str) -> list[dict[str, object]]:
        with reading(self.office.services.database) as session:
            query = select(AuditEntry).where(AuditEntry.action == action)
            return [one.about for one in session.exec(query)]


@pytest.fixture
def box() -> Iterator[ImapServer]:
    with ImapServer() as server:
        yield server


@pytest.fixture
def post(office: Office, box: ImapServer) -> Post:
    return Post(office, box)


def test_a_bounce_turns_the_delivery_failed_and_the_next_person_is_told(post: Post) -> None:
    post.see()
    assert post.comes_back(MANAGER) == 1
    assert post.delivery(MANAGER) == ("failed", "refused afterwards (5.1.1)")
    post.look()
    assert DIRECTOR in post.told()
    assert post.noted("could not tell")[0]["why"] == "refused afterwards (5.1.1)"


def test_a_second_channel_that_was_spared_goes_out_after_a_bounce(
    office: Office, box: ImapServer
) -> None:
    teams = RememberingChannel(name="teams")
    post = Post(office, box, teams)
    post.see()
    office.wait(minutes=6)
    post.look()
    assert teams.taken == []
    post.comes_back(MANAGER)
    post.look()
    assert [staff_id for staff_id, _ in teams.taken] == [MANAGER]
    assert post.told() == [], "the person was reached: nobody else is told"


def test_a_mail_that_is_late_calls_the_second_channel_and_fails_nothing(
    office: Office, box: ImapServer
) -> None:
    teams = RememberingChannel(name="teams")
    post = Post(office, box, teams)
    post.see()
    office.wait(minutes=6)
    post.look()
    assert post.comes_back(MANAGER, action="delayed", status="4.4.1") == 1
    assert post.delivery(MANAGER) == ("sent", "delayed (4.4.1)")
    post.look()
    assert [staff_id for staff_id, _ in teams.taken] == [MANAGER]
    assert post.comes_back(MANAGER, action="delayed", status="4.4.1") == 0


def test_what_a_mail_system_gave_up_is_told_apart_from_what_it_refused(post: Post) -> None:
    post.see()
    post.comes_back(HR, status="4.4.7")
    assert post.delivery(HR) == ("failed", "given up afterwards (4.4.7)")


@pytest.mark.parametrize("twice", ["the same mail", "another mail"])
def test_a_bounce_that_comes_twice_counts_once(post: Post, twice: str) -> None:
    post.see()
    post.comes_back(MANAGER)
    if twice == "the same mail":
        post.box.number_anew()
        assert post.bounces.look() == 0
    else:
        assert post.comes_back(MANAGER) == 0


def test_a_forged_bounce_and_a_reply_change_nothing_and_are_noted(post: Post) -> None:
    post.see()
    post.box.put(report(f"<{'ab' * 16}@slo.example>"), arrived_at=post.office.time)
    post.box.put(reply(id_for(MANAGER)), arrived_at=post.office.time)
    post.box.put(b"\xff\x00 nothing to read", arrived_at=post.office.time)
    assert post.bounces.look() == 0
    assert {one.state for one in post.office.deliveries()} == {"sent"}
    assert post.noted("mail passed over") == [{"count": 3}]


def test_a_bounce_after_somebody_has_seen_it_calls_nobody(post: Post) -> None:
    post.see()
    with transaction(post.office.services.database) as session:
        incident = incidents.by_reference(session, post.office.incidents()[0].reference)
        incidents.acknowledge(
            session, incident, actor=HR, via="page", employed=True, now=post.office.time
        )
    post.comes_back(MANAGER)
    post.look()
    assert post.told() == []
    assert post.delivery(MANAGER)[0] == "failed"


def test_the_mailbox_is_read_on_where_it_was_left_and_never_changed(post: Post) -> None:
    post.see()
    post.comes_back(MANAGER)
    fetched = len(post.box.pieces)
    again = Bounces(post.office.services, post.access)
    assert again.look() == 0
    assert len(post.box.pieces) == fetched
    assert not any(one.flags for one in post.box.messages)
    verbs = {command.split()[0] for command in post.box.commands}
    assert verbs.isdisjoint({"STORE", "EXPUNGE", "SELECT", "APPEND"})


def test_a_mailbox_that_lets_nobody_in_is_told_without_a_name(post: Post) -> None:
    post.box.sign_in_fault = f"not for {post.box.username}"
    with pytest.raises(SourceError) as caught:
        post.bounces.look()
    assert post.box.username not in str(caught.value)


def test_a_channel_that_can_be_asked_is_asked_until_it_knows(office: Office) -> None:
    notify = AskedChannel(name="notify_email")
    office.change(channels={"notify_email": notify})
    office.see(NAMING)
    office.send_all()
    bounces = Bounces(office.services, None)
    assert bounces.look() == 0
    office.wait(minutes=1)
    notify.fates = [Fate.UNDERWAY, later(), Fate.ARRIVED]
    assert bounces.look() == 0
    arrived = [one.staff_id for one in office.deliveries() if one.arrived_at]
    assert len(arrived) == 1
    office.wait(minutes=1)
    notify.fates = [Fate.REFUSED, Fate.ARRIVED]
    assert bounces.look() == 1
    office.wait(days=1)
    assert bounces.look() == 0
    Timers(office.services, office.engine).once()  # type: ignore[arg-type]
    office.send_all()
    assert DIRECTOR in {staff_id for staff_id, _ in notify.taken}


def test_a_channel_that_never_knows_is_not_asked_for_ever(office: Office) -> None:
    notify = AskedChannel(name="notify_email")
    office.change(channels={"notify_email": notify})
    office.see(NAMING)
    office.send_all()
    notify.fates = [DeliveryError("not reached", permanent=False)] * 500
    bounces = Bounces(office.services, None)
    for _ in range(40):
        office.wait(hours=4)
        bounces.look()
    left = len(notify.fates)
    office.wait(days=30)
    bounces.look()
    assert len(notify.fates) == left
    assert left > 400
