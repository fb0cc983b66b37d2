"""An office, and browsers that visit its console without and with Chromium."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from console.app import create_app
from tests.console.cast import Office, address_of, new_office

Visit = Callable[..., TestClient]


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


def sign_in(browser: TestClient, office: Office, staff_id: str) -> None:
    browser.post("/sign-in", data={"address": address_of(staff_id)})
    assert browser.post("/sign-in/code", data={"code": office.code()}).status_code == 303
