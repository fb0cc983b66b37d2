"""A page that somebody asks for by hand is kept with the record of its post, never beside it."""

from pathlib import Path

import pytest
from sqlmodel import col, select

from records.capture import Capture
from records.database import reading, transaction
from records.incident import Incident
from tests.workflows.conftest import BOB, Office
from tests.workflows.test_reported import NAMES_ALICE, PAGE, PNG, Desk
from workflows.handed_in import Order, ask_for_page, open_for_triage
from workflows.same_post import record_with

WHY = "She showed it to me"


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Desk:
    return Desk(office, tmp_path)


def incidents(desk: Desk) -> list[Incident]:
    with reading(desk.office.services.database) as session:
        return list(session.exec(select(Incident).order_by(col(Incident.id))))


def pages(desk: Desk) -> list[Capture]:
    return [one for one in desk.office.captures() if one.kind == "page"]


def open_by_hand(desk: Desk, *, page: bool) -> str:
    """A record for what Bob handed in."""
    services, order = desk.office.services, Order(BOB, WHY)
    with transaction(services.database) as session:
        reference = open_for_triage(session, services, order).reference
        if page:
            ask_for_page(session, services, reference, order, PAGE)
    return reference


def held_by(desk: Desk, url: str) -> str | None:
    with reading(desk.office.services.database) as session:
        found = record_with(session, desk.office.services, url)
        return found.reference if found else None


def same(desk: Desk) -> list[tuple[str | None, object]]:
    return [(one.reference, one.about["as"]) for one in desk.trail() if one.action == "same post"]


def test_a_page_whose_post_alerts_is_captured_once_in_the_record_of_the_post(desk: Desk) -> None:
    desk.report(links=(PAGE,), note=NAMES_ALICE, page_why=WHY)
    (incident,) = incidents(desk)
    assert incident.opened_by == ""
    (page,) = pages(desk)
    assert (page.incident_id, page.mention_id) == (incident.id, desk.office.mentions()[0].id)


def test_a_page_that_alerts_nobody_has_a_record_for_triage(desk: Desk) -> None:
    desk.report(links=(PAGE,), note="Somebody look at this.", page_why=WHY)
    assert desk.told() == []
    (incident,) = incidents(desk)
    (page,) = pages(desk)
    assert incident.opened_by == page.asked_by == BOB
    assert page.incident_id == incident.id
    assert held_by(desk, PAGE) == incident.reference
    desk.report("second", links=(PAGE,), note="Again.", page_why=WHY)
    assert [one.id for one in incidents(desk)] == [incident.id]
    assert len(pages(desk)) == 1  # asked for today already


@pytest.mark.parametrize("url", [PAGE, f"{PAGE}#reply-3"])
def test_a_page_of_a_known_post_belongs_to_its_record(desk: Desk, url: str) -> None:
    desk.report(links=(PAGE,), note=NAMES_ALICE)
    assert held_by(desk, url) == incidents(desk)[0].reference
    assert held_by(desk, "https://forum.example/thread/8") is None


def test_a_page_is_known_whatever_the_source_called_its_post(desk: Desk) -> None:
    desk.office.see(NAMES_ALICE, url=PAGE)
    (incident,) = incidents(desk)
    assert held_by(desk, f"{PAGE}#reply-3") == incident.reference
    desk.report(links=(PAGE,), note="Somebody look at this.", page_why=WHY)
    assert [one.reference for one in incidents(desk)] == [incident.reference]
    assert {one.incident_id for one in pages(desk)} == {incident.id}


def test_a_closed_record_takes_no_more_pages(desk: Desk) -> None:
    desk.report(links=(PAGE,), note=NAMES_ALICE)
    with transaction(desk.office.services.database) as session:
        incident = session.exec(select(Incident)).one()
        incident.state = "closed"
        session.add(incident)
    assert held_by(desk, PAGE) is None


def test_a_record_for_files_and_that_of_the_post_tell_of_each_other_once(desk: Desk) -> None:
    by_hand = open_by_hand(desk, page=False)
    for mark in ("first", "second"):
        desk.report(
            mark, links=(PAGE,), note=NAMES_ALICE, screenshots=(PNG,), page_why=WHY, opened=by_hand
        )
    of_post = next(one for one in incidents(desk) if one.reference != by_hand)
    assert {one.incident_id for one in pages(desk)} == {of_post.id}
    assert same(desk) == [(of_post.reference, by_hand), (by_hand, of_post.reference)]


def test_a_page_kept_by_hand_and_the_record_that_a_later_report_opens_tell_of_each_other(
    desk: Desk,
) -> None:
    by_hand = open_by_hand(desk, page=True)
    desk.report(links=(PAGE,), note=NAMES_ALICE)
    of_post = next(one for one in incidents(desk) if one.reference != by_hand)
    assert same(desk) == [(of_post.reference, by_hand), (by_hand, of_post.reference)]
