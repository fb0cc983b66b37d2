"""The wishes of the person named: asked before anything is done, and weighed in writing."""

from collections.abc import Iterator

from casework.step_parts import Fault
from casework.step_rules import Known, Proposed

_FITTING = {
    "view": frozenset({"with", "against"}),
    "no-view": frozenset({"no-view"}),
    "asked": frozenset({"not-asked"}),
    "not-yet-asked": frozenset({"not-asked"}),
}
"""What may be said of a step beside each answer of theirs."""


def faults_of_wishes(step: Proposed, known: Known) -> Iterator[str]:
    """What is wrong with acting so (SPSO 69, WICS Named ¶3)."""
    said = step.code("wishes")
    if known.named is None:
        if said != "nobody-named":
            yield Fault("wishes", "Nobody on the staff is named here: wishes is nobody-named.")
        return
    asked = known.newest("wishes")
    if asked is None:
        yield Fault(
            "wishes",
            "Record first what the person named would like to happen (wishes).",
            "Record first what the person named would like to happen.",
            needs="wishes",
        )
        return
    answer = asked.given.code("answer")
    if said not in _FITTING[answer]:
        fitting = " or ".join(sorted(_FITTING[answer]))
        yield Fault(
            "wishes",
            f"Their answer stands as {answer}: wishes is {fitting}.",
            "This does not fit what the person named has said. Look at it again.",
        )


def fitting(known: Known) -> frozenset[str]:
    """What may be said about wishes now, of a step that acts; empty before they were asked."""
    if known.named is None:
        return frozenset({"nobody-named"})
    asked = known.newest("wishes")
    return _FITTING[asked.given.code("answer")] if asked else frozenset()
