"""Every step, part and choice has its words, and none that nobody asks for."""

import re

import pytest

from casework.kinds import KINDS
from casework.step_parts import Sort
from console.step_words import PartWords, step_words
from policies.clauses import is_known

EVERY_KIND = pytest.mark.parametrize("name", KINDS)


def test_there_are_words_for_every_kind_and_for_no_other() -> None:
    assert list(step_words()) == list(KINDS)


@EVERY_KIND
def test_every_part_has_its_question(name: str) -> None:
    parts = [part.name for part in KINDS[name].all_parts]
    assert sorted(step_words()[name].parts) == sorted(parts)


@EVERY_KIND
def test_every_choice_has_its_words(name: str) -> None:
    words = step_words()[name].parts
    for part in KINDS[name].all_parts:
        assert sorted(words[part.name].options) == sorted(part.choices), part.name


@EVERY_KIND
def test_what_may_be_left_out_says_so(name: str) -> None:
    for part in KINDS[name].all_parts:
        said = words_of(step_words()[name].parts[part.name])
        if part.optional and part.sort is not Sort.WORDS:
            assert re.search("optional|only|reviewed", said.lower()), part.name


@EVERY_KIND
def test_the_first_question_is_a_choice_without_conditions(name: str) -> None:
    first = step_words()[name].first
    for part in KINDS[name].all_parts:
        if part.name == first:
            assert part.sort is Sort.CHOICE
            assert part.when is None


@EVERY_KIND
def test_every_clause_is_one_of_the_policies(name: str) -> None:
    for words in step_words()[name].parts.values():
        for clause in words.clause:
            assert is_known(clause, clause.split()[0].lower()), clause


@EVERY_KIND
def test_the_words_are_plain(name: str) -> None:
    """No codes, no jargon, no blame, and no sentence that runs on."""
    words = step_words()[name]
    told = [words.heading, words.lead, words.done, *map(words_of, words.parts.values())]
    for text in told:
        assert not re.search(
            r"staff_id|offender|abuser|victim|suspect|[a-z]_[a-z]|[a-z]/[a-z]", text
        )
        for sentence in re.split(r"[.?!:] ", text):
            assert len(sentence.split()) <= 20, sentence


def words_of(part: PartWords) -> str:
    return ". ".join((part.ask, part.hint, *part.options.values()))


@EVERY_KIND
def test_no_part_is_called_as_what_a_form_sends_besides(name: str) -> None:
    besides = {"stage", "seen", "of", "done", "done-when", "done-time"}
    assert not besides & {part.name for part in KINDS[name].all_parts}
