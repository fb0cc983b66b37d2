"""Whether a place was checked is never said more kindly than it is."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitors.status import State
from records.database import transaction
from records.watching import SourceWatch
from tests.databases import new_database
from workflows.places import Place, places

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
UNREACHED = "It can't be reached. Trying again."


def one_place(folder: Path, **row: object) -> Place:
    database = new_database(folder)
    told = {"source": "forum", "sentence": UNREACHED, "state": State.TRYING_AGAIN.value, **row}
    with transaction(database) as session:
        session.add(SourceWatch.model_validate(told))
        (found,) = places(session, ["forum"], NOW)
    database.dispose()
    return found


def test_a_place_that_never_answered_is_not_called_checked(tmp_path: Path) -> None:
    begun = NOW - timedelta(minutes=1)
    place = one_place(tmp_path, first_watched_at=begun, alive_at=begun)
    assert (place.well, place.since, place.why) == (False, None, UNREACHED)


def test_a_place_that_answered_a_minute_ago_was_checked(tmp_path: Path) -> None:
    begun, alive = NOW - timedelta(hours=1), NOW - timedelta(minutes=1)
    assert one_place(tmp_path, first_watched_at=begun, alive_at=alive).well
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    late = one_place(elsewhere, first_watched_at=begun, alive_at=NOW - timedelta(minutes=11))
    assert not late.well
