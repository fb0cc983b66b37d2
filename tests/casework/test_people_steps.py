"""Steps for the person named: told in private, asked, supported, and nobody's use of it known."""

import pytest

from casework.errors import StepUnfitError
from casework.kinds import KINDS
from casework.kinds_people import OFFERS
from tests.casework.body import ALICE, COMMS, DIRECTOR, HR, MANAGER, STRANGER, WISH, Case

TOLD = {"how": "in-person", "reminded": "yes"}


@pytest.mark.clause("SPSO 69")
def test_the_line_manager_tells_and_hr_or_communications_only_with_a_reason() -> None:
    case = Case("spso")
    assert not case.wrong("told-in-private", by=MANAGER, **TOLD)
    assert "why-not-earlier is missing" in case.wrong("told-in-private", HR, by=HR, **TOLD)
    assert not case.wrong("told-in-private", HR, by=HR, why_not_earlier="she is on leave", **TOLD)
    assert not case.wrong(
        "told-in-private", COMMS, by=COMMS, why_not_earlier="both are away", **TOLD
    )
    assert "one of these" in case.wrong("told-in-private", by=STRANGER, **TOLD)
    assert "one of these" in case.wrong("told-in-private", by=ALICE, **TOLD)


@pytest.mark.clause("WICS Named ¶3")
def test_under_the_other_policy_a_director_tells_and_not_hr() -> None:
    case = Case("wics")
    assert "one of these" in case.wrong("told-in-private", by=HR, **TOLD)
    assert not case.wrong("told-in-private", by=DIRECTOR, why_not_earlier="she is on leave", **TOLD)


@pytest.mark.clause("SPSO 59")
def test_telling_says_whether_the_person_was_reminded_of_support() -> None:
    with pytest.raises(StepUnfitError, match="reminded is missing"):
        Case().wrong("told-in-private", by=MANAGER, how="phone")


@pytest.mark.clause("SPSO 69")
@pytest.mark.clause("WICS Named ¶3")
@pytest.mark.parametrize("policy", ["spso", "wics"])
def test_nothing_is_done_before_the_person_was_asked(policy: str) -> None:
    case = Case(policy)
    step = {"decision": "nothing-publicly", "risk": "low", "why": "it will pass"}
    assert "Record first" in case.wrong("removal", wishes="no-view", **step)
    case.tell_and_ask(**WISH)
    assert "wishes is against or with" in case.wrong("removal", wishes="no-view", **step)
    assert not case.wrong("removal", wishes="with", **step)


@pytest.mark.clause("SPSO 69")
@pytest.mark.clause("WICS Named ¶3")
def test_acting_against_the_wishes_needs_a_reason() -> None:
    case = Case()
    case.tell_and_ask(**WISH)
    step = {"decision": "seek", "risk": "low", "why": "it names her street"}
    with pytest.raises(StepUnfitError, match="against-why is missing"):
        case.wrong("removal", wishes="against", **step)
    assert not case.wrong("removal", wishes="against", against_why="others are in danger", **step)


@pytest.mark.clause("SPSO 69")
def test_acting_before_the_answer_needs_a_reason_as_well() -> None:
    case = Case()
    case.take("wishes", answer="not-yet-asked")
    step = {"decision": "seek", "risk": "low", "why": "it names her street"}
    assert "not-asked" in case.wrong("removal", wishes="no-view", **step)
    with pytest.raises(StepUnfitError, match="against-why is missing"):
        case.wrong("removal", wishes="not-asked", **step)
    assert not case.wrong("removal", wishes="not-asked", against_why="it can't wait", **step)


@pytest.mark.clause("SPSO 69")
def test_wishes_can_change_and_what_they_were_stays() -> None:
    case = Case()
    case.tell_and_ask(answer="no-view")
    case.take("wishes", **WISH)
    kept = [one.given.code("answer") for one in case.known.taken if one.kind == "wishes"]
    assert kept == ["no-view", "view"]
    newest = case.known.newest("wishes")
    assert newest is not None
    assert (newest.revision, newest.given.code("answer")) == (2, "view")


@pytest.mark.clause("SPSO 69")
def test_a_wish_is_only_written_down_after_the_person_was_told() -> None:
    assert "told in private" in Case().wrong("wishes", **WISH)
    with pytest.raises(StepUnfitError, match="wish is missing"):
        Case().wrong("wishes", answer="view")


@pytest.mark.clause("SPSO 16")
@pytest.mark.clause("SPSO 56")
@pytest.mark.clause("WICS Staff")
def test_the_person_chooses_how_much_they_see() -> None:
    case = Case()
    for chose in ("nothing", "told-in-words", "a-part", "everything"):
        case.take("shown", chose=chose)
    assert len(case.known.taken) == 4


@pytest.mark.clause("SPSO 58")
@pytest.mark.clause("SPSO 60")
@pytest.mark.clause("SPSO 70")
@pytest.mark.clause("WICS Named ¶4")
@pytest.mark.clause("WICS Staff")
@pytest.mark.parametrize("offer", OFFERS)
def test_each_kind_of_support_is_offered_accepted_or_declined(offer: str) -> None:
    case = Case()
    end = {"until": "2026-12-23"} if offer in {"no-contact", "time-away"} else {}
    case.take("support", who=ALICE, offer=offer, answer="offered")
    case.take("support", who=ALICE, offer=offer, answer="accepted", **end)
    case.take("support", who=STRANGER, offer=offer, answer="declined")
    assert [one.subject for one in case.known.standing("support")] == [
        f"{ALICE}:{offer}",
        f"{STRANGER}:{offer}",
    ]


@pytest.mark.clause("SPSO 58")
def test_no_contact_ends_on_a_day_that_lies_ahead() -> None:
    case = Case()
    step = {"who": ALICE, "offer": "no-contact", "answer": "accepted"}
    assert "until is missing" in case.wrong("support", **step)
    assert "until is past" in case.wrong("support", until="2026-11-22", **step)
    assert not case.wrong("support", until="2026-11-23", **step)


@pytest.mark.clause("SPSO 59")
def test_there_is_nowhere_to_write_whether_the_line_was_used() -> None:
    assert {part.name for part in KINDS["support"].all_parts} == {
        "who",
        "offer",
        "answer",
        "until",
        "agreed",
    }
    with pytest.raises(StepUnfitError, match="used does not belong here"):
        Case().wrong("support", who=ALICE, offer="confidential-line", answer="accepted", used="yes")


@pytest.mark.clause("SPSO 39")
def test_where_nobody_on_the_staff_is_named_nobody_is_told_or_asked() -> None:
    case = Case(named=None)
    assert "Nobody on the staff is named" in case.wrong("told-in-private", by=MANAGER, **TOLD)
    assert not case.wrong(
        "removal", wishes="nobody-named", decision="seek", risk="low", why="it harms the service"
    )
