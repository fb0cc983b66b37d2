"""Faults of the language part."""

from records.errors import NamewatchError


class LanguageError(NamewatchError):
    """A post could not be screened."""


class RulesInvalidError(LanguageError):
    """A table of language rules is not in order."""


class EntityModelMissingError(LanguageError):
    """The language model for names is not installed; install namewatch again."""


class ModelDamagedError(LanguageError):
    """The language model is missing or not the one that was shipped."""

    def __init__(self, file: str) -> None:
        super().__init__(
            f"The language model is missing or damaged (nlp/model/{file}). "
            "Install namewatch again, or go on without the model by --rules-only."
        )
