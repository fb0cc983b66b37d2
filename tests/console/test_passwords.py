"""A password with a second factor: only where the body wants it, never one without the other."""

import dataclasses
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pyotp
import pytest
from pwdlib import PasswordHash
from sqlmodel import select
from starlette.testclient import TestClient

from console.app import create_app
from console.door_rules import DoorRules
from records.database import reading
from records.record_key import RecordKey
from records.ways_in import OwnPassword, RecoveryCode
from tests.console.cast import HR_OFFICER, LEAVER, LINE_MANAGER, Office, address_of
from tests.console.conftest import sign_in

PASSWORD = "four quiet herring gulls"
Open = Callable[..., TestClient]


@pytest.fixture
def browse(office: Office) -> Iterator[Open]:
    """New browsers of a body that wants passwords."""
    app = create_app(dataclasses.replace(office.desk(), door=DoorRules(passwords=True)))
    opened: list[TestClient] = []

    def new(staff_id: str = "") -> TestClient:
        browser = TestClient(
            app,
            base_url="http://127.0.0.1",
            headers={"sec-fetch-site": "same-origin"},
            follow_redirects=False,
        )
        opened.append(browser)
        if staff_id:
            sign_in(browser, office, staff_id)
        return browser

    yield new
    for browser in opened:
        browser.close()


class Phone:
    """An authenticator into which somebody typed the key that they were shown."""

    def __init__(self, office: Office, page: str) -> None:
        found = re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", page)
        assert found
        self._totp = pyotp.TOTP(found[0].replace(" ", ""))
        self._office = office

    def code(self, *, steps: int = 0) -> str:
        return self._totp.at(self._office.now, counter_offset=steps)


def begin(browser: TestClient, office: Office) -> Phone:
    return Phone(office, browser.post("/account/password/begin").text)


def set_up(
    browser: TestClient, office: Office, password: str = PASSWORD
) -> tuple[Phone, list[str]]:
    phone = begin(browser, office)
    page = browser.post("/account/password", data={"password": password, "code": phone.code()})
    codes = re.findall(r"<li>([a-z0-9]{4}(?:-[a-z0-9]{4}){3})</li>", page.text)
    office.later(seconds=30)
    return phone, codes


def enter(
    browser: TestClient, code: str, password: str = PASSWORD, staff_id: str = LINE_MANAGER
) -> int:
    form = {"address": address_of(staff_id), "password": password, "code": code}
    return browser.post("/sign-in/password", data=form).status_code


def test_password_and_code_together_sign_in(office: Office, browse: Open) -> None:
    phone, codes = set_up(browse(LINE_MANAGER), office)
    assert len(codes) == 10
    browser = browse()
    assert enter(browser, phone.code()) == 303
    assert "Signed in as Effie Lamont" in browser.get("/account").text
    assert office.trail("password set")[0].actor == LINE_MANAGER
    assert office.trail("signed in")[-1].about == {"way": "password"}


def test_neither_is_enough_alone(office: Office, browse: Open) -> None:
    phone, codes = set_up(browse(LINE_MANAGER), office)
    right = phone.code()
    assert enter(browse(), "000000" if right != "000000" else "000001") == 400
    assert enter(browse(), right, "another password of theirs") == 400
    assert enter(browse(), codes[0], "another password of theirs") == 400
    assert enter(browse(), "", PASSWORD) == 400
    assert office.trail("sign-in refused")[-1].actor == LINE_MANAGER
    # A wrong password uses up neither the code nor the recovery code.
    assert enter(browse(), right) == 303
    assert enter(browse(), codes[0]) == 303


def test_a_code_of_the_app_counts_once(office: Office, browse: Open) -> None:
    phone, _ = set_up(browse(LINE_MANAGER), office)
    code = phone.code()
    assert enter(browse(), code) == 303
    assert enter(browse(), code) == 400
    office.later(seconds=30)
    assert enter(browse(), code) == 400
    assert enter(browse(), phone.code()) == 303


def test_the_code_with_which_it_was_set_up_counts_no_more(office: Office, browse: Open) -> None:
    browser = browse(LINE_MANAGER)
    phone = begin(browser, office)
    code = phone.code()
    browser.post("/account/password", data={"password": PASSWORD, "code": code})
    assert enter(browse(), code) == 400


@pytest.mark.parametrize(("steps", "status"), [(-2, 400), (-1, 303), (1, 303), (2, 400)])
def test_a_clock_may_be_half_a_minute_off(
    office: Office, browse: Open, steps: int, status: int
) -> None:
    phone, _ = set_up(browse(LINE_MANAGER), office)
    office.later(minutes=5)
    assert enter(browse(), phone.code(steps=steps)) == status


def test_a_recovery_code_stands_in_for_the_app_once(office: Office, browse: Open) -> None:
    _, codes = set_up(browse(LINE_MANAGER), office)
    browser = browse()
    assert enter(browser, codes[3].upper().replace("-", " ")) == 303
    assert enter(browse(), codes[3]) == 400
    assert "You have 9 recovery codes left" in browser.get("/account").text
    assert office.trail("recovery code used")[0].actor == LINE_MANAGER


def test_somebody_elses_recovery_code_is_no_good(office: Office, browse: Open) -> None:
    set_up(browse(LINE_MANAGER), office)
    _, others = set_up(browse(HR_OFFICER), office)
    assert enter(browse(), others[0]) == 400


def test_new_recovery_codes_replace_the_old(office: Office, browse: Open) -> None:
    phone, old = set_up(browse(LINE_MANAGER), office)
    browser = browse()
    enter(browser, phone.code())
    page = browser.post("/account/password/codes").text
    assert old[0] not in page
    assert len(re.findall(r"<li>[a-z0-9-]{19}</li>", page)) == 10
    assert enter(browse(), old[0]) == 400


def test_nothing_that_lets_anybody_in_stands_in_the_database(office: Office, browse: Open) -> None:
    browser = browse(LINE_MANAGER)
    page = browser.post("/account/password/begin").text
    phone = Phone(office, page)
    answer = browser.post("/account/password", data={"password": PASSWORD, "code": phone.code()})
    code = re.findall(r"<li>([a-z0-9-]{19})</li>", answer.text)[0]
    key = phone._totp.secret
    with reading(office.database) as session:
        kept = session.exec(select(OwnPassword)).one()
        assert kept.password_hash.startswith("$argon2id$")
        assert key.encode() not in kept.sealed_secret
        hashes = [one.code_hash for one in session.exec(select(RecoveryCode))]
    assert all(len(one) == 64 for one in hashes)
    file = Path(str(office.database.url.database))
    raw = b"".join(one.read_bytes() for one in file.parent.glob(f"{file.name}*"))
    for secret in (key, PASSWORD, code, code.replace("-", "")):
        assert secret.encode() not in raw


@pytest.mark.parametrize(
    "weak",
    ["", "short", "14 characters.", "aaaaaaaaaaaaaaaaaaaa", "abababababababababab",
     "Effie Lamont 123", "Scottish Example Ombudsman", "x" * 201],
)  # fmt: skip
def test_a_password_that_is_easy_to_guess_is_not_taken(
    office: Office, browse: Open, weak: str
) -> None:
    browser = browse(LINE_MANAGER)
    phone = begin(browser, office)
    answer = browser.post("/account/password", data={"password": weak, "code": phone.code()})
    assert answer.status_code == 400
    assert office.count(OwnPassword) == 0


def test_after_a_slip_the_key_stays_the_same(office: Office, browse: Open) -> None:
    browser = browse(LINE_MANAGER)
    phone = begin(browser, office)
    again = browser.post("/account/password", data={"password": PASSWORD, "code": "12"})
    assert again.status_code == 400
    assert Phone(office, again.text).code() == phone.code()
    form = {"password": PASSWORD, "code": phone.code()}
    assert browser.post("/account/password", data=form).status_code == 200


def test_setting_up_takes_no_longer_than_five_minutes(office: Office, browse: Open) -> None:
    browser = browse(LINE_MANAGER)
    phone = begin(browser, office)
    office.later(minutes=5)
    answer = browser.post("/account/password", data={"password": PASSWORD, "code": phone.code()})
    assert answer.status_code == 303
    assert office.count(OwnPassword) == 0


def test_a_new_password_replaces_the_old_with_its_app_and_codes(
    office: Office, browse: Open
) -> None:
    phone, codes = set_up(browse(LINE_MANAGER), office)
    browser = browse()
    enter(browser, phone.code())
    other, _ = set_up(browser, office, "quite another long password")
    assert enter(browse(), phone.code()) == 400
    assert enter(browse(), codes[0], "quite another long password") == 400
    assert enter(browse(), other.code(), "quite another long password") == 303
    with reading(office.database) as session:
        assert [one.wrapped is None for one in session.exec(select(RecordKey))] == [True, False]


def test_a_password_can_be_removed(office: Office, browse: Open) -> None:
    phone, codes = set_up(browse(LINE_MANAGER), office)
    browser = browse()
    enter(browser, phone.code())
    office.later(seconds=30)
    assert browser.post("/account/password/remove").status_code == 303
    assert enter(browse(), phone.code()) == 400
    assert (office.count(OwnPassword), office.count(RecoveryCode)) == (0, 0)
    assert codes


def test_strangers_and_wrong_passwords_are_answered_alike(office: Office, browse: Open) -> None:
    set_up(browse(LINE_MANAGER), office)

    def answer(address: str) -> str:
        form = {"address": address, "password": PASSWORD, "code": "123"}
        page = browse().post("/sign-in/password", data=form)
        assert page.status_code == 400
        return page.text.replace(address, "")

    known = answer(address_of(LINE_MANAGER))
    assert known == answer(address_of(HR_OFFICER)) == answer("nobody@seo.example")


def test_the_slow_part_is_done_for_strangers_too(
    office: Office, browse: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(browse(LINE_MANAGER), office)
    checked = []
    verify = PasswordHash.verify

    def counted(self: PasswordHash, password: str, known: str) -> bool:
        checked.append(known[:10])
        return bool(verify(self, password, known))

    monkeypatch.setattr(PasswordHash, "verify", counted)
    for staff_id in (LINE_MANAGER, HR_OFFICER, "nobody"):
        enter(browse(), "123456", "wrong but long enough", staff_id)
    assert checked == ["$argon2id$"] * 3


def test_guessing_becomes_slower_and_slower(office: Office, browse: Open) -> None:
    phone, _ = set_up(browse(LINE_MANAGER), office)

    def guesses(how_many: int) -> list[int]:
        return [enter(browse(), "000000", "some wrong password") for _ in range(how_many)]

    assert guesses(6) == [400] * 5 + [429]
    office.later(minutes=15)
    assert guesses(6)[-1] == 429
    office.later(minutes=15)
    assert guesses(1) == [429]
    # Somebody else is not kept waiting.
    assert enter(browse(), "000000", staff_id=HR_OFFICER) == 400
    office.later(days=1)
    assert enter(browse(), phone.code()) == 303


def test_a_leavers_password_opens_nothing(office: Office, browse: Open) -> None:
    phone, _ = set_up(browse(LEAVER), office)
    office.later(days=1)
    assert enter(browse(), phone.code(), staff_id=LEAVER) == 400


def test_setting_one_takes_somebody_who_has_just_signed_in(office: Office, browse: Open) -> None:
    browser = browse(LINE_MANAGER)
    office.later(minutes=5)
    leads = {
        "/account/password/begin": "/account/password",
        "/account/password": "/account/password",
        "/account/password/codes": "/account",
        "/account/password/remove": "/account",
    }
    for path, back in leads.items():
        answer = browser.post(path)
        assert answer.headers["location"] == f"/sign-in/again?back={back}"


def test_where_the_body_wants_none_there_are_no_such_pages(office: Office) -> None:
    app = create_app(office.desk())
    with TestClient(app, base_url="http://127.0.0.1") as browser:
        assert "password" not in browser.get("/sign-in").text
        assert browser.get("/sign-in/password").status_code == 404
        assert browser.get("/account/password").status_code == 404
