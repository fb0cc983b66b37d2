"""Quiet hours: what waits until the morning, over nights and changes of the clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from alerts.quiet import not_before
from policies.pack import Pack
from policies.pack_file import read_pack
from records.finding import Category
from records.organisation import Organisation
from tests.alerts.cast import organisation

BOTH = pytest.mark.parametrize("pack", [read_pack("spso"), read_pack("wics")], ids=["spso", "wics"])
LONDON = ZoneInfo("Europe/London")


def body(hours: str = "20:00-07:30") -> Organisation:
    return organisation().model_copy(update={"quiet_hours": hours})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@BOTH
@pytest.mark.parametrize(
    ("hours", "now", "then"),
    [
        ("20:00-07:30", "2026-11-24 19:59", "2026-11-24 19:59"),
        ("20:00-07:30", "2026-11-24 20:00", "2026-11-25 07:30"),
        ("20:00-07:30", "2026-11-25 03:00", "2026-11-25 07:30"),
        ("20:00-07:30", "2026-11-25 07:30", "2026-11-25 07:30"),
        ("12:00-13:00", "2026-11-25 12:30", "2026-11-25 13:00"),
        ("20:00-07:30", "2026-10-24 22:00", "2026-10-25 07:30"),  # the clocks go back
        ("20:00-07:30", "2027-03-27 22:00", "2027-03-28 07:30"),  # and forward
        ("", "2026-11-25 03:00", "2026-11-25 03:00"),
    ],
)
def test_a_naming_waits_until_quiet_hours_end(pack: Pack, hours: str, now: str, then: str) -> None:
    assert not_before(pack, body(hours), "medium", ["naming"], at(now)) == at(then)


@BOTH
@pytest.mark.clause("SPSO 24")
@pytest.mark.clause("WICS Active ¶2")
@pytest.mark.parametrize("other", [one for one in Category if one != Category.NAMING])
def test_nothing_but_a_naming_waits_and_a_threat_never(pack: Pack, other: Category) -> None:
    night = at("2026-11-25 03:00")
    assert not_before(pack, body(), "medium", [other], night) == night
    assert not_before(pack, body(), "medium", ["naming", other], night) == night


@BOTH
@pytest.mark.clause("SPSO 24")
@pytest.mark.parametrize("severity", ["high", "critical"])
def test_what_is_grave_never_waits(pack: Pack, severity: str) -> None:
    night = at("2026-11-25 03:00")
    assert not_before(pack, body(), severity, ["naming"], night) == night


def test_without_any_category_nothing_waits() -> None:
    night = at("2026-11-25 03:00")
    assert not_before(read_pack("spso"), body(), "low", [], night) == night


@pytest.mark.parametrize("text", ["20:00", "20:00-20:00", "8pm-7am", "20:00-07:30-09:00"])
def test_unreadable_quiet_hours_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="quiet hours"):
        Organisation(name="Body", policy="spso", quiet_hours=text)
