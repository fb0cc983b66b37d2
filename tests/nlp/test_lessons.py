"""What verdicts teach: bounded, explained, and nothing about what may be grave."""

from collections.abc import Mapping
from datetime import date

import pytest

from nlp.classifier import NO_BARS, Classifier, Reading, ShippedClassifier
from nlp.lessons import GRAVE, MOST_BAR, MOST_POINTS, NO_LESSONS, Lessons, features, marks_of
from nlp.screening import Screener
from nlp.sheet import lay_out
from policies.pack_file import read_pack
from records.example import Example, VerdictKind
from records.finding import Category, Finding
from records.organisation import Organisation
from records.post import Context, Post
from records.roster import Roster

PEPPER = b"p" * 32
DAVID, FIONA = "s005", "s006"
ELSE, OFF_WORK, HARMLESS, WORSE = VerdictKind
FOOTBALL = "David Smith of SEO scored again, what a striker, the terraces at Cairnbrae went wild"
MORE_FOOTBALL = "Hat-trick for striker David Smith at Cairnbrae, our new dentist signed a decision"
SUREST = {None: 0, "possible": 1, "likely": 2, "certain": 3}


def post(text: str, **context: str) -> Post:
    return Post(id="p1", source="test", text=text, context=Context(**context))


def sure(finding: Finding, staff_id: str) -> int:
    return max((SUREST[m.certainty] for m in finding.staff if m.staff_id == staff_id), default=0)


class School:
    """Screens by rules alone, untaught and taught."""

    def __init__(self, organisation: Organisation, roster: Roster) -> None:
        self.organisation, self.roster = organisation, roster
        self.screener = Screener(
            organisation, roster, read_pack("spso"), None, None, today=date(2026, 11, 21)
        )

    def untaught(self, text: str, **context: str) -> Finding:
        self.screener.learn(NO_LESSONS)
        return self.screener.screen(post(text, **context))

    def taught(self, lessons: Lessons, text: str, **context: str) -> Finding:
        self.screener.learn(lessons)
        return self.screener.screen(post(text, **context))

    def example(self, record: int, kind: VerdictKind, staff_id: str, said: Post) -> Example:
        self.screener.learn(NO_LESSONS)
        finding = self.screener.screen(said)
        kept = features(said, finding, self.organisation, self.roster, PEPPER)
        return Example(record, kind, staff_id, None, frozenset(kept))


@pytest.fixture
def school(organisation: Organisation, roster: Roster) -> School:
    return School(organisation, roster)


def said(number: int, kind: VerdictKind, staff_id: str | None = DAVID, **more: object) -> Lessons:
    examples = [Example(record, kind, staff_id, **more) for record in range(number)]  # type: ignore[arg-type]
    return Lessons(examples, PEPPER)


ABOUT_WORK = "David Smith, complaints reviewer, signed my decision letter"


# Who is meant.


def test_a_name_that_meant_somebody_else_needs_more_and_the_finding_says_so(school: School) -> None:
    before = school.untaught(ABOUT_WORK)
    after = school.taught(said(4, ELSE), ABOUT_WORK)
    assert sure(after, DAVID) < sure(before, DAVID)
    told = "It was said 4 times before that this name meant somebody else."
    assert told in after.staff[0].reasons


@pytest.mark.parametrize(("times", "words"), [(1, "once"), (2, "twice"), (3, "3 times")], ids=str)
def test_how_often_it_was_said_is_told(school: School, times: int, words: str) -> None:
    found = school.taught(said(times, ELSE), f"{ABOUT_WORK} at SEO")
    assert f"It was said {words} before that this name meant somebody else." in (
        found.staff[0].reasons
    )


def test_a_lesson_about_one_person_is_none_about_another(school: School) -> None:
    text = "Fiona MacLeod, case officer, and her complaint"
    assert school.taught(said(9, ELSE), text) == school.untaught(text)


def test_posts_like_the_one_that_meant_somebody_else_weigh_double(school: School) -> None:
    lessons = Lessons([school.example(1, ELSE, DAVID, post(FOOTBALL))], PEPPER)
    alike = lessons.on_person(DAVID, marks_of(lay_out(post(MORE_FOOTBALL)), PEPPER))
    unlike = lessons.on_person(DAVID, marks_of(lay_out(post(ABOUT_WORK)), PEPPER))
    assert (alike.points, unlike.points) == (-0.5, -0.25)
    (reason,) = alike.reasons
    assert reason == (
        "It was said once before that this name meant somebody else, in posts that share"
        " “cairnbrae”, “striker” with this one."
    )


def test_one_community_is_enough_to_be_alike(school: School) -> None:
    there = post("David Smith of SEO again", community="r/CairnbraeFC")
    lessons = Lessons([school.example(1, ELSE, DAVID, there)], PEPPER)
    here = marks_of(lay_out(post("Well done David Smith", community="r/cairnbraefc")), PEPPER)
    assert lessons.on_person(DAVID, here).points == -0.5
    assert "the same community" in lessons.on_person(DAVID, here).reasons[0]


def test_words_of_a_post_that_did_mean_the_person_make_nothing_alike(school: School) -> None:
    examples = [school.example(1, ELSE, DAVID, post(FOOTBALL))]
    right = school.example(2, WORSE, DAVID, post("David Smith SEO striker Cairnbrae"))
    here = marks_of(lay_out(post(MORE_FOOTBALL)), PEPPER)
    assert Lessons(examples, PEPPER).on_person(DAVID, here).points == -0.5
    assert Lessons([*examples, right], PEPPER).on_person(DAVID, here).points == 0


def test_what_an_example_keeps_says_nothing_in_clear(school: School) -> None:
    kept = features(
        post(FOOTBALL), school.untaught(FOOTBALL), school.organisation, school.roster, PEPPER
    )
    assert len(kept) > 3
    assert all(len(one) == 64 and set(one) <= set("0123456789abcdef") for one in kept)
    assert kept != features(
        post(FOOTBALL), school.untaught(FOOTBALL), school.organisation, school.roster, b"q"
    )


def test_neither_the_name_nor_the_bodys_own_words_make_posts_alike(school: School) -> None:
    text = "David Smith, complaint, SEO, Ombudsman, case officer"
    assert (
        features(post(text), school.untaught(text), school.organisation, school.roster, PEPPER)
        == ()
    )


def test_many_posts_of_one_record_count_once() -> None:
    many = Lessons([Example(7, ELSE, DAVID)] * 50, PEPPER)
    assert many.on_person(DAVID, marks_of(lay_out(post("x")), PEPPER)).points == -0.25


@pytest.mark.parametrize("kind", VerdictKind)
@pytest.mark.parametrize("number", [1, 3, 100])
def test_no_number_of_verdicts_moves_a_name_by_more_than_a_point(
    kind: VerdictKind, number: int
) -> None:
    marks = marks_of(lay_out(post("x")), PEPPER)
    assert abs(said(number, kind).on_person(DAVID, marks).points) <= MOST_POINTS


@pytest.mark.parametrize(
    "text",
    [
        "David Smith at SEO",
        "David Smith of the Ombudsman on the terraces",
        "John Brown of the Ombudsman",
        "Grace Law from SEO and her law of grace",
        "James Wilson SEO striker Cairnbrae",
    ],
)
def test_a_whole_name_beside_the_body_stays_possible(school: School, text: str) -> None:
    (staff_id,) = {one.staff_id for one in school.untaught(text).staff}
    examples = [school.example(one, ELSE, staff_id, post(text)) for one in range(40)]
    assert sure(school.taught(Lessons(examples, PEPPER), text), staff_id) >= 1


def test_an_own_account_is_past_doubting(school: School) -> None:
    found = school.taught(said(40, ELSE, FIONA), "thanks @fi_macleod")
    assert sure(found, FIONA) == 3


def test_somebody_of_whom_posts_were_worse_needs_a_little_less() -> None:
    marks = marks_of(lay_out(post("x")), PEPPER)
    assert said(2, WORSE).on_person(DAVID, marks).points == 0.5
    assert said(40, WORSE).on_person(DAVID, marks).points == 0.5


# Whether it is about their work.


def test_posts_like_those_that_were_not_about_work_are_unclear(school: School) -> None:
    text = "Moira Kilgallon of SEO at the Cairnbrae regatta, rowing for Auchterbrae"
    before = school.untaught(text)
    assert before.staff[0].duties == "yes"
    lessons = Lessons([school.example(1, OFF_WORK, "s018", post(text))], PEPPER)
    after = school.taught(lessons, text)
    assert (after.staff[0].duties, after.disposition) == ("unclear", "review")
    assert (
        after.staff[0]
        .reasons[-1]
        .startswith(
            "It was said once before that such a post was not about their work, in posts that share"
        )
    )
    unlike = "Moira Kilgallon of SEO refused my appeal"
    assert school.taught(lessons, unlike) == school.untaught(unlike)


# What may be grave.

GRAVE_TEXTS = [
    ("I am going to kill David Smith", DAVID),
    ("gonnae batter that David Smith at SEO", DAVID),
    ("somebody should shoot David Smith, complaints reviewer", DAVID),
    ("David Smith lives at 14 Cairnbrae Wynd, blue door", DAVID),
    ("everybody phone David Smith of SEO at home tonight and let him know", DAVID),
    ("Ms Kilgallon refused my complaint, I'll batter her", "s018"),
]


@pytest.mark.clause("SPSO 24")
@pytest.mark.parametrize(("text", "staff_id"), GRAVE_TEXTS, ids=[one[0] for one in GRAVE_TEXTS])
def test_no_verdict_changes_anything_about_a_post_with_something_grave(
    school: School, text: str, staff_id: str
) -> None:
    before = school.untaught(text)
    if not set(before.categories) & GRAVE:
        pytest.fail("the rules should find something grave here")
    like_it = school.example(0, ELSE, staff_id, post(text)).features
    examples = [
        Example(record, kind, staff_id, category, like_it)
        for record in range(30)
        for kind in (ELSE, OFF_WORK, HARMLESS)
        for category in Category
    ]
    after = school.taught(Lessons(examples, PEPPER), text)
    assert after == before
    assert after.disposition != "ignore"


@pytest.mark.clause("SPSO 24")
@pytest.mark.parametrize("category", sorted(GRAVE))
def test_nothing_said_of_other_posts_raises_the_bar_for_what_may_be_grave(
    category: Category,
) -> None:
    assert said(50, HARMLESS, None, category=category).bar(category) == 0
    assert said(2, WORSE, None, category=category).bar(category) == -0.5


# How bad it is.


@pytest.mark.parametrize("category", sorted(set(Category) - GRAVE))
def test_the_bar_for_the_others_moves_both_ways_and_not_far(category: Category) -> None:
    assert said(2, HARMLESS, None, category=category).bar(category) == 0.5
    assert said(50, HARMLESS, None, category=category).bar(category) == MOST_BAR
    assert said(50, WORSE, None, category=category).bar(category) == -MOST_BAR
    other = next(one for one in Category if one is not category)
    assert said(50, HARMLESS, None, category=category).bar(other) == 0


class Undecided(ShippedClassifier):
    """Reads every text as exactly this much of an insult and of a threat."""

    def __init__(self, score: float) -> None:
        self._score = score

    def check(self) -> None: ...

    def warm(self) -> None: ...

    def read(self, text: str, bars: Mapping[Category, float] = NO_BARS) -> list[Reading]:
        from nlp.classifier import _moved  # noqa: PLC0415

        return [
            Reading(one, self._score, 0, len(text))
            for one in (Category.INSULT, Category.THREAT)
            if self._score >= _moved(0.5, bars.get(one))
        ]


def read_by(score: float, lessons: Lessons, organisation: Organisation, roster: Roster) -> Finding:
    classifier: Classifier = Undecided(score)
    screener = Screener(
        organisation,
        roster,
        read_pack("spso"),
        None,
        classifier,
        today=date(2026, 11, 21),
        lessons=lessons,
    )
    return screener.screen(post("Moira Kilgallon of SEO and a quiet word"))


def test_a_reading_that_was_called_harmless_has_to_score_higher_but_a_threat_does_not(
    organisation: Organisation, roster: Roster
) -> None:
    both = Lessons(
        [Example(one, HARMLESS, None, kind) for one in range(2) for kind in Category], PEPPER
    )
    before = read_by(0.55, NO_LESSONS, organisation, roster)
    after = read_by(0.55, both, organisation, roster)
    assert set(before.categories) == {Category.THREAT, Category.INSULT}
    assert set(after.categories) == {Category.THREAT}


def test_a_reading_that_was_called_worse_counts_from_a_lower_score_and_says_so(
    organisation: Organisation, roster: Roster
) -> None:
    worse = said(2, WORSE, None, category=Category.THREAT)
    assert Category.THREAT not in read_by(0.4, NO_LESSONS, organisation, roster).categories
    (found,) = read_by(0.4, worse, organisation, roster).concerns
    assert found.category is Category.THREAT
    assert "It was said twice before that such a post was worse than thought." in found.reasons


def test_what_a_rule_finds_no_verdict_takes_away(school: School) -> None:
    text = "Moira Kilgallon at SEO is a useless lying bastard"
    before = school.untaught(text)
    assert Category.INSULT in before.categories
    examples = [Example(one, HARMLESS, "s018", kind) for one in range(50) for kind in Category]
    assert school.taught(Lessons(examples, PEPPER), text).concerns == before.concerns
