"""By which channels somebody is told at once, and which stand by, as a pure function.

| channel | at once | stands by |
|---|---|---|
| those of `at_once` that reach the person | always | |
| a text message, which only sends its reader elsewhere | for what is critical | otherwise |
| the communications manager's private Slack channel | always | |
| every other | if none of `at_once` reaches the person | otherwise |

A channel that stands by goes out after five minutes, or as soon as another one has failed, unless
one that tells the person what is asked has been accepted by then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from alerts.channels import email, notify, slack, slack_room

SECOND_AFTER = timedelta(minutes=5)
AT_ONCE = (email.NAME, slack.NAME)
"""Unless settings say otherwise."""
NUDGES = frozenset({notify.SMS})
LINES = frozenset({slack_room.NAME})


@dataclass(frozen=True, slots=True)
class Way:
    """One channel; `stands_by`: only if the others have not reached the person."""

    channel: str
    stands_by: bool = False


def tells(channel: str) -> bool:
    """Whether a message by this channel tells its reader what is asked of them."""
    return channel not in NUDGES | LINES


def ways(
    reaching: Sequence[str], *, severity: str, at_once: Sequence[str] = AT_ONCE
) -> tuple[Way, ...]:
    """How to use the channels that reach somebody."""
    full = [name for name in reaching if tells(name)]
    first = {name for name in full if name in at_once} or set(full[:1])
    rings = NUDGES if severity == "critical" or not first else frozenset[str]()
    now = first | LINES | rings
    return tuple(Way(name, stands_by=name not in now) for name in reaching)
