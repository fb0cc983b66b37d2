"""The buttons that put a finding right: who may press them, what is kept, and what stays."""

import pytest
from sqlmodel import select

from casework import verdicts
from records.database import reading
from records.example import Example, VerdictKind
from records.finding import Category, Concern, Finding
from records.incident import Incident
from records.verdict import Verdict
from tests.console.cast import (
    ALONGSIDE,
    HR_OFFICER,
    LINE_MANAGER,
    NAMED,
    STRANGER,
    THE_FINDING,
    THE_POST,
    Office,
)
from tests.console.conftest import Visit

BUTTONS = {
    "someone-else": "It is somebody else with this name",
    "not-about-work": "It is not about their work",
    "not-abusive": "It is not abusive",
    "worse": "It is worse than you say",
}


def examples(office: Office) -> tuple[Example, ...]:
    with reading(office.database) as session:
        return verdicts.examples(session)


@pytest.mark.parametrize("said", BUTTONS)
def test_a_press_is_kept_and_leads_back_to_the_record(
    office: Office, visit: Visit, said: str
) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    assert BUTTONS[said] in browser.get(f"/r/{reference}").text
    answer = browser.post(f"/r/{reference}/said", data={"said": said})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/r/{reference}?done=said")
    page = browser.get(answer.headers["location"]).text
    assert "Thank you. It is kept" in page
    assert f'value="{said}"' not in page
    (example,) = examples(office)
    assert (example.kind, example.staff_id) == (VerdictKind(said), NAMED)


def test_the_incident_stays_as_it_was(office: Office, visit: Visit) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    with reading(office.database) as session:
        before = [one.model_dump() for one in session.exec(select(Incident)).all()]
    for said in BUTTONS:
        browser.post(f"/r/{reference}/said", data={"said": said})
    with reading(office.database) as session:
        assert [one.model_dump() for one in session.exec(select(Incident)).all()] == before


def test_what_was_said_can_be_taken_back(office: Office, visit: Visit) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    assert "Take back" not in browser.get(f"/r/{reference}").text
    browser.post(f"/r/{reference}/said", data={"said": "someone-else"})
    assert "Take back what you said" in browser.get(f"/r/{reference}").text
    assert "You said:" not in visit(HR_OFFICER).get(f"/r/{reference}").text
    browser.post(f"/r/{reference}/said", data={"said": "nothing"})
    assert examples(office) == ()
    assert len(office.trail("verdict taken back")) == 1


def test_only_what_makes_sense_is_offered(office: Office, visit: Visit) -> None:
    reference = office.open(staff_id=None, alongside=())
    page = visit(LINE_MANAGER).get(f"/r/{reference}").text
    offered = [value for value in BUTTONS if f'value="{value}"' in page]
    assert offered == ["not-abusive", "worse"]


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize("outsider", [STRANGER, NAMED, ALONGSIDE])
def test_everybody_else_is_answered_as_if_there_were_no_record(
    office: Office, visit: Visit, outsider: str
) -> None:
    reference = office.open()
    browser = visit(outsider)
    for asked in (reference, "NW-2026-0999"):
        assert browser.post(f"/r/{asked}/said", data={"said": "someone-else"}).status_code == 404
    assert office.count(Verdict) == 0
    assert office.trail("access refused")[0].actor == outsider


def test_whoever_is_not_signed_in_is_sent_to_sign_in(office: Office, visit: Visit) -> None:
    reference = office.open()
    answer = visit().post(f"/r/{reference}/said", data={"said": "worse"})
    assert answer.headers["location"] == f"/sign-in?r={reference}"
    assert office.count(Verdict) == 0


def test_a_foreign_form_says_nothing_for_somebody_signed_in(office: Office, visit: Visit) -> None:
    reference = office.open()
    foreign = {"sec-fetch-site": "cross-site"}
    answer = visit(LINE_MANAGER).post(
        f"/r/{reference}/said", data={"said": "worse"}, headers=foreign
    )
    assert answer.status_code == 403
    assert office.count(Verdict) == 0


@pytest.mark.parametrize("said", ["", "canary", "x" * 500])
def test_anything_else_is_an_incomplete_request(office: Office, visit: Visit, said: str) -> None:
    reference = office.open()
    answer = visit(LINE_MANAGER).post(f"/r/{reference}/said", data={"said": said})
    assert answer.status_code == 400
    assert "canary" not in answer.text


def test_an_opened_address_only_leads_back(office: Office, visit: Visit) -> None:
    reference = office.open()
    answer = visit(LINE_MANAGER).get(f"/r/{reference}/said")
    assert answer.headers["location"] == f"/r/{reference}"
    assert office.count(Verdict) == 0


def test_an_erased_record_takes_no_verdict(office: Office, visit: Visit) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    office.erase(reference)
    answer = browser.post(f"/r/{reference}/said", data={"said": "worse"})
    assert answer.status_code == 410


def test_all_posts_of_the_record_are_examples(office: Office, visit: Visit) -> None:
    reference = office.open()
    insult = Concern(
        category=Category.INSULT,
        score=0.8,
        target="staff",
        field="text",
        start=0,
        end=4,
        reasons=("Insults.",),
    )
    more = Finding(post_id="post/2", staff=THE_FINDING.staff, concerns=(insult,))
    office.add_post(reference, THE_POST.model_copy(update={"id": "post/2"}), more)
    visit(LINE_MANAGER).post(f"/r/{reference}/said", data={"said": "not-abusive"})
    assert [one.category for one in examples(office)] == [Category.THREAT, Category.INSULT]
