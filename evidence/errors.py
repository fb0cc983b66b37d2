"""What can go wrong while preserving and proving."""

from records.errors import NamewatchError


class EvidenceError(NamewatchError):
    """This evidence could not be preserved or read."""

    def __init__(self, sentence: str | None = None, *, again: bool = False) -> None:
        """`again` says whether trying again later can help."""
        super().__init__(sentence)
        self.again = again


class BundleError(EvidenceError):
    """This bundle is damaged, or is not what it says it is."""


class WrongKeyError(EvidenceError):
    """This bundle does not open with the key given."""


class StorageError(EvidenceError):
    """The evidence folder could not be written."""


class NotKeptError(StorageError):
    """There is no such piece of evidence."""


class ReferenceTakenError(EvidenceError):
    """The evidence folder already holds another record under this reference."""


class StampError(EvidenceError):
    """There is no time stamp that holds."""
