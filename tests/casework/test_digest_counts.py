"""No count under 3 can be worked out of a digest, nor of several that overlap."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.digest_counts import (
    Bounds,
    Told,
    added_up,
    bounds,
    keeps_secrets,
    not_yet_told,
    published,
    told,
    total,
)

Seen = tuple[tuple[int | None, ...], ...]
DAY = datetime(2026, 11, 2, tzinfo=UTC)


def table(*counts: int) -> dict[str, int]:
    return {f"row {number}": count for number, count in enumerate(counts)}


def shared_out(records: int, rows: int) -> Iterator[tuple[int, ...]]:
    """Every way in which so many records can stand in so many rows."""
    if rows == 1:
        yield (records,)
        return
    for first in range(records + 1):
        for rest in shared_out(records - first, rows - 1):
            yield (first, *rest)


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize(
    ("bound", "words"),
    [
        (Bounds(0, 2), "fewer than 3"),
        (Bounds(3, 3), "3"),
        (Bounds(0, 4), "up to 4"),
        (Bounds(7, 9), "7 to 9"),
    ],
)
def test_a_count_under_three_is_told_as_fewer_than_three(bound: Bounds, words: str) -> None:
    assert bound.words() == words


def test_none_is_told_no_otherwise_than_one_or_two() -> None:
    assert told(table(0, 1, 2, 3)) == {"row 0": None, "row 1": None, "row 2": None, "row 3": 3}


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize(
    ("first", "second", "all_told"),
    [
        ((3, 4, 5), (10, 1, 1), True),  # 2 are left for two rows: each may be none, 1 or 2
        ((3, 4, 5), (9, 1, 2), False),  # 3 are left for two rows: neither can be none
        ((3, 4, 5), (12, 0, 0), False),  # nothing is left for them
        ((3, 4, 5), (11, 0, 1), False),  # 1 is left for them: neither can be 2
        ((3, 4, 5), (5, 5, 2), False),  # a single untold row is the rest
        ((3, 4, 5), (4, 4, 4), True),  # nothing is untold
        ((0, 1, 5), (4, 1, 1), True),
        ((1, 0, 4), (2, 2, 1), True),  # the total may be 4, so that any of them may be none
        ((3, 0, 4), (2, 2, 2), False),  # all must be 2
    ],
)
def test_further_tables_are_told_only_if_nothing_follows_for_an_untold_row(
    first: tuple[int, ...], second: tuple[int, ...], all_told: bool
) -> None:
    shown = published({"first": table(*first), "second": table(*second)})
    assert ("second" in shown) is all_told
    assert shown["first"] == told(table(*first))


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize("rows", [(3, 3), (4, 3), (3, 3, 3)])
def test_somebody_who_knows_the_rules_recovers_no_small_count_from_any_small_digest(
    rows: tuple[int, ...],
) -> None:
    """For every digest: all the ways in which it can have come about, held against each other."""
    most = {2: 9, 3: 6}[len(rows)]
    ways: dict[Seen, dict[tuple[int, int], set[int]]] = defaultdict(lambda: defaultdict(set))
    for records in range(most + 1):
        for counts in product(*(list(shared_out(records, one)) for one in rows)):
            tables = {str(number): table(*one) for number, one in enumerate(counts)}
            shown = published(tables)
            seen = tuple(tuple(one.values()) for one in shown.values())
            for number, one in enumerate(counts):
                for row, count in enumerate(one):
                    ways[seen][number, row].add(count)
    looked_at = 0
    for seen, possible in ways.items():
        tables_told = [{str(row): value for row, value in enumerate(one)} for one in seen]
        if min(total(one).high for one in tables_told) > most:
            continue  # larger ones that look the same were not made
        for (number, row), found in possible.items():
            if number >= len(tables_told) or tables_told[number][str(row)] is None:
                looked_at += 1
                assert len(found) > 1, (seen, number, row, found)
                if len(tables_told) == len(rows):
                    assert found >= {0, 1, 2}
    assert looked_at > 500


def _as_told(shown: Sequence[Told], rows: Sequence[int], rng: Random) -> list[list[int]]:
    """Some other counts that may lie behind what is told."""
    low = max(total(one).low for one in shown)
    high = min(total(one).high for one in shown)
    records = rng.randint(low, high)
    made = []
    for one in shown:
        counts = [value or 0 for value in one.values()]
        untold = [place for place, value in enumerate(one.values()) if value is None]
        free = [place for place in untold for _ in range(2)]
        rng.shuffle(free)
        for place in free[: records - sum(counts)]:
            counts[place] += 1
        made.append(counts)
    return made + [_some_way(records, many, rng) for many in rows[len(shown) :]]


def _some_way(records: int, rows: int, rng: Random) -> list[int]:
    """Spread over some rows, evenly or by chance, or all but a few in one."""
    used = rng.randint(1, rows)
    counts = [records // used] * used + [0] * (rows - used)
    counts[0] += records - sum(counts)
    for _ in range(rng.choice([0, 1, 2, records])):
        source = rng.choice([place for place, count in enumerate(counts) if count] or [0])
        if counts[source]:
            counts[source] -= 1
            counts[rng.randrange(rows)] += 1
    return counts


@pytest.mark.clause("SPSO 68")
@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(st.integers(3, 5), min_size=2, max_size=5),
    records=st.integers(0, 30),
    seed=st.integers(0, 10**6),
)
def test_every_untold_count_of_a_larger_digest_may_be_another_one(
    rows: list[int], records: int, seed: int
) -> None:
    rng = Random(seed)
    counts = [_some_way(records, many, rng) for many in rows]
    tables = {str(number): table(*one) for number, one in enumerate(counts)}
    shown = published(tables)
    open_cells = {
        (name, row): {tables[name][row]}
        for name, one in shown.items()
        for row, value in one.items()
        if value is None
    }
    for _ in range(1500):
        if all(len(values) > 1 for values in open_cells.values()):
            break
        other = _as_told(list(shown.values()), rows, rng)
        again = {str(number): table(*one) for number, one in enumerate(other)}
        if published(again) == shown:
            for (name, row), values in open_cells.items():
                values.add(again[name][row])
    assert all(len(values) > 1 for values in open_cells.values()), (shown, open_cells)


def test_a_total_is_what_its_rows_tell_and_nothing_more() -> None:
    assert total({"a": 4, "b": None, "c": None}) == Bounds(4, 8)
    assert bounds(None) == Bounds(0, 2)
    assert keeps_secrets([told(table(0, 0, 0, 0))])


@pytest.mark.clause("SPSO 71")
@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 31)), min_size=1, max_size=12),
)
def test_no_moment_is_counted_in_two_digests_however_they_overlap(
    asked: list[tuple[int, int]],
) -> None:
    told_of: list[tuple[datetime, datetime]] = []
    for start, days in asked:
        span = (DAY + timedelta(days=start), DAY + timedelta(days=start + days))
        fresh = not_yet_told(span, told_of)
        for began, ended in fresh:
            assert span[0] <= began < ended <= span[1]
            assert all(ended <= other[0] or other[1] <= began for other in told_of)
        told_of += fresh
        assert not_yet_told(span, told_of) == []


def test_several_parts_are_added_up_from_what_each_of_them_told() -> None:
    parts: list[dict[str, Told]] = [
        {"kinds": {"a": 4, "b": None}},
        {"kinds": {"a": None, "b": None}},
    ]
    summed = added_up(parts, "kinds")
    assert summed is not None
    assert {row: one.words() for row, one in summed.items()} == {"a": "4 to 6", "b": "up to 4"}
    assert added_up([*parts, {}], "kinds") is None
