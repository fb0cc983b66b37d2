"""What happens when nobody acknowledges, held against the two policies."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.escalation import Step, acknowledge_by, next_step
from alerts.routing import Question
from policies.pack import Pack
from policies.pack_file import read_pack
from records.finding import Severity
from tests.alerts.cast import (
    CALUM,
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
BOTH = pytest.mark.parametrize("pack", [SPSO, WICS], ids=["spso", "wics"])
HOURS = organisation().calendar
FIRST_TOLD = frozenset({CALUM, RORY, SHEENA})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def step(
    level: int,
    already: frozenset[str] = FIRST_TOLD,
    *,
    pack: Pack = SPSO,
    severity: Severity = "medium",
    asked: Question | None = None,
    now: str = "2026-11-24 10:00",
    away: tuple[str, ...] = (),
) -> Step:
    return next_step(
        pack,
        organisation(),
        roster(away=away),
        asked or question(),
        already,
        severity=severity,
        level=level,
        now=at(now),
    )


@BOTH
@pytest.mark.clause("SPSO 24")
@pytest.mark.clause("WICS Active ¶2")
@pytest.mark.parametrize(
    "opened", ["2026-11-24 10:00", "2026-11-22 03:10", "2026-11-30 12:00", "2026-12-25 23:55"]
)
def test_a_threat_is_to_be_acknowledged_within_15_minutes_at_any_hour(
    pack: Pack, opened: str
) -> None:
    start = at(opened)
    assert acknowledge_by(pack, "critical", start, HOURS) == start + timedelta(minutes=15)


@BOTH
@pytest.mark.clause("SPSO 67.1")
@pytest.mark.clause("WICS Named ¶1")
@pytest.mark.parametrize(
    ("opened", "due"),
    [
        ("2026-11-24 10:00", "2026-11-24 14:00"),
        ("2026-11-24 15:00", "2026-11-25 11:00"),
        ("2026-11-24 22:00", "2026-11-25 13:00"),
        ("2026-11-27 16:00", "2026-12-01 12:00"),  # Friday; Monday is St Andrew's Day
        ("2026-07-03 14:00", "2026-07-06 10:00"),  # summer time: 15:00 on a Friday
    ],
)
def test_a_naming_is_to_be_acknowledged_within_4_working_hours(
    pack: Pack, opened: str, due: str
) -> None:
    assert acknowledge_by(pack, "medium", at(opened), HOURS) == at(due)
    assert acknowledge_by(pack, "low", at(opened), HOURS) == at(due)


@BOTH
@pytest.mark.clause("SPSO 41")
def test_abuse_is_to_be_acknowledged_within_an_hour(pack: Pack) -> None:
    start = at("2026-11-22 03:10")
    assert acknowledge_by(pack, "high", start, HOURS) == start + timedelta(hours=1)


@pytest.mark.clause("SPSO 67.1")
def test_the_whole_path_of_an_alert_that_nobody_acknowledges() -> None:
    already, level, path = FIRST_TOLD, 0, []
    now = at("2026-11-22 03:10")
    while True:
        taken = next_step(
            SPSO,
            organisation(),
            roster(),
            question(),
            already,
            severity="critical",
            level=level,
            now=now,
        )
        path.append((taken.tell.staff_id if taken.tell else None, taken.remind, taken.alarm))
        if taken.due is None:
            break
        assert taken.due == now + timedelta(minutes=15)
        now, level = taken.due, taken.level
        already |= {taken.tell.staff_id} if taken.tell else set()
    assert path == [
        (MORAG, True, False),
        (ISLA, True, False),
        (None, True, False),
        (None, True, False),
        (None, True, False),
        (None, True, True),
    ]


@pytest.mark.clause("SPSO 67.1")
def test_reminders_of_a_naming_come_in_working_hours_only() -> None:
    assert step(0, now="2026-11-27 16:30").due == at("2026-12-01 12:30")


@pytest.mark.clause("WICS Named ¶3")
def test_in_the_wics_pack_the_director_follows_the_line_manager() -> None:
    taken = step(0, frozenset({CALUM}), pack=WICS)
    assert taken.tell is not None
    assert (taken.tell.staff_id, taken.tell.role) == (MORAG, "director")


@pytest.mark.clause("SPSO 67.1")
def test_a_director_who_was_told_already_is_reminded_and_the_head_of_the_body_is_told() -> None:
    taken = step(0, frozenset({MORAG, RORY}))
    assert taken.tell is not None
    assert taken.tell.staff_id == ISLA
    assert taken.remind


@pytest.mark.clause("SPSO 68")
def test_escalation_passes_over_everybody_who_may_not_know() -> None:
    taken = step(0, asked=question(FIONA, barred=[MORAG]))
    assert taken.tell is not None
    assert taken.tell.staff_id == ISLA


@pytest.mark.clause("SPSO 67.1")
def test_somebody_of_the_chain_who_comes_back_is_told_late_rather_than_never() -> None:
    assert step(2, FIRST_TOLD | {MORAG}, away=(ISLA,)).tell is None
    taken = step(3, FIRST_TOLD | {MORAG})
    assert taken.tell is not None
    assert taken.tell.staff_id == ISLA


@BOTH
def test_with_nobody_at_all_to_tell_the_alarm_is_given_at_once(pack: Pack) -> None:
    nobody = question(FIONA, barred=[CALUM, RORY, SHEENA, MORAG, ISLA])
    assert step(0, frozenset(), pack=pack, asked=nobody) == Step(1, alarm=True)


def test_the_alarm_comes_after_as_many_reminders_as_the_pack_says() -> None:
    patient = replace_give_up(SPSO, 1)
    everybody = FIRST_TOLD | {MORAG, ISLA}
    assert not step(2, everybody, pack=patient).alarm
    assert step(3, everybody, pack=patient).alarm


def replace_give_up(pack: Pack, times: int) -> Pack:
    escalating = pack.escalating.model_copy(update={"give_up_after": times})
    return pack.model_copy(update={"escalating": escalating})


@BOTH
@pytest.mark.parametrize("severity", ["critical", "high", "medium", "low"])
def test_every_step_counts_on_and_looks_again_later_until_the_alarm(
    pack: Pack, severity: Severity
) -> None:
    for level in range(12):
        taken = step(level, pack=pack, severity=severity)
        assert taken.level == level + 1
        assert taken.alarm == (taken.due is None)
        assert taken.due is None or taken.due > at("2026-11-24 10:00")
