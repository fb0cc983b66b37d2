"""The record as a list of tasks: who has done what, what is to be done by when, and by whom."""

from datetime import timedelta

import pytest
from sqlmodel import select

from records.database import reading, transaction
from records.incident import Incident, Mention
from tests.console.cast import COMMUNICATIONS, DIRECTOR, HR_OFFICER, LINE_MANAGER, NAMED, Office
from tests.console.conftest import Visit
from tests.console.filling import day, record, tasks_in, tell, tell_and_ask, words_of

pytestmark = pytest.mark.parametrize("policy", ["spso", "wics"])


@pytest.fixture(autouse=True)
def _under(office: Office, policy: str) -> None:
    """Before anybody opens the console."""
    office.policy = policy


@pytest.mark.clause("SPSO 69")
@pytest.mark.clause("WICS Named ¶3")
def test_it_goes_from_telling_to_what_is_kept(office: Office, visit: Visit) -> None:
    tasks = tasks_in(visit(LINE_MANAGER).get(f"/r/{office.open()}").text)
    names = [
        "Tell them in private",
        "Ask what they would like to happen",
        "Offer support",
        "Decide about the police",
        "Decide what becomes of it",
        "Share it with the leadership",
        "Decide about their personal file",
        "Close the record",
        "Erase it, or keep it longer",
    ]
    assert [one for one in tasks if one in names] == names
    assert tasks["Tell them in private"] == "To do: By 24 November 2026 at 5:00pm."
    assert tasks["Ask what they would like to happen"] == "Not yet: After they have been told."


@pytest.mark.clause("SPSO 69")
@pytest.mark.clause("WICS Named ¶3")
def test_who_tells_has_a_big_button_and_others_are_told_who_it_is(
    office: Office, visit: Visit
) -> None:
    reference = office.open()
    told = f'href="/r/{reference}/steps/told-in-private" role="button"'
    assert told in visit(LINE_MANAGER).get(f"/r/{reference}").text
    page = visit(DIRECTOR if office.policy == "wics" else HR_OFFICER)
    with_others = page.get(f"/r/{reference}").text if office.policy == "spso" else ""
    assert told not in with_others
    if with_others:
        assert tasks_in(with_others)["Tell them in private"] == (
            "Not for you: The line manager does this, by 24 November 2026 at 5:00pm."
        )


def test_what_is_done_says_by_whom_and_when(office: Office, visit: Visit) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    office.later(minutes=4)
    tell(browser, reference)
    mine = tasks_in(browser.get(f"/r/{reference}").text)
    theirs = tasks_in(visit(HR_OFFICER).get(f"/r/{reference}").text)
    assert mine["Tell them in private"] == "Done: By you, 23 November 2026 at 9:34am."
    assert theirs["Tell them in private"] == (
        "Done: By the line manager, 23 November 2026 at 9:34am."
    )
    assert mine["Ask what they would like to happen"].startswith("To do: By 24 November")
    assert "Effie Lamont" not in words_of(visit(HR_OFFICER).get(f"/r/{reference}").text)


@pytest.mark.clause("SPSO 31.4")
@pytest.mark.clause("WICS Active ¶2")
def test_a_threat_is_decided_upon_at_once_and_is_overdue_after_four_hours(
    office: Office, visit: Visit
) -> None:
    reference = office.open()
    before = tasks_in(visit(LINE_MANAGER).get(f"/r/{reference}").text)
    assert before["Decide about the police"] == "To do: By 23 November 2026 at 1:30pm."
    office.later(hours=5)
    after = tasks_in(visit(LINE_MANAGER).get(f"/r/{reference}").text)
    assert after["Decide about the police"] == "Overdue: By 23 November 2026 at 1:30pm."


def test_without_a_threat_nobody_is_asked_about_the_police(office: Office, visit: Visit) -> None:
    reference = office.open(categories=("naming",), severity="medium")
    tasks = tasks_in(visit(LINE_MANAGER).get(f"/r/{reference}").text)
    assert "Decide about the police" not in tasks
    assert "Ask witnesses" not in tasks


@pytest.mark.clause("SPSO 33")
def test_witnesses_are_asked_where_the_policy_asks_for_it(office: Office, visit: Visit) -> None:
    tasks = tasks_in(visit(LINE_MANAGER).get(f"/r/{office.open()}").text)
    assert ("Ask witnesses" in tasks) is (office.policy == "spso")


@pytest.mark.clause("SPSO 71")
@pytest.mark.clause("WICS Named ¶5")
def test_what_somebody_may_not_decide_says_who_does(office: Office, visit: Visit) -> None:
    reference = office.open()
    tasks = tasks_in(visit(LINE_MANAGER).get(f"/r/{reference}").text)
    who = {
        "spso": "communications and engagement manager",
        "wics": "liaison with the Leadership Team",
    }[office.policy]
    assert tasks["Share it with the leadership"] == f"Not for you: The {who} decides this."
    keeper = tasks_in(visit(COMMUNICATIONS).get(f"/r/{reference}").text)
    assert keeper["Share it with the leadership"] == "To do: Nothing is sent by itself."


@pytest.mark.clause("SPSO 69")
@pytest.mark.clause("WICS Named ¶3")
def test_removal_waits_for_what_the_person_named_would_like(office: Office, visit: Visit) -> None:
    reference = office.open()
    keeper = visit(COMMUNICATIONS)
    title = "Decide about having the post removed"
    before = tasks_in(keeper.get(f"/r/{reference}").text)
    assert before[title] == "Not yet: After the person named was asked."
    tell_and_ask(visit(LINE_MANAGER), reference)
    assert tasks_in(keeper.get(f"/r/{reference}").text)[title] == "If needed"


@pytest.mark.clause("SPSO 71")
@pytest.mark.clause("WICS Named ¶5")
def test_nothing_enters_the_personal_file_until_all_who_are_asked_agree(
    office: Office, visit: Visit
) -> None:
    reference = office.open()
    hr = visit(HR_OFFICER)
    tell(visit(LINE_MANAGER), reference)
    title = "Decide about their personal file"
    before = tasks_in(hr.get(f"/r/{reference}").text)[title]
    assert before.endswith("Until then nothing enters it.")
    if office.policy == "spso":
        record(hr, reference, "personal-record", for_="affected", answer="no-view")
        half = tasks_in(hr.get(f"/r/{reference}").text)[title]
        assert half == "To do: Still to be asked: HR officer. Until then nothing enters it."
        record(hr, reference, "personal-record", for_="hr_officer", answer="do-not-record")
    else:
        role = "personal_record_decider"
        record(hr, reference, "personal-record", for_=role, answer="do-not-record")
    done = tasks_in(hr.get(f"/r/{reference}").text)[title]
    assert done == "Done: Everybody who is asked has answered."


@pytest.mark.clause("SPSO 10")
@pytest.mark.clause("WICS Types ¶2")
def test_that_it_was_no_threat_and_about_nobody_settles_the_rest(
    office: Office, visit: Visit
) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    record(browser, reference, "outcome", outcome="no-action", because="someone-else")
    tasks = tasks_in(browser.get(f"/r/{reference}").text)
    assert tasks["Tell them in private"] == (
        "Not needed: It was decided that nobody here is meant."
    )
    assert tasks["Decide about the police"] == "Not needed: It was decided that it is no threat."
    assert tasks["Close the record"] == "To do"


@pytest.mark.clause("SPSO 62")
@pytest.mark.clause("WICS Record-kinds")
def test_what_the_outcome_asks_for_is_in_the_list_and_closing_says_what_is_missing(
    office: Office, visit: Visit
) -> None:
    reference = office.open(categories=("naming",), severity="medium")
    browser = visit(LINE_MANAGER)
    record(
        browser, reference, "outcome", outcome="restoring", why="a first time",
        explained="explained", **day("explained-on"),
    )  # fmt: skip
    tasks = tasks_in(browser.get(f"/r/{reference}").text)
    for title in ("Say who the author is", "Look at our own part"):
        assert tasks[title] == "To do"
        assert title in tasks["Close the record"]
    assert tasks["Close the record"].startswith("Not yet: Still missing: ")


@pytest.mark.clause("WICS Retention")
def test_a_closed_record_says_when_it_is_decided_whether_to_keep_it(
    office: Office, visit: Visit
) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    record(browser, reference, "outcome", outcome="no-action", because="duplicate")
    assert browser.post(f"/r/{reference}/close").headers["location"].endswith("?done=close")
    page = browser.get(f"/r/{reference}?done=close").text
    assert "The record is closed." in page
    tasks = tasks_in(page)
    assert tasks["Close the record"].startswith("Done: 23 November 2026")
    assert "23 November 2028" in tasks["Erase it, or keep it longer"]


def test_no_name_stands_in_the_addresses_of_the_tasks(office: Office, visit: Visit) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    tell(browser, reference)
    record(
        browser, reference, "support", who=NAMED, offer="time-away", answer="accepted",
        **day("until", day="25"),
    )  # fmt: skip
    office.now += timedelta(days=3)
    page = visit(LINE_MANAGER).get(f"/r/{reference}").text
    assert tasks_in(page)["Offer support"] == "Overdue: By 25 November 2026 at 9:00am."
    assert f"/{NAMED}" not in page
    assert f"={NAMED}" not in page


@pytest.mark.clause("SPSO 69")
@pytest.mark.clause("WICS Named ¶3")
def test_whoever_has_told_them_has_seen_it_and_can_give_them_a_page_of_their_own(
    office: Office, visit: Visit
) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    own = f'href="/r/{reference}/say"'
    assert own not in browser.get(f"/r/{reference}").text
    tell(browser, reference)
    page = browser.get(f"/r/{reference}").text
    assert own in page
    assert "You said that you have seen this" in page
    with reading(office.database) as session:
        incident = session.exec(select(Incident)).one()
        assert (incident.state, incident.escalates_at) == ("acknowledged", None)


@pytest.mark.clause("SPSO 30")
@pytest.mark.clause("SPSO 68")
def test_an_earlier_record_of_the_author_shows_only_to_who_may_see_both(
    office: Office, visit: Visit
) -> None:
    earlier, now = office.open(), office.open()
    with transaction(office.database) as session:
        for mention in session.exec(select(Mention)):
            mention.author_key = "keyed"
            session.add(mention)
    record(visit(LINE_MANAGER), earlier, "outcome", outcome="no-action", because="no-threat")
    page = words_of(visit(LINE_MANAGER).get(f"/r/{now}").text)
    assert f"Earlier records of the same author {earlier} Nothing: no action is needed" in page
    with transaction(office.database) as session:
        first = session.exec(select(Incident).where(Incident.reference == earlier)).one()
        first.conflicted = [HR_OFFICER]
        session.add(first)
    assert earlier not in visit(HR_OFFICER).get(f"/r/{now}").text
