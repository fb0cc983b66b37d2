"""What can go wrong at the console's door."""

from records.errors import NamewatchError


class ConsoleError(NamewatchError):
    """The console can't do this."""


class TooManyTriesError(ConsoleError):
    """Too many tries; wait a while."""


class SignInNeededError(ConsoleError):
    """Sign in first."""

    def __init__(self, reference: str = "") -> None:
        super().__init__()
        self.reference = reference
