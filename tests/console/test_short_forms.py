"""Close, open again, let somebody see it, declare a conflict: who may, and what is said first."""

import re

import pytest
from sqlmodel import select

from casework.list_changes import CONFLICT
from console.reason_forms import OWN_CONFLICT
from records.database import reading
from records.incident import Incident, IncidentAccess
from tests.console.cast import (
    ALONGSIDE,
    COMMUNICATIONS,
    DIRECTOR,
    HR_OFFICER,
    LEAVER,
    LINE_MANAGER,
    NAMED,
    STRANGER,
    Office,
)
from tests.console.conftest import Visit
from tests.console.filling import record, words_of


def incident(office: Office) -> Incident:
    with reading(office.database) as session:
        return session.exec(select(Incident)).one()


def listed(office: Office) -> set[str]:
    with reading(office.database) as session:
        return set(session.exec(select(IncidentAccess.staff_id)))


@pytest.mark.clause("SPSO 62")
@pytest.mark.clause("WICS Record-kinds")
def test_closing_says_what_is_missing_and_leads_to_it(office: Office, visit: Visit) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    page = browser.get(f"/r/{reference}/close").text
    assert f'href="/r/{reference}/steps/outcome"' in page
    assert 'type="submit" class="govuk-button nw-wide-button"' not in page
    forced = browser.post(f"/r/{reference}/close")
    assert forced.status_code == 400
    assert incident(office).state != "closed"


def test_a_whole_record_is_closed_and_opened_again(office: Office, visit: Visit) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    record(browser, reference, "outcome", outcome="no-action", because="duplicate")
    browser.post(f"/r/{reference}/close")
    assert incident(office).state == "closed"
    again = f"/r/{reference}/reopen"
    assert f'href="{again}"' in browser.get(f"/r/{reference}").text
    refused = browser.post(again)
    assert refused.status_code == 400
    assert 'href="#why"' in refused.text
    done = browser.post(again, data={"why": "more-found"})
    assert done.headers["location"] == f"/r/{reference}?done=reopen"
    assert "The record is open again." in browser.get(done.headers["location"]).text
    assert incident(office).state == "acknowledged"


def test_what_is_open_is_not_opened_again(office: Office, visit: Visit) -> None:
    reference = office.open()
    answer = visit(LINE_MANAGER).post(f"/r/{reference}/reopen", data={"why": "more-found"})
    assert answer.status_code == 400
    assert "It is not closed" in answer.text


@pytest.mark.clause("WICS Named ¶1")
@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize("policy", ["spso", "wics"])
def test_the_line_manager_lets_somebody_see_it_for_a_reason(
    office: Office, request: pytest.FixtureRequest, policy: str
) -> None:
    office.policy = policy
    visit: Visit = request.getfixturevalue("visit")
    reference = office.open()
    browser = visit(LINE_MANAGER)
    address = f"/r/{reference}/bring-in"
    page = browser.get(address).text
    offered = set(re.findall(r'<option value="(\w+)"', page))
    assert {DIRECTOR, STRANGER} <= offered
    assert not offered & {NAMED, ALONGSIDE, LINE_MANAGER, HR_OFFICER, LEAVER}
    assert "Nothing is sent to them" in words_of(page)
    assert browser.post(address, data={"who": DIRECTOR}).status_code == 400
    assert DIRECTOR not in listed(office)
    done = browser.post(address, data={"who": DIRECTOR, "why": "to-decide"})
    assert done.headers["location"] == f"/r/{reference}?done=bring-in"
    assert "They can open the record now." in browser.get(done.headers["location"]).text
    assert visit(DIRECTOR).get(f"/r/{reference}").status_code == 200


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize("chosen", [NAMED, ALONGSIDE, LEAVER, "s099", ""])
def test_nobody_named_and_no_stranger_is_let_in(office: Office, visit: Visit, chosen: str) -> None:
    reference = office.open()
    before = listed(office)
    answer = visit(LINE_MANAGER).post(
        f"/r/{reference}/bring-in", data={"who": chosen, "why": "advice"}
    )
    assert answer.status_code == 400
    assert listed(office) == before


@pytest.mark.clause("SPSO 68")
def test_only_the_custodian_and_the_line_manager_let_people_in(
    office: Office, visit: Visit
) -> None:
    reference = office.open()
    typed = {"who": STRANGER, "why": "advice"}
    hr = visit(HR_OFFICER)
    assert "bring-in" not in hr.get(f"/r/{reference}").text
    assert hr.get(f"/r/{reference}/bring-in").status_code == 404
    assert hr.post(f"/r/{reference}/bring-in", data=typed).status_code == 404
    assert STRANGER not in listed(office)
    keeper = visit(COMMUNICATIONS)
    assert keeper.post(f"/r/{reference}/bring-in", data=typed).status_code == 303
    assert STRANGER in listed(office)


@pytest.mark.clause("SPSO 42")
def test_a_conflict_says_what_follows_and_then_the_record_is_gone(
    office: Office, visit: Visit
) -> None:
    reference = office.open()
    browser = visit(HR_OFFICER)
    address = f"/r/{reference}/conflict"
    assert "From then on you can't open this record" in words_of(browser.get(address).text)
    assert browser.post(address).status_code == 400
    done = browser.post(address, data={"why": "close-to-named"})
    assert "It is recorded that you can't deal with this." in words_of(done.text)
    assert reference not in done.text
    assert browser.get(f"/r/{reference}").status_code == 404
    assert incident(office).conflicted == [HR_OFFICER]


def test_every_reason_for_a_conflict_is_said_in_the_first_person() -> None:
    assert list(OWN_CONFLICT) == list(CONFLICT)


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize("name", ["close", "reopen", "bring-in", "conflict", "pass-on"])
def test_everybody_else_is_answered_as_if_there_were_no_record(
    office: Office, visit: Visit, name: str
) -> None:
    reference = office.open()
    for outsider in (STRANGER, NAMED, ALONGSIDE):
        browser = visit(outsider)
        for asked in (reference, "NW-2026-0999"):
            assert browser.get(f"/r/{asked}/{name}").status_code == 404
            sent = browser.post(f"/r/{asked}/{name}", data={"why": "involved"})
            assert sent.status_code == 404
    away = visit().post(f"/r/{reference}/{name}", data={"why": "involved"})
    assert away.headers["location"] == f"/sign-in?r={reference}"


@pytest.mark.clause("SPSO 68")
def test_who_is_named_is_not_even_offered(office: Office, visit: Visit) -> None:
    reference = office.open(staff_id=STRANGER)
    keeper = visit(COMMUNICATIONS)
    page = keeper.get(f"/r/{reference}/bring-in").text
    assert f'<option value="{DIRECTOR}"' in page
    assert f'<option value="{STRANGER}"' not in page
    sent = keeper.post(f"/r/{reference}/bring-in", data={"who": STRANGER, "why": "advice"})
    assert sent.status_code == 400
    assert STRANGER not in listed(office)
