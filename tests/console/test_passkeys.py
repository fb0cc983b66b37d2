"""Passkeys: added by whoever is signed in, then the way in, and nobody else's."""

import dataclasses
from collections.abc import Callable, Iterator

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from console.app import create_app
from console.door_rules import DoorRules
from records.database import reading
from records.ways_in import Passkey, SignInChallenge
from tests.console.cast import HR_OFFICER, LEAVER, LINE_MANAGER, Office, address_of
from tests.console.conftest import enter_code, sign_in
from tests.servers.authenticator import Device

URL, NAME = "http://localhost", "localhost"
Open = Callable[..., TestClient]


@pytest.fixture
def browse(office: Office) -> Iterator[Open]:
    """New browsers at an address at which passkeys are possible."""
    opened: list[TestClient] = []
    apps = {}

    def new(staff_id: str = "", *, url: str = URL, codes_always: bool = False) -> TestClient:
        key = (url, codes_always)
        if key not in apps:
            desk = office.desk(console_url=url)
            rules = DoorRules(codes_always=codes_always)
            apps[key] = create_app(dataclasses.replace(desk, door=rules))
        headers = {"sec-fetch-site": "same-origin", "user-agent": "Mozilla (X11; Linux) Firefox/1"}
        browser = TestClient(apps[key], base_url=url, headers=headers, follow_redirects=False)
        opened.append(browser)
        if staff_id:
            sign_in(browser, office, staff_id)
        return browser

    yield new
    for browser in opened:
        browser.close()


def device() -> Device:
    return Device(origin=URL, rp_id=NAME)


def add(browser: TestClient, own: Device, title: str = "My phone") -> int:
    options = browser.post("/account/passkeys/begin").json()
    answer = browser.post("/account/passkeys", data={"answer": own.create(options), "title": title})
    return answer.status_code


def enter(browser: TestClient, own: Device, **asked: str) -> int:
    options = browser.post("/sign-in/passkey/begin").json()
    answer = browser.post("/sign-in/passkey", data={"answer": own.get(options), **asked})
    return answer.status_code


def who_is_in(browser: TestClient) -> str:
    page = browser.get("/account").text
    return page.partition("Signed in as ")[2].partition("<")[0]


def kept(office: Office) -> list[Passkey]:
    with reading(office.database) as session:
        return list(session.exec(select(Passkey)))


def test_a_passkey_that_was_added_signs_its_owner_in(office: Office, browse: Open) -> None:
    own = device()
    assert add(browse(LINE_MANAGER), own) == 303
    browser = browse()
    assert enter(browser, own) == 303
    assert who_is_in(browser) == "Effie Lamont"
    assert office.trail("passkey added")[0].actor == LINE_MANAGER
    assert office.trail("signed in")[-1].about == {"way": "passkey"}


def test_what_a_device_is_asked_names_nobody_until_it_is_the_owners_own(
    office: Office, browse: Open
) -> None:
    add(browse(LINE_MANAGER), device())
    options = browse().post("/sign-in/passkey/begin").json()
    assert options["rpId"] == NAME
    assert options["userVerification"] == "required"
    assert not options.get("allowCredentials")
    asked = browse(HR_OFFICER).post("/account/passkeys/begin").json()
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["attestation"] == "none"


def test_somebody_may_have_several_and_call_them_what_they_like(
    office: Office, browse: Open
) -> None:
    phone, desk = device(), device()
    add(browse(LINE_MANAGER), phone, "  My   phone ")
    browser = browse()
    enter(browser, phone)
    assert add(browser, desk, "") == 303
    assert [one.title for one in kept(office)] == ["My phone", "Firefox on Linux"]
    assert kept(office)[0].user_handle == kept(office)[1].user_handle
    page = browser.get("/account").text
    assert "My phone" in page
    assert "Not used yet" in page
    assert enter(browse(), desk) == 303


def test_a_device_is_told_which_passkeys_there_are_so_that_it_makes_no_second(
    office: Office, browse: Open
) -> None:
    browser, own = browse(LINE_MANAGER), device()
    add(browser, own)
    enter(browser, own)
    asked = browser.post("/account/passkeys/begin").json()
    assert len(asked["excludeCredentials"]) == 1


def test_a_passkey_that_was_removed_signs_nobody_in(office: Office, browse: Open) -> None:
    browser, own = browse(LINE_MANAGER), device()
    add(browser, own)
    enter(browser, own)
    number = kept(office)[0].id
    assert browser.post(f"/account/passkeys/{number}/remove").status_code == 303
    assert enter(browse(), own) == 400
    assert office.trail("passkey removed")[0].actor == LINE_MANAGER


def test_nobody_removes_somebody_elses(office: Office, browse: Open) -> None:
    add(browse(LINE_MANAGER), device())
    browse(HR_OFFICER).post(f"/account/passkeys/{kept(office)[0].id}/remove")
    assert len(kept(office)) == 1
    assert not office.trail("passkey removed")


def test_their_owner_is_told_by_mail_without_content(office: Office, browse: Open) -> None:
    add(browse(LINE_MANAGER), device())
    to, subject, text = office.mails[-1]
    assert to.staff_id == LINE_MANAGER
    assert subject == "Your ways to sign in were changed"
    assert "Lamont" not in text


WRONG: dict[str, Callable[[Device], None]] = {
    "another site": lambda own: setattr(own, "origin", "https://console.elsewhere.example"),
    "another name": lambda own: setattr(own, "rp_id", "elsewhere.example"),
    "its owner was not checked": lambda own: setattr(own, "verifies", False),
    "another key": lambda own: setattr(own, "key", Device(URL, NAME).key),
    "somebody else's": lambda own: setattr(own, "user_handle", b"another person"),
    "a passkey that nobody has": lambda own: setattr(own, "credential_id", b"unknown" * 4),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_answer_signs_nobody_in(
    office: Office, browse: Open, wrong: Callable[[Device], None]
) -> None:
    own, browser = device(), browse()
    add(browse(LINE_MANAGER), own)
    wrong(own)
    assert enter(browser, own) == 400
    assert who_is_in(browser) == ""
    assert office.trail("sign-in refused")[-1].about == {"way": "passkey"}


@pytest.mark.parametrize("wrong", list(WRONG.values())[:3], ids=list(WRONG)[:3])
def test_a_wrong_answer_adds_nothing(
    office: Office, browse: Open, wrong: Callable[[Device], None]
) -> None:
    own = device()
    wrong(own)
    assert add(browse(LINE_MANAGER), own) == 400
    assert kept(office) == []
    assert office.trail("passkey refused")[0].actor == LINE_MANAGER


@pytest.mark.parametrize("broken", ["", "{", "[]", "null", '{"rawId": 7}', "{" * 9000])
def test_a_broken_answer_is_no_fault_of_ours(office: Office, browse: Open, broken: str) -> None:
    browser = browse(LINE_MANAGER)
    browser.post("/account/passkeys/begin")
    assert browser.post("/account/passkeys", data={"answer": broken}).status_code == 400
    browser.post("/sign-in/passkey/begin")
    assert browser.post("/sign-in/passkey", data={"answer": broken}).status_code == 400


def test_an_answer_counts_once(office: Office, browse: Open) -> None:
    """Also of a device that doesn't count, as most that keep passkeys on several devices."""
    own, browser = dataclasses.replace(device(), counts=False), browse()
    add(browse(LINE_MANAGER), own)
    options = browser.post("/sign-in/passkey/begin").json()
    cookie, answer = browser.cookies["namewatch-asked"], own.get(options)
    assert browser.post("/sign-in/passkey", data={"answer": answer}).status_code == 303
    again = browse()
    again.cookies.set("namewatch-asked", cookie)
    assert again.post("/sign-in/passkey", data={"answer": answer}).status_code == 400


def test_an_answer_counts_only_in_the_browser_that_was_asked(office: Office, browse: Open) -> None:
    own, asked, other = device(), browse(), browse()
    add(browse(LINE_MANAGER), own)
    options = asked.post("/sign-in/passkey/begin").json()
    other.post("/sign-in/passkey/begin")
    answer = own.get(options)
    assert other.post("/sign-in/passkey", data={"answer": answer}).status_code == 400
    assert browse().post("/sign-in/passkey", data={"answer": answer}).status_code == 400


def test_an_answer_to_another_question_counts_for_nothing(office: Office, browse: Open) -> None:
    own, browser = device(), browse(LINE_MANAGER)
    add(browser, own)
    enter(browser, own)
    options = browser.post("/account/passkeys/begin").json()
    assert browser.post("/sign-in/passkey", data={"answer": own.get(options)}).status_code == 400


@pytest.mark.parametrize(("minutes", "status"), [(4.9, 303), (5, 400)])
def test_an_answer_has_five_minutes(
    office: Office, browse: Open, minutes: float, status: int
) -> None:
    own, browser = device(), browse()
    add(browse(LINE_MANAGER), own)
    options = browser.post("/sign-in/passkey/begin").json()
    office.later(minutes=minutes)
    answer = browser.post("/sign-in/passkey", data={"answer": own.get(options)})
    assert answer.status_code == status


def test_the_count_of_a_device_never_goes_back(office: Office, browse: Open) -> None:
    own = device()
    add(browse(LINE_MANAGER), own)
    own.count = 9
    assert enter(browse(), own) == 303
    assert kept(office)[0].sign_count == 10
    own.count = 3
    assert enter(browse(), own) == 400


def test_it_is_kept_whether_a_passkey_lies_on_several_devices(office: Office, browse: Open) -> None:
    add(browse(LINE_MANAGER), dataclasses.replace(device(), synced=True))
    add(browse(HR_OFFICER), device())
    assert [(one.synced, one.backed_up) for one in kept(office)] == [(True, True), (False, False)]
    assert kept(office)[0].transports == ["internal"]


def test_nobody_takes_over_a_passkey_that_somebody_else_has(office: Office, browse: Open) -> None:
    own = device()
    add(browse(LINE_MANAGER), own)
    assert add(browse(HR_OFFICER), own) == 400
    assert [one.staff_id for one in kept(office)] == [LINE_MANAGER]


def test_ten_are_enough(office: Office, browse: Open) -> None:
    browser, own = browse(LINE_MANAGER), device()
    add(browser, own)
    enter(browser, own)
    assert [add(browser, device()) for _ in range(10)] == [303] * 9 + [400]


def test_a_leavers_passkey_opens_nothing(office: Office, browse: Open) -> None:
    own = device()
    add(browse(LEAVER), own)
    office.later(days=1)
    assert enter(browse(), own) == 400
    assert office.trail("sign-in refused")[-1].actor == LEAVER


def test_whoever_has_a_passkey_is_sent_no_code_any_more(office: Office, browse: Open) -> None:
    add(browse(LINE_MANAGER), device())
    browser = browse()
    sent = browser.post("/sign-in", data={"address": address_of(LINE_MANAGER)})
    assert sent.headers["location"] == "/sign-in/code"
    _, subject, text = office.mails[-1]
    assert subject == "Your code to sign in"
    assert "use that one" in text
    assert not any(letter.isdigit() for letter in text)


def test_a_code_asked_for_before_is_good_for_nothing_either_way_round(
    office: Office, browse: Open
) -> None:
    early = browse()
    early.post("/sign-in", data={"address": address_of(LINE_MANAGER)})
    code = office.code()
    add(browse(LINE_MANAGER), device())
    assert early.post("/sign-in/code", data={"code": code}).status_code == 400


def test_a_body_may_leave_codes_open_to_all(office: Office, browse: Open) -> None:
    browser = browse(LINE_MANAGER, codes_always=True)
    add(browser, device())
    again = browse(codes_always=True)
    enter_code(again, office, LINE_MANAGER)
    # But a mailbox alone neither opens anything nor adds another device.
    assert "Use my passkey" in again.get("/sign-in/second").text
    for path in ("/sign-in/second/passkey/begin", "/sign-in/second/passkey"):
        assert again.post(path).headers["location"] == "/sign-in/second"
    assert who_is_in(again) == ""


@pytest.mark.parametrize("url", ["http://127.0.0.1", "http://console.example", "https://10.1.1.1"])
def test_where_browsers_allow_no_passkeys_none_are_offered(
    office: Office, browse: Open, url: str
) -> None:
    browser = browse(url=url)
    assert "passkey" not in browser.get("/sign-in").text
    assert browser.post("/sign-in/passkey/begin").status_code in {404, 405}
    assert browser.get("/account/passkeys/new").status_code == 404


def test_old_questions_are_forgotten(office: Office, browse: Open) -> None:
    browse().post("/sign-in/passkey/begin")
    office.later(days=2)
    browse().post("/sign-in/passkey/begin")
    assert office.count(SignInChallenge) == 1


def test_asking_is_limited(office: Office, browse: Open) -> None:
    browser = browse()
    statuses = {browser.post("/sign-in/passkey/begin").status_code for _ in range(601)}
    assert statuses == {200, 429}
