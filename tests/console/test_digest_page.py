"""The digest in the console: the same for everybody who may read it, and nobody can be made out."""

import re
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from casework.digest_counts import Bounds
from casework.digest_pictures import Bar
from console.digest_page import WIDTH, chart_of
from records.database import reading
from records.digest import Digest
from records.errors import ConfigurationError
from tests.console.cast import (
    ALONGSIDE,
    COMMUNICATIONS,
    DIRECTOR,
    HEAD,
    HR_OFFICER,
    IT_OFFICER,
    LINE_MANAGER,
    NAMED,
    STRANGER,
    Office,
)
from tests.console.conftest import Visit

DECEMBER = datetime(2026, 12, 2, 9, 30, tzinfo=UTC)
OTHERS = (HR_OFFICER, LINE_MANAGER, NAMED, ALONGSIDE, STRANGER, IT_OFFICER)
NOVEMBER = "/digest/2026/11"


def drafted(office: Office, visit: Visit, records: int = 4) -> TestClient:
    """The custodian has drafted November, in which that many records were opened."""
    for _ in range(records):
        office.open()
    office.now = DECEMBER
    browser = visit(COMMUNICATIONS)
    assert browser.post("/digest/draft", data={"period": "2026-11"}).headers["location"] == NOVEMBER
    return browser


def released(office: Office, visit: Visit, records: int = 4) -> None:
    browser = drafted(office, visit, records)
    answer = browser.post(f"{NOVEMBER}/release")
    assert answer.headers["location"] == f"{NOVEMBER}?done=released"


def main(page: str) -> str:
    found = re.search(r"<main.*</main>", page, re.DOTALL)
    assert found
    return found[0]


@pytest.mark.clause("SPSO 71")
@pytest.mark.parametrize("staff_id", OTHERS)
def test_whoever_is_not_of_the_leadership_reads_none(
    office: Office, visit: Visit, staff_id: str
) -> None:
    released(office, visit)
    browser = visit(staff_id)
    for path in ("/digest", NOVEMBER, "/digest/2026/q4", "/digest/2026"):
        assert browser.get(path).status_code == 404
    for path in ("/digest/draft", f"{NOVEMBER}/release"):
        assert browser.post(path, data={"period": "2026-11"}).status_code == 404
    assert visit().get(NOVEMBER).headers["location"] == f"/sign-in?back={NOVEMBER}"


@pytest.mark.clause("SPSO 71")
def test_a_draft_is_seen_only_by_who_releases_it_and_goes_out_when_they_do(
    office: Office, visit: Visit
) -> None:
    custodian = drafted(office, visit)
    assert "This is a draft" in custodian.get(NOVEMBER).text
    assert NOVEMBER in custodian.get("/digest").text
    leader = visit(DIRECTOR)
    assert leader.get(NOVEMBER).status_code == 404
    assert NOVEMBER not in leader.get("/digest").text
    for path in ("/digest/draft", f"{NOVEMBER}/release"):
        assert leader.post(path, data={"period": "2026-11"}).status_code == 404
    before = len(office.mails)
    answer = custodian.post(f"{NOVEMBER}/release")
    assert answer.headers["location"] == f"{NOVEMBER}?done=released"
    assert [to.staff_id for to, _, _ in office.mails[before:]] == [HEAD, DIRECTOR]
    assert "It is released" in custodian.get(f"{NOVEMBER}?done=released").text
    assert leader.get(NOVEMBER).status_code == 200
    again = custodian.post(f"{NOVEMBER}/release")
    assert (again.status_code, "has been released" in again.text) == (400, True)


def test_whom_no_mail_reaches_can_read_it_all_the_same(office: Office, visit: Visit) -> None:
    custodian = drafted(office, visit)
    office.mail_fault = ConfigurationError("no mail is set up.")
    answer = custodian.post(f"{NOVEMBER}/release")
    assert answer.headers["location"] == f"{NOVEMBER}?done=missed"
    assert "could not be sent to everybody" in custodian.get(f"{NOVEMBER}?done=missed").text


def test_releasing_asks_who_one_is_once_more(office: Office, visit: Visit) -> None:
    custodian = drafted(office, visit)
    office.later(minutes=6)
    answer = custodian.post(f"{NOVEMBER}/release")
    assert answer.headers["location"] == f"/sign-in/again?back={NOVEMBER}"
    with reading(office.database) as session:
        assert session.get_one(Digest, 1).released_at is None
    assert custodian.get(f"{NOVEMBER}/release").headers["location"] == NOVEMBER


@pytest.mark.clause("SPSO 68")
def test_it_names_nobody_and_is_the_same_for_everybody(office: Office, visit: Visit) -> None:
    """Also for a leader whom one of the records is about."""
    for staff_id in (NAMED, DIRECTOR, HEAD):
        office.open(staff_id=staff_id, alongside=())
    released(office, visit, records=2)
    pages = [main(visit(one).get(NOVEMBER).text) for one in (COMMUNICATIONS, DIRECTOR, HEAD)]
    assert pages[0] == pages[1] == pages[2]
    assert "Records opened: 5 to" in pages[0]
    assert not re.search(r"NW-2026|MacLeod|Sutherland|Orr|which bus", pages[0])


@pytest.mark.clause("SPSO 68")
def test_two_records_are_told_as_fewer_than_three_in_words_table_and_picture(
    office: Office, visit: Visit
) -> None:
    released(office, visit, records=2)
    page = main(visit(HEAD).get(NOVEMBER).text)
    assert "fewer than 3" in page
    widths = {float(one) for one in re.findall(r'nw-chart__sure"[^>]*width="([0-9.]+)"', page)}
    assert widths == {0.0}
    office_without = len(re.findall(r"<svg", page))
    assert office_without == page.count("<table")
    assert page.count("<svg") == page.count("<title") == page.count("<desc")
    assert "style=" not in page


@pytest.mark.parametrize("path", ["/digest/2026/q4", "/digest/2026"])
def test_a_quarter_and_a_year_add_up_what_was_released(
    office: Office, visit: Visit, path: str
) -> None:
    released(office, visit)
    leader = visit(HEAD)
    assert path in leader.get("/digest").text
    page = leader.get(path).text
    assert "This adds up the digests that were released." in page
    assert "Nothing is told yet of" in page
    assert "Records opened: 4" in page
    office.open()
    assert main(leader.get(path).text) == main(page)
    for nothing in ("/digest/2025", "/digest/2026/10", "/digest/2026/q5", "/digest/2026/xx"):
        assert leader.get(nothing).status_code == 404
    assert leader.get("/digest/soon").status_code in {400, 404}


def test_a_time_that_is_not_over_is_not_drafted(office: Office, visit: Visit) -> None:
    custodian = visit(COMMUNICATIONS)
    for period in ("2026-11", "2026-12", "nonsense"):
        answer = custodian.post("/digest/draft", data={"period": period})
        assert answer.headers["location"] == "/digest"
    assert office.count(Digest) == 0
    assert "Draft the digest of October 2026" in custodian.get("/digest").text


def test_a_bar_ends_where_its_number_does_and_stays_in_the_picture() -> None:
    drawn = chart_of(
        [
            Bar(
                "A label that is much longer than one line of a phone can hold at once",
                Bounds(7, 9),
            ),
            Bar("Few", Bounds(0, 2)),
            Bar("Untold", None),
        ]
    )
    long, few, untold = drawn.bars
    assert len(long.label) == 2
    assert few.top > long.top
    assert long.open > long.sure > few.open > few.sure == 0.0
    assert (untold.open, untold.words) == (0.0, "not told")
    assert long.words_left < WIDTH
    assert "Few: fewer than 3" in drawn.said
    assert chart_of([]).height == 0
