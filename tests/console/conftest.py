"""An office, and browsers that visit its console without and with Chromium."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from console.app import create_app
from console.desk import Desk
from console.sessions import Sessions, Way
from records.database import transaction
from tests.console.cast import Office, address_of, new_office

Visit = Callable[..., TestClient]
THEIR_PASSWORD = "seven grey seals asleep"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = new_office(tmp_path)
    yield made
    made.database.dispose()


@pytest.fixture
def visit(office: Office) -> Iterator[Visit]:
    """Open the console in a new browser, signed in as `staff_id` if one is given."""
    app = create_app(office.desk())
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


def sign_in(browser: TestClient, office: Office, staff_id: str, way: Way = Way.PASSKEY) -> None:
    """As the door would, after a passkey or in another `way`; the door has tests of its own."""
    let_in(browser, office.desk(), staff_id, way)


def let_in(browser: TestClient, desk: Desk, staff_id: str, way: Way = Way.PASSKEY) -> None:
    """The same at any desk."""
    agent = browser.headers["user-agent"]
    with transaction(desk.database) as session:
        opened = Sessions(desk).open(session, staff_id, way, agent, desk.now())
    host = browser.base_url.host
    domain = f"{host}.local" if "." not in host else host
    browser.cookies.set("namewatch", opened, domain=domain, path="/")


def enter_code(browser: TestClient, office: Office, staff_id: str) -> None:
    """By a code by mail, and no further."""
    browser.post("/sign-in", data={"address": address_of(staff_id)})
    answer = browser.post("/sign-in/code", data={"code": office.code()})
    assert answer.headers["location"].startswith("/sign-in/second")


def enter_by_code(browser: TestClient, office: Office, staff_id: str, **place: str) -> str:
    """Through the door by a code by mail and a password; where that leads."""
    enter_code(browser, office, staff_id)
    form = {"password": THEIR_PASSWORD, **place}
    answer = browser.post("/sign-in/second/password", data=form)
    assert answer.status_code == 303
    return answer.headers["location"]
