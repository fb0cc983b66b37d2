"""Reads whether a name in a text is a person, a place or a company; one hint among others.

The shipped reader is spaCy's small English one, taught further on social posts
(nlp/names_model/README.md).
"""

import hashlib
import threading
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from nlp.errors import NamesModelDamagedError
from nlp.loading import LOADING

if TYPE_CHECKING:
    from spacy.language import Language

Label = Literal["person", "other"]

_WINDOW = 600
"""Characters read on each side of a name; a name's meaning does not hang on more."""

_PERSON = "PERSON"
_THINGS = frozenset({"FAC", "GPE", "LOC", "PRODUCT", "WORK_OF_ART", "EVENT"})


@dataclass(frozen=True, slots=True)
class Entity:
    """A named thing at code-point offsets of the text that was read."""

    start: int
    end: int
    label: Label


class EntityReader(Protocol):
    """Finds named things in a text."""

    def read(self, text: str) -> list[Entity]:
        """All named things, in order."""
        ...

    def warm(self) -> None:
        """Load what reading needs."""
        ...


def check(folder: Path) -> None:
    """Compare the sha256 of each file of the model with its manifest's."""
    try:
        manifest = tomllib.loads((folder / "model.toml").read_text(encoding="utf-8"))
        sums: dict[str, str] = manifest["sha256"]
    except (OSError, ValueError, KeyError):
        raise NamesModelDamagedError("model.toml") from None
    for name, wanted in sums.items():
        try:
            found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        except OSError:
            raise NamesModelDamagedError(name) from None
        if found != wanted:
            raise NamesModelDamagedError(name)


def shipped(folder: Path) -> "Language":
    """The model in the folder, if every file is the one that was shipped."""
    check(folder)
    with LOADING:
        import spacy  # noqa: PLC0415 - takes seconds and 100 MB

        return spacy.load(folder)


class SpacyEntityReader:
    """A spaCy model, loaded when the first doubtful name turns up; safe to use from threads."""

    def __init__(self, load: "Callable[[], Language]", things: frozenset[str] = _THINGS) -> None:
        self._load = load
        self._things = things
        self._lock = threading.Lock()
        self._language: Language | None = None

    def warm(self) -> None:
        """Load the model; later calls return at once."""
        with self._lock:
            if self._language is None:
                self._language = self._load()

    def read(self, text: str) -> list[Entity]:
        """All named things that spaCy sees; companies are left out, it takes people for them."""
        self.warm()
        language = self._language
        assert language is not None
        with self._lock, language.memory_zone():
            return [
                Entity(
                    found.start_char,
                    found.end_char,
                    "person" if found.label_ == _PERSON else "other",
                )
                for found in language(_in_plain_case(text)).ents
                if found.label_ == _PERSON or found.label_ in self._things
            ]


def _in_plain_case(text: str) -> str:
    """Text all in capitals tells the model nothing; give each word one capital instead."""
    if not text.isupper():
        return text
    titled = text.title()
    return titled if len(titled) == len(text) else text


def label_at(reader: EntityReader, text: str, start: int, end: int) -> Label | None:
    """What the name at `start:end` is taken for, or None when the reader is silent."""
    first = max(0, start - _WINDOW)
    window = text[first : end + _WINDOW]
    for entity in reader.read(window):
        if entity.start + first < end and start < entity.end + first:
            return entity.label
    return None


FOLDER = Path(str(resources.files("nlp") / "names_model"))

SPACY = SpacyEntityReader(lambda: shipped(FOLDER))
"""The reader that screening uses unless it is given another."""
