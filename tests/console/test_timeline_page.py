"""Everything that has happened, in order; people's own words only for who asks, which is noted."""

import pytest

from records.audit import AuditEntry
from tests.console.cast import ALONGSIDE, HR_OFFICER, LINE_MANAGER, NAMED, STRANGER, Office
from tests.console.conftest import Visit
from tests.console.filling import record, tell_and_ask, words_of

SHOW = "Show what people wrote \u2013 may be distressing"
WISH = "that nothing is done in public"


@pytest.mark.clause("SPSO 62")
@pytest.mark.clause("WICS Record-kinds")
@pytest.mark.parametrize("policy", ["spso", "wics"])
def test_it_tells_what_happened_in_order_and_people_by_their_roles(
    office: Office, request: pytest.FixtureRequest, policy: str
) -> None:
    office.policy = policy
    visit: Visit = request.getfixturevalue("visit")
    reference = office.open()
    manager = visit(LINE_MANAGER)
    office.later(minutes=1)
    manager.post(f"/r/{reference}/seen")
    office.later(minutes=1)
    tell_and_ask(manager, reference)
    page = words_of(visit(HR_OFFICER).get(f"/r/{reference}/timeline").text)
    order = [
        "It was found, and this record was opened 23 November 2026 at 9:30am",
        "The line manager may now open the record: as line manager",
        "Seen on this page 23 November 2026 at 9:31am \u2013 The line manager",
        "Told the person in private 23 November 2026 at 9:32am \u2013 The line manager",
        "How were they told? Face to face",
        "What the person named would like to happen 23 November 2026 at 9:32am",
        "Who has looked at it",
    ]
    places = [page.index(words) for words in order]
    assert places == sorted(places)


@pytest.mark.clause("SPSO 64")
def test_what_people_wrote_is_covered_until_it_is_asked_for(office: Office, visit: Visit) -> None:
    reference = office.open()
    manager = visit(LINE_MANAGER)
    tell_and_ask(manager, reference)
    address = f"/r/{reference}/timeline"
    hr = visit(HR_OFFICER)
    covered = hr.get(address).text
    assert WISH not in covered
    assert SHOW in covered
    assert office.trail("steps read") == []
    shown = hr.post(address).text
    assert WISH in shown
    assert SHOW not in shown
    (noted,) = office.trail("steps read")
    assert (noted.actor, noted.reference) == (HR_OFFICER, reference)


def test_without_words_there_is_nothing_to_show(office: Office, visit: Visit) -> None:
    reference = office.open()
    manager = visit(LINE_MANAGER)
    record(manager, reference, "harm", to="person")
    page = manager.get(f"/r/{reference}/timeline").text
    assert SHOW not in page
    assert "A person" in page


@pytest.mark.clause("SPSO 68")
@pytest.mark.clause("WICS Named ¶2")
def test_it_says_who_has_looked_and_how_often(office: Office, visit: Visit) -> None:
    reference = office.open()
    hr, manager = visit(HR_OFFICER), visit(LINE_MANAGER)
    hr.get(f"/r/{reference}")
    hr.post(f"/r/{reference}/reveal")
    office.later(minutes=5)
    hr.get(f"/r/{reference}")
    page = words_of(manager.get(f"/r/{reference}/timeline").text)
    assert "HR officer Opened the record 2 times, last on 23 November 2026 at 9:35am" in page
    assert "Looked at what was posted once, last on 23 November 2026 at 9:30am" in page
    assert "You Opened the record once" in page


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize("outsider", [STRANGER, NAMED, ALONGSIDE])
def test_nobody_else_sees_it(office: Office, visit: Visit, outsider: str) -> None:
    reference = office.open()
    browser = visit(outsider)
    for asked in (reference, "NW-2026-0999"):
        assert browser.get(f"/r/{asked}/timeline").status_code == 404
        assert browser.post(f"/r/{asked}/timeline").status_code == 404
    assert office.trail("record viewed") == office.trail("steps read") == []


def test_what_cannot_be_noted_is_not_shown(office: Office, visit: Visit) -> None:
    reference = office.open()
    manager = visit(LINE_MANAGER)
    tell_and_ask(manager, reference)
    with office.database.begin() as connection:
        connection.exec_driver_sql(f"DROP TABLE {AuditEntry.__tablename__}")
    for answer in (
        manager.get(f"/r/{reference}/timeline"),
        manager.post(f"/r/{reference}/timeline"),
    ):
        assert answer.status_code == 500
        assert WISH not in answer.text


def test_words_that_are_no_words_but_markup_stay_words(office: Office, visit: Visit) -> None:
    reference = office.open()
    manager = visit(LINE_MANAGER)
    record(manager, reference, "note", fact="<script>alert(1)</script>\u202etxt")
    page = manager.post(f"/r/{reference}/timeline").text
    assert "<script>alert" not in page
    assert "[U+202E right-to-left override]" in page


def test_an_erased_record_has_no_timeline(office: Office, visit: Visit) -> None:
    reference = office.open()
    manager = visit(LINE_MANAGER)
    office.erase(reference)
    assert manager.get(f"/r/{reference}/timeline").status_code == 410
