"""Triage: one finding at a time, covered until asked, answered and straight to the next."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from records.database import transaction
from records.incident import Mention
from tests.console.cast import REVEAL
from tests.console.triage_office import DOUBTFUL, TriageOffice
from tests.workflows.conftest import ALICE, BOB, COMMS, DIRECTOR, HEAD, HR, MANAGER

YES = {"said": "ours", "who": ALICE}
ROUTES = [
    ("GET", "/triage"),
    ("GET", "/triage/1"),
    ("POST", "/triage/1"),
    ("POST", "/triage/1/reveal"),
    ("POST", "/triage/1/undo"),
]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[TriageOffice]:
    made = TriageOffice(tmp_path)
    yield made
    made.work.services.database.dispose()


def go(browser: TestClient, method: str, path: str) -> tuple[int, str, str]:
    answer = browser.request(method, path, data={} if method == "POST" else None)
    return answer.status_code, answer.headers.get("location", ""), answer.text


def test_for_everybody_but_whoever_does_triage_there_is_no_such_page(office: TriageOffice) -> None:
    office.work.see(DOUBTFUL)
    for staff_id in (ALICE, MANAGER, HR, BOB, HEAD):
        browser = office.visit(staff_id)
        nowhere = go(browser, "GET", "/nowhere")
        for method, path in ROUTES:
            assert go(browser, method, path) == nowhere, (staff_id, method, path)
    assert office.trail("finding viewed") == []
    assert office.work.incidents() == []


def test_without_a_sign_in_there_is_only_the_door(office: TriageOffice) -> None:
    office.work.see(DOUBTFUL)
    for method, path in ROUTES:
        status, location, _ = go(office.visit(), method, path)
        assert status == 303
        assert location.startswith("/sign-in")


@pytest.mark.clause("SPSO 68")
@pytest.mark.clause("SPSO 71")
def test_whoever_may_be_meant_finds_no_trace_of_it_and_the_deputy_answers(
    office: TriageOffice,
) -> None:
    browser = office.visit(COMMS)
    before = [go(browser, "GET", one) for one in ("/triage", "/inbox", "/triage/1", "/status")]
    office.work.see("Devika Ramanujpal was on the ferry.")
    after = [go(browser, "GET", one) for one in ("/triage", "/inbox", "/triage/1", "/status")]
    assert after == before
    for method, path in ROUTES[2:]:
        assert go(browser, method, path)[0] == 404
    deputy = office.visit(DIRECTOR)
    assert "1 finding waits for your answer" in deputy.get("/triage").text
    assert deputy.post("/triage/1", data={"said": "ours", "who": COMMS}).status_code == 303
    office.work.send_all()
    assert COMMS not in office.work.told()


def test_where_all_who_usually_look_may_be_meant_the_inbox_leads_the_head_there(
    office: TriageOffice,
) -> None:
    office.work.see("Devika Ramanujpal and Lachlan Quillandrie were on the ferry.")
    browser = office.visit(HEAD)
    assert 'href="/triage"' in browser.get("/inbox").text
    assert browser.get("/triage").status_code == 200
    assert browser.get("/triage/1").status_code == 200


@pytest.mark.clause("SPSO 64")
def test_the_words_stay_covered_until_a_press_that_is_noted(office: TriageOffice) -> None:
    office.work.see(DOUBTFUL, url="https://social.example/1")
    browser = office.visit(COMMS)
    for path in ("/triage", "/triage/1", "/triage/1?done=undone"):
        page = browser.get(path).text
        assert "ferry" not in page
        assert "social.example" not in page
    covered = browser.get("/triage/1").text
    assert REVEAL in covered
    assert "Fenella Auchterbrae" in covered
    assert "Finding 1 \u2013 namewatch" in covered
    assert office.trail("post revealed") == []
    assert "ferry" in browser.post("/triage/1/reveal").text
    assert [one.actor for one in office.trail("post revealed")] == [COMMS]


def test_a_link_that_a_scanner_opens_reveals_and_answers_nothing(office: TriageOffice) -> None:
    office.work.see(DOUBTFUL)
    browser = office.visit(COMMS)
    for step in ("reveal", "undo"):
        assert browser.get(f"/triage/1/{step}").headers["location"] == "/triage/1"
    assert browser.get("/triage/1/else").status_code == 404
    for strange in ("x", "0x1", "1e3", "-1", "\u0663", "9" * 40, "2"):
        assert browser.get(f"/triage/{strange}").status_code == 404
    assert office.trail("post revealed") == []
    assert office.work.incidents() == []


@pytest.mark.clause("SPSO 67.1")
def test_yes_opens_an_incident_tells_people_and_leads_to_the_next(office: TriageOffice) -> None:
    office.work.see(DOUBTFUL)
    office.work.see(f"{DOUBTFUL} Again.")
    browser = office.visit(COMMS)
    answer = browser.post("/triage/1", data=YES)
    assert answer.headers["location"] == "/triage/2?done=ours"
    assert "the incident is open" in browser.get("/triage/2?done=ours").text
    office.work.send_all()
    assert office.work.told() == sorted([MANAGER, COMMS, HR])
    assert browser.post("/triage/2", data=YES).headers["location"] == "/triage?done=ours"
    (incident,) = office.work.incidents()
    assert (incident.staff_id, incident.mention_count) == (ALICE, 2)
    assert "Nothing waits for your answer" in browser.get("/triage").text


def test_another_kind_and_somebody_else_on_the_staff_can_be_chosen(office: TriageOffice) -> None:
    office.work.see(DOUBTFUL)
    form = {"said": "ours", "other": BOB, "kind": "threat"}
    assert office.visit(COMMS).post("/triage/1", data=form).status_code == 303
    (incident,) = office.work.incidents()
    assert (incident.staff_id, incident.alongside) == (BOB, [ALICE])
    assert (incident.severity, incident.categories) == ("critical", ["threat"])


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "Choose one of the answers"),
        ({"said": "perhaps"}, "Choose one of the answers"),
        ({"said": "ours"}, "Say who is meant"),
        ({"said": "ours", "who": BOB}, "Choose people from the list"),
        ({"said": "ours", "who": ALICE, "other": "s999"}, "Choose people from the list"),
        ({"said": "ours", "who": ALICE, "kind": "weather"}, "Choose one of the kinds"),
    ],
)
def test_a_form_that_can_not_be_kept_comes_back_as_it_was(
    office: TriageOffice, form: dict[str, str], words: str
) -> None:
    office.work.see(DOUBTFUL)
    answer = office.visit(COMMS).post("/triage/1", data=form)
    assert answer.status_code == 400
    assert "<title>Error: Finding 1" in answer.text
    assert words in answer.text
    ticked = [one for one in form.values() if f'value="{one}" checked' in answer.text]
    assert len(ticked) == sum(one in {"ours", ALICE} for one in form.values())
    assert office.work.incidents() == []


def test_what_was_answered_meanwhile_is_said_and_nothing_is_done_twice(
    office: TriageOffice,
) -> None:
    office.work.see(DOUBTFUL)
    browser = office.visit(COMMS)
    browser.post("/triage/1", data=YES)
    for method, path in ROUTES[1:4]:
        answer = browser.request(method, path, data=YES if method == "POST" else None)
        assert answer.headers["location"] == "/triage?done=meanwhile"
    assert "answered that one meanwhile" in browser.get("/triage?done=meanwhile").text
    assert len(office.work.incidents()) == 1


def test_an_answer_can_be_taken_back_for_a_while(office: TriageOffice) -> None:
    office.work.see(DOUBTFUL)
    browser = office.visit(COMMS)
    browser.post("/triage/1", data={"said": "nothing"})
    assert "Take it back" in browser.get("/triage").text
    assert browser.post("/triage/1/undo").headers["location"] == "/triage/1?done=undone"
    assert browser.get("/triage/1").status_code == 200
    browser.post("/triage/1", data={"said": "nothing"})
    office.later(minutes=10)
    assert "Take it back" not in browser.get("/triage").text
    assert browser.post("/triage/1/undo").status_code == 404


def test_not_sure_is_for_the_deputy_who_is_told_so(office: TriageOffice) -> None:
    office.work.see(DOUBTFUL)
    office.visit(COMMS).post("/triage/1", data={"said": "not-sure"})
    deputy = office.visit(DIRECTOR)
    assert "Passed on to you" in deputy.get("/triage").text
    assert "was not sure" in deputy.get("/triage/1").text


def test_what_a_sweep_found_says_that_it_may_be_old(office: TriageOffice) -> None:
    office.work.see(DOUBTFUL)
    with transaction(office.work.services.database) as session:
        session.get_one(Mention, 1).swept_at = office.work.time
    assert "A sweep found it" in office.visit(COMMS).get("/triage/1").text


def test_while_the_engine_starts_no_incident_is_opened_and_nothing_is_lost(
    office: TriageOffice,
) -> None:
    office.work.see(DOUBTFUL)
    browser = office.visit(COMMS, office.desk(joining=None))
    assert browser.post("/triage/1", data=YES).status_code == 503
    assert browser.get("/triage/1").status_code == 200
    assert office.work.incidents() == []


def test_a_form_of_another_site_answers_nothing(office: TriageOffice) -> None:
    office.work.see(DOUBTFUL)
    browser = office.visit(COMMS)
    foreign = {"sec-fetch-site": "cross-site"}
    assert browser.post("/triage/1", data=YES, headers=foreign).status_code == 403
    assert office.work.incidents() == []
