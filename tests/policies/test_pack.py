"""Policy packs: the two that are shipped, and one clear sentence for a pack that can't hold."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from policies.clauses import SILENT
from policies.pack import Pack
from policies.pack_checks import clauses_of
from policies.pack_file import SHIPPED, read_pack
from policies.tables import Table
from records.errors import ConfigurationError
from records.finding import Category

ROOT = Path(__file__).parents[2]
SPSO = (ROOT / "policies" / "packs" / "spso.toml").read_text("utf-8")


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
        ('police = ["line_manager",', 'polise = ["line_manager",', "deciding.polise"),
        (
            'block = "SPSO 31.1"\n',
            "",
            "deciding_clauses: block is missing; every decision needs an entry",
        ),
    ],
)
def test_a_pack_that_can_not_hold_is_refused_with_its_file(
    tmp_path: Path, before: str, after: str, says: str
) -> None:
    refused = refusal(tmp_path, before, after)
    assert says in refused
    assert str(tmp_path / "own.toml") in refused


def refusal(folder: Path, before: str, after: str) -> str:
    assert before in SPSO
    (folder / "own.toml").write_text(SPSO.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        read_pack("own.toml", folder)
    return str(caught.value)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('within = "1 working day"', '@within = "0 working days"', "write a time like"),
        ('low = "4 working hours"', '@low = "-4 working hours"', "write a time like"),
        ('closed_record = "24 months"', '@closed_record = "-1 month"', "write a period like"),
        ('clause = "SPSO 69"', '@clause = "SPSO 96"', 'there is no clause "SPSO 96"'),
        ('clause = "SPSO 69"', '@clause = "SPSO"', 'there is no clause "SPSO"'),
        ('clause = "SPSO 69"', '@clause = "WICS Named ¶6"', "there is no clause"),
        ('clause = "SPSO 69"', '@clause = "ABC 12"', 'there is no clause "ABC 12"'),
        ('clause = "SPSO 21.5"', '@clause = "SPSO 21.6"', 'no clause "SPSO 21.6"'),
        ('clause = "SPSO 44"', '@clause = "SPSO 444"', 'no clause "SPSO 444"'),
        ('removal = "SPSO 71"', '@removal = "SPSO 72"', 'no clause "SPSO 72"'),
        ('threat = "SPSO 31"', '@threat = "SPSO 31.9"', 'no clause "SPSO 31.9"'),
        (
            "line_manager = []\nhr_officer = []",
            '@line_manager = ["hr_officer"]\nhr_officer = ["line_manager"]',
            "in a circle: line_manager → hr_officer → line_manager",
        ),
        ("hr_officer = []", '@hr_officer = ["hr_officer"]', "in a circle: hr_officer → hr_officer"),
        ("hr_officer = []", '@deputy = ["director"]', "role deputy is used"),
        ("hr_officer = []", '@hr_officer = ["affected"]', "role affected is used"),
        ('chain = ["director",', '@chain = ["director", "director",', "director stands twice"),
        ('deputy = "director"', '@deputy = "communications_manager"', "must be another role"),
        ("appeal = [", '@appeal = ["tribunal", ', "role tribunal is used"),
        ('name = "other"', '@name = "third_party"', "kind third_party stands twice"),
        ('told = "leadership_team"', '@told = "board"', "role board is used"),
        ("representations = false", "@representations = true", "say in representations_to"),
        ('rule = "judgement"', '@rule = "never"', "police.rule"),
        ('default = "not recorded"', '@default = "recorded"', "personal_record.default"),
        ('title = "Limits on', '@titel = "Limits on', "there is no such setting"),
        ("[custody]", "@[custody_of]", "there is no such setting"),
    ],
)
def test_a_fault_is_told_with_the_line_it_stands_on(
    tmp_path: Path, before: str, after: str, says: str
) -> None:
    refused = refusal(tmp_path, before, after.replace("@", ""))
    assert says in refused
    changed = SPSO.replace(before, after, 1)
    line = changed[: changed.index("@")].count("\n") + 1
    assert f"own.toml, line {line}:" in refused


def test_a_missing_role_is_told_where_it_is_first_used(tmp_path: Path) -> None:
    refused = refusal(tmp_path, 'director = "Director"\n', "")
    line = SPSO[: SPSO.index("when_absent")].count("\n")  # one line is gone
    assert f"own.toml, line {line}: role director is used" in refused


@pytest.mark.parametrize(
    "clause", ["OWN 12", "OWN Naming ¶3", "SPSO 67.1", "WICS Staff", "default"]
)
def test_a_pack_of_a_bodys_own_cites_its_own_clauses_or_shipped_ones(
    tmp_path: Path, clause: str
) -> None:
    text = SPSO.replace('"spso"', '"own"').replace('clause = "SPSO 69"', f'clause = "{clause}"')
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    assert read_pack("own.toml", tmp_path).telling.clause == clause


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_pack_cites_no_policy_but_its_own(name: str) -> None:
    cited = {clause for _, clause in clauses_of(read_pack(name))}
    assert all(one == SILENT or one.startswith(f"{name.upper()} ") for one in cited)


def test_the_reference_page_documents_every_field_of_a_pack() -> None:
    page = (ROOT / "docs" / "reference" / "policy-pack.md").read_text("utf-8")
    for table, model in tables_of(Pack):
        assert f"`{table}`" in page or f"[{table}" in page, table
        for field in model.model_fields if model else ():
            assert f"`{field}`" in page or table == "severity_rules", f"{table}.{field}"


def tables_of(pack: type[Pack]) -> Iterator[tuple[str, type[Table] | None]]:
    for name, field in pack.model_fields.items():
        kind = field.annotation
        yield name, kind if isinstance(kind, type) and issubclass(kind, Table) else None


def test_a_body_may_bring_its_own_pack(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(SPSO.replace('"spso"', '"own"'), encoding="utf-8")
    assert read_pack("own.toml", tmp_path).name == "own"


def test_an_unknown_policy_is_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match='there is no policy "spao"; use spso or wics'):
        read_pack("spao", tmp_path)
