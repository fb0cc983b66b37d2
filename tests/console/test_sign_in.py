"""Sign-in: a code by mail to one's own address, and sessions that end in time."""

import dataclasses
import re

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from alerts.errors import DeliveryError
from console.app import create_app
from console.auth import Door
from records.database import reading
from records.roster import roster_of
from records.sign_in import ConsoleSession, SignInCode
from tests.console.cast import HR_OFFICER, LEAVER, LINE_MANAGER, Office, address_of, member
from tests.console.conftest import THEIR_PASSWORD, Visit, enter_by_code, enter_code, sign_in


def ask(browser: TestClient, address: str = address_of(LINE_MANAGER)) -> int:
    return browser.post("/sign-in", data={"address": address}).status_code


def enter(browser: TestClient, code: str) -> int:
    return browser.post("/sign-in/code", data={"code": code}).status_code


def is_in(browser: TestClient) -> bool:
    return "Signed in as" in browser.get("/inbox").text


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_the_code_goes_to_the_persons_own_address_and_names_nobody(
    office: Office, visit: Visit
) -> None:
    ask(visit(), "  S010@SEO.example ")
    to, subject, text = office.mails[-1]
    assert to.staff_id == LINE_MANAGER
    assert re.search(r"\b\d{6}\b", text)
    assert not re.search(r"\d", subject)
    assert "Lamont" not in subject + text


def test_a_right_code_and_a_password_sign_in(office: Office, visit: Visit) -> None:
    browser = visit()
    enter_by_code(browser, office, LINE_MANAGER)
    assert "Signed in as Effie Lamont" in browser.get("/inbox").text


def test_a_code_may_be_typed_in_groups(office: Office, visit: Visit) -> None:
    browser = visit()
    ask(browser)
    code = office.code()
    assert enter(browser, f" {code[:3]} {code[3:]} ") == 303


@pytest.mark.parametrize(
    "stranger",
    ["nobody@seo.example", "s010@elsewhere.example", "@", "a@b", "\u017f010@seo.example"],
)
def test_an_unknown_address_gets_the_same_answers_and_no_mail(
    office: Office, visit: Visit, stranger: str
) -> None:
    known, unknown = visit(), visit()
    answers = []
    for browser, address in ((known, address_of(LINE_MANAGER)), (unknown, stranger)):
        sent = browser.post("/sign-in", data={"address": address, "reference": "NW-2026-0001"})
        form = browser.get(sent.headers["location"])
        tried = [browser.post("/sign-in/code", data={"code": "not a code"}).text for _ in range(7)]
        cookie = re.sub(r"=[^;]+", "=…", sent.headers["set-cookie"], count=1)
        answers.append((sent.status_code, sent.headers["location"], cookie, form.text, tried))
    assert answers[0] == answers[1]
    assert [to.staff_id for to, _, _ in office.mails] == [LINE_MANAGER]


def test_a_mailbox_that_two_people_share_lets_nobody_in(office: Office) -> None:
    shared = [
        dataclasses.replace(member(staff_id), email="team@seo.example")
        for staff_id in (LINE_MANAGER, HR_OFFICER)
    ]
    desk = dataclasses.replace(office.desk(), roster=roster_of(shared))
    asked = Door(desk).ask_for_code("team@seo.example")
    asked.send()
    assert office.mails == []


def test_a_code_works_once(office: Office, visit: Visit) -> None:
    browser = visit()
    ask(browser)
    code, asked = office.code(), browser.cookies["namewatch-code"]
    assert enter(browser, code) == 303
    again = visit()
    again.cookies.set("namewatch-code", asked)
    assert enter(again, code) == 400


def test_a_code_works_only_in_the_browser_that_asked(office: Office, visit: Visit) -> None:
    asked, other = visit(), visit()
    ask(asked)
    code = office.code()
    assert enter(other, code) == 400
    ask(other, "nobody@seo.example")
    assert enter(other, code) == 400
    assert enter(asked, code) == 303


def test_a_code_is_dead_after_five_wrong_tries(office: Office, visit: Visit) -> None:
    browser = visit()
    ask(browser)
    code = office.code()
    assert [enter(browser, wrong(code)) for _ in range(5)] == [400] * 5
    assert enter(browser, code) == 400


def test_the_fifth_try_may_still_be_right(office: Office, visit: Visit) -> None:
    browser = visit()
    ask(browser)
    code = office.code()
    assert [enter(browser, wrong(code)) for _ in range(4)] == [400] * 4
    assert enter(browser, code) == 303


@pytest.mark.parametrize(("minutes", "status"), [(9.9, 303), (10, 400)])
def test_a_code_lives_for_ten_minutes(
    office: Office, visit: Visit, minutes: float, status: int
) -> None:
    browser = visit()
    ask(browser)
    office.later(minutes=minutes)
    assert enter(browser, office.code()) == status


def test_nobody_is_sent_more_than_five_codes_in_a_quarter_of_an_hour(
    office: Office, visit: Visit
) -> None:
    statuses = [ask(visit()) for _ in range(6)]
    assert statuses == [303] * 5 + [429]
    assert len(office.mails) == 5
    assert ask(visit(), address_of(HR_OFFICER)) == 303
    office.later(minutes=15)
    assert ask(visit()) == 303


def test_unknown_addresses_are_limited_in_the_same_way(office: Office, visit: Visit) -> None:
    statuses = [ask(visit(), "nobody@seo.example") for _ in range(6)]
    assert statuses == [303] * 5 + [429]


def test_all_together_are_limited_as_well(office: Office, visit: Visit) -> None:
    browser = visit()
    statuses = [ask(browser, f"n{number}@seo.example") for number in range(201)]
    assert statuses.count(303) == 200
    assert statuses[-1] == 429


def test_only_hashes_of_codes_and_sessions_are_kept(office: Office, visit: Visit) -> None:
    browser = visit()
    ask(browser)
    code, asked = office.code(), browser.cookies["namewatch-code"]
    enter(browser, code)
    with reading(office.database) as session:
        kept_code = session.exec(select(SignInCode)).one()
        kept_session = session.exec(select(ConsoleSession)).one()
    stored = f"{kept_code!r} {kept_session!r}"
    assert code not in stored
    assert asked not in stored
    assert browser.cookies["namewatch"] not in stored
    assert len(kept_session.token_hash) == 64


def test_a_new_session_begins_at_every_sign_in_and_ends_the_old_one(
    office: Office, visit: Visit
) -> None:
    browser = visit()
    enter_by_code(browser, office, LINE_MANAGER)
    old = browser.cookies["namewatch"]
    enter_code(browser, office, LINE_MANAGER)
    half = browser.cookies["namewatch"]
    browser.post("/sign-in/second/password", data={"password": THEIR_PASSWORD})
    assert is_in(browser)
    assert len({old, half, browser.cookies["namewatch"]}) == 3
    for one in (old, half):
        thief = visit()
        thief.cookies.set("namewatch", one)
        assert not is_in(thief)
        assert thief.get("/sign-in/second").headers["location"] == "/sign-in"


def test_a_session_that_was_put_there_by_somebody_else_is_not_taken_over(
    office: Office, visit: Visit
) -> None:
    browser = visit()
    browser.cookies.set("namewatch", "planted", domain="127.0.0.1", path="/")
    enter_by_code(browser, office, LINE_MANAGER)
    planted = visit()
    planted.cookies.set("namewatch", "planted")
    assert not is_in(planted)


@pytest.mark.parametrize(("minutes", "still_in"), [(14, True), (15, False)])
def test_a_quiet_session_ends_after_a_quarter_of_an_hour(
    office: Office, visit: Visit, minutes: int, still_in: bool
) -> None:
    browser = visit(LINE_MANAGER)
    office.later(minutes=minutes)
    assert is_in(browser) is still_in


def test_a_busy_session_ends_after_eight_hours(office: Office, visit: Visit) -> None:
    browser = visit(LINE_MANAGER)
    for _ in range(47):
        office.later(minutes=10)
        assert is_in(browser)
    office.later(minutes=10)
    assert not is_in(browser)


def test_a_leaver_is_out_at_once(office: Office, visit: Visit) -> None:
    browser = visit(LEAVER)
    assert is_in(browser)
    office.now = office.now.replace(hour=23, minute=55)
    sign_in(browser, office, LEAVER)
    office.later(minutes=6)
    assert not is_in(browser)
    mails = len(office.mails)
    ask(visit(), address_of(LEAVER))
    assert len(office.mails) == mails


def test_a_leaver_cannot_use_a_code_of_the_day_before(office: Office, visit: Visit) -> None:
    browser = visit()
    office.now = office.now.replace(hour=23, minute=55)
    ask(browser, address_of(LEAVER))
    office.later(minutes=6)
    assert enter(browser, office.code()) == 400


def test_signing_out_ends_the_session_for_good(office: Office, visit: Visit) -> None:
    browser = visit(LINE_MANAGER)
    token = browser.cookies["namewatch"]
    answer = browser.post("/sign-out")
    assert answer.headers["location"] == "/"
    assert "cache" in answer.headers["clear-site-data"]
    assert "namewatch" not in browser.cookies
    browser.cookies.set("namewatch", token)
    assert not is_in(browser)


def test_sign_in_returns_to_the_record_that_was_asked_for(office: Office, visit: Visit) -> None:
    reference = office.open()
    browser = visit()
    asked = browser.get(f"/r/{reference}")
    assert asked.headers["location"] == f"/sign-in?r={reference}"
    form = browser.get(asked.headers["location"])
    assert f'name="reference" value="{reference}"' in form.text
    browser.post("/sign-in", data={"address": address_of(LINE_MANAGER), "reference": reference})
    entered = browser.post("/sign-in/code", data={"code": office.code(), "reference": reference})
    assert entered.headers["location"] == f"/sign-in/second?r={reference}"
    form = browser.get(f"/sign-in/second/password?r={reference}")
    assert f'name="reference" value="{reference}"' in form.text
    second = {"password": THEIR_PASSWORD, "reference": reference}
    done = browser.post("/sign-in/second/password", data=second)
    assert done.headers["location"] == f"/r/{reference}"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "NW-2026-0001/../../sign-out",
        "NW-2026-0001\r\nset-cookie: a=b",
        "NW-2026-0001\n",
        "NW-٢٠٢٦-0001",
        "javascript:alert(1)",
    ],
)
def test_sign_in_never_leads_anywhere_else(office: Office, visit: Visit, elsewhere: str) -> None:
    browser = visit()
    assert "elsewhere" not in browser.get("/sign-in", params={"r": elsewhere}).text
    sent = browser.post(
        "/sign-in", data={"address": address_of(LINE_MANAGER), "reference": elsewhere}
    )
    assert sent.headers["location"] == "/sign-in/code"
    entered = browser.post("/sign-in/code", data={"code": office.code(), "reference": elsewhere})
    assert entered.headers["location"] == "/sign-in/second"
    form = browser.get("/sign-in/second/password", params={"r": elsewhere}).text
    assert 'name="reference" value=""' in form


def test_nor_does_the_second_step(office: Office, visit: Visit) -> None:
    place = {"reference": "NW-2026-0001/../../sign-out", "back": "//elsewhere.example"}
    assert enter_by_code(visit(), office, LINE_MANAGER, **place) == "/"


@pytest.mark.parametrize(
    ("url", "name", "secure"),
    [
        ("https://127.0.0.1", "__Host-namewatch", True),
        ("http://127.0.0.1", "namewatch", False),
    ],
)
def test_cookies_are_closed_to_scripts_and_other_sites(
    office: Office, url: str, name: str, secure: bool
) -> None:
    app = create_app(office.desk(console_url=url))
    headers = {"sec-fetch-site": "same-origin"}
    with TestClient(app, base_url=url, headers=headers, follow_redirects=False) as browser:
        asked = browser.post("/sign-in", data={"address": address_of(LINE_MANAGER)})
        entered = browser.post("/sign-in/code", data={"code": office.code()})
    for line in (asked.headers["set-cookie"], entered.headers.get_list("set-cookie")[0]):
        assert line.startswith(name)
        assert "HttpOnly" in line
        assert "SameSite=lax" in line
        assert "Path=/" in line
        assert "Domain" not in line
        assert ("Secure" in line) is secure


def test_a_mail_that_fails_is_noted_and_tells_the_visitor_nothing(
    office: Office, visit: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    office.mail_fault = DeliveryError("the server said no", permanent=False)
    assert ask(visit()) == 303
    assert office.trail("sign-in code not sent")[0].about["staff_id"] == LINE_MANAGER
    assert "could not be mailed" in caplog.text
    assert "seo.example" not in caplog.text


def test_signing_in_and_out_and_failing_to_is_in_the_audit_trail(
    office: Office, visit: Visit
) -> None:
    browser = visit(LINE_MANAGER)
    browser.post("/sign-out")
    ask(browser)
    enter(browser, wrong(office.code()))
    for action in ("sign-in code asked for", "signed in", "signed out", "sign-in refused"):
        assert office.trail(action)[-1].actor == LINE_MANAGER


def test_spent_codes_and_ended_sessions_are_forgotten(office: Office, visit: Visit) -> None:
    visit(LINE_MANAGER).post("/sign-out")
    office.later(days=2)
    ask(visit(), address_of(HR_OFFICER))
    assert office.count(SignInCode) == 1
    assert office.count(ConsoleSession) == 0
