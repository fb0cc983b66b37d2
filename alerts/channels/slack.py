"""Alerts by private Slack message, and the presses of their buttons; Slack's client lives here."""

import logging
import re
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web import SlackResponse

from alerts.channel import Receipt
from alerts.channels.slack_blocks import Block, alert_blocks, retry_blocks, seen_blocks
from alerts.channels.slack_press import Once, Press, Pressed, read_press
from alerts.errors import DeliveryError
from alerts.message import Message
from alerts.plain import one_line
from alerts.within import within
from records.roster import StaffMember

NAME = "slack"
_BASE_URL = "https://slack.com/api/"
_SCOPES = frozenset({"chat:write", "im:write"})
_TOO_MANY = 429
_PERMANENT = frozenset(
    {
        "account_inactive",
        "cannot_dm_bot",
        "channel_not_found",
        "invalid_auth",
        "invalid_blocks",
        "is_archived",
        "missing_scope",
        "no_permission",
        "not_authed",
        "not_in_channel",
        "restricted_action",
        "token_expired",
        "token_revoked",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
        "users_not_found",
    }
)
_WELL_KNOWN = re.compile(r"[a-z_]{1,40}")
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0

_log = logging.getLogger(__name__)
# The client logs message texts, addresses and answers; none of that may be written down.
_silence = logging.getLogger(f"{__name__}.client")
_silence.addHandler(logging.NullHandler())
_silence.propagate = False
_silence.setLevel(logging.CRITICAL + 1)


def from_settings(values: Mapping[str, str]) -> "SlackChannel | None":
    """Build the channel from `slack_…` values; None without `slack_bot_token`."""
    token = values.get("slack_bot_token")
    return SlackChannel(token, values.get("slack_base_url") or None) if token else None


class SlackChannel:
    """Hands one private message to one person."""

    def __init__(
        self, bot_token: str, base_url: str | None = None, *, timeout: float = 10.0
    ) -> None:
        """`timeout` is for each whole call; `base_url` is for another Slack than Slack's own."""
        self._client = _client(bot_token, base_url, timeout)
        self._timeout = timeout

    @property
    def name(self) -> str:
        """Deliveries are kept under it."""
        return NAME

    def reaches(self, recipient: StaffMember) -> bool:
        """Whether the roster knows this person's Slack id."""
        return bool(recipient.slack_id.strip())

    def deliver(self, message: Message, recipient: StaffMember, delivery: str) -> Receipt:
        """Post into the person's own conversation; the receipt is "channel:ts"."""
        user = one_line(recipient.slack_id)
        opened = self._call("conversations.open", {"users": user})
        channel = _text(opened, "channel", "id", acted=False)
        content = {
            "channel": channel,
            "text": message.subject,
            "mrkdwn": False,
            "blocks": alert_blocks(message),
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {
                "event_type": "namewatch_alert",
                "event_payload": {"delivery": delivery},
            },
        }
        posted = self._call("chat.postMessage", content, leaves_a_mark=True)
        return Receipt(f"{_text(posted, 'channel', acted=True)}:{_text(posted, 'ts', acted=True)}")

    def mark_seen(self, receipt: Receipt, words: str, record_link: str | None = None) -> None:
        """Put `words` in the place of an alert's text and leave only *Open record*."""
        channel, _, ts = receipt.code.partition(":")
        self._call("chat.update", _update(channel, ts, words, seen_blocks(words, record_link)))

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
        return _call(self._client, self._timeout, method, content, leaves_a_mark=leaves_a_mark)


class SlackListener:
    """Listens for presses over Socket Mode and connects again by itself until it is stopped."""

    def __init__(
        self,
        app_token: str,
        bot_token: str,
        on_press: Callable[[Press], str | None],
        base_url: str | None = None,
        *,
        ping_seconds: float = 3.0,
        timeout: float = 10.0,
    ) -> None:
        """`on_press` says in words what became of a press; without words its message stays.

        It may be called from many threads.
        A connection that stays silent for four times `ping_seconds` is made anew.
        """
        self._app_token = app_token
        self._web = _client(bot_token, base_url, timeout)
        self._timeout = timeout
        self._on_press = on_press
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
            logger=_silence,
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
                _log.warning("Slack: not connected for presses (%s)", _code(error))
                self._stopping.wait(wait)
                wait = min(wait * 2, _LONGEST_WAIT)
            else:
                return

    def _receive(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        with suppress(SlackClientError):  # Slack sends it again, and the press counts anyway
            client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
        pressed = read_press(request.type, request.envelope_id, request.payload)
        if pressed is None or not self._once.is_first(pressed):
            return
        press = pressed.press
        answer = self._answer(pressed)
        if answer is None:
            return
        try:
            content = _update(press.channel, press.ts, *answer)
            _call(self._web, self._timeout, "chat.update", content)
        except DeliveryError as error:
            _log.warning("Slack: the press is kept, its message not updated (%s)", error.code)

    def _answer(self, pressed: Pressed) -> tuple[str, list[Block]] | None:
        press = pressed.press
        try:
            words = self._on_press(press)
        except Exception as error:  # noqa: BLE001 - the presser must be told, whatever it was
            # Only the kind: the words of a fault may hold a name.
            _log.error("Slack: a press could not be kept (%s)", type(error).__name__)
            words = "That could not be kept. Please press again, or open the record."
            return words, retry_blocks(words, press.reference, pressed.record_link)
        return (words, seen_blocks(words, pressed.record_link)) if words else None


def _wake(client: SocketModeClient) -> None:
    """End the waits for bytes and messages, which closing would otherwise sit out."""
    client.closed = True
    client.message_queue.put(None)
    session = client.current_session
    with suppress(OSError):
        if session is not None and session.sock is not None:
            session.sock.shutdown(socket.SHUT_RDWR)


def _client(bot_token: str, base_url: str | None, timeout: float) -> WebClient:
    """Make a client that never tries again by itself: our own ledger decides about that."""
    return WebClient(
        token=bot_token,
        base_url=base_url or _BASE_URL,
        timeout=max(1, int(timeout)),
        retry_handlers=[],
        logger=_silence,
    )


def _update(channel: str, ts: str, words: str, blocks: list[Block]) -> dict[str, Any]:
    return {"channel": channel, "ts": ts, "text": one_line(words), "blocks": blocks}


def _call(
    client: WebClient,
    timeout: float,
    method: str,
    content: dict[str, Any],
    *,
    leaves_a_mark: bool = False,
) -> SlackResponse:
    """Call Slack within `timeout` altogether; with `leaves_a_mark` a late fault may have acted."""
    try:
        return within(timeout, lambda: client.api_call(method, json=content or None))
    except SlackApiError as error:
        raise _refusal(error, leaves_a_mark=leaves_a_mark) from None
    except (SlackClientError, OSError, HTTPException) as error:
        fault, acted = _code(error), leaves_a_mark and not _never_sent(error)
        raise DeliveryError(fault, permanent=False, may_have_arrived=acted) from None
    except (AttributeError, TypeError, ValueError, RecursionError):
        raise DeliveryError(
            "answer not understood", permanent=False, may_have_arrived=leaves_a_mark
        ) from None


def _refusal(error: SlackApiError, *, leaves_a_mark: bool) -> DeliveryError:
    answer: SlackResponse = error.response
    if answer.status_code == _TOO_MANY:
        asked = str(answer.headers.get("Retry-After", ""))
        wait = float(asked) if asked.isdecimal() else None
        return DeliveryError("too many at once", permanent=False, retry_after=wait)
    if not isinstance(answer.data, dict):
        fault = "answer not understood"
        return DeliveryError(fault, permanent=False, may_have_arrived=leaves_a_mark)
    code = _code(error)
    unsure = leaves_a_mark and answer.status_code >= 500  # noqa: PLR2004 - a fault of the server
    return DeliveryError(code, permanent=code in _PERMANENT, may_have_arrived=unsure)


def _code(error: Exception) -> str:
    """Name a fault in a few words of ours or of Slack's fixed list."""
    if isinstance(error, SlackApiError):
        answer: SlackResponse = error.response
        said = str(answer.data.get("error", "")) if isinstance(answer.data, dict) else ""
        return said if _WELL_KNOWN.fullmatch(said) else f"refused ({error.response.status_code})"
    return "out of time" if _timed_out(error) else "not reached"


def _timed_out(error: Exception) -> bool:
    return isinstance(error, TimeoutError) or isinstance(
        getattr(error, "reason", None), TimeoutError
    )


def _never_sent(error: Exception) -> bool:
    """Whether the connection never came about, so that nothing can have been done."""
    return isinstance(getattr(error, "reason", None), ConnectionRefusedError)


def _text(answer: SlackResponse, *path: str, acted: bool) -> str:
    value: Any = answer.data
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    if not isinstance(value, str):
        raise DeliveryError("answer not understood", permanent=False, may_have_arrived=acted)
    return value
