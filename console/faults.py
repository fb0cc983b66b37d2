"""What was wrong with a form, for the summary at its top and beside each question."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to put right: the id of the field, and one sentence."""

    field: str
    text: str


def fault_list(faults: Sequence[Fault]) -> list[dict[str, str]]:
    """For `errorList` of the error summary: each links to its field."""
    return [{"text": one.text, "href": f"#{one.field}"} for one in faults]


def fault_at(faults: Sequence[Fault], field: str) -> dict[str, str] | None:
    """For `errorMessage` of the field: its own sentences, or None."""
    own = [one.text for one in faults if one.field == field]
    return {"text": " ".join(own)} if own else None
