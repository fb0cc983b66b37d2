"""Who may be meant where nobody is named, and posts from the body's own people."""

import pytest

from tests.nlp.conftest import Screen
from tests.nlp.test_linking import Case, meant

MAY_BE_MEANT = [
    Case("my case officer at the SEO fobbed me off", {"s006": "possible"}),
    Case("the complaints reviewer who did my complaint at SEO never read it", {"s005": "possible"}),
    Case(
        "whoever signed off my decision letter at SEO should be ashamed",
        {"s005": "possible", "s006": "possible", "s010": "possible"},
    ),
    Case(
        "that woman at the SEO who signed it is a disgrace",
        {"s005": "possible", "s006": "possible", "s010": "possible"},
    ),
    Case("SEO's communications manager is a corrupt liar", {"s004": "possible"}),
    Case("my investigator is a rat", {"s010": "possible"}, {"title": "SEO turned me down"}),
]

NOBODY_IN_PARTICULAR = [
    Case("The Ombudsman is useless, SEO is a waste of money"),
    Case("SEO is hiring a complaints reviewer"),
    Case("a case officer looks at each complaint to SEO"),
    Case("SEO case officers are overworked"),
    Case("my case officer at the council is a rat, I told SEO"),
    Case("SEO's director will give a talk on Tuesday"),
    Case("my case officer is a rat"),
]

ANSWERS = [
    ("she is a liar", "she"),
    ("What a joke he is", "he"),
    ("That one again", "That one"),
    ("gonnae get hur sacked", "hur"),
]


@pytest.mark.parametrize("case", MAY_BE_MEANT, ids=lambda case: case.text)
def test_a_role_or_a_description_may_mean_those_who_hold_it(screen: Screen, case: Case) -> None:
    assert meant(screen(case.text, **case.context)) == case.meant


@pytest.mark.parametrize("case", NOBODY_IN_PARTICULAR, ids=lambda case: case.text)
def test_a_role_in_general_means_nobody(screen: Screen, case: Case) -> None:
    assert meant(screen(case.text)) == {}


@pytest.mark.parametrize(("text", "word"), ANSWERS)
def test_a_pronoun_stands_for_whoever_the_answered_post_names(
    screen: Screen, text: str, word: str
) -> None:
    (match,) = screen(text, parent_text="Fiona MacLeod at SEO refused it").staff
    assert (match.staff_id, match.certainty, match.field) == ("s006", "possible", "text")
    assert text[match.start : match.end] == match.surface == word


def test_she_after_somebody_elses_mother_is_that_mother(screen: Screen) -> None:
    finding = screen("my mum said she cried", parent_text="Fiona MacLeod at SEO refused it")
    assert [match.field for match in finding.staff] == ["context"]


def test_the_words_that_stand_for_a_person_are_the_place_of_the_match(screen: Screen) -> None:
    text = "Ach, my case officer at the SEO fobbed me off"
    (match,) = screen(text).staff
    assert text[match.start : match.end] == match.surface == "my case officer"
    assert all(reason.endswith(".") for reason in match.reasons)


def test_a_role_alone_alerts_nobody(screen: Screen) -> None:
    assert screen("my case officer at the SEO fobbed me off").disposition == "review"


def test_a_threat_to_a_role_of_the_body_is_an_alert(screen: Screen) -> None:
    assert screen("I'm going to stab my case officer at the SEO").disposition == "alert"


@pytest.mark.clause("SPSO 67")
@pytest.mark.parametrize("account", ["@SEO_Scot", "seo.example", "news.seo.example"])
def test_the_bodys_own_account_names_its_staff_without_an_alert(
    screen: Screen, account: str
) -> None:
    finding = screen("Our case officer Fiona MacLeod will speak about complaints", by=account)
    assert meant(finding) == {"s006": "certain"}
    assert {match.duties for match in finding.staff} == {"no"}
    assert finding.disposition == "ignore"


@pytest.mark.clause("SPSO 67")
def test_staff_may_name_themselves(screen: Screen) -> None:
    text = "I am Fiona MacLeod, case officer at SEO"
    assert screen(text, by="fi_macleod").disposition == "ignore"


@pytest.mark.parametrize("account", ["SEO_hater", "SEO_Scot_fan", "seo.example.bad.example"])
def test_an_account_that_sounds_like_the_body_is_a_strangers(screen: Screen, account: str) -> None:
    assert screen("Fiona MacLeod at SEO refused my complaint", by=account).disposition == "alert"


def test_a_threat_from_the_bodys_own_account_still_alerts(screen: Screen) -> None:
    assert screen("I'll stab Fiona MacLeod of SEO", by="SEO_Scot").disposition == "alert"
