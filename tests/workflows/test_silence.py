"""A source that answers and yet brings too little, a missing canary, and parts that are deaf."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from monitors.source import Received
from monitors.status import SourceStatus, State
from nlp.screening import Screener
from records.database import reading, transaction
from records.incident import Mention
from records.post import Post
from records.roster import Roster, StaffMember
from records.watching import CoverageGap, SourceHour, SourceWatch
from tests.workflows.conftest import BODY, NOW, STAFF, Office
from workflows.alarm import SourceAlarm
from workflows.coverage import Coverage
from workflows.silence import Canary

WATCHING = SourceStatus("river", State.WATCHING, "Watching.", NOW)
CANARY = Canary("canary", frozenset({"river"}), timedelta(hours=26))
INVENTED = StaffMember("canary", "Quentina Zephyrstone")
TODAY = NOW.date()


class Letters:
    """Takes what is sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def __call__(self, _to: StaffMember, subject: str, text: str) -> None:
        self.sent.append((subject, text))


@pytest.fixture
def letters() -> Letters:
    return Letters()


def coverage_of(office: Office, canary: Canary | None = None) -> Coverage:
    return Coverage(office.services, {"river": timedelta(days=1)}, lambda _: 0, canary)


def row(office: Office) -> SourceWatch:
    with reading(office.services.database) as session:
        return session.exec(select(SourceWatch)).one()


def test_what_comes_in_is_counted_by_the_hour(office: Office) -> None:
    coverage = coverage_of(office)
    coverage.beat([replace(WATCHING, received=3)])
    office.wait(seconds=5)
    coverage.beat([replace(WATCHING, received=10)])
    office.wait(hours=1)
    coverage.beat([replace(WATCHING, received=11)])
    with reading(office.services.database) as session:
        hours = session.exec(select(SourceHour)).all()
        assert [(one.began_at, one.posts) for one in hours] == [
            (NOW, 10),
            (NOW + timedelta(hours=1), 1),
        ]
        # An hour's pause between beats is not an hour of watching.
        assert [one.watched_seconds for one in hours] == [5, 15]


def test_what_a_failed_beat_did_not_keep_is_counted_by_the_next(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    coverage = coverage_of(office)
    with monkeypatch.context() as broken:
        broken.setattr("workflows.coverage.note_hour", _fails)
        with pytest.raises(OSError, match="disk"):
            coverage.beat([replace(WATCHING, received=7)])
    coverage.beat([replace(WATCHING, received=8)])
    assert row(office).posts == 8


def _fails(*_: object, **__: object) -> None:
    raise OSError("the disk is full")


@pytest.mark.must("9")
def test_a_source_that_goes_deaf_is_told_of_once_and_the_doubt_goes(
    office: Office, letters: Letters
) -> None:
    with_hours(office, usual=100, last=2)
    coverage = coverage_of(office)
    alarm = SourceAlarm(office.services, letters)
    coverage.beat([WATCHING])
    assert row(office).doubt.startswith("In the last hour 2 posts came in")
    assert (alarm.look(), alarm.look()) == (1, 0)
    ((subject, text),) = letters.sent
    assert subject == "namewatch: a place may not be heard"
    assert "“river” answers" in text
    assert "In the last hour 2 posts" in text
    with_hours(office, usual=100, last=100)
    office.wait(hours=1)
    coverage.beat([WATCHING])
    assert row(office).doubt == ""
    assert alarm.look() == 1
    assert len(letters.sent) == 1  # the end of a doubt needs no letter


def with_hours(office: Office, *, usual: int, last: int) -> None:
    """Fourteen watched days of `usual` posts an hour, the last full hour having had `last`."""
    full = office.time.replace(minute=0, second=0, microsecond=0)
    with transaction(office.services.database) as session:
        for hour in range(1, 14 * 24):
            at = full - timedelta(hours=hour)
            kept = session.get(SourceHour, ("river", at)) or SourceHour(source="river", began_at=at)
            kept.posts, kept.watched_seconds = (last if hour == 1 else usual), 3600
            session.add(kept)


def test_a_missing_canary_is_told_of_once(office: Office, letters: Letters) -> None:
    coverage = coverage_of(office, CANARY)
    alarm = SourceAlarm(office.services, letters)
    coverage.beat([WATCHING])
    office.wait(hours=26)
    coverage.beat([WATCHING])
    assert alarm.look() == 0
    office.wait(hours=1)
    coverage.beat([WATCHING])
    assert (alarm.look(), alarm.look()) == (1, 0)
    assert "The canary post has not been found for 27 hours." in letters.sent[0][1]


def test_a_restart_does_not_give_the_canary_more_time(office: Office) -> None:
    coverage_of(office, CANARY).beat([WATCHING])
    office.wait(hours=27)
    coverage_of(office, CANARY).beat([WATCHING])
    assert "canary" in row(office).doubt


def test_a_canary_is_expected_only_where_it_is_posted(office: Office) -> None:
    elsewhere = replace(CANARY, sources=frozenset({"hill"}))
    coverage = coverage_of(office, elsewhere)
    coverage.beat([WATCHING])
    office.wait(hours=100)
    coverage.beat([WATCHING])
    assert row(office).doubt == ""


@pytest.fixture
def watched(office: Office) -> Office:
    """An office that watches somebody invented beside its staff."""
    members = {one.staff_id: one for one in (*STAFF, INVENTED)}
    screener = Screener(BODY, Roster(members), office.services.pack, today=TODAY)
    office.watch = replace(office.watch, screen=screener.screen, canary="canary")
    return office


def take(office: Office, text: str) -> None:
    post = Post(id=f"p{len(text)}", source="river", text=text)
    office.watch.take("river", [Received(post, b"{}", "1")])


def mentions(office: Office) -> list[Mention]:
    with reading(office.services.database) as session:
        return list(session.exec(select(Mention)).all())


def test_a_canary_that_is_found_ends_the_doubt_and_alerts_nobody(watched: Office) -> None:
    coverage = coverage_of(watched, CANARY)
    coverage.beat([WATCHING])
    watched.wait(hours=27)
    coverage.beat([WATCHING])
    assert row(watched).doubt
    take(watched, "Quentina Zephyrstone of the Scottish Lighthouse Ombudsman is on duty today")
    coverage.beat([WATCHING])
    assert row(watched).doubt == ""
    assert row(watched).canary_at == watched.time
    assert mentions(watched) == []
    assert watched.engine.enqueued == []


def test_a_post_that_names_somebody_real_beside_the_canary_alerts(watched: Office) -> None:
    coverage_of(watched, CANARY).beat([WATCHING])
    take(
        watched,
        "I'm going to kill Fenella Auchterbrae and Quentina Zephyrstone of the Scottish Lighthouse"
        " Ombudsman",
    )
    assert {one for mention in mentions(watched) for one in mention.staff_ids} == {"s006"}
    assert watched.engine.enqueued


def test_a_threat_is_never_taken_for_the_canary_post(watched: Office) -> None:
    coverage_of(watched, CANARY).beat([WATCHING])
    take(watched, "Quentina Zephyrstone of the Scottish Lighthouse Ombudsman, I'll kill you")
    assert row(watched).canary_at == NOW
    (mention,) = mentions(watched)
    assert mention.disposition == "alert"
    assert mention.staff_ids == []


def test_a_part_that_cannot_be_read_is_a_gap_while_the_rest_goes_on(
    office: Office, letters: Letters
) -> None:
    coverage = coverage_of(office)
    coverage.beat([WATCHING])
    coverage.beat([replace(WATCHING, trouble="1 of 3 feeds can't be read.")])
    office.wait(minutes=10)
    coverage.tell(WATCHING)  # the source as a whole goes on, which does not end the part's gap
    coverage.beat([replace(WATCHING, trouble="2 of 3 feeds can't be read.")])
    (gap,) = _gaps(office)
    assert (gap.state, gap.part, gap.reason) == ("open", True, "1 of 3 feeds can't be read.")
    SourceAlarm(office.services, letters).look()
    assert letters.sent[0][1].startswith("A part of the place “river” has not been watched since")
    coverage.beat([WATCHING])
    (gap,) = _gaps(office)
    assert (gap.state, gap.part, gap.ended_at) == ("being read back", True, office.time)


def _gaps(office: Office) -> list[CoverageGap]:
    with reading(office.services.database) as session:
        return list(session.exec(select(CoverageGap)).all())


@pytest.mark.must("clock")
@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(days=-400)])
def test_a_clock_that_jumps_makes_no_false_gap_and_stops_nothing(
    office: Office, jump: timedelta
) -> None:
    coverage = coverage_of(office, CANARY)
    coverage.beat([replace(WATCHING, received=5)])
    office.time += jump
    coverage.beat([replace(WATCHING, received=6)])
    office.wait(seconds=5)
    coverage.tell(replace(WATCHING, state=State.TRYING_AGAIN))
    office.wait(seconds=5)
    coverage.tell(WATCHING)
    coverage.beat([replace(WATCHING, received=9)])
    assert row(office).posts == 9
    for gap in _gaps(office):
        assert gap.ended_at is not None
        assert timedelta(0) <= gap.ended_at - gap.began_at <= timedelta(seconds=10)
