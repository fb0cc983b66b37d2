"""What the classifier learns from: our own phrases, and public posts that others have labelled.

Every example is a text as screening shows it to the model: folded, with NAME and BODY for names.
A label is 1 (the category is true of it), 0 (it is not) or None (nobody has said).
"""

import gzip
import hashlib
import json
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp.classifier import CATEGORIES
from nlp.masking import BODY, NAME, NO_IDIOMS, Mask, mask
from records.finding import Category

PHRASES = Path(__file__).parents[2] / "nlp" / "phrases"

Labels = dict[Category, int | None]

_NAMED = re.compile(r"\{(?:name|first|surname|title_surname)\}")
_ROLES = (
    "case officer", "complaints reviewer", "investigator", "planning officer", "team leader",
    "housing officer", "receptionist", "case worker", "adviser", "inspector", "assessor",
)  # fmt: skip
_PLACES = ("auchterbrae", "the high street", "kirkton", "glenmuir", "the town", "inverallan")
_AT_SOMEBODY = re.compile(r"(?:@\w+|<user>|\[name\]|@user\d*|user\d+)", re.IGNORECASE)
LEADS = (
    "NAME", "NAME at BODY", "to NAME", "NAME:", "@NAME", "NAME, BODY:", "re NAME,", "about NAME:",
)  # fmt: skip
"""Ways to set a name before a text that has none."""


@dataclass(frozen=True, slots=True)
class Example:
    """One text as the model sees it, and what is known of it."""

    text: str
    labels: Labels
    origin: str
    voice: str = ""


def phrases(folder: Path, seed: int = 1) -> list[Example]:
    """The hand-written posts of the folder, with the names as the masks that stand for them."""
    chance = random.Random(seed)  # noqa: S311 - chooses words, keeps no secret
    found = []
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            known: Labels = {one: int(one in row["labels"]) for one in CATEGORIES}
            text = as_shown(filled(row["text"], chance))
            found.append(Example(text, known, f"phrases/{file.stem}", row["voice"]))
    return found


def kept_back(example: Example) -> bool:
    """Whether the example is kept from training, for choosing thresholds: about one in ten."""
    return hashlib.sha256(example.text.encode()).digest()[0] % 10 == 0


def filled(text: str, chance: random.Random) -> str:
    """The phrase with masks for names, and ordinary words for the other placeholders."""
    text = _NAMED.sub(NAME, text).replace("{body}", BODY)
    return text.replace("{role}", chance.choice(_ROLES)).replace("{place}", chance.choice(_PLACES))


def as_shown(text: str) -> str:
    """The text as the model sees it; NAME and BODY in it are the masks."""
    masks = [Mask(*found.span(), found[0]) for found in _MASKS.finditer(text)]
    return " ".join(one.text for one in mask(text, masks, NO_IDIOMS))


_MASKS = re.compile(f"{NAME}|{BODY}")


def public_posts(folder: Path, most: dict[str, int], seed: int = 1) -> Iterator[Example]:
    """Labelled public posts, at most so many of a set and label; folder as docs/how-to says."""
    chance = random.Random(seed)  # noqa: S311
    for file in sorted(folder.glob("*.jsonl.gz")):
        name = file.name.removesuffix(".jsonl.gz")
        kinds: dict[str, list[tuple[str, Labels]]] = {}
        for row in _rows(file) if name not in _LEFT_OUT else ():
            known, kind = _known(name, row)
            if kind and len(row["text"]) < _LONGEST:
                kinds.setdefault(kind, []).append((row["text"], known))
        for kind, rows in kinds.items():
            for text, known in chance.sample(rows, min(most.get(kind, 0), len(rows))):
                yield Example(_masked(text, chance), known, name)


_LONGEST = 900
_LEFT_OUT = ("stormfront", "reviewed_threats")
"""Shared alike under a licence that might bind the model; and copies of rows of other sets."""


def _rows(file: Path) -> Iterable[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _masked(text: str, chance: random.Random) -> str:
    """A post as if it were about somebody watched, since the model sees only such posts."""
    if _AT_SOMEBODY.search(text):
        text = _AT_SOMEBODY.sub(lambda _: NAME if chance.random() < _MOSTLY else "", text)
    elif chance.random() < _MOSTLY:
        lead = chance.choice(LEADS)
        text = f"{lead} {text}" if chance.random() < 0.5 else f"{text} {lead}"  # noqa: PLR2004
    return as_shown(text)


_MOSTLY = 0.7


def _known(name: str, row: dict[str, Any]) -> tuple[Labels, str]:
    """What a set's labels say in our terms, and the kind under which it is counted.

    An empty kind leaves the post out. A second look at a label comes before the label.
    """
    kind = _REVIEWS.get(row.get("review") or "") or _kind(name, row["labels"])
    if kind in _SAY_NOTHING_ELSE or kind.startswith("benign"):
        return dict.fromkeys(CATEGORIES, 0), kind
    return dict.fromkeys(CATEGORIES) | _SAID.get(kind, {}), kind.removeprefix("nothing")


def _kind(name: str, labels: dict[str, Any]) -> str:
    abuse = labels["abuse"]
    if name in _BENIGN:
        return f"benign {name}"
    if labels["threat"]:
        return "threat"
    if abuse and labels["target"] == "group":
        return "group abuse"
    if abuse:
        return "abuse" if name in _INSULTS else "nothing"
    if abuse is False:
        return "no abuse"
    return "no threat" if labels["threat"] is False else "nothing"


_REVIEWS = {
    "direct": "reviewed threat", "incite_or_wish": "reviewed wish",
    "not_a_threat": "reviewed harmless", "hyperbole_or_quote": "nothing",
    "group_or_unspecified": "nothing",
}  # fmt: skip
_SAY_NOTHING_ELSE = ("no abuse",)
_SAID: dict[str, Labels] = {
    "reviewed threat": {Category.THREAT: 1, Category.VIOLENCE: 1},
    "reviewed wish": {Category.VIOLENCE: 1},
    "reviewed harmless": {Category.THREAT: 0, Category.VIOLENCE: 0},
    "threat": {Category.VIOLENCE: 1},
    "group abuse": {Category.DISCRIMINATORY: 1},
    "abuse": {Category.INSULT: 1},
    "no threat": {Category.THREAT: 0, Category.VIOLENCE: 0},
}
_BENIGN = ("crisislex_t26", "goemotions", "nhs_fft", "wnut17_raw", "tweebank_ner", "wnut17_ner")
_INSULTS = ("convabuse", "toxic_spans", "online_misogyny")
