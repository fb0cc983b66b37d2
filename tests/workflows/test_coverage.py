"""The ledger of what was watched: gaps open, end, are read back, or are told as lost."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from monitors.status import SourceStatus, State
from records.database import reading
from records.watching import CoverageGap, SourceWatch
from tests.workflows.conftest import NOW, Office
from workflows.coverage import NOT_RUNNING, Coverage

DAY = timedelta(days=1)
WATCHING = SourceStatus("river", State.WATCHING, "Watching.", NOW)
AWAY = SourceStatus("river", State.TRYING_AGAIN, "It can't be reached. Trying again.", NOW)


@pytest.fixture
def kept() -> Counter[str]:
    return Counter()


def ledger(office: Office, kept: Counter[str], reads_back: timedelta | None = DAY) -> Coverage:
    return Coverage(office.services, {"river": reads_back}, kept.__getitem__)


def gaps(office: Office) -> list[tuple[datetime, datetime | None, str, str]]:
    with reading(office.services.database) as session:
        rows = session.exec(select(CoverageGap).order_by(col(CoverageGap.began_at))).all()
        return [(one.began_at, one.ended_at, one.state, one.reason) for one in rows]


def watch(office: Office) -> SourceWatch:
    with reading(office.services.database) as session:
        return session.exec(select(SourceWatch)).one()


@pytest.mark.must("15")
def test_a_disconnect_opens_a_gap_from_when_it_was_last_watched(
    office: Office, kept: Counter[str]
) -> None:
    coverage = ledger(office, kept)
    coverage.tell(WATCHING)
    office.wait(minutes=10)
    coverage.beat([WATCHING])
    office.wait(seconds=3)
    coverage.tell(AWAY)
    coverage.tell(replace(AWAY, sentence="It has a fault. Trying again."))
    (gap,) = gaps(office)
    assert gap == (NOW + timedelta(minutes=10), None, "open", AWAY.sentence)


@pytest.mark.must("15")
def test_a_gap_is_read_back_and_then_closed(office: Office, kept: Counter[str]) -> None:
    coverage = ledger(office, kept)
    coverage.tell(WATCHING)
    coverage.tell(AWAY)
    office.wait(minutes=10)
    back = office.time
    coverage.tell(WATCHING)
    assert gaps(office) == [(NOW, back, "being read back", AWAY.sentence)]
    coverage.beat([replace(WATCHING, reached=NOW + timedelta(minutes=3))])
    assert gaps(office)[0][2] == "being read back"
    coverage.beat([replace(WATCHING, reached=back)])
    assert gaps(office) == [(NOW, back, "read back", AWAY.sentence)]


@pytest.mark.must("15")
def test_what_is_out_of_reach_is_said_to_be_lost(office: Office, kept: Counter[str]) -> None:
    coverage = ledger(office, kept)
    coverage.tell(WATCHING)
    coverage.tell(AWAY)
    office.wait(days=3)
    coverage.tell(WATCHING)
    edge = NOW + 2 * DAY
    assert [one[:3] for one in gaps(office)] == [
        (NOW, edge, "can't be recovered"),
        (edge, NOW + 3 * DAY, "being read back"),
    ]


def test_a_source_that_can_not_look_back_has_lost_the_whole_gap(
    office: Office, kept: Counter[str]
) -> None:
    coverage = ledger(office, kept, reads_back=None)
    coverage.tell(WATCHING)
    coverage.tell(AWAY)
    office.wait(minutes=1)
    coverage.tell(WATCHING)
    assert [one[2] for one in gaps(office)] == ["can't be recovered"]


@pytest.mark.must("15")
def test_time_in_which_the_program_did_not_run_is_a_gap_as_well(
    office: Office, kept: Counter[str]
) -> None:
    ledger(office, kept).tell(WATCHING)
    office.wait(hours=2)
    after = ledger(office, kept)
    after.begin()
    after.begin()
    assert gaps(office) == [(NOW, None, "open", NOT_RUNNING)]
    after.tell(WATCHING)
    assert gaps(office)[0][1:3] == (NOW + timedelta(hours=2), "being read back")


def test_a_quick_restart_and_a_file_read_to_its_end_are_no_gap(
    office: Office, kept: Counter[str]
) -> None:
    ledger(office, kept).tell(WATCHING)
    office.wait(seconds=20)
    ledger(office, kept).begin()
    ledger(office, kept).tell(replace(WATCHING, state=State.FINISHED))
    office.wait(hours=2)
    ledger(office, kept).begin()
    assert gaps(office) == []


def test_what_came_in_is_counted_over_restarts(office: Office, kept: Counter[str]) -> None:
    first = ledger(office, kept)
    kept["river"] = 2
    first.beat([replace(WATCHING, received=100, skipped=1, last_received_at=NOW)])
    first.beat([replace(WATCHING, received=150, skipped=1, last_received_at=NOW)])
    kept.clear()
    ledger(office, kept).beat([replace(WATCHING, received=7, budget="93 of 100 today")])
    row = watch(office)
    assert (row.posts, row.candidates, row.unread) == (157, 2, 1)
    assert (row.event_at, row.budget) == (NOW, "93 of 100 today")
