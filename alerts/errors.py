"""What can go wrong while telling somebody."""

from records.errors import NamewatchError


class DeliveryError(NamewatchError):
    """The alert was not taken."""

    def __init__(
        self,
        code: str,
        *,
        permanent: bool,
        retry_after: float | None = None,
        may_have_arrived: bool = False,
    ) -> None:
        """`code` is a short word for the record (never an address); `permanent`: don't try again.

        `retry_after` is how many seconds the other side asks us to wait. `may_have_arrived` says
        that the fault came too late to know: the next try has to be marked as a repeat.
        """
        super().__init__(f"The alert was not taken ({code}).")
        self.code = code
        self.permanent = permanent
        self.retry_after = retry_after
        self.may_have_arrived = may_have_arrived
