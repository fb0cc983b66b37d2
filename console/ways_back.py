"""Where somebody may be led after signing in: pages of ours, and nothing else."""

import re
from dataclasses import dataclass

from console.front import known_form

_PARTS = (
    "account|break-glass|digest|inbox|r|registers|report|retention|say|set-up|status|test-alert"
    "|triage"
)
_KNOWN = re.compile(
    rf"/(?:{_PARTS})(?:/(?:[a-z][a-z0-9-]{{0,39}}|NW-[0-9]{{4}}-[0-9]{{4,9}}|[0-9]{{1,9}})){{0,5}}"
)


def known_way(address: str) -> str:
    """`address` if it is one of ours that a browser may be sent to, else nothing."""
    return address if _KNOWN.fullmatch(address) else ""


@dataclass(frozen=True, slots=True)
class Place:
    """What somebody wanted to see before they had to sign in: a record, or another page."""

    reference: str = ""
    back: str = ""

    @classmethod
    def asked(cls, reference: str = "", back: str = "") -> "Place":
        """Only what is known; whatever else was asked for is dropped."""
        return cls(known_form(reference), known_way(back))

    @property
    def address(self) -> str:
        """Where that is; empty when nothing was asked for."""
        return self.back or (f"/r/{self.reference}" if self.reference else "")

    def carried_to(self, path: str) -> str:
        """`path` with what is needed to come back here."""
        if self.back:
            return f"{path}?back={self.back}"
        return f"{path}?r={self.reference}" if self.reference else path
