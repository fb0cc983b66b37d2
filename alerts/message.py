"""What an alert says: never a name, never a quote, and nothing in its subject."""

from dataclasses import dataclass

from alerts.plain import one_line
from policies.pack import Pack
from records.alert import AlertKind


@dataclass(frozen=True, slots=True)
class Message:
    """One alert in words, for any channel.

    `page_link` is the address of the post; only a channel that may carry it does so, last and
    under a plain warning. `steps` are what the reader is asked to do.
    """

    reference: str
    kind: AlertKind
    subject: str
    opening: str
    steps: tuple[str, ...]
    record_link: str
    page_link: str | None = None
    reason: str | None = None
    repeat: bool = False
    count: int = 1
    custody: str = ""
    """The newest number and hash of the custody log: told outside, it can't be altered unseen."""


def compose(
    kind: AlertKind,
    *,
    pack: Pack,
    reference: str,
    severity: str,
    role: str,
    record_link: str,
    page_link: str | None = None,
    reason: str | None = None,
    repeat: bool = False,
    count: int = 1,
    custody: str = "",
) -> Message:
    """Write the alert for somebody told in `role`; `severity` as in records.finding.

    `count` is how many posts the incident holds.
    """
    test = kind is AlertKind.TEST
    steps = pack.asking.steps
    return Message(
        reference=reference,
        kind=kind,
        subject=_subject(kind, reference, severity, repeat=repeat),
        opening=_TEST_OPENING if test else _opening(kind, pack.asking.severity[severity]),  # type: ignore[index]
        steps=_TEST_STEPS if test else steps.get(role, steps["others"]),
        record_link=record_link,
        page_link=page_link if pack.alerting.page_link and not test else None,
        reason=reason,
        repeat=repeat,
        count=count,
        custody=custody,
    )


_TEST_OPENING = "This is only a test. Nobody has been named."
_TEST_STEPS = ("Tell whoever sets this up that the test has reached you.",)
TEST_REFERENCE = "TEST"
"""Stands in a test where an incident's reference stands in an alert."""
_LEADS = {
    AlertKind.FIRST: "",
    AlertKind.WORSE: "This has become more serious. ",
    AlertKind.MORE: "There are further posts. ",
    AlertKind.REMINDER: "Nobody has said yet that they have seen this. ",
    AlertKind.ESCALATION: "Nobody has said yet that they have seen this, so you are asked. ",
}


def _opening(kind: AlertKind, sentence: str) -> str:
    return _LEADS[kind] + sentence


def _subject(kind: AlertKind, reference: str, severity: str, *, repeat: bool) -> str:
    when = "now" if severity in {"critical", "high"} else "today"
    words = {
        AlertKind.FIRST: f"Confidential: {reference} needs you {when}",
        AlertKind.WORSE: f"Confidential: {reference} needs you again {when}",
        AlertKind.MORE: f"Confidential: there is more under {reference}",
        AlertKind.REMINDER: f"Confidential: {reference} is still waiting for you",
        AlertKind.ESCALATION: f"Confidential: {reference} needs you {when}",
        AlertKind.TEST: "Test: this is how namewatch will reach you",
    }
    return words[kind] + (" (repeat)" if repeat else "")


def body_text(message: Message) -> str:
    """Write the alert as a mail; the page's address comes last, under a plain warning."""
    paragraphs = [
        message.opening,
        _asked(message.steps),
        f"Reference: {message.reference}",
        f"Open the record (you will be asked to sign in):\n{message.record_link}",
        _about(message),
        "Please do not forward this mail. The record shows who else has been told.",
        one_line(message.custody),
    ]
    if message.page_link:
        paragraphs.append(
            "--\nMay be distressing: the page where it was posted."
            f" The record is the safer place to look.\n{one_line(message.page_link)}"
        )
    return "\n\n".join(part for part in paragraphs if part) + "\n"


def _asked(steps: tuple[str, ...]) -> str:
    if len(steps) == 1:
        return f"What you are asked to do: {steps[0]}"
    numbered = (f"{number}. {step}" for number, step in enumerate(steps, start=1))
    return "\n".join(["What you are asked to do:", *numbered])


def _about(message: Message) -> str:
    sentences = []
    if message.count > 1:
        sentences.append(f"{message.count} posts belong to this record so far.")
    if message.reason:
        sentences.append(f"You are told {message.reason}.")
    if message.repeat:
        sentences.append("This is a repeat: the same mail may have reached you before.")
    return " ".join(sentences)
