"""Sessions: seen and ended by their owner, and proof again before what is grave."""

import re

import pytest

from console.sessions import device_words
from records.sign_in import ConsoleSession
from tests.console.cast import HR_OFFICER, LINE_MANAGER, Office, address_of
from tests.console.conftest import THEIR_PASSWORD, Visit, enter_by_code, enter_code, sign_in

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 20_1 like Mac OS X) Version/20.1 Mobile Safari/604.1"


def is_in(browser: object) -> bool:
    return bool(browser.get("/account").status_code == 200)  # type: ignore[attr-defined]


def handles(page: str) -> list[str]:
    return re.findall(r'name="handle" value="([0-9a-f]+)"', page)


def test_people_see_where_they_are_signed_in(office: Office, visit: Visit) -> None:
    own = visit(LINE_MANAGER)
    office.later(minutes=1)
    phone = visit()
    phone.headers["user-agent"] = PHONE
    sign_in(phone, office, LINE_MANAGER)
    page = own.get("/account").text
    assert "Safari on an iPhone" in page
    assert "(this one)" in page
    assert "Signed in with a passkey on 23 November 2026 at 9:31am" in page
    assert len(handles(page)) == 1
    for token in (own.cookies["namewatch"], phone.cookies["namewatch"]):
        assert token not in page


def test_people_see_that_somebody_has_entered_a_code_and_nothing_more(
    office: Office, visit: Visit
) -> None:
    own, other = visit(LINE_MANAGER), visit()
    enter_code(other, office, LINE_MANAGER)
    page = own.get("/account").text
    assert "A code by e-mail was entered on 23 November 2026" in page
    (handle,) = handles(page)
    own.post("/account/sessions/end", data={"handle": handle})
    assert other.get("/sign-in/second").headers["location"] == "/sign-in"


def test_one_session_is_ended_at_once(office: Office, visit: Visit) -> None:
    own, other = visit(LINE_MANAGER), visit(LINE_MANAGER)
    (handle,) = handles(own.get("/account").text)
    answer = own.post("/account/sessions/end", data={"handle": handle})
    assert answer.headers["location"] == "/account?done=ended"
    assert is_in(own)
    assert not is_in(other)
    assert office.trail("session ended")[0].actor == LINE_MANAGER


def test_all_others_are_ended_at_once(office: Office, visit: Visit) -> None:
    own, *others = [visit(LINE_MANAGER) for _ in range(4)]
    own.post("/account/sessions/end-others")
    assert is_in(own)
    assert not any(is_in(one) for one in others)
    assert len(office.trail("session ended")) == 3


def test_nobody_ends_or_sees_somebody_elses(office: Office, visit: Visit) -> None:
    own, other, another = visit(LINE_MANAGER), visit(HR_OFFICER), visit(HR_OFFICER)
    (handle,) = handles(other.get("/account").text)
    assert handles(own.get("/account").text) == []
    own.post("/account/sessions/end", data={"handle": handle})
    own.post("/account/sessions/end-others")
    assert is_in(other)
    assert is_in(another)


@pytest.mark.parametrize("handle", ["", "x", "x" * 65])
def test_a_session_that_is_not_there_cannot_be_ended(
    office: Office, visit: Visit, handle: str
) -> None:
    own = visit(LINE_MANAGER)
    assert own.post("/account/sessions/end", data={"handle": handle}).status_code in {303, 400}
    assert is_in(own)


@pytest.mark.parametrize("path", ["/account/sessions/end", "/account/sessions/end-others"])
def test_the_addresses_of_forms_do_nothing_when_they_are_opened(
    office: Office, visit: Visit, path: str
) -> None:
    own, other = visit(LINE_MANAGER), visit(LINE_MANAGER)
    assert own.get(path).status_code == 405
    assert is_in(other)
    assert visit().post(path).headers["location"] == "/sign-in"


def test_what_a_browser_says_of_itself_is_never_shown(office: Office, visit: Visit) -> None:
    own = visit()
    own.headers["user-agent"] = "<script>alert(1)</script> Firefox on Windows NT, by Effie"
    sign_in(own, office, LINE_MANAGER)
    page = own.get("/account").text
    assert "Firefox on Windows" in page
    assert "alert(1)" not in page


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("", "A browser"),
        ("curl/8", "A browser"),
        (PHONE, "Safari on an iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/150 Safari/537.36 Edg/150", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/150 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X) Firefox/150", "Firefox on a Mac"),
    ],
)
def test_a_device_is_called_by_rough_words(agent: str, words: str) -> None:
    assert device_words(agent) == words


def test_a_page_that_needs_sign_in_is_come_back_to(office: Office, visit: Visit) -> None:
    browser = visit()
    asked = browser.get("/account")
    assert asked.headers["location"] == "/sign-in?back=/account"
    form = browser.get(asked.headers["location"]).text
    assert 'name="back" value="/account"' in form
    sent = browser.post("/sign-in", data={"address": address_of(LINE_MANAGER), "back": "/account"})
    assert sent.headers["location"] == "/sign-in/code?back=/account"
    entered = browser.post("/sign-in/code", data={"code": office.code(), "back": "/account"})
    assert entered.headers["location"] == "/sign-in/second?back=/account"
    asked = browser.get(entered.headers["location"])
    assert asked.headers["location"] == "/sign-in/second/password?back=/account"
    assert 'name="back" value="/account"' in browser.get(asked.headers["location"]).text
    second = {"password": THEIR_PASSWORD, "back": "/account"}
    done = browser.post("/sign-in/second/password", data=second)
    assert done.headers["location"] == "/account"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "/account/../sign-out",
        "/account//elsewhere",
        "/account?x=y",
        "/account\n",
        "/account/%2e%2e/sign-out",
        "/sign-out",
        "/static/start.js",
        "/accounts",
        "account",
        "javascript:alert(1)",
    ],
)
def test_nobody_is_led_where_we_have_no_page(office: Office, visit: Visit, elsewhere: str) -> None:
    browser = visit()
    for path in ("/sign-in", "/sign-in/again", "/sign-in/code"):
        assert 'name="back" value=""' in browser.get(path, params={"back": elsewhere}).text
    asked = {"address": address_of(LINE_MANAGER), "back": elsewhere}
    assert browser.post("/sign-in", data=asked).headers["location"] == "/sign-in/code"
    entered = browser.post("/sign-in/code", data={"code": office.code(), "back": elsewhere})
    assert entered.headers["location"] == "/sign-in/second"


@pytest.mark.parametrize(("minutes", "proven"), [(4.9, True), (5, False)])
def test_what_is_grave_takes_proof_of_the_last_five_minutes(
    office: Office, visit: Visit, minutes: float, proven: bool
) -> None:
    browser = visit(LINE_MANAGER)
    office.later(minutes=minutes)
    answer = browser.get("/break-glass/ask")
    assert (answer.status_code == 200) is proven
    if not proven:
        assert answer.headers["location"] == "/sign-in/again?back=/break-glass/ask"
        page = browser.get(answer.headers["location"]).text
        assert "sign in once more" in page


def test_whoever_proves_it_again_gets_a_new_session_and_loses_the_old(
    office: Office, visit: Visit
) -> None:
    browser = visit()
    enter_by_code(browser, office, LINE_MANAGER)
    old = browser.cookies["namewatch"]
    office.later(minutes=6)
    assert browser.get("/break-glass/ask").status_code == 303
    leads_to = enter_by_code(browser, office, LINE_MANAGER, back="/break-glass/ask")
    assert leads_to == "/break-glass/ask"
    assert browser.get("/break-glass/ask").status_code == 200
    thief = visit()
    thief.cookies.set("namewatch", old)
    assert not is_in(thief)
    assert office.count(ConsoleSession) == 4  # two halves, and two that were whole
