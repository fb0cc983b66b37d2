"""Private Slack messages and their button, through the real service."""

import json
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from records.alert import Delivery
from records.audit import AuditEntry
from records.database import open_database, reading
from records.incident import Acknowledgement, Incident
from tests.servers.house import STAFF, House, post, reviewer, wait_until
from tests.servers.mail import Mail, MailServer
from tests.servers.slack import APP_TOKEN, BOT_TOKEN, Fault, Posted, SlackServer, envelope_of

NAMES = (
    "Zenobia Quorahoy",
    "Zenobia Braxembury",
    "Zenobia Tolvingsett",
    "Zenobia Vendoothpeg",
    "Zenobia Plessinavigne",
    "Zenobia Wichtarrowby",
    "Zenobia Drungelquist",
    "Zenobia Gruminevale",
)
PEOPLE = tuple(reviewer(number, name) for number, name in enumerate(NAMES, start=100))
LINE_MANAGER, DIRECTOR, STRANGER = "U3", "U2", "U77"
TOLD = {"D3", "D4", "D5"}  # the conversations with line manager, communications and HR
PAGE = "http://127.0.0.1:9/post/1"  # loopback, so nobody goes there to take a picture
CANARY = "the heron counts its umbrellas at dusk"


class Street:
    """A house with mail and Slack, and eyes for what happens in it."""

    def __init__(self, house: House, mail: MailServer, slack: SlackServer, engine: Engine) -> None:
        self.house, self.mail, self.slack, self.engine = house, mail, slack, engine
        self._posts = 0

    def name(self, *people: int, also: str = "") -> str:
        """Publish a post that names people; returns the reference of the first one's incident."""
        self._posts += 1
        names = " and ".join([*(NAMES[one] for one in people), *([also] if also else [])])
        text = f"My complaint was refused, the decision letter is signed {names}. {CANARY}."
        self.house.publish([post(self._posts, text, url=PAGE)])
        wait_until(lambda: self.incident(people[0]), why="an incident")
        found = self.incident(people[0])
        assert found
        return found.reference

    def incident(self, person: int) -> Incident | None:
        with reading(self.engine) as session:
            query = select(Incident).where(Incident.staff_id == f"s{100 + person}")
            return session.exec(query).first()

    def messages(self, reference: str) -> list[Posted]:
        return [one for one in list(self.slack.messages) if reference in json.dumps(one.content)]

    def mails(self, reference: str) -> list[Mail]:
        return [one for one in list(self.mail.mails) if reference in str(one.message["Subject"])]

    def wait_told(self, reference: str) -> dict[str, Posted]:
        """Wait for the three messages; returns them by conversation."""
        wait_until(
            lambda: {one.channel for one in self.messages(reference)} >= TOLD, why="three messages"
        )
        # The next start would be marked as a repeat if the answers were not kept yet.
        wait_until(lambda: self._settled(reference), why="all deliveries settled")
        return {one.channel: one for one in self.messages(reference)}

    def _settled(self, reference: str) -> bool:
        return all(one.settled_at for one in self.deliveries(reference))

    def deliveries(self, reference: str) -> list[Delivery]:
        with reading(self.engine) as session:
            query = select(Delivery).join(Incident, col(Incident.id) == Delivery.incident_id)
            return list(session.exec(query.where(Incident.reference == reference)))

    def trail(self, action: str) -> list[AuditEntry]:
        with reading(self.engine) as session:
            return list(session.exec(select(AuditEntry).where(AuditEntry.action == action)))

    def acknowledgements(self) -> int:
        with reading(self.engine) as session:
            return len(session.exec(select(Acknowledgement)).all())

    def press(self, message: Posted, user: str, *, copies: int = 1) -> None:
        """Press the button, and wait until Slack was told that the press came in."""
        before = len(self.slack.acknowledged)
        self.slack.press(message, user, copies=copies)
        self.slack.wait_for(lambda: len(self.slack.acknowledged) == before + copies)


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    people = tuple(f"U{number}" for number in range(1, 6))
    home = tmp_path_factory.mktemp("slack") / "home"
    with MailServer() as mail, SlackServer(users=people) as slack:
        settings = (
            f'[slack]\nbot_token = "{BOT_TOKEN}"\napp_token = "{APP_TOKEN}"\n'
            f'base_url = "{slack.base_url}"\n'
        )
        with House(home, mail, staff=(*STAFF, *PEOPLE), settings=settings) as house:
            house.start()
            wait_until(lambda: slack.connections, why="the listener is connected")
            engine = open_database(f"sqlite:///{house.home / 'namewatch.db'}")
            yield Street(house, mail, slack, engine)
            engine.dispose()


def words_of(message: Posted) -> str:
    """All that a reader sees of a message, and whatever travels with it."""
    latest = message.updates[-1] if message.updates else message.content
    return json.dumps(latest, ensure_ascii=False)


@pytest.mark.clause("SPSO 67.1")
@pytest.mark.clause("SPSO 64")
def test_three_people_get_a_private_message_without_name_quote_or_page_and_a_mail(
    street: Street,
) -> None:
    reference = street.name(0)
    messages = street.wait_told(reference)
    assert set(messages) == TOLD
    for message in messages.values():
        words = words_of(message)
        for secret in (CANARY, "Quorahoy", "Zenobia", PAGE, "127.0.0.1:9"):
            assert secret not in words
        assert f"/r/{reference}" in words
        assert message.buttons == ["seen", "told", "pass_on", "open"]
    wait_until(lambda: len(street.mails(reference)) == 3, why="three mails")
    assert {one.recipients[0] for one in street.mails(reference)} == {
        "head@slo.example",
        "hr@slo.example",
        "communications@slo.example",
    }


def test_pressing_the_button_acknowledges_once_however_often_it_comes(street: Street) -> None:
    reference = street.name(1)
    message = street.wait_told(reference)["D3"]
    envelope = envelope_of(message, LINE_MANAGER)
    before = street.acknowledgements()
    for _ in range(2):
        street.slack.send(envelope)  # one envelope, sent twice
    street.slack.send(envelope_of(message, LINE_MANAGER))  # another press
    street.slack.wait_for(lambda: message.updates != [])
    seen = street.incident(1)
    assert seen is not None
    assert (seen.state, seen.escalates_at) == ("acknowledged", None)
    assert message.buttons == ["told", "pass_on", "open"]
    assert f"{reference}: seen by you" in words_of(message)

    street.slack.send(envelope_of(message, LINE_MANAGER))
    time.sleep(0.5)
    assert street.acknowledgements() == before + 1
    assert street.incident(1) == seen
    assert [one.actor for one in street.trail("acknowledged") if one.reference == reference] == [
        "s003"
    ]


@pytest.mark.clause("SPSO 69")
def test_passing_on_asks_the_next_at_once_and_telling_is_recorded(street: Street) -> None:
    reference = street.name(7)
    message = street.wait_told(reference)["D3"]
    street.slack.press(message, LINE_MANAGER, action="pass_on")
    street.slack.wait_for(lambda: message.updates != [])
    assert message.buttons == ["open"]
    wait_until(lambda: len(street.messages(reference)) == 4, why="the next is asked")
    asked = street.messages(reference)[-1]
    assert (asked.channel, "passed on to you" in asked.content["text"]) == ("D5", True)
    street.slack.press(asked, "U5", action="told")
    street.slack.wait_for(lambda: asked.updates != [])
    refused = "open the record" in words_of(asked)
    told = [one.actor for one in street.trail("acknowledged") if one.reference == reference]
    assert told == ([] if refused else ["s005"])


@pytest.mark.parametrize(
    ("presser", "noted"),
    [(DIRECTOR, "s002"), (STRANGER, "unknown")],
    ids=["off the list", "unknown"],
)
def test_a_press_by_somebody_off_the_list_changes_nothing_and_is_noted(
    street: Street, presser: str, noted: str
) -> None:
    reference = street.name(2)
    message = street.wait_told(reference)["D3"]
    before = len(street.trail("press refused"))
    street.press(message, presser)
    wait_until(lambda: len(street.trail("press refused")) == before + 1, why="noted")
    refused = street.trail("press refused")[-1]
    assert (refused.actor, refused.reference, refused.about) == (
        noted,
        reference,
        {"via": "slack", "action": "seen", "why": "not allowed"},
    )
    unseen = street.incident(2)
    assert unseen is not None
    assert (unseen.state, unseen.acknowledged_at) == ("open", None)
    time.sleep(0.5)
    assert message.updates == [], "whose message it is can still press"


@pytest.mark.clause("SPSO 68")
def test_a_press_after_being_named_alongside_is_refused(street: Street) -> None:
    reference = street.name(3)
    message = street.wait_told(reference)["D3"]
    street.name(3, also="Isobel Fairweather")
    wait_until(
        lambda: (found := street.incident(3)) and "s003" in found.alongside, why="named alongside"
    )
    street.press(message, LINE_MANAGER)
    street.slack.wait_for(lambda: message.updates != [])
    assert message.buttons == ["open"]
    assert "Nothing was changed" in words_of(message)
    unseen = street.incident(3)
    assert unseen is not None
    assert unseen.acknowledged_at is None
    assert street.trail("press refused")[-1].actor == "s003"
    wait_until(
        lambda: {one.staff_id for one in street.deliveries(reference)} >= {"s002"},
        why="the Director is told in place of the line manager",
    )


@pytest.mark.parametrize(
    ("person", "fault", "marked"),
    [
        pytest.param(4, Fault(status=429, error="ratelimited", retry_after=1), False, id="429"),
        pytest.param(5, Fault(status=500), True, id="500"),
        pytest.param(6, Fault(drop=True, acts_first=True), True, id="cut after it was taken"),
    ],
)
def test_while_slack_is_down_the_mail_goes_out_and_slack_follows(
    street: Street, person: int, fault: Fault, marked: bool
) -> None:
    street.slack.fail("chat.postMessage", fault, fault, fault)
    began = time.monotonic()
    reference = street.name(person)
    wait_until(lambda: len(street.mails(reference)) == 3, why="three mails")
    assert time.monotonic() - began < 4, "before Slack is tried again"
    in_all = 6 if fault.acts_first else 3
    wait_until(lambda: len(street.messages(reference)) == in_all, why="Slack follows")
    follow = street.messages(reference)[-3:]
    assert {one.channel for one in follow} == TOLD
    assert {"(repeat)" in one.content["text"] for one in follow} == {marked}
    assert not any("(repeat)" in str(one.message["Subject"]) for one in street.mails(reference))
