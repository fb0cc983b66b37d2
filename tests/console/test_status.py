"""The status page and the lines at the top: counts and states for those who look after this."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from casework.incidents import by_reference
from console.app import create_app
from console.desk import Desk
from console.health import Checked, Fact, Machine
from records.alert import Delivery
from records.database import transaction
from records.watching import CoverageGap, SourceWatch
from tests.console.cast import (
    COMMUNICATIONS,
    DIRECTOR,
    HR_OFFICER,
    IT_OFFICER,
    LINE_MANAGER,
    NAMED,
    Office,
)
from tests.console.conftest import Visit, sign_in

ALL_WELL = "All 2 places checked in the last 10 minutes."


def watch(office: Office, title: str, **changes: object) -> None:
    told: dict[str, object] = {
        "source": title,
        "first_watched_at": office.now - timedelta(days=9),
        "alive_at": office.now,
        "state": "watching",
        "sentence": "Watching.",
    }
    with transaction(office.database) as session:
        session.add(SourceWatch(**(told | changes)))  # type: ignore[arg-type]


def deliver(office: Office, reference: str, **changes: object) -> None:
    """Let what was sent about an incident have come to this instead."""
    with transaction(office.database) as session:
        incident = by_reference(session, reference)
        for one in session.exec(select(Delivery).where(Delivery.incident_id == incident.id)):
            for name, value in {"state": "sent", **changes}.items():
                setattr(one, name, value)
            session.add(one)


def minutes_ago(office: Office, minutes: int) -> datetime:
    return office.now - timedelta(minutes=minutes)


@pytest.mark.parametrize("path", ["/inbox", "/triage", "/status"])
def test_one_quiet_line_while_all_is_well(office: Office, visit: Visit, path: str) -> None:
    watch(office, "bluesky", alive_at=minutes_ago(office, 9))
    watch(office, "archive", alive_at=minutes_ago(office, 900), state="finished")
    page = visit(COMMUNICATIONS).get(path).text
    assert ALL_WELL in page
    assert "Something is not working" not in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"alive_at": 10},
            "has not been checked since 23 November 2026 at 9:20am. Whatever watches it is not",
        ),
        (
            {"alive_at": 300, "state": "needs attention", "sentence": "The key was refused."},
            "bluesky has not been checked since 23 November 2026 at 4:30am. The key was refused.",
        ),
        ({"trouble": "One server is silent."}, "A part of bluesky can"),
        ({"doubt": "Far less comes in."}, "bluesky answers, but it may be that not all is heard."),
    ],
)
def test_everybody_is_told_which_place_is_silent_and_since_when(
    office: Office, visit: Visit, changes: dict[str, object], words: str
) -> None:
    minutes = changes.pop("alive_at", None)
    if isinstance(minutes, int):
        changes = {**changes, "alive_at": minutes_ago(office, minutes)}
    watch(office, "bluesky", **changes)
    watch(office, "reddit")
    page = visit(LINE_MANAGER).get("/inbox").text
    assert words in page
    assert "1 of 2 places checked in the last 10 minutes." in page
    assert "Something is not working" in page


def test_a_place_that_is_set_and_was_never_checked_is_told_and_one_that_is_gone_is_not(
    office: Office,
) -> None:
    watch(office, "removed", alive_at=minutes_ago(office, 9000))
    watch(office, "bluesky")
    desk = office.desk()
    desk.places = ("bluesky", "reddit")
    with _browser(desk) as browser:
        sign_in(browser, office, LINE_MANAGER)
        page = browser.get("/inbox").text
    assert "reddit has not been checked yet." in page
    assert "removed" not in page


@pytest.mark.parametrize("path", ["/inbox", "/status"])
def test_alerts_that_do_not_go_out_are_told_to_those_who_look_after_this(
    office: Office, visit: Visit, path: str
) -> None:
    reference = office.open()
    deliver(
        office, reference, state="due", attempts=3, settled_at=None,
        created_at=minutes_ago(office, 6),
    )  # fmt: skip
    for staff_id in (COMMUNICATIONS, DIRECTOR, IT_OFFICER):
        page = visit(staff_id).get(path).text
        assert "Alerts by e-mail are not going out: 6 waiting since" in page
        assert reference not in page.split("Lists")[0]
    assert "not going out" not in visit(HR_OFFICER).get("/inbox").text


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "due", "settled_at": None},
        {"state": "failed", "error": "named since"},
        {"state": "spared"},
        {"state": "due", "settled_at": None, "standby": True, "created_at": None},
    ],
    ids=["just written", "held back since they were named", "not needed", "stands by"],
)
def test_what_needs_no_attention_of_a_sender_is_not_told(
    office: Office, visit: Visit, changes: dict[str, object]
) -> None:
    reference = office.open()
    if "created_at" in changes:
        changes = {**changes, "created_at": minutes_ago(office, 60)}
    deliver(office, reference, **changes)
    assert "Something is not working" not in visit(IT_OFFICER).get("/status").text


def test_what_waits_for_the_end_of_quiet_hours_is_not_late(office: Office, visit: Visit) -> None:
    reference = office.open()
    ends = office.now + timedelta(hours=3)
    deliver(
        office, reference, state="due", settled_at=None, next_try_at=ends,
        created_at=minutes_ago(office, 60),
    )  # fmt: skip
    page = visit(IT_OFFICER).get("/status").text
    assert "Waiting: 6." in page
    assert "Something is not working" not in page


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize("staff_id", [IT_OFFICER, COMMUNICATIONS])
def test_nothing_is_counted_of_an_incident_that_they_are_named_in(
    office: Office, visit: Visit, staff_id: str
) -> None:
    browser = visit(staff_id)
    before = browser.get("/status").text
    reference = office.open(staff_id=staff_id)
    office.add_exhibit(reference)
    deliver(office, reference, state="failed", error="550")
    assert browser.get("/status").text == before


@pytest.mark.parametrize("staff_id", [LINE_MANAGER, HR_OFFICER, NAMED])
def test_for_others_there_is_no_such_page(office: Office, visit: Visit, staff_id: str) -> None:
    browser = visit(staff_id)
    nowhere = browser.get("/nowhere")
    for method, path in (("GET", "/status"), ("POST", "/status/check")):
        answer = browser.request(method, path)
        assert (answer.status_code, answer.text) == (404, nowhere.text)


def test_it_holds_no_name_and_no_reference(office: Office, visit: Visit) -> None:
    reference = office.open()
    office.add_exhibit(reference)
    watch(office, "x", state="needs attention", alive_at=minutes_ago(office, 60))
    with transaction(office.database) as session:
        session.add(CoverageGap(source="x", began_at=office.now, reason="The key was refused."))
    page = visit(IT_OFFICER).get("/status").text
    for words in (reference, "MacLeod", "Baird", "bus", NAMED, "social.example"):
        assert words not in page
    for words in ("Sealed: 1", "Last delivered: on", "still not checked. The key was refused."):
        assert words in page


def test_everything_is_checked_at_a_press_and_at_most_twice_a_minute(office: Office) -> None:
    asked: list[int] = []

    def check() -> tuple[Checked, ...]:
        asked.append(1)
        return (Checked("keys"), Checked("channel email", "It refuses the password."))

    desk = office.desk()
    desk.machine = Machine(check=check, facts=lambda: (Fact("Version", "0.1.0"),))
    with _browser(desk) as browser:
        sign_in(browser, office, IT_OFFICER)
        page = browser.get("/status").text
        assert "0.1.0" in page
        assert "It refuses the password." not in page
        assert asked == []
        assert browser.get("/status/check").headers["location"] == "/status"
        assert asked == []
        for _ in range(2):
            assert browser.post("/status/check").headers["location"] == "/status"
        assert len(asked) == 1
        page = browser.get("/status").text
        assert "Checked on 23 November 2026 at 9:30am" in page
        assert page.index("It refuses the password.") < page.index(">keys<")
    assert [one.actor for one in office.trail("everything checked")] == [IT_OFFICER] * 2


def _browser(desk: Desk) -> TestClient:
    return TestClient(
        create_app(desk, refusals_take=0),
        base_url="http://127.0.0.1",
        headers={"sec-fetch-site": "same-origin"},
        follow_redirects=False,
    )
