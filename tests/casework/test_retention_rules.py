"""When each kind of record runs out, by the pack's own times."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.retention_rules import Closed, Ended, clock_of_triage, clocks_of
from policies.pack_file import read_pack
from records.retention import Kept

LONDON = ZoneInfo("Europe/London")
CLOSED = datetime(2026, 8, 31, 14, tzinfo=UTC)


def due(record: Closed, pack: str = "spso") -> dict[tuple[str, str], datetime]:
    rules = read_pack(pack).retention
    return {(one.kind.value, one.subject): one.due_at for one in clocks_of(record, rules, LONDON)}


@pytest.mark.clause("WICS Retention")
@pytest.mark.parametrize("pack", ["spso", "wics"])
def test_a_closed_record_runs_out_after_two_years_and_its_evidence_after_one(pack: str) -> None:
    assert due(Closed("NW-2026-0001", CLOSED, has_evidence=True), pack) == {
        ("evidence", "NW-2026-0001"): datetime(2027, 8, 31, 14, tzinfo=UTC),
        ("record", "NW-2026-0001"): datetime(2028, 8, 31, 14, tzinfo=UTC),
    }


def test_a_record_without_evidence_has_no_clock_for_it() -> None:
    assert [kind for kind, _ in due(Closed("NW-2026-0001", CLOSED, has_evidence=False))] == [
        "record"
    ]


@pytest.mark.clause("WICS Comm-Term ¶3")
@pytest.mark.parametrize("pack", ["spso", "wics"])
def test_no_clock_of_a_record_runs_out_before_those_of_its_restrictions(pack: str) -> None:
    ended = datetime(2027, 6, 1, tzinfo=UTC)
    record = Closed("NW-2026-0001", CLOSED, has_evidence=True, restrictions=(Ended("1", ended),))
    last = datetime(2029, 6, 1, tzinfo=UTC)
    assert due(record, pack) == {
        ("restriction", "NW-2026-0001/1"): last,
        ("evidence", "NW-2026-0001"): last,
        ("record", "NW-2026-0001"): last,
    }


@pytest.mark.clause("WICS Comm-Term ¶3")
def test_while_a_restriction_stands_its_record_is_kept() -> None:
    both = (Ended("1", CLOSED), Ended("2", None))
    record = Closed("NW-2026-0001", CLOSED, has_evidence=True, restrictions=both)
    assert [kind for kind, _ in due(record)] == ["restriction"]


def test_posts_kept_for_triage_run_out_together_with_their_month() -> None:
    found = datetime(2026, 11, 3, 12, tzinfo=UTC)
    clock = clock_of_triage(found, read_pack("spso").retention, LONDON)
    assert (clock.kind, clock.subject) == (Kept.TRIAGE, "2026-11")
    assert clock.due_at == datetime(2027, 12, 1, tzinfo=UTC)


MOMENTS = st.integers(0, 60 * 365).map(lambda days: CLOSED + timedelta(days=days))


@settings(deadline=None)
@given(MOMENTS, st.lists(MOMENTS))
def test_nothing_ever_runs_out_before_it_has_been_kept_so_long(
    closed_at: datetime, ends: list[datetime]
) -> None:
    rules = read_pack("wics").retention
    restrictions = tuple(Ended(str(number), at) for number, at in enumerate(ends))
    record = Closed("NW-2026-0001", closed_at, has_evidence=True, restrictions=restrictions)
    for clock in clocks_of(record, rules, LONDON):
        assert (clock.due_at - clock.since).days >= 364 * clock.period.months // 12
        assert clock.kind is Kept.RESTRICTION or all((clock.due_at - at).days >= 728 for at in ends)
