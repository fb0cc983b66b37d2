"""Policy packs: the two that are shipped, and one clear sentence for a pack that can't hold."""

from pathlib import Path

import pytest

from policies.pack import SHIPPED, read_pack
from records.errors import ConfigurationError
from records.finding import Category

SPSO = (Path(__file__).parents[2] / "policies" / "packs" / "spso.toml").read_text("utf-8")


@pytest.mark.clause("SPSO 67.1")
def test_spso_tells_line_manager_hr_and_communications_and_the_director_for_the_absent() -> None:
    alerting = read_pack("spso").alerting
    assert alerting.recipients == ("line_manager", "hr_officer", "communications_manager")
    assert alerting.when_absent == "director"


@pytest.mark.clause("WICS Named ¶1")
def test_wics_tells_the_line_manager_alone() -> None:
    assert read_pack("wics").alerting.recipients == ("line_manager",)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_pack_says_what_to_do_at_every_severity(name: str) -> None:
    pack = read_pack(name)
    decided = {rule.severity for rule in pack.severity_rules if rule.disposition == "alert"}
    assert decided <= set(pack.escalating.within)
    assert decided <= set(pack.asking.severity)
    assert pack.asking.steps["others"]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_pack_cites_its_own_policy_for_every_category(name: str) -> None:
    clauses = read_pack(name).clauses
    assert set(clauses) == set(Category)
    assert all(clause.startswith(f"{name.upper()} ") for clause in clauses.values())


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('when_absent = "director"', 'when_absent = "deputy"', "role deputy is used"),
        ('critical = "15 minutes"', 'critical = "-15 minutes"', 'write a time like "15 minutes"'),
        ('version = "2026-11"', "", "version: this setting is missing"),
        (
            "page_link = true",
            "page_link = true\nloud = true",
            "alerting.loud: there is no such setting",
        ),
        ("give_up_after = 3", "give_up_after = 0", "escalating.give_up_after"),
        ('naming = "SPSO 67"\n', "", "naming is missing; every category needs its clause"),
        ('naming = "SPSO 67"', 'shouting = "SPSO 67"', "clauses.shouting"),
        (
            '[[severity_rules]]\nseverity = "none"\ndisposition = "ignore"\nclause = "SPSO 7"\n',
            "",
            "last severity rule must be without conditions",
        ),
    ],
)
def test_a_pack_that_can_not_hold_is_refused_with_its_file(
    tmp_path: Path, before: str, after: str, says: str
) -> None:
    assert before in SPSO
    (tmp_path / "own.toml").write_text(SPSO.replace(before, after), encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        read_pack("own.toml", tmp_path)
    assert says in str(caught.value)
    assert str(tmp_path / "own.toml") in str(caught.value)


def test_a_body_may_bring_its_own_pack(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(SPSO.replace('"spso"', '"own"'), encoding="utf-8")
    assert read_pack("own.toml", tmp_path).name == "own"


def test_an_unknown_policy_is_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match='there is no policy "spao"; use spso or wics'):
        read_pack("spao", tmp_path)
