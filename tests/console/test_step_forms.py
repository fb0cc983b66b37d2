"""A form for every step: its questions, its complaints, and nothing that was typed is lost."""

import re

import pytest
from sqlmodel import select

from casework.kinds import KINDS
from casework.step_reading import read_steps
from console.step_words import step_words
from policies.pack_file import read_pack
from records.database import reading, transaction
from records.incident import Incident
from records.step import Step
from tests.console.cast import (
    ALONGSIDE,
    COMMUNICATIONS,
    DIRECTOR,
    HR_OFFICER,
    LINE_MANAGER,
    NAMED,
    STRANGER,
    Office,
    member,
)
from tests.console.conftest import Visit
from tests.console.filling import day, fill, record, tell, tell_and_ask, words_of

BOTH = pytest.mark.parametrize("policy", ["spso", "wics"])


@pytest.fixture(autouse=True)
def _under(office: Office, request: pytest.FixtureRequest) -> None:
    """Before anybody opens the console."""
    if "policy" in request.fixturenames:
        office.policy = request.getfixturevalue("policy")


def steps(office: Office) -> list[Step]:
    with reading(office.database) as session:
        return list(session.exec(select(Step).order_by(Step.id)))  # type: ignore[arg-type]


def words_kept(office: Office, kind: str) -> dict[str, str]:
    """What was sealed with the newest step of a kind."""
    with transaction(office.database) as session:
        incident = session.exec(select(Incident)).one()
        reader = office.desk().reader(member(LINE_MANAGER))
        read = read_steps(session, incident, reader, now=office.now)
        return next(one.words for one in reversed(read) if one.step.kind == kind)


@BOTH
def test_every_kind_has_a_form_a_first_step_or_somebody_else_who_decides(
    office: Office, visit: Visit, policy: str
) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    for kind in KINDS:
        answer = browser.get(f"/r/{reference}/steps/{kind}")
        page = words_of(answer.text)
        assert step_words()[kind].heading in page
        if answer.status_code == 403:
            assert "decides this" in page
            continue
        empty = browser.post(f"/r/{reference}/steps/{kind}", data={"stage": "whole"})
        assert empty.status_code == 400, (policy, kind)
        assert "<title>Error: " in empty.text
        for field in re.findall(r'<a href="#([^"]+)"', empty.text):
            assert f'id="{field}"' in empty.text, (policy, kind, field)
    assert steps(office) == []


@pytest.mark.clause("SPSO 69")
@pytest.mark.clause("WICS Named ¶3")
@BOTH
def test_who_told_is_chosen_by_name_in_the_order_of_the_policy(
    office: Office, visit: Visit, policy: str
) -> None:
    page = visit(LINE_MANAGER).get(f"/r/{office.open()}/steps/told-in-private").text
    told = re.findall(r'name="by" type="radio" value="(\w+)"', page)
    expected = {
        "spso": [LINE_MANAGER, HR_OFFICER, COMMUNICATIONS, DIRECTOR],
        "wics": [LINE_MANAGER, DIRECTOR],
    }
    assert told[: len(expected[policy])] == expected[policy]
    assert "Effie Lamont, Team Leader" in page
    assert f'value="{LINE_MANAGER}" checked' in page
    assert read_pack(policy).telling.clause in page


@BOTH
def test_a_step_is_kept_as_it_was_filled_in_and_the_record_says_so(
    office: Office, visit: Visit, policy: str
) -> None:
    del policy
    reference = office.open()
    browser = visit(LINE_MANAGER)
    tell(browser, reference)
    (kept,) = steps(office)
    assert (kept.kind, kept.actor) == ("told-in-private", LINE_MANAGER)
    assert kept.about == {"by": LINE_MANAGER, "how": "in-person", "reminded": True}
    page = browser.get(f"/r/{reference}?done=told-in-private").text
    assert "It is recorded that they were told." in page


def test_the_notice_cannot_be_brought_about_by_a_link(office: Office, visit: Visit) -> None:
    reference = office.open()
    tell(visit(LINE_MANAGER), reference)
    other = visit(HR_OFFICER)
    assert (
        "recorded that they were told" not in other.get(f"/r/{reference}?done=told-in-private").text
    )
    office.later(minutes=14)
    later = visit(LINE_MANAGER).get(f"/r/{reference}?done=told-in-private").text
    assert "It is recorded that they were told." not in later


@pytest.mark.clause("WICS Record-kinds")
def test_what_was_done_earlier_keeps_both_times(office: Office, visit: Visit) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    when = {"done-when": "earlier", "done-time": "8:15", **day("done", day="22")}
    tell(browser, reference, **when)
    (kept,) = steps(office)
    assert f"{kept.happened_at:%d %H:%M}" == "22 08:15"
    assert kept.recorded_at == office.now
    assert "written down later" in browser.get(f"/r/{reference}/timeline").text


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ({"done-day": "31", "done-month": "2", "done-year": "2026"}, "Enter the day on which"),
        ({"done-day": "", "done-month": "", "done-year": ""}, "Enter the day on which"),
        ({**day("done"), "done-time": "soon"}, "Enter the time like 14:30"),
        ({**day("done", day="30")}, "It can&#39;t have been done in the future."),
    ],
)
def test_a_moment_that_cannot_be_is_asked_for_again(
    office: Office, visit: Visit, when: dict[str, str], said: str
) -> None:
    reference = office.open()
    answer = fill(visit(LINE_MANAGER), reference, "harm", to="person", done_when="earlier", **when)
    assert answer.status_code == 400
    assert said in answer.text
    assert steps(office) == []


@pytest.mark.clause("SPSO 69")
def test_somebody_later_in_the_order_says_why(office: Office, visit: Visit) -> None:
    reference = office.open()
    hr = visit(HR_OFFICER)
    assert "Why was it not somebody earlier" in hr.get(f"/r/{reference}/steps/told-in-private").text
    told = {"by": HR_OFFICER, "how": "phone", "reminded": "yes"}
    refused = fill(hr, reference, "told-in-private", **told)
    assert 'href="#why-not-earlier">Say why it was not done by somebody' in refused.text
    record(hr, reference, "told-in-private", why_not_earlier="She is on leave.", **told)


def test_the_line_manager_is_not_asked_why_nobody_came_before_them(
    office: Office, visit: Visit
) -> None:
    page = visit(LINE_MANAGER).get(f"/r/{office.open()}/steps/told-in-private").text
    assert "Why was it not somebody earlier" not in page


def test_everything_that_was_typed_comes_back_with_the_complaint(
    office: Office, visit: Visit
) -> None:
    reference = office.open()
    long = "x" * 4001 + "\nand <b>more</b>"
    answer = fill(
        visit(LINE_MANAGER), reference, "police", decision="reported", why=long, force="Police",
        persons_view="for", **day("told-on", month="13"),
    )  # fmt: skip
    assert answer.status_code == 400
    assert long.replace("<", "&lt;").replace(">", "&gt;") in answer.text
    assert "Write 4000 characters or fewer" in answer.text
    assert "Enter a real day" in answer.text
    assert 'value="13"' in answer.text
    assert 'value="reported" checked' in answer.text
    assert steps(office) == []


def test_the_longest_words_in_any_script_are_taken(office: Office, visit: Visit) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    words = dict.fromkeys(("to_staff", "to_others", "to_work"), "語" * 4000)
    record(browser, reference, "risk", self_harm="no-sign", **words)
    assert set(words_kept(office, "risk").values()) == {"語" * 4000}


def test_words_beside_an_answer_that_was_not_chosen_are_left_out(
    office: Office, visit: Visit
) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    tell(browser, reference)
    record(browser, reference, "wishes", answer="no-view", wish="typed before changing my mind")
    assert steps(office)[-1].sealed is None


def test_the_first_question_comes_alone_and_the_rest_follows_from_it(
    office: Office, visit: Visit
) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    address = f"/r/{reference}/steps/outcome"
    first = browser.get(address).text
    assert "Why is nothing needed?" not in first
    none = browser.post(address, data={"stage": "first"})
    assert none.status_code == 400
    assert 'href="#outcome"' in none.text
    rest = browser.post(address, data={"stage": "first", "outcome": "no-action"}).text
    assert "Why is nothing needed?" in rest
    assert "Has the author been told?" not in rest
    assert "You chose: <strong>Nothing: no action is needed" in rest


@pytest.mark.clause("SPSO 11")
@pytest.mark.clause("SPSO 15")
@BOTH
def test_outcomes_and_restrictions_go_from_the_least_to_the_most(
    office: Office, visit: Visit, policy: str
) -> None:
    reference = office.open()
    browser = visit(DIRECTOR)
    office.later(minutes=1)
    manager = visit(LINE_MANAGER)
    outcome = manager.get(f"/r/{reference}/steps/outcome").text
    assert re.findall(r'name="outcome" type="radio" value="([\w-]+)"', outcome) == [
        "no-action", "restoring", "restricting", "zero-tolerance",
    ]  # fmt: skip
    tell_and_ask(manager, reference)
    office.add_exhibit(reference)
    page = manager.get(f"/r/{reference}/steps/restriction").text
    offered = re.findall(r'name="restriction" type="radio" value="(\w+)"', page)
    kinds = [one.name for one in read_pack(policy).restrictions.kinds]
    assert offered == [one for one in kinds if one != "termination"]
    assert browser.get(f"/r/{reference}").status_code == 404


RESTRICTED = {
    "restriction": "channel_or_contact",
    "evidence": "1",
    "adjustments": "none-needed",
    "why": "forty messages in a day",
    "explained": "not-explained",
    "not_explained_why": "nobody knows where they are",
    "wishes": "with",
    **day("review-on", year="2027"),
}


@pytest.mark.clause("SPSO 15")
@pytest.mark.clause("SPSO 9")
@BOTH
def test_a_stronger_restriction_asks_why_less_would_not_do_and_whether_needs_were_considered(
    office: Office, visit: Visit, policy: str
) -> None:
    del policy
    reference = office.open()
    browser = visit(LINE_MANAGER)
    tell_and_ask(browser, reference)
    office.add_exhibit(reference)
    record(browser, reference, "author", type="public", represents="no")
    refused = fill(browser, reference, "restriction", **{**RESTRICTED, "adjustments": ""})
    assert "Were the person&#39;s needs considered" in refused.text
    assert refused.status_code == 400
    weaker = fill(browser, reference, "restriction", **RESTRICTED)
    assert 'href="#why-not-weaker">Say why something less restrictive' in weaker.text
    record(browser, reference, "restriction", why_not_weaker="they write to all", **RESTRICTED)


@pytest.mark.clause("WICS Limitations")
@pytest.mark.clause("WICS Informing")
@pytest.mark.clause("SPSO 65")
@BOTH
def test_the_words_for_a_restriction_keep_rights_and_never_tell_the_cause(
    office: Office, visit: Visit, policy: str
) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    tell_and_ask(browser, reference)
    office.add_exhibit(reference)
    record(browser, reference, "author", type="public", represents="no")
    record(browser, reference, "restriction", why_not_weaker="they write to all", **RESTRICTED)
    assert f"/r/{reference}/words/1" in browser.get(f"/r/{reference}").text
    page = words_of(browser.get(f"/r/{reference}/words/1").text)
    assert "freedom of information" in page
    assert ("You can appeal" in page) is (policy == "spso")
    assert ("You can make representations" in page) is (policy == "wics")
    assert "forty messages" not in page
    assert browser.get(f"/r/{reference}/words/2").status_code == 404


@pytest.mark.clause("SPSO 21.2")
@pytest.mark.clause("WICS Active ¶1")
@BOTH
def test_the_weakest_restriction_needs_no_such_reason(
    office: Office, visit: Visit, policy: str
) -> None:
    del policy
    reference = office.open()
    browser = visit(LINE_MANAGER)
    tell_and_ask(browser, reference)
    office.add_exhibit(reference)
    record(browser, reference, "author", type="public", represents="no")
    record(browser, reference, "restriction", **{**RESTRICTED, "restriction": "no_staff_details"})


@pytest.mark.clause("SPSO 33")
def test_a_decision_about_the_police_is_shown_once_more_before_it_counts(
    office: Office, visit: Visit
) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    address = f"/r/{reference}/steps/police"
    typed = {
        "decision": "not-reported", "why": "It was\na joke.", "persons-view": "no-view",
        "impact": "none",
    }  # fmt: skip
    check = browser.post(address, data={"stage": "whole", **typed})
    assert check.status_code == 200
    assert "Check what you are about to record" in check.text
    assert "a joke." in check.text
    assert steps(office) == []
    again = browser.post(address, data={"stage": "change", **typed})
    assert 'value="not-reported" checked' in again.text
    assert browser.post(address, data={"stage": "checked", **typed}).status_code == 303
    assert words_kept(office, "police")["why"] == "It was\na joke."


@pytest.mark.clause("SPSO 33")
def test_not_to_report_asks_for_the_view_of_the_person_threatened(
    office: Office, visit: Visit
) -> None:
    answer = fill(
        visit(LINE_MANAGER), office.open(), "police", decision="not-reported", why="a joke",
        persons_view="not-asked", impact="none",
    )  # fmt: skip
    assert 'href="#persons-view">Ask the person threatened first' in answer.text


@pytest.mark.clause("WICS Active ¶2")
@pytest.mark.parametrize("policy", ["wics"])
def test_where_the_police_are_always_told_no_other_choice_is_offered(
    office: Office, visit: Visit, policy: str
) -> None:
    del policy
    reference = office.open()
    browser = visit(LINE_MANAGER)
    assert 'value="not-reported"' not in browser.get(f"/r/{reference}/steps/police").text
    forced = fill(
        browser, reference, "police", decision="not-reported", why="no", persons_view="against",
        view="no", impact="none",
    )  # fmt: skip
    assert "always reported to the police" in forced.text
    assert steps(office) == []


@pytest.mark.clause("WICS Terminating ¶1")
@pytest.mark.clause("WICS Terminating ¶2")
@pytest.mark.parametrize("policy", ["wics"])
def test_only_the_top_ends_all_contact_and_it_is_shown_once_more(
    office: Office, visit: Visit, policy: str
) -> None:
    del policy
    reference = office.open()
    manager = visit(LINE_MANAGER)
    tell_and_ask(manager, reference)
    office.add_exhibit(reference)
    record(manager, reference, "author", type="public", represents="no")
    ending = {**RESTRICTED, "restriction": "termination", "why_not_weaker": "tried all"}
    refused = fill(manager, reference, "restriction", **ending)
    assert refused.status_code == 403
    assert "Director" in words_of(refused.text)
    added = manager.post(f"/r/{reference}/bring-in", data={"who": DIRECTOR, "why": "to-decide"})
    assert added.status_code == 303
    top = visit(DIRECTOR)
    lacking = fill(top, reference, "restriction", **ending)
    assert 'href="#recommended-by"' in lacking.text
    assert 'href="#options"' in lacking.text
    typed = {**ending, "recommended_by": DIRECTOR, "options": "one channel"}
    sent = {name.replace("_", "-"): value for name, value in typed.items()}
    check = top.post(f"/r/{reference}/steps/restriction", data={"stage": "whole", **sent})
    assert "Check what you are about to record" in check.text
    record(top, reference, "restriction", **typed)
    page = words_of(top.get(f"/r/{reference}/words/1").text)
    assert "There is no appeal against it" in page


@pytest.mark.clause("SPSO 14")
def test_how_others_like_it_were_decided_is_shown_without_whose_they_were(
    office: Office, visit: Visit
) -> None:
    browser = visit(LINE_MANAGER)
    for _ in range(3):
        earlier = office.open()
        record(browser, earlier, "outcome", outcome="no-action", because="duplicate")
        browser.post(f"/r/{earlier}/close")
    reference = office.open()
    page = words_of(browser.get(f"/r/{reference}/steps/outcome").text)
    assert "3: Nothing: no action is needed (It is in another record already)" in page
    assert earlier not in page


def test_fewer_than_three_alike_are_not_counted(office: Office, visit: Visit) -> None:
    browser = visit(LINE_MANAGER)
    earlier = office.open()
    record(browser, earlier, "outcome", outcome="no-action", because="duplicate")
    browser.post(f"/r/{earlier}/close")
    page = words_of(browser.get(f"/r/{office.open()}/steps/outcome").text)
    assert "Fewer than 3: Nothing: no action is needed" in page


def test_whoever_comes_second_reads_the_first_and_keeps_what_they_typed(
    office: Office, visit: Visit
) -> None:
    reference = office.open()
    first, second = visit(LINE_MANAGER), visit(HR_OFFICER)
    tell(first, reference)
    second.get(f"/r/{reference}/steps/wishes")
    record(first, reference, "wishes", answer="view", wish="leave it be")
    mine = {"answer": "view", "wish": "take it down"}
    answer = fill(second, reference, "wishes", **mine)
    assert answer.status_code == 409
    page = words_of(answer.text)
    assert "Effie Lamont, Team Leader, on 23 November 2026 at 9:30am" in page
    assert "leave it be" in page
    assert "take it down" in answer.text
    assert len(office.trail("steps read")) == 1
    seen = re.search(r'name="seen" value="(\d+)"', answer.text)
    assert seen
    record(second, reference, "wishes", seen=seen[1], **mine)
    assert [one.revision for one in steps(office) if one.kind == "wishes"] == [1, 2]


def test_a_step_is_put_right_with_what_stands_there(office: Office, visit: Visit) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    record(browser, reference, "note", fact="It rained.")
    record(browser, reference, "note", fact="It snowed.")
    assert f"/r/{reference}/steps/note?of=1" in browser.get(f"/r/{reference}/steps").text
    page = browser.get(f"/r/{reference}/steps/note?of=1").text
    assert "It rained." in page
    assert "It snowed." not in page
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', page))
    record(browser, reference, "note", fact="It poured.", **{**hidden, "stage": "whole"})
    kept = [(one.subject, one.revision) for one in steps(office)]
    assert kept == [("1", 1), ("2", 1), ("1", 2)]


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize("outsider", [STRANGER, NAMED, ALONGSIDE])
def test_everybody_else_is_answered_as_if_there_were_no_record(
    office: Office, visit: Visit, outsider: str
) -> None:
    reference = office.open()
    browser = visit(outsider)
    for asked in (reference, "NW-2026-0999"):
        assert browser.get(f"/r/{asked}/steps/note").status_code == 404
        assert fill(browser, asked, "note", fact="It rained.").status_code == 404
    assert steps(office) == []


def test_a_kind_that_there_is_not_is_just_not_there(office: Office, visit: Visit) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    assert browser.get(f"/r/{reference}/steps/canary").status_code == 404
    assert fill(browser, reference, "canary").status_code == 404


@pytest.mark.clause("SPSO 53")
def test_whoever_may_not_decide_is_told_who_does(office: Office, visit: Visit) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    for answer in (
        browser.get(f"/r/{reference}/steps/complaint-misuse"),
        fill(browser, reference, "complaint-misuse", decision="misused", why="often"),
    ):
        assert answer.status_code == 403
        assert "The Leadership Team decides this." in words_of(answer.text)
    assert steps(office) == []


def test_a_closed_record_says_that_it_is_closed(office: Office, visit: Visit) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    record(browser, reference, "outcome", outcome="no-action", because="duplicate")
    browser.post(f"/r/{reference}/close")
    answer = fill(browser, reference, "outcome", outcome="no-action", because="duplicate", seen="1")
    assert answer.status_code == 400
    assert "It is closed; open it again first." in answer.text


def test_an_erased_record_takes_no_step(office: Office, visit: Visit) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    office.erase(reference)
    assert browser.get(f"/r/{reference}/steps/note").status_code == 410
    assert fill(browser, reference, "note", fact="It rained.").status_code == 410


@pytest.mark.clause("SPSO 28")
@pytest.mark.clause("WICS Written ¶1")
@BOTH
def test_a_warning_goes_out_from_an_account_of_the_body(
    office: Office, visit: Visit, policy: str
) -> None:
    del policy
    reference = office.open()
    browser = visit(LINE_MANAGER)
    tell_and_ask(browser, reference)
    page = browser.post(
        f"/r/{reference}/steps/warning", data={"stage": "first", "said": "warned"}
    ).text
    assert re.findall(r'name="account" type="radio" value="(\d+)"', page) == ["1"]
    assert "@office.example" in page


@pytest.mark.clause("SPSO 42")
def test_a_contact_that_is_not_kept_is_shown_once_more_and_then_forgotten(
    office: Office, visit: Visit
) -> None:
    reference = office.open()
    browser = visit(LINE_MANAGER)
    record(
        browser, reference, "outside-contact", where="home", note="he rang", know_them="no",
        **day("on"),
    )  # fmt: skip
    address = f"/r/{reference}/steps/outside-contact-decision"
    assert 'value="1" checked' in browser.get(f"{address}?about=1").text
    typed = {"number": "1", "decision": "do-not-record", "why": "a neighbour"}
    check = browser.post(address, data={"stage": "whole", **typed})
    assert "Check what you are about to record" in check.text
    record(browser, reference, "outside-contact-decision", **typed)
    assert "he rang" not in browser.post(f"/r/{reference}/timeline").text


@pytest.mark.clause("SPSO 29")
@pytest.mark.clause("SPSO 52")
def test_who_is_on_the_list_finds_every_step_that_they_may_take(
    office: Office, visit: Visit
) -> None:
    reference = office.open()
    mine = visit(LINE_MANAGER).get(f"/r/{reference}/steps").text
    assert f"/r/{reference}/steps/casework-use" in mine
    assert f'/r/{reference}/steps/leadership"' not in mine
    keeper = visit(COMMUNICATIONS).get(f"/r/{reference}/steps").text
    assert f'/r/{reference}/steps/leadership"' in keeper
