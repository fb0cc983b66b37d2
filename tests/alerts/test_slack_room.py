"""The communications manager's private channel, against a loopback Slack."""

import json

import pytest

from alerts.channels.slack_room import SlackRoom, from_settings
from alerts.errors import DeliveryError
from alerts.message import Message, compose
from policies.pack_file import read_pack
from records.alert import AlertKind
from records.roster import StaffMember
from tests.servers.slack import BOT_TOKEN, Fault, SlackServer

ROOM = "C0SHEENA"
SHEENA = StaffMember("sheena", "Sheena Kilbride", slack_id="U004")
MORAG = StaffMember("morag", "Morag Sinclair", slack_id="U002")


def an_alert(*, repeat: bool = False) -> Message:
    return compose(
        AlertKind.FIRST,
        pack=read_pack("spso"),
        reference="NW-2026-0041",
        severity="critical",
        role="communications_manager",
        record_link="https://namewatch.seo.example/r/NW-2026-0041",
        page_link="https://social.example/@stranger/1",
        repeat=repeat,
    )


def room_in(slack: SlackServer) -> SlackRoom:
    return SlackRoom(BOT_TOKEN, ROOM, {"sheena": "U004"}, slack.base_url, timeout=5.0)


def refusal(slack: SlackServer) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        room_in(slack).deliver(an_alert(), SHEENA, "d1")
    assert slack.messages == []
    return caught.value


@pytest.mark.clause("SPSO 68")
@pytest.mark.clause("SPSO 71")
def test_one_line_without_content_is_posted() -> None:
    with SlackServer() as slack:
        slack.open_room(ROOM, "U004")
        room_in(slack).deliver(an_alert(), SHEENA, "d1")
        (posted,) = slack.messages
    assert posted.channel == ROOM
    assert posted.content["text"] == (
        "NW-2026-0041 needs the communications manager now. Everything else is in the record."
    )
    assert posted.buttons == ["open"]
    words = json.dumps(posted.content)
    for secret in ("threatened", "social.example", "Sheena"):
        assert secret not in words
    assert posted.content["unfurl_links"] is False


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize(
    "facts",
    [
        {"is_private": False},
        {"is_private": None},
        {"is_archived": True},
        {"is_shared": True},
        {"is_ext_shared": True},
        {"is_pending_ext_shared": True},
        {"id": "C0ANOTHER"},
    ],
    ids=str,
)
def test_nothing_is_posted_where_others_may_read(facts: dict[str, object]) -> None:
    with SlackServer() as slack:
        slack.open_room(ROOM, "U004", **facts)
        error = refusal(slack)
        assert "not private" in str(room_in(slack).check())
    assert (error.code, error.permanent) == ("channel not private", True)


@pytest.mark.clause("SPSO 68")
def test_nothing_is_posted_once_somebody_else_has_come_in() -> None:
    with SlackServer() as slack:
        slack.open_room(ROOM, "U004")
        room_in(slack).deliver(an_alert(), SHEENA, "d1")
        slack.messages.clear()
        slack.members[ROOM].append("U002")
        error = refusal(slack)
        assert "Others than" in str(room_in(slack).check())
    assert (error.code, error.permanent) == ("others are in the channel", True)


def test_a_channel_with_more_members_than_one_answer_holds_is_refused() -> None:
    with SlackServer() as slack:
        slack.open_room(ROOM, *(["U004"] * 120))
        assert refusal(slack).permanent


@pytest.mark.parametrize("method", ["conversations.info", "conversations.members", "auth.test"])
def test_what_cannot_be_looked_at_is_not_posted_to(method: str) -> None:
    with SlackServer() as slack:
        slack.open_room(ROOM, "U004")
        slack.fail(method, Fault(status=500), Fault(error="missing_scope"))
        assert not refusal(slack).permanent
        assert "groups:read" in str(room_in(slack).check())


def test_a_channel_that_is_not_there_is_told() -> None:
    with SlackServer() as slack:
        assert refusal(slack).permanent
        assert "has not been invited" in str(room_in(slack).check())


def test_it_is_for_the_communications_manager_alone() -> None:
    with SlackServer() as slack:
        room = room_in(slack)
        assert room.reaches(SHEENA)
        assert not room.reaches(MORAG)
        assert room.readers == {"sheena"}
        with pytest.raises(DeliveryError):
            room.deliver(an_alert(), MORAG, "d1")
        assert slack.calls == []


def test_a_repeat_says_that_it_is_one() -> None:
    with SlackServer() as slack:
        slack.open_room(ROOM, "U004")
        room_in(slack).deliver(an_alert(repeat=True), SHEENA, "d1")
        assert "This is a repeat" in slack.messages[0].content["text"]


def test_a_repeat_of_a_line_that_stands_there_already_is_not_sent() -> None:
    with SlackServer() as slack:
        slack.scopes += ",im:history,groups:history"
        slack.open_room(ROOM, "U004")
        first = room_in(slack).deliver(an_alert(), SHEENA, "d1-5f")
        assert room_in(slack).deliver(an_alert(repeat=True), SHEENA, "d1-5f") == first
        assert len(slack.messages) == 1


def test_it_is_built_when_a_channel_is_set() -> None:
    values = {"slack_bot_token": BOT_TOKEN, "slack_room": ROOM, "slack_room_members": "a=U1;b=;"}
    room = from_settings(values)
    assert room is not None
    assert room.readers == {"a"}
    assert from_settings({"slack_bot_token": BOT_TOKEN}) is None
