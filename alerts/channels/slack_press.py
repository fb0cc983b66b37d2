"""Read a button press out of what Slack sends; whatever is not exactly one is left alone."""

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from alerts.channels.slack_blocks import ANSWERS, OPEN

_ID = re.compile(r"[A-Z0-9]{1,32}")
_TIME = re.compile(r"\d{1,12}\.\d{1,12}")
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")
_ENVELOPE = re.compile(r"[A-Za-z0-9-]{1,64}")
_REMEMBERED = 4096
DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Press:
    """Somebody pressed a button; who they are to us is for the receiver to check."""

    slack_user_id: str
    action: str
    reference: str
    envelope_id: str
    channel: str
    ts: str
    pressed_at: float = field(default=0.0, compare=False)
    """By Slack's clock, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What stands in the alert's place after a press.

    `settled`: nothing is left to be pressed but *Open record*.
    """

    words: str
    settled: bool = True


@dataclass(frozen=True, slots=True)
class Pressed:
    """A press, the moment that tells it from another one, and what its message held."""

    press: Press
    at: str
    record_link: str | None
    offered: tuple[str, ...] = ()
    """The actions that could be pressed."""


def is_a_press(kind: str, payload: object) -> bool:
    """Whether this is a press of any button but the link to the record, ours or not."""
    if kind != "interactive" or _dig(payload, "type") != "block_actions":
        return False
    actions = _dig(payload, "actions")
    one = actions[0] if isinstance(actions, list) and len(actions) == 1 else None
    return bool(_dig(one, "action_id") != OPEN)


def read_press(kind: str, envelope_id: object, payload: object) -> Pressed | None:
    """Read one press of a known button, or None."""
    if kind != "interactive" or _dig(payload, "type") != "block_actions":
        return None
    actions = _dig(payload, "actions")
    if not isinstance(actions, list) or len(actions) != 1:
        return None
    action = _dig(actions[0], "action_id")
    if not isinstance(action, str) or action not in ANSWERS:
        return None
    wanted = (
        (_dig(payload, "user", "id"), _ID),
        (_dig(actions[0], "value"), _REFERENCE),
        (envelope_id, _ENVELOPE),
        (_dig(payload, "container", "channel_id"), _ID),
        (_dig(payload, "container", "message_ts"), _TIME),
        (_dig(actions[0], "action_ts"), _TIME),
    )
    found = [text for text, form in wanted if isinstance(text, str) and form.fullmatch(text)]
    if len(found) != len(wanted):
        return None
    user, reference, envelope, channel, ts, at = found
    press = Press(user, action, reference, envelope, channel, ts, pressed_at=float(at))
    buttons = list(_buttons(payload))
    shown = [_dig(one, "action_id") for one in buttons]
    return Pressed(press, at, _record_link(buttons), tuple(one for one in ANSWERS if one in shown))


def _buttons(payload: object) -> Iterator[object]:
    """Everything that stands in a row of the message."""
    blocks = _dig(payload, "message", "blocks")
    for block in blocks if isinstance(blocks, list) else ():
        elements = _dig(block, "elements")
        yield from elements if isinstance(elements, list) else ()


def _record_link(buttons: Iterable[object]) -> str | None:
    for one in buttons:
        link = _dig(one, "url")
        if _dig(one, "action_id") == OPEN and isinstance(link, str):
            return link if re.fullmatch(r"https?://\S{1,500}", link) else None
    return None


def _dig(value: object, *path: str) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


class Once:
    """Lets each envelope and each press through a single time while the program runs."""

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[str, ...], None] = OrderedDict()
        self._lock = Lock()

    def is_first(self, pressed: Pressed) -> bool:
        """Whether neither this envelope nor this press came before; remembers both."""
        with self._lock:
            new = not any(key in self._seen for key in _keys(pressed))
            for key in _keys(pressed):
                self._seen[key] = None
            while len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)
            return new


def _keys(pressed: Pressed) -> tuple[tuple[str, ...], ...]:
    press = pressed.press
    return (
        ("envelope", press.envelope_id),
        ("press", press.slack_user_id, press.action, press.channel, press.ts, pressed.at),
    )
