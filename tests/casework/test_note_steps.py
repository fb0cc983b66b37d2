"""What the record says of the case, and what becomes of it."""

import pytest

from casework.errors import StepUnfitError
from casework.kinds import KINDS
from casework.kinds_notes import NO_ACTION
from casework.permissions import Action
from tests.casework.body import MANAGER, Case


def permission(made: Case, **typed: str) -> Action:
    kind = KINDS["outcome"]
    return kind.action_for(made.proposed("outcome", MANAGER, typed), made.known)


@pytest.mark.clause("SPSO 10")
@pytest.mark.clause("SPSO 7")
@pytest.mark.clause("WICS Types ¶1")
@pytest.mark.clause("SPSO 71")
@pytest.mark.parametrize("because", NO_ACTION)
def test_doing_nothing_is_one_step_with_a_reason_to_choose(because: str) -> None:
    made = Case()
    assert not made.wrong("outcome", outcome="no-action", because=because)
    with pytest.raises(StepUnfitError, match="because is missing"):
        made.wrong("outcome", outcome="no-action")


@pytest.mark.clause("SPSO 24")
def test_that_a_threat_was_none_is_said_as_such_by_who_decides_about_the_police() -> None:
    made = Case(categories=("threat",))
    assert "say no-threat" in made.wrong("outcome", outcome="no-action", because="criticism")
    assert not made.wrong("outcome", outcome="no-action", because="no-threat")
    assert permission(made, outcome="no-action", because="no-threat") is Action.DECIDE_POLICE
    assert permission(Case(), outcome="no-action", because="criticism") is Action.RECORD


@pytest.mark.clause("SPSO 22")
@pytest.mark.clause("SPSO 28")
@pytest.mark.clause("SPSO 3")
@pytest.mark.clause("WICS Introduction ¶1")
@pytest.mark.parametrize("outcome", ["restricting", "zero-tolerance"])
def test_acting_against_somebody_is_for_managers_and_says_who_or_what_is_harmed(
    outcome: str,
) -> None:
    made = Case()
    step = {"outcome": outcome, "why": "it goes on", "explained": "explained"}
    step["explained_on"] = "2026-11-23"
    assert "person or the service" in made.wrong("outcome", **step)
    made.take("harm", to="both")
    assert not made.wrong("outcome", **step)
    assert permission(made, **step) is Action.DECIDE_RESTRICTION


@pytest.mark.clause("SPSO 12")
@pytest.mark.clause("SPSO 13")
def test_every_outcome_has_a_reason_and_says_whether_it_was_explained() -> None:
    with pytest.raises(StepUnfitError, match=r"why is missing.*explained is missing"):
        Case().wrong("outcome", outcome="restoring")
    with pytest.raises(StepUnfitError, match="not-explained-why is missing"):
        Case().wrong("outcome", outcome="restoring", why="a call helped", explained="not-explained")


@pytest.mark.clause("SPSO 4")
@pytest.mark.clause("WICS Organisation")
@pytest.mark.clause("WICS Positive")
def test_the_author_is_of_a_type_and_nothing_scores_them() -> None:
    parts = {part.name for part in KINDS["author"].all_parts}
    assert parts == {"type", "represents", "whom", "needs"}
    made = Case()
    for kind in ("public", "organisation", "elected", "journalist", "contractor", "unknown"):
        assert not made.wrong("author", type=kind, represents="no")
    with pytest.raises(StepUnfitError, match="whom is missing"):
        made.wrong("author", type="organisation", represents="yes")


@pytest.mark.clause("SPSO 20")
@pytest.mark.clause("WICS Positive")
def test_no_step_calls_anybody_by_what_they_did() -> None:
    labels = {"offender", "abuser", "perpetrator", "troll", "suspect", "vexatious", "score", "list"}
    for kind in KINDS.values():
        said = [kind.title, *(part.about for part in kind.all_parts)]
        said += [choice for part in kind.all_parts for choice in part.choices]
        words = {word.strip(".,:;") for one in said for word in one.lower().split()}
        assert not words & labels


@pytest.mark.clause("SPSO 14")
def test_training_on_our_side_can_be_named_as_a_factor() -> None:
    assert not Case().wrong("contributing", factor="training", note="the letter was curt")
    with pytest.raises(StepUnfitError, match="note is missing"):
        Case().wrong("contributing", factor="training")


@pytest.mark.clause("SPSO 29")
@pytest.mark.clause("SPSO 52")
@pytest.mark.clause("SPSO 36")
@pytest.mark.clause("SPSO 5")
@pytest.mark.parametrize(
    ("kind", "action", "step"),
    [
        ("casework-use", Action.DECIDE_CASEWORK_USE, {"used": "no", "why": "it adds nothing"}),
        ("complaint-misuse", Action.DECIDE_COMPLAINT_MISUSE, {"decision": "misused", "why": "so"}),
        ("allegation", Action.DECIDE_RESTRICTION, {"judged": "unsupported", "why": "no record"}),
        ("visibility", Action.RECORD, {"seen_by": "semi-public"}),
    ],
)
def test_judgements_are_for_people_each_for_its_own(
    kind: str, action: Action, step: dict[str, str]
) -> None:
    made = Case()
    assert not made.wrong(kind, **step)
    assert KINDS[kind].action_for(made.proposed(kind, MANAGER, step), made.known) is action


@pytest.mark.clause("SPSO 42")
@pytest.mark.clause("SPSO 43")
def test_anybody_notes_contact_outside_the_office_and_a_manager_decides() -> None:
    made = Case()
    note = {"where": "social-network", "on": "2026-11-20", "note": "wrote to me", "know_them": "no"}
    assert KINDS["outside-contact"].action is Action.FILE
    made.take("outside-contact", **note)
    assert KINDS["outside-contact-decision"].action is Action.DECIDE_RESTRICTION
    decision = {"decision": "record", "why": "it is the third"}
    assert not made.wrong("outside-contact-decision", number="1", **decision)
    assert "no note of this number" in made.wrong(
        "outside-contact-decision", number="2", **decision
    )


@pytest.mark.clause("SPSO 65")
def test_facts_and_opinions_stand_apart() -> None:
    assert not Case().wrong("note", fact="posted at nine", opinion="meant to hurt")
    with pytest.raises(StepUnfitError, match="fact is missing"):
        Case().wrong("note", opinion="meant to hurt")


@pytest.mark.clause("SPSO 25")
@pytest.mark.clause("SPSO 57")
@pytest.mark.clause("WICS Protect ¶1")
@pytest.mark.parametrize(
    ("kind", "step"), [("steps-taken", {"did": "hung up"}), ("disengaged", {"from_": "post"})]
)
def test_any_member_of_staff_says_what_they_did_or_that_they_stopped(
    kind: str, step: dict[str, str]
) -> None:
    assert KINDS[kind].action is Action.FILE
    assert not Case().wrong(kind, **step)


def test_every_kind_names_its_clauses_and_every_part_says_what_it_expects() -> None:
    for kind in KINDS.values():
        assert kind.clauses
        assert kind.clauses[0].split()[0] in {"SPSO", "WICS"}
        assert len({part.name for part in kind.all_parts}) == len(kind.all_parts)
        for part in kind.all_parts:
            assert part.expects
            assert part.when is None or part.when[0] in {one.name for one in kind.all_parts}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"fact": "so", "guess": "so"}, "guess does not belong here"),
        ({"fact": "  "}, "fact is missing"),
    ],
)
def test_what_does_not_belong_or_is_blank_is_refused(typed: dict[str, str], said: str) -> None:
    with pytest.raises(StepUnfitError, match=said):
        Case().wrong("note", **typed)


@pytest.mark.parametrize(
    ("part", "typed", "said"),
    [
        ("on", "23/11/2026", "a day such as"),
        ("chase-on", "soon", "a day such as"),
        ("account", "first", "a number"),
        ("platform", "<script>", "a short name"),
        ("asks", "everything", "one of removal, notice-only"),
    ],
)
def test_each_part_says_what_it_has_to_be(part: str, typed: str, said: str) -> None:
    step = {
        "asks": "removal",
        "platform": "Bluesky",
        "category": "Harassment",
        "on": "2026-11-23",
        "chase-on": "2026-11-30",
        "account": "1",
        "wishes": "no-view",
    }
    with pytest.raises(StepUnfitError, match=f"{part} has to be {said}"):
        Case().wrong("platform-report", **step | {part: typed})
