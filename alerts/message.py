"""What an alert says: never a name, never a quote, and nothing in its subject."""

from dataclasses import dataclass

from alerts.plain import one_line
from alerts.wording import wording
from policies.pack import Pack
from records.alert import AlertKind

TEST_REFERENCE = "TEST"
"""Stands in a test where an incident's reference stands in an alert."""


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
    urgent: bool = False
    """Whether it is asked for now, and not only today."""
    telling: bool = False
    """Whether somebody was named who is to be told in private, so that this can be answered."""

    @property
    def when(self) -> str:
        """By when somebody is needed, in a word."""
        return "now" if self.urgent else "today"


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
    telling: bool = False,
) -> Message:
    """Write the alert for somebody told in `role`; `severity` as in records.finding.

    `count` is how many posts the incident holds; `telling`: somebody is to be told in private.
    """
    words, test, said = wording(), kind is AlertKind.TEST, kind is AlertKind.SAID
    steps = {"others": words.said.steps} if said else pack.asking.steps
    urgent = severity in {"critical", "high"}
    subject = words.subject[kind].format(
        reference=reference, when="now" if urgent else "today", count=count
    )
    return Message(
        reference=reference,
        kind=kind,
        subject=f"{subject} (repeat)" if repeat else subject,
        opening=_opening(kind, pack, severity),
        steps=words.test.steps if test else steps.get(role, steps["others"]),
        record_link=record_link,
        page_link=page_link if pack.alerting.page_link and not (test or said) else None,
        reason=reason,
        repeat=repeat,
        count=count,
        custody=custody,
        urgent=urgent,
        telling=telling and not (test or said),
    )


def _opening(kind: AlertKind, pack: Pack, severity: str) -> str:
    """How serious it is stands in every alert but these two, which are about something else."""
    words = wording()
    if kind is AlertKind.TEST:
        return words.test.opening
    if kind is AlertKind.SAID:
        return words.lead[kind]
    return words.lead[kind] + pack.asking.severity[severity]  # type: ignore[index]


def body_text(message: Message) -> str:
    """Write the alert as a mail; the page's address comes last, under a plain warning."""
    words = wording().body
    lead = words.tested if message.kind is AlertKind.TEST else words.record
    paragraphs = [
        message.opening,
        _asked(message.steps),
        words.reference.format(reference=message.reference),
        f"{lead}\n{message.record_link}",
        _about(message),
        words.forward,
        one_line(message.custody),
    ]
    if message.page_link:
        paragraphs.append(f"--\n{words.page}\n{one_line(message.page_link)}")
    return "\n\n".join(part for part in paragraphs if part) + "\n"


def _asked(steps: tuple[str, ...]) -> str:
    words = wording().body
    if len(steps) == 1:
        return f"{words.asked} {steps[0]}"
    numbered = (f"{number}. {step}" for number, step in enumerate(steps, start=1))
    return "\n".join([words.asked, *numbered])


def _about(message: Message) -> str:
    words = wording().body
    sentences = []
    if message.count > 1:
        sentences.append(words.count.format(count=message.count))
    if message.reason:
        sentences.append(f"You are told {message.reason}.")
    if message.repeat:
        sentences.append(words.repeat)
    return " ".join(sentences)
