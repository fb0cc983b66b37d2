"""Somebody outside the list sees a record for a day: two people, a reason, and all are told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from pyrage import x25519
from sqlalchemy import Engine
from sqlmodel import select

from casework import break_glass
from casework.digest import content_of, draft
from casework.digest_page import plain_text
from casework.digest_period import period_called
from casework.errors import KeyDestroyedError, NoSuchIncidentError, NotAllowedError, StepUnfitError
from casework.incidents import by_reference
from casework.list_changes import declare_conflict
from casework.permissions import Action, concerned, may
from casework.reading import Reader, admit
from records.audit import AuditEntry
from records.database import reading, transaction
from records.emergency import EmergencyAccess
from records.incident import Incident
from records.record_key import RecordKey
from records.sealing import new_identity, new_record_key, unwrap
from tests.casework.body import ALICE, COMMS, DIRECTOR, HEAD, MANAGER, STRANGER, office

NOW = datetime(2026, 11, 21, 22, 40, tzinfo=UTC)
OFFICE = office()
ON_THE_LIST = ("s002", "s003")
"""Whom the fixture puts on the list: here the line manager and the HR officer."""
LOOKS = {Action.VIEW, Action.REVEAL, Action.OPEN_EVIDENCE}


@pytest.fixture
def vault() -> x25519.Identity:
    return new_identity()


@pytest.fixture
def reference(engine: Engine, open_about: Callable[..., Incident], vault: x25519.Identity) -> str:
    incident = open_about(ALICE)
    made = new_record_key([str(vault.to_public())])
    with transaction(engine) as session:
        key = session.get_one(RecordKey, incident.key_id)
        key.recipient, key.wrapped = made.recipient, made.wrapped
    return incident.reference


def ask(engine: Engine, reference: str, actor: str = STRANGER, *, now: datetime = NOW) -> bool:
    with transaction(engine) as session:
        return break_glass.ask(
            session,
            OFFICE,
            reference,
            why="danger",
            words="I have heard that he waits outside.",
            actor=actor,
            now=now,
        )


def allow(engine: Engine, actor: str = DIRECTOR, *, now: datetime = NOW) -> EmergencyAccess:
    with transaction(engine) as session:
        number = session.exec(select(EmergencyAccess.id)).first() or 0
        return break_glass.allow(session, OFFICE, number, actor=actor, now=now)


def can(engine: Engine, reference: str, who: str = STRANGER, *, now: datetime = NOW) -> set[Action]:
    with reading(engine) as session:
        incident = by_reference(session, reference)
        stands = concerned(session, incident, OFFICE, now)
        return {one for one in Action if may(OFFICE.actor(who), one, stands, now)}


def stranger(vault: x25519.Identity) -> Reader:
    return Reader(
        STRANGER, employed=True, open_key=lambda wrapped: unwrap(wrapped, vault), office=OFFICE
    )


def trail(engine: Engine, action: str) -> list[AuditEntry]:
    with reading(engine) as session:
        return list(session.exec(select(AuditEntry).where(AuditEntry.action == action)))


@pytest.mark.clause("SPSO 68")
def test_whoever_is_let_in_may_look_and_do_nothing_else(engine: Engine, reference: str) -> None:
    before = can(engine, reference)
    assert not before & LOOKS
    assert ask(engine, reference)
    assert can(engine, reference) == before
    allow(engine)
    assert can(engine, reference) - before == LOOKS


def test_it_ends_by_itself_after_a_day(
    engine: Engine, reference: str, vault: x25519.Identity
) -> None:
    ask(engine, reference)
    allow(engine)
    almost, over = NOW + timedelta(hours=23, minutes=59), NOW + timedelta(hours=24)
    assert can(engine, reference, now=almost) >= LOOKS
    assert not LOOKS & can(engine, reference, now=over)
    reader = stranger(vault)
    with transaction(engine) as session:
        incident = by_reference(session, reference)
        assert admit(session, incident, reader, Action.VIEW, "record viewed", almost)
        with pytest.raises(NotAllowedError):
            admit(session, incident, reader, Action.VIEW, "record viewed", over)


def test_reading_is_shut_before_a_second_person_agrees(
    engine: Engine, reference: str, vault: x25519.Identity
) -> None:
    ask(engine, reference)
    reader = stranger(vault)
    with transaction(engine) as session, pytest.raises(NotAllowedError):
        admit(session, by_reference(session, reference), reader, Action.VIEW, "viewed", NOW)


@pytest.mark.parametrize("decider", [COMMS, DIRECTOR, HEAD])
def test_whoever_keeps_the_record_or_steps_in_may_agree(
    engine: Engine, reference: str, decider: str
) -> None:
    ask(engine, reference)
    allow(engine, decider)
    assert can(engine, reference) >= LOOKS


@pytest.mark.parametrize("other", [STRANGER, MANAGER, "s003", ALICE, "nobody"])
def test_nobody_else_may_agree(engine: Engine, reference: str, other: str) -> None:
    ask(engine, reference)
    with pytest.raises(NotAllowedError):
        allow(engine, other)


def test_nobody_agrees_with_themselves(engine: Engine, reference: str) -> None:
    assert ask(engine, reference, DIRECTOR)
    with pytest.raises(NotAllowedError):
        allow(engine, DIRECTOR)
    allow(engine, HEAD)
    assert can(engine, reference, DIRECTOR) >= LOOKS


@pytest.mark.clause("SPSO 68")
def test_the_person_named_is_never_let_in(engine: Engine, reference: str) -> None:
    assert not ask(engine, reference, ALICE)
    assert trail(engine, "break-glass refused")[0].actor == ALICE
    with reading(engine) as session:
        assert session.exec(select(EmergencyAccess)).first() is None


@pytest.mark.clause("SPSO 68")
def test_whoever_turns_out_to_be_named_loses_sight_at_once(engine: Engine, reference: str) -> None:
    ask(engine, reference)
    allow(engine)
    with transaction(engine) as session:
        incident = by_reference(session, reference)
        incident.alongside = [STRANGER]
        session.add(incident)
    assert not LOOKS & can(engine, reference)


def test_whoever_is_named_meanwhile_is_not_let_in(engine: Engine, reference: str) -> None:
    ask(engine, reference)
    with transaction(engine) as session:
        incident = by_reference(session, reference)
        incident.alongside = [STRANGER]
        session.add(incident)
    with pytest.raises(NotAllowedError):
        allow(engine)


@pytest.mark.clause("SPSO 42")
def test_whoever_is_in_conflict_is_not_let_in_by_this_door(engine: Engine, reference: str) -> None:
    with transaction(engine) as session:
        declare_conflict(session, OFFICE, reference, why="involved", actor=MANAGER, now=NOW)
    assert not ask(engine, reference, MANAGER)
    with transaction(engine) as session:
        incident = by_reference(session, reference)
        incident.conflicted = [*incident.conflicted, DIRECTOR]
        session.add(incident)
    ask(engine, reference)
    with pytest.raises(NotAllowedError):
        allow(engine, DIRECTOR)


@pytest.mark.parametrize("inside", [*ON_THE_LIST, COMMS])
def test_whoever_may_see_it_anyhow_need_not_ask(
    engine: Engine, reference: str, inside: str
) -> None:
    assert not ask(engine, reference, inside)


def test_a_record_that_is_not_there_is_refused_in_the_same_way(engine: Engine) -> None:
    assert not ask(engine, "NW-2026-0999")
    assert trail(engine, "break-glass refused")[0].reference is None


def test_one_request_at_a_time(engine: Engine, reference: str) -> None:
    assert ask(engine, reference)
    assert not ask(engine, reference)


def test_a_request_that_nobody_answers_lapses(engine: Engine, reference: str) -> None:
    ask(engine, reference)
    later = NOW + timedelta(hours=24)
    with pytest.raises(NoSuchIncidentError):
        allow(engine, now=later)
    with reading(engine) as session:
        assert not break_glass.waiting_for(session, OFFICE, DIRECTOR, later)


def test_no_is_an_answer(engine: Engine, reference: str) -> None:
    ask(engine, reference)
    with transaction(engine) as session:
        break_glass.refuse(session, OFFICE, 1, actor=DIRECTOR, now=NOW)
    assert trail(engine, "break-glass turned down")[0].reference == reference
    with pytest.raises(NoSuchIncidentError):
        allow(engine, HEAD)
    assert not LOOKS & can(engine, reference)


def test_everybody_on_the_record_is_to_be_told_but_not_who_is_named(
    engine: Engine, reference: str
) -> None:
    ask(engine, reference)
    assert set(allow(engine).untold) == {*ON_THE_LIST, COMMS}


def test_it_stands_in_the_trail_and_in_the_record(engine: Engine, reference: str) -> None:
    ask(engine, reference)
    allow(engine)
    (entry,) = trail(engine, "break-glass")
    assert (entry.actor, entry.reference) == (DIRECTOR, reference)
    assert entry.about == {"staff_id": STRANGER, "why": "danger", "hours": 24}
    with reading(engine) as session:
        (told,) = break_glass.history(session, by_reference(session, reference))
    assert (told.staff_id, told.decided_by) == (STRANGER, DIRECTOR)
    assert told.ends_at == NOW + timedelta(hours=24)


def test_the_reason_is_opened_for_who_decides_and_for_nobody_else(
    engine: Engine, reference: str, vault: x25519.Identity
) -> None:
    ask(engine, reference)
    with reading(engine) as session:
        assert b"waits outside" not in session.get_one(EmergencyAccess, 1).sealed_why

    def words(actor: str) -> str:
        with transaction(engine) as session:
            return break_glass.read_words(
                session,
                OFFICE,
                1,
                lambda wrapped: unwrap(wrapped, vault),
                actor=actor,
                now=NOW,
            )[1]

    assert words(DIRECTOR) == "I have heard that he waits outside."
    assert trail(engine, "break-glass request read")[0].actor == DIRECTOR
    with pytest.raises(NotAllowedError):
        words(STRANGER)


def test_only_those_who_decide_see_that_somebody_asks(engine: Engine, reference: str) -> None:
    ask(engine, reference)
    with reading(engine) as session:
        seen = {one for one in OFFICE.roster if break_glass.waiting_for(session, OFFICE, one, NOW)}
        assert seen == {COMMS, DIRECTOR, HEAD}
        assert not break_glass.open_to(session, STRANGER, NOW)
    allow(engine)
    with reading(engine) as session:
        assert [one.reference for one in break_glass.open_to(session, STRANGER, NOW)] == [reference]


def test_an_erased_record_is_opened_to_nobody(engine: Engine, reference: str) -> None:
    ask(engine, reference)
    with transaction(engine) as session:
        session.get_one(RecordKey, by_reference(session, reference).key_id).wrapped = None
    with pytest.raises(KeyDestroyedError):
        allow(engine)
    assert not ask(engine, reference, HEAD)


@pytest.mark.parametrize(("why", "words"), [("curious", "Let me see."), ("danger", "  ")])
def test_without_a_reason_nothing_is_asked(
    engine: Engine, reference: str, why: str, words: str
) -> None:
    with transaction(engine) as session, pytest.raises(StepUnfitError):
        break_glass.ask(session, OFFICE, reference, why=why, words=words, actor=STRANGER, now=NOW)


def test_the_next_digest_says_that_it_happened_and_not_to_whom(
    engine: Engine, reference: str
) -> None:
    november = period_called("2026-11", OFFICE.organisation.calendar.zone)
    december = datetime(2026, 12, 2, 9, tzinfo=UTC)
    with transaction(engine) as session:
        before = plain_text(content_of(draft(session, november, actor=COMMS, now=december)), "x")
    assert "Nobody outside a record's list was let in" in before
    ask(engine, reference)
    allow(engine)
    with transaction(engine) as session:
        told = plain_text(content_of(draft(session, november, actor=COMMS, now=december)), "x")
    assert "somebody outside a record's list was let in" in told
    assert reference not in told
