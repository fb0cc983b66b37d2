"""The scores of `namewatch evaluate` as tables; a second run stands beside the first."""

from collections.abc import Callable, Iterator, Mapping
from typing import get_args

from rich.table import Table

from nlp.scoring import Counts, Scores
from records.finding import Disposition

_FEWEST, _MOST_ROWS = 10, 14
"""Slices with fewer posts say little, and a table of fifty voices is not read."""

Runs = Mapping[str, Scores]


def tables(runs: Runs) -> Iterator[Table]:
    """Everything worth printing; the runs hold the same posts."""
    first = next(iter(runs.values()))
    if first.people.posts:
        yield _people(runs)
    if first.categories:
        yield _categories(runs)
    for kind in first.slices:
        yield _slices(runs, kind)
    if first.dispositions:
        yield _dispositions(runs)


def _people(runs: Runs) -> Table:
    table = Table("who is meant", "posts", *runs, box=None, pad_edge=False)
    people = {name: scores.people for name, scores in runs.items()}
    first = next(iter(people.values()))
    rows: list[tuple[str, int, Callable[[str], float | None]]] = [
        ("found", first.meant, lambda run: _share(people[run].found, first.meant)),
        (
            "found surely enough",
            first.meant,
            lambda run: _share(people[run].sure_enough, first.meant),
        ),
        ("a wrong person", first.posts, lambda run: _share(people[run].wrong_person, first.posts)),
        (
            "alerts about somebody where nobody is named",
            first.namesakes,
            lambda run: _share(people[run].namesakes_alerted, first.namesakes),
        ),
    ]
    for what, posts, share in rows:
        table.add_row(what, str(posts), *(_percent(share(run)) for run in runs))
    return table


def _categories(runs: Runs) -> Table:
    measures: dict[str, Callable[[Counts], float | None]] = {
        "found": lambda counts: counts.recall,
        "precision": lambda counts: counts.precision,
        "look-alikes flagged": lambda counts: counts.false_alarms_on_look_alikes,
        "all others flagged": lambda counts: counts.false_alarms,
    }
    table = Table("category", "posts", "look-alikes", box=None, pad_edge=False)
    for measure in measures:
        for run in runs:
            table.add_column(measure if len(runs) == 1 else f"{measure}, {run}", justify="right")
    first = next(iter(runs.values()))
    for name, counts in first.categories.items():
        cells = [
            _percent(share(scores.categories[name]))
            for share in measures.values()
            for scores in runs.values()
        ]
        table.add_row(name.replace("_", " "), str(counts.wanted), str(counts.look_alikes), *cells)
    return table


def _slices(runs: Runs, kind: str) -> Table:
    table = Table(kind, "posts", box=None, pad_edge=False)
    for measure in ("concern found", "harmless flagged"):
        for run in runs:
            table.add_column(measure if len(runs) == 1 else f"{measure}, {run}", justify="right")
    first = next(iter(runs.values()))
    sizes = {name: one.wanted + one.others for name, one in first.slices[kind].items()}
    largest = sorted(sizes, key=lambda name: (-sizes[name], name))
    shown = [name for name in largest if sizes[name] >= _FEWEST][:_MOST_ROWS] or largest
    for name in shown[:_MOST_ROWS]:
        found = [_percent(scores.slices[kind][name].recall) for scores in runs.values()]
        wrongly = [_percent(scores.slices[kind][name].false_alarms) for scores in runs.values()]
        table.add_row(name.replace("_", " "), str(sizes[name]), *found, *wrongly)
    return table


def _dispositions(runs: Runs) -> Table:
    table = Table("what follows", "posts", box=None, pad_edge=False)
    for disposition in get_args(Disposition):
        for run in runs:
            table.add_column(
                disposition if len(runs) == 1 else f"{disposition}, {run}", justify="right"
            )
    first = next(iter(runs.values()))
    for kind, row in first.dispositions.items():
        cells = [
            str(scores.dispositions[kind][disposition])
            for disposition in get_args(Disposition)
            for scores in runs.values()
        ]
        table.add_row(kind, str(sum(row.values())), *cells)
    return table


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
