"""Who may do what: every action against everybody's tie to the incident and roles in the body."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from casework import incidents
from casework.errors import NotAllowedError
from casework.office import Actor, Office
from casework.permissions import (
    DECISIONS,
    TIES,
    Action,
    Concerned,
    Standing,
    allowed,
    check,
    check_may,
    concerned,
    may,
)
from policies.pack import Decision
from policies.pack_file import read_pack
from records.database import reading, transaction
from records.incident import Incident
from records.organisation import Organisation
from records.roster import StaffMember, roster_of
from tests.casework.body import incident as on_paper

NOW = datetime(2026, 11, 21, 22, 40, tzinfo=UTC)
ALICE, BOB, CHARLIE, DONALD, EILIDH, FERGUS = (f"s00{n}" for n in range(1, 7))
HR, COMMS, DIRECTOR, HEAD = CHARLIE, DONALD, EILIDH, FERGUS
ROLES = {
    "hr_officer": (HR,),
    "communications_manager": (COMMS,),
    "director": (DIRECTOR,),
    "head_of_body": (HEAD,),
    "leadership_team": (HEAD, DIRECTOR),
}
STAFF = (
    StaffMember(ALICE, "Fenella Auchterbrae", line_manager=BOB),
    StaffMember(BOB, "Isobel Fairweather", line_manager=DIRECTOR),
    StaffMember(HR, "Struan Kilbrandy", line_manager=DIRECTOR),
    StaffMember(COMMS, "Devika Ramanujpal", line_manager=DIRECTOR),
    StaffMember(DIRECTOR, "Lachlan Quillandrie", line_manager=HEAD),
    StaffMember(HEAD, "Thomasina Garvellach"),
)
READING = frozenset({Action.VIEW, Action.REVEAL, Action.JUDGE, Action.OPEN_EVIDENCE})
_BY_ROLE = {Action.BRING_IN, Action.DECIDE_APPEAL, Action.AGREE_TO_ERASE, Action.MAKE_OWN_PAGE}
ON_THE_LIST = frozenset(TIES) - set(DECISIONS) - _BY_ROLE - {Action.SAY}
Open = Callable[..., Incident]


def office(policy: str = "spso", **roles: tuple[str, ...]) -> Office:
    body = Organisation(name="Scottish Lighthouse Ombudsman", policy=policy, roles=ROLES | roles)
    return Office(read_pack(policy), body, roster_of(STAFF))


def what(standing: Standing) -> frozenset[Action]:
    return frozenset(action for action in Action if allowed(standing, action))


def test_every_action_has_a_row_and_one_without_would_be_refused_to_everybody() -> None:
    assert set(TIES) == set(Action)
    everything = Standing(
        BOB,
        named=False,
        on_list=True,
        employed=True,
        custodian=True,
        line_manager=True,
        decides=frozenset(Decision),
        appeals=True,
        second=True,
        teller=True,
        affected=True,
    )
    assert what(everything) == set(Action)
    with pytest.raises(NotAllowedError):
        check_may(everything, "an action that nobody has thought of")  # type: ignore[arg-type]


@pytest.mark.clause("SPSO 68")
@pytest.mark.clause("WICS Named ¶2")
@pytest.mark.clause("SPSO 65")
def test_ties_and_roles_allow_what_the_table_says_and_no_more() -> None:
    nothing = Standing(BOB, named=False, on_list=False, employed=True)
    deciding = frozenset(DECISIONS)
    cases = {
        nothing: {Action.FILE},
        replace(nothing, decides=frozenset(Decision), appeals=True): {Action.FILE},
        replace(nothing, line_manager=True): {Action.FILE},
        replace(nothing, second=True): {Action.FILE, Action.AGREE_TO_ERASE},
        replace(nothing, teller=True): {Action.FILE},
        replace(nothing, on_list=True, teller=True): ON_THE_LIST | {Action.MAKE_OWN_PAGE},
        replace(nothing, on_list=True): ON_THE_LIST,
        replace(nothing, on_list=True, line_manager=True): ON_THE_LIST | {Action.BRING_IN},
        replace(nothing, on_list=True, decides=frozenset(Decision)): ON_THE_LIST | deciding,
        replace(nothing, on_list=True, appeals=True): ON_THE_LIST | {Action.DECIDE_APPEAL},
        replace(nothing, custodian=True): (ON_THE_LIST | {Action.BRING_IN}) - {Action.ACKNOWLEDGE},
    }
    assert {standing: what(standing) for standing in cases} == cases


@pytest.mark.clause("SPSO 68")
@pytest.mark.clause("SPSO 33")
def test_whoever_is_named_in_conflict_or_gone_may_nothing_whatever_they_are_besides() -> None:
    flags = (True, False)
    looked_at = 0
    for on_list, custodian, line_manager, appeals, decides in product(flags, repeat=5):
        for named, conflicted, employed in product(flags, repeat=3):
            if employed and not (named or conflicted):
                continue
            standing = Standing(
                ALICE,
                named=named,
                on_list=on_list,
                employed=employed,
                conflicted=conflicted,
                custodian=custodian,
                line_manager=line_manager,
                decides=frozenset(Decision) if decides else frozenset(),
                appeals=appeals,
                second=appeals,
            )
            assert what(standing) == (frozenset({Action.FILE}) if employed else frozenset())
            looked_at += 1
    assert looked_at == 32 * 7


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize("action", sorted(set(Action) - {Action.FILE}))
def test_the_named_person_is_told_why_they_are_refused(action: Action) -> None:
    named = Standing(ALICE, named=True, on_list=True, employed=True, custodian=True)
    with pytest.raises(NotAllowedError, match="You are named"):
        check_may(named, action)


@pytest.mark.clause("SPSO 69")
@pytest.mark.clause("WICS Named ¶3")
def test_whoever_is_named_and_was_told_may_speak_for_themselves_and_open_nothing() -> None:
    flags = (True, False)
    for on_list, custodian, conflicted, second, teller in product(flags, repeat=5):
        told = Standing(
            ALICE,
            named=True,
            on_list=on_list,
            employed=True,
            conflicted=conflicted,
            custodian=custodian,
            decides=frozenset(Decision),
            appeals=True,
            second=second,
            teller=teller,
            affected=True,
        )
        assert what(told) == {Action.FILE, Action.SAY}
        assert what(replace(told, affected=False)) == {Action.FILE}
        assert what(replace(told, employed=False)) == set()


@pytest.mark.clause("SPSO 69")
@pytest.mark.clause("WICS Named ¶3")
@pytest.mark.parametrize(
    ("policy", "tellers"),
    [("spso", {BOB, HR, COMMS, DIRECTOR, HEAD}), ("wics", {BOB, DIRECTOR, HEAD})],
)
def test_only_whom_the_policy_has_tell_the_person_makes_a_page_for_them(
    engine: Engine, open_about: Open, policy: str, tellers: set[str]
) -> None:
    rules = office(policy)
    everybody = frozenset(member.staff_id for member in STAFF)
    before = concerns(engine, open_about, rules, ALICE, [])
    assert before.affected is None
    assert before.tellers == tellers
    listed = replace(before, listed=everybody)
    may_make = {
        one for one in everybody if may(rules.actor(one), Action.MAKE_OWN_PAGE, listed, NOW)
    }
    assert may_make == tellers


def test_work_that_has_ended_ends_what_one_may_on_the_day_where_the_body_is() -> None:
    zone = ZoneInfo("Europe/London")
    leaver = StaffMember(BOB, "Isobel Fairweather", ends_on=date(2026, 7, 1))
    incident = Concerned(named=frozenset({ALICE}), listed=frozenset({BOB}))
    last_evening = datetime(2026, 7, 1, 22, 59, tzinfo=UTC)  # one minute before midnight there
    day_after = datetime(2026, 7, 1, 23, 0, tzinfo=UTC)
    assert may(Actor(BOB, leaver, zone), Action.VIEW, incident, last_evening)
    assert not may(Actor(BOB, leaver, zone), Action.VIEW, incident, day_after)
    assert not may(Actor("s999", None, zone), Action.FILE, incident, last_evening)


def concerns(
    engine: Engine, open_about: Open, rules: Office, named: str | None, conflicted: list[str]
) -> Concerned:
    reference = open_about(named).reference
    with transaction(engine) as session:
        incident = incidents.by_reference(session, reference)
        incident.conflicted = conflicted
    with reading(engine) as session:
        return concerned(session, incidents.by_reference(session, reference), rules, NOW)


@pytest.mark.clause("SPSO 71")
def test_the_custodian_keeps_every_record_and_the_deputy_the_one_about_the_custodian(
    engine: Engine, open_about: Open
) -> None:
    rules = office()
    about_alice = concerns(engine, open_about, rules, ALICE, [])
    assert may(rules.actor(COMMS), Action.VIEW, about_alice, NOW)
    assert may(rules.actor(COMMS), Action.BRING_IN, about_alice, NOW)
    assert not may(rules.actor(DIRECTOR), Action.VIEW, about_alice, NOW)

    about_custodian = concerns(engine, open_about, rules, COMMS, [])
    assert not may(rules.actor(COMMS), Action.VIEW, about_custodian, NOW)
    assert may(rules.actor(DIRECTOR), Action.BRING_IN, about_custodian, NOW)

    in_conflict = concerns(engine, open_about, rules, ALICE, [COMMS, DIRECTOR])
    assert not may(rules.actor(COMMS), Action.VIEW, in_conflict, NOW)
    assert not may(rules.actor(DIRECTOR), Action.VIEW, in_conflict, NOW)
    assert may(rules.actor(HEAD), Action.BRING_IN, in_conflict, NOW)


@pytest.mark.clause("WICS Named ¶5")
def test_where_the_policy_names_no_custodian_the_body_does(
    engine: Engine, open_about: Open
) -> None:
    unset, own = office("wics"), office("wics", custodian=(HR,))
    incident = concerns(engine, open_about, unset, ALICE, [])
    assert incident.custodian == COMMS
    assert concerns(engine, open_about, own, ALICE, []).custodian == HR


@pytest.mark.clause("SPSO 22")
@pytest.mark.clause("WICS Active ¶4")
@pytest.mark.clause("SPSO 52")
@pytest.mark.parametrize("policy", ["spso", "wics"])
def test_decisions_are_for_the_roles_of_the_pack_and_for_nobody_off_the_list(
    engine: Engine, open_about: Open, policy: str
) -> None:
    rules = office(policy)
    everybody = frozenset(member.staff_id for member in STAFF)
    incident = replace(concerns(engine, open_about, rules, ALICE, []), listed=everybody)
    seats = {**{role: set(own) for role, own in ROLES.items()}, "line_manager": {BOB}}
    for action, decision in DECISIONS.items():
        roles = set(rules.pack.deciding[decision]) - {"affected"}
        expected = {
            one
            for role in roles
            for one in seats.get(role) or set(rules.desk(on_paper(), NOW).holders(role))
        }
        found = {one for one in everybody if may(rules.actor(one), action, incident, NOW)}
        assert found == expected, action
        unlisted = replace(incident, listed=frozenset(), custodian=None)
        assert not any(may(rules.actor(one), action, unlisted, NOW) for one in everybody)


def test_a_check_says_how_somebody_stands(engine: Engine, open_about: Open) -> None:
    rules = office()
    incident = concerns(engine, open_about, rules, ALICE, [])
    standing = check(rules.actor(BOB), Action.VIEW, incident, NOW)
    assert (standing.line_manager, standing.on_list, standing.custodian) == (True, True, False)
    with pytest.raises(NotAllowedError, match="leaves this decision to others"):
        check(rules.actor(HR), Action.DECIDE_RESTRICTION, incident, NOW)
