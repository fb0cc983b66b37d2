"""The pages on which somebody asks to see a record in an emergency, and somebody else answers."""

import pytest
from starlette.testclient import TestClient

from alerts.errors import DeliveryError
from casework.incidents import by_reference
from records.database import reading, transaction
from records.emergency import EmergencyAccess
from tests.console.cast import (
    ALONGSIDE,
    COMMUNICATIONS,
    DIRECTOR,
    HEAD,
    HR_OFFICER,
    LEAVER,
    LINE_MANAGER,
    NAMED,
    STRANGER,
    Office,
)
from tests.console.conftest import Visit
from workflows.break_glass import tell

ASKED = {"why": "danger", "words": "She is on her way home and nobody answers."}
REFUSED = (NAMED, ALONGSIDE)
"""Named: though both are put on the list, nobody lets them in."""


def ask(browser: TestClient, reference: str, **changes: str) -> str:
    form = {"reference": reference, **ASKED, **changes}
    answer = browser.post("/break-glass/ask", data=form)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def test_two_people_open_a_record_for_a_day(office: Office, visit: Visit) -> None:
    reference = office.open()
    asks, decides = visit(STRANGER), visit(DIRECTOR)
    assert asks.get(f"/r/{reference}").status_code == 404
    assert ask(asks, reference.lower()) == "/break-glass?done=asked"
    assert asks.get(f"/r/{reference}").status_code == 404

    assert "Request 1" in decides.get("/break-glass").text
    page = decides.get("/break-glass/1").text
    assert "Isla Rennie" in page
    assert "Somebody may be in danger" in page
    assert ASKED["words"] in page
    assert decides.post("/break-glass/1/allow").headers["location"] == "/break-glass?done=allowed"

    assert reference in asks.get("/break-glass").text
    assert asks.get(f"/r/{reference}").status_code == 200
    assert asks.post(f"/r/{reference}/reveal").status_code == 200
    assert asks.post(f"/r/{reference}/seen").status_code == 404
    assert asks.post(f"/r/{reference}/said", data={"said": "worse"}).status_code == 404
    office.later(days=1)
    assert visit(STRANGER).get(f"/r/{reference}").status_code == 404


@pytest.mark.clause("SPSO 68")
def test_everybody_on_the_record_is_told_without_content(office: Office, visit: Visit) -> None:
    reference = office.open()
    ask(visit(STRANGER), reference)
    waits = office.mails[-1]
    assert {to.staff_id for to, subject, _ in office.mails if "asks" in subject} == {
        DIRECTOR,
        HEAD,
        COMMUNICATIONS,
    }
    assert reference not in waits[2]
    visit(DIRECTOR).post("/break-glass/1/allow")
    told = {to.staff_id: text for to, subject, text in office.mails if "was opened" in subject}
    assert set(told) == {LINE_MANAGER, HR_OFFICER, COMMUNICATIONS, LEAVER}
    for text in told.values():
        assert reference in text
        for word in ("Rennie", "MacLeod", "way home", "danger"):
            assert word not in text


def test_a_note_that_could_not_be_sent_is_sent_later(office: Office, visit: Visit) -> None:
    reference, decides = office.open(), visit(DIRECTOR)
    ask(visit(STRANGER), reference)
    office.mail_fault = DeliveryError("the server said no", permanent=False)
    decides.post("/break-glass/1/allow")
    with reading(office.database) as session:
        assert len(session.get_one(EmergencyAccess, 1).untold) == 4
    office.mail_fault = None
    desk = office.desk()
    sent = tell(desk.database, desk.roster, desk.send_note, desk.console_url, office.now)
    assert sent == 4
    assert tell(desk.database, desk.roster, desk.send_note, desk.console_url, office.now) == 0


def test_whoever_asks_learns_nothing_from_the_answer(office: Office, visit: Visit) -> None:
    reference = office.open()
    answers = set()
    for staff_id, asked in (
        (STRANGER, reference),
        (STRANGER, "NW-2026-0999"),
        (NAMED, reference),
        (LINE_MANAGER, reference),
    ):
        browser = visit(staff_id)
        page = browser.get(ask(browser, asked)).text
        answers.add(page.replace(office.desk().roster[staff_id].full_name, ""))
    assert len(answers) == 1
    assert office.count(EmergencyAccess) == 1


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize("named", REFUSED)
def test_nobody_who_is_named_gets_in_by_this_door(office: Office, visit: Visit, named: str) -> None:
    reference, browser = office.open(), visit(named)
    ask(browser, reference)
    assert office.trail("break-glass refused")[0].actor == named
    assert office.count(EmergencyAccess) == 0
    assert browser.get(f"/r/{reference}").status_code == 404


@pytest.mark.parametrize("other", [STRANGER, LINE_MANAGER, HR_OFFICER, NAMED, ALONGSIDE])
def test_nobody_else_sees_or_answers_a_request(office: Office, visit: Visit, other: str) -> None:
    ask(visit(STRANGER), office.open())
    browser = visit(other)
    assert "Request 1" not in browser.get("/break-glass").text
    assert browser.get("/break-glass/1").status_code == 404
    for answer in ("allow", "refuse"):
        assert browser.post(f"/break-glass/1/{answer}").status_code == 404
    with reading(office.database) as session:
        assert session.get_one(EmergencyAccess, 1).decided_at is None


def test_a_director_who_asks_cannot_agree_with_themselves(office: Office, visit: Visit) -> None:
    reference, director = office.open(), visit(DIRECTOR)
    ask(director, reference)
    assert director.post("/break-glass/1/allow").status_code == 404
    visit(COMMUNICATIONS).post("/break-glass/1/allow")
    assert director.get(f"/r/{reference}").status_code == 200


def test_whoever_declares_a_conflict_answers_no_more(office: Office, visit: Visit) -> None:
    reference = office.open()
    ask(visit(STRANGER), reference)
    with transaction(office.database) as session:
        incident = by_reference(session, reference)
        incident.conflicted = [DIRECTOR]
        session.add(incident)
    browser = visit(DIRECTOR)
    assert "Request 1" not in browser.get("/break-glass").text
    assert browser.post("/break-glass/1/allow").status_code == 404


def test_no_is_an_answer(office: Office, visit: Visit) -> None:
    reference, asks = office.open(), visit(STRANGER)
    ask(asks, reference)
    decides = visit(DIRECTOR)
    assert decides.post("/break-glass/1/refuse").headers["location"] == "/break-glass?done=refused"
    assert asks.get(f"/r/{reference}").status_code == 404
    assert decides.post("/break-glass/1/allow").status_code == 404


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"reference": "the one from yesterday"}, "Enter the reference"),
        ({"why": ""}, "Select why"),
        ({"why": "canary"}, "Select why"),
        ({"words": "  "}, "Say in a sentence"),
        ({"words": "x" * 1001}, "1000 characters or fewer"),
    ],
)
def test_a_form_with_gaps_comes_back_with_what_was_typed(
    office: Office, visit: Visit, changes: dict[str, str], fault: str
) -> None:
    reference = office.open()
    form = {"reference": reference, **ASKED, **changes}
    answer = visit(STRANGER).post("/break-glass/ask", data=form)
    assert answer.status_code == 400
    assert fault in answer.text
    assert "<title>Error: " in answer.text
    assert form["words"] in answer.text
    assert office.count(EmergencyAccess) == 0


def test_nobody_asks_again_and_again(office: Office, visit: Visit) -> None:
    browser = visit(STRANGER)
    for _ in range(3):
        ask(browser, "NW-2026-0999")
    form = {"reference": "NW-2026-0999", **ASKED}
    assert browser.post("/break-glass/ask", data=form).status_code == 429


def test_it_takes_proof_of_who_one_is(office: Office, visit: Visit) -> None:
    reference, asks, decides = office.open(), visit(STRANGER), visit(DIRECTOR)
    ask(asks, reference)
    office.later(minutes=6)
    assert decides.get("/break-glass/1").headers["location"] == (
        "/sign-in/again?back=/break-glass/1"
    )
    office.later(minutes=8)
    decides.get("/break-glass")
    office.later(minutes=2)
    assert "/sign-in/again" in decides.post("/break-glass/1/allow").headers["location"]
    assert asks.get("/break-glass/ask").headers["location"] == "/sign-in?back=/break-glass/ask"
    assert visit().get("/break-glass").headers["location"] == "/sign-in?back=/break-glass"


@pytest.mark.parametrize("path", ["/break-glass/1/allow", "/break-glass/1/refuse"])
def test_opening_the_address_of_a_button_presses_nothing(
    office: Office, visit: Visit, path: str
) -> None:
    ask(visit(STRANGER), office.open())
    assert visit(DIRECTOR).get(path).status_code == 405
    with reading(office.database) as session:
        assert session.get_one(EmergencyAccess, 1).decided_at is None


def test_words_that_do_harm_are_only_shown(office: Office, visit: Visit) -> None:
    bad = "<script>alert(1)</script>\u202e"
    ask(visit(STRANGER), office.open(), words=bad)
    page = visit(DIRECTOR).get("/break-glass/1").text
    assert "<script>alert" not in page
    assert "U+202E" in page


def test_who_was_let_in_and_why_stands_in_the_record(office: Office, visit: Visit) -> None:
    reference = office.open()
    ask(visit(STRANGER), reference)
    visit(DIRECTOR).post("/break-glass/1/allow")
    page = visit(LINE_MANAGER).get(f"/r/{reference}/timeline").text
    assert (
        "Isla Rennie, who is not on its list, was let in to look for 24 hours: somebody may be in"
        " danger"
    ) in page
    assert ASKED["words"] not in page
