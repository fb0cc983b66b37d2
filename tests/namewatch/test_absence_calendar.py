"""Calendars say who is away: whose event it is, and which whole days it takes."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from namewatch.absence_calendar import CalendarError, absences_in, fetch
from records.roster import Roster, StaffMember, roster_of
from records.working_time import WorkingHours

WEEK = WorkingHours.parse("Mon-Fri 09:00-17:00", ZoneInfo("Europe/London"))
TODAY = date(2026, 11, 24)
STAFF: Roster = roster_of(
    [
        StaffMember("s003", "Oonagh Delvine", email="oonagh@seo.example"),
        StaffMember("s004", "Priya Raghunathan", email="priya@seo.example"),
    ]
)
ALL_DAY = "DTSTART;VALUE=DATE:{}\nDTEND;VALUE=DATE:{}"
ZONED = "DTSTART;TZID=Europe/London:{}\nDTEND;TZID=Europe/London:{}"


def calendar(*events: str) -> bytes:
    body = "".join(
        f"BEGIN:VEVENT\nUID:{number}\nDTSTAMP:20261101T000000Z\n{event}\nEND:VEVENT\n"
        for number, event in enumerate(events)
    )
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{body}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def away(*events: str, staff_id: str | None = "s003") -> list[tuple[str, str, str]]:
    read = absences_in("c", calendar(*events), STAFF, WEEK, TODAY, staff_id=staff_id)
    return [(one.staff_id, str(one.away_from), str(one.until)) for one in read.absences]


@pytest.mark.parametrize(
    ("event", "days"),
    [
        (ALL_DAY.format("20261207", "20261212"), [("2026-12-07", "2026-12-11")]),
        ("DTSTART;VALUE=DATE:20261207", [("2026-12-07", "2026-12-07")]),
        (ZONED.format("20261207T090000", "20261207T170000"), [("2026-12-07", "2026-12-07")]),
        (ZONED.format("20261207T100000", "20261207T110000"), []),  # an hour is no absence
        (ZONED.format("20261207T120000", "20261209T120000"), [("2026-12-08", "2026-12-08")]),
        # In summer nine o'clock in London is eight in UTC.
        ("DTSTART:20270607T080000Z\nDTEND:20270607T160000Z", [("2027-06-07", "2027-06-07")]),
        ("DTSTART:20261207T080000Z\nDTEND:20261207T160000Z", []),
        ("DTSTART:20261207T090000Z\nDURATION:PT8H", [("2026-12-07", "2026-12-07")]),
        (  # Fridays, over the change of the clocks and but for one
            ZONED.format("20270312T090000", "20270312T170000")
            + "\nRRULE:FREQ=WEEKLY;UNTIL=20270409T235959Z"
            + "\nEXDATE;TZID=Europe/London:20270319T090000",
            [(day, day) for day in ("2027-03-12", "2027-03-26", "2027-04-02", "2027-04-09")],
        ),
        (ALL_DAY.format("20240101", "20240105"), []),  # long past
        (ALL_DAY.format("20261207", "20261208") + "\nSTATUS:CANCELLED", []),
        (ALL_DAY.format("20261207", "20261208") + "\nTRANSP:TRANSPARENT", []),
        (ALL_DAY.format("20261207", "20261208") + "\nX-MICROSOFT-CDO-BUSYSTATUS:BUSY", []),
        (
            ALL_DAY.format("20261207", "20261208") + "\nX-MICROSOFT-CDO-BUSYSTATUS:OOF",
            [("2026-12-07", "2026-12-07")],
        ),
    ],
)
def test_an_event_takes_the_days_whose_working_time_it_covers(
    event: str, days: list[tuple[str, str]]
) -> None:
    assert away(event) == [("s003", *span) for span in days]


def test_one_of_several_that_was_moved_counts_where_it_is_now() -> None:
    """Both events bear one UID; the second stands in for the first one's second day."""
    week = "UID:same\n" + ZONED.format("20261202T090000", "20261202T170000")
    moved = "UID:same\n" + ZONED.format("20261210T090000", "20261210T170000")
    content = (
        calendar(
            f"{week}\nRRULE:FREQ=WEEKLY;COUNT=3",
            f"{moved}\nRECURRENCE-ID;TZID=Europe/London:20261209T090000",
        )
        .replace(b"UID:0\r\n", b"")
        .replace(b"UID:1\r\n", b"")
    )
    read = absences_in("c", content, STAFF, WEEK, TODAY, staff_id="s003")
    assert [str(one.away_from) for one in read.absences] == [
        "2026-12-02",
        "2026-12-16",
        "2026-12-10",
    ]


@pytest.mark.parametrize(
    ("line", "who"),
    [
        ("SUMMARY:s003 annual leave", ["s003"]),
        ("SUMMARY:Leave\\, Oonagh Delvine", ["s003"]),
        ("SUMMARY:oonagh delvine", ["s003"]),
        ("ATTENDEE:mailto:Priya@SEO.example\nSUMMARY:out", ["s004"]),
        ("ORGANIZER:mailto:priya@seo.example\nSUMMARY:out", ["s004"]),
        ("ATTENDEE:mailto:a@x.example\nATTENDEE:mailto:priya@seo.example", ["s004"]),
        ("SUMMARY:s0031 annual leave", []),
        ("SUMMARY:Oonagh Delvinesson", []),
        ("SUMMARY:office closed", []),
    ],
)
def test_an_event_of_a_shared_calendar_says_whose_it_is(line: str, who: list[str]) -> None:
    event = f"{ALL_DAY.format('20261207', '20261208')}\n{line}"
    assert [one[0] for one in away(event, staff_id=None)] == who


def test_an_odd_event_is_counted_and_hides_nobody() -> None:
    events = ("DTSTART:tomorrow", "RRULE:FREQ=NEVER\n" + ALL_DAY.format("20261207", "20261208"))
    good = ALL_DAY.format("20261207", "20261208")
    read = absences_in("c", calendar(*events, good), STAFF, WEEK, TODAY, staff_id="s003")
    assert (len(read.absences), read.unmatched) == (1, 2)


def test_an_event_that_repeats_every_second_is_not_played_through() -> None:
    begins = ZONED.format("20200101T090000", "20200101T170000")
    assert away(f"{begins}\nRRULE:FREQ=SECONDLY") == []


@pytest.mark.parametrize("content", [b"", b"hello", b"<html>sign in</html>", b"\xff\xfe\x00"])
def test_what_is_no_calendar_is_a_fault_and_not_an_empty_one(content: bytes) -> None:
    with pytest.raises(CalendarError, match="no calendar"):
        absences_in("c", content, STAFF, WEEK, TODAY)


@pytest.mark.parametrize("address", ["http://127.0.0.1/x", "file:///etc/passwd", "ftp://x/y"])
def test_nothing_but_https_is_asked_and_the_address_is_never_told(address: str) -> None:
    with pytest.raises(CalendarError, match="must begin with https") as caught:
        fetch("calendar-1", address)
    assert address not in str(caught.value)
