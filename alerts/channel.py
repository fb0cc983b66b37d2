"""What every channel keeps to."""

from dataclasses import dataclass
from typing import Protocol

from alerts.message import Message
from records.roster import StaffMember


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the channel said when it took the alert; `code` finds the message again."""

    code: str


class Channel(Protocol):
    """A way to tell one person something in confidence."""

    @property
    def name(self) -> str:
        """Stable: deliveries are kept under it."""

    def reaches(self, recipient: StaffMember) -> bool:
        """Whether this person has an address on this channel."""

    def deliver(self, message: Message, recipient: StaffMember, delivery: str) -> Receipt:
        """Hand the alert over; `delivery` is the same for every try of one delivery.

        Raises DeliveryError, which says whether trying again can help.
        """

    def check(self) -> str | None:
        """Test credentials and reach without telling anybody; a plain sentence if not well."""
