"""The custody chain finds whatever is done to it."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.custody import (
    FIRST,
    CustodyError,
    Head,
    Link,
    canonical,
    chained,
    faults_of,
    from_line,
    head_of,
    head_words,
    read_head,
    to_line,
)

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
ACTS = ("captured", "opened", "exported", "erased")


def chain_of(length: int, seed: int = 0) -> list[Link]:
    dice = random.Random(seed)
    links: list[Link] = []
    for number in range(1, length + 1):
        links.append(
            chained(
                Link(
                    number=number,
                    at=NOW + timedelta(minutes=number),
                    actor=f"s00{dice.randint(1, 9)}",
                    act=dice.choice(ACTS),
                    reference=f"NW-2026-{dice.randint(1, 3):04d}",
                    exhibit=dice.choice((None, 1, 2)),
                    why="found",
                    previous=links[-1].sha256 if links else FIRST,
                )
            )
        )
    return links


def written_anew(links: list[Link]) -> list[Link]:
    """What a forger with the rules in hand makes of it: sound in itself."""
    anew: list[Link] = []
    for number, link in enumerate(links, start=1):
        previous = anew[-1].sha256 if anew else FIRST
        anew.append(chained(replace(link, number=number, previous=previous)))
    return anew


def changed(links: list[Link], at: int, dice: random.Random) -> list[Link]:
    link = links[at]
    other = dice.choice(
        [
            replace(link, actor=link.actor + "x"),
            replace(link, at=link.at + timedelta(microseconds=1)),
            replace(link, act="opened" if link.act != "opened" else "captured"),
            replace(link, reference=None),
            replace(link, exhibit=7),
            replace(link, why="other"),
            replace(link, sha256=FIRST),
            replace(link, sha256=""),
            replace(link, previous="f" * 64),
            replace(link, previous="no hex"),
        ]
    )
    return [*links[:at], other, *links[at + 1 :]]


def removed(links: list[Link], at: int, _dice: random.Random) -> list[Link]:
    return links[:at] + links[at + 1 :]


def doubled(links: list[Link], at: int, _dice: random.Random) -> list[Link]:
    return links[: at + 1] + links[at:]


def swapped(links: list[Link], at: int, dice: random.Random) -> list[Link]:
    to = dice.choice([one for one in range(len(links)) if one != at])
    other = list(links)
    other[at], other[to] = other[to], other[at]
    return other


def swapped_and_renumbered(links: list[Link], at: int, dice: random.Random) -> list[Link]:
    other = swapped(links, at, dice)
    return [replace(link, number=number) for number, link in enumerate(other, start=1)]


def cut_off(links: list[Link], at: int, _dice: random.Random) -> list[Link]:
    return links[:at]


def shortened_at_the_front(links: list[Link], at: int, _dice: random.Random) -> list[Link]:
    return links[at + 1 :]


TAMPERINGS: tuple[Callable[[list[Link], int, random.Random], list[Link]], ...] = (
    changed,
    removed,
    doubled,
    swapped,
    swapped_and_renumbered,
    cut_off,
    shortened_at_the_front,
)


@given(length=st.integers(0, 12), seed=st.integers(0, 999))
def test_an_untouched_chain_has_no_fault_against_any_of_its_heads(length: int, seed: int) -> None:
    links = chain_of(length, seed)
    heads = [Head(one.number, one.sha256[:20]) for one in links]
    assert faults_of(links, heads) == []


@given(st.data())
def test_whatever_is_done_to_a_chain_is_found_against_an_outside_head(data: st.DataObject) -> None:
    length = data.draw(st.integers(2, 12))
    links = chain_of(length, data.draw(st.integers(0, 999)))
    head = head_of(links)
    assert head
    dice = random.Random(data.draw(st.integers(0, 9999)))
    tampered = list(links)
    for _ in range(data.draw(st.integers(1, 3))):
        if len(tampered) > 1:
            at = data.draw(st.integers(0, len(tampered) - 1))
            tampered = data.draw(st.sampled_from(TAMPERINGS))(tampered, at, dice)
    if tampered != links:
        assert faults_of(tampered, [head])
        anew = written_anew([one for one in tampered if one.previous != "no hex"])
        assert faults_of(anew) == []
        # Entries after the head are none that it could speak of; those up to it are as they were.
        if anew[:length] != links:
            assert faults_of(anew, [head])


@given(st.integers(2, 12), st.data())
def test_change_removal_and_reordering_are_found_without_a_head(
    length: int, data: st.DataObject
) -> None:
    links = chain_of(length)
    at = data.draw(st.integers(0, length - 2))  # the last one gone is a cut-off end
    dice = random.Random(data.draw(st.integers(0, 9999)))
    tampering = data.draw(st.sampled_from([one for one in TAMPERINGS if one is not cut_off]))
    assert faults_of(tampering(links, at, dice))


def test_each_fault_is_named() -> None:
    links = chain_of(5)
    dice = random.Random(1)
    assert faults_of([*links[:2], replace(links[2], why="other"), *links[3:]]) == [
        "Entry 3 was changed."
    ]
    assert faults_of(removed(links, 2, dice)) == ["Entry 3 is missing: entry 4 follows entry 2."]
    assert "The order was changed: entry 2 follows entry 3." in faults_of(
        [links[0], links[2], links[1], *links[3:]]
    )
    head = head_of(links)
    assert head
    assert faults_of(links[:3], [head]) == [
        (
            "Entry 5 was told of outside and is not here: the log ends at entry 3,"
            " so its end was cut off."
        )
    ]
    anew = written_anew(removed(links, 1, dice))
    assert faults_of([*anew, replace(anew[-1], number=5)], [head])
    assert faults_of(anew, [Head(4, links[3].sha256)]) == [
        "Entry 4 is not the one that was told of outside: the log was written anew up to there."
    ]
    assert faults_of([], [head])


def test_what_is_hashed_can_be_written_by_hand() -> None:
    (link,) = chain_of(1)
    assert canonical(link) == (
        b'{"act":"%s","actor":"%s","at":"2026-11-23T10:01:00.000000+00:00","exhibit":%s,'
        b'"number":1,"previous":"%s","reference":"%s","why":"found"}'
        % (
            link.act.encode(),
            link.actor.encode(),
            b"null" if link.exhibit is None else b"%d" % link.exhibit,
            b"0" * 64,
            (link.reference or "").encode(),
        )
    )


def test_a_head_reads_back_as_it_was_told() -> None:
    head = head_of(chain_of(3))
    assert head
    for told in (head_words(head), f"{head.number}:{head.sha256}", f" 3:{head.sha256[:12]}… "):
        read = read_head(told)
        assert read.number == 3
        assert head.sha256.startswith(read.sha256)
    assert head_words(None) == ""


@pytest.mark.parametrize("told", ["", "41", "41:", "41:3f9c", "0:" + "a" * 20, "x:" + "a" * 20])
def test_what_is_no_head_is_refused_in_a_sentence(told: str) -> None:
    with pytest.raises(CustodyError, match="A head is a number, a colon"):
        read_head(told)


@given(st.integers(1, 8), st.integers(0, 99))
def test_a_copy_of_the_log_reads_back_as_it_was(length: int, seed: int) -> None:
    links = chain_of(length, seed)
    assert [from_line(to_line(one)) for one in links] == links


@given(st.text() | st.sampled_from(["{}", "[]", "null", '{"at":1}', '{"at":"2026-11-23"}']))
def test_a_line_that_is_none_is_refused(line: str) -> None:
    with pytest.raises(CustodyError):
        from_line(line)
