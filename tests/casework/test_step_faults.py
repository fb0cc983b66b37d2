"""What is wrong with a step is said once, for the command line and for whoever fills in a form."""

import pytest

from casework.errors import StepUnfitError
from casework.kinds import KINDS
from casework.step_parts import Amiss, Fault, read_parts
from tests.casework.body import HR, MANAGER, Case


def faults(kind: str, **typed: str) -> dict[str, Amiss]:
    """What is wrong with each part, as it is typed."""
    with pytest.raises(StepUnfitError) as unfit:
        read_parts(KINDS[kind].all_parts, typed)
    assert all(isinstance(one, Fault) for one in unfit.value.faults)
    return {one.part: one.amiss for one in unfit.value.faults if isinstance(one, Fault)}


def test_each_part_has_a_fault_of_its_own() -> None:
    assert faults("told-in-private", how="by owl", extra="1") == {
        "by": Amiss.MISSING,
        "how": Amiss.UNFIT,
        "reminded": Amiss.MISSING,
        "extra": Amiss.MISPLACED,
    }


def test_the_command_line_gets_them_as_one_sentence_after_the_other() -> None:
    with pytest.raises(StepUnfitError, match=r"by is missing: .* told them\. how has"):
        read_parts(KINDS["told-in-private"].all_parts, {"how": "by owl", "reminded": "yes"})


def test_words_that_are_too_long_are_refused_and_not_cut_short() -> None:
    (long,) = faults("steps-taken", did="x" * 4001).values()
    assert long is Amiss.TOO_LONG
    assert read_parts(KINDS["steps-taken"].all_parts, {"did": "x" * 4000}).words


def test_a_rule_says_which_part_it_is_about_and_what_has_to_come_first() -> None:
    case = Case("spso")
    told = {"by": HR, "how": "phone", "reminded": "yes"}
    kind = KINDS["told-in-private"]
    (earlier,) = (one for one in _found(case, "told-in-private", HR, told))
    assert (earlier.part, earlier.amiss) == ("why-not-earlier", Amiss.RULE)
    assert "why-not-earlier" not in earlier.plain
    assert kind.name not in earlier.plain
    (first,) = _found(case, "wishes", MANAGER, {"answer": "no-view"})
    assert first.needs == "told-in-private"
    assert "(" not in first.plain


def _found(case: Case, kind: str, actor: str, typed: dict[str, str]) -> list[Fault]:
    proposed = case.proposed(kind, actor, typed)
    found = [one for rule in KINDS[kind].checks for one in rule(proposed, case.known)]
    return [one for one in found if isinstance(one, Fault)]
