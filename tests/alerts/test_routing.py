"""Who is told, held against the two policies."""

from collections.abc import Iterable

import pytest

from alerts.routing import Question, Recipient, Routing, next_in_line, route
from policies.pack import Pack
from policies.pack_file import read_pack
from tests.alerts.cast import (
    CALUM,
    DUNCAN,
    FIONA,
    ISLA,
    MORAG,
    RORY,
    SHEENA,
    organisation,
    question,
    roster,
)

SPSO, WICS = read_pack("spso"), read_pack("wics")


def told(
    pack: Pack,
    asked: Question | None = None,
    *,
    away: Iterable[str] = (),
    left: Iterable[str] = (),
    **roles: tuple[str, ...],
) -> Routing:
    return route(pack, organisation(**roles), roster(away=away, left=left), asked or question())


def names(routing: Routing) -> list[tuple[str, str]]:
    return [(one.staff_id, one.role) for one in routing.recipients]


@pytest.mark.clause("SPSO 67.1")
def test_line_manager_hr_officer_and_communications_manager_are_told() -> None:
    routing = told(SPSO)
    assert names(routing) == [
        (CALUM, "line_manager"),
        (RORY, "hr_officer"),
        (SHEENA, "communications_manager"),
    ]
    assert routing.unfilled == ()
    assert routing.recipients[0].reason == "as line manager (SPSO 67.1)"


@pytest.mark.clause("WICS Named ¶1")
def test_the_line_manager_alone_is_told_in_the_first_instance() -> None:
    routing = told(WICS)
    assert names(routing) == [(CALUM, "line_manager")]
    assert routing.recipients[0].reason == "as line manager (WICS Named ¶1)"


@pytest.mark.clause("SPSO 67.1")
def test_the_director_is_told_in_the_absence_of_the_hr_officer() -> None:
    routing = told(SPSO, away=[RORY])
    assert names(routing) == [
        (CALUM, "line_manager"),
        (MORAG, "director"),
        (SHEENA, "communications_manager"),
    ]
    assert routing.recipients[1].reason == "in the absence of the HR officer (SPSO 67.1)"


@pytest.mark.clause("SPSO 67.1")
def test_the_director_is_told_once_however_many_are_absent() -> None:
    routing = told(SPSO, away=[CALUM, RORY, SHEENA])
    assert routing == Routing(
        (Recipient(MORAG, "director", "in the absence of the line manager (SPSO 67.1)"),), ()
    )


@pytest.mark.clause("SPSO 67.1")
def test_the_second_holder_of_a_role_fills_it_before_the_director_does() -> None:
    routing = told(SPSO, away=[RORY], hr_officer=(RORY, DUNCAN))
    assert names(routing)[1] == (DUNCAN, "hr_officer")


@pytest.mark.clause("WICS Named ¶3")
def test_a_director_is_told_in_the_absence_of_the_line_manager() -> None:
    assert names(told(WICS, away=[CALUM])) == [(MORAG, "director")]


@pytest.mark.clause("SPSO 67.1")
def test_the_head_of_the_body_is_told_when_the_director_is_absent_too() -> None:
    assert (ISLA, "head_of_body") in names(told(SPSO, away=[RORY, MORAG]))


@pytest.mark.clause("SPSO 67.1")
def test_the_director_is_told_when_the_head_of_the_body_is_named() -> None:
    routing = told(SPSO, question(ISLA))
    assert names(routing) == [
        (MORAG, "director"),
        (RORY, "hr_officer"),
        (SHEENA, "communications_manager"),
    ]
    assert routing.recipients[0].reason == ("because there is no line manager to tell (SPSO 67.1)")


@pytest.mark.clause("SPSO 67.1")
def test_whoever_replaces_the_absent_is_told_when_there_is_no_line_manager_at_all() -> None:
    alerting = WICS.alerting.model_copy(update={"when_absent": "hr_officer"})
    pack = WICS.model_copy(update={"alerting": alerting})
    assert names(told(pack, question(ISLA))) == [(RORY, "hr_officer")]
    assert names(told(pack, away=[CALUM])) == [(RORY, "hr_officer")]
    assert names(told(pack, question(barred=[CALUM]))) == [(MORAG, "director")]


@pytest.mark.clause("SPSO 67.1")
def test_the_director_is_told_when_the_named_person_stands_no_longer_in_the_roster() -> None:
    assert names(told(WICS, question("somebody-deleted"))) == [(MORAG, "director")]


@pytest.mark.clause("SPSO 68")
def test_a_named_hr_officer_is_not_told_and_the_director_steps_in() -> None:
    routing = told(SPSO, question(RORY))
    assert names(routing) == [
        (MORAG, "line_manager"),
        (SHEENA, "communications_manager"),
    ]
    assert routing.unfilled == ()


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize("how", ["alongside", "barred"])
def test_somebody_named_alongside_or_in_conflict_is_not_told(how: str) -> None:
    routing = told(SPSO, question(**{how: [SHEENA]}))  # type: ignore[arg-type]
    assert names(routing) == [
        (CALUM, "line_manager"),
        (RORY, "hr_officer"),
        (MORAG, "director"),
    ]
    assert routing.recipients[2].reason == (
        "in place of the communications and engagement manager (SPSO 67.1)"
    )


@pytest.mark.clause("SPSO 68")
def test_a_line_manager_in_conflict_is_passed_over_for_the_director_not_for_their_own() -> None:
    routing = told(SPSO, question(FIONA, barred=[CALUM]), director=(DUNCAN,))
    assert (DUNCAN, "director") in names(routing)
    assert MORAG not in {one.staff_id for one in routing.recipients}


@pytest.mark.clause("SPSO 68")
def test_the_second_holder_of_a_role_is_told_when_the_first_is_named() -> None:
    routing = told(SPSO, question(RORY), hr_officer=(RORY, DUNCAN))
    assert (DUNCAN, "hr_officer") in names(routing)


@pytest.mark.clause("SPSO 68")
def test_the_packs_own_fallback_comes_before_the_last_resort() -> None:
    alerting = SPSO.alerting.model_copy(update={"fallback": {"hr_officer": ("head_of_body",)}})
    pack = SPSO.model_copy(update={"alerting": alerting})
    assert (ISLA, "head_of_body") in names(told(pack, question(FIONA, barred=[RORY])))


@pytest.mark.clause("WICS Named ¶2")
def test_a_line_manager_named_alongside_is_not_told_and_a_director_is() -> None:
    assert names(told(WICS, question(alongside=[CALUM]))) == [(MORAG, "director")]


@pytest.mark.clause("WICS Named ¶2")
def test_the_head_of_the_body_is_told_when_the_director_is_in_conflict() -> None:
    routing = told(WICS, question(barred=[CALUM, MORAG]))
    assert names(routing) == [(ISLA, "head_of_body")]


@pytest.mark.clause("SPSO 68")
def test_somebody_in_two_roles_is_told_once_in_the_first() -> None:
    routing = told(SPSO, hr_officer=(CALUM,), communications_manager=(CALUM,))
    assert names(routing) == [(CALUM, "line_manager")]
    assert routing.unfilled == ()


@pytest.mark.clause("SPSO 68")
def test_places_that_nobody_can_fill_are_told_as_unfilled() -> None:
    routing = told(SPSO, question(barred=[CALUM, RORY, SHEENA, MORAG, ISLA]))
    assert routing == Routing((), ("line_manager", "hr_officer", "communications_manager"))


@pytest.mark.clause("SPSO 67.1")
def test_a_leaver_is_never_told() -> None:
    routing = told(SPSO, left=[CALUM, RORY])
    assert names(routing) == [(MORAG, "director"), (SHEENA, "communications_manager")]


@pytest.mark.clause("SPSO 39")
def test_a_threat_that_names_nobody_goes_to_communications_manager_and_director() -> None:
    nobody = question(None)
    assert names(told(SPSO, nobody)) == [
        (SHEENA, "communications_manager"),
        (MORAG, "director"),
    ]


@pytest.mark.clause("SPSO 67.1")
def test_the_next_in_line_is_the_director_then_the_head_of_the_body_then_nobody() -> None:
    line = []
    already: frozenset[str] = frozenset({CALUM, RORY, SHEENA})
    while following := next_in_line(SPSO, organisation(), roster(), question(), already):
        line.append((following.staff_id, following.role))
        already |= {following.staff_id}
        assert following.reason == "because nobody has acknowledged this yet (SPSO 67.1)"
    assert line == [(MORAG, "director"), (ISLA, "head_of_body")]


@pytest.mark.clause("WICS Named ¶2")
def test_the_next_in_line_is_never_the_named_person_nor_somebody_in_conflict_or_away() -> None:
    named = question(MORAG, barred=[DUNCAN])
    body = organisation(director=(MORAG, DUNCAN))
    following = next_in_line(WICS, body, roster(), named, frozenset())
    assert following is not None
    assert following.staff_id == ISLA
    assert next_in_line(WICS, body, roster(away=[ISLA]), named, frozenset()) is None
