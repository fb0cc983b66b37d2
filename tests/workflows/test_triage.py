"""What waits for triage: whose turn it is; and an answer does what the watch would have done."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from casework.audit import entries_about
from casework.errors import (
    DecidedMeanwhileError,
    KeyDestroyedError,
    NoSuchIncidentError,
    NotAllowedError,
    StepUnfitError,
)
from casework.office import Office as Rules
from casework.reading import Reader, Seen, read_findings, reveal_posts
from casework.reports import attach
from casework.triage import keepers, waiting
from casework.triage_answers import (
    Given,
    Opened,
    answer,
    look_at,
    reveal,
    undo,
    undoable,
)
from evidence.vault import Vault
from nlp.lessons import Lessons
from policies.pack_file import read_pack
from records.audit import AuditEntry
from records.database import reading, transaction
from records.example import VerdictKind
from records.finding import Category
from records.incident import Incident, Mention, MentionRevision
from records.record_key import RecordKey
from records.report import Report
from records.roster import Absence, roster_of
from records.triage import Answer, TriageAnswer
from records.verdict import Verdict
from tests.workflows.conftest import (
    ALICE,
    BOB,
    COMMS,
    DIRECTOR,
    HEAD,
    HR,
    MANAGER,
    NOW,
    STAFF,
    Office,
)
from workflows.joining import Joining
from workflows.triage import CHOSEN, CONFIRMED, confirm

DOUBTFUL = "Fenella Auchterbrae was on the ferry."
ABOUT_COMMS = "Devika Ramanujpal was on the ferry."
ABOUT_BOTH = "Devika Ramanujpal and Lachlan Quillandrie were on the ferry."
EITHER = pytest.mark.parametrize(
    ("said", "learnt"),
    [
        (Answer.SOMEONE_ELSE, VerdictKind.SOMEONE_ELSE),
        (Answer.NOT_ABOUT_WORK, VerdictKind.NOT_ABOUT_WORK),
    ],
)


@dataclass
class Triage:
    """People at the triage list of an office."""

    office: Office
    folder: Path

    @property
    def rules(self) -> Rules:
        held = self.office.services
        return Rules(held.pack, held.organisation, held.roster)

    def reader(self, staff_id: str) -> Reader:
        employed = self.rules.actor(staff_id).employed(self.office.time)
        opens = Vault(self.folder / "keys").open_record_key
        return Reader(staff_id, employed, opens, self.rules)

    def of(self, staff_id: str) -> list[int]:
        with reading(self.office.services.database) as session:
            found = waiting(session, self.rules, staff_id, self.office.time)
        return [one.number for one in found]

    def open(self, number: int = 1, by: str = COMMS) -> Opened:
        with transaction(self.office.services.database) as session:
            return look_at(session, number, self.reader(by), now=self.office.time)

    def say(self, said: Answer, number: int = 1, by: str = COMMS) -> TriageAnswer:
        with transaction(self.office.services.database) as session:
            return answer(
                session,
                number,
                Given(said),
                actor=self.reader(by),
                features_of=lambda *_: ("feature",),
                now=self.office.time,
            )

    def ours(
        self,
        *staff_ids: str,
        number: int = 1,
        by: str = COMMS,
        category: Category | None = None,
    ) -> tuple[str, ...]:
        held = self.office.services
        with transaction(held.database) as session:
            return confirm(
                session,
                Joining(held, self.office.engine),  # type: ignore[arg-type]
                number,
                Given(Answer.OURS, staff_ids, category),
                actor=self.reader(by),
                features_of=lambda *_: ("feature",),
                now=self.office.time,
            )

    def take_back(self, number: int = 1, by: str = COMMS) -> bool:
        with transaction(self.office.services.database) as session:
            return undo(session, number, self.reader(by), now=self.office.time)

    def trail(self, action: str) -> list[AuditEntry]:
        with reading(self.office.services.database) as session:
            found = select(AuditEntry).where(AuditEntry.action == action)
            return list(session.exec(found.order_by(col(AuditEntry.id))))

    def taught(self) -> list[Verdict]:
        with reading(self.office.services.database) as session:
            return list(session.exec(select(Verdict).order_by(col(Verdict.id))))

    def record(self, reference: str, by: str = COMMS) -> list[Seen]:
        with transaction(self.office.services.database) as session:
            incident = session.exec(select(Incident).where(Incident.reference == reference)).one()
            return reveal_posts(session, incident, self.reader(by), now=self.office.time)

    def told(self) -> list[str]:
        self.office.send_all()
        return self.office.told()


@pytest.fixture
def triage(office: Office, tmp_path: Path) -> Triage:
    return Triage(office, tmp_path)


def test_what_waits_is_there_for_whoever_keeps_the_register_and_for_nobody_else(
    triage: Triage,
) -> None:
    triage.office.see(DOUBTFUL)
    assert triage.of(COMMS) == [1]
    assert [one.staff_id for one in STAFF if triage.of(one.staff_id)] == [COMMS]
    with pytest.raises(NotAllowedError):
        triage.open(by=HR)
    with pytest.raises(NotAllowedError):
        triage.open(by=DIRECTOR)
    with pytest.raises(NoSuchIncidentError):
        triage.open(number=2)


def test_a_post_that_has_alerted_does_not_wait(triage: Triage) -> None:
    triage.office.see("Fenella Auchterbrae refused my complaint to the Lighthouse Ombudsman.")
    assert triage.office.incidents()
    assert triage.of(COMMS) == []
    with pytest.raises(NoSuchIncidentError):
        triage.open()


@pytest.mark.clause("SPSO 68")
@pytest.mark.clause("SPSO 71")
def test_whoever_may_be_meant_never_sees_it_and_the_deputy_does(triage: Triage) -> None:
    triage.office.see(ABOUT_COMMS)
    assert triage.of(COMMS) == []
    assert triage.of(DIRECTOR) == [1]
    for step in (triage.open, triage.ours):
        with pytest.raises(NotAllowedError):
            step(by=COMMS)
    with pytest.raises(NotAllowedError):
        triage.say(Answer.NOTHING, by=COMMS)
    assert triage.trail("finding viewed") == []
    assert triage.open(by=DIRECTOR).candidates == (COMMS,)


@pytest.mark.clause("SPSO 68")
def test_where_custodian_and_deputy_may_be_meant_the_head_of_the_body_looks(triage: Triage) -> None:
    triage.office.see(ABOUT_BOTH)
    assert [one.staff_id for one in STAFF if triage.of(one.staff_id)] == [HEAD]


@pytest.mark.clause("SPSO 68")
def test_a_later_wording_that_means_whoever_looks_shuts_them_out(triage: Triage) -> None:
    office = triage.office
    office.see(DOUBTFUL, post_id="one")
    office.see(ABOUT_COMMS, post_id="one")
    with pytest.raises(NotAllowedError):
        triage.open(by=COMMS)
    assert triage.trail("finding viewed") == []


def test_while_the_custodian_is_away_it_waits_for_the_deputy_as_well(triage: Triage) -> None:
    triage.office.see(DOUBTFUL)
    away = Absence(COMMS, date(2026, 11, 20), date(2026, 11, 30))
    triage.office.change(roster=roster_of(STAFF, [away]))
    assert triage.of(DIRECTOR) == [1]
    assert triage.open(by=COMMS).mention.id == 1  # who looks in while away may still look


def test_a_leaver_sees_nothing(triage: Triage) -> None:
    triage.office.see(DOUBTFUL)
    gone = [
        replace(one, ends_on=date(2026, 11, 1)) if one.staff_id == COMMS else one for one in STAFF
    ]
    triage.office.change(roster=roster_of(gone))
    assert triage.of(COMMS) == []
    assert triage.of(DIRECTOR) == [1]
    with pytest.raises(NotAllowedError):
        triage.open()


def test_looking_is_noted_and_so_is_revealing_with_the_person_who_did(triage: Triage) -> None:
    triage.office.see(DOUBTFUL)
    opened = triage.open()
    assert opened.candidates == (ALICE,)
    assert opened.finding.staff[0].reasons
    with transaction(triage.office.services.database) as session:
        shown = reveal(session, 1, triage.reader(COMMS), now=triage.office.time)
    assert shown.wordings[0].post
    assert shown.wordings[0].post.text == DOUBTFUL
    for action in ("finding viewed", "post revealed"):
        (entry,) = triage.trail(action)
        assert (entry.actor, entry.about) == (COMMS, {"mention": 1, "triage": True})


@pytest.mark.clause("SPSO 67.1")
def test_yes_opens_an_incident_and_tells_those_whom_the_policy_tells(triage: Triage) -> None:
    triage.office.see(DOUBTFUL, url="https://social.example/1")
    (reference,) = triage.ours(ALICE)
    (incident,) = triage.office.incidents()
    assert (incident.reference, incident.staff_id) == (reference, ALICE)
    assert incident.categories == [Category.NAMING]
    assert incident.severity in {"low", "medium"}
    assert incident.escalates_at
    assert triage.told() == sorted([MANAGER, COMMS, HR])
    assert len(triage.office.captures()) == 2
    (seen,) = triage.record(reference)
    assert seen.post
    assert seen.post.text == DOUBTFUL
    assert seen.finding.staff[0].certainty == "certain"
    assert CONFIRMED in seen.finding.staff[0].reasons
    assert triage.of(COMMS) == []
    (entry,) = triage.trail("triage answered")
    assert (entry.actor, entry.reference) == (COMMS, reference)
    assert entry.about == {"mention": 1, "answer": "ours", "kind": None}


@pytest.mark.clause("WICS Named ¶1")
def test_under_wics_yes_tells_the_line_manager_alone(triage: Triage) -> None:
    triage.office.change(pack=read_pack("wics"))
    triage.office.see(DOUBTFUL)
    looks = next(one.staff_id for one in STAFF if triage.of(one.staff_id))
    triage.ours(ALICE, by=looks)
    assert triage.told() == [MANAGER]


def test_yes_joins_an_incident_that_is_open_about_the_same_person(triage: Triage) -> None:
    office = triage.office
    office.see("Fenella Auchterbrae refused my complaint to the Lighthouse Ombudsman.")
    office.see(DOUBTFUL)
    (incident,) = office.incidents()
    assert triage.ours(ALICE, number=2) == (incident.reference,)
    (incident,) = office.incidents()
    assert incident.mention_count == 2


def test_no_copy_outlives_the_record_that_the_post_has_moved_into(triage: Triage) -> None:
    triage.office.see(DOUBTFUL)
    (before,) = triage.office.mentions()
    triage.ours(ALICE)
    kept, moved = triage.office.mentions()
    assert (kept.sealed_post, kept.sealed_record, kept.sealed_finding) == (b"", b"", b"")
    assert moved.sealed_post
    with reading(triage.office.services.database) as session:
        assert session.get_one(RecordKey, before.key_id).wrapped is None


def test_earlier_wordings_and_reports_move_along(triage: Triage) -> None:
    office = triage.office
    office.see(DOUBTFUL, post_id="one")
    office.see(f"{DOUBTFUL} Again.", post_id="one")
    report = Report(mark="m", via="command", at=NOW, reporter=BOB, note="Look at this.")
    with transaction(office.services.database) as session:
        attach(session, session.get_one(Mention, 1), report, "key", now=NOW)
    assert [one.post.text for one in triage.open().wordings if one.post] == [
        DOUBTFUL,
        f"{DOUBTFUL} Again.",
    ]
    (reference,) = triage.ours(ALICE)
    (seen,) = triage.record(reference)
    assert seen.post
    assert seen.post.text == f"{DOUBTFUL} Again."
    with reading(office.services.database) as session:
        moved = session.exec(select(Mention).where(col(Mention.incident_id).is_not(None))).one()
        wordings = select(MentionRevision).where(MentionRevision.mention_id == moved.id)
        assert len(session.exec(wordings).all()) == 1
    assert [one.about["mention"] for one in triage.trail("report kept")] == [1, moved.id]


def test_several_people_have_an_incident_each(triage: Triage) -> None:
    triage.office.see("Fenella Auchterbrae and Ruaridh McStronach were on the ferry.")
    references = triage.ours(ALICE, BOB)
    assert len(references) == 2
    about = {one.staff_id: one.alongside for one in triage.office.incidents()}
    assert about == {ALICE: [BOB], BOB: [ALICE]}
    assert {one.reference for one in triage.trail("triage answered")} == set(references)


def test_somebody_whom_only_a_person_recognised_can_be_said_to_be_meant(triage: Triage) -> None:
    triage.office.see(DOUBTFUL)
    triage.ours(BOB)
    (incident,) = triage.office.incidents()
    assert (incident.staff_id, incident.alongside) == (BOB, [ALICE])


def test_nobody_is_meant_who_is_not_on_the_staff(triage: Triage) -> None:
    triage.office.see(DOUBTFUL)
    with pytest.raises(StepUnfitError):
        triage.ours("s999")


def test_it_must_be_said_who_is_meant_where_somebody_was_found(triage: Triage) -> None:
    triage.office.see(DOUBTFUL)
    with pytest.raises(StepUnfitError):
        triage.ours()
    assert triage.office.incidents() == []
    assert triage.of(COMMS) == [1]


@pytest.mark.clause("SPSO 24")
def test_another_kind_that_was_chosen_stands_decides_how_grave_it_is_and_teaches(
    triage: Triage,
) -> None:
    triage.office.see(DOUBTFUL)
    (reference,) = triage.ours(ALICE, category=Category.THREAT)
    (incident,) = triage.office.incidents()
    assert (incident.severity, incident.categories) == ("critical", ["threat"])
    (seen,) = triage.record(reference)
    assert seen.finding.concerns[0].reasons == (CHOSEN,)
    (verdict,) = triage.taught()
    assert (verdict.kind, verdict.category) == (VerdictKind.WORSE, "threat")
    assert (verdict.reference, verdict.key_id) == (reference, incident.key_id)


@EITHER
def test_no_alerts_nobody_and_teaches(triage: Triage, said: Answer, learnt: VerdictKind) -> None:
    triage.office.see(DOUBTFUL)
    triage.say(said)
    assert triage.of(COMMS) == []
    assert triage.told() == []
    assert triage.office.incidents() == []
    (verdict,) = triage.taught()
    assert (verdict.kind, verdict.staff_id, verdict.actor) == (learnt, ALICE, COMMS)
    assert Lessons((verdict.example,), b"pepper")
    (entry,) = triage.trail("triage answered")
    assert entry.actor == COMMS
    assert entry.about["answer"] == said


@pytest.mark.clause("SPSO 10")
def test_nothing_to_be_done_is_an_answer(triage: Triage) -> None:
    triage.office.see(DOUBTFUL)
    triage.say(Answer.NOTHING)
    assert triage.of(COMMS) == []
    assert triage.taught() == []


def test_not_sure_passes_it_to_the_deputy_and_back(triage: Triage) -> None:
    triage.office.see(DOUBTFUL)
    triage.say(Answer.NOT_SURE)
    assert triage.of(COMMS) == []
    assert triage.of(DIRECTOR) == [1]
    triage.say(Answer.NOT_SURE, by=DIRECTOR)
    assert triage.of(DIRECTOR) == []
    assert triage.of(COMMS) == [1]
    triage.say(Answer.NOTHING)
    assert triage.of(COMMS) == []


def test_a_new_wording_of_what_was_answered_waits_again(triage: Triage) -> None:
    office = triage.office
    office.see(DOUBTFUL, post_id="one")
    triage.say(Answer.NOTHING)
    office.wait(minutes=5)
    office.see(f"{DOUBTFUL} With her car.", post_id="one")
    assert triage.of(COMMS) == [1]


def test_the_second_of_two_is_told_and_nothing_is_lost(triage: Triage) -> None:
    triage.office.see(DOUBTFUL)
    triage.ours(ALICE)
    with pytest.raises(DecidedMeanwhileError):
        triage.say(Answer.NOTHING)
    triage.office.see(DOUBTFUL + " Again.")
    triage.say(Answer.NOTHING, number=3)
    with pytest.raises(DecidedMeanwhileError):
        triage.ours(ALICE, number=3)
    with reading(triage.office.services.database) as session:
        assert len(session.exec(select(TriageAnswer)).all()) == 2


def test_two_who_press_at_once_open_one_incident(triage: Triage) -> None:
    triage.office.see(DOUBTFUL)
    ends: list[object] = []
    together = threading.Barrier(4)

    def press(step: Callable[[], object]) -> None:
        together.wait()
        try:
            ends.append(step())
        except DecidedMeanwhileError as refusal:
            ends.append(refusal)

    steps = [lambda: triage.ours(ALICE)] * 4
    threads = [threading.Thread(target=press, args=(one,)) for one in steps]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(triage.office.incidents()) == 1
    assert len([one for one in ends if isinstance(one, tuple)]) == 1


@EITHER
def test_an_answer_can_be_taken_back_for_ten_minutes(
    triage: Triage, said: Answer, learnt: VerdictKind
) -> None:
    triage.office.see(DOUBTFUL)
    triage.say(said)
    triage.office.wait(minutes=9)
    with reading(triage.office.services.database) as session:
        assert undoable(session, COMMS, triage.office.time)
        assert undoable(session, DIRECTOR, triage.office.time) is None
    assert not triage.take_back(by=DIRECTOR)
    assert triage.take_back()
    assert triage.of(COMMS) == [1]
    assert triage.taught() == []
    assert triage.trail("triage answer taken back")[0].actor == COMMS
    triage.say(said)
    triage.office.wait(minutes=10)
    assert not triage.take_back()


def test_what_was_told_can_not_be_taken_back(triage: Triage) -> None:
    triage.office.see(DOUBTFUL)
    triage.ours(ALICE)
    assert not triage.take_back()
    with reading(triage.office.services.database) as session:
        assert undoable(session, COMMS, triage.office.time) is None


def test_the_gravest_comes_first(triage: Triage) -> None:
    for text in (DOUBTFUL, f"{DOUBTFUL} Later."):
        triage.office.see(text)
        triage.office.wait(minutes=1)
    with transaction(triage.office.services.database) as session:
        session.get_one(Mention, 2).severity = "high"
    assert triage.of(COMMS) == [2, 1]
    with transaction(triage.office.services.database) as session:
        session.get_one(Mention, 2).swept_at = NOW
    assert triage.of(COMMS) == [2, 1]
    with transaction(triage.office.services.database) as session:
        session.get_one(Mention, 1).severity = "high"
    assert triage.of(COMMS) == [1, 2]


def test_an_erased_post_waits_for_nobody(triage: Triage) -> None:
    triage.office.see(DOUBTFUL)
    with transaction(triage.office.services.database) as session:
        session.exec(select(RecordKey)).one().wrapped = None
    assert triage.of(COMMS) == []
    with pytest.raises(KeyDestroyedError):
        triage.open()


def test_what_was_said_yes_to_can_be_read_by_those_on_the_list(triage: Triage) -> None:
    triage.office.see(DOUBTFUL)
    (reference,) = triage.ours(ALICE)
    with transaction(triage.office.services.database) as session:
        incident = session.exec(select(Incident)).one()
        assert read_findings(session, incident, triage.reader(MANAGER), now=triage.office.time)
        with pytest.raises(NotAllowedError):
            read_findings(session, incident, triage.reader(ALICE), now=triage.office.time)
        actions = [one.action for one in entries_about(session, reference)]
    assert actions[0] == "incident opened"
    assert "triage answered" in actions


@pytest.mark.parametrize(
    ("named", "passed_by", "turn"),
    [
        ((), None, {COMMS}),
        ((ALICE,), None, {COMMS}),
        ((COMMS,), None, {DIRECTOR}),
        ((), COMMS, {DIRECTOR}),
        ((), DIRECTOR, {COMMS}),
        ((DIRECTOR,), COMMS, {COMMS}),
        ((COMMS,), DIRECTOR, {DIRECTOR}),
        ((COMMS, DIRECTOR), None, {HEAD}),
        ((COMMS, DIRECTOR, HEAD), None, set()),
    ],
)
def test_whose_turn_it_is(
    triage: Triage, named: tuple[str, ...], passed_by: str | None, turn: set[str]
) -> None:
    assert keepers(triage.rules, named, passed_by, NOW + timedelta(hours=1)) == turn
