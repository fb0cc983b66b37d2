"""What linking reaches on the tuned half of the invented posts of nlp/evaluation."""

from collections import Counter

import pytest

from nlp.evaluation.linking import (
    NAMESAKES,
    Tally,
    examples,
    measure,
    namesakes_alerted,
    screener,
)


@pytest.fixture(scope="module")
def tallies() -> dict[str, Tally]:
    return measure(screener(), (one for one in examples() if not one.held_out))


def test_there_are_enough_posts_in_both_halves() -> None:
    counts = Counter(one.held_out for one in examples())
    assert min(counts.values()) >= 125


def test_names_as_written_are_found(tallies: dict[str, Tally]) -> None:
    tally = tallies["as_written"]
    assert tally.found / tally.meant >= 0.98


def test_names_beside_the_body_are_sure(tallies: dict[str, Tally]) -> None:
    tally = tallies["all"]
    assert tally.found_surely / tally.meant_surely >= 0.95


@pytest.mark.parametrize(
    ("kind", "floor"),
    [
        *(("context_only", 1.0), ("colleague", 1.0), ("two_candidates", 1.0), ("titled", 1.0)),
        *(("pronoun_reply", 1.0), ("surname", 0.85), ("first_name", 1.0)),
        *(("indirect", 0.6), ("role", 0.6)),
    ],
)
def test_each_kind_is_found(tallies: dict[str, Tally], kind: str, floor: float) -> None:
    assert tallies[kind].found / tallies[kind].meant >= floor


def test_nobody_wrong_is_alerted(tallies: dict[str, Tally]) -> None:
    assert tallies["all"].wrong_alerts == []
    assert namesakes_alerted(tallies) == 0


@pytest.mark.parametrize("kind", sorted(NAMESAKES))
def test_strangers_are_hardly_ever_taken_for_staff(tallies: dict[str, Tally], kind: str) -> None:
    assert len(tallies[kind].strangers) <= 1
