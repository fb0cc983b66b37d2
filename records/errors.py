"""The two kinds of fault that every room may raise."""

from pathlib import Path


class NamewatchError(Exception):
    """namewatch could not do this."""

    def __init__(self, sentence: str | None = None) -> None:
        """`sentence` is shown to people; it holds no name, post text, address or token."""
        super().__init__(sentence or (self.__doc__ or "").strip())


class ConfigurationError(NamewatchError):
    """Something in the configuration has to be put right before namewatch can go on."""

    def __init__(self, sentence: str, *, file: Path | None = None, line: int | None = None) -> None:
        """Say which file and line, what is wrong and what to do."""
        place = "" if file is None else f"{file}: " if line is None else f"{file}, line {line}: "
        super().__init__(place + sentence)
        self.sentence = sentence
        self.file = file
        self.line = line
