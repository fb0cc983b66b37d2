"""What has been kept long enough: decided by those who may, and erased by two of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from casework.erasures import LIVES, Wanted
from casework.holds import hold_on
from casework.incidents import by_reference
from casework.retention import run_clocks
from console.app import create_app
from evidence.storage import FolderStorage
from records.custody import CustodyEntry
from records.database import reading, transaction
from records.erasing import NOW, ErasureRequest
from records.incident import Incident
from records.record_key import RecordKey
from records.retention import RetentionClock, RetentionDecision
from tests.console.cast import (
    ALONGSIDE,
    COMMUNICATIONS,
    DIRECTOR,
    HEAD,
    HR_OFFICER,
    IT_OFFICER,
    LEAVER,
    LINE_MANAGER,
    NAMED,
    STRANGER,
    Office,
)
from tests.console.conftest import sign_in
from workflows.erase import Eraser
from workflows.erase_by_two import ask_to_erase

DUE = datetime(2028, 12, 1, 9, 30, tzinfo=UTC)
OTHERS = (HR_OFFICER, LINE_MANAGER, NAMED, ALONGSIDE, STRANGER, IT_OFFICER, LEAVER)


@dataclass
class Archive:
    """A console at the time when a record about Fiona MacLeod falls due."""

    office: Office
    app: object
    reference: str
    opened: list[TestClient]

    def visit(self, staff_id: str = "") -> TestClient:
        browser = TestClient(
            self.app,  # type: ignore[arg-type]
            base_url="http://127.0.0.1",
            headers={"sec-fetch-site": "same-origin"},
            follow_redirects=False,
        )
        self.opened.append(browser)
        if staff_id:
            sign_in(browser, self.office, staff_id)
        return browser

    @property
    def number(self) -> int:
        with reading(self.office.database) as session:
            clock = session.exec(
                select(RetentionClock).where(
                    RetentionClock.kind == "record", RetentionClock.subject == self.reference
                )
            ).one()
            assert clock.id
            return clock.id

    def request(self) -> ErasureRequest:
        with reading(self.office.database) as session:
            return session.exec(select(ErasureRequest)).one()

    def there(self) -> bool:
        with reading(self.office.database) as session:
            incident = by_reference(session, self.reference)
            return session.get_one(RecordKey, incident.key_id).wrapped is not None

    def ask(self, staff_id: str = COMMUNICATIONS) -> int:
        browser = self.visit(staff_id)
        answer = browser.post(f"/retention/{self.number}/erase", data={"sure": "yes"})
        assert answer.headers["location"] == "/retention?done=asked"
        number = self.request().id
        assert number
        return number


@pytest.fixture
def archive(office: Office, tmp_path: Path) -> Iterator[Archive]:
    reference = office.open()
    with transaction(office.database) as session:
        incident = session.exec(select(Incident)).one()
        incident.state, incident.closed_at = "closed", office.now
        session.add(incident)
    office.now = DUE
    with transaction(office.database) as session:
        run_clocks(session, office.desk().office, office.now)
    storage = FolderStorage(tmp_path / "evidence")
    eraser = Eraser.of(office.database, storage, tmp_path / "keys", tmp_path / "evidence")
    app = create_app(replace(office.desk(), storage=storage, eraser=eraser))
    made = Archive(office, app, reference, [])
    yield made
    for browser in made.opened:
        browser.close()


def addresses(number: int) -> tuple[str, ...]:
    own = f"/retention/{number}"
    return ("/retention", own, f"{own}/erase", f"{own}/keep", f"{own}/hold", "/retention/asked/1")


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize("staff_id", OTHERS)
def test_whoever_does_not_decide_sees_nothing_and_changes_nothing(
    archive: Archive, staff_id: str
) -> None:
    archive.ask()
    if staff_id == LEAVER:
        browser = archive.visit()
        assert browser.get("/retention").headers["location"].startswith("/sign-in")
        return
    browser = archive.visit(staff_id)
    for path in addresses(archive.number):
        answer = browser.get(path)
        assert (answer.status_code, archive.reference in answer.text) == (404, False), path
        everything = {"sure": "yes", "answer": "agree", "choice": "erase", "why": "court"}
        if path != "/retention":
            assert browser.post(path, data=everything).status_code == 404, path
    assert archive.there()
    assert archive.request().settled == ""


def test_without_a_sign_in_there_is_only_the_way_to_it(archive: Archive) -> None:
    for path in addresses(1):
        assert archive.visit().get(path).headers["location"].startswith("/sign-in")
        assert archive.visit().post(path).status_code in {303, 405}


def test_a_record_that_was_opened_again_since_is_not_for_erasing(archive: Archive) -> None:
    with transaction(archive.office.database) as session:
        incident = by_reference(session, archive.reference)
        incident.state, incident.closed_at = "open", None
        session.add(incident)
    browser = archive.visit(COMMUNICATIONS)
    assert archive.reference not in browser.get("/retention").text
    erasing = f"/retention/{archive.number}/erase"
    assert browser.post(erasing, data={"sure": "yes"}).status_code == 404
    assert archive.office.count(ErasureRequest) == 0


def test_looking_at_the_list_begins_no_clock(archive: Archive) -> None:
    with transaction(archive.office.database) as session:
        for clock in session.exec(select(RetentionClock)):
            session.delete(clock)
    assert archive.visit(COMMUNICATIONS).get("/retention").status_code == 200
    assert archive.office.count(RetentionClock) == 0


@pytest.mark.clause("SPSO 68")
def test_a_record_about_the_custodian_is_decided_by_others(archive: Archive) -> None:
    with transaction(archive.office.database) as session:
        incident = by_reference(session, archive.reference)
        incident.staff_id = COMMUNICATIONS
        session.add(incident)
    named = archive.visit(COMMUNICATIONS)
    page = named.get("/retention")
    assert (page.status_code, archive.reference in page.text) == (200, False)
    assert "Nothing waits for you." in page.text
    for path in addresses(archive.number)[1:]:
        assert named.get(path).status_code == 404
    assert archive.reference in archive.visit(DIRECTOR).get("/retention").text


@pytest.mark.clause("WICS Retention")
def test_what_is_due_is_listed_and_one_of_three_things_is_chosen(archive: Archive) -> None:
    browser = archive.visit(COMMUNICATIONS)
    page = browser.get("/retention").text
    assert f"A closed record: {archive.reference}" in page
    assert "23 November 2026, for 24 months" in page
    own = f"/retention/{archive.number}"
    assert "What is to be done with it?" in browser.get(own).text
    wrong = browser.post(own, data={"choice": "burn"})
    assert (wrong.status_code, "Choose what is to be done" in wrong.text) == (400, True)
    for choice in ("erase", "keep", "hold"):
        assert browser.post(own, data={"choice": choice}).headers["location"] == f"{own}/{choice}"
        assert browser.get(f"{own}/{choice}").status_code == 200


@pytest.mark.clause("WICS Retention")
def test_erasing_is_asked_for_by_one_and_done_when_another_agrees(archive: Archive) -> None:
    own = f"/retention/{archive.number}/erase"
    first = archive.visit(COMMUNICATIONS)
    unsure = first.post(own)
    assert (unsure.status_code, "Say that you have checked it" in unsure.text) == (400, True)
    before = len(archive.office.mails)
    number = archive.ask()
    told = archive.office.mails[before:]
    assert {to.staff_id for to, _, _ in told} == {DIRECTOR, HEAD}
    assert all(archive.reference not in subject + text for _, subject, text in told)
    twice = first.post(own, data={"sure": "yes"})
    assert (twice.status_code, "asked for this already" in twice.text) == (400, True)
    alone = first.post(f"/retention/asked/{number}", data={"answer": "agree"})
    assert (alone.status_code, "somebody else" in alone.text) == (400, True)
    assert archive.there()

    second = archive.visit(DIRECTOR)
    assert "asked on 1 December 2028" in second.get("/retention").text
    page = second.get(f"/retention/asked/{number}").text
    assert "Catriona Weir" in page
    assert "Fiona MacLeod" not in page
    unsaid = second.post(f"/retention/asked/{number}")
    assert (unsaid.status_code, "Choose whether it is erased" in unsaid.text) == (400, True)
    done = second.post(f"/retention/asked/{number}", data={"answer": "agree"})
    assert done.headers["location"] == "/retention?done=erased"
    assert not archive.there()
    page = second.get("/retention?done=erased").text
    assert "certificate of disposal" in page
    assert archive.reference not in page
    with reading(archive.office.database) as session:
        (made,) = session.exec(select(RetentionDecision)).all()
        assert (made.decision, made.actor) == ("erase", COMMUNICATIONS)
    (agreed,) = archive.office.trail("erasing agreed to")
    assert agreed.actor == DIRECTOR


def test_the_head_who_decides_nothing_else_may_be_the_second(archive: Archive) -> None:
    number = archive.ask()
    head = archive.visit(HEAD)
    assert f"/retention/asked/{number}" in head.get("/retention").text
    assert head.get(f"/retention/{archive.number}").status_code == 404
    head.post(f"/retention/asked/{number}", data={"answer": "agree"})
    assert not archive.there()


@pytest.mark.parametrize("staff_id", [COMMUNICATIONS, DIRECTOR])
def test_a_request_is_taken_back_or_refused_and_nothing_is_erased(
    archive: Archive, staff_id: str
) -> None:
    number = archive.ask()
    browser = archive.visit(staff_id)
    answer = browser.post(f"/retention/asked/{number}", data={"answer": "drop"})
    assert answer.headers["location"] == "/retention?done=dropped"
    assert archive.there()
    assert browser.post(f"/retention/asked/{number}", data={"answer": "agree"}).status_code == 404


def test_after_a_week_nobody_can_agree_any_more(archive: Archive) -> None:
    number = archive.ask()
    archive.office.now += LIVES
    browser = archive.visit(DIRECTOR)
    assert "Waiting for a second person" not in browser.get("/retention").text
    assert browser.post(f"/retention/asked/{number}", data={"answer": "agree"}).status_code == 404
    assert archive.there()


def test_what_is_asked_for_on_the_command_line_is_agreed_to_here(archive: Archive) -> None:
    office = archive.office
    before_its_time = Wanted(NOW, archive.reference, "asked-for")
    rules = office.desk().office
    asked = ask_to_erase(office.database, rules, before_its_time, actor=HR_OFFICER, now=office.now)
    browser = archive.visit(COMMUNICATIONS)
    page = browser.get(f"/retention/asked/{asked.number}").text
    assert "A record, before its time is over" in page
    assert "The person it is about asked for it" in page
    browser.post(f"/retention/asked/{asked.number}", data={"answer": "agree"})
    assert not archive.there()


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("page", ["{}/erase", "asked/1"])
def test_erasing_asks_who_one_is_once_more(archive: Archive, method: str, page: str) -> None:
    archive.ask()
    browser = archive.visit(DIRECTOR)
    archive.office.later(minutes=6)
    path = f"/retention/{page.format(archive.number)}"
    answer = browser.request(method, path, data={"sure": "yes", "answer": "agree"})
    assert answer.headers["location"] == f"/sign-in/again?back={path}"
    assert archive.there()
    assert archive.request().settled == ""


@pytest.mark.clause("WICS Retention")
def test_it_is_kept_until_a_day_with_a_reason_that_stands_sealed(archive: Archive) -> None:
    browser = archive.visit(COMMUNICATIONS)
    own = f"/retention/{archive.number}/keep"
    good = {"day": "31", "month": "5", "year": "2029", "why": "other", "words": "A tribunal sits"}
    for change, sentence in (
        ({"day": "32"}, "Enter a day"),
        ({"year": "2020"}, "Say a day that lies ahead"),
        ({"year": "2050"}, "not after 1 December 2030"),
        ({"why": ""}, "Choose why"),
        ({"why": "other", "words": " "}, "Say why, in your own words"),
    ):
        answer = browser.post(own, data=good | change)
        assert (answer.status_code, sentence in answer.text) == (400, True), sentence
        assert "<title>Error: Keep it longer" in answer.text
    assert 'value="2029"' in browser.post(own, data=good | {"why": ""}).text
    assert browser.post(own, data=good).headers["location"] == "/retention?done=kept"
    with reading(archive.office.database) as session:
        decision = session.exec(select(RetentionDecision)).one()
        assert decision.why.startswith("sealed:")
    assert "Nothing waits for you." in browser.get("/retention").text


@pytest.mark.clause("SPSO 63")
def test_a_hold_stops_the_question_and_is_noted_in_the_custody_log(archive: Archive) -> None:
    number = archive.ask()
    browser = archive.visit(COMMUNICATIONS)
    own = f"/retention/{archive.number}/hold"
    assert browser.post(own, data={"why": "over"}).status_code == 400
    assert browser.post(own, data={"why": "court"}).headers["location"] == "/retention?done=held"
    with reading(archive.office.database) as session:
        assert hold_on(session, by_reference(session, archive.reference))
        entry = session.exec(select(CustodyEntry)).all()[-1]
        assert (entry.act, entry.actor, entry.why) == ("held", COMMUNICATIONS, "court")
    assert "Under a legal hold" in browser.get("/retention").text
    second = archive.visit(DIRECTOR)
    stopped = second.post(f"/retention/asked/{number}", data={"answer": "agree"})
    assert (stopped.status_code, "A legal hold stands" in stopped.text) == (400, True)
    assert archive.there()


def test_before_its_time_there_is_nothing_to_decide(archive: Archive) -> None:
    archive.office.now = datetime(2028, 10, 20, 9, 30, tzinfo=UTC)
    browser = archive.visit(COMMUNICATIONS)
    assert "In the next 60 days" in browser.get("/retention").text
    own = f"/retention/{archive.number}"
    assert "not before" in browser.get(own).text
    early = browser.post(f"{own}/erase", data={"sure": "yes"})
    assert (early.status_code, "No decision is due here" in early.text) == (400, True)
    assert browser.get("/retention/99").status_code == 404
