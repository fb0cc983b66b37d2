"""What can go wrong while watching."""

from records.errors import NamewatchError


class SourceError(NamewatchError):
    """This source could not be read."""

    def __init__(self, sentence: str | None = None, *, again: bool = True) -> None:
        """`again` says whether trying again can help (it can't when a sign-in is needed)."""
        super().__init__(sentence)
        self.again = again
