"""Power cuts between finding and acknowledgement, at seeded moments: nothing is lost."""

from collections import Counter
from pathlib import Path

import pytest

from tests.faults.lives import RECIPIENTS, WAYS, begin_lives

KILLS = 25
"""`python -m benchmarks.kills` does the same five hundred times."""
SEED = 20261121


@pytest.mark.must("2")
@pytest.mark.must("kill")
@pytest.mark.timeout(900)
def test_after_many_kills_every_incident_is_there_once_and_everybody_has_been_told(
    tmp_path: Path,
) -> None:
    with begin_lives(tmp_path, KILLS, SEED) as lives:
        for _ in range(KILLS):
            lives.live()
        outcome = lives.go_on_to_the_end()
    assert lives.kills_under_way, "the seed should cut some alerts short"
    assert Counter(one.staff_id for one in outcome.incidents) == Counter(
        f"s{number:03d}" for number in range(100, 100 + KILLS)
    )
    year = outcome.incidents[0].opened_at.year
    assert [one.reference for one in outcome.incidents] == [
        f"NW-{year}-{number:04d}" for number in range(1, KILLS + 1)
    ]
    assert all(one.mention_count == 1 for one in outcome.incidents)
    assert outcome.exhibits == KILLS
    assert outcome.told == KILLS * RECIPIENTS * WAYS
    assert outcome.unmarked == 0, "whatever comes twice says so from the second time on"
    assert lives.acknowledged, "the seed should acknowledge some"
    assert outcome.acknowledged == lives.acknowledged
    acknowledged = {one.reference for one in outcome.incidents if one.state == "acknowledged"}
    assert acknowledged == lives.acknowledged
