"""What an alert says: never a name, never a quote (policy-clauses D.5)."""

from dataclasses import dataclass

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
) -> Message:
    """Write the alert for somebody told in `role`; `severity` as in records.finding."""
    steps = pack.asking.steps
    return Message(
        reference=reference,
        kind=kind,
        subject=_subject(kind, reference, repeat=repeat),
        opening=pack.asking.severity[severity],  # type: ignore[index]
        steps=steps.get(role, steps["others"]),
        record_link=record_link,
        page_link=page_link if pack.alerting.page_link else None,
        reason=reason,
        repeat=repeat,
    )


def _subject(kind: AlertKind, reference: str, *, repeat: bool) -> str:
    words = {
        AlertKind.FIRST: f"Confidential: {reference} needs you today",
        AlertKind.WORSE: f"Confidential: {reference} has become more serious",
        AlertKind.REMINDER: f"Confidential: {reference} is still waiting for you",
        AlertKind.ESCALATION: f"Confidential: {reference} needs you now",
        AlertKind.TEST: "Test: this is how namewatch will reach you",
    }
    return words[kind] + (" (repeat)" if repeat else "")
