"""Which channels go out at once, and which stand by."""

import pytest

from alerts.order import Way, tells, ways

ALL = ("email", "slack", "slack_room", "notify_email", "notify_sms", "teams")


def at_once(found: tuple[Way, ...]) -> list[str]:
    return [way.channel for way in found if not way.stands_by]


@pytest.mark.parametrize(
    ("reaching", "severity", "now"),
    [
        (ALL, "medium", ["email", "slack", "slack_room"]),
        (ALL, "critical", ["email", "slack", "slack_room", "notify_sms"]),
        (("email",), "low", ["email"]),
        (("slack", "teams"), "high", ["slack"]),
        (("notify_email", "teams"), "high", ["notify_email"]),
        (("notify_sms", "teams"), "high", ["teams"]),
        (("notify_sms",), "low", ["notify_sms"]),
        ((), "critical", []),
    ],
)
def test_what_goes_out_at_once(reaching: tuple[str, ...], severity: str, now: list[str]) -> None:
    found = ways(reaching, severity=severity)
    assert at_once(found) == now
    assert tuple(way.channel for way in found) == reaching


def test_a_body_may_choose_what_goes_out_at_once() -> None:
    assert at_once(ways(ALL, severity="low", at_once=("teams",))) == ["slack_room", "teams"]


def test_somebody_whom_anything_reaches_is_never_left_waiting() -> None:
    for severity in ("critical", "high", "medium", "low"):
        for name in ALL:
            assert at_once(ways((name,), severity=severity)) == [name]


def test_a_text_message_or_a_line_tells_nobody_what_is_asked() -> None:
    assert [name for name in ALL if not tells(name)] == ["slack_room", "notify_sms"]
