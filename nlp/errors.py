"""Faults of the language part."""

from records.errors import NamewatchError


class LanguageError(NamewatchError):
    """A post could not be screened."""


class RulesInvalidError(LanguageError):
    """A table of language rules is not in order."""


class EntityModelMissingError(LanguageError):
    """The language model for names is not installed; install namewatch again."""
