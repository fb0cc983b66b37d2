"""Who sees a record: only the people on its list, and never anybody who is named in it."""

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from records.database import reading
from records.incident import Acknowledgement, Incident
from tests.console.cast import (
    ALONGSIDE,
    COMMUNICATIONS,
    HR_OFFICER,
    LEAVER,
    LINE_MANAGER,
    NAMED,
    STRANGER,
    Office,
)
from tests.console.conftest import Visit, sign_in

ROUTES = [
    ("GET", "/r/{}"),
    ("POST", "/r/{}/seen"),
    ("POST", "/r/{}/reveal"),
]
EVERY_ROUTE = pytest.mark.parametrize(("method", "path"), ROUTES)
NO_SUCH = "NW-2026-0999"


def go(browser: TestClient, method: str, path: str, reference: str) -> tuple[int, str, str]:
    answer = browser.request(method, path.format(reference))
    return answer.status_code, answer.headers.get("location", ""), answer.text


@EVERY_ROUTE
@pytest.mark.parametrize("on_list", [LINE_MANAGER, HR_OFFICER, COMMUNICATIONS])
@pytest.mark.clause("SPSO 68")
def test_the_people_on_the_list_get_in(
    office: Office, visit: Visit, method: str, path: str, on_list: str
) -> None:
    reference = office.open()
    status, location, _ = go(visit(on_list), method, path, reference)
    assert status == 200 or location == f"/r/{reference}?done=seen"


@EVERY_ROUTE
@pytest.mark.parametrize(
    "outsider",
    [STRANGER, NAMED, ALONGSIDE],
    ids=["stranger", "named, though on the list", "named alongside, though on the list"],
)
@pytest.mark.clause("SPSO 68")
def test_everybody_else_is_answered_as_if_there_were_no_record(
    office: Office, visit: Visit, method: str, path: str, outsider: str
) -> None:
    reference = office.open()
    browser = visit(outsider)
    refused = go(browser, method, path, reference)
    assert refused == go(browser, method, path, NO_SUCH)
    assert refused[0] == 404
    assert reference not in refused[2]
    assert office.count(Acknowledgement) == 0
    assert office.trail("record viewed") == []
    assert office.trail("post revealed") == []
    assert office.trail("access refused")[0].actor == outsider


@EVERY_ROUTE
def test_whoever_is_not_signed_in_is_sent_to_sign_in_whether_or_not_there_is_a_record(
    office: Office, visit: Visit, method: str, path: str
) -> None:
    for reference in (office.open(), NO_SUCH):
        status, location, _ = go(visit(), method, path, reference)
        assert (status, location) == (303, f"/sign-in?r={reference}")


@EVERY_ROUTE
def test_a_leaver_who_is_on_the_list_is_out(
    office: Office, visit: Visit, method: str, path: str
) -> None:
    reference = office.open()
    office.now = office.now.replace(hour=23, minute=55)
    browser = visit(LEAVER)
    assert go(browser, "GET", "/r/{}", reference)[0] == 200
    office.later(minutes=6)
    status, location, _ = go(browser, method, path, reference)
    assert (status, location) == (303, f"/sign-in?r={reference}")


@EVERY_ROUTE
def test_coming_off_the_list_or_being_named_later_counts_at_once(
    office: Office, visit: Visit, method: str, path: str
) -> None:
    reference = office.open()
    browser = visit(HR_OFFICER)
    assert go(browser, "GET", "/r/{}", reference)[0] == 200
    with reading(office.database) as session:
        incident = session.exec(select(Incident)).one()
        incident.alongside = [*incident.alongside, HR_OFFICER]
        session.add(incident)
        session.commit()
    assert go(browser, method, path, reference)[0] == 404


@pytest.mark.parametrize(
    "strange",
    ["NW-2026-1", "nw-2026-0001", "..%2f..%2fetc", "NW-2026-0001%00", "%F0%9F%92%A9", "x" * 900],
)
def test_a_strange_reference_is_just_not_there(office: Office, visit: Visit, strange: str) -> None:
    office.open()
    assert visit(LINE_MANAGER).get(f"/r/{strange}").status_code == 404
    assert visit().get(f"/r/{strange}").headers.get("location", "/sign-in") == "/sign-in"


def test_a_link_that_a_scanner_opens_changes_nothing(office: Office, visit: Visit) -> None:
    reference = office.open()
    before = _everything(office)
    for browser in (visit(), visit()):
        for path in ("/", "/sign-in", "/sign-in/code", f"/r/{reference}", f"/r/{reference}/seen"):
            browser.get(path)
            browser.head(path)
            browser.get(f"/r/{reference}/reveal")
    assert _everything(office) == before


def test_a_get_by_somebody_on_the_list_only_notes_that_they_looked(
    office: Office, visit: Visit
) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    before = _everything(office)
    assert browser.get(f"/r/{reference}/seen").headers["location"] == f"/r/{reference}"
    assert browser.get(f"/r/{reference}/reveal").headers["location"] == f"/r/{reference}"
    browser.get(f"/r/{reference}?done=seen")
    after = _everything(office)
    assert len(office.trail("record viewed")) == 1
    assert {name: after[name] for name in after if name != "audit_entry"} == {
        name: before[name] for name in before if name != "audit_entry"
    }


def test_an_erased_record_says_so_only_to_those_who_had_it(office: Office, visit: Visit) -> None:
    reference = office.open()
    office.erase(reference)
    for path in ("", "/reveal"):
        method = "POST" if path else "GET"
        kept, outside = visit(LINE_MANAGER), visit(STRANGER)
        assert kept.request(method, f"/r/{reference}{path}").status_code == 410
        assert outside.request(method, f"/r/{reference}{path}").status_code == 404


def _everything(office: Office) -> dict[str, list[str]]:
    """All rows of all tables."""
    with office.database.connect() as connection:
        tables = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).scalars()
        return {
            name: sorted(str(row) for row in connection.exec_driver_sql(f"SELECT * FROM {name}"))
            for name in list(tables)
        }


def test_the_session_of_one_person_opens_nothing_for_another(office: Office, visit: Visit) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    sign_in(browser, office, STRANGER)
    assert browser.get(f"/r/{reference}").status_code == 404
