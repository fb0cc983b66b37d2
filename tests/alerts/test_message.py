"""What an alert says, and what it never says."""

from itertools import product
from typing import get_args

import pytest

from alerts.message import Message, body_text, compose
from alerts.plain import lines, one_line
from policies.pack import Pack
from policies.pack_file import read_pack
from records.alert import AlertKind
from records.finding import Severity

SPSO, WICS = read_pack("spso"), read_pack("wics")
RECORD = "https://namewatch.seo.example/r/NW-2026-0041"
PAGE = "https://social.example/@stranger/fiona-macleod-is-a-liar"
ALERTING = [severity for severity in get_args(Severity) if severity != "none"]


def written(
    kind: AlertKind = AlertKind.FIRST,
    *,
    pack: Pack = SPSO,
    severity: str = "medium",
    role: str = "line_manager",
    page_link: str | None = PAGE,
    reason: str | None = "as line manager (SPSO 67.1)",
    repeat: bool = False,
    count: int = 1,
) -> Message:
    return compose(
        kind,
        pack=pack,
        reference="NW-2026-0041",
        severity=severity,
        role=role,
        record_link=RECORD,
        page_link=page_link,
        reason=reason,
        repeat=repeat,
        count=count,
    )


def test_the_whole_mail_to_a_line_manager() -> None:
    assert body_text(written()) == (
        "Someone may have been named online because of their work. This needs you today.\n"
        "\n"
        "What you are asked to do:\n"
        "1. Read this page on your own, where nobody can look over your shoulder.\n"
        "2. Tell the person who was named in private, as soon as you can."
        " Nobody else has told them.\n"
        "3. Ask what they would like to happen, and offer them support.\n"
        "\n"
        "Reference: NW-2026-0041\n"
        "\n"
        "Open the record (you will be asked to sign in):\n"
        f"{RECORD}\n"
        "\n"
        "You are told as line manager (SPSO 67.1).\n"
        "\n"
        "Please do not forward this mail. The record shows who else has been told.\n"
        "\n"
        "--\n"
        "May be distressing: the page where it was posted."
        " The record is the safer place to look.\n"
        f"{PAGE}\n"
    )


@pytest.mark.clause("SPSO 68")
@pytest.mark.clause("WICS Named ¶2")
@pytest.mark.parametrize(
    ("pack", "kind", "severity"), list(product([SPSO, WICS], AlertKind, ALERTING))
)
def test_a_subject_says_nothing_but_the_reference(
    pack: Pack, kind: AlertKind, severity: str
) -> None:
    subject = written(kind, pack=pack, severity=severity).subject
    if kind is not AlertKind.TEST:
        assert subject.startswith("Confidential: ")
        assert "NW-2026-0041" in subject
    for word in ("threat", "abuse", "named", "online", "staff", "fiona", "distress"):
        assert word not in subject.lower()


@pytest.mark.clause("SPSO 24")
def test_a_threat_is_asked_for_now_and_a_naming_today() -> None:
    assert written(severity="critical").subject.endswith("needs you now")
    assert written(severity="medium").subject.endswith("needs you today")


@pytest.mark.clause("SPSO 67.1")
@pytest.mark.clause("WICS Named ¶1")
@pytest.mark.parametrize("pack", [SPSO, WICS])
def test_the_pages_address_comes_last_and_once(pack: Pack) -> None:
    text = body_text(written(pack=pack))
    assert text.count(PAGE) == 1
    assert text.endswith(f"{PAGE}\n")
    assert text.index(RECORD) < text.index("May be distressing") < text.index(PAGE)


def test_a_pack_can_keep_the_pages_address_behind_the_sign_in() -> None:
    alerting = SPSO.alerting.model_copy(update={"page_link": False})
    message = written(pack=SPSO.model_copy(update={"alerting": alerting}))
    assert message.page_link is None
    assert "distressing" not in body_text(message)


def test_a_repeat_says_that_it_is_one() -> None:
    message = written(repeat=True)
    assert message.subject.endswith("(repeat)")
    assert "This is a repeat: the same mail may have reached you before." in body_text(message)
    assert "repeat" not in body_text(written())


def test_several_posts_are_counted() -> None:
    assert "3 posts belong to this record so far." in body_text(written(count=3))
    assert "posts belong" not in body_text(written(count=1))


def test_everybody_is_asked_what_their_role_does_and_others_to_decide_who_acts() -> None:
    assert written(role="hr_officer").steps == SPSO.asking.steps["hr_officer"]
    assert written(role="director").steps == SPSO.asking.steps["others"]
    assert "What you are asked to do: " in body_text(written(role="director"))


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (AlertKind.MORE, "further posts"),
        (AlertKind.WORSE, "has become more serious"),
        (AlertKind.REMINDER, "Nobody has said yet that they have seen this. "),
        (AlertKind.ESCALATION, "so you are asked"),
    ],
)
def test_every_later_alert_says_why_it_comes(kind: AlertKind, words: str) -> None:
    assert words in written(kind).opening


def test_a_test_alarms_nobody_and_has_no_page() -> None:
    message = written(AlertKind.TEST, severity="critical")
    assert message.opening == "This is only a test. Nobody has been named."
    assert message.page_link is None
    assert "threat" not in body_text(message)


def test_an_address_can_not_break_out_of_its_line() -> None:
    text = body_text(written(page_link="https://x.example/\r\nPlease\u2028click\x00 here"))
    assert text.endswith("\nhttps://x.example/Pleaseclick here\n")


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("a\r\nb", "ab"),
        ("a\x00\x1b[31mb", "a[31mb"),
        ("a\u202eb\u200bc\ufeff", "abc"),
        ("a\ud800b\U000f0000c", "abc"),
        (" Mòrag, 1ˢᵗ 👩 ", "Mòrag, 1ˢᵗ 👩"),
    ],
)
def test_hidden_characters_are_left_out(dirty: str, clean: str) -> None:
    assert one_line(dirty) == clean


def test_a_text_keeps_its_lines() -> None:
    assert lines("a\x00\nb\r\n\nc") == "a\nb\n\nc"


def test_the_head_of_the_custody_log_goes_along_in_a_line_of_its_own() -> None:
    told = "custody 41 · 3f9c1b22d0aa4e7f9012"
    message = compose(
        AlertKind.FIRST,
        pack=SPSO,
        reference="NW-2026-0041",
        severity="medium",
        role="line_manager",
        record_link=RECORD,
        page_link=PAGE,
        custody=told,
    )
    assert f"\n\n{told}\n\n--\nMay be distressing" in body_text(message)
    assert told not in message.subject
    assert "custody" not in body_text(written())
