"""What the page of a record says, and in what order."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from casework.incidents import join_incident
from console.words import CATEGORY_WORDS, category_words, moment_words
from records.database import transaction
from records.finding import Category, Finding
from records.incident import Acknowledgement, Incident
from tests.console.cast import (
    COMMUNICATIONS,
    HR_OFFICER,
    LINE_MANAGER,
    THE_FINDING,
    THE_POST,
    Office,
)
from tests.console.conftest import Visit


def words_of(page: str) -> str:
    """The page as it is read: no tags, single spaces."""
    bare = re.sub(r"<[^>]+>", " ", page).replace("&#39;", "'")
    return " ".join(bare.split())


@pytest.mark.clause("SPSO 16")
def test_it_begins_with_what_the_reader_is_asked_to_do(office: Office, visit: Visit) -> None:
    reference = office.open()
    page = words_of(visit(LINE_MANAGER).get(f"/r/{reference}").text)
    order = [
        "Someone may have been threatened online. Please look now.",
        "What you are asked to do",
        "Tell the person who was named in private",
        "I've seen this",
        "Who was named Fiona MacLeod, Complaints Reviewer",
        "Others in the same post Gregor Baird, Complaints Reviewer",
        "What kind A threat, or something that may be meant as one",
        "Bluesky, posted on 23 November 2026 at 7:30am, found on 23 November 2026 at 9:30am",
        "How sure we are Likely, but please check",
        "Why we think so",
        "The name fits one person in the roster.",
        "It says that the author knows where she will be.",
        "Show what was posted",
        "Who has been told",
        "Evidence",
        "Viewing is recorded.",
    ]
    places = [page.index(words) for words in order]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("reader", "asked"),
    [
        (LINE_MANAGER, "Tell the person who was named in private"),
        (HR_OFFICER, "Check that the line manager is about to tell the person"),
        (COMMUNICATIONS, "You are its custodian"),
    ],
)
def test_each_role_is_asked_for_its_own_part(
    office: Office, visit: Visit, reader: str, asked: str
) -> None:
    reference = office.open()
    assert asked in visit(reader).get(f"/r/{reference}").text


@pytest.mark.clause("SPSO 64")
def test_the_words_of_the_post_are_covered(office: Office, visit: Visit) -> None:
    reference = office.open()
    page = visit(LINE_MANAGER).get(f"/r/{reference}").text
    for hidden in ("which bus", "F. MacLeod", "angry.example", "Angry Neighbour", "social.example"):
        assert hidden not in page
    assert office.trail("post revealed") == []


@pytest.mark.clause("SPSO 64")
def test_looking_is_noted_before_anything_is_shown(office: Office, visit: Visit) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    page = browser.post(f"/r/{reference}/reveal").text
    assert "I know which bus she takes home." in page
    assert "Angry Neighbour · angry.example" in page
    noted = office.trail("post revealed")
    assert [(one.actor, one.reference) for one in noted] == [(LINE_MANAGER, reference)]


@pytest.mark.clause("SPSO 64")
def test_what_cannot_be_noted_is_not_shown(
    office: Office, visit: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    with office.database.begin() as connection:
        connection.exec_driver_sql("DROP TABLE audit_entry")
    for answer in (browser.post(f"/r/{reference}/reveal"), browser.get(f"/r/{reference}")):
        assert answer.status_code == 500
        assert "which bus" not in answer.text
        assert "MacLeod" not in answer.text


def test_no_title_and_no_address_holds_a_name(office: Office, visit: Visit) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    for page in (browser.get(f"/r/{reference}"), browser.post(f"/r/{reference}/reveal")):
        title = re.search(r"<title>(.*?)</title>", page.text)
        assert title
        assert reference in title[1]
        assert not re.search("MacLeod|Lamont|Baird", title[1])
        links = " ".join(re.findall(r'(?:href|action|src)="([^"]*)"', page.text))
        assert not re.search("MacLeod|Lamont|Baird|s017|s010", links)


def test_who_was_told_and_who_has_seen_it_is_told_by_role(office: Office, visit: Visit) -> None:
    reference = office.open()
    office.later(minutes=4)
    visit(HR_OFFICER).post(f"/r/{reference}/seen")
    page = words_of(visit(LINE_MANAGER).get(f"/r/{reference}").text)
    assert (
        "Line manager (you) Told by e-mail on 23 November 2026 at 9:30am"
        " You have not said yet that you have seen it" in page
    )
    assert (
        "HR officer Told by e-mail on 23 November 2026 at 9:30am"
        " Saw it on this page on 23 November 2026 at 9:34am" in page
    )
    assert "Could not be reached by e-mail" in page
    assert "Dougal Imrie" not in page


def test_the_evidence_is_listed_with_what_is_missing(office: Office, visit: Visit) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    assert "It is being saved" in browser.get(f"/r/{reference}").text
    office.add_exhibit(reference)
    page = browser.get(f"/r/{reference}").text
    assert f"{reference}-1-may-be-distressing.tar.age" in page
    assert "3f" * 32 in page
    assert "Partial: some of it could not be saved" in page
    assert "there is no browser" in page
    assert "Not yet: no time-stamp authority is set, or none has answered." in page


def test_pressing_twice_or_in_two_windows_is_one_acknowledgement(
    office: Office, visit: Visit
) -> None:
    reference = office.open()
    one, other = visit(LINE_MANAGER), visit(LINE_MANAGER)
    for browser in (one, one, other):
        answer = browser.post(f"/r/{reference}/seen")
        assert (answer.status_code, answer.headers["location"]) == (
            303,
            f"/r/{reference}?done=seen",
        )
    assert office.count(Acknowledgement) == 1
    assert len(office.trail("acknowledged")) == 1
    page = words_of(one.get(f"/r/{reference}?done=seen").text)
    assert "It is recorded that you have seen this." in page
    assert "I've seen this" not in page


def test_the_notice_cannot_be_brought_about_by_a_link(office: Office, visit: Visit) -> None:
    reference = office.open()
    page = visit(LINE_MANAGER).get(f"/r/{reference}?done=seen").text
    assert "It is recorded" not in page


@pytest.mark.clause("SPSO 24")
def test_a_record_that_became_graver_asks_for_the_press_again(office: Office, visit: Visit) -> None:
    reference = office.open(severity="medium", categories=("naming",))
    browser = visit(LINE_MANAGER)
    browser.post(f"/r/{reference}/seen")
    with transaction(office.database) as session:
        join_incident(
            session,
            session.get_one(Incident, 1),
            severity="critical",
            categories=("threat",),
            alongside=(),
            now=office.now,
        )
    page = words_of(browser.get(f"/r/{reference}").text)
    assert "more serious since you last looked" in page
    assert "I've seen this" in page
    assert "threatened" in page


def test_several_posts_each_have_their_reasons(office: Office, visit: Visit) -> None:
    reference = office.open()
    office.add_post(reference, THE_POST, Finding(post_id="post/2", staff=THE_FINDING.staff))
    browser = visit(LINE_MANAGER)
    page = words_of(browser.get(f"/r/{reference}").text)
    assert "Why we think so: post 1" in page
    assert "Why we think so: post 2" in page
    assert "Post 2 of 2" in words_of(browser.post(f"/r/{reference}/reveal").text)


def test_a_threat_to_the_body_names_nobody(office: Office, visit: Visit) -> None:
    reference = office.open(staff_id=None, alongside=())
    page = words_of(visit(LINE_MANAGER).get(f"/r/{reference}").text)
    assert "No member of staff; it is about Scottish Example Ombudsman itself." in page


def test_somebody_who_left_the_roster_is_still_spoken_of(office: Office, visit: Visit) -> None:
    reference = office.open(staff_id="s099", alongside=("s098",))
    page = visit(LINE_MANAGER).get(f"/r/{reference}").text
    assert "Somebody who is no longer in the roster" in page


def test_the_practice_banner_shows_in_practice_only(office: Office, visit: Visit) -> None:
    assert "Invented people" not in visit().get("/").text


def test_every_category_has_plain_words() -> None:
    assert set(CATEGORY_WORDS) == set(Category)
    assert category_words("doxxing") == "Private details made public, or a call to find them"


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 1, 2, 0, 5, tzinfo=UTC), "2 January 2026 at 12:05am"),
        (datetime(2026, 6, 30, 11, 0, tzinfo=UTC), "30 June 2026 at 12:00pm"),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), "31 December 2026 at 11:59pm"),
    ],
)
def test_times_are_told_as_they_are_where_the_body_is(moment: datetime, words: str) -> None:
    assert moment_words(moment, ZoneInfo("Europe/London")) == words
