"""What the person named may write into the record themselves, on a page of their own."""

from collections.abc import Iterator

from casework.step_parts import Part, Sort
from casework.step_rules import Kind, Known, Proposed

OWN = frozenset({"wishes", "shown", "personal-record", "leadership-view"})
"""The kinds of steps that they may take, and no others (SPSO 69, 71; WICS Named ¶3, ¶5)."""


def _somebody_is_named(step: Proposed, known: Known) -> Iterator[str]:
    del step
    if known.named is None:
        yield "Nobody on the staff is named in this incident."


def _told_before_answering(step: Proposed, known: Known) -> Iterator[str]:
    if step.code("answer") != "asked" and known.newest("told-in-private") is None:
        yield "Record first that the person was told in private (told-in-private)."


def _only_others_ask(step: Proposed, known: Known) -> Iterator[str]:
    if step.code("answer") == "asked" and step.actor == known.named:
        yield "The person named answers; somebody else asks."


KINDS_OWN: tuple[Kind, ...] = (
    Kind(
        "leadership-view",
        "Whether the leadership may be told who was named: what the person says",
        ("SPSO 71", "SPSO 68", "WICS Named ¶5"),
        (Part("answer", Sort.CHOICE, ("asked", "say-who", "do-not-say-who", "no-view")),),
        checks=(_somebody_is_named, _told_before_answering, _only_others_ask),
    ),
)
