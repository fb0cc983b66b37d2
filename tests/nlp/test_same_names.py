"""What is said of a roster's names is what screening really does with them."""

import pytest

from nlp.same_names import shared_names, standing
from nlp.screening import Screener
from policies.pack_file import read_pack
from records.finding import Certainty
from records.organisation import Organisation
from records.post import Post
from records.roster import Roster, StaffMember, roster_of
from tests.nlp.conftest import TODAY


def certainty(
    organisation: Organisation, roster: Roster, staff_id: str, text: str
) -> Certainty | None:
    """How sure screening is that this text means this person, with the sentence left unread."""
    screener = Screener(organisation, roster, read_pack("spso"), None, today=TODAY)
    found = screener.screen(Post(id="p1", source="test", text=text)).staff
    return next((one.certainty for one in found if one.staff_id == staff_id), None)


@pytest.mark.parametrize(
    "name",
    [
        "Rosalind Auchterlonie",
        "Eilidh Drummond",
        "Fiona MacLeod",
        "Karen Stewart",
        "Andrew Campbell",
        "David Smith",
        "John Brown",
    ],
)
def test_a_names_standing_is_how_sure_screening_is_of_it(
    organisation: Organisation, name: str
) -> None:
    member = StaffMember("s001", name)
    said = standing(member)
    assert said
    roster = roster_of([member])
    assert said.alone == certainty(organisation, roster, "s001", f"So, {name}.")
    beside = f"So, {name}. Scottish Example Ombudsman."
    assert said.beside_the_body == certainty(organisation, roster, "s001", beside)


@pytest.mark.parametrize(
    ("name", "needs_context"),
    [("John Brown", True), ("Karen Stewart", True), ("Fiona MacLeod", False), ("Cher", True)],
)
def test_only_a_name_that_is_passed_over_alone_needs_context(
    name: str, needs_context: bool
) -> None:
    said = standing(StaffMember("s001", name, handles=("@somebody",)))
    assert said
    assert said.needs_context is needs_context


def test_a_name_without_a_form_to_look_for_has_no_standing() -> None:
    assert standing(StaffMember("s001", "X", handles=("@somebody",))) is None


PEOPLE = {
    "fm": StaffMember("fm", "Fiona MacLeod"),
    "im": StaffMember("im", "Iseabail McLeod"),
    "fw": StaffMember("fw", "Fiona Wotherspoon"),
    "rb": StaffMember("rb", "Robert Brown"),
    "bb": StaffMember("bb", "Bob Brown"),
    "ds": StaffMember("ds", "David Smith"),
    "d2": StaffMember("d2", "David Smith"),
}
CASES = [
    (("fm", "im"), "surname", "macleod"),
    (("fm", "fw"), "first name", "fiona"),
    (("d2", "ds"), "whole name", "david smith"),
    (("im", "fw"), None, None),
    (("fm", "rb"), None, None),
]


@pytest.mark.parametrize(("ids", "what", "text"), CASES)
def test_people_share_the_most_telling_form_or_none(
    ids: tuple[str, ...], what: str | None, text: str | None
) -> None:
    found = [(one.what, one.text, one.staff_ids) for one in shared_names(PEOPLE[i] for i in ids)]
    assert found == ([(what, text, ids)] if what else [])


def test_whoever_bears_the_form_as_written_does_not_share_it(organisation: Organisation) -> None:
    people = [PEOPLE["rb"], PEOPLE["bb"]]
    shared = {one.text for one in shared_names(people)}
    assert not shared & {"robert brown", "bob brown"}
    text = "Robert Brown signed the decision letter on my complaint, SEO"
    assert certainty(organisation, roster_of(people), "rb", text) == "certain"
    assert certainty(organisation, roster_of(people), "bb", text) is None


def test_people_who_share_a_form_are_two_candidates(organisation: Organisation) -> None:
    people = [PEOPLE["fm"], PEOPLE["im"]]
    (shared,) = shared_names(people)
    for staff_id in shared.staff_ids:
        text = f"Ms {shared.text.title()} at the SEO refused my complaint"
        assert certainty(organisation, roster_of(people), staff_id, text) == "possible"
