"""One suite of scenarios that both shipped packs run: what happens, whatever the policy."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from alerts.rehearsal import Foreseen, foresee, rehearse
from policies.pack import Pack
from policies.pack_file import read_pack
from policies.seats import Desk, Question
from policies.severity import Facts, judge
from policies.tables import Decision
from records.finding import Category, Certainty, Concern, Duties, NameMatch, Severity
from records.roster import Roster, StaffMember, roster_of
from tests.alerts.cast import (
    CALUM,
    DAY,
    FIONA,
    ISLA,
    MANAGERS,
    MORAG,
    RORY,
    SHEENA,
    organisation,
    question,
    roster,
)

PACKS = {"spso": read_pack("spso"), "wics": read_pack("wics")}
BOTH = pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS)
LONDON = ZoneInfo("Europe/London")
TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=LONDON)
SATURDAY_NIGHT = datetime(2026, 11, 28, 22, 40, tzinfo=LONDON)


@dataclass(frozen=True, slots=True)
class Scenario:
    """Who is away, in conflict or named, and who is then told under each pack."""

    asked: Question
    staff: Roster
    spso: list[str]
    wics: list[str]
    teller: tuple[str, str] | None
    """Under each pack."""
    custodian: str = SHEENA

    def told_by(self, pack: Pack) -> list[str]:
        return self.spso if pack.name == "spso" else self.wics

    def teller_by(self, pack: Pack) -> str | None:
        return self.teller and self.teller[pack.name == "wics"]


def an_ordinary_day() -> Scenario:
    return Scenario(question(), roster(), [CALUM, RORY, SHEENA], [CALUM], (CALUM, CALUM))


def the_line_manager_is_away() -> Scenario:
    return Scenario(question(), roster(away=[CALUM]), [MORAG, RORY, SHEENA], [MORAG], (RORY, MORAG))


def everybody_but_the_head_is_away() -> Scenario:
    away = roster(away=[CALUM, RORY, SHEENA, MORAG])
    return Scenario(question(), away, [ISLA], [ISLA], (ISLA, ISLA))


def the_line_manager_is_named_alongside() -> Scenario:
    return Scenario(
        question(alongside=[CALUM]), roster(), [MORAG, RORY, SHEENA], [MORAG], (RORY, MORAG)
    )


def the_custodian_is_named() -> Scenario:
    return Scenario(
        question(SHEENA), roster(), [MORAG, RORY], [MORAG], (MORAG, MORAG), custodian=MORAG
    )


def the_custodian_is_in_conflict() -> Scenario:
    return Scenario(
        question(barred=[SHEENA]),
        roster(),
        [CALUM, RORY, MORAG],
        [CALUM],
        (CALUM, CALUM),
        custodian=MORAG,
    )


def the_head_of_the_body_is_named() -> Scenario:
    return Scenario(question(ISLA), roster(), [MORAG, RORY, SHEENA], [MORAG], (RORY, MORAG))


def the_director_is_named() -> Scenario:
    return Scenario(question(MORAG), roster(), [ISLA, RORY, SHEENA], [ISLA], (ISLA, ISLA))


def the_director_and_the_custodian_are_named_together() -> Scenario:
    return Scenario(
        question(SHEENA, alongside=[MORAG]),
        roster(),
        [ISLA, RORY],
        [ISLA],
        (RORY, ISLA),
        custodian=ISLA,
    )


def the_body_is_threatened_and_nobody_is_named() -> Scenario:
    return Scenario(question(None), roster(), [SHEENA, MORAG], [SHEENA, MORAG], None)


def somebody_who_has_left_is_named() -> Scenario:
    return Scenario(
        question(FIONA),
        roster(left=[FIONA]),
        [CALUM, RORY, SHEENA],
        [CALUM],
        (CALUM, CALUM),
    )


SCENARIOS: list[Callable[[], Scenario]] = [
    an_ordinary_day,
    the_line_manager_is_away,
    everybody_but_the_head_is_away,
    the_line_manager_is_named_alongside,
    the_custodian_is_named,
    the_custodian_is_in_conflict,
    the_head_of_the_body_is_named,
    the_director_is_named,
    the_director_and_the_custodian_are_named_together,
    the_body_is_threatened_and_nobody_is_named,
    somebody_who_has_left_is_named,
]


def played(
    pack: Pack, scenario: Scenario, severity: Severity = "medium", at: datetime = TUESDAY
) -> Foreseen:
    return foresee(pack, organisation(), scenario.staff, scenario.asked, severity, at)


@BOTH
@pytest.mark.clause("SPSO 67.1")
@pytest.mark.clause("SPSO 68")
@pytest.mark.clause("WICS Named ¶1")
@pytest.mark.clause("WICS Named ¶2")
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.__name__)
def test_those_are_told_whom_the_policy_names(pack: Pack, scenario: Callable[[], Scenario]) -> None:
    case = scenario()
    told = [one.staff_id for one in played(pack, case).routing.recipients]
    assert told == case.told_by(pack)


@BOTH
@pytest.mark.clause("SPSO 69")
@pytest.mark.clause("WICS Named ¶3")
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.__name__)
def test_the_person_is_told_in_private_by_the_first_of_the_chain_who_is_there(
    pack: Pack, scenario: Callable[[], Scenario]
) -> None:
    case = scenario()
    teller = played(pack, case).teller
    assert (teller and teller.staff_id) == case.teller_by(pack)


@BOTH
@pytest.mark.clause("SPSO 71")
@pytest.mark.clause("WICS Named ¶5")
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.__name__)
def test_the_custodian_keeps_the_record_unless_named_or_in_conflict(
    pack: Pack, scenario: Callable[[], Scenario]
) -> None:
    case = scenario()
    custodian = played(pack, case).custodian
    assert custodian is not None
    assert custodian.staff_id == case.custodian


@BOTH
@pytest.mark.clause("SPSO 33")
@pytest.mark.clause("WICS Active ¶2")
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.__name__)
def test_nobody_decides_about_themselves_but_about_their_own_file(
    pack: Pack, scenario: Callable[[], Scenario]
) -> None:
    case = scenario()
    desk = Desk(pack, organisation(), case.staff, case.asked)
    for decision in Decision:
        for seat in desk.deciders(decision):
            about_own_file = decision == Decision.PERSONAL_RECORD and seat.role == "affected"
            assert seat.staff_id not in case.asked.excluded or about_own_file


@BOTH
@pytest.mark.clause("SPSO 24")
@pytest.mark.clause("WICS Active ¶2")
def test_a_threat_on_a_saturday_night_is_due_in_a_quarter_of_an_hour(pack: Pack) -> None:
    foreseen = played(pack, an_ordinary_day(), "critical", SATURDAY_NIGHT)
    assert foreseen.acknowledge_by == datetime(2026, 11, 28, 22, 55, tzinfo=LONDON)
    steps = [(f"{one.at:%H:%M}", one.tell and one.tell.staff_id) for one in foreseen.later[:2]]
    assert steps == [("22:55", MORAG), ("23:10", ISLA)]
    assert foreseen.later[-1].alarm


@BOTH
@pytest.mark.clause("SPSO 67.1")
@pytest.mark.clause("WICS Named ¶1")
def test_a_naming_on_a_saturday_night_waits_for_working_hours(pack: Pack) -> None:
    foreseen = played(pack, an_ordinary_day(), "medium", SATURDAY_NIGHT)
    # Monday 30 November is St Andrew's Day.
    assert foreseen.acknowledge_by == datetime(2026, 12, 1, 13, 0, tzinfo=LONDON)


@BOTH
@pytest.mark.clause("SPSO 69")
@pytest.mark.clause("WICS Named ¶3")
@pytest.mark.parametrize(
    ("found", "told_by"),
    [
        ("2026-11-24 10:00", "2026-11-25 17:00"),
        ("2026-11-27 16:59", "2026-12-01 17:00"),  # St Andrew's Day lies between
        ("2026-11-28 22:40", "2026-12-01 17:00"),
        ("2026-10-23 10:00", "2026-10-26 17:00"),  # the clocks go back
        ("2027-03-25 10:00", "2027-03-29 17:00"),  # Good Friday; the clocks go forward
    ],
)
def test_the_person_is_told_before_the_end_of_the_next_working_day(
    pack: Pack, found: str, told_by: str
) -> None:
    at = datetime.fromisoformat(found).replace(tzinfo=LONDON)
    due = played(pack, an_ordinary_day(), at=at).tell_by
    assert due == datetime.fromisoformat(told_by).replace(tzinfo=LONDON)


def test_working_days_are_those_of_the_bodys_own_time_zone() -> None:
    """A Sunday evening in London is a Monday morning in Auckland."""
    body = organisation().model_copy(update={"time_zone": "Pacific/Auckland"})
    at = datetime(2026, 11, 22, 21, 0, tzinfo=LONDON)
    foreseen = foresee(PACKS["spso"], body, roster(), question(), "medium", at)
    assert foreseen.acknowledge_by == datetime(
        2026, 11, 23, 14, 0, tzinfo=ZoneInfo("Pacific/Auckland")
    )


# What the packs decide differently.


@pytest.mark.clause("SPSO 71")
def test_the_person_named_and_hr_decide_about_the_personal_record() -> None:
    desk = Desk(PACKS["spso"], organisation(), roster(), question())
    seats = [(seat.staff_id, seat.role) for seat in desk.deciders(Decision.PERSONAL_RECORD)]
    assert seats == [(FIONA, "affected"), (RORY, "hr_officer")]


@pytest.mark.clause("WICS Named ¶5")
def test_whom_the_policy_leaves_open_the_body_names() -> None:
    body = organisation(custodian=(CALUM,), personal_record_decider=(MORAG,))
    desk = Desk(PACKS["wics"], body, roster(), question())
    custodian = desk.custodian()
    assert custodian is not None
    assert custodian.staff_id == CALUM
    assert [one.staff_id for one in desk.deciders(Decision.PERSONAL_RECORD)] == [MORAG]


@pytest.mark.clause("SPSO 53")
def test_only_the_leadership_team_decides_that_complaints_are_misused() -> None:
    body = organisation(leadership_team=(ISLA, MORAG))
    desk = Desk(PACKS["spso"], body, roster(), question())
    assert [one.staff_id for one in desk.deciders(Decision.COMPLAINT_MISUSE)] == [ISLA, MORAG]


@pytest.mark.clause("SPSO 33")
def test_a_threat_is_a_matter_of_judgement_with_witnesses_asked() -> None:
    police = PACKS["spso"].police
    assert (police.rule, police.witness_statements) == ("judgement", "asked")


@pytest.mark.clause("WICS Active ¶2")
def test_a_threat_of_violence_is_always_reported() -> None:
    assert PACKS["wics"].police.rule == "always"


@pytest.mark.clause("SPSO 22")
def test_a_restriction_may_be_appealed_against_to_the_director_or_the_ombudsman() -> None:
    rules = PACKS["spso"].restrictions
    assert rules.appeal == ("director", "head_of_body")
    assert rules.termination_appeal


@pytest.mark.clause("WICS Comm-Term ¶1")
@pytest.mark.clause("WICS Comm-Term ¶2")
@pytest.mark.clause("WICS Comm-Term ¶3")
@pytest.mark.clause("WICS Terminating ¶1")
def test_a_restriction_offers_representations_and_a_termination_neither() -> None:
    rules = PACKS["wics"].restrictions
    assert not rules.appeal
    assert not rules.termination_appeal
    assert rules.representations_to == ("director", "head_of_body")
    assert rules.termination_recommended_by == ("director", "head_of_body")
    assert str(rules.reconsider_after) == "24 months"


@BOTH
@pytest.mark.clause("WICS Comm-Term ¶1")
def test_every_decision_names_the_right_to_complain(pack: Pack) -> None:
    assert "Scottish Public Services Ombudsman" in pack.restrictions.complain_to


@pytest.mark.clause("SPSO 44")
@pytest.mark.parametrize(
    ("category", "disposition"), [(Category.NAMING, "ignore"), (Category.THREAT, "alert")]
)
def test_naming_the_ombudsman_is_no_incident_and_a_threat_still_is(
    category: Category, disposition: str
) -> None:
    people = {one: StaffMember(one, one, may_be_named=one == ISLA) for one in (ISLA, FIONA)}
    assert judge(PACKS["spso"], facts(ISLA, category, roster_of(people.values()))).disposition == (
        disposition
    )
    assert judge(PACKS["spso"], facts(FIONA, category, roster_of(people.values()))).disposition == (
        "alert"
    )


def facts(staff_id: str, category: Category, staff: Roster) -> Facts:
    sure: Certainty = "certain"
    work: Duties = "yes"
    match = NameMatch(
        staff_id=staff_id,
        field="text",
        surface="",
        start=0,
        end=0,
        certainty=sure,
        duties=work,
        reasons=(),
    )
    concern = Concern(
        category=category, score=1, target="staff", field="text", start=0, end=0, reasons=()
    )
    return Facts((match,), organisation=True, concerns=(concern,), people=staff)


# Rehearsing.


def reached(_staff_id: str) -> bool:
    return True


@pytest.mark.clause("SPSO 67.1")
def test_a_rehearsal_of_a_body_with_everybody_there_finds_nothing_serious() -> None:
    gaps = rehearse(PACKS["spso"], organisation(), roster(), DAY, reached)
    assert not [gap for gap in gaps if gap.serious]


@pytest.mark.clause("WICS Named ¶1")
def test_a_rehearsal_finds_that_nobody_hears_of_the_head_while_the_director_is_away() -> None:
    gaps = rehearse(PACKS["wics"], organisation(), roster(), DAY, reached)
    assert {(gap.named, gap.absent) for gap in gaps if gap.serious} == {
        (ISLA, MORAG),
        (MORAG, ISLA),
    }


@BOTH
def test_a_rehearsal_finds_whoever_has_no_address(pack: Pack) -> None:
    gaps = list(rehearse(pack, organisation(), roster(), DAY, lambda staff_id: staff_id != CALUM))
    assert (FIONA, None, "line_manager") in {(one.named, one.absent, one.place) for one in gaps}
    assert any(one.serious for one in gaps) == (pack.name == "wics")


@BOTH
def test_passing_over_people_without_a_place_changes_nothing(pack: Pack) -> None:
    found = set(rehearse(pack, organisation(), roster(), DAY, reached))
    for absent in MANAGERS:
        staff = roster(away=[absent])
        today = {
            gap.named
            for gap in rehearse(pack, organisation(), staff, DAY, reached)
            if gap.absent is None and gap.serious
        }
        assert today == {gap.named for gap in found if gap.serious and gap.absent in {absent, None}}
