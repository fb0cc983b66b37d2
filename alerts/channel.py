"""What every channel keeps to."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
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


class Fate(StrEnum):
    """What became of an alert after a channel had taken it."""

    UNDERWAY = "underway"
    ARRIVED = "arrived"
    REFUSED = "refused"
    """For good: there is no such address."""
    GIVEN_UP = "given up"
    """For now: it could not be brought there in time."""


AskFate = Callable[[Receipt], Fate]


def follows(channel: Channel) -> AskFate | None:
    """How to ask a channel what became of an alert; None where it can't be asked.

    What is returned raises DeliveryError when there is no answer.
    """
    return getattr(channel, "fate", None)


def readers(channel: Channel) -> frozenset[str]:
    """The staff ids of everybody who reads what is delivered there; empty for a private message."""
    ids: frozenset[str] = getattr(channel, "readers", frozenset())
    return ids
