"""Who is meant: names as written, with little context, in disguise, and namesakes."""

from dataclasses import dataclass, field

import pytest

from records.finding import Finding
from tests.nlp.conftest import Screen


@dataclass
class Case:
    text: str
    meant: dict[str, str] = field(default_factory=dict)
    """staff_id -> certainty; empty when nobody on the staff is meant."""
    context: dict[str, str] = field(default_factory=dict)


CERTAIN = [
    Case("Fiona MacLeod at the SEO rejected my complaint", {"s006": "certain"}),
    Case("SEO's MacLeod, Fiona signed it", {"s006": "certain"}),
    Case("Fiona McLeod from the Scottish Example Ombudsman", {"s006": "certain"}),
    Case("fiona mac leod, SEO", {"s006": "certain"}),
    Case("Fi MacLeod of SEO again", {"s006": "certain"}),
    Case("@fi_macleod do you ever answer", {"s006": "certain"}),
    Case("see x.example/fi_macleod for more", {"s006": "certain"}),
    Case("#SackFionaMacLeod @SEO_Scot", {"s006": "certain"}),
    Case("#sackfionamacleod www.seo.example", {"s006": "certain"}),
    Case("Alasdair ONeil wrote to me from complaints@seo.example", {"s010": "certain"}),
    Case("Alasdair O\u2019Neil, case officer, SEO", {"s010": "certain"}),
    Case("Agnieszka Wojcik at SEO", {"s012": "certain"}),
    Case("Rab Fairgrieve, SEO", {"s013": "certain"}),
    Case("Bob Fairgrieve decided my complaint at the SEO", {"s013": "certain"}),
    Case("Margaret Tweedie Lamont of the SEO", {"s002": "certain"}),
    Case("Maggie Tweedie-Lamont of the SEO", {"s002": "certain"}),
    Case("Zainab Haldane from SEO", {"s020": "certain"}),
    Case("David Smith, complaints reviewer at the SEO", {"s005": "certain"}),
    Case("David Smith refused my complaint, SEO is a joke", {"s005": "certain"}),
    Case("Call 0131 496 0000 and ask for Moira Kilgallon", {"s018": "certain"}),
    Case("FIONA MACLEOD AT SEO IGNORED ME", {"s006": "certain"}),
    Case("david smith refused my complaint, the SEO is useless", {"s005": "certain"}),
    Case("Eilidh Drummond used to be at SEO", {"s016": "certain"}),
]

LESS_SURE = [
    Case("Niche news: Rosalind Auchterlonie has a new dog", {"s001": "likely"}),
    Case("Niche news: Kenneth Wotherspoon has a new dog", {"s003": "possible"}),
    Case("Fiona MacLeod never rang me back", {"s006": "possible"}),
    Case("David Smith at the SEO", {"s005": "likely"}),
    Case("Fiona MacLoed from SEO", {"s006": "likely"}),
    Case("Ms Cruickshank at the SEO refused my complaint", {"s014": "likely"}),
    Case("Cruickshank at SEO turned down my complaint", {"s014": "likely"}),
    Case("Fiona from the SEO turned down my complaint", {"s006": "possible"}),
    Case("What a joke, David Smith again", {"s005": "certain"}, {"title": "My SEO complaint"}),
]

TWO_PEOPLE = [
    Case("F. MacLeod at SEO refused my complaint", {"s006": "possible", "s007": "possible"}),
    Case("MacLeod at SEO refused my complaint", {"s006": "possible", "s007": "possible"}),
    Case("Ms MacLeod at SEO refused my complaint", {"s006": "possible", "s007": "possible"}),
    Case("Fiona MacLeod at SEO. MacLeod lost my complaint", {"s006": "certain"}),
]

SOMEBODY_ELSE = [
    Case("David Smith scored twice on Saturday"),
    Case("Lovely new album by John Brown"),
    Case("MacLeod Street is closed, says the SEO"),
    Case("Fiona MacLeod Street is closed"),
    Case("Bought it at Smith Motors, my complaint is with them"),
    Case("Iain MacLeod wrote about the SEO"),
    Case("The SEO says grace is due before law"),
    Case("By the grace law has, said the SEO"),
    Case("May the SEO see sense about the law"),
    Case("Fiona Bruce asked about the SEO on the telly"),
    Case("James Wilson and Andrew Campbell are on the pitch, goal"),
    Case("The colour brown suits my complaint letter"),
    Case("Torquil Abernethy left the SEO years ago"),
    Case("the dfiona macleodx thing at SEO"),
    Case("SEO tips: how David ranks first in search"),
    Case("email me at john.brownlow@firm.example"),
    Case(""),
    Case("Nothing to see here at all"),
]

AROUND = [
    Case("She should be ashamed", {"s006": "possible"},
         {"parent_text": "Fiona MacLeod at SEO refused it"}),
    Case("Read this", {"s006": "possible"}, {"link_title": "Fiona MacLeod of the SEO explains"}),
    Case("MacLeod again", {"s006": "likely"}, {"parent_text": "Fiona MacLeod at SEO refused it"}),
    Case("She refused it", {"s006": "certain"}, {"title": "Fiona MacLeod of SEO"}),
    Case("Andrew Campbell refused my complaint", {"s019": "certain"}, {"community": "SEO_Scot"}),
]  # fmt: skip


def meant(finding: Finding) -> dict[str, str]:
    order = ("certain", "likely", "possible")
    found: dict[str, str] = {}
    for match in finding.staff:
        known = found.get(match.staff_id, "possible")
        found[match.staff_id] = min(match.certainty, known, key=order.index)
    return found


@pytest.mark.parametrize("case", CERTAIN, ids=lambda case: case.text)
def test_a_name_with_enough_context_is_certain(screen: Screen, case: Case) -> None:
    assert meant(screen(case.text, **case.context)) == case.meant


@pytest.mark.parametrize("case", LESS_SURE, ids=lambda case: case.text)
def test_a_name_with_little_context_is_less_sure(screen: Screen, case: Case) -> None:
    assert meant(screen(case.text, **case.context)) == case.meant


@pytest.mark.parametrize("case", TWO_PEOPLE, ids=lambda case: case.text)
def test_two_people_with_one_surname_stay_two(screen: Screen, case: Case) -> None:
    assert meant(screen(case.text)) == case.meant


@pytest.mark.parametrize("case", SOMEBODY_ELSE, ids=lambda case: case.text or "empty")
def test_namesakes_places_and_words_are_nobody(screen: Screen, case: Case) -> None:
    assert meant(screen(case.text)) == {}


@pytest.mark.parametrize("case", AROUND, ids=lambda case: str(case.context))
def test_what_surrounds_the_post_counts(screen: Screen, case: Case) -> None:
    assert meant(screen(case.text, **case.context)) == case.meant


def test_a_threat_is_not_lost_to_a_common_name(screen: Screen) -> None:
    assert meant(screen("David Smith I'm gonnae find you and stab you"))["s005"] == "possible"


def test_each_match_has_reasons_in_sentences(screen: Screen) -> None:
    for match in screen("F1ona McLeod of SEO refused my complaint").staff:
        assert len(match.reasons) >= 3
        assert all(reason.endswith(".") for reason in match.reasons)
        assert "The name is written in disguise." in match.reasons


@pytest.mark.clause("SPSO 67")
@pytest.mark.parametrize(
    ("text", "duties"),
    [
        ("Fiona MacLeod refused my complaint", "yes"),
        ("Fiona MacLeod works at the SEO", "yes"),
        ("Mhairi Cruickshank ran the marathon in four hours", "no"),
        ("Mhairi Cruickshank said hello", "unclear"),
    ],
)
def test_duties_say_whether_the_post_is_about_work(screen: Screen, text: str, duties: str) -> None:
    assert {match.duties for match in screen(text).staff} == {duties}


@pytest.mark.parametrize("text", ["Eilidh Drummond of the SEO", "Torquil Abernethy of the SEO"])
def test_leavers_are_watched_for_as_long_as_the_body_says(screen: Screen, text: str) -> None:
    assert bool(screen(text).staff) == text.startswith("Eilidh")
