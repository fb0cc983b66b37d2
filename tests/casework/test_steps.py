"""Steps in a real database: written once, sealed, in the transaction of their audit entry."""

import threading
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from pyrage import x25519
from sqlalchemy import Engine, text
from sqlmodel import select

from casework import incidents
from casework.audit import entries_about
from casework.ending import close, reopen
from casework.errors import (
    DecidedMeanwhileError,
    KeyDestroyedError,
    NotAllowedError,
    StepUnfitError,
)
from casework.lifecycle import TransitionError
from casework.list_changes import bring_in, declare_conflict
from casework.reading import Reader
from casework.step_reading import read_steps
from casework.steps import Order, record_step
from records.audit import MACHINE
from records.database import migrate, open_database, reading, transaction
from records.incident import Incident, IncidentAccess
from records.record_key import RecordKey
from records.sealing import new_identity
from records.step import Step
from tests.casework.body import (
    ALICE,
    COMMS,
    DIRECTOR,
    HEAD,
    HR,
    MANAGER,
    NOW,
    STRANGER,
    office,
)
from tests.servers.postgres import postgres

REFERENCE = "NW-2026-0001"
OFFICE = office()
SECRET = "quillwort-hemlock"
NOTHING = {"outcome": "no-action", "because": "criticism"}


class Record:
    """An incident about Alice in a database, with her manager, HR and the Director on its list."""

    def __init__(self, engine: Engine, categories: tuple[str, ...] = ("naming",)) -> None:
        self.engine = engine
        self.identity: x25519.Identity = new_identity()
        with transaction(engine) as session:
            key = RecordKey(
                recipient=str(self.identity.to_public()), wrapped=b"wrapped", created_at=NOW
            )
            session.add(key)
            session.flush()
            assert key.id is not None
            opening = incidents.Opening(
                staff_id=ALICE,
                alongside=(),
                severity="medium",
                categories=categories,
                policy="spso",
                policy_version="2026-11",
                key_id=key.id,
                escalates_at=NOW,
            )
            incident = incidents.open_incident(session, opening, now=NOW)
            for who in (MANAGER, HR, DIRECTOR):
                incidents.give_access(session, incident, who, role="", reason="", now=NOW)

    def take(
        self,
        kind: str,
        actor: str = MANAGER,
        typed: Mapping[str, str] | None = None,
        **more: object,
    ) -> Step:
        order = Order(kind, typed or {}, actor, **more)  # type: ignore[arg-type]
        with transaction(self.engine) as session:
            return record_step(session, OFFICE, REFERENCE, order, now=NOW)

    def incident(self) -> Incident:
        with reading(self.engine) as session:
            return incidents.by_reference(session, REFERENCE)

    def trail(self) -> list[tuple[str, str]]:
        with reading(self.engine) as session:
            return [(one.actor, one.action) for one in entries_about(session, REFERENCE)]

    def steps(self) -> list[Step]:
        with reading(self.engine) as session:
            return list(session.exec(select(Step).order_by(text("id"))))

    def read(self, staff_id: str) -> list[dict[str, str]]:
        reader = Reader(staff_id, True, lambda _: self.identity, OFFICE)  # noqa: FBT003
        with transaction(self.engine) as session:
            incident = incidents.by_reference(session, REFERENCE)
            return [one.words for one in read_steps(session, incident, reader, now=NOW)]


@pytest.fixture
def record(engine: Engine) -> Record:
    return Record(engine)


@pytest.mark.clause("SPSO 31")
@pytest.mark.clause("WICS Online")
def test_a_step_keeps_who_when_why_under_which_clause_and_playbook(record: Record) -> None:
    record.take("note", HR, {"fact": SECRET})
    [step] = record.steps()
    assert (step.actor, step.recorded_at, step.happened_at) == (HR, NOW, NOW)
    assert (step.clause, step.playbook) == ("SPSO 65", f"spso {OFFICE.pack.version}")
    assert record.trail()[-1] == (HR, "step recorded")


@pytest.mark.clause("WICS Record-kinds")
def test_what_was_written_down_late_shows_both_times(record: Record) -> None:
    earlier = NOW - timedelta(days=2)
    record.take("note", HR, {"fact": SECRET}, happened_at=earlier)
    [step] = record.steps()
    assert (step.happened_at, step.recorded_at) == (earlier, NOW)
    with reading(record.engine) as session:
        assert entries_about(session, REFERENCE)[-1].about["late"] is True
    with pytest.raises(StepUnfitError, match="future"):
        record.take("note", HR, {"fact": SECRET}, happened_at=NOW + timedelta(seconds=1))


@pytest.mark.clause("SPSO 65")
@pytest.mark.clause("SPSO 68")
def test_peoples_own_words_stand_in_no_table_and_open_only_with_the_records_key(
    record: Record, tmp_path: Path
) -> None:
    record.take("note", HR, {"fact": SECRET, "opinion": f"{SECRET} \ud800"})
    record.engine.dispose()
    assert not [one for one in tmp_path.rglob("*") if SECRET.encode() in one.read_bytes()]
    assert record.read(HR) == [{"fact": SECRET, "opinion": f"{SECRET} \ud800"}]
    assert record.trail()[-1] == (HR, "steps read")
    for nobody in (ALICE, STRANGER, HEAD):
        with pytest.raises(NotAllowedError):
            record.read(nobody)
    assert record.trail()[-1] == (HR, "steps read")


@pytest.mark.clause("SPSO 71")
def test_the_custodian_reads_what_they_were_never_alerted_of(record: Record) -> None:
    record.take("note", HR, {"fact": SECRET})
    assert record.read(COMMS) == [{"fact": SECRET}]


def test_a_step_that_is_refused_leaves_nothing_behind(record: Record) -> None:
    before = record.trail()
    for kind, actor, typed in (
        ("note", STRANGER, {"fact": SECRET}),
        ("note", ALICE, {"fact": SECRET}),
        ("note", HR, {}),
        ("police", HR, {"decision": "reported"}),
        ("no-such-kind", HR, {}),
    ):
        with pytest.raises((NotAllowedError, StepUnfitError)):
            record.take(kind, actor, typed)
    assert record.steps() == []
    assert record.trail() == before


@pytest.mark.clause("SPSO 16")
@pytest.mark.clause("SPSO 42")
def test_anybody_employed_files_about_themselves_and_sees_nothing_for_it(record: Record) -> None:
    for who in (ALICE, STRANGER):
        record.take("disengaged", who, {"from": "post", "note": SECRET})
        with pytest.raises(NotAllowedError):
            record.read(who)
    assert [one.subject for one in record.steps()] == ["1", "2"]
    with pytest.raises(NotAllowedError, match="no longer work here"):
        record.take("disengaged", "s999", {"from": "post"})


@pytest.mark.clause("SPSO 69")
def test_a_second_answer_takes_the_place_of_the_first_which_stays(record: Record) -> None:
    record.take("told-in-private", MANAGER, {"by": MANAGER, "how": "phone", "reminded": "yes"})
    record.take("wishes", MANAGER, {"answer": "no-view"})
    record.take("wishes", MANAGER, {"answer": "view", "wish": SECRET}, instead_of=1)
    kept = [(one.kind, one.revision) for one in record.steps()]
    assert kept == [("told-in-private", 1), ("wishes", 1), ("wishes", 2)]
    with pytest.raises(StepUnfitError, match="no such step to put right"):
        record.take("shown", MANAGER, {"chose": "nothing"}, instead_of=1)


@pytest.mark.clause("SPSO 12")
def test_who_decides_second_has_to_have_seen_the_first(record: Record) -> None:
    record.take("outcome", MANAGER, NOTHING)
    with pytest.raises(DecidedMeanwhileError) as refused:
        record.take("outcome", DIRECTOR, {"outcome": "no-action", "because": "distress"})
    assert str(refused.value) == (
        "What becomes of the incident: s002 recorded this on 23 November 2026 at 10:00, and"
        " nothing of yours was kept. Look at it; to put yours in its place, say --instead-of 1."
    )
    record.take("outcome", DIRECTOR, {"outcome": "no-action", "because": "distress"}, instead_of=1)
    with pytest.raises(DecidedMeanwhileError, match="--instead-of 2"):
        record.take("outcome", HR, NOTHING, instead_of=1)
    assert [one.about["because"] for one in record.steps()] == ["criticism", "distress"]


def at_once(engine: Engine, tries: int) -> None:
    """In each round everybody decides at the same moment: one decision, and each other is told."""
    record = Record(engine)
    for round_ in range(tries):
        kept: list[Step] = []
        told: list[str] = []
        start = threading.Barrier(4)

        def decide(
            who: str,
            seen: int = round_,
            start: threading.Barrier = start,
            kept: list[Step] = kept,
            told: list[str] = told,
        ) -> None:
            start.wait()
            try:
                kept.append(record.take("outcome", who, NOTHING, instead_of=seen or None))
            except DecidedMeanwhileError as refused:
                told.append(str(refused))

        people = [
            threading.Thread(target=decide, args=(who,)) for who in (MANAGER, HR, DIRECTOR, COMMS)
        ]
        for one in people:
            one.start()
        for one in people:
            one.join()
        assert [one.revision for one in kept] == [round_ + 1]
        assert len(told) == 3
        assert all(f"{kept[0].actor} recorded this" in words for words in told)
    assert [one.revision for one in record.steps()] == list(range(1, tries + 1))


@pytest.mark.clause("SPSO 22")
def test_of_four_who_decide_at_once_one_decides_and_three_are_told(engine: Engine) -> None:
    at_once(engine, 8)


@pytest.fixture
def server() -> Iterator[Engine]:
    with postgres() as url:
        engine = open_database(url)
        migrate(engine)
        yield engine
        engine.dispose()


@pytest.mark.servers
@pytest.mark.clause("SPSO 22")
def test_of_four_who_decide_at_once_on_a_server_one_decides(server: Engine) -> None:
    at_once(server, 20)


@pytest.mark.clause("SPSO 10")
@pytest.mark.clause("SPSO 62")
def test_deciding_counts_as_having_seen_it_and_closing_comes_after(record: Record) -> None:
    with transaction(record.engine) as session, pytest.raises(TransitionError, match="outcome"):
        close(session, OFFICE, REFERENCE, actor=MANAGER, now=NOW)
    record.take("outcome", MANAGER, {"outcome": "no-action", "because": "someone-else"})
    assert (record.incident().state, record.incident().escalates_at) == ("decided", None)
    with transaction(record.engine) as session:
        close(session, OFFICE, REFERENCE, actor=MANAGER, now=NOW)
    closed = record.incident()
    assert (closed.state, closed.outcome, closed.closed_at) == ("closed", "no-action", NOW)
    with pytest.raises(TransitionError, match="open it again first"):
        record.take("outcome", MANAGER, NOTHING, instead_of=1)


@pytest.mark.clause("SPSO 62")
def test_closing_says_what_is_missing_and_changes_nothing(record: Record) -> None:
    record.take("outcome", MANAGER, NOTHING)
    with transaction(record.engine) as session, pytest.raises(StepUnfitError) as refused:
        close(session, OFFICE, REFERENCE, actor=MANAGER, now=NOW)
    assert "told the person in private (told-in-private)" in str(refused.value)
    assert record.incident().state == "decided"


@pytest.mark.clause("SPSO 24")
def test_no_machine_and_nobody_without_a_part_in_it_closes_anything(engine: Engine) -> None:
    record = Record(engine, ("threat",))
    record.take("outcome", DIRECTOR, {"outcome": "no-action", "because": "no-threat"})
    for nobody in (MACHINE, ALICE, STRANGER, HEAD):
        with transaction(engine) as session, pytest.raises(NotAllowedError):
            close(session, OFFICE, REFERENCE, actor=nobody, now=NOW)
    assert record.incident().state == "decided"


def test_a_closed_record_is_opened_again_with_a_reason_and_decided_anew(record: Record) -> None:
    record.take("outcome", MANAGER, {"outcome": "no-action", "because": "someone-else"})
    with transaction(record.engine) as session:
        close(session, OFFICE, REFERENCE, actor=MANAGER, now=NOW)
    with transaction(record.engine) as session, pytest.raises(StepUnfitError, match="Say why"):
        reopen(session, OFFICE, REFERENCE, why="because", actor=HR, now=NOW)
    with transaction(record.engine) as session:
        reopen(session, OFFICE, REFERENCE, why="more-found", actor=HR, now=NOW)
    again = record.incident()
    assert (again.state, again.outcome, again.closed_at) == ("acknowledged", "", None)
    assert record.trail()[-1] == (HR, "incident reopened")


@pytest.mark.clause("SPSO 68")
@pytest.mark.clause("WICS Named ¶1")
def test_the_line_manager_and_the_custodian_bring_others_in_with_a_reason(record: Record) -> None:
    def bring(actor: str, staff_id: str, why: str = "to-support") -> None:
        with transaction(record.engine) as session:
            bring_in(session, OFFICE, REFERENCE, staff_id=staff_id, why=why, actor=actor, now=NOW)

    bring(MANAGER, STRANGER)
    bring(COMMS, HEAD)
    with pytest.raises(NotAllowedError):
        bring(HR, COMMS)
    with pytest.raises(NotAllowedError, match="named in this incident"):
        bring(COMMS, ALICE)
    with pytest.raises(StepUnfitError, match="Say why"):
        bring(COMMS, HEAD, "curious")
    with pytest.raises(StepUnfitError, match="do not work here"):
        bring(COMMS, "s999")
    with reading(record.engine) as session:
        added = session.exec(
            select(IncidentAccess).where(IncidentAccess.staff_id == STRANGER)
        ).one()
    assert added.reason == f"to support the person named, brought in by {MANAGER} (SPSO 68)"


@pytest.mark.clause("SPSO 42")
@pytest.mark.clause("SPSO 68")
def test_who_declares_a_conflict_sees_no_more_of_it(record: Record) -> None:
    with transaction(record.engine) as session:
        declare_conflict(session, OFFICE, REFERENCE, why="knows-author", actor=HR, now=NOW)
    with pytest.raises(NotAllowedError, match="declared a conflict"):
        record.read(HR)
    with pytest.raises(NotAllowedError, match="declared a conflict"):
        record.take("note", HR, {"fact": SECRET})
    assert record.incident().conflicted == [HR]


@pytest.mark.clause("SPSO 42")
@pytest.mark.clause("SPSO 43")
def test_contact_that_is_not_to_be_recorded_leaves_no_words(record: Record) -> None:
    contact = {"where": "home", "on": "2026-11-20", "note": SECRET, "know-them": "no"}
    record.take("outside-contact", STRANGER, contact)
    decision = {"number": "1", "decision": "do-not-record", "why": "a neighbour"}
    record.take("outside-contact-decision", MANAGER, decision)
    assert record.read(MANAGER) == [{}, {"why": "a neighbour"}]


def test_nothing_is_recorded_or_opened_again_once_the_key_is_destroyed(record: Record) -> None:
    with transaction(record.engine) as session:
        session.exec(select(RecordKey)).one().wrapped = None
        incidents.by_reference(session, REFERENCE).state = "closed"
    with transaction(record.engine) as session, pytest.raises(KeyDestroyedError):
        reopen(session, OFFICE, REFERENCE, why="more-found", actor=HR, now=NOW)
    with pytest.raises(KeyDestroyedError):
        record.take("note", HR, {"fact": SECRET})


@pytest.mark.clause("SPSO 33")
@pytest.mark.clause("SPSO 31.4")
def test_the_record_knows_when_it_is_to_be_looked_at_again(engine: Engine) -> None:
    record = Record(engine, ("threat",))
    record.take("note", HR, {"fact": SECRET})
    assert record.incident().duty_at == NOW + timedelta(hours=4)
    record.take("outcome", DIRECTOR, {"outcome": "no-action", "because": "someone-else"})
    assert record.incident().duty_at is None
