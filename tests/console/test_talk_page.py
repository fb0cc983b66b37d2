"""Help for the talk in private: who, by when, in which words, with what support on offer."""

import pytest

from tests.console.cast import DIRECTOR, HR_OFFICER, LINE_MANAGER, NAMED, STRANGER, Office
from tests.console.conftest import Visit
from tests.console.filling import words_of


@pytest.mark.clause("SPSO 59")
@pytest.mark.clause("SPSO 61")
@pytest.mark.clause("WICS Named ¶4")
@pytest.mark.parametrize("policy", ["spso", "wics"])
def test_it_says_who_tells_them_by_when_and_what_is_on_offer(
    office: Office, request: pytest.FixtureRequest, policy: str
) -> None:
    office.policy = policy
    visit: Visit = request.getfixturevalue("visit")
    reference = office.open()
    page = words_of(visit(LINE_MANAGER).get(f"/r/{reference}/talk").text)
    assert "You are the one to tell them." in page
    assert "by 24 November 2026 at 5:00pm" in page
    assert "The employee assistance programme" in page
    assert ("The confidential support line" in page) is (policy == "spso")
    order = {
        "spso": "line manager, HR officer, communications and engagement manager, Director"
        " then the Ombudsman",
        "wics": "line manager, Director then the Chief Executive",
    }[policy]
    assert order in page
    police = {"spso": "They never have to decide it alone.", "wics": "the police are told about"}
    assert police[policy] in page


def test_it_leads_to_the_form_and_to_passing_it_on(office: Office, visit: Visit) -> None:
    reference = office.open()
    page = visit(LINE_MANAGER).get(f"/r/{reference}/talk").text
    assert f'href="/r/{reference}/steps/told-in-private"' in page
    assert f'href="/r/{reference}/pass-on"' in page
    assert "Fiona" not in page
    assert "You are the one" not in visit(HR_OFFICER).get(f"/r/{reference}/talk").text


def test_without_a_threat_nothing_is_said_of_the_police(office: Office, visit: Visit) -> None:
    reference = office.open(categories=("naming",), severity="medium")
    assert "police" not in visit(LINE_MANAGER).get(f"/r/{reference}/talk").text


@pytest.mark.parametrize("outsider", [STRANGER, NAMED, DIRECTOR])
def test_nobody_else_sees_it(office: Office, visit: Visit, outsider: str) -> None:
    reference = office.open()
    assert visit(outsider).get(f"/r/{reference}/talk").status_code == 404
