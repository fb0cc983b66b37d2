"""Erasing takes two: one asks, another who may decide agrees within a week, and all is noted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from casework import erasures
from casework.erasures import (
    LIVES,
    AlreadyAskedError,
    NobodyElseError,
    RequestOverError,
    SamePersonError,
    Wanted,
)
from casework.errors import HeldError, KeyDestroyedError, NotAllowedError, NotSeenError
from casework.holds import place_hold, release_hold
from casework.incidents import by_reference
from casework.retention import NothingDueError
from evidence.errors import StorageError
from records.audit import AuditEntry
from records.database import reading, transaction
from records.erasing import NOW as BEFORE_ITS_TIME
from records.erasing import ErasureRequest
from records.retention import Kept
from records.roster import StaffMember
from tests.workflows.conftest import (
    ALICE,
    COMMS,
    DIRECTOR,
    HEAD,
    HR,
    MANAGER,
    NOW,
    STAFF,
    Office,
)
from tests.workflows.test_erase import NAMING, bundles, eraser, kept, rules, wrapped
from tests.workflows.test_retention import close, run
from workflows.erase import HalfErasedError
from workflows.erase_by_two import agree_and_erase, agreed, ask_to_erase, go_on, tell_seconds

LATER = NOW + timedelta(days=3)
DUE = NOW + timedelta(days=2 * 366)


@pytest.fixture
def reference(office: Office) -> str:
    return kept(office, NAMING)


def wanted(reference: str, exhibit: int | None = None) -> Wanted:
    return Wanted(BEFORE_ITS_TIME, reference, "asked-for", exhibit)


def ask(office: Office, what: Wanted, actor: str = MANAGER, at: object = LATER) -> int:
    return ask_to_erase(office.services.database, rules(office), what, actor=actor, now=at).number  # type: ignore[arg-type]


def agree(office: Office, number: int, actor: str = COMMS, at: object = LATER) -> object:
    return agree_and_erase(eraser(office), rules(office), number, actor=actor, now=at)  # type: ignore[arg-type]


def drop(office: Office, number: int, actor: str) -> None:
    with transaction(office.services.database) as session:
        erasures.drop(session, rules(office), number, actor=actor, now=LATER)


def waits_for(office: Office, actor: str, at: object = LATER) -> list[str]:
    with reading(office.services.database) as session:
        found = erasures.waiting(session, rules(office), actor, at)  # type: ignore[arg-type]
        return [one.subject for one in found]


def noted(office: Office) -> list[tuple[str, str]]:
    with reading(office.services.database) as session:
        return [
            (one.action, one.actor)
            for one in session.exec(select(AuditEntry))
            if one.action.startswith(("erasing", "erased"))
        ]


@pytest.mark.clause("WICS Retention")
def test_nothing_goes_before_another_person_has_agreed_and_both_stand_in_the_trail(
    office: Office, reference: str
) -> None:
    number = ask(office, wanted(reference), COMMS)
    with pytest.raises(SamePersonError):
        agree(office, number, COMMS)
    assert wrapped(office, reference)
    assert bundles(office, reference)
    agree(office, number, DIRECTOR)
    assert wrapped(office, reference) is None
    assert bundles(office, reference) == []
    assert noted(office)[-3:] == [
        ("erasing asked for", COMMS),
        ("erasing agreed to", DIRECTOR),
        ("erased", COMMS),
    ]


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize("actor", [ALICE, HR, MANAGER, "s099"])
def test_who_may_not_decide_about_retention_can_neither_agree_nor_see_that_it_waits(
    office: Office, reference: str, actor: str
) -> None:
    number = ask(office, wanted(reference), COMMS)
    with pytest.raises(NotAllowedError):
        agree(office, number, actor)
    with pytest.raises(NotAllowedError):
        drop(office, number, actor)
    assert waits_for(office, actor) == []
    assert waits_for(office, DIRECTOR) == waits_for(office, COMMS) == [reference]
    assert wrapped(office, reference)


@pytest.mark.clause("SPSO 68")
def test_whoever_is_named_or_in_conflict_is_no_second_person(
    office: Office, reference: str
) -> None:
    with transaction(office.services.database) as session:
        incident = by_reference(session, reference)
        incident.conflicted, incident.alongside = [COMMS], [DIRECTOR]
        session.add(incident)
    number = ask(office, wanted(reference))
    for actor in (COMMS, DIRECTOR):
        with pytest.raises(NotAllowedError):
            agree(office, number, actor)
        assert waits_for(office, actor) == []
    agree(office, number, HEAD)
    assert wrapped(office, reference) is None


@pytest.mark.clause("WICS Retention")
def test_a_request_runs_out_after_a_week_and_can_be_made_again(
    office: Office, reference: str
) -> None:
    number = ask(office, wanted(reference))
    with pytest.raises(AlreadyAskedError):
        ask(office, wanted(reference), COMMS)
    too_late = LATER + LIVES
    with pytest.raises(RequestOverError):
        agree(office, number, COMMS, too_late)
    assert waits_for(office, COMMS, too_late) == []
    again = ask(office, wanted(reference), at=too_late)
    agree(office, again, COMMS, too_late + LIVES - timedelta(seconds=1))
    assert wrapped(office, reference) is None


@pytest.mark.parametrize("actor", [MANAGER, COMMS])
def test_a_request_is_taken_back_or_refused_once_and_then_erases_nothing(
    office: Office, reference: str, actor: str
) -> None:
    number = ask(office, wanted(reference))
    drop(office, number, actor)
    for one in (agree, drop):
        with pytest.raises(RequestOverError):
            one(office, number, COMMS)
    assert wrapped(office, reference)
    assert noted(office)[-1] == (
        ("erasing taken back" if actor == MANAGER else "erasing refused"),
        actor,
    )
    with pytest.raises(RequestOverError):
        agree(office, 99, COMMS)


@pytest.mark.clause("SPSO 63")
def test_a_hold_stops_asking_and_agreeing(office: Office, reference: str) -> None:
    number = ask(office, wanted(reference))

    def hold(change: Callable[..., object]) -> None:
        with transaction(office.services.database) as session:
            incident = by_reference(session, reference)
            change(session, incident, actor=MANAGER, office=rules(office), now=LATER)

    hold(place_hold)
    with pytest.raises(HeldError):
        agree(office, number)
    with pytest.raises(HeldError):
        ask(office, wanted(reference, 1))
    hold(release_hold)
    agree(office, number)
    with pytest.raises(KeyDestroyedError):
        ask(office, wanted(reference))


def test_what_nobody_has_seen_is_not_asked_for(office: Office) -> None:
    office.see(NAMING)
    with pytest.raises(NotSeenError):
        ask(office, wanted(office.incidents()[0].reference))


def test_where_nobody_else_could_agree_that_is_said_at_once(office: Office, reference: str) -> None:
    roles = {**office.services.organisation.roles, "communications_manager": (DIRECTOR,)}
    alone = {**roles, "head_of_body": (DIRECTOR,), "hr_officer": (HR,)}
    office.change(organisation=office.services.organisation.model_copy(update={"roles": alone}))
    with pytest.raises(NobodyElseError):
        ask(office, wanted(reference), DIRECTOR)


@pytest.mark.clause("WICS Retention")
def test_what_is_due_is_erased_by_two_as_well_and_only_when_it_is_due(
    office: Office, reference: str
) -> None:
    due = Wanted(Kept.RECORD.value, reference, "kept-long-enough")
    close(office, reference, NOW)
    run(office, LATER)
    with pytest.raises(NothingDueError):
        ask(office, due, COMMS)
    run(office, DUE)
    with pytest.raises(NotAllowedError):
        ask(office, due, MANAGER, DUE)
    number = ask(office, due, COMMS, DUE)
    assert len(agree(office, number, DIRECTOR, DUE).done) == 1  # type: ignore[attr-defined]
    assert wrapped(office, reference) is None
    assert run(office, DUE) == {}


def test_posts_kept_for_triage_too(office: Office) -> None:
    office.see("Fenella Auchterbrae was on the ferry.")
    month = Wanted(Kept.TRIAGE.value, "2026-11", "kept-long-enough")
    run(office, DUE)
    number = ask(office, month, COMMS, DUE)
    for actor in (MANAGER, HR):
        with pytest.raises(NotAllowedError):
            agree(office, number, actor, DUE)
    assert agree(office, number, DIRECTOR, DUE).posts == 1  # type: ignore[attr-defined]


def test_what_was_agreed_to_goes_on_after_a_power_cut_without_being_asked_again(
    office: Office, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCutError(Exception):
        pass

    def cut(*_arguments: object, **_named: object) -> None:
        raise PowerCutError

    number = ask(office, wanted(reference))
    with monkeypatch.context() as patched:
        patched.setattr("workflows.erase_by_two.erase", cut)
        with pytest.raises(PowerCutError):
            agree(office, number)
    with reading(office.services.database) as session:
        left = agreed(session, wanted(reference), LATER)
        assert agreed(session, wanted(reference), LATER + 2 * LIVES) is None
    assert left
    go_on(eraser(office), rules(office), left, now=LATER)
    assert wrapped(office, reference) is None
    with reading(office.services.database) as session:
        assert agreed(session, wanted(reference), LATER) is None


def test_a_storage_that_does_not_answer_leaves_no_request_behind(
    office: Office, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*_arguments: object) -> None:
        raise StorageError

    number = ask(office, wanted(reference))
    monkeypatch.setattr("workflows.erase.remove", fault)
    with pytest.raises(HalfErasedError):
        agree(office, number)
    assert wrapped(office, reference) is None
    with reading(office.services.database) as session:
        assert session.get_one(ErasureRequest, number).done_at == LATER


def test_those_who_may_agree_are_told_without_a_reference_or_a_name(
    office: Office, reference: str
) -> None:
    sent: list[tuple[str, str]] = []

    def send(to: StaffMember, subject: str, text: str) -> None:
        if to.staff_id == HEAD:
            raise StorageError
        sent.append((to.staff_id, subject + text))

    asked = ask_to_erase(
        office.services.database, rules(office), wanted(reference), actor=COMMS, now=LATER
    )
    tell_seconds(rules(office), asked, send)
    assert [one for one, _ in sent] == [DIRECTOR]
    assert reference not in sent[0][1]
    assert not any(one.full_name in sent[0][1] for one in STAFF)
    assert "3 December 2026" in sent[0][1]


def test_who_asked_and_left_meanwhile_erases_nothing(office: Office, reference: str) -> None:
    number = ask(office, wanted(reference))
    staff = [replace(one, ends_on=NOW.date()) if one.staff_id == MANAGER else one for one in STAFF]
    office.change(roster=type(office.services.roster)({one.staff_id: one for one in staff}))
    with pytest.raises(NotAllowedError):
        agree(office, number)
    assert wrapped(office, reference)
