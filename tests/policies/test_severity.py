"""The severity table of both packs, case by case, held against what their clauses ask."""

import pytest

from policies.pack import SeverityRule
from policies.pack_file import SHIPPED, read_pack
from policies.severity import Facts, judge, judge_each
from records.finding import Category, Certainty, Concern, Duties, NameMatch
from records.roster import StaffMember

ALICE = StaffMember("s001", "Alice Quarrier")
SPOKEN_FOR = StaffMember("s002", "Bob Tay", may_be_named=True)
AT_RISK = StaffMember("s003", "Charlie Don", watch="raised")


def match(who: StaffMember, certainty: Certainty = "certain", duties: Duties = "yes") -> NameMatch:
    return NameMatch(
        staff_id=who.staff_id,
        field="text",
        surface="x",
        start=0,
        end=1,
        certainty=certainty,
        duties=duties,
        reasons=(),
    )


def concern(category: Category) -> Concern:
    return Concern(
        category=category, score=0.9, target="staff", field="text", start=0, end=1, reasons=()
    )


def facts(
    *matches: NameMatch, concerns: tuple[Category, ...] = (), organisation: bool = True
) -> Facts:
    people = {one.staff_id: one for one in (ALICE, SPOKEN_FOR, AT_RISK)}
    return Facts(matches, organisation, tuple(map(concern, concerns)), people)


C = Category
CASES = [
    ("certain threat", facts(match(ALICE), concerns=(C.THREAT,)), ("critical", "alert")),
    (
        "likely wish of harm",
        facts(match(ALICE, "likely"), concerns=(C.VIOLENCE,)),
        ("critical", "alert"),
    ),
    (
        "threat to one who may be named",
        facts(match(SPOKEN_FOR), concerns=(C.THREAT,)),
        ("critical", "alert"),
    ),
    ("threat to the body alone", facts(concerns=(C.THREAT,)), ("critical", "alert")),
    (
        "threat that names nobody of ours",
        facts(concerns=(C.THREAT,), organisation=False),
        ("none", "ignore"),
    ),
    (
        "threat, perhaps a namesake",
        facts(match(ALICE, "possible"), concerns=(C.THREAT,), organisation=False),
        ("high", "review"),
    ),
    ("call to pile on", facts(match(ALICE), concerns=(C.TARGETING,)), ("high", "alert")),
    ("recording, however polite", facts(match(ALICE), concerns=(C.RECORDING,)), ("high", "alert")),
    ("insult", facts(match(ALICE), concerns=(C.INSULT,)), ("medium", "alert")),
    ("named for their duties", facts(match(ALICE), concerns=(C.NAMING,)), ("medium", "alert")),
    ("likely named", facts(match(ALICE, "likely"), concerns=(C.NAMING,)), ("low", "alert")),
    (
        "one who may be named, nothing else",
        facts(match(SPOKEN_FOR), concerns=(C.NAMING,)),
        ("none", "ignore"),
    ),
    (
        "one who may be named beside one who may not",
        facts(match(SPOKEN_FOR), match(ALICE), concerns=(C.NAMING,)),
        ("medium", "alert"),
    ),
    ("named, duties unclear", facts(match(ALICE, duties="unclear")), ("low", "review")),
    ("named, not about work", facts(match(ALICE, duties="no")), ("none", "ignore")),
    (
        "at risk of being named, not about work",
        facts(match(AT_RISK, duties="no")),
        ("low", "review"),
    ),
    ("perhaps a namesake", facts(match(ALICE, "possible")), ("low", "review")),
    ("criticism of the body", facts(), ("none", "ignore")),
    (
        "threat to the body, perhaps to one of its staff",
        facts(match(ALICE, "possible"), concerns=(C.THREAT,)),
        ("critical", "alert"),
    ),
    (
        "named for their duties by somebody in distress",
        facts(match(ALICE), concerns=(C.SELF_HARM,), organisation=False),
        ("high", "alert"),
    ),
    (
        "office holder, by somebody in distress",
        facts(match(SPOKEN_FOR), concerns=(C.SELF_HARM,), organisation=False),
        ("high", "review"),
    ),
    (
        "address given away by somebody in distress",
        facts(match(ALICE, duties="unclear"), concerns=(C.SELF_HARM, C.DOXXING)),
        ("high", "alert"),
    ),
    (
        "perhaps an office holder, insulted",
        facts(match(SPOKEN_FOR, "possible"), concerns=(C.INSULT,)),
        ("low", "review"),
    ),
    (
        "office holder for certain beside one who is likely meant",
        facts(match(SPOKEN_FOR), match(ALICE, "likely"), concerns=(C.NAMING,)),
        ("low", "alert"),
    ),
    (
        "one for certain out of work, one likely in it",
        facts(match(AT_RISK, duties="no"), match(ALICE, "likely"), concerns=(C.NAMING,)),
        ("low", "alert"),
    ),
]


@pytest.mark.clause("SPSO 24")
@pytest.mark.clause("SPSO 27")
@pytest.mark.clause("SPSO 44")
@pytest.mark.clause("SPSO 67")
@pytest.mark.clause("WICS Active ¶2")
@pytest.mark.parametrize("pack", SHIPPED)
@pytest.mark.parametrize(("case", "found", "expected"), CASES, ids=[case[0] for case in CASES])
def test_the_table_decides_alike_for_both_bodies(
    pack: str, case: str, found: Facts, expected: tuple[str, str]
) -> None:
    said = judge(read_pack(pack), found)
    assert (said.severity, said.disposition) == expected, case


CONDITIONS = [
    ("threat", facts(match(ALICE), concerns=(C.THREAT,)), "SPSO 24",
     ("there is threat or violence", "the surest match is certain or likely")),
    ("threat to the body", facts(concerns=(C.THREAT,)), "SPSO 39",
     ("there is threat or violence", "nobody on the staff is meant", "the body is named")),
    ("one who may be named", facts(match(SPOKEN_FOR)), "SPSO 44",
     ("the person may be named",)),
    ("at risk", facts(match(AT_RISK, duties="no")), "SPSO 60",
     ("the surest match is certain or likely", "the person has watch=raised")),
    ("perhaps", facts(match(ALICE, "possible")), "SPSO 67",
     ("the surest match is possible", "whether it is about their work: yes or unclear")),
    ("criticism", facts(), "SPSO 7", ()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "found", "clause", "conditions"), CONDITIONS, ids=[case[0] for case in CONDITIONS]
)
def test_a_judgement_says_its_clause_and_what_the_row_asks(
    case: str, found: Facts, clause: str, conditions: tuple[str, ...]
) -> None:
    said = judge(read_pack("spso"), found)
    assert (said.clause, said.conditions) == (clause, conditions), case


def test_a_row_of_a_bodys_own_pack_is_said_with_all_that_it_asks() -> None:
    row = SeverityRule(
        categories=(C.INSULT,), targets=("staff", "unclear"), organisation=False,
        may_be_named=False, severity="low", disposition="review", clause="Own 1",
    )  # fmt: skip
    last = SeverityRule(severity="none", disposition="ignore")
    pack = read_pack("spso").model_copy(update={"severity_rules": (row, last)})
    said = judge(pack, facts(match(ALICE), concerns=(C.INSULT,), organisation=False))
    assert said.conditions == (
        "there is insult aimed at staff or unclear",
        "the body is not named",
        "the person may not be named",
    )


@pytest.mark.clause("SPSO 8")
@pytest.mark.clause("WICS Active ¶3")
def test_who_may_harm_themselves_is_told_of_at_once_where_the_policy_aims_to_stop_it() -> None:
    distress = facts(concerns=(C.SELF_HARM,))
    spso, wics = (judge(read_pack(name), distress) for name in ("spso", "wics"))
    assert (spso.severity, spso.disposition, spso.clause) == ("high", "review", "SPSO 8")
    assert (wics.severity, wics.disposition, wics.clause) == ("high", "alert", "WICS Active ¶3")


@pytest.mark.clause("SPSO 67")
def test_each_person_has_their_own_judgement() -> None:
    found = facts(match(SPOKEN_FOR), match(ALICE, "likely"), concerns=(C.NAMING,))
    said = judge_each(read_pack("spso"), found)
    assert [(one, said[one].disposition) for one in said] == [("s002", "ignore"), ("s001", "alert")]
