"""The whole severity table of both packs against a specification that has no order of rows.

For every combination exactly one line of the specification holds for each concern, and one for
being named at all; the gravest of them is what must come out.
"""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import NamedTuple, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.pack import Pack
from policies.pack_file import SHIPPED, read_pack
from policies.severity import Facts, Judgement, judge
from records.finding import (
    Category,
    Certainty,
    Concern,
    Disposition,
    Duties,
    NameMatch,
    Severity,
    Target,
)
from records.roster import StaffMember

# person: who may be meant, one of the staff, an office holder who may be named, or somebody at risk
# sure: that it is them; "nobody" when no name of ours is there
# work: whether it is about their work
# body: whether it is named
# "*" is any of these, "!" all but one. Where a policy asks for something else, its
# answer stands in its own column.
SPECIFICATION = """
what       | person         | sure            | work         | body | spso            | wics

# Zero tolerance. The person may be a namesake, the body is not: that it is named is enough.
harm       | *              | certain, likely | *            | *    | critical, alert | =
harm       | *              | possible        | *            | yes  | critical, alert | =
harm       | *              | possible        | *            | no   | high, review    | =
harm       | *              | nobody          | *            | yes  | critical, alert | =
harm       | *              | nobody          | *            | no   | none, ignore    | =

# Harassment counts in and out of work, of office holders too, but a namesake alerts nobody.
harassment | *              | certain, likely | *            | *    | high, alert     | =
harassment | *              | possible        | *            | *    | medium, review  | =
harassment | *              | nobody          | *            | yes  | medium, review  | =
harassment | *              | nobody          | *            | no   | none, ignore    | =

# Abuse of somebody who only may be ours matters when it may be about their work.
abuse      | *              | certain, likely | *            | *    | medium, alert   | =
abuse      | *              | possible        | yes, unclear | *    | low, review     | =
abuse      | *              | possible        | no           | *    | none, ignore    | =
abuse      | *              | nobody          | *            | *    | none, ignore    | =

# An author in distress over the body, or over somebody's work; strangers are left in peace.
self_harm  | *              | *               | *            | yes  | high, review    | high, alert
self_harm  | *              | !nobody         | yes, unclear | no   | high, review    | =
self_harm  | *              | !nobody         | no           | no   | none, ignore    | =
self_harm  | *              | nobody          | *            | no   | none, ignore    | =

# Named at all, whatever else there is.
named      | staff, at risk | certain         | yes          | *    | medium, alert   | =
named      | staff, at risk | likely          | yes          | *    | low, alert      | =
named      | staff, at risk | certain, likely | unclear      | *    | low, review     | =
named      | staff, at risk | possible        | yes, unclear | *    | low, review     | =
named      | staff, at risk | possible        | no           | *    | none, ignore    | =
named      | staff          | certain, likely | no           | *    | none, ignore    | =
named      | at risk        | certain, likely | no           | *    | low, review     | =
named      | holder         | !nobody         | *            | *    | none, ignore    | =
named      | holder at risk | certain, likely | *            | *    | low, review     | =
named      | holder at risk | possible        | *            | *    | none, ignore    | =

# Criticism of the body, however forceful.
named      | *              | nobody          | *            | *    | none, ignore    | =
"""

GROUPS = {
    "harm": (Category.THREAT, Category.VIOLENCE),
    "harassment": (
        Category.DOXXING,
        Category.TARGETING,
        Category.RECORDING,
        Category.DISCRIMINATORY,
    ),
    "abuse": (Category.INSULT, Category.ALLEGATION, Category.COMPETENCE),
    "self_harm": (Category.SELF_HARM,),
    "named": (Category.NAMING,),
}
PEOPLE = {
    "staff": StaffMember("staff", "Alice Quarrier"),
    "holder": StaffMember("holder", "Bob Tay", may_be_named=True),
    "at risk": StaffMember("at risk", "Charlie Don", watch="raised"),
    "holder at risk": StaffMember(
        "holder at risk", "Davina Esk", may_be_named=True, watch="raised"
    ),
}
CERTAINTIES: tuple[Certainty, ...] = ("possible", "likely", "certain")
DUTIES: tuple[Duties, ...] = ("yes", "no", "unclear")
GRAVER = get_args(Severity)[::-1]
SOONER = get_args(Disposition)[::-1]


class Situation(NamedTuple):
    """One person, or nobody, and whether the body is named."""

    person: str
    sure: str
    work: str
    body: str


SITUATIONS = [
    *(Situation(*each) for each in itertools.product(PEOPLE, CERTAINTIES, DUTIES, ("yes", "no"))),
    *(Situation("staff", "nobody", "no", body) for body in ("yes", "no")),
]


def lines() -> Iterator[list[str]]:
    for line in SPECIFICATION.strip().splitlines()[1:]:
        if line and not line.startswith("#"):
            yield [cell.strip() for cell in line.split("|")]


def holds(cell: str, value: str) -> bool:
    if cell.startswith("!"):
        return value != cell[1:]
    return cell == "*" or value in cell.split(", ")


@cache
def specified(policy: str, group: str, situation: Situation) -> tuple[Severity, Disposition]:
    """The one line that holds for this kind of concern in this situation."""
    answers = [
        spso if policy == "spso" or wics == "=" else wics
        for what, *cells, spso, wics in lines()
        if what == group and all(map(holds, cells, situation))
    ]
    assert len(answers) == 1, (group, situation, answers)
    severity, disposition = answers[0].split(", ")
    assert severity in GRAVER
    assert disposition in SOONER
    return severity, disposition  # type: ignore[return-value]


def expected(policy: str, found: set[Category], situation: Situation) -> tuple[str, str]:
    groups = {name for name, members in GROUPS.items() if found & set(members)} | {"named"}
    answers = [specified(policy, group, situation) for group in groups]
    return (
        max((severity for severity, _ in answers), key=GRAVER.index),
        max((disposition for _, disposition in answers), key=SOONER.index),
    )


def match(person: str, certainty: Certainty, duties: Duties) -> NameMatch:
    return NameMatch(
        staff_id=person, field="text", surface="x", start=0, end=1,
        certainty=certainty, duties=duties, reasons=(),
    )  # fmt: skip


def concern(category: Category, target: Target = "staff") -> Concern:
    return Concern(
        category=category, score=0.9, target=target, field="text", start=0, end=1, reasons=()
    )


def facts(situation: Situation, *concerns: Concern) -> Facts:
    person, sure, work, body = situation
    staff = () if sure == "nobody" else (match(person, sure, work),)  # type: ignore[arg-type]
    return Facts(staff, body == "yes", concerns, PEOPLE)


def test_the_specification_knows_every_category_and_every_line_of_it_is_reached() -> None:
    assert sorted(itertools.chain(*GROUPS.values())) == sorted(Category)
    for what, *cells, _, _ in lines():
        assert any(all(map(holds, cells, one)) for one in SITUATIONS), (what, cells)


@pytest.mark.clause("SPSO 7")
@pytest.mark.clause("SPSO 8")
@pytest.mark.clause("SPSO 24")
@pytest.mark.clause("SPSO 36")
@pytest.mark.clause("SPSO 39")
@pytest.mark.clause("SPSO 41")
@pytest.mark.clause("SPSO 44")
@pytest.mark.clause("SPSO 60")
@pytest.mark.clause("SPSO 67")
@pytest.mark.clause("WICS Active ¶2")
@pytest.mark.clause("WICS Active ¶3")
@pytest.mark.clause("WICS Aggressive ¶2")
@pytest.mark.clause("WICS Aggressive ¶3")
@pytest.mark.clause("WICS Aggressive ¶4")
@pytest.mark.clause("WICS Named ¶1")
@pytest.mark.clause("WICS Staff")
@pytest.mark.clause("WICS Types ¶2")
@pytest.mark.parametrize("policy", SHIPPED)
def test_every_set_of_categories_in_every_situation_is_judged_as_specified(policy: str) -> None:
    pack = read_pack(policy)
    sets = [
        *(set(each) for size in (0, 1, 2) for each in itertools.combinations(Category, size)),
        set(Category),
    ]
    for situation, found in itertools.product(SITUATIONS, sets):
        said = judge(pack, facts(situation, *map(concern, found)))
        wanted = expected(policy, found, situation)
        assert (said.severity, said.disposition) == wanted, (situation, found)


@pytest.mark.clause("SPSO 32")
@pytest.mark.clause("SPSO 38")
@pytest.mark.clause("WICS Aggressive ¶4")
@pytest.mark.parametrize("target", get_args(Target))
@pytest.mark.parametrize("policy", SHIPPED)
def test_it_makes_no_difference_at_whom_it_is_aimed(policy: str, target: Target) -> None:
    pack = read_pack(policy)
    for situation, category in itertools.product(SITUATIONS, Category):
        said = judge(pack, facts(situation, concern(category, target)))
        assert (said.severity, said.disposition) == expected(policy, {category}, situation)


def gravity(said: Judgement) -> tuple[int, int]:
    return GRAVER.index(said.severity), SOONER.index(said.disposition)


def at_least(one: Judgement, other: Judgement) -> bool:
    return all(mine >= theirs for mine, theirs in zip(gravity(one), gravity(other), strict=True))


packs = st.sampled_from([read_pack(name) for name in SHIPPED])
concerns = st.builds(concern, st.sampled_from(Category), st.sampled_from(get_args(Target)))
matches = st.builds(
    match, st.sampled_from(list(PEOPLE)), st.sampled_from(CERTAINTIES), st.sampled_from(DUTIES)
)
any_facts = st.builds(
    lambda staff, body, found: Facts(tuple(staff), body, tuple(found), PEOPLE),
    st.lists(matches, max_size=5),
    st.booleans(),
    st.lists(concerns, max_size=5),
)


@given(packs, any_facts, concerns)
def test_one_more_concern_never_lowers_anything(pack: Pack, found: Facts, more: Concern) -> None:
    assert at_least(
        judge(pack, replace(found, concerns=(*found.concerns, more))), judge(pack, found)
    )


@given(packs, any_facts, matches)
def test_one_more_name_never_lowers_anything(pack: Pack, found: Facts, more: NameMatch) -> None:
    assert at_least(judge(pack, replace(found, staff=(*found.staff, more))), judge(pack, found))


@given(packs, any_facts, st.data())
def test_being_surer_never_lowers_anything(pack: Pack, found: Facts, data: st.DataObject) -> None:
    if not found.staff:
        return
    place = data.draw(st.integers(0, len(found.staff) - 1))
    now = CERTAINTIES.index(found.staff[place].certainty)
    surer = data.draw(st.sampled_from(CERTAINTIES[now:]))
    staff = list(found.staff)
    staff[place] = staff[place].model_copy(update={"certainty": surer})
    assert at_least(judge(pack, replace(found, staff=tuple(staff))), judge(pack, found))


@given(packs, any_facts)
def test_naming_the_body_as_well_never_lowers_anything(pack: Pack, found: Facts) -> None:
    without, named = (replace(found, organisation=body) for body in (False, True))
    assert at_least(judge(pack, named), judge(pack, without))


@given(packs, any_facts)
def test_every_judgement_has_a_clause_of_the_policy(pack: Pack, found: Facts) -> None:
    assert judge(pack, found).clause.startswith(f"{pack.name.upper()} ")
