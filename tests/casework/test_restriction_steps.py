"""The register of restrictions: on evidence, the least that will do, reviewed, open to appeal."""

from datetime import timedelta

import pytest

from casework.duties import duties
from casework.errors import StepUnfitError
from casework.kinds import KINDS
from casework.kinds_restrictions import INFORMATION_RIGHTS, letter
from casework.permissions import Action
from tests.casework.body import COMMS, DIRECTOR, HEAD, HR, MANAGER, Case

PLAIN = {
    "restriction": "no_staff_details",
    "evidence": "1,2",
    "adjustments": "none-needed",
    "why": "names staff again and again",
    "review_on": "2027-05-24",
    "explained": "explained",
    "explained_on": "2026-11-23",
    "timing_told": "yes",
    "wishes": "no-view",
}
STRONGER = PLAIN | {"restriction": "time_and_volume", "why_not_weaker": "that was tried in May"}
ENDING = PLAIN | {
    "restriction": "termination",
    "why_not_weaker": "nothing less has stopped it",
    "recommended_by": DIRECTOR,
    "options": "by channel, by subject",
}


def case(policy: str = "spso") -> Case:
    made = Case(policy)
    made.tell_and_ask(answer="no-view")
    made.take("author", type="public", represents="no")
    return made


def without(step: dict[str, str], *parts: str) -> dict[str, str]:
    return {name: value for name, value in step.items() if name not in parts}


@pytest.mark.clause("SPSO 21")
@pytest.mark.clause("SPSO 21.1")
@pytest.mark.clause("SPSO 21.2")
@pytest.mark.clause("SPSO 21.3")
@pytest.mark.clause("SPSO 21.4")
@pytest.mark.clause("SPSO 21.5")
@pytest.mark.clause("WICS Active ¶1")
@pytest.mark.parametrize("policy", ["spso", "wics"])
def test_the_register_knows_exactly_the_kinds_of_the_policy(policy: str) -> None:
    made = case(policy)
    for kind in made.office.pack.restrictions.kinds:
        more = {"described": "only in writing"} if kind.name == "other" else {}
        assert "restriction is one of" not in made.wrong(
            "restriction", **STRONGER | {"restriction": kind.name}, **more
        )
    other = {"spso": "closed_issues", "wics": "third_party"}[policy]
    assert "restriction is one of" in made.wrong("restriction", **STRONGER | {"restriction": other})


@pytest.mark.clause("SPSO 21")
@pytest.mark.clause("SPSO 34")
def test_one_of_another_kind_is_described_in_words() -> None:
    with pytest.raises(StepUnfitError, match="described is missing"):
        case().wrong("restriction", **STRONGER | {"restriction": "other"})


@pytest.mark.clause("SPSO 22")
@pytest.mark.clause("WICS Active ¶4")
def test_there_is_none_without_evidence_from_the_record() -> None:
    with pytest.raises(StepUnfitError, match="evidence is missing"):
        case().wrong("restriction", **without(PLAIN, "evidence"))
    assert "not in the record" in case().wrong("restriction", **PLAIN | {"evidence": "1,7"})
    assert not case().wrong("restriction", **PLAIN)


@pytest.mark.clause("SPSO 9")
def test_adjustments_are_considered_before_it_can_stand() -> None:
    with pytest.raises(StepUnfitError, match="adjustments is missing"):
        case().wrong("restriction", **without(PLAIN, "adjustments"))
    with pytest.raises(StepUnfitError, match="adjustments-note is missing"):
        case().wrong("restriction", **PLAIN | {"adjustments": "made"})


@pytest.mark.clause("SPSO 15")
def test_anything_but_the_weakest_says_why_the_weaker_would_not_do() -> None:
    assert "why-not-weaker is missing" in case().wrong(
        "restriction", **without(STRONGER, "why_not_weaker")
    )
    assert not case().wrong("restriction", **STRONGER)


@pytest.mark.clause("SPSO 23")
@pytest.mark.clause("WICS Active ¶5")
@pytest.mark.parametrize("policy", ["spso", "wics"])
def test_it_is_reviewed_or_has_a_reason_not_to_be_and_its_timing_is_told(policy: str) -> None:
    unreviewed = without(PLAIN, "review_on")
    assert "review-on is missing" in case(policy).wrong("restriction", **unreviewed)
    assert not case(policy).wrong("restriction", **unreviewed, no_review_why="it ends in May")
    assert "lie ahead" in case(policy).wrong("restriction", **PLAIN | {"review_on": "2026-11-23"})
    with pytest.raises(StepUnfitError, match="timing-told is missing"):
        case(policy).wrong("restriction", **without(PLAIN, "timing_told"))


@pytest.mark.clause("SPSO 13")
@pytest.mark.clause("WICS Informing")
def test_the_person_is_told_or_it_stands_why_not() -> None:
    silent = without(PLAIN, "explained_on", "timing_told") | {"explained": "not-explained"}
    with pytest.raises(StepUnfitError, match="not-explained-why is missing"):
        case().wrong("restriction", **silent)
    assert not case().wrong("restriction", **silent, not_explained_why="no address is known")


@pytest.mark.clause("SPSO 22")
@pytest.mark.clause("WICS Terminating ¶1")
def test_who_may_end_all_contact_is_a_question_of_its_own() -> None:
    made, kind = case("wics"), KINDS["restriction"]
    partial = made.proposed("restriction", MANAGER, PLAIN)
    ending = made.proposed("restriction", MANAGER, ENDING)
    assert kind.action_for(partial, made.known) is Action.DECIDE_RESTRICTION
    assert kind.action_for(ending, made.known) is Action.DECIDE_TERMINATION


@pytest.mark.clause("WICS Terminating ¶1")
@pytest.mark.clause("WICS Terminating ¶2")
def test_ending_all_contact_is_recommended_by_the_top_and_weighs_other_options() -> None:
    made = case("wics")
    assert not made.wrong("restriction", DIRECTOR, **ENDING)
    assert "recommended-by is missing" in made.wrong(
        "restriction", DIRECTOR, **ENDING | {"recommended_by": HR}
    )
    assert "recommended-by is missing" in made.wrong(
        "restriction", DIRECTOR, **without(ENDING, "recommended_by")
    )
    assert "options is missing" in made.wrong("restriction", DIRECTOR, **without(ENDING, "options"))


@pytest.mark.clause("WICS Organisation")
def test_an_organisation_that_the_author_speaks_for_is_approached_first() -> None:
    made = case("wics")
    made.take("author", type="organisation", represents="yes", whom="a tenants' group")
    assert "Approach first the organisation" in made.wrong("restriction", **PLAIN)
    made.take("organisation-approached", answer="no-answer", on="2026-11-23", wishes="no-view")
    assert not made.wrong("restriction", **PLAIN)


@pytest.mark.clause("SPSO 4")
def test_nobody_is_restricted_before_it_stands_who_they_are() -> None:
    made = Case()
    made.tell_and_ask(answer="no-view")
    assert "who the author is" in made.wrong("restriction", **PLAIN)


APPEAL = {"restriction": "1", "outcome": "refused", "why": "nothing new was said"}


@pytest.mark.clause("SPSO 22")
def test_an_appeal_is_heard_by_somebody_else_than_who_decided() -> None:
    made = case()
    assert "no restriction of this number" in made.wrong("appeal", HEAD, **APPEAL)
    made.take("restriction", DIRECTOR, **PLAIN)
    assert KINDS["appeal"].action is Action.DECIDE_APPEAL
    assert "doesn't hear the appeal" in made.wrong("appeal", DIRECTOR, **APPEAL)
    assert not made.wrong("appeal", HEAD, **APPEAL)


@pytest.mark.clause("WICS Comm-Term ¶1")
@pytest.mark.clause("WICS Comm-Term ¶2")
def test_under_the_other_policy_there_are_representations_but_none_of_a_termination() -> None:
    made = case("wics")
    made.take("restriction", **PLAIN)
    made.take("restriction", DIRECTOR, **ENDING)
    heard = {"considered_by": DIRECTOR, "outcome": "kept"}
    assert "knows no appeal" in made.wrong("appeal", HEAD, **APPEAL)
    assert "no appeal against a termination" in made.wrong(
        "appeal", HEAD, **APPEAL | {"restriction": "2"}
    )
    assert not made.wrong("representations", restriction="1", **heard)
    assert "one of these" in made.wrong(
        "representations", restriction="1", **heard | {"considered_by": COMMS}
    )
    assert "no representations" in made.wrong("representations", restriction="2", **heard)
    spso = case("spso")
    spso.take("restriction", **PLAIN)
    assert "knows no representations" in spso.wrong("representations", restriction="1", **heard)


@pytest.mark.clause("WICS Limitations")
@pytest.mark.clause("WICS Comm-Term ¶1")
@pytest.mark.clause("SPSO 22")
def test_every_letter_keeps_information_rights_and_the_right_to_complain() -> None:
    spso, wics = case("spso"), case("wics")
    spso.take("restriction", **PLAIN)
    wics.take("restriction", **PLAIN)
    wics.take("restriction", DIRECTOR, **ENDING)
    letters = {
        "appeal": letter(spso.known, spso.known.standing("restriction")[0]),
        "representations": letter(wics.known, wics.known.standing("restriction")[0]),
        "There is no appeal": letter(wics.known, wics.known.standing("restriction")[1]),
    }
    for offered, said in letters.items():
        assert said[0] == INFORMATION_RIGHTS
        assert offered in said[1]
        assert "SPSO" in said[-1]
    assert "appeal" not in letters["representations"][1]
    assert "complaint that is under way may continue" in letters["There is no appeal"][1]


@pytest.mark.clause("SPSO 23")
@pytest.mark.clause("WICS Active ¶5")
def test_a_review_falls_due_on_its_day_and_the_next_one_after_it() -> None:
    made = case()
    made.take("restriction", **PLAIN)
    due = [one.due_at for one in duties(made.known) if one.kind == "restriction-review"]
    assert [at and at.date().isoformat() for at in due] == ["2027-05-24"]
    step = {"restriction": "1", "outcome": "kept", "why": "it goes on"}
    assert "review-on is missing" in made.wrong("restriction-review", **step)
    made.take("restriction-review", review_on="2027-11-24", **step)
    due = [one.due_at for one in duties(made.known) if one.kind == "restriction-review"]
    assert [at and at.date().isoformat() for at in due] == ["2027-11-24"]
    made.take("restriction-review", restriction="1", outcome="ended", why="it has stopped")
    assert not [one for one in duties(made.known) if one.kind == "restriction-review"]


@pytest.mark.clause("WICS Comm-Term ¶3")
def test_after_two_years_it_is_considered_whether_the_behaviour_has_moderated() -> None:
    made = case("wics")
    made.take("restriction", DIRECTOR, **without(ENDING, "review_on"), no_review_why="see below")
    made.change(state="closed")
    duty = next(one for one in duties(made.known) if one.kind == "restriction-review")
    assert (duty.clause, duty.due_at) == (
        "WICS Comm-Term ¶3",
        made.known.now.replace(year=2028),
    )
    assert not duty.overdue(made.known.now + timedelta(days=729))
    assert duty.overdue(made.known.now + timedelta(days=731))
