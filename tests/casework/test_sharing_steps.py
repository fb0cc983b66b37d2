"""Who else hears of it, and how little they hear."""

import pytest

from casework.errors import StepUnfitError
from casework.kinds import KINDS
from casework.kinds_sharing import notice, personal_record
from casework.permissions import Action
from tests.casework.body import ALICE, COMMS, DIRECTOR, HR, MANAGER, STRANGER, Case

SHARED = {
    "decision": "shared",
    "words": "one naming, on a social network, in hand",
    "person_named": "no",
    "why": "as the policy asks",
}


@pytest.mark.clause("SPSO 71")
@pytest.mark.clause("WICS Named ¶5")
@pytest.mark.parametrize("policy", ["spso", "wics"])
def test_only_who_shares_with_the_leadership_releases_it_and_says_how_little(policy: str) -> None:
    made = Case(policy)
    assert KINDS["leadership"].action is Action.DECIDE_LEADERSHIP_SHARING
    assert not made.wrong("leadership", COMMS, **SHARED)
    assert "It is shared by the" in made.wrong("leadership", MANAGER, **SHARED)
    assert "It is shared by the" in made.wrong("leadership", DIRECTOR, **SHARED)
    for part in ("words", "person_named", "why"):
        less = {name: value for name, value in SHARED.items() if name != part}
        with pytest.raises(StepUnfitError, match="is missing"):
            made.wrong("leadership", COMMS, **less)


@pytest.mark.clause("SPSO 71")
def test_where_the_custodian_is_named_the_deputy_releases_it() -> None:
    made = Case(named=COMMS)
    assert not made.wrong("leadership", DIRECTOR, **SHARED)
    assert made.wrong("leadership", COMMS, **SHARED)


@pytest.mark.clause("SPSO 71")
def test_nothing_enters_the_personal_record_unless_the_person_and_hr_both_say_so() -> None:
    made = Case("spso")
    assert personal_record(made.known) == "not recorded"
    made.take("personal-record", HR, for_="hr_officer", answer="record")
    assert personal_record(made.known) == "not recorded"
    made.take("personal-record", MANAGER, for_="affected", answer="no-view")
    assert personal_record(made.known) == "not recorded"
    made.take("personal-record", MANAGER, for_="affected", answer="record")
    assert personal_record(made.known) == "recorded"
    assert "Only the HR officer" in made.wrong(
        "personal-record", MANAGER, for_="hr_officer", answer="record"
    )


@pytest.mark.clause("WICS Named ¶5")
def test_where_the_policy_leaves_the_decider_open_the_body_has_named_one() -> None:
    made = Case("wics")
    role = "personal_record_decider"
    assert "for is one of" in made.wrong(
        "personal-record", MANAGER, for_="affected", answer="record"
    )
    made.take("personal-record", HR, for_=role, answer="record")
    assert personal_record(made.known) == "recorded"


@pytest.mark.clause("SPSO 66")
@pytest.mark.clause("SPSO 68")
@pytest.mark.clause("WICS Record ¶1")
@pytest.mark.clause("WICS Termination record")
def test_every_sharing_is_logged_with_what_to_whom_and_why_and_when_it_was_seen() -> None:
    made = Case()
    step = {"to": "staff", "to_whom": STRANGER, "what": "that calls end at five", "why": "answers"}
    for part in ("to_whom", "what", "why"):
        less = {name: value for name, value in step.items() if name != part}
        with pytest.raises(StepUnfitError, match="is missing"):
            made.wrong("shared", **less)
    made.take("shared", **step)
    made.take("shared-seen", number="1", on="2026-11-24")
    assert "told in private, and in no other way" in made.wrong(
        "shared", **step | {"to_whom": ALICE}
    )


@pytest.mark.clause("SPSO 19")
def test_what_goes_to_an_outside_adviser_says_whether_it_is_pseudonymised() -> None:
    with pytest.raises(StepUnfitError, match="pseudonymised is missing"):
        Case().wrong("shared", to="outside-adviser", whom="a chair", what="the case", why="advice")


@pytest.mark.clause("SPSO 65")
@pytest.mark.clause("SPSO 66.1")
@pytest.mark.clause("SPSO 66.2")
@pytest.mark.clause("SPSO 31.3")
@pytest.mark.clause("WICS Record ¶1")
def test_phone_and_web_teams_hear_of_the_restriction_and_nothing_of_its_cause() -> None:
    made = Case()
    made.tell_and_ask(answer="no-view")
    made.take("author", type="public", represents="no")
    made.take(
        "restriction",
        restriction="no_staff_details",
        evidence="1",
        adjustments="none-needed",
        why="a threat against Fenella",
        review_on="2027-05-24",
        explained="explained",
        explained_on="2026-11-23",
        timing_told="yes",
        wishes="no-view",
    )
    assert {part.name for part in KINDS["notice"].all_parts} == {
        "restriction",
        "team",
        "people",
        "why",
    }
    for team in ("phone", "web"):
        made.take("notice", restriction="1", team=team)
    assert notice(made.known, "1") == (
        "No direct contact details and no staff names are given.",
        "Give no names or direct details of staff.",
        "Until 2027-05-24.",
    )
    assert notice(made.known, "2") == ()
    assert "no restriction of this number" in made.wrong("notice", restriction="2", team="web")
