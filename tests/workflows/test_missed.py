"""What a source says it could not read back stands in the ledger as lost, and nothing twice."""

from collections import Counter
from datetime import timedelta

from monitors.source import Missed, Received
from records.post import Post
from tests.workflows.conftest import NOW, Office
from tests.workflows.test_coverage import AWAY, WATCHING, gaps, ledger

HOUR = timedelta(hours=1)
LOST = "can't be recovered"
WHY = "The server no longer had this time."


def missed(began: float, ended: float, why: str = WHY, cursor: str = "7") -> Missed:
    return Missed(NOW + began * HOUR, NOW + ended * HOUR, why, cursor)


def test_what_was_missed_is_a_gap_that_can_not_be_recovered(office: Office) -> None:
    office.watch.take("river", [missed(-3, -1)])
    assert gaps(office) == [(NOW - 3 * HOUR, NOW - HOUR, LOST, WHY)]
    assert office.watch.cursor("river") == "7"


def test_it_is_noted_together_with_the_posts_around_it(office: Office) -> None:
    post = Post(id="1", source="river", text="Good morning")
    office.watch.take("river", [missed(-3, -1), Received(post, b"{}", "8")])
    assert len(gaps(office)) == 1
    assert office.watch.cursor("river") == "8"


def test_it_is_cut_out_of_the_gap_that_was_to_be_read_back(office: Office) -> None:
    coverage = ledger(office, Counter())
    coverage.tell(WATCHING)
    coverage.tell(AWAY)
    office.wait(hours=10)
    coverage.tell(WATCHING)
    office.watch.take("river", [missed(2, 6)])
    assert [one[:3] for one in gaps(office)] == [
        (NOW, NOW + 2 * HOUR, "being read back"),
        (NOW + 2 * HOUR, NOW + 6 * HOUR, LOST),
        (NOW + 6 * HOUR, NOW + 10 * HOUR, "being read back"),
    ]


def test_said_again_it_is_the_same_gap_with_the_later_reason(office: Office) -> None:
    office.watch.take("river", [missed(-3, -1)])
    office.watch.take("river", [missed(-3, -1, "It was searched for the chosen words only.")])
    assert [one[3] for one in gaps(office)] == ["It was searched for the chosen words only."]


def test_the_gaps_of_other_sources_and_times_are_left_alone(office: Office) -> None:
    office.watch.take("river", [missed(-3, -2)])
    office.watch.take("lake", [missed(-3, -1)])
    office.watch.take("river", [missed(-2, -1)])
    assert len(gaps(office)) == 3
