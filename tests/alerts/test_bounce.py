"""Bounces are read, told apart, and believed only about mails of ours."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.bounce import Bounce, read_bounce
from alerts.channel import Fate
from tests.servers.bounced import old_words, reply, report

OURS = f"<{'0a' * 16}@slo.example>"


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822"])
@pytest.mark.parametrize(
    ("action", "status", "fate"),
    [
        ("failed", "5.1.1", Fate.REFUSED),
        ("failed", "5.7.1", Fate.REFUSED),
        ("failed", "4.4.7", Fate.GIVEN_UP),
        ("delayed", "4.4.1", Fate.UNDERWAY),
    ],
)
def test_what_lasts_what_was_given_up_and_what_is_late_are_told_apart(
    action: str, status: str, fate: Fate, kind: str
) -> None:
    raw = report(OURS, action=action, status=status, kind=kind)  # type: ignore[arg-type]
    assert read_bounce(raw) == Bounce(OURS, fate, status)


@pytest.mark.parametrize("action", ["delivered", "relayed"])
def test_good_news_is_no_bounce(action: str) -> None:
    raw = report(OURS, action=action, status="2.0.0")  # type: ignore[arg-type]
    assert read_bounce(raw) is None


def test_a_mail_system_that_writes_as_it_likes_is_understood_too() -> None:
    assert read_bounce(old_words(OURS)) == Bounce(OURS, Fate.REFUSED, "5.0.0")
    assert read_bounce(old_words(OURS, "452")) == Bounce(OURS, Fate.GIVEN_UP, "4.0.0")


@pytest.mark.parametrize(
    "raw",
    [
        reply(OURS),
        reply(OURS, automatic=True),
        report("<an-id-of-another@slo.example>"),
        b"",
        b"\xff" * 1000,
        b"From: MAILER-DAEMON@x.example\r\n\r\n550 no",
        report(OURS).replace(b"Action: failed", b""),
        report(OURS).replace(b"message/delivery-status", b"text/plain"),
        b"Content-Type: multipart/report; boundary=\r\n\r\n",
        b"Content-Type: multipart/report; boundary=b\r\n\r\n" + b"--b\r\n" * 5000,
    ],
    ids=[
        "a reply",
        "a note of absence",
        "about another mail",
        "nothing",
        "no text",
        "about no mail",
        "no action",
        "no status part",
        "no boundary",
        "many parts",
    ],
)
def test_everything_else_is_no_bounce(raw: bytes) -> None:
    assert read_bounce(raw) is None


def test_no_address_leaves_it() -> None:
    raw = report(OURS, status="5.1.1 <s003@slo.example>")
    assert read_bounce(raw) == Bounce(OURS, Fate.REFUSED, "5.1.1")


@settings(max_examples=100)
@given(st.binary(max_size=300), st.integers(0, 900))
def test_no_mail_whatever_makes_reading_it_fail(noise: bytes, at: int) -> None:
    whole = report(OURS)
    read_bounce(whole[:at] + noise + whole[at:])
