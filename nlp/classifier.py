"""The shipped classifier: what a masked text says as a whole. It adds to the rules, no more.

A small encoder (nlp/model/README.md), run by ONNX Runtime on one core; no network, no training.
"""

import hashlib
import math
import re
import threading
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from nlp.errors import ModelDamagedError
from nlp.loading import LOADING
from records.finding import Category

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

CATEGORIES = tuple(one for one in Category if one is not Category.NAMING)
"""What the classifier knows, in the order of its outputs; naming is the linking's."""

MASK_TOKENS = {"NAME": "[unused1]", "BODY": "[unused2]"}
"""Tokens of the encoder's word list that no text holds, for the masks."""

MOST_TOKENS = 128
"""Tokens of one reading in training; a longer text is read in pieces of about as many."""

_PIECE, _STEP = 420, 280
"""Characters of one piece of a long text, and from one piece to the next."""
_MOST_PIECES = 64
_MOST_SENTENCES = 24
_MOST_REMEMBERED = 200
"""Pieces whose scores are remembered, in memory only: those of a post, and copies in a flood."""
_LINK = re.compile(r"(?:https?://|www\.)\S+")
"""Says nothing that the model could read, and would water down what stands beside it."""
_TALKS_TO_US = re.compile(
    r"\b(?:system|assistant|instructions?|classif\w*|labels?|labell?ed|moderat\w*|verdict|benign|"
    r"only a test|not a threat|for a film|nlp|json|safe)\b|[{}<>]"
)
"""Signs that a post talks to its reader; its sentences are then read one by one as well."""
_BLANKED = re.compile(r"~+")
"""An idiom that was set aside as harmless."""
_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]*\s*")


@dataclass(frozen=True, slots=True)
class Reading:
    """How much a masked text reads like one category, and the place that does most.

    `score` is 0.5 where the category just counts, and 1 at most.
    """

    category: Category
    score: float
    start: int
    end: int


NO_BARS: Mapping[Category, float] = MappingProxyType({})
"""No threshold is moved."""


class Classifier(Protocol):
    """Reads masked texts."""

    def check(self) -> None:
        """Raise ModelDamagedError unless the model is the one that was shipped."""
        ...

    def warm(self) -> None:
        """Load what reading needs."""
        ...

    def read(self, text: str, bars: Mapping[Category, float] = NO_BARS) -> list[Reading]:
        """What the text reads like, strongest first; nothing below its category's threshold.

        `bars` moves thresholds, in log-odds.
        """
        ...


class _Manifest(BaseModel):
    """nlp/model/model.toml: what the files must be, and from which score a category counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: dict[str, str]
    thresholds: dict[Category, float]


class ShippedClassifier:
    """The classifier in a folder, loaded when it is first needed; safe to use from threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._loaded: tuple[Tokenizer, InferenceSession] | None = None
        self._recent: dict[str, list[float]] = {}

    @cached_property
    def _manifest(self) -> _Manifest:
        try:
            text = (self.folder / "model.toml").read_text(encoding="utf-8")
            return _Manifest.model_validate(tomllib.loads(text))
        except (OSError, ValueError, ValidationError):
            raise ModelDamagedError("model.toml") from None

    def check(self) -> None:
        """Compare the sha256 of each file with the manifest's."""
        for name, wanted in self._manifest.sha256.items():
            try:
                with (self.folder / name).open("rb") as file:
                    found = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError:
                raise ModelDamagedError(name) from None
            if found != wanted:
                raise ModelDamagedError(name)

    def warm(self) -> None:
        """Load the model; later calls return at once."""
        self._ready()

    def _ready(self) -> "tuple[Tokenizer, InferenceSession]":
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(self.folder)
            return self._loaded

    def scores(self, texts: Iterable[str]) -> list[Mapping[Category, float]]:
        """For each masked text, read as one piece, how much it reads like each category."""
        # One at a time: weights of eight bits are scaled by all texts of a batch together, and
        # what a post says must not hang on its neighbours.
        return [dict(zip(CATEGORIES, self._scored(text), strict=True)) for text in texts]

    def _scored(self, text: str) -> list[float]:
        """The text's scores; they are remembered for a while, since one post is read repeatedly."""
        scores = self._recent.pop(text, None) or _run(*self._ready(), text)
        self._recent[text] = scores
        with suppress(KeyError, StopIteration, RuntimeError):  # another thread was quicker
            while len(self._recent) > _MOST_REMEMBERED:
                del self._recent[next(iter(self._recent))]
        return scores

    def read(self, text: str, bars: Mapping[Category, float] = NO_BARS) -> list[Reading]:
        """Read the text in pieces; what counts is reported with the sentence that says it most."""
        text = _LINK.sub(lambda found: " " * len(found[0]), text)
        pieces = list(_pieces(text))
        if _TALKS_TO_US.search(text):
            pieces += [one.span() for one in _SENTENCE.finditer(text) if one[0].strip()][
                :_MOST_PIECES
            ]
        best: dict[Category, Reading] = {}
        pieces = [(start, end) for start, end in pieces if _says_something(text[start:end])]
        for (start, end), scores in zip(
            pieces, self.scores([text[start:end] for start, end in pieces]), strict=True
        ):
            for category, score in scores.items():
                enough = _moved(self._manifest.thresholds.get(category, 1.0), bars.get(category))
                if score < enough:
                    continue
                counted = _moved(score, -_log_odds(enough))
                if category not in best or counted > best[category].score:
                    best[category] = Reading(category, counted, start, end)
        if not best:
            return []
        return sorted(self._narrowed(text, best), key=lambda one: -one.score)

    def _narrowed(self, text: str, readings: Mapping[Category, Reading]) -> Iterator[Reading]:
        """Each reading with the one sentence of its piece that scores highest."""
        read: dict[tuple[int, int], Mapping[Category, float]] = {}
        for reading in readings.values():
            sentences = [
                (reading.start + found.start(), reading.start + found.end())
                for found in _SENTENCE.finditer(text[reading.start : reading.end])
                if found[0].strip()
            ][:_MOST_SENTENCES]
            if len(sentences) < 2:  # noqa: PLR2004 - there is nothing to choose from
                yield reading
                continue
            new = [one for one in sentences if one not in read]
            scores = self.scores([text[start:end] for start, end in new])
            read |= dict(zip(new, scores, strict=True))
            best = max(sentences, key=lambda one: read[one][reading.category])
            yield Reading(reading.category, reading.score, *best)


def _says_something(text: str) -> bool:
    """Whether there is more in the text than names and a word."""
    words = _WORD.findall(text)
    return len([one for one in words if one not in MASK_TOKENS]) > 1


def _moved(score: float, by: float | None) -> float:
    """The score, `by` log-odds higher; 0 and 1 stay as they are."""
    if not by or not 0 < score < 1:
        return score
    return 1 / (1 + math.exp(-by) * (1 - score) / score)


def _log_odds(score: float) -> float:
    return math.log(score / (1 - score)) if 0 < score < 1 else 0.0


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Places of the pieces, cut at spaces; the first and the last ones of a very long text."""
    if len(text) <= _PIECE:
        if text.strip():
            yield 0, len(text)
        return
    starts = list(range(0, len(text) - _PIECE + _STEP, _STEP))
    if len(starts) > _MOST_PIECES:
        half = _MOST_PIECES // 2
        starts = [*starts[:half], *starts[-half:]]
    for start in starts:
        first = text.rfind(" ", max(start - 40, 0), start) + 1 if start else 0
        first = first or start
        last = text.find(" ", min(start + _PIECE, len(text)))
        last = last if 0 <= last <= start + _PIECE + 40 else min(start + _PIECE, len(text))
        if text[first:last].strip():
            yield first, last


def _run(tokenizer: "Tokenizer", session: "InferenceSession", text: str) -> list[float]:
    ids = np.array([tokenizer.encode(_with_tokens(text)).ids], dtype=np.int64)
    (logits,) = session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
    row: list[float] = (1 / (1 + np.exp(-logits[0].astype(np.float64)))).tolist()
    return row


def _with_tokens(text: str) -> str:
    text = text.replace("[", "(")  # so that no post writes a token itself
    text = _BLANKED.sub(" it ", text)
    for mask, token in MASK_TOKENS.items():
        text = text.replace(mask, f" {token} ")
    return text


def _load(folder: Path) -> "tuple[Tokenizer, InferenceSession]":
    with LOADING:
        from onnxruntime import InferenceSession, SessionOptions  # noqa: PLC0415 - takes time
        from tokenizers import Tokenizer  # noqa: PLC0415

        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(2 * MOST_TOKENS)  # a piece of odd words has more than most
        options = SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # it would keep the longest text's memory for ever
        options.log_severity_level = 3
        session = InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
    return tokenizer, session


SHIPPED = ShippedClassifier(Path(str(resources.files("nlp") / "model")))
"""The classifier that screening uses unless it is given another, or none."""
