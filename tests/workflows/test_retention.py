"""Clocks of what is kept: they run by themselves, only people decide, and nothing gets lost."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from casework import retention
from casework.errors import HeldError, NotAllowedError
from casework.holds import place_hold
from casework.incidents import by_reference
from casework.office import Office as Rules
from casework.retention import ExtensionUnfitError, NothingDueError
from casework.retention_tidy import tidy
from evidence.erasure import LIST, read_list
from records.audit import AuditEntry
from records.database import open_database, reading, transaction
from records.incident import Incident, Mention
from records.period import Period
from records.report import TakenReport
from records.retention import Kept, RetentionClock, RetentionDecision
from records.roster import StaffMember
from records.sign_in import ConsoleSession, SignInCode
from records.step import Step
from records.verdict import Verdict
from records.watching import Quarantined
from tests.workflows.conftest import ALICE, COMMS, DIRECTOR, HR, MANAGER, NOW, Office
from tests.workflows.test_erase import NAMING, bundles, eraser, every_byte, home, kept, wrapped
from workflows.retention import Decided, Decider, erase_due, extend_due, look

YEAR = timedelta(days=366)


@pytest.fixture
def reference(office: Office) -> str:
    """A record with one exhibit, closed now."""
    new = kept(office, NAMING)
    close(office, new, NOW)
    return new


def close(office: Office, reference: str, at: datetime | None) -> None:
    with transaction(office.services.database) as session:
        incident = by_reference(session, reference)
        incident.state, incident.closed_at = ("closed", at) if at else ("acknowledged", None)
        session.add(incident)


def rules(office: Office) -> Rules:
    return Rules(office.services.pack, office.services.organisation, office.services.roster)


def run(office: Office, at: datetime) -> dict[tuple[str, str], bool]:
    """Let the clocks run; what has a clock, and whether a decision on it is due."""
    with transaction(office.services.database) as session:
        retention.run_clocks(session, rules(office), at)
        found = retention.those_due(session, at, within=30 * YEAR)
        return {(one.clock.kind, one.clock.subject): one.due for one in found}


def erase(
    office: Office,
    kind: Kept,
    subject: str,
    at: datetime,
    *,
    actor: str = COMMS,
    second: str = DIRECTOR,
) -> Decided:
    return erase_due(eraser(office), rules(office), Decider(kind, subject, actor, second), now=at)


def extend(
    office: Office, kind: Kept, subject: str, at: datetime, until: date, actor: str = COMMS
) -> None:
    extend_due(
        office.services.database,
        rules(office),
        Decider(kind, subject, actor),
        until=until,
        coded_why=lambda _session, _incident: "court",
        now=at,
    )


def notes(office: Office, action: str) -> list[AuditEntry]:
    with reading(office.services.database) as session:
        return list(session.exec(select(AuditEntry).where(AuditEntry.action == action)))


@pytest.mark.clause("WICS Retention")
def test_the_clocks_begin_when_a_record_is_closed_and_not_before(office: Office) -> None:
    new = kept(office, NAMING)
    assert run(office, NOW) == {}
    close(office, new, NOW)
    assert run(office, NOW) == {("evidence", new): False, ("record", new): False}
    assert run(office, NOW + YEAR) == {("evidence", new): True, ("record", new): False}
    assert run(office, NOW + 2 * YEAR) == {("evidence", new): True, ("record", new): True}


@pytest.mark.clause("WICS Retention")
def test_years_after_it_ran_out_a_record_is_still_there_and_somebody_is_told_every_week(
    office: Office, reference: str
) -> None:
    told: list[tuple[str, str]] = []

    def send(to: StaffMember, _subject: str, text: str) -> None:
        told.append((to.staff_id, text))

    begin = NOW + 2 * YEAR
    for day in range(15):
        look(office.services.database, rules(office), send, begin + timedelta(days=day))
    assert [one for one, _ in told] == [COMMS] * 3
    assert f"record {reference}" in told[0][1]
    assert "Fenella" not in told[0][1]
    assert wrapped(office, reference)
    assert bundles(office, reference)


@pytest.mark.clause("WICS Retention")
def test_evidence_is_erased_with_a_certificate_each_and_the_record_stays(
    office: Office, reference: str
) -> None:
    run(office, NOW + YEAR)
    decided = erase(office, Kept.EVIDENCE, reference, NOW + YEAR)
    assert len(decided.done) == 1
    assert "Erased:   exhibit 1\n" in decided.done[0].certificate
    assert f"By:       {COMMS}, and {DIRECTOR} agreed\n" in decided.done[0].certificate
    assert bundles(office, reference) == []
    assert wrapped(office, reference)
    assert run(office, NOW + YEAR) == {("record", reference): False}
    with pytest.raises(NothingDueError):
        erase(office, Kept.EVIDENCE, reference, NOW + YEAR)


@pytest.mark.clause("WICS Retention")
def test_with_the_record_go_its_reports_and_what_was_learnt_from_it(
    office: Office, reference: str
) -> None:
    with transaction(office.services.database) as session:
        incident = by_reference(session, reference)
        mention = session.exec(select(Mention)).one()
        assert mention.id
        session.add(
            Verdict(
                mention_id=mention.id, key_id=incident.key_id, reference=reference, kind="worse",
                actor=MANAGER, at=NOW,
            )
        )  # fmt: skip
    run(office, NOW + 2 * YEAR)
    decided = erase(office, Kept.RECORD, reference, NOW + 2 * YEAR)
    assert "Erased:   the whole record\n" in decided.done[0].certificate
    assert wrapped(office, reference) is None
    with reading(office.services.database) as session:
        assert session.exec(select(Verdict)).all() == []
        (made,) = session.exec(select(RetentionDecision)).all()
        assert (made.decision, made.actor, made.why) == ("erase", COMMS, "kept-long-enough")
        assert made.playbook.startswith("spso ")
    assert run(office, NOW + 3 * YEAR) == {}


@pytest.mark.clause("WICS Retention")
def test_an_extension_has_a_reason_an_end_and_is_decided_again(
    office: Office, reference: str
) -> None:
    at = NOW + 2 * YEAR
    run(office, at)
    until = at.date() + timedelta(days=200)
    extend(office, Kept.RECORD, reference, at, until)
    assert run(office, at)[("record", reference)] is False
    with pytest.raises(NothingDueError, match="No decision is due here before"):
        erase(office, Kept.RECORD, reference, at)
    assert run(office, at + timedelta(days=201))[("record", reference)] is True
    (entry,) = notes(office, "retention decided")
    assert entry.about["decision"] == "extend"
    with reading(office.services.database) as session:
        assert session.exec(select(RetentionDecision)).one().why == "court"


@pytest.mark.parametrize("days", [-1, 0, 800])
def test_nothing_is_kept_until_a_day_that_is_past_or_for_ever(
    office: Office, reference: str, days: int
) -> None:
    at = NOW + 2 * YEAR
    run(office, at)
    with pytest.raises(ExtensionUnfitError):
        extend(office, Kept.RECORD, reference, at, at.date() + timedelta(days=days))


@pytest.mark.clause("WICS Retention")
@pytest.mark.parametrize("actor", [ALICE, HR, MANAGER, "s099"])
def test_only_whoever_the_policy_names_decides(office: Office, reference: str, actor: str) -> None:
    at = NOW + 2 * YEAR
    run(office, at)
    with pytest.raises(NotAllowedError):
        erase(office, Kept.RECORD, reference, at, actor=actor)
    with pytest.raises(NotAllowedError):
        extend(office, Kept.RECORD, reference, at, at.date() + timedelta(days=9), actor)
    assert wrapped(office, reference)


@pytest.mark.clause("WICS Retention")
def test_a_legal_hold_stops_the_clock_and_nobody_is_bothered(
    office: Office, reference: str
) -> None:
    at = NOW + 2 * YEAR
    run(office, at)
    with transaction(office.services.database) as session:
        incident = by_reference(session, reference)
        place_hold(session, incident, actor=MANAGER, office=rules(office), now=at)
    with pytest.raises(HeldError):
        erase(office, Kept.RECORD, reference, at)
    with reading(office.services.database) as session:
        assert all(one.held for one in retention.those_due(session, at))
        assert retention.untold(session, at) == []
    assert wrapped(office, reference)


@pytest.mark.clause("WICS Retention")
def test_a_record_that_is_opened_again_runs_no_more_and_begins_anew_when_it_is_closed(
    office: Office, reference: str
) -> None:
    run(office, NOW)
    close(office, reference, None)
    assert run(office, NOW + YEAR) == {}
    closed = NOW + 2 * YEAR
    close(office, reference, closed)
    assert run(office, closed + timedelta(days=30)) == {
        ("evidence", reference): False,
        ("record", reference): False,
    }


def add_restriction(office: Office, reference: str, **about: object) -> None:
    with transaction(office.services.database) as session:
        incident = by_reference(session, reference)
        assert incident.id
        session.add(
            Step(
                incident_id=incident.id, kind="restriction", subject="1", actor=MANAGER,
                recorded_at=NOW, happened_at=NOW, about=about, clause="SPSO 22", playbook="spso",
            )
        )  # fmt: skip


@pytest.mark.clause("WICS Comm-Term ¶3")
def test_a_restriction_keeps_its_record_until_two_years_after_its_end(office: Office) -> None:
    new = kept(office, NAMING)
    ends = NOW.date() + timedelta(days=365)
    add_restriction(office, new, **{"ends-on": ends.isoformat()})
    close(office, new, NOW)
    assert run(office, NOW + 2 * YEAR) == {
        ("evidence", new): False,
        ("record", new): False,
        ("restriction", f"{new}/1"): False,
    }
    assert run(office, NOW + 3 * YEAR)[("record", new)] is True
    erase(office, Kept.RECORD, new, NOW + 3 * YEAR)
    assert run(office, NOW + 3 * YEAR) == {}


def test_a_record_with_a_restriction_that_stands_has_no_clock(office: Office) -> None:
    new = kept(office, NAMING)
    add_restriction(office, new)
    close(office, new, NOW)
    assert run(office, NOW + 20 * YEAR) == {}


@pytest.mark.clause("WICS Retention")
def test_two_who_decide_at_once_get_one_decision_and_one_plain_sentence(
    office: Office, reference: str
) -> None:
    at = NOW + 2 * YEAR
    run(office, at)
    extend(office, Kept.RECORD, reference, at, at.date() + timedelta(days=90))
    with pytest.raises(NothingDueError, match="No decision is due here before"):
        extend(office, Kept.RECORD, reference, at, at.date() + timedelta(days=30))
    with reading(office.services.database) as session:
        assert len(session.exec(select(RetentionDecision)).all()) == 1


@pytest.mark.clause("WICS Retention")
def test_posts_kept_for_triage_are_decided_on_a_month_at_a_time(office: Office) -> None:
    office.see("Fenella Auchterbrae was on the ferry.")
    (mention,) = office.mentions()
    assert mention.incident_id is None
    sealed = mention.sealed_post
    at = datetime(2027, 12, 2, tzinfo=UTC)
    assert run(office, at) == {("triage", "2026-11"): True}
    decided = erase(office, Kept.TRIAGE, "2026-11", at)
    assert decided.posts == 1
    assert office.mentions()[0].sealed_post == b""
    assert sealed[:60] not in every_byte(home(office))
    assert [one.reference for one in read_list(home(office) / "keys" / LIST)] == ["TRIAGE-2026-11"]
    assert run(office, at) == {}


def restarted(engine: Engine) -> Engine:
    url = engine.url.render_as_string(hide_password=False)
    engine.dispose()
    return open_database(url)


@pytest.mark.clause("WICS Retention")
def test_restarts_and_a_clock_that_jumps_ahead_and_back_lose_and_erase_nothing(
    office: Office, reference: str
) -> None:
    """A machine whose clock says 2050 for an hour, and then 2027 again, with a restart each."""
    sent: list[str] = []

    def send(_to: StaffMember, _subject: str, text: str) -> None:
        sent.append(text)

    moments = (NOW, NOW + 24 * YEAR, NOW + timedelta(days=40), NOW - YEAR, NOW + YEAR)
    for at in moments:
        office.change(database=restarted(office.services.database))
        look(office.services.database, rules(office), send, at)
    assert wrapped(office, reference)
    assert bundles(office, reference)
    assert run(office, NOW + YEAR) == {("evidence", reference): True, ("record", reference): False}
    with reading(office.services.database) as session:
        clocks = {one.kind: one for one in session.exec(select(RetentionClock))}
        assert clocks["record"].due_at == NOW.replace(year=NOW.year + 2)


@pytest.mark.clause("WICS Retention")
def test_a_policy_that_changes_later_changes_no_clock_that_runs(
    office: Office, reference: str
) -> None:
    run(office, NOW)
    shorter = {"evidence": Period(1), "closed_record": Period(1)}
    kept_so_long = office.services.pack.retention.model_copy(update=shorter)
    office.change(pack=office.services.pack.model_copy(update={"retention": kept_so_long}))
    assert run(office, NOW + timedelta(days=60)) == {
        ("evidence", reference): False,
        ("record", reference): False,
    }


@pytest.mark.clause("WICS Retention")
def test_what_holds_no_finding_goes_by_itself_and_the_trail_says_how_much(office: Office) -> None:
    old, fresh = NOW - timedelta(days=400), NOW - timedelta(days=10)

    def both(make: Callable[[datetime, str], object]) -> list[object]:
        return [make(old, "old"), make(fresh, "fresh")]

    with transaction(office.services.database) as session:
        session.add_all(
            [
                *both(lambda at, name: SignInCode(browser_hash=name, code_hash="", expires_at=at)),
                *both(
                    lambda at, name: ConsoleSession(
                        token_hash=name, staff_id=MANAGER, started_at=at, last_seen_at=at
                    )
                ),
                *both(lambda at, name: Quarantined(source=name, at=at, why="", sealed=b"")),
                *both(lambda at, name: TakenReport(report_key=name, via="command", taken_at=at)),
                TakenReport(report_key="waits", via="command", taken_at=old, sealed=b"x"),
            ]
        )
        assert tidy(session, NOW) == {
            "sign-ins": 2,
            "own pages": 0,
            "unreadable items": 1,
            "marks of reports": 1,
        }
        assert len(left(session)) == 5
    (entry,) = notes(office, "tidied")
    assert entry.about["sign-ins"] == 2
    with transaction(office.services.database) as session:
        assert not any(tidy(session, NOW).values())
    assert len(notes(office, "tidied")) == 1


def left(session: Session) -> list[object]:
    tables = (SignInCode, ConsoleSession, Quarantined, TakenReport)
    return [row for table in tables for row in session.exec(select(table)).all()]


def test_what_was_half_erased_when_the_power_went_is_erased_by_the_same_command(
    office: Office, reference: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    at = NOW + 2 * YEAR
    run(office, at)

    class PowerCutError(Exception):
        pass

    def cut(*_arguments: object, **_named: object) -> None:
        raise PowerCutError

    with monkeypatch.context() as patched:
        patched.setattr("workflows.retention.erase", cut)
        with pytest.raises(PowerCutError):
            erase(office, Kept.RECORD, reference, at)
    assert wrapped(office, reference)
    assert len(erase(office, Kept.RECORD, reference, at).done) == 1
    with reading(office.services.database) as session:
        assert session.exec(select(Incident)).one().state == "closed"
