"""Who may enter which part of the console."""

import pytest

from casework.areas import AREAS, Area, check_area, may_enter
from casework.errors import NotAllowedError
from casework.office import Office
from policies.pack_file import read_pack
from records.organisation import Organisation
from records.roster import roster_of
from tests.console.cast import CAST, LEAVER, MORNING, member

ROLES = {
    "hr_officer": ("s005",),
    "communications_manager": ("s004",),
    "director": ("s002",),
    "head_of_body": ("s001",),
    "leadership_team": ("s001", "s002"),
    "it": ("s021",),
}
EVERYBODY = {"s001", "s002", "s004", "s005", "s010", "s017", "s018", "s020", "s021"}
ENTERS = {
    Area.INBOX: EVERYBODY,
    Area.REPORT: EVERYBODY,
    Area.YOUR_SAY: EVERYBODY,
    Area.TRIAGE: {"s004", "s002"},
    Area.DIGEST: {"s001", "s002", "s004"},
    Area.REGISTERS: {"s004", "s002"},
    Area.RETENTION: {"s001", "s004", "s002"},
    Area.SET_UP: {"s004", "s002", "s021"},
    Area.STATUS: {"s004", "s002", "s021"},
}


def office(**roles: tuple[str, ...]) -> Office:
    body = Organisation(name="Scottish Example Ombudsman", policy="spso", roles=ROLES | roles)
    return Office(read_pack("spso"), body, roster_of(member(one[0]) for one in CAST))


@pytest.mark.parametrize("area", Area)
def test_each_area_is_entered_by_exactly_those_whom_the_policy_puts_there(area: Area) -> None:
    assert {one for one in EVERYBODY if may_enter(office(), one, area, MORNING)} == ENTERS[area]


def test_whoever_has_left_enters_nothing() -> None:
    after = MORNING.replace(day=25)
    assert not [area for area in Area if may_enter(office(), LEAVER, area, after)]


def test_whoever_looks_after_the_machine_reads_no_digest_and_triages_nothing() -> None:
    for area in (Area.TRIAGE, Area.DIGEST, Area.REGISTERS, Area.RETENTION):
        with pytest.raises(NotAllowedError):
            check_area(office(), "s021", area, MORNING)


def test_every_area_has_its_rule() -> None:
    assert set(AREAS) == set(Area)
