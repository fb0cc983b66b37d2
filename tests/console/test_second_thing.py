"""Two things: a code by mail opens nothing but the page that asks for a second one."""

import dataclasses
from collections.abc import Callable, Iterator

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from console.app import create_app
from console.auth import Door
from console.door_rules import DoorRules, ProviderAccess
from console.own_ways import forget_all
from records.database import reading, transaction
from records.ways_in import CodePassword, LinkedIdentity, Passkey
from tests.console.cast import HR_OFFICER, LINE_MANAGER, Office
from tests.console.conftest import THEIR_PASSWORD, enter_by_code, enter_code, sign_in
from tests.servers.authenticator import Device
from tests.servers.oidc import CLIENT, CLIENT_SECRET, OidcServer

SECOND = "/sign-in/second"
PASSWORD = f"{SECOND}/password"
NAMED, UNNAMED = "http://localhost", "http://127.0.0.1"
"""Where passkeys are possible, and where they are not."""
Open = Callable[..., TestClient]


@pytest.fixture
def browse(office: Office) -> Iterator[Open]:
    opened: list[TestClient] = []
    apps = {}

    def new(url: str = NAMED, rules: DoorRules | None = None) -> TestClient:
        key = (url, rules)
        if key not in apps:
            desk = dataclasses.replace(office.desk(console_url=url), door=rules or DoorRules())
            apps[key] = create_app(desk)
        headers = {"sec-fetch-site": "same-origin", "user-agent": "Mozilla (X11; Linux) Firefox/1"}
        browser = TestClient(apps[key], base_url=url, headers=headers, follow_redirects=False)
        opened.append(browser)
        return browser

    yield new
    for browser in opened:
        browser.close()


def half_in(browser: TestClient, office: Office, staff_id: str = LINE_MANAGER) -> TestClient:
    enter_code(browser, office, staff_id)
    return browser


def add_passkey(browser: TestClient, own: Device, **place: str) -> str:
    options = browser.post(f"{SECOND}/passkey/begin").json()
    form = {"answer": own.create(options), **place}
    answer = browser.post(f"{SECOND}/passkey", data=form)
    return answer.headers.get("location", "")


def device() -> Device:
    return Device(origin=NAMED, rp_id="localhost")


def is_in(browser: TestClient) -> bool:
    return browser.get("/account").status_code == 200


def test_a_code_alone_opens_no_page_and_comes_back_to_the_one_asked_for(
    office: Office, browse: Open
) -> None:
    reference = office.open()
    browser = half_in(browse(), office)
    assert not is_in(browser)
    assert browser.get("/").status_code == 200  # the start page of strangers
    assert browser.get("/inbox").headers["location"] == f"{SECOND}?back=/inbox"
    for path in ("", "/timeline"):
        asked = browser.get(f"/r/{reference}{path}").headers["location"]
        assert asked.startswith(SECOND)
        assert reference in asked
    assert browser.post(f"/r/{reference}/seen").headers["location"].startswith(SECOND)
    page = browser.get(SECOND).text
    assert "One more step" in page
    for told in ("Lamont", "Signed in as", "Inbox", reference):
        assert told not in page
    assert [one.action for one in office.trail("signed in")] == []
    assert office.trail("sign-in begun")[0].actor == LINE_MANAGER


def test_a_passkey_set_up_there_leads_on_at_once_and_is_all_that_is_needed_next_time(
    office: Office, browse: Open
) -> None:
    reference, own = office.open(), device()
    browser = half_in(browse(), office)
    page = browser.get(f"{SECOND}?r={reference}").text
    assert page.index("Set up a passkey") < page.index("Use a password instead")
    assert f'name="reference" value="{reference}"' in page
    assert add_passkey(browser, own, reference=reference) == f"/r/{reference}"
    assert "Effie Lamont" in browser.get(f"/r/{reference}").text
    assert office.trail("signed in")[-1].about == {"way": "passkey"}
    assert (office.mails[-1][0].staff_id, "A passkey was added." in office.mails[-1][2]) == (
        LINE_MANAGER,
        True,
    )
    with reading(office.database) as session:
        assert session.exec(select(Passkey)).one().title == "Firefox on Linux"
    again = browse()
    options = again.post("/sign-in/passkey/begin").json()
    assert again.post("/sign-in/passkey", data={"answer": own.get(options)}).status_code == 303
    assert is_in(again)


def test_a_device_that_does_not_answer_well_lets_nobody_in(office: Office, browse: Open) -> None:
    wrong = device()
    wrong.verifies = False
    browser = half_in(browse(), office)
    assert add_passkey(browser, wrong) == ""
    assert "could not be set up" in browser.post(f"{SECOND}/passkey", data={"answer": "{}"}).text
    assert not is_in(browser)


def test_where_there_can_be_no_passkey_a_password_is_chosen_and_asked_for_each_time(
    office: Office, browse: Open
) -> None:
    browser = half_in(browse(UNNAMED), office)
    assert browser.get(SECOND).headers["location"] == PASSWORD
    assert "Choose a password" in browser.get(PASSWORD).text
    assert browser.post(PASSWORD, data={"password": THEIR_PASSWORD}).headers["location"] == "/"
    assert is_in(browser)
    assert "A password was set." in office.mails[-1][2]

    again = half_in(browse(UNNAMED), office)
    assert again.get(SECOND).headers["location"] == PASSWORD
    assert "Enter your password" in again.get(PASSWORD).text
    wrong = again.post(PASSWORD, data={"password": "eight brown seals awake"})
    assert (wrong.status_code, is_in(again)) == (400, False)
    assert office.trail("sign-in refused")[-1].about == {"way": "code and password"}
    assert again.post(PASSWORD, data={"password": THEIR_PASSWORD}).status_code == 303
    assert is_in(again)
    assert office.trail("signed in")[-1].about == {"way": "code and password"}
    assert "and with a password that you set on" in again.get("/account").text


def test_a_mailbox_can_neither_replace_a_password_nor_go_round_it(
    office: Office, browse: Open
) -> None:
    enter_by_code(browse(), office, LINE_MANAGER)
    thief = half_in(browse(), office)
    for path in (f"{SECOND}/passkey/begin", f"{SECOND}/passkey"):
        assert thief.post(path).headers["location"] == SECOND
    assert thief.post(PASSWORD, data={"password": "a new one of the thief"}).status_code == 400
    assert thief.post("/account/code-password").headers["location"] == SECOND
    assert not is_in(thief)
    assert office.count(CodePassword) == 1
    assert office.count(Passkey) == 0


def test_of_two_who_begin_at_once_the_second_is_not_let_in(office: Office, browse: Open) -> None:
    first, second, own = half_in(browse(), office), half_in(browse(), office), device()
    options = second.post(f"{SECOND}/passkey/begin").json()
    assert first.post(PASSWORD, data={"password": THEIR_PASSWORD}).status_code == 303
    late = second.post(f"{SECOND}/passkey", data={"answer": own.create(options)})
    assert late.headers["location"] == SECOND
    desk = office.desk(console_url=NAMED)
    door = Door(desk)
    assert not door.beside_code.choose(desk.roster[LINE_MANAGER], "one of the second's own")
    token, _ = door.passkeys.ask_to_add(desk.roster[LINE_MANAGER])
    assert not door.passkeys.add(desk.roster[LINE_MANAGER], token, "{}", "", first=True)
    assert not is_in(second)


@pytest.mark.parametrize("weak", ["", "short", "aaaaaaaaaaaaaaaaaaaa", "Effie Lamont 123"])
def test_a_password_that_is_easy_to_guess_is_not_taken_here_either(
    office: Office, browse: Open, weak: str
) -> None:
    browser = half_in(browse(UNNAMED), office)
    assert browser.post(PASSWORD, data={"password": weak}).status_code == 400
    assert not is_in(browser)
    assert office.count(CodePassword) == 0


def test_guessing_it_is_limited(office: Office, browse: Open) -> None:
    enter_by_code(browse(UNNAMED), office, LINE_MANAGER)
    thief = half_in(browse(UNNAMED), office)
    tries = [thief.post(PASSWORD, data={"password": "wrong"}).status_code for _ in range(6)]
    assert tries == [400] * 5 + [429]


def test_only_a_hash_of_it_is_kept_and_it_can_be_changed(office: Office, browse: Open) -> None:
    browser, other = browse(UNNAMED), "nine white gulls in line"
    enter_by_code(browser, office, LINE_MANAGER)
    assert "Change your password" in browser.get("/account/code-password").text
    assert browser.post("/account/code-password", data={"password": "short"}).status_code == 400
    done = browser.post("/account/code-password", data={"password": other})
    assert "Your password is changed." in browser.get(done.headers["location"]).text
    with reading(office.database) as session:
        assert session.exec(select(CodePassword)).one().password_hash.startswith("$argon2id$")
    again = half_in(browse(UNNAMED), office)
    assert again.post(PASSWORD, data={"password": THEIR_PASSWORD}).status_code == 400
    assert again.post(PASSWORD, data={"password": other}).status_code == 303


def test_whoever_has_none_to_change_is_led_back(office: Office, browse: Open) -> None:
    browser = browse()
    sign_in(browser, office, LINE_MANAGER)
    for method in ("GET", "POST"):
        answer = browser.request(method, "/account/code-password")
        assert answer.headers["location"] == "/account"


@pytest.fixture
def there(office: Office) -> Iterator[OidcServer]:
    with OidcServer(int(office.now.timestamp())) as server:
        yield server


def test_an_account_at_the_provider_is_a_second_thing(
    office: Office, browse: Open, there: OidcServer
) -> None:
    access = ProviderAccess(there.url, CLIENT, CLIENT_SECRET, "Example Identity")
    rules = DoorRules(codes_always=True, provider=access)
    browser = half_in(browse(UNNAMED, rules), office)
    assert "Use my Example Identity account" in browser.get(SECOND).text
    page = browser.post(f"{SECOND}/elsewhere", data={"back": "/inbox"})
    back = there.visit(page.headers["refresh"].removeprefix("0; url="))
    assert not is_in(browser)
    assert browser.get(back).headers["location"] == "/inbox"
    assert is_in(browser)
    assert "Your account at Example Identity was linked." in office.mails[-1][2]

    again = half_in(browse(UNNAMED, rules), office)
    assert again.post(f"{SECOND}/elsewhere").headers["location"] == SECOND
    assert 'action="/sign-in/elsewhere"' in again.get(SECOND).text
    # Somebody else comes back from there with the same account.
    other = half_in(browse(UNNAMED, rules), office, HR_OFFICER)
    page = other.post(f"{SECOND}/elsewhere")
    back = there.visit(page.headers["refresh"].removeprefix("0; url="))
    assert "somebody else has linked it" in other.get(back).text
    assert not is_in(other)
    assert office.count(LinkedIdentity) == 1


def test_half_a_session_ends_in_a_quarter_of_an_hour_however_busy(
    office: Office, browse: Open
) -> None:
    browser = half_in(browse(), office)
    for _ in range(2):
        office.later(minutes=7)
        assert browser.get(SECOND).status_code == 200
    office.later(minutes=1)
    assert browser.get(SECOND).headers["location"] == "/sign-in"
    assert browser.post(PASSWORD, data={"password": THEIR_PASSWORD}).headers["location"] == (
        "/sign-in"
    )


def test_whoever_has_lost_all_is_taken_back_to_the_beginning(office: Office, browse: Open) -> None:
    enter_by_code(browse(), office, LINE_MANAGER)
    with transaction(office.database) as session:
        forget_all(session, LINE_MANAGER, actor=HR_OFFICER, now=office.now)
    browser = half_in(browse(), office)
    assert "Set up a second way once" in browser.get(SECOND).text
    assert add_passkey(browser, device()) == "/"
    assert is_in(browser)


def test_one_can_stop_there(office: Office, browse: Open) -> None:
    browser = half_in(browse(), office)
    token = browser.cookies["namewatch"]
    browser.post("/sign-out")
    browser.cookies.set("namewatch", token)
    assert browser.get(SECOND).headers["location"] == "/sign-in"


def test_whoever_is_in_is_led_on_and_a_stranger_to_the_door(office: Office, browse: Open) -> None:
    browser = browse()
    assert browser.get(f"{SECOND}?back=/inbox").headers["location"] == "/sign-in?back=/inbox"
    assert browser.post(PASSWORD, data={"password": "x"}).headers["location"] == "/sign-in"
    sign_in(browser, office, LINE_MANAGER)
    assert browser.get(f"{SECOND}?back=/inbox").headers["location"] == "/inbox"


def test_while_practising_a_code_is_enough_and_the_page_says_so(office: Office) -> None:
    app = create_app(office.desk(practice=True))
    headers = {"sec-fetch-site": "same-origin"}
    with TestClient(app, base_url=UNNAMED, headers=headers, follow_redirects=False) as browser:
        assert "While you practise, this code is enough." in browser.get("/sign-in/code").text
        browser.post("/sign-in", data={"address": "s010@seo.example"})
        entered = browser.post("/sign-in/code", data={"code": office.code()})
        assert entered.headers["location"] == "/"
        assert is_in(browser)
