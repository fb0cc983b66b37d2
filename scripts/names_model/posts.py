"""Posts in which names of people are marked: public ones, and ours for judging."""

import gzip
import hashlib
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MARKED_SETS = ("wnut17_ner", "tweebank_ner")
DOUBTFUL = Path(__file__).with_name("doubtful.toml")
PHRASES = Path(__file__).parents[2] / "nlp" / "phrases"

_MARK = re.compile(r"\[(?P<person>[^\]]+)\]|\{(?P<thing>[^}]+)\}")

Part = str
"""train, tune or test."""


@dataclass(frozen=True, slots=True)
class MarkedPost:
    """A post with the places of the people's names; `unsure` is marked neither way."""

    text: str
    persons: tuple[tuple[int, int], ...]
    unsure: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class DoubtfulName:
    """A name at a known place of a post, and whether a person is meant."""

    slice: str
    text: str
    start: int
    end: int
    person: bool


def marked_posts(folder: Path, name: str, part: Part) -> Iterator[MarkedPost]:
    """One part of a public set; the publishers' development posts are for testing alone."""
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if _part(row["id"], row["orig"]["src"]) == part:
                orig = row["orig"]
                unsure = [*orig.get("handle_spans", []), *orig.get("hashtag_spans", [])]
                yield MarkedPost(row["text"], _places(row["labels"]["persons"]), _places(unsure))


def _part(post_id: str, source: str) -> Part:
    if source != "train":
        return "test"
    return "tune" if hashlib.sha256(post_id.encode()).digest()[0] % 8 == 0 else "train"


def _places(spans: list[list[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end in spans)


def unmarked_texts(folder: Path, name: str) -> Iterator[str]:
    """The texts of a public set."""
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["text"]


def phrases(folder: Path = PHRASES) -> list[str]:
    """Our own posts, with blanks for names."""
    return [
        json.loads(line)["text"]
        for file in sorted(folder.glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]


def kept_back(phrase: str) -> bool:
    """Whether the phrase is kept from training, for tuning: about one in ten."""
    return hashlib.sha256(phrase.encode()).digest()[0] % 10 == 0


def doubtful_names(file: Path = DOUBTFUL) -> Iterator[DoubtfulName]:
    """The names marked in our posts, one by one."""
    for name, posts in tomllib.loads(file.read_text(encoding="utf-8")).items():
        for post in posts:
            text, marks = unmarked(post)
            for start, end, person in marks:
                yield DoubtfulName(name, text, start, end, person)


def unmarked(post: str) -> tuple[str, list[tuple[int, int, bool]]]:
    """The post without its marks, and the place of each mark and whether it is a person's."""
    text, marks, last = "", [], 0
    for found in _MARK.finditer(post):
        text += post[last : found.start()]
        name = found["person"] or found["thing"]
        marks.append((len(text), len(text) + len(name), found["person"] is not None))
        text, last = text + name, found.end()
    return text + post[last:], marks
