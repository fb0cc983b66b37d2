"""The Slack channel against a loopback Slack."""

import gc
import json
import logging
import socket
import threading
import time
import traceback
import warnings
from dataclasses import replace

import pytest

from alerts.channel import Receipt
from alerts.channels.slack import SlackChannel, from_settings
from alerts.errors import DeliveryError
from alerts.message import Message, compose
from policies.pack_file import read_pack
from records.alert import AlertKind
from records.roster import StaffMember
from tests.servers.mail import raw_server
from tests.servers.slack import BOT_TOKEN, Fault, SlackServer

MORAG = StaffMember("s002", "Morag Sinclair", email="morag@seo.example", slack_id="U002")
RECORD = "https://namewatch.seo.example/r/NW-2026-0041"


def an_alert(*, repeat: bool = False) -> Message:
    return compose(
        AlertKind.FIRST,
        pack=read_pack("spso"),
        reference="NW-2026-0041",
        severity="critical",
        role="line_manager",
        record_link=RECORD,
        page_link="https://social.example/@stranger/1",
        reason="as line manager (SPSO 67.1)",
        repeat=repeat,
    )


def channel_to(slack: SlackServer, token: str = BOT_TOKEN, timeout: float = 5.0) -> SlackChannel:
    return SlackChannel(token, slack.base_url, timeout=timeout)


def refusal(channel: SlackChannel, recipient: StaffMember = MORAG) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        channel.deliver(an_alert(), recipient, "d1")
    told = "".join(traceback.format_exception(caught.value))
    assert BOT_TOKEN not in told
    assert "U002" not in told
    return caught.value


def test_an_alert_arrives_in_the_persons_own_conversation() -> None:
    with SlackServer() as slack:
        receipt = channel_to(slack).deliver(an_alert(), MORAG, "d7")
        (message,) = slack.messages
    assert receipt == Receipt(f"D002:{message.ts}")
    assert message.channel == "D002"
    assert message.content["metadata"]["event_payload"] == {"delivery": "d7"}
    assert message.buttons == ["seen", "open"]
    seen, opening = message.blocks[1]["elements"]
    assert (seen["text"]["text"], seen["value"]) == ("I've seen this", "NW-2026-0041")
    assert (opening["text"]["text"], opening["url"]) == ("Open record", RECORD)
    assert slack.called("conversations.open")[0].content == {"users": "U002"}


@pytest.mark.clause("SPSO 68")
@pytest.mark.clause("WICS Named ¶2")
def test_nothing_about_the_post_the_person_or_the_reader_goes_to_slack() -> None:
    with SlackServer() as slack:
        channel_to(slack).deliver(an_alert(), MORAG, "d7")
        sent = json.dumps([call.content for call in slack.calls])
        (message,) = slack.messages
    for word in ("Morag", "Sinclair", "seo.example/@", "social.example", "stranger"):
        assert word not in sent
    assert message.content["text"] == "Confidential: NW-2026-0041 needs you now"


def test_slack_neither_formats_the_text_nor_follows_its_links() -> None:
    with SlackServer() as slack:
        channel_to(slack).deliver(an_alert(), MORAG, "d7")
        (message,) = slack.messages
    assert message.content["unfurl_links"] is False
    assert message.content["unfurl_media"] is False
    assert message.content["mrkdwn"] is False
    texts = [block["text"] for block in message.blocks if "text" in block]
    texts += [element["text"] for element in message.blocks[1]["elements"]]
    assert {text["type"] for text in texts} == {"plain_text"}


def test_a_repeat_says_that_it_is_one() -> None:
    with SlackServer() as slack:
        channel_to(slack).deliver(an_alert(repeat=True), MORAG, "d7")
        (message,) = slack.messages
    assert "This is a repeat" in message.blocks[0]["text"]["text"]


def test_who_may_tell_the_named_person_is_asked_for_three_answers() -> None:
    with SlackServer() as slack:
        channel_to(slack).deliver(replace(an_alert(), telling=True), MORAG, "d7")
        (message,) = slack.messages
    assert message.buttons == ["seen", "told", "pass_on", "open"]
    labels = [button["text"]["text"] for button in message.blocks[1]["elements"]]
    assert labels == ["I've seen this", "I have told them", "I can't, pass on", "Open record"]
    seen, told, pass_on, _ = message.blocks[1]["elements"]
    assert "confirm" not in seen
    assert "in private" in told["confirm"]["text"]["text"]
    assert "next person in line" in pass_on["confirm"]["text"]["text"]


def test_further_posts_are_counted_and_nothing_more() -> None:
    with SlackServer() as slack:
        channel_to(slack).deliver(replace(an_alert(), count=412), MORAG, "d7")
        (message,) = slack.messages
    assert "412 posts belong to this record so far." in message.blocks[0]["text"]["text"]


def test_too_many_at_once_waits_as_long_as_slack_asks() -> None:
    with SlackServer() as slack:
        slack.fail("chat.postMessage", Fault("ratelimited", status=429, retry_after=17))
        error = refusal(channel_to(slack))
        assert len(slack.called("chat.postMessage")) == 1
    assert (error.code, error.permanent, error.retry_after) == ("too many at once", False, 17.0)
    assert not error.may_have_arrived


@pytest.mark.parametrize(
    "code",
    [
        "invalid_auth",
        "account_inactive",
        "token_revoked",
        "missing_scope",
        "channel_not_found",
        "user_not_found",
        "user_disabled",
    ],
)
@pytest.mark.parametrize("method", ["conversations.open", "chat.postMessage"])
def test_a_refusal_that_time_does_not_heal_is_not_tried_again(method: str, code: str) -> None:
    with SlackServer() as slack:
        slack.fail(method, Fault(code))
        error = refusal(channel_to(slack))
    assert (error.code, error.permanent, error.may_have_arrived) == (code, True, False)


def test_somebody_who_is_not_in_slack_is_told_by_other_means() -> None:
    with SlackServer() as slack:
        error = refusal(channel_to(slack), replace(MORAG, slack_id="U999"))
        assert slack.messages == []
    assert (error.code, error.permanent) == ("user_not_found", True)


@pytest.mark.parametrize(
    ("fault", "code", "unsure"),
    [
        (Fault("internal_error"), "internal_error", False),
        (Fault("fatal_error", status=500, acts_first=True), "fatal_error", True),
        (Fault(status=503, raw=b"<html>down for morag@seo.example"), "refused (503)", True),
        (Fault(raw=b"[]"), "answer not understood", True),
        (Fault(raw=b'{"ok": true}'), "answer not understood", True),
        (Fault(raw=b'{"ok": true, "channel": 5, "ts": []}'), "answer not understood", True),
        (Fault(raw=b"[" * 200_000), "answer not understood", True),
        (Fault(drop=True, acts_first=True), "not reached", True),
        (Fault(drop=True), "not reached", True),
        (Fault(silent_seconds=5, acts_first=True), "out of time", True),
    ],
)
def test_a_fault_of_slacks_is_tried_again_later_and_not_by_the_client(
    fault: Fault, code: str, *, unsure: bool
) -> None:
    with SlackServer() as slack:
        slack.fail("chat.postMessage", fault)
        error = refusal(channel_to(slack, timeout=1.0))
        assert len(slack.called("chat.postMessage")) == 1
        assert len(slack.messages) == int(fault.acts_first)
    assert (error.code, error.permanent) == (code, False)
    assert error.may_have_arrived == unsure


@pytest.mark.parametrize("fault", [Fault(drop=True), Fault("fatal_error", status=500)])
def test_a_fault_before_the_message_was_posted_makes_no_repeat(fault: Fault) -> None:
    with SlackServer() as slack:
        slack.fail("conversations.open", fault)
        error = refusal(channel_to(slack))
    assert not error.permanent
    assert not error.may_have_arrived


def test_a_slack_that_is_not_there_is_tried_again_later() -> None:
    with SlackServer() as slack:
        url = slack.base_url
    error = refusal(SlackChannel(BOT_TOKEN, url))
    assert (error.code, error.permanent, error.may_have_arrived) == ("not reached", False, False)


def test_a_slack_that_drips_holds_a_delivery_no_longer_than_its_time() -> None:
    def drip(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{")
        while True:
            connection.sendall(b" ")
            time.sleep(0.05)

    with warnings.catch_warnings():
        # The client leaves an answer that broke off to the collector.
        warnings.simplefilter("ignore", ResourceWarning)
        with raw_server(drip) as port:
            begun = time.monotonic()
            error = refusal(SlackChannel(BOT_TOKEN, f"http://127.0.0.1:{port}/api/", timeout=0.8))
            took = time.monotonic() - begun
        for thread in threading.enumerate():
            if thread.name == "within":
                thread.join(5)
        gc.collect()
    assert error.code == "out of time"
    assert took < 4


def test_a_good_token_passes_the_check_and_nobody_is_told() -> None:
    with SlackServer() as slack:
        assert channel_to(slack).check() is None
        assert slack.messages == []


def test_the_check_says_in_a_sentence_what_is_wrong() -> None:
    with SlackServer() as slack:
        assert channel_to(slack, "wrong").check() == ("Slack refuses the bot token (invalid_auth).")
        slack.scopes = "users:read"
        assert channel_to(slack).check() == (
            "The Slack app may not do what it must; add chat:write, im:write."
        )
    assert channel_to_nowhere().check() == "Slack can't be reached (not reached)."


def channel_to_nowhere() -> SlackChannel:
    with SlackServer() as slack:
        url = slack.base_url
    return SlackChannel(BOT_TOKEN, url)


def test_a_repeat_of_what_stands_there_already_is_not_sent() -> None:
    with SlackServer() as slack:
        slack.scopes += ",im:history"
        channel = channel_to(slack)
        first = channel.deliver(an_alert(), MORAG, "d1-5f")
        assert channel.deliver(an_alert(repeat=True), MORAG, "d1-5f") == first
        assert len(slack.messages) == 1
        other = channel.deliver(an_alert(repeat=True), MORAG, "d1-60")
        assert other != first
        assert "This is a repeat" in str(slack.messages[1].blocks)


@pytest.mark.parametrize(
    "fault",
    [Fault(error="missing_scope"), Fault(drop=True), Fault(raw=b"[]"), Fault(raw=b'{"ok": true}')],
    ids=["not allowed", "no answer", "no object", "no messages"],
)
def test_where_slack_will_not_say_whether_it_stands_there_a_repeat_is_sent(fault: Fault) -> None:
    with SlackServer() as slack:
        slack.scopes += ",im:history"
        channel = channel_to(slack)
        channel.deliver(an_alert(), MORAG, "d1-5f")
        slack.fail("conversations.history", fault)
        channel.deliver(an_alert(repeat=True), MORAG, "d1-5f")
        assert "This is a repeat" in str(slack.messages[1].blocks)


def test_nothing_is_logged_of_what_is_sent_and_answered(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), SlackServer() as slack:
        channel = channel_to(slack)
        channel.deliver(an_alert(), MORAG, "d1")
        slack.fail("chat.postMessage", Fault(drop=True), Fault(raw=b"secret"))
        refusal(channel)
        refusal(channel)
    assert [one.name for one in caplog.records if not one.name.startswith("websockets")] == []


def test_only_people_with_a_slack_id_are_reached() -> None:
    channel = SlackChannel(BOT_TOKEN)
    assert channel.name == "slack"
    assert channel.reaches(MORAG)
    assert not channel.reaches(replace(MORAG, slack_id=" "))


def test_plain_values_make_a_channel() -> None:
    with SlackServer() as slack:
        channel = from_settings({"slack_bot_token": BOT_TOKEN, "slack_base_url": slack.base_url})
        assert channel is not None
        assert channel.check() is None
    assert from_settings({}) is None
