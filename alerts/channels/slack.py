"""Alerts by private Slack message, and the presses of their buttons; Slack's client lives here."""

import logging
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from http.client import HTTPException
from typing import Any

from slack_sdk.errors import SlackClientError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web import SlackResponse

from alerts.channel import Receipt
from alerts.channels.slack_blocks import SEEN, Block, alert_blocks, answered_blocks
from alerts.channels.slack_press import (
    DUPLICATE,
    Once,
    Press,
    Pressed,
    Reply,
    is_a_press,
    read_press,
)
from alerts.channels.slack_web import (
    call,
    client,
    code_of,
    mark,
    posted_before,
    silence,
    text_of,
)
from alerts.errors import DeliveryError
from alerts.message import Message
from alerts.plain import one_line
from alerts.within import within
from records.outgoing import hosts_of
from records.roster import StaffMember

NAME = "slack"
_SCOPES = frozenset({"chat:write", "im:write"})
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0

_log = logging.getLogger(__name__)


def _log_odd(what: str) -> None:
    _log.warning("Slack: %s was passed over", what)


def from_settings(values: Mapping[str, str]) -> "SlackChannel | None":
    """Build the channel from `slack_…` values; None without `slack_bot_token`."""
    token = values.get("slack_bot_token")
    return SlackChannel(token, values.get("slack_base_url") or None) if token else None


def reaches(values: Mapping[str, str]) -> tuple[str, ...]:
    """Slack, which tells each listener another name of its own to listen at."""
    if not values.get("slack_bot_token"):
        return ()
    own = hosts_of(values.get("slack_base_url", ""))
    return own or ("slack.com", "*.slack.com")


class SlackChannel:
    """Hands one private message to one person."""

    def __init__(
        self, bot_token: str, base_url: str | None = None, *, timeout: float = 10.0
    ) -> None:
        """`timeout` is for each whole call; `base_url` is for another Slack than Slack's own."""
        self._client = client(bot_token, base_url, timeout)
        self._timeout = timeout

    @property
    def name(self) -> str:
        """Deliveries are kept under it."""
        return NAME

    def reaches(self, recipient: StaffMember) -> bool:
        """Whether the roster knows this person's Slack id."""
        return bool(recipient.slack_id.strip())

    def deliver(self, message: Message, recipient: StaffMember, delivery: str) -> Receipt:
        """Post into the person's own conversation; the receipt is "channel:ts".

        Before a repeat Slack is asked whether it stands there already.
        """
        user = one_line(recipient.slack_id)
        opened = self._call("conversations.open", {"users": user})
        channel = text_of(opened, "channel", "id", acted=False)
        if message.repeat:
            known = posted_before(self._client, self._timeout, channel, delivery)
            if known:
                return Receipt(known)
        content = {
            "channel": channel,
            "text": message.subject,
            "mrkdwn": False,
            "blocks": alert_blocks(message),
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": mark(delivery),
        }
        posted = self._call("chat.postMessage", content, leaves_a_mark=True)
        return Receipt(
            f"{text_of(posted, 'channel', acted=True)}:{text_of(posted, 'ts', acted=True)}"
        )

    def check(self) -> str | None:
        """Ask Slack who we are and what we may do."""
        try:
            answer = self._call("auth.test", {})
        except DeliveryError as error:
            if error.permanent:
                return f"Slack refuses the bot token ({error.code})."
            return f"Slack can't be reached ({error.code})."
        granted = str(
            answer.headers.get("x-oauth-scopes", answer.headers.get("X-OAuth-Scopes", ""))
        )
        missing = _SCOPES - {scope.strip() for scope in granted.split(",")}
        if granted and missing:
            return f"The Slack app may not do what it must; add {', '.join(sorted(missing))}."
        return None

    def _call(
        self, method: str, content: dict[str, Any], *, leaves_a_mark: bool = False
    ) -> SlackResponse:
        return call(self._client, self._timeout, method, content, leaves_a_mark=leaves_a_mark)


class SlackListener:
    """Listens for presses over Socket Mode and connects again by itself until it is stopped."""

    def __init__(
        self,
        app_token: str,
        bot_token: str,
        on_press: Callable[[Press], Reply | None],
        base_url: str | None = None,
        *,
        on_odd: Callable[[str], None] = _log_odd,
        ping_seconds: float = 3.0,
        timeout: float = 10.0,
    ) -> None:
        """`on_press` says what became of a press; without a reply its message stays.

        `on_odd` is told of what came in and is no press of ours, or came a second time. Both may
        be called from many threads.
        A connection that stays silent for four times `ping_seconds` is made anew.
        """
        self._app_token = app_token
        self._web = client(bot_token, base_url, timeout)
        self._timeout = timeout
        self._on_press = on_press
        self._on_odd = on_odd
        self._ping_seconds = ping_seconds
        self._once = Once()
        self._stopping = threading.Event()
        self._client: SocketModeClient | None = None
        self._starter: threading.Thread | None = None

    @property
    def connected(self) -> bool:
        """Whether presses reach us now."""
        return self._client is not None and self._client.is_connected()

    def start(self) -> None:
        """Connect in the background; without a network it tries again until there is one."""
        client = SocketModeClient(
            app_token=self._app_token,
            logger=silence,
            web_client=self._web,
            ping_interval=self._ping_seconds,
        )
        client.socket_mode_request_listeners.append(self._receive)
        self._client = client
        self._stopping.clear()
        self._starter = threading.Thread(target=self._connect, args=(client,), daemon=True)
        self._starter.start()

    def stop(self, within_seconds: float = 5.0) -> None:
        """Stop listening; gives up waiting after `within_seconds`."""
        self._stopping.set()
        client, self._client = self._client, None
        if client is not None:
            client.auto_reconnect_enabled = False
            _wake(client)
            with suppress(TimeoutError):
                within(within_seconds, client.close)
        if self._starter is not None:
            self._starter.join(within_seconds)

    def _connect(self, client: SocketModeClient) -> None:
        """Make the first connection; the client keeps it up from then on."""
        wait = _FIRST_WAIT
        while not self._stopping.is_set():
            try:
                client.connect()
            except (SlackClientError, OSError, HTTPException, ValueError) as error:
                _log.warning("Slack: not connected for presses (%s)", code_of(error))
                self._stopping.wait(wait)
                wait = min(wait * 2, _LONGEST_WAIT)
            else:
                return

    def _receive(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        with suppress(SlackClientError):  # Slack sends it again, and the press counts anyway
            client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
        pressed = read_press(request.type, request.envelope_id, request.payload)
        if pressed is None:
            if is_a_press(request.type, request.payload):
                self._on_odd("no press of ours")
            return
        if not self._once.is_first(pressed):
            self._on_odd(DUPLICATE)
            return
        press = pressed.press
        answer = self._answer(pressed)
        if answer is None:
            return
        try:
            content = _update(press.channel, press.ts, *answer)
            call(self._web, self._timeout, "chat.update", content)
        except DeliveryError as error:
            _log.warning("Slack: the press is kept, its message not updated (%s)", error.code)

    def _answer(self, pressed: Pressed) -> tuple[str, list[Block]] | None:
        press = pressed.press
        try:
            reply = self._on_press(press)
        except Exception as error:  # noqa: BLE001 - the presser must be told, whatever it was
            # Only the kind: the words of a fault may hold a name.
            _log.error("Slack: a press could not be kept (%s)", type(error).__name__)
            words = "That could not be kept. Please press again, or open the record."
            return words, _blocks(pressed, words, pressed.offered)
        if reply is None:
            return None
        left = () if reply.settled else (one for one in pressed.offered if one != SEEN)
        return reply.words, _blocks(pressed, reply.words, left)


def _blocks(pressed: Pressed, words: str, actions: Iterable[str]) -> list[Block]:
    return answered_blocks(words, pressed.press.reference, actions, pressed.record_link)


def _wake(open_client: SocketModeClient) -> None:
    """End the waits for bytes and messages, which closing would otherwise sit out."""
    open_client.closed = True
    open_client.message_queue.put(None)
    session = open_client.current_session
    with suppress(OSError):
        if session is not None and session.sock is not None:
            session.sock.shutdown(socket.SHUT_RDWR)


def _update(channel: str, ts: str, words: str, blocks: list[Block]) -> dict[str, Any]:
    return {"channel": channel, "ts": ts, "text": one_line(words), "blocks": blocks}
