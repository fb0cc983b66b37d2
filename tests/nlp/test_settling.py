"""What would make a doubtful match certain is tried on a changed post, and said only if it does."""

import pytest

from nlp.screening import Screener
from nlp.settling import what_would_settle
from records.organisation import Organisation
from records.post import Context, Post
from records.roster import Roster

CASES = [
    ("Fiona MacLeod never rang me back", {}, "s006", "named the body itself"),
    ("Ms Cruickshank refused my complaint, SEO", {}, "s014", "gave the whole name itself"),
    (
        "Mr Wilson rejected my complaint and decision letter",
        {},
        "s015",
        "gave the whole name itself and named the body itself",
    ),
    ("David Smith at the SEO", {}, "s005", "used a word of the body's work"),
    (
        "what a joke",
        {"parent_text": "Moira Kilgallon at the SEO"},
        "s018",
        "gave the whole name itself",
    ),
    ("what a joke, SEO", {"title": "Ms Cruickshank"}, "s014", "gave the whole name itself"),
    ("Fiona MacLeod at the SEO rejected my complaint", {}, "s006", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "context", "staff_id", "said"), CASES)
def test_the_least_change_that_makes_it_certain_is_said(
    screener: Screener,
    organisation: Organisation,
    roster: Roster,
    text: str,
    context: dict[str, str],
    staff_id: str,
    said: str | None,
) -> None:
    post = Post(id="p1", source="test", text=text, context=Context(**context))
    (match,) = (one for one in screener.screen(post).staff if one.staff_id == staff_id)
    member = roster[staff_id]
    assert what_would_settle(screener.screen, post, match, member, organisation) == said


def test_nothing_is_said_when_nothing_tried_would_do(
    screener: Screener, organisation: Organisation, roster: Roster
) -> None:
    post = Post(id="p1", source="test", text="Ms Cruickshank refused my complaint, SEO")
    doubtful = screener.screen(post)
    (match,) = doubtful.staff
    for screen in (lambda _: doubtful, lambda _: doubtful.model_copy(update={"staff": ()})):
        assert what_would_settle(screen, post, match, roster["s014"], organisation) is None


def test_a_very_long_text_is_not_screened_again(
    screener: Screener, organisation: Organisation, roster: Roster
) -> None:
    post = Post(id="p1", source="test", text="Ms Cruickshank, SEO complaint" + " so" * 10_000)
    (match,) = screener.screen(post).staff

    def never(_: Post) -> object:
        pytest.fail("it was screened again")

    assert what_would_settle(never, post, match, roster["s014"], organisation) is None  # type: ignore[arg-type]
