"""What can go wrong while telling somebody."""

from records.errors import NamewatchError


class DeliveryError(NamewatchError):
    """The alert was not taken."""

    def __init__(self, code: str, *, permanent: bool) -> None:
        """`code` is a short word for the record (never an address); `permanent`: don't try again."""
        super().__init__(f"The alert was not taken ({code}).")
        self.code = code
        self.permanent = permanent
