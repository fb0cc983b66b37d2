"""Presses of Slack buttons over a loopback Socket Mode."""

import json
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.channels.slack import SlackChannel, SlackListener
from alerts.channels.slack_press import Once, Press, Pressed, Reply, read_press
from alerts.message import compose
from policies.pack_file import read_pack
from records.alert import AlertKind
from records.roster import StaffMember
from tests.servers.slack import (
    APP_TOKEN,
    BOT_TOKEN,
    Fault,
    Posted,
    SlackServer,
    envelope_of,
)

MORAG = StaffMember("s002", "Morag Sinclair", slack_id="U002")
RECORD = "https://namewatch.seo.example/r/NW-2026-0041"


class Desk:
    """Where presses arrive; breaks down as often as told."""

    def __init__(self) -> None:
        self.presses: list[Press] = []
        self.odd: list[str] = []
        self.breakdowns = 0
        self._lock = threading.Lock()

    def take(self, press: Press) -> Reply:
        with self._lock:
            if self.breakdowns:
                self.breakdowns -= 1
                raise OSError("database of morag@seo.example is full")
            self.presses.append(press)
        return Reply("Seen by you 08:03", settled=press.action != "seen")


@contextmanager
def listening(slack: SlackServer, desk: Desk, *, app_token: str = APP_TOKEN) -> Iterator[None]:
    listener = SlackListener(
        app_token,
        BOT_TOKEN,
        desk.take,
        slack.base_url,
        on_odd=desk.odd.append,
        ping_seconds=0.3,
        timeout=5.0,
    )
    listener.start()
    try:
        if app_token == APP_TOKEN:
            slack.wait_for(lambda: listener.connected)
        yield
    finally:
        listener.stop()


def alerted(slack: SlackServer, *, telling: bool = False) -> Posted:
    message = compose(
        AlertKind.FIRST,
        pack=read_pack("spso"),
        reference="NW-2026-0041",
        severity="medium",
        role="line_manager",
        record_link=RECORD,
        telling=telling,
    )
    SlackChannel(BOT_TOKEN, slack.base_url).deliver(message, MORAG, "d1")
    return slack.messages[-1]


def settle(slack: SlackServer, desk: Desk) -> None:
    """Let everything that was sent before arrive: a later press comes after it."""
    message = alerted(slack)
    envelope = slack.press(message, "U002")
    slack.wait_for(lambda: any(press.envelope_id == envelope for press in desk.presses))
    desk.presses[:] = [press for press in desk.presses if press.envelope_id != envelope]


def test_a_press_is_acknowledged_counted_and_shown() -> None:
    desk = Desk()
    with SlackServer() as slack, listening(slack, desk):
        message = alerted(slack)
        envelope = slack.press(message, "U002")
        slack.wait_for(lambda: bool(message.updates))
        assert slack.acknowledged == [envelope]
    assert desk.presses == [Press("U002", "seen", "NW-2026-0041", envelope, "D002", message.ts)]
    assert message.buttons == ["open"]
    assert message.blocks[0]["text"]["text"] == "Seen by you 08:03"
    assert message.blocks[1]["elements"][0]["url"] == RECORD


def test_who_has_seen_it_can_still_say_that_they_told_or_pass_it_on() -> None:
    desk = Desk()
    with SlackServer() as slack, listening(slack, desk):
        message = alerted(slack, telling=True)
        slack.press(message, "U002")
        slack.wait_for(lambda: bool(message.updates))
        assert message.buttons == ["told", "pass_on", "open"]
        slack.press(message, "U002", action="told")
        slack.wait_for(lambda: len(message.updates) == 2)
        assert message.buttons == ["open"]
    assert [press.action for press in desk.presses] == ["seen", "told"]
    assert desk.odd == []


def test_opening_the_record_is_no_press_and_nothing_odd() -> None:
    desk = Desk()
    with SlackServer() as slack, listening(slack, desk):
        slack.press(alerted(slack), "U002", action="open")
        settle(slack, desk)
    assert (desk.presses, desk.odd) == ([], [])


def test_a_duplicate_and_a_forged_press_are_told_of() -> None:
    desk = Desk()
    with SlackServer() as slack, listening(slack, desk):
        message = alerted(slack)
        slack.press(message, "U002", copies=2)
        slack.press(message, "U002", action="erase")
        slack.wait_for(lambda: len(desk.odd) == 2)
    assert sorted(desk.odd) == ["duplicate", "no press of ours"]


def test_slack_is_answered_before_the_press_is_worked_on() -> None:
    desk, may_go_on = Desk(), threading.Event()

    def slow(press: Press) -> Reply:
        assert may_go_on.wait(10)
        return desk.take(press)

    with SlackServer() as slack:
        listener = SlackListener(APP_TOKEN, BOT_TOKEN, slow, slack.base_url, ping_seconds=0.3)
        listener.start()
        try:
            slack.wait_for(lambda: listener.connected)
            message = alerted(slack)
            envelope = slack.press(message, "U002")
            slack.wait_for(lambda: slack.acknowledged == [envelope])
            assert desk.presses == []
            may_go_on.set()
            slack.wait_for(lambda: bool(message.updates))
        finally:
            may_go_on.set()
            listener.stop()
    assert len(desk.presses) == 1


def test_an_envelope_that_comes_twice_counts_once_and_is_acknowledged_twice() -> None:
    desk = Desk()
    with SlackServer() as slack, listening(slack, desk):
        envelope = slack.press(alerted(slack), "U002", copies=5)
        slack.wait_for(lambda: slack.acknowledged.count(envelope) == 5)
        settle_press = [press for press in desk.presses if press.envelope_id == envelope]
        slack.wait_for(lambda: len(slack.messages[0].updates) == 1)
    assert len(desk.presses) == 1
    assert settle_press in ([], desk.presses)


def test_one_press_in_two_envelopes_counts_once() -> None:
    desk = Desk()
    with SlackServer() as slack, listening(slack, desk):
        envelope = envelope_of(alerted(slack), "U002")
        slack.send(envelope)
        slack.send(envelope | {"envelope_id": "another-envelope"})
        slack.wait_for(lambda: len(slack.acknowledged) == 2 and bool(desk.presses))
        settle_before = len(desk.presses)
        settle(slack, desk)
    assert settle_before == 1
    assert len(desk.presses) == 1


def test_the_same_button_pressed_by_two_people_counts_for_both() -> None:
    desk = Desk()
    with SlackServer() as slack, listening(slack, desk):
        message = alerted(slack)
        slack.press(message, "U002")
        slack.wait_for(lambda: len(desk.presses) == 1)
        slack.send(envelope_of(Posted("D002", message.ts, message.content), "U004"))
        slack.wait_for(lambda: len(desk.presses) == 2)
    assert [press.slack_user_id for press in desk.presses] == ["U002", "U004"]


def forged(slack: SlackServer) -> list[object]:
    """Things that are not exactly one press of our button."""
    message = alerted(slack)
    good = envelope_of(message, "U002")
    payload = good["payload"]
    action = payload["actions"][0]

    wrong: tuple[dict[str, object], ...] = (
        {"type": "view_submission"},
        {"user": {"id": "U002; drop table"}},
        {"user": {"id": None}},
        {"user": "U002"},
        {"user": {}},
        {"actions": []},
        {"actions": [action, action]},
        {"actions": [action | {"action_id": "erase"}]},
        {"actions": [action | {"value": "../../etc/passwd"}]},
        {"actions": [action | {"value": ["NW-2026-0041"]}]},
        {"actions": [action | {"value": "NW-2026-0041\n"}]},
        {"actions": [action | {"action_ts": 5}]},
        {"actions": "seen"},
        {"actions": [None]},
        {"container": {"channel_id": "D002"}},
        {"container": {"channel_id": "D002", "message_ts": "now"}},
        {"container": None},
    )
    made: list[object] = [
        good | {"payload": payload | changes, "envelope_id": f"e{number}"}
        for number, changes in enumerate(wrong)
    ]
    made += [
        good | {"type": "events_api", "envelope_id": "e90"},
        good | {"type": "slash_commands", "envelope_id": "e91"},
        good | {"payload": "press", "envelope_id": "e92"},
        good | {"payload": None, "envelope_id": "e93"},
        good | {"envelope_id": {"a": 1}},
        {"type": "interactive"},
        [],
        5,
        "not json",
        "{",
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"type": "interactive", "envelope_id": ' + "9" * 5000 + ', "payload": {}}',
        '{"type": NaN}',
    ]
    return made


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_forged_or_malformed_press_changes_nothing_and_good_ones_still_count() -> None:
    desk = Desk()
    with SlackServer() as slack, listening(slack, desk):
        for envelope in forged(slack):
            slack.send(envelope)
            settle(slack, desk)
        assert slack.messages[0].updates == []
    assert desk.presses == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@settings(max_examples=100)
@given(st.text(max_size=12), JSON, JSON)
def test_no_payload_whatever_makes_reading_it_fail(
    kind: str, envelope: object, payload: object
) -> None:
    assert read_press(kind, envelope, payload) is None
    assert (
        read_press("interactive", envelope, {"type": "block_actions", "actions": payload}) is None
    )


def test_thousands_of_presses_later_the_oldest_are_forgotten() -> None:
    once = Once()
    pressed = [
        Pressed(Press("U002", "seen", "NW-2026-0041", f"e{n}", "D002", "1.1"), f"{n}.0", None)
        for n in range(3000)
    ]
    assert all(once.is_first(one) for one in pressed)
    assert not once.is_first(pressed[-1])
    assert once.is_first(pressed[0])


def test_a_link_that_is_no_web_address_is_not_shown_again() -> None:
    desk = Desk()
    with SlackServer() as slack, listening(slack, desk):
        message = alerted(slack)
        envelope = envelope_of(message, "U002")
        blocks = json.loads(json.dumps(message.blocks))
        blocks[1]["elements"][1]["url"] = "javascript:alert(1)"
        envelope["payload"]["message"]["blocks"] = blocks
        slack.send(envelope)
        slack.wait_for(lambda: bool(message.updates))
    assert message.buttons == []


def test_a_press_that_could_not_be_kept_is_told_and_can_be_pressed_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk = Desk()
    desk.breakdowns = 1
    with SlackServer() as slack, listening(slack, desk):
        message = alerted(slack)
        slack.press(message, "U002")
        slack.wait_for(lambda: bool(message.updates))
        assert message.buttons == ["seen", "open"]
        assert "could not be kept" in message.blocks[0]["text"]["text"]
        slack.press(message, "U002")
        slack.wait_for(lambda: len(message.updates) == 2)
    assert message.buttons == ["open"]
    assert len(desk.presses) == 1
    assert "OSError" in caplog.text
    assert "morag" not in caplog.text


def test_a_press_counts_even_when_its_message_can_not_be_updated() -> None:
    desk = Desk()
    with SlackServer() as slack, listening(slack, desk):
        message = alerted(slack)
        slack.fail("chat.update", Fault(drop=True))
        slack.press(message, "U002")
        slack.wait_for(lambda: len(slack.called("chat.update")) == 1)
        settle(slack, desk)
        assert message.updates == []
    assert len(desk.presses) == 1


def test_a_new_address_is_fetched_when_slack_asks_for_it() -> None:
    desk = Desk()
    with SlackServer() as slack, listening(slack, desk):
        slack.ask_to_reconnect()
        slack.wait_for(lambda: slack.connections >= 2)
        settle(slack, desk)


def test_a_torn_connection_is_made_anew() -> None:
    desk = Desk()
    with SlackServer() as slack, listening(slack, desk):
        for _ in range(2):
            before = slack.connections
            slack.tear()
            slack.wait_for(lambda before=before: slack.connections > before)  # type: ignore[misc]
        message = alerted(slack)
        with suppress(AssertionError):
            slack.press(message, "U002")
            slack.wait_for(lambda: bool(message.updates), 3)
        if not message.updates:  # it was sent while the connection was being replaced
            slack.press(message, "U002")
            slack.wait_for(lambda: bool(message.updates))


def test_listening_begins_once_slack_can_be_reached() -> None:
    desk = Desk()
    with SlackServer() as slack:
        slack.fail("apps.connections.open", Fault("internal_error"), Fault(drop=True))
        with listening(slack, desk):
            settle(slack, desk)
        assert len(slack.called("apps.connections.open")) == 3


def test_a_wrong_app_token_is_logged_by_its_code_alone(caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.DEBUG),
        SlackServer() as slack,
        listening(slack, Desk(), app_token="hush-hush"),
    ):
        slack.wait_for(lambda: "invalid_auth" in caplog.text)
    assert "hush-hush" not in caplog.text


def test_nothing_of_a_press_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    with caplog.at_level(logging.DEBUG), SlackServer() as slack, listening(slack, desk):
        settle(slack, desk)
    ours = [one.getMessage() for one in caplog.records if not one.name.startswith("websockets")]
    assert ours == []


def test_stopping_ends_the_connection_and_its_threads() -> None:
    desk = Desk()
    with SlackServer() as slack:
        before = threading.active_count()
        with listening(slack, desk):
            assert threading.active_count() > before
        slack.wait_for(lambda: threading.active_count() <= before)


def test_stopping_before_a_connection_was_made_works_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    nowhere = SlackListener(
        APP_TOKEN, BOT_TOKEN, Desk().take, f"http://127.0.0.1:{port}/api/", ping_seconds=0.3
    )
    nowhere.start()
    assert not nowhere.connected
    nowhere.stop()
    nowhere.stop()
