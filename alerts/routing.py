"""Who is told, as a pure function of the policy pack and who is named."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from policies.pack import LINE_MANAGER, Pack
from records.organisation import Organisation
from records.roster import Roster


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who is to be told: as whom, and why it is them."""

    staff_id: str
    role: str
    reason: str


@dataclass(frozen=True, slots=True)
class Routing:
    """Everybody who is told, and the places that nobody could fill."""

    recipients: tuple[Recipient, ...]
    unfilled: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """About whom, and on which day; `barred` are those in conflict with the incident."""

    named: str | None
    alongside: frozenset[str]
    day: date
    barred: frozenset[str] = frozenset()

    @property
    def excluded(self) -> frozenset[str]:
        """Everybody who must not be told: the named, those alongside, those in conflict."""
        own = {self.named} if self.named else set()
        return self.alongside | self.barred | own
