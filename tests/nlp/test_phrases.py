"""The phrases are readable, labelled with known words, each new, and as many near as in."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import get_args

import pytest
from rapidfuzz import fuzz, process

from records.finding import Category, Target

FIELDS = {"text", "labels", "near", "target", "voice", "platform"}
PLATFORMS = {
    "bluesky", "facebook", "forum", "google_review", "instagram", "mastodon", "reddit",
    "tiktok", "trustpilot", "x", "youtube",
}  # fmt: skip
PLACEHOLDERS = {"name", "first", "surname", "title_surname", "body", "role", "place"}
BRACES = re.compile(r"\{([^{}]*)\}|[{}]")
MOST_ALIKE = 92
ENOUGH = 110
NO_CATEGORY = "criticism"

FOLDER = files("nlp.phrases")
FILES = sorted(
    entry.name.removesuffix(".jsonl") for entry in FOLDER.iterdir() if entry.name.endswith(".jsonl")
)
CATEGORIES = [name for name in FILES if name != NO_CATEGORY]

Phrase = dict[str, object]


def lines(name: str) -> list[str]:
    text = FOLDER.joinpath(f"{name}.jsonl").read_text(encoding="utf-8")
    return text.removesuffix("\n").split("\n")


def phrases(name: str) -> list[Phrase]:
    return [json.loads(line) for line in lines(name)]


def texts(name: str) -> list[str]:
    return [str(phrase["text"]) for phrase in phrases(name)]


def labels(phrase: Phrase) -> list[object]:
    found = phrase["labels"]
    assert isinstance(found, list)
    return found


def numbered(name: str) -> Iterator[tuple[str, Phrase]]:
    return ((f"{name}.jsonl:{at}", phrase) for at, phrase in enumerate(phrases(name), 1))


def test_every_file_is_named_after_a_category_or_holds_criticism() -> None:
    assert set(CATEGORIES) <= set(Category)
    assert CATEGORIES


@pytest.mark.parametrize("name", FILES)
def test_every_line_has_exactly_the_fields(name: str) -> None:
    assert [where for where, phrase in numbered(name) if set(phrase) != FIELDS] == []


@pytest.mark.parametrize("name", FILES)
def test_every_field_has_an_allowed_value(name: str) -> None:
    for where, phrase in numbered(name):
        assert str(phrase["text"]).strip() == phrase["text"] != "", where
        assert set(labels(phrase)) <= set(Category), where
        assert len(set(labels(phrase))) == len(labels(phrase)), where
        assert phrase["near"] == name, where
        assert phrase["target"] in get_args(Target), where
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", str(phrase["voice"])), where
        assert phrase["platform"] in PLATFORMS, where


@pytest.mark.parametrize("name", FILES)
def test_placeholders_are_only_the_listed_ones(name: str) -> None:
    for where, phrase in numbered(name):
        unknown = {found[1] for found in BRACES.finditer(str(phrase["text"]))} - PLACEHOLDERS
        assert unknown == set(), where


def test_no_text_stands_twice_in_all_files_whatever_its_case_and_punctuation() -> None:
    folded = Counter(
        " ".join(re.findall(r"[^\W_]+|[^\w\s,.;:!?'\"()-]", text.casefold()))
        for name in FILES
        for text in texts(name)
    )
    assert [text for text, times in folded.items() if times > 1] == []


@pytest.mark.parametrize("name", FILES)
def test_no_two_lines_of_a_file_are_nearly_the_same(name: str) -> None:
    every = texts(name)
    likeness = process.cdist(every, every, scorer=fuzz.ratio, score_cutoff=MOST_ALIKE)
    alike = [
        (f"{name}.jsonl:{one + 1}", other + 1)
        for one, row in enumerate(likeness)
        for other, ratio in enumerate(row[:one])
        if ratio > MOST_ALIKE
    ]
    assert alike == []


@pytest.mark.parametrize("name", CATEGORIES)
def test_every_category_has_enough_posts_and_enough_that_only_look_like_them(name: str) -> None:
    carried = [name in labels(phrase) for phrase in phrases(name)]
    assert carried.count(True) >= ENOUGH
    assert carried.count(False) >= ENOUGH


def test_criticism_carries_no_category() -> None:
    assert [where for where, phrase in numbered(NO_CATEGORY) if labels(phrase)] == []


HELD_OUT = [entry for entry in FOLDER.joinpath("held_out").iterdir() if entry.name[-5:] == "jsonl"]


@pytest.mark.parametrize("file", HELD_OUT, ids=lambda file: file.name)
def test_what_is_held_out_is_readable_and_like_nothing_that_is_taught(file: Traversable) -> None:
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert all(set(row) == FIELDS and set(row["labels"]) <= set(Category) for row in rows)
    assert {row["near"] for row in rows} <= set(FILES)
    taught = [text for name in {row["near"] for row in rows} for text in texts(name)]
    likeness = process.cdist(
        [row["text"] for row in rows], taught, scorer=fuzz.ratio, score_cutoff=MOST_ALIKE
    )
    assert [row["text"] for row, alike in zip(rows, likeness, strict=True) if alike.any()] == []
