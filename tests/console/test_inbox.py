"""The inbox: what may be seen and nothing else, in three lists, however many there are."""

import html
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlmodel import Session, select

from casework.inbox import TELLING, Part, Place, which
from casework.inbox_reading import MOST_COUNTED, Inbox
from casework.incidents import acknowledge, by_reference
from casework.known import steps_of
from casework.office import Office as Rules
from casework.permissions import Action, concerned, may
from casework.step_rules import PHYSICAL
from policies.seats import Desk as Seats
from policies.seats import Question
from policies.tables import Decision
from records.database import reading, transaction
from records.incident import Incident, IncidentAccess
from tests.console.cast import (
    ALONGSIDE,
    CAST,
    COMMUNICATIONS,
    DIRECTOR,
    HEAD,
    HR_OFFICER,
    IT_OFFICER,
    LEAVER,
    LINE_MANAGER,
    NAMED,
    STRANGER,
    Office,
    new_office,
    titled,
)
from tests.console.conftest import Visit
from tests.console.everybody import watched
from tests.console.many import fill

EVERYBODY = tuple(one[0] for one in CAST)
MANY = 400


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office with hundreds of incidents of every sort."""
    made = new_office(tmp_path_factory.mktemp("crowded"))
    fill(made, MANY, closed=0.4, readable=0)
    yield made
    made.database.dispose()


def rules(office: Office) -> Rules:
    return office.desk().office


def whole(office: Office, staff_id: str, part: Part) -> list[str]:
    """The references of a list, read page by page to its end."""
    found: list[str] = []
    after = ""
    with reading(office.database) as session:
        box = Inbox(session, rules(office), staff_id, office.now)
        while True:
            page = box.page(part, after, size=17)
            found += [one.reference for one in page.entries]
            if not page.after:
                return found
            after = page.after


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize("staff_id", EVERYBODY)
def test_it_lists_exactly_what_they_may_view_and_each_once(crowded: Office, staff_id: str) -> None:
    office = rules(crowded)
    with reading(crowded.database) as session:
        theirs = {
            one.reference
            for one in session.exec(select(Incident))
            if may(
                office.actor(staff_id),
                Action.VIEW,
                concerned(session, one, office, crowded.now),
                crowded.now,
            )
        }
    listed = [one for part in Part for one in whole(crowded, staff_id, part)]
    assert Counter(listed) == Counter(theirs)


def place_of(office: Office, session: Session, incident: Incident, staff_id: str) -> Place:
    """How it stands for somebody, worked out without a query of the inbox's."""
    steps = {one.kind for one in steps_of(session, incident)}
    roles = session.exec(
        select(IncidentAccess.role).where(
            IncidentAccess.incident_id == incident.id, IncidentAccess.staff_id == staff_id
        )
    ).all()
    body = rules(office)
    asked = Question(incident.staff_id, frozenset(), body.today(office.now))
    teller = Seats(body.pack, body.organisation, body.roster, asked).teller()
    police = set(roles) & set(body.pack.may_decide(Decision.POLICE))
    due = incident.duty_at is not None and incident.duty_at <= office.now
    return Place(
        state=incident.state,
        seen=incident.acknowledged_at is not None,
        listed=bool(roles),
        keeps=body.custodian(incident, office.now) == staff_id,
        tells=incident.staff_id is not None and teller is not None and teller.staff_id == staff_id,
        told=incident.staff_id is None or steps >= TELLING,
        decides=bool(police)
        and bool(PHYSICAL & set(incident.categories))
        and "police" not in steps,
        late=due or incident.duty_level > 0,
    )


@pytest.mark.parametrize("staff_id", [LINE_MANAGER, HR_OFFICER, COMMUNICATIONS, DIRECTOR, STRANGER])
def test_the_database_sorts_them_as_the_rule_does(crowded: Office, staff_id: str) -> None:
    with reading(crowded.database) as session:
        parts = {
            one.reference: which(place_of(crowded, session, one, staff_id))
            for one in session.exec(select(Incident))
        }
    for part in Part:
        listed = whole(crowded, staff_id, part)
        assert [parts[one] for one in listed] == [part] * len(listed)


@pytest.mark.parametrize("staff_id", [LINE_MANAGER, COMMUNICATIONS])
def test_it_counts_what_it_lists_and_no_further_than_a_hundred(
    crowded: Office, staff_id: str
) -> None:
    with reading(crowded.database) as session:
        box = Inbox(session, rules(crowded), staff_id, crowded.now)
        for part in Part:
            assert box.count(part) == min(len(whole(crowded, staff_id, part)), MOST_COUNTED)


def test_what_is_due_first_comes_first_and_of_the_others_the_newest(crowded: Office) -> None:
    with reading(crowded.database) as session:
        rows = {one.reference: one for one in session.exec(select(Incident))}
    urgent = [rows[one] for one in whole(crowded, LINE_MANAGER, Part.ATTENTION)]
    due = [one.escalates_at or one.duty_at for one in urgent]
    known = [one for one in due if one]
    assert known == sorted(known)
    assert due[: len(known)] == known
    closed = [rows[one].id or 0 for one in whole(crowded, LINE_MANAGER, Part.CLOSED)]
    assert closed == sorted(closed, reverse=True)


@pytest.mark.parametrize(
    "after",
    ["x", "1", "1.", ".1", "-1.2", "1.2.3", "9" * 30 + ".1", "9" * 60, "1.\u0662", "\u0663.1"],
)
def test_a_strange_place_to_go_on_from_is_the_beginning_or_nothing(
    office: Office, visit: Visit, after: str
) -> None:
    office.open()
    browser = visit(LINE_MANAGER)
    for part in Part:
        answer = browser.get("/inbox", params={"show": part.value, "after": after})
        assert answer.status_code == 200


def test_however_many_there_are_the_database_is_asked_a_few_questions(
    office: Office, visit: Visit
) -> None:
    fill(office, 300, readable=0)
    browser = visit(COMMUNICATIONS)
    with watched(office.database) as work:
        browser.get("/inbox")
    assert len(work.asked) < 25


def test_somebody_on_the_list_sees_what_is_asked_of_them(office: Office, visit: Visit) -> None:
    reference = office.open()
    page = visit(LINE_MANAGER).get("/inbox").text
    for words in (
        titled("Your inbox: Needs your attention"),
        f'href="/r/{reference}"',
        "Critical",
        "A threat, or something that may be meant as one",
        "Since 23 November 2026 at 9:30am",
        "Say that you have seen it",
        "by 23 November 2026 at 9:45am",
        "Needs your attention (1)",
    ):
        assert words in page


@pytest.mark.clause("SPSO 64")
@pytest.mark.clause("SPSO 68")
def test_it_names_nobody_and_quotes_nothing(office: Office, visit: Visit) -> None:
    office.open()
    browser = visit(LINE_MANAGER)
    for show in Part:
        page = browser.get(f"/inbox?show={show.value}").text
        for words in ("MacLeod", "Baird", "bus", "Neighbour", "social.example", NAMED):
            assert words not in page


@pytest.mark.clause("SPSO 69")
def test_once_seen_it_is_with_whoever_tells_the_person_named(office: Office, visit: Visit) -> None:
    reference = office.open(categories=("naming",))
    with transaction(office.database) as session:
        incident = by_reference(session, reference)
        acknowledge(session, incident, actor=HR_OFFICER, via="page", employed=True, now=office.now)
    own = visit(LINE_MANAGER).get("/inbox").text
    assert "Next: Tell the person named, in private" in own
    assert reference not in visit(HR_OFFICER).get("/inbox").text
    others = visit(HR_OFFICER).get("/inbox?show=others").text
    assert "Tell the person named, in private (line manager)" in others


def test_what_is_overdue_says_so(office: Office, visit: Visit) -> None:
    office.open()
    office.later(hours=5)
    page = visit(LINE_MANAGER).get("/inbox").text
    assert "Overdue" in page
    assert "since 23 November 2026 at 9:45am" in page


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize("staff_id", [NAMED, ALONGSIDE, STRANGER, HEAD])
def test_for_everybody_else_there_is_nothing_not_even_a_number(
    office: Office, visit: Visit, staff_id: str
) -> None:
    browser = visit(staff_id)
    pages = [browser.get(f"/inbox?show={one.value}").text for one in Part]
    office.open()
    assert [browser.get(f"/inbox?show={one.value}").text for one in Part] == pages


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize("staff_id", [DIRECTOR, IT_OFFICER])
def test_whoever_looks_after_the_senders_is_told_that_one_failed_and_not_about_whom(
    office: Office, visit: Visit, staff_id: str
) -> None:
    browser = visit(staff_id)
    reference = office.open()
    page = browser.get("/inbox").text
    assert "1 alert by e-mail could not be delivered since yesterday" in page
    assert reference not in page
    assert "Nothing needs your attention" in page


@pytest.mark.clause("SPSO 68")
def test_whoever_declares_a_conflict_sees_no_more_of_it(office: Office, visit: Visit) -> None:
    reference = office.open()
    with transaction(office.database) as session:
        incident = by_reference(session, reference)
        incident.conflicted = [HR_OFFICER]
        session.add(incident)
    assert reference not in visit(HR_OFFICER).get("/inbox").text


@pytest.mark.clause("SPSO 71")
def test_the_register_is_whole_for_its_keeper_and_the_deputy_keeps_what_the_keeper_may_not_see(
    office: Office, visit: Visit
) -> None:
    reference = office.open(staff_id=COMMUNICATIONS, alongside=())
    assert reference not in visit(COMMUNICATIONS).get("/inbox?show=others").text
    assert reference in visit(DIRECTOR).get("/inbox").text


def test_a_leaver_is_led_to_the_door(office: Office, visit: Visit) -> None:
    office.now = office.now.replace(hour=23, minute=55)
    browser = visit(LEAVER)
    assert browser.get("/inbox").status_code == 200
    office.later(minutes=6)
    assert browser.get("/inbox").headers["location"] == "/sign-in?back=/inbox"


def test_without_a_sign_in_there_is_only_the_door_which_leads_back(visit: Visit) -> None:
    assert visit().get("/inbox").headers["location"] == "/sign-in?back=/inbox"


def test_the_start_page_leads_whoever_is_signed_in_to_their_inbox(
    office: Office, visit: Visit
) -> None:
    assert visit(LINE_MANAGER).get("/").headers["location"] == "/inbox"
    assert "Sign in" in visit().get("/").text


def test_a_list_goes_on_where_its_page_ends(office: Office, visit: Visit) -> None:
    fill(office, 120, closed=1.0, readable=0)
    browser = visit(COMMUNICATIONS)
    first = browser.get("/inbox?show=closed").text
    onwards = html.unescape(re.findall(r'href="(/inbox\?show=closed&amp;after=[^"]+)"', first)[0])
    second = browser.get(onwards).text
    shown = [set(re.findall(r"/r/(NW-[0-9-]+)", one)) for one in (first, second)]
    assert len(shown[0]) == len(shown[1]) == 20
    assert not shown[0] & shown[1]
    assert "Back to the beginning" in second
