"""What can go wrong in casework."""

from records.errors import NamewatchError


class CaseworkError(NamewatchError):
    """This can't be done with this incident."""


class NoSuchIncidentError(CaseworkError):
    """There is no incident with this reference."""


class NotAllowedError(CaseworkError):
    """You may not do this with this incident."""


class KeyDestroyedError(CaseworkError):
    """This record has been erased; its key no longer exists."""


class VerdictUnfitError(CaseworkError):
    """This can't be said of this incident."""
