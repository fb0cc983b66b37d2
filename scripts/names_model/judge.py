"""Judge readers of names: `python -m scripts.names_model.judge POSTS [MODEL]`.

MODEL is a package or a folder; without it, the shipped one. Prints how well it finds people in
public posts, and what it says of doubtful names at known places, the way linking asks it.
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import spacy

from nlp.entities import SPACY, EntityReader, SpacyEntityReader, label_at
from scripts.names_model.lessons import filled_phrase
from scripts.names_model.names import Names
from scripts.names_model.posts import (
    MARKED_SETS,
    PHRASES,
    DoubtfulName,
    MarkedPost,
    doubtful_names,
    marked_posts,
    phrases,
    unmarked_texts,
)
from scripts.names_model.train import UNUSED

SPEED_POSTS = 1500


def case_of(name: str) -> str:
    """How a name is written."""
    if name.islower():
        return "lower case"
    return "capitals" if name.isupper() else "as written"


def finding_people(reader: EntityReader, posts: Iterable[MarkedPost]) -> Iterator[str]:
    """Exact spans: recall by the case of the name, precision and F1 of all."""
    marked: Counter[str] = Counter()
    found: Counter[str] = Counter()
    wrong = 0
    for post in posts:
        read = {(one.start, one.end) for one in reader.read(post.text) if one.label == "person"}
        for start, end in post.persons:
            case = case_of(post.text[start:end])
            marked[case] += 1
            found[case] += (start, end) in read
        free = {
            one
            for one in read - set(post.persons)
            if not any(start < one[1] and one[0] < end for start, end in post.unsure)
        }
        wrong += len(free)
    right = found.total()
    precision, recall = right / max(right + wrong, 1), right / max(marked.total(), 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    yield f"  precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}  of {marked.total()}"
    for case in marked:
        yield f"  recall, {case:12} {found[case] / marked[case]:.3f} of {marked[case]}"


def told_at(reader: EntityReader, names: Iterable[DoubtfulName]) -> Iterator[str]:
    """What is said of each name, by slice."""
    told: dict[tuple[bool, str], Counter[str]] = {}
    for one in names:
        said = label_at(reader, one.text, one.start, one.end) or "silent"
        for name in (one.slice, "all"):
            told.setdefault((one.person, name), Counter())[said] += 1
    for person, name in sorted(told, reverse=True):
        counts = told[person, name]
        of = "people" if person else "things"
        yield f"  {of} {name:12}" + "".join(
            f"  {said} {counts[said]:4}" for said in ("person", "silent", "other")
        )


def people_of(posts: Iterable[MarkedPost]) -> Iterator[DoubtfulName]:
    """Each marked person of the posts."""
    for post in posts:
        for start, end in post.persons:
            yield DoubtfulName(case_of(post.text[start:end]), post.text, start, end, person=True)


def speed(reader: EntityReader, texts: Iterable[str]) -> float:
    """Posts a second, the best of three."""
    posts = list(islice(texts, SPEED_POSTS))
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        for post in posts:
            reader.read(post)
        best = min(best, time.perf_counter() - began)
    return len(posts) / best


def people_in_phrases(posts: Path) -> Iterator[DoubtfulName]:
    """Names filled into our held-out phrases, as written and without capitals."""
    chance = random.Random(5)  # noqa: S311 - chooses words, keeps no secret
    names = Names(posts, chance)
    for phrase in phrases(PHRASES / "held_out"):
        lesson = filled_phrase(phrase, names, chance)
        for start, end, _ in lesson.marks:
            yield DoubtfulName("as written", lesson.text, start, end, person=True)
            low = lesson.text.lower()
            if len(low) == len(lesson.text):
                yield DoubtfulName("lower case", low, start, end, person=True)


def main() -> None:
    """Judge one reader."""
    posts = Path(sys.argv[1])
    reader = SPACY
    if len(sys.argv) > 2:  # noqa: PLR2004 - a model is named
        reader = SpacyEntityReader(lambda: spacy.load(sys.argv[2], exclude=UNUSED))
    for name in MARKED_SETS:
        marked = list(marked_posts(posts, name, "test"))
        print(f"{name}, {len(marked)} posts for testing")
        print(*finding_people(reader, marked), sep="\n")
        print(*told_at(reader, people_of(marked)), sep="\n")
    print("our held-out phrases")
    print(*told_at(reader, people_in_phrases(posts)), sep="\n")
    print("our doubtful names")
    print(*told_at(reader, doubtful_names()), sep="\n")
    print(f"speed: {speed(reader, unmarked_texts(posts, 'wnut17_raw')):,.0f} posts/s")


if __name__ == "__main__":
    main()
