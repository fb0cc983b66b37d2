"""What can go wrong while watching."""

from enum import StrEnum

from records.errors import NamewatchError


class Why(StrEnum):
    """What kind of fault it is, by which it is known what to do about it."""

    NOT_REACHED = "not reached"
    SIGN_IN = "sign-in"
    FORBIDDEN = "forbidden"
    ABSENT = "absent"
    SWITCHED_OFF = "switched off"
    NOT_UNDERSTOOD = "not understood"
    """The platform does not understand us."""
    ODD_ANSWER = "odd answer"
    """We do not understand the platform."""
    TOO_OFTEN = "too often"
    USED_UP = "used up"
    """Nothing more may be asked for today."""
    UNPAID = "unpaid"
    THEIR_FAULT = "their fault"
    OTHER = "other"


class SourceError(NamewatchError):
    """This source could not be read."""

    def __init__(
        self,
        sentence: str | None = None,
        *,
        again: bool = True,
        wait_seconds: float | None = None,
        why: Why = Why.OTHER,
    ) -> None:
        """`again` says whether trying again can help (it can't when a sign-in is needed).

        `wait_seconds` is how long the platform asks us to wait before that.
        """
        super().__init__(sentence)
        self.again = again
        self.wait_seconds = wait_seconds
        self.why = why
