"""Calls of Slack's Web API: each within a time, never made twice by itself, logged nowhere."""

import logging
import re
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from alerts.errors import DeliveryError
from alerts.within import within

_BASE_URL = "https://slack.com/api/"
_TOO_MANY = 429
_LOOKED_BACK = 100
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

# The client logs message texts, addresses and answers; none of that may be written down.
silence = logging.getLogger(__name__)
silence.addHandler(logging.NullHandler())
silence.propagate = False
silence.setLevel(logging.CRITICAL + 1)


def client(bot_token: str, base_url: str | None, timeout: float) -> WebClient:
    """Make a client that never tries again by itself: our own ledger decides about that."""
    return WebClient(
        token=bot_token,
        base_url=base_url or _BASE_URL,
        timeout=max(1, int(timeout)),
        retry_handlers=[],
        logger=silence,
    )


def call(
    web: WebClient,
    timeout: float,
    method: str,
    content: dict[str, Any],
    *,
    leaves_a_mark: bool = False,
    asks: bool = False,
) -> SlackResponse:
    """Call Slack within `timeout` altogether; with `leaves_a_mark` a late fault may have acted.

    `asks`: one of the methods that only read, which take no JSON.
    """

    def made() -> SlackResponse:
        if asks:
            return web.api_call(method, http_verb="GET", params=content)
        return web.api_call(method, json=content or None)

    try:
        return within(timeout, made)
    except SlackApiError as error:
        raise _refusal(error, leaves_a_mark=leaves_a_mark) from None
    except (SlackClientError, OSError, HTTPException) as error:
        fault, acted = code_of(error), leaves_a_mark and not _never_sent(error)
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
    code = code_of(error)
    unsure = leaves_a_mark and answer.status_code >= 500  # noqa: PLR2004 - a fault of the server
    return DeliveryError(code, permanent=code in _PERMANENT, may_have_arrived=unsure)


def code_of(error: Exception) -> str:
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


def text_of(answer: SlackResponse, *path: str, acted: bool) -> str:
    """The text at this place; raises DeliveryError, which says whether the call `acted`."""
    value: Any = answer.data
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    if not isinstance(value, str):
        raise DeliveryError("answer not understood", permanent=False, may_have_arrived=acted)
    return value


def posted_before(web: WebClient, timeout: float, channel: str, delivery: str) -> str | None:
    """The receipt of this delivery, if it stands in the conversation already; before a repeat.

    None also where Slack won't say (docs/how-to/slack.md): better twice than never. Nothing of a
    message is looked at but the mark that ours carry.
    """
    asked = {"channel": channel, "limit": str(_LOOKED_BACK), "include_all_metadata": "true"}
    try:
        answer = call(web, timeout, "conversations.history", asked, asks=True)
    except DeliveryError:
        return None
    messages = answer.data.get("messages") if isinstance(answer.data, dict) else None
    for one in messages if isinstance(messages, list) else ():
        if isinstance(one, dict) and _mark_of(one) == delivery and isinstance(one.get("ts"), str):
            return f"{channel}:{one['ts']}"
    return None


def mark(delivery: str) -> dict[str, Any]:
    """What tells a message of ours from all others, for `posted_before`."""
    return {"event_type": "namewatch_alert", "event_payload": {"delivery": delivery}}


def _mark_of(message: dict[str, Any]) -> object:
    told = message.get("metadata")
    payload = told.get("event_payload") if isinstance(told, dict) else None
    return payload.get("delivery") if isinstance(payload, dict) else None
