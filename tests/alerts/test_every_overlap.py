"""Every overlap of roles, absences, conflicts and the person named: nobody wrong is ever told."""

from dataclasses import dataclass
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.routing import Question, Routing, next_in_line, route
from policies.pack import Pack
from policies.pack_file import read_pack
from policies.seats import Desk
from policies.tables import AFFECTED, Decision
from records.organisation import Organisation
from records.roster import Absence, Roster, StaffMember, roster_of
from tests.alerts.cast import DAY

SPSO, WICS = read_pack("spso"), read_pack("wics")
PEOPLE = ("a", "b", "c", "d", "e")
MANAGER_OF = {"a": "", "b": "a", "c": "b", "d": "b", "e": "c"}
"""a heads the body; c is e's line manager."""
HERE, AWAY, OUT = "here", "away", "out"
"""Out: in conflict with the incident or named in the same post."""
NAMED = (None, "a", "b", "d", "e")
HOLDINGS = tuple(product(PEOPLE, PEOPLE, ("a", "b", "c")))
"""Who is HR officer, communications manager and Director."""
STATES = tuple(product((HERE, AWAY, OUT), repeat=len(PEOPLE)))


@dataclass(frozen=True, slots=True)
class World:
    """One overlap, in the plainest terms."""

    holder: dict[str, str]
    state: dict[str, str]
    named: str | None

    def reachable(self, person: str) -> bool:
        return bool(person) and self.state[person] == HERE and person != self.named

    def place(self, role: str) -> str:
        if role == "line_manager":
            return MANAGER_OF[self.named] if self.named else ""
        return self.holder[role]

    def expected(self, pack: Pack) -> list[str]:
        """Read from the policies: the place's own holder, else the Director, else the head."""
        places = pack.alerting.recipients if self.named else pack.alerting.nobody_named
        told = []
        for role in places:
            line = (self.place(role), self.holder["director"], self.holder["head_of_body"])
            found = next((one for one in line if self.reachable(one)), None)
            if found and found not in told:
                told.append(found)
        return told

    def why(self, pack: Pack, role: str) -> str:
        own, title = self.place(role), pack.role_title(role)
        if not own:
            return f"because there is no {title} to tell"
        if own == self.named or self.state[own] == OUT:
            return f"in place of the {title}"
        return f"in the absence of the {title}"


def body(hr: str, communications: str, director: str) -> Organisation:
    roles = {
        "hr_officer": (hr,),
        "communications_manager": (communications,),
        "director": (director,),
        "head_of_body": ("a",),
    }
    return Organisation(name="Body", policy="spso", roles=roles)


@pytest.mark.clause("SPSO 67.1")
@pytest.mark.clause("SPSO 68")
@pytest.mark.clause("WICS Named ¶1")
@pytest.mark.clause("WICS Named ¶2")
@pytest.mark.parametrize("pack", [SPSO, WICS], ids=["spso", "wics"])
def test_in_every_overlap_exactly_those_are_told_whom_the_policy_names(pack: Pack) -> None:
    members = [StaffMember(one, one, line_manager=MANAGER_OF[one]) for one in PEOPLE]
    bodies = [(holding, body(*holding)) for holding in HOLDINGS]
    seen = 0
    for states in STATES:
        state = dict(zip(PEOPLE, states, strict=True))
        staff = roster_of(members, (Absence(one, DAY, DAY) for one in PEOPLE if state[one] == AWAY))
        out = [one for one in PEOPLE if state[one] == OUT]
        alongside, barred = frozenset(out[::2]), frozenset(out[1::2])
        for (holding, held), named in product(bodies, NAMED):
            world = World(dict(zip(ROLES, (*holding, "a"), strict=True)), state, named)
            asked = Question(named, alongside - {named or ""}, DAY, barred)
            routing = route(pack, held, staff, asked)
            assert [one.staff_id for one in routing.recipients] == world.expected(pack)
            seen += 1
    assert seen == len(STATES) * len(HOLDINGS) * len(NAMED) == 91_125


ROLES = ("hr_officer", "communications_manager", "director", "head_of_body")


@pytest.mark.clause("SPSO 67.1")
@pytest.mark.parametrize("named", ["a", "d", "e"])
@pytest.mark.parametrize("pack", [SPSO, WICS], ids=["spso", "wics"])
def test_whoever_steps_in_is_told_why(pack: Pack, named: str) -> None:
    members = [StaffMember(one, one, line_manager=MANAGER_OF[one]) for one in PEOPLE]
    for states in STATES:
        state = dict(zip(PEOPLE, states, strict=True))
        staff = roster_of(members, (Absence(one, DAY, DAY) for one in PEOPLE if state[one] == AWAY))
        barred = frozenset(one for one in PEOPLE if state[one] == OUT)
        world = World(dict(zip(ROLES, ("d", "e", "b", "a"), strict=True)), state, named)
        routing = route(pack, body("d", "e", "b"), staff, Question(named, frozenset(), DAY, barred))
        first = pack.alerting.recipients[0]
        stands_in = first not in routing.unfilled and not world.reachable(world.place(first))
        assert not stands_in or routing.recipients[0].reason.startswith(world.why(pack, first))


def check(pack: Pack, body: Organisation, staff: Roster, asked: Question, routing: Routing) -> None:
    """What must hold whoever holds which role, is away, named or in conflict."""
    ids = [one.staff_id for one in routing.recipients]
    places = pack.alerting.recipients if asked.named else pack.alerting.nobody_named
    assert len(set(ids)) == len(ids)
    assert not asked.excluded.intersection(ids)
    assert all(staff.available(one, asked.day) for one in ids)
    assert set(routing.unfilled) <= set(places)
    assert ids or routing.unfilled == places
    for one in routing.recipients:
        if one.role == "line_manager":
            assert asked.named is not None
            assert staff[asked.named].line_manager == one.staff_id
        else:
            assert one.staff_id in body.roles[one.role]
    if routing.unfilled:
        for role in ("director", "head_of_body"):
            assert not any(
                staff.available(one, asked.day) and one not in asked.excluded
                for one in body.roles[role]
            )
    following = next_in_line(pack, body, staff, asked, frozenset(ids))
    assert following is None or following.staff_id not in {*ids, *asked.excluded}
    assert following is None or staff.available(following.staff_id, asked.day)


def check_seats(desk: Desk, asked: Question) -> None:
    """Nobody who is named or in conflict keeps, tells or decides; but for one's own file."""
    teller, custodian = desk.teller(), desk.custodian()
    assert teller is None or teller.staff_id not in asked.excluded
    assert custodian is None or custodian.staff_id not in asked.excluded
    for decision in Decision:
        for seat in desk.deciders(decision):
            own_file = seat.role == AFFECTED and seat.staff_id == asked.named
            assert seat.staff_id not in asked.excluded or own_file
            assert not own_file or decision == Decision.PERSONAL_RECORD


@pytest.mark.clause("SPSO 68")
@pytest.mark.clause("WICS Named ¶2")
@given(
    pack=st.sampled_from([SPSO, WICS]),
    holdings=st.fixed_dictionaries(
        dict.fromkeys(ROLES, st.lists(st.sampled_from(PEOPLE), unique=True, max_size=3).map(tuple))
    ),
    manager_of=st.fixed_dictionaries(dict.fromkeys(PEOPLE, st.sampled_from(("", "gone", *PEOPLE)))),
    away=st.sets(st.sampled_from(PEOPLE)),
    barred=st.sets(st.sampled_from(PEOPLE)),
    alongside=st.sets(st.sampled_from(PEOPLE)),
    named=st.sampled_from((None, *PEOPLE)),
)
def test_with_any_roster_and_any_holders_only_people_who_may_know_take_part(
    *,
    pack: Pack,
    holdings: dict[str, tuple[str, ...]],
    manager_of: dict[str, str],
    away: set[str],
    barred: set[str],
    alongside: set[str],
    named: str | None,
) -> None:
    staff = roster_of(
        (StaffMember(one, one, line_manager=manager_of[one]) for one in PEOPLE),
        (Absence(one, DAY, DAY) for one in away),
    )
    held = Organisation(name="Body", policy="spso", roles=holdings)
    asked = Question(named, frozenset(alongside), DAY, frozenset(barred))
    check(pack, held, staff, asked, route(pack, held, staff, asked))
    check_seats(Desk(pack, held, staff, asked), asked)
