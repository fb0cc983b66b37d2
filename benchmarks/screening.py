"""Screening against its two baselines: the bare automaton, and reading names with spaCy.

`python -m benchmarks.screening [POSTS.jsonl[.gz|.zst]]`; without a file, invented posts.
"""

import resource
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from itertools import islice
from pathlib import Path

from namewatch.configuration import configuration_of
from namewatch.practice.posts import LINES
from nlp.entities import SPACY
from nlp.normalise import fold
from nlp.screening import Screener
from nlp.variants import variants
from records.post import Post, read_post
from records.post_file import open_posts

MOST_POSTS = 50_000
NER_POSTS = 300
FILES = Path(__file__).parents[1] / "namewatch" / "practice" / "files"


def posts() -> list[Post]:
    """The posts of the file named on the command line, or invented ones."""
    if len(sys.argv) > 1:
        with open_posts(Path(sys.argv[1])) as lines:
            return [read_post(line) for line in islice(lines, MOST_POSTS)]
    quiet = [line.text for line in LINES if "Ombudsman" not in line.text]
    return [
        Post(id=str(number), source="bench", text=f"{quiet[number % len(quiet)]} {number}")
        for number in range(MOST_POSTS)
    ]


def rate(work: Callable[[Post], object], over: Sequence[Post]) -> float:
    """Posts a second; the best of three, so that a busy machine moves it least."""
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        for post in over:
            work(post)
        best = min(best, time.perf_counter() - began)
    return len(over) / best


def main() -> None:
    """Measure and print."""
    from ahocorasick_rs import AhoCorasick, Implementation  # noqa: PLC0415 - the baseline's alone

    body = configuration_of(FILES / "organisation.toml", FILES / "roster.csv")
    screener = Screener(body.organisation, body.roster, body.pack, today=date(2026, 11, 21))
    everything = posts()
    names = {fold(one.text) for member in body.roster.values() for one in variants(member)}
    bare = AhoCorasick(sorted(names), implementation=Implementation.DFA)
    folded = {post.id: fold(post.text) for post in everything}
    automaton = rate(lambda post: bare.find_matches_as_indexes(folded[post.id]), everything)
    screening = rate(screener.screen, everything)
    SPACY.warm()
    reading = rate(lambda post: SPACY.read(post.text), everything[:NER_POSTS])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"posts                               {len(everything):>10,}")
    print(f"bare automaton, folded before       {automaton:>10,.0f} posts/s   (baseline 1)")
    print(f"spaCy reading names, every post     {reading:>10,.0f} posts/s   (baseline 2)")
    print(f"screening                           {screening:>10,.0f} posts/s")
    print(f"screening / bare automaton          {screening / automaton:>10.3f}")
    print(f"screening / spaCy                   {screening / reading:>10.1f}")
    print(f"peak memory, posts included         {peak:>10,} MB")


if __name__ == "__main__":
    main()
