"""What can go wrong while watching."""

from records.errors import NamewatchError


class SourceError(NamewatchError):
    """This source could not be read."""

    def __init__(
        self, sentence: str | None = None, *, again: bool = True, wait_seconds: float | None = None
    ) -> None:
        """`again` says whether trying again can help (it can't when a sign-in is needed).

        `wait_seconds` is how long the platform asks us to wait before that.
        """
        super().__init__(sentence)
        self.again = again
        self.wait_seconds = wait_seconds
