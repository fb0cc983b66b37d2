"""After a threat: who decides about the police, and what is weighed."""

import pytest

from casework.errors import StepUnfitError
from casework.kinds import KINDS
from casework.permissions import Action
from tests.casework.body import ALICE, COMMS, MANAGER, Case

NOT = {
    "decision": "not-reported",
    "why": "said in the heat of the moment",
    "persons_view": "against",
    "view": "she does not want it",
    "impact": "nobody else is meant",
}


@pytest.mark.clause("SPSO 33")
def test_under_judgement_a_manager_may_decide_against_the_police_with_everything_weighed() -> None:
    case = Case("spso", categories=("threat",))
    assert not case.wrong("police", COMMS, **NOT)
    for part in ("why", "persons_view", "view", "impact"):
        less = {name: value for name, value in NOT.items() if name != part}
        with pytest.raises(StepUnfitError, match=r"missing|does not belong"):
            case.wrong("police", COMMS, **less)


@pytest.mark.clause("SPSO 33")
def test_the_person_threatened_never_decides_and_is_asked_before_it_is_not_reported() -> None:
    case = Case("spso", categories=("threat",))
    assert "Whoever was threatened" in case.wrong("police", ALICE, **NOT)
    case.change(alongside=frozenset({COMMS}))
    assert "Whoever was threatened" in case.wrong("police", COMMS, **NOT)
    unasked = NOT | {"persons_view": "not-asked"}
    del unasked["view"]
    assert "Ask the person threatened first" in case.wrong("police", MANAGER, **unasked)


@pytest.mark.clause("WICS Active ¶2")
@pytest.mark.parametrize("category", ["threat", "violence"])
def test_under_the_other_policy_a_physical_threat_is_always_reported(category: str) -> None:
    case = Case("wics", categories=(category,))
    assert "leaves no choice" in case.wrong("police", **NOT)
    assert not Case("wics", categories=("insult",)).wrong("police", **NOT)


@pytest.mark.clause("SPSO 32")
@pytest.mark.clause("WICS Active ¶2")
def test_what_was_reported_says_to_whom_when_and_by_whom() -> None:
    case = Case("wics", categories=("threat",))
    report = {**NOT, "decision": "reported"}
    with pytest.raises(StepUnfitError, match=r"force is missing.*told-on is missing"):
        case.wrong("police", **report)
    told = {"force": "Police Scotland", "told_on": "2026-11-23", "told_by": MANAGER}
    assert not case.wrong("police", **report, **told)


@pytest.mark.clause("SPSO 33")
def test_witnesses_are_asked_and_their_statements_kept_one_by_one() -> None:
    case = Case(categories=("threat",))
    case.take("witness", state="asked", who=MANAGER)
    case.take("witness", state="asked", who=COMMS)
    case.take("witness", state="given", who=MANAGER, statement="I saw the post at nine.")
    case.take("witness", state="declined", who=COMMS)
    assert {one.subject: one.given.code("state") for one in case.known.standing("witness")} == {
        MANAGER: "given",
        COMMS: "declined",
    }
    assert "not in the roster" in case.wrong("witness", state="asked", who="s999")


@pytest.mark.clause("SPSO 32")
@pytest.mark.clause("SPSO 38")
def test_others_in_danger_are_warned_under_a_power_or_there_is_a_reason_not_to() -> None:
    case = Case(categories=("threat",))
    with pytest.raises(StepUnfitError, match="power is missing"):
        case.wrong(
            "third-party", decision="warned", whom="his brother", told_on="2026-11-23", why="named"
        )
    assert not case.wrong("third-party", decision="not-needed", why="nobody else is meant")


@pytest.mark.clause("SPSO 32")
def test_telling_whoever_threatened_is_considered_with_a_reason() -> None:
    case = Case(categories=("threat",))
    with pytest.raises(StepUnfitError, match="why is missing"):
        case.wrong("told-threatener", decision="not-told")
    assert not case.wrong("told-threatener", decision="not-told", why="it would provoke them")


@pytest.mark.clause("WICS Active ¶3")
@pytest.mark.clause("SPSO 8")
def test_the_risk_is_noted_under_three_headings_with_harm_to_the_author_themselves() -> None:
    with pytest.raises(StepUnfitError, match=r"to-others is missing.*to-work is missing"):
        Case().wrong("risk", to_staff="some", self_harm="signposted")


@pytest.mark.clause("WICS Prevent ¶2")
def test_measures_of_law_are_recorded_by_who_may_restrict() -> None:
    assert KINDS["legal"].action is Action.DECIDE_RESTRICTION
    case = Case()
    case.tell_and_ask(answer="no-view")
    assert not case.wrong(
        "legal", wishes="no-view", measure="interdict", why="it goes on", on="2026-11-23"
    )
