"""Faults of the language part."""

from records.errors import NamewatchError


class LanguageError(NamewatchError):
    """A post could not be screened."""


class RulesInvalidError(LanguageError):
    """A table of language rules is not in order."""


class ModelDamagedError(LanguageError):
    """The language model is missing or not the one that was shipped."""

    def __init__(self, file: str) -> None:
        super().__init__(
            f"The language model is missing or damaged (nlp/model/{file}). "
            "Install namewatch again, or go on without the model by --rules-only."
        )


class NamesModelDamagedError(LanguageError):
    """The model for names is missing or not the one that was shipped."""

    def __init__(self, file: str) -> None:
        super().__init__(
            f"The model for names is missing or damaged (nlp/names_model/{file}). "
            "Install namewatch again, or go on without the model by --rules-only."
        )
