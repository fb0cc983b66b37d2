"""The registers: what stands in them, for whom, and how they leave the house."""

import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from casework.incidents import by_reference
from casework.steps import Order, record_step
from records.audit import AuditEntry
from records.database import transaction
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
from tests.console.conftest import Visit

PAGES = ("", "/restrictions", "/platform-reports", "/sharing")
NOBODYS_BUSINESS = (HEAD, HR_OFFICER, LINE_MANAGER, NAMED, ALONGSIDE, STRANGER, IT_OFFICER, LEAVER)


def take(office: Office, reference: str, kind: str, actor: str, **typed: str) -> None:
    order = Order(kind, {name.replace("_", "-"): value for name, value in typed.items()}, actor)
    with transaction(office.database) as session:
        record_step(session, office.desk().office, reference, order, now=office.now)


def restricted(office: Office, **changes: object) -> str:
    """A record with a restriction, a report to a platform, and somebody told."""
    reference = office.open(**changes)
    office.add_exhibit(reference)
    manager = COMMUNICATIONS
    review = (office.now.date() + timedelta(days=90)).isoformat()
    today = office.now.date().isoformat()
    asked = (office.now.date() + timedelta(days=7)).isoformat()
    take(office, reference, "author", manager, type="public", represents="no")
    if changes.get("staff_id", NAMED) is None:
        acting = {"wishes": "nobody-named"}
    else:
        take(office, reference, "told-in-private", manager, by=LINE_MANAGER, how="phone",
             reminded="yes")  # fmt: skip
        take(office, reference, "wishes", manager, answer="no-view")
        acting = {"wishes": "no-view"}
    kind = office.desk().pack.restrictions.kinds[0].name
    take(
        office, reference, "restriction", manager,
        restriction=kind, evidence="1", adjustments="none-needed", why="=SUM(A1)\u202e",
        review_on=review, explained="explained", explained_on=today, timing_told="yes", **acting,
    )  # fmt: skip
    take(
        office, reference, "removal", manager, decision="seek", risk="low", why="It frightens",
        **acting,
    )  # fmt: skip
    take(
        office, reference, "platform-report", manager, asks="notice-only", platform="Bluesky",
        category="harassment", on=today, chase_on=asked, account="1", **acting,
    )  # fmt: skip
    take(
        office, reference, "shared", manager, to="another-body", whom="Harbour Board",
        what="=1+1 there is a restriction\u202e", why="They meet the author too",
    )  # fmt: skip
    return reference


@pytest.fixture(autouse=True)
def accounts(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The body has an account of its own to report from."""
    made = office.desk

    def with_account(**changes: object) -> object:
        desk = made(**changes)  # type: ignore[arg-type]
        desk.organisation = desk.organisation.model_copy(update={"accounts": ("@seo.example",)})
        return desk

    monkeypatch.setattr(office, "desk", with_account)


@pytest.mark.clause("SPSO 71")
@pytest.mark.parametrize("staff_id", NOBODYS_BUSINESS)
def test_whoever_keeps_no_register_gets_no_page_of_it(
    office: Office, visit: Visit, staff_id: str
) -> None:
    reference = restricted(office)
    browser = visit(staff_id)
    for page in PAGES:
        answer = browser.get(f"/registers{page}")
        assert answer.status_code == 404
        assert reference not in answer.text
    for page in PAGES[1:]:
        assert browser.post(f"/registers{page}/export").status_code == 404
    assert "/registers" not in browser.get("/inbox").text


def test_without_a_sign_in_there_is_only_the_way_to_it(visit: Visit) -> None:
    for page in PAGES:
        assert visit().get(f"/registers{page}").headers["location"].startswith("/sign-in")
    assert visit().post("/registers/sharing/export").headers["location"] == "/sign-in"
    custodian = visit(COMMUNICATIONS)
    assert custodian.get("/registers/people").status_code == 404
    assert custodian.get("/registers/sharing/export").headers["location"] == "/registers/sharing"


@pytest.mark.clause("SPSO 21")
@pytest.mark.clause("SPSO 23")
def test_a_restriction_stands_in_its_register_with_its_review_and_what_is_overdue(
    office: Office, visit: Visit
) -> None:
    reference = restricted(office)
    browser = visit(COMMUNICATIONS)
    page = browser.get("/registers/restrictions").text
    assert f'href="/r/{reference}"' in page
    assert "21 February 2027" in page
    assert "Overdue" not in page
    assert "=SUM" not in page
    office.later(days=100)
    assert "Overdue" in visit(COMMUNICATIONS).get("/registers/restrictions").text
    take(office, reference, "restriction-review", COMMUNICATIONS, restriction="1",
         outcome="ended", why="It is calm")  # fmt: skip
    page = visit(COMMUNICATIONS).get("/registers/restrictions").text
    assert "Overdue" not in page
    assert "Ended" in page


@pytest.mark.clause("SPSO 31.2")
def test_a_report_to_a_platform_stands_with_its_answer_and_when_to_ask_again(
    office: Office, visit: Visit
) -> None:
    reference = restricted(office)
    browser = visit(COMMUNICATIONS)
    page = browser.get("/registers/platform-reports").text
    assert reference in page
    assert "None yet" in page
    assert "30 November 2026" in page
    take(office, reference, "platform-answer", COMMUNICATIONS, report="1", outcome="refused",
         on=office.now.date().isoformat())  # fmt: skip
    page = browser.get("/registers/platform-reports").text
    assert "None yet" not in page
    assert "30 November 2026" not in page


@pytest.mark.clause("SPSO 66")
@pytest.mark.clause("SPSO 68")
def test_the_register_of_sharing_says_with_whom_and_why_and_that_reading_is_noted(
    office: Office, visit: Visit
) -> None:
    reference = restricted(office)
    page = visit(COMMUNICATIONS).get("/registers/sharing").text
    for words in ("Harbour Board", "They meet the author too", "U+202E"):
        assert words in page
    assert "\u202e" not in page
    (entry,) = office.trail("register read")
    assert (entry.reference, entry.actor) == (reference, COMMUNICATIONS)


@pytest.mark.clause("SPSO 68")
def test_a_record_that_one_may_not_see_is_neither_listed_nor_counted_nor_exported(
    office: Office, visit: Visit
) -> None:
    own = restricted(office)
    about_custodian = restricted(office, staff_id=None, alongside=())
    with transaction(office.database) as session:
        incident = by_reference(session, about_custodian)
        incident.conflicted = [COMMUNICATIONS]
        session.add(incident)
    with_both, with_one = restricted_pages(visit(COMMUNICATIONS)), {own}
    assert with_both == with_one
    browser = visit(COMMUNICATIONS)
    for page in PAGES[1:]:
        text = browser.post(f"/registers{page}/export").content.decode("utf-8-sig")
        assert own in text
        assert about_custodian not in text
    assert all(one.about["entries"] == 1 for one in office.trail("register exported"))
    deputy = restricted_pages(visit(DIRECTOR))
    assert deputy == {about_custodian}


def restricted_pages(browser: TestClient) -> set[str]:
    found: set[str] = set()
    for page in PAGES[1:]:
        text = browser.get(f"/registers{page}").text
        assert text.count('class="nw-entry"') == len(set(re.findall(r"/r/(NW-\d+-\d+)", text)))
        found |= set(re.findall(r"/r/(NW-\d+-\d+)", text))
    return found


def test_a_file_asks_who_one_is_once_more_and_holds_no_formula(
    office: Office, visit: Visit
) -> None:
    restricted(office)
    browser = visit(COMMUNICATIONS)
    office.later(minutes=6)
    answer = browser.post("/registers/sharing/export")
    assert answer.headers["location"] == "/sign-in/again?back=/registers/sharing"
    assert office.trail("register exported") == []
    file = visit(COMMUNICATIONS).post("/registers/sharing/export")
    assert file.status_code == 200
    disposition = 'attachment; filename="register-sharing.csv"'
    assert file.headers["content-disposition"] == disposition
    text = file.content.decode("utf-8-sig")
    assert "\"'=1+1 there is" in text
    assert '"=' not in text
    assert "\u202e" not in text
    (entry,) = office.trail("register exported")
    assert entry.about == {"register": "sharing", "entries": 1}


def test_more_records_than_a_page_holds_are_reached_by_a_link(
    office: Office, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casework.registers.extract.__kwdefaults__", {"before": "", "records": 1})
    first, second = restricted(office), restricted(office, staff_id=None, alongside=())
    browser = visit(COMMUNICATIONS)
    page = browser.get("/registers/restrictions").text
    assert (second in page, f"before={second}" in page) == (True, True)
    assert f"/r/{first}" not in page
    page = browser.get(f"/registers/restrictions?before={second}").text
    assert f"/r/{first}" in page
    assert "before=" not in page
    assert "There is nothing older" in browser.get(f"/registers/sharing?before={first}").text
    assert browser.get("/registers/sharing?before=NW-2020-0001").status_code == 404


def test_of_an_erased_record_the_register_keeps_codes_and_no_words(
    office: Office, visit: Visit
) -> None:
    reference = restricted(office)
    office.erase(reference)
    page = visit(COMMUNICATIONS).get("/registers/sharing").text
    assert reference in page
    assert "Harbour Board" not in page


def test_reading_changes_nothing_but_the_trail(office: Office, visit: Visit) -> None:
    restricted(office)
    browser = visit(COMMUNICATIONS)
    before = office.count(AuditEntry)
    browser.get("/registers/restrictions")
    assert office.count(AuditEntry) == before
