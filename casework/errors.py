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


class HeldError(CaseworkError):
    """A legal hold stands on this incident: nothing of it may be erased before it is released."""


class NotHeldError(CaseworkError):
    """There is no legal hold on this incident."""


class NotSeenError(CaseworkError):
    """Nobody has said yet that they have seen this incident, so nothing of it may be erased."""


class NoSuchExhibitError(CaseworkError):
    """There is no such exhibit in this incident, or it has been erased."""


class StepUnfitError(CaseworkError):
    """This step can't be recorded so."""

    def __init__(self, *faults: str) -> None:
        """`faults` are sentences, best a casework.step_parts.Fault each."""
        super().__init__(" ".join(faults) or None)
        self.faults = faults


class DecidedMeanwhileError(CaseworkError):
    """Somebody else has recorded this meanwhile, and nothing of yours was kept."""

    def __init__(self, message: str | None = None, *, subject: str = "", revision: int = 0) -> None:
        """`subject` and `revision` say which step stands there."""
        super().__init__(message)
        self.subject, self.revision = subject, revision
