"""What can go wrong at the console's door."""

from records.errors import NamewatchError


class ConsoleError(NamewatchError):
    """The console can't do this."""


class TooManyTriesError(ConsoleError):
    """Too many tries; wait a while."""


class OwnPageShutError(ConsoleError):
    """This page is not open in this browser; enter its code again."""


class CodeNeededError(ConsoleError):
    """Only with the set-up code, and only where it leads."""

    def __init__(self, leads_to: str) -> None:
        super().__init__()
        self.leads_to = leads_to


class SignInNeededError(ConsoleError):
    """Sign in first."""

    def __init__(self, reference: str = "") -> None:
        super().__init__()
        self.reference = reference


class ProveAgainError(ConsoleError):
    """Sign in once more before you do this."""

    def __init__(self, back: str) -> None:
        super().__init__()
        self.back = back


class ProviderError(ConsoleError):
    """The identity provider does not answer as it should."""
