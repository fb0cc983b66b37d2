"""Whoever looks at what was posted, or at what was saved of it, stands in the custody log."""

import pytest
from sqlmodel import select

from records.custody import CustodyEntry
from records.database import reading
from tests.console.cast import LINE_MANAGER, NAMED, Office
from tests.console.conftest import Visit


def log(office: Office) -> list[tuple[str, str, str | None, int | None]]:
    with reading(office.database) as session:
        entries = session.exec(select(CustodyEntry)).all()
    return [(one.act, one.actor, one.reference, one.exhibit) for one in entries]


@pytest.mark.clause("SPSO 64")
def test_showing_what_was_posted_stands_in_the_custody_log(office: Office, visit: Visit) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    browser.get(f"/r/{reference}")
    browser.get(f"/r/{reference}/reveal")
    assert log(office) == []
    browser.post(f"/r/{reference}/reveal")
    assert log(office) == [("revealed", LINE_MANAGER, reference, None)]


@pytest.mark.clause("SPSO 68")
def test_whoever_is_refused_opened_nothing(office: Office, visit: Visit) -> None:
    reference = office.open()
    assert visit(NAMED).post(f"/r/{reference}/reveal").status_code == 404
    assert log(office) == []


def test_an_erased_record_was_not_revealed(office: Office, visit: Visit) -> None:
    reference = office.open()
    office.erase(reference)
    assert visit(LINE_MANAGER).post(f"/r/{reference}/reveal").status_code == 410
    assert log(office) == []
