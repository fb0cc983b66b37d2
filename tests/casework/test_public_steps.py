"""Steps towards platforms and authors: evidence first, no names of staff, and never a worse end."""

import pytest

from casework.duties import duties
from casework.errors import StepUnfitError
from tests.casework.body import COMMS, Case

REMOVAL = {"decision": "seek", "risk": "low", "why": "it names her street", "wishes": "no-view"}
REPORT = {
    "asks": "removal",
    "platform": "Bluesky",
    "category": "Harassment",
    "on": "2026-11-23",
    "chase_on": "2026-11-30",
    "account": "1",
    "wishes": "no-view",
}
BLOCK = {
    "platform": "Bluesky",
    "account": "1",
    "by": COMMS,
    "on": "2026-11-23",
    "why": "they write every hour",
    "wishes": "no-view",
}


def case(policy: str = "spso") -> Case:
    made = Case(policy)
    made.tell_and_ask(answer="no-view")
    return made


@pytest.mark.clause("SPSO 71")
@pytest.mark.clause("WICS Named ¶5")
@pytest.mark.parametrize("policy", ["spso", "wics"])
def test_removal_is_weighed_against_escalation_and_doing_nothing_is_an_outcome(policy: str) -> None:
    made = case(policy)
    with pytest.raises(StepUnfitError, match="risk is missing"):
        made.wrong("removal", **{key: REMOVAL[key] for key in ("decision", "why", "wishes")})
    assert "removal is not sought" in made.wrong("removal", **REMOVAL | {"risk": "significant"})
    nothing = REMOVAL | {"decision": "nothing-publicly", "risk": "significant"}
    assert not made.wrong("removal", **nothing)


@pytest.mark.clause("SPSO 31.2")
@pytest.mark.clause("SPSO 63")
def test_nothing_is_reported_to_a_platform_before_the_evidence_is_sealed() -> None:
    made = case()
    made.take("removal", COMMS, **REMOVAL)
    made.change(exhibits=frozenset())
    assert "Nothing is sealed" in made.wrong("platform-report", COMMS, **REPORT)
    made.change(exhibits=frozenset({1}))
    assert not made.wrong("platform-report", COMMS, **REPORT)


@pytest.mark.clause("SPSO 31.2")
@pytest.mark.clause("WICS Online")
def test_a_report_is_tracked_until_the_platform_has_answered() -> None:
    made = case()
    assert "Decide first that removal is sought" in made.wrong("platform-report", COMMS, **REPORT)
    made.take("removal", COMMS, **REMOVAL)
    made.take("platform-report", COMMS, **REPORT)
    assert [one.kind for one in duties(made.known) if one.subject == "1"] == ["platform-answer"]
    made.take(
        "platform-answer", report="1", outcome="no-answer", on="2026-11-30", chase_on="2026-12-07"
    )
    [chase] = [one for one in duties(made.known) if one.subject == "1"]
    assert chase.due_at is not None
    assert chase.due_at.date().isoformat() == "2026-12-07"
    made.take("platform-answer", report="1", outcome="removed", on="2026-12-01")
    assert not [one for one in duties(made.known) if one.subject == "1"]
    assert "no report of this number" in made.wrong(
        "platform-answer", report="2", outcome="removed", on="2026-12-01"
    )


@pytest.mark.clause("SPSO 31.1")
@pytest.mark.clause("WICS Prevent ¶1")
@pytest.mark.clause("WICS Prevent ¶3")
def test_a_block_says_which_account_of_ours_and_whether_it_is_disclosed_and_why() -> None:
    made = case("wics")
    for missing in ("account", "by", "on", "why"):
        less = {name: value for name, value in BLOCK.items() if name != missing}
        with pytest.raises(StepUnfitError, match=f"{missing} is missing"):
            made.wrong("block", disclosed="no", **less)
    with pytest.raises(StepUnfitError, match="disclosed is missing"):
        made.wrong("block", **BLOCK)
    made.take("block", disclosed="no", **BLOCK)
    made.take("block-ended", block="1", on="2026-12-01", why="it has stopped")
    assert "no block of this number" in made.wrong(
        "block-ended", block="2", on="2026-12-01", why="it has stopped"
    )


@pytest.mark.clause("SPSO 28")
@pytest.mark.clause("WICS Written ¶1")
@pytest.mark.parametrize(("kind", "step"), [("block", BLOCK | {"disclosed": "yes"})])
def test_what_goes_out_goes_from_an_account_of_the_body_and_nobody_else_can_be_named(
    kind: str, step: dict[str, str]
) -> None:
    made = case()
    assert not made.wrong(kind, **step)
    assert "one of the body's own accounts" in made.wrong(kind, **step | {"account": "2"})
    with pytest.raises(StepUnfitError, match="account has to be a number"):
        made.wrong(kind, **step | {"account": "@fenella.example"})
    made.change(accounts=0)
    assert "names no account" in made.wrong(kind, **step)


@pytest.mark.clause("SPSO 26")
@pytest.mark.clause("SPSO 28")
@pytest.mark.clause("SPSO 30")
@pytest.mark.clause("SPSO 41")
@pytest.mark.clause("SPSO 44")
@pytest.mark.clause("WICS Restorative ¶2")
def test_warnings_say_what_follows_and_on_which_day_or_why_it_is_unsafe() -> None:
    made = case()
    said = {"account": "1", "on": "2026-11-23", "wishes": "no-view"}
    with pytest.raises(StepUnfitError, match="what-follows is missing"):
        made.wrong("warning", said="warned", **said)
    for words in ("warned", "asked-not-to"):
        made.take("warning", said=words, what_follows="contact may be restricted", **said)
    made.take("warning", said="name-the-office", **said)
    with pytest.raises(StepUnfitError, match="why is missing"):
        made.wrong("warning", said="unsafe-to-warn", wishes="no-view")
    assert len(made.known.standing("warning")) == 3


@pytest.mark.clause("SPSO 11")
@pytest.mark.clause("SPSO 17")
@pytest.mark.clause("WICS Restorative ¶2")
def test_what_was_tried_to_restore_the_relationship_is_recorded_or_why_it_could_not_be() -> None:
    with pytest.raises(StepUnfitError, match="what is missing"):
        Case().wrong("restorative", tried="not-possible")
    assert not Case().wrong("restorative", tried="tried", what="a call by the manager")
