"""The lifecycle: every state against everything that happens, and the drawing of it."""

from itertools import product
from pathlib import Path

import pytest

from casework.closing import MANDATORY
from casework.kinds import KINDS
from casework.lifecycle import STATES, TRANSITIONS, Happens, TransitionError, after
from casework.lifecycle_picture import picture
from records.audit import MACHINE

DRAWN = Path(__file__).parents[2] / "docs" / "reference" / "lifecycle.svg"
REFUSED = "refused"


def follows(state: str, happens: Happens, actor: str) -> str:
    try:
        return after(state, happens, actor=actor)
    except TransitionError:
        return REFUSED


def test_the_table_says_what_follows_and_nothing_else_does() -> None:
    table = {
        "open": {"acknowledged": "acknowledged", "graver": "open", "erased": "closed"},
        "acknowledged": {"decided": "decided", "graver": "open", "erased": "closed"},
        "decided": {
            "decided": "decided",
            "closed": "closed",
            "graver": "open",
            "erased": "closed",
        },
        "closed": {"reopened": "acknowledged", "graver": "open", "erased": "closed"},
    }
    for state, happens in product(STATES, Happens):
        assert follows(state, happens, "s002") == table[state].get(happens, REFUSED)


@pytest.mark.clause("SPSO 24")
def test_the_machine_opens_again_and_never_decides_closes_or_acknowledges() -> None:
    for state, happens in product(STATES, Happens):
        if happens in {Happens.GRAVER, Happens.ERASED}:
            continue
        assert follows(state, happens, MACHINE) == REFUSED
    assert {row.happens for row in TRANSITIONS if row.by_machine} == {
        Happens.GRAVER,
        Happens.ERASED,
    }


@pytest.mark.parametrize(
    ("state", "happens", "said"),
    [
        ("open", Happens.DECIDED, "say first that they have seen it"),
        ("acknowledged", Happens.CLOSED, "once an outcome is decided"),
        ("open", Happens.REOPENED, "not closed"),
        ("closed", Happens.DECIDED, "open it again first"),
    ],
)
def test_what_cannot_follow_is_refused_in_words(state: str, happens: Happens, said: str) -> None:
    with pytest.raises(TransitionError, match=said):
        after(state, happens, actor="s002")


def test_every_row_names_states_that_there_are_and_its_clause() -> None:
    for row in TRANSITIONS:
        assert {row.source, row.target} <= set(STATES)
        assert row.clause


def test_the_drawing_in_the_docs_is_that_of_the_table() -> None:
    assert DRAWN.read_text("utf-8") == picture(), (
        "run `namewatch lifecycle` anew (see lifecycle.md)"
    )


def test_the_page_holds_the_states_and_the_table() -> None:
    page = (DRAWN.parent / "lifecycle.md").read_text("utf-8")
    for state, words in STATES.items():
        assert f"- **{state}**: {words}." in page
    for row in TRANSITIONS:
        by_itself = "yes" if row.by_machine else ""
        line = f"| {row.source} | {row.happens} | {row.target} | {by_itself} | {row.clause} |"
        assert line in page


def test_the_page_about_records_holds_every_kind_of_step() -> None:
    page = (DRAWN.parent / "record.md").read_text("utf-8")
    for kind in KINDS.values():
        acts = "yes" if kind.acts else ""
        assert f"| `{kind.name}` | {kind.title} | {', '.join(kind.clauses)} | {acts} |" in page
    assert page.count("\n| `") == len(KINDS) + len(MANDATORY) + page.count("\n| `namewatch ")
