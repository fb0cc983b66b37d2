"""Those in charge hear that a place is not being watched, once, and when it is again."""

from datetime import timedelta

import pytest

from monitors.status import SourceStatus, State
from records.roster import StaffMember
from tests.workflows.conftest import COMMS, HR, NOW, Office
from workflows.alarm import SourceAlarm
from workflows.coverage import Coverage

WATCHING = SourceStatus("river", State.WATCHING, "Watching.", NOW)
AWAY = SourceStatus("river", State.TRYING_AGAIN, "It can't be reached. Trying again.", NOW)
Sent = list[tuple[str, str, str]]


class Post:
    """Takes notes, or fails as told."""

    def __init__(self) -> None:
        self.sent: Sent = []
        self.fails = False

    def __call__(self, to: StaffMember, subject: str, text: str) -> None:
        if self.fails:
            raise OSError("no route to secret words")
        self.sent.append((to.staff_id, subject, text))


def away(office: Office, reads_back: timedelta | None = timedelta(days=1)) -> Coverage:
    coverage = Coverage(office.services, {"river": reads_back}, lambda _: 0)
    coverage.tell(WATCHING)
    coverage.tell(AWAY)
    return coverage


def test_a_short_break_alarms_nobody(office: Office) -> None:
    post = Post()
    coverage = away(office)
    office.wait(minutes=4, seconds=59)
    assert SourceAlarm(office.services, post).look() == 0
    coverage.tell(WATCHING)
    office.wait(hours=1)
    assert SourceAlarm(office.services, post).look() == 0
    assert post.sent == []


@pytest.mark.parametrize(
    ("reads_back", "became"),
    [(timedelta(days=1), "has been read back"), (None, "can't be recovered")],
)
def test_a_long_break_is_told_once_and_so_is_its_end(
    office: Office, reads_back: timedelta | None, became: str
) -> None:
    post = Post()
    coverage = away(office, reads_back)
    alarm = SourceAlarm(office.services, post)
    office.wait(minutes=5)
    assert (alarm.look(), alarm.look()) == (1, 0)
    (first,) = post.sent
    assert first[0] == COMMS
    assert "since 10:00 on 23 November 2026" in first[2]
    assert AWAY.sentence in first[2]
    coverage.tell(WATCHING)
    office.wait(seconds=10)
    coverage.beat([SourceStatus("river", State.WATCHING, "", NOW, idle_at=office.time)])
    assert (alarm.look(), alarm.look()) == (1, 0)
    assert became in post.sent[1][2]


def test_a_subject_says_nothing_that_the_body_has_chosen(office: Office) -> None:
    post = Post()
    away(office)
    office.wait(minutes=5)
    SourceAlarm(office.services, post).look()
    assert "river" not in post.sent[0][1]


def test_whoever_is_named_in_the_settings_is_told_instead(office: Office) -> None:
    post = Post()
    away(office)
    office.wait(minutes=5)
    SourceAlarm(office.services, post, [HR, "s999"]).look()
    assert [one[0] for one in post.sent] == [HR]


def test_when_those_who_were_chosen_have_left_the_communications_manager_is_told(
    office: Office,
) -> None:
    post = Post()
    away(office)
    office.wait(minutes=5)
    SourceAlarm(office.services, post, ["s999"]).look()
    assert [one[0] for one in post.sent] == [COMMS]


def test_an_alarm_that_can_not_be_sent_is_sent_later(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    post = Post()
    away(office)
    office.wait(minutes=5)
    alarm = SourceAlarm(office.services, post)
    post.fails = True
    assert alarm.look() == 0
    assert "secret" not in caplog.text
    post.fails = False
    assert alarm.look() == 0, "not at once: a minute is left to whatever is wrong"
    monkeypatch.setattr("workflows.alarm.time.monotonic", lambda: float("inf"))
    assert alarm.look() == 1
