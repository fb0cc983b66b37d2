"""Passkeys in a real browser with a virtual device: from the first code to doing without."""

import dataclasses
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from console.app import create_app
from console.door_rules import DoorRules
from console.server import ConsoleServer
from evidence.browser import find_browser
from records.database import reading
from records.ways_in import Passkey
from tests.console.cast import LINE_MANAGER, Office, address_of
from tests.console.conftest import THEIR_PASSWORD


@pytest.fixture
def address(office: Office) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    url = f"http://localhost:{port}"
    desk = dataclasses.replace(office.desk(console_url=url), door=DoorRules(passwords=True))
    server = ConsoleServer(create_app(desk), "127.0.0.1", port)
    server.start()
    yield url
    server.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    found = find_browser()
    assert found, "These tests need Chromium."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found)
        yield browser
        browser.close()


@pytest.fixture
def window(chromium: Browser, tmp_path: Path) -> Iterator[Callable[..., "Window"]]:
    contexts: list[BrowserContext] = []

    def new(*, scripts: bool = True) -> "Window":
        context = chromium.new_context(
            viewport={"width": 375, "height": 740}, java_script_enabled=scripts
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        return Window(context, tmp_path)

    yield new
    for context in contexts:
        context.close()


class Window:
    """A browser window, and the device that holds its passkeys."""

    def __init__(self, context: BrowserContext, pictures: Path) -> None:
        self.page: Page = context.new_page()
        self.said: list[str] = []
        self._pictures = pictures
        self._tools = context.new_cdp_session(self.page)
        self._device = ""
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda fault: self.said.append(str(fault)))

    def _hear(self, message: ConsoleMessage) -> None:
        """Errors and warnings, broken content rules among them; not what is only told."""
        if message.type in {"error", "warning"}:
            self.said.append(message.text)

    def has_a_device(self) -> None:
        self._tools.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = self._tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self._device = made["authenticatorId"]

    def owner_is(self, *, recognised: bool) -> None:
        self._tools.send(
            "WebAuthn.setUserVerified",
            {"authenticatorId": self._device, "isUserVerified": recognised},
        )

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def picture(self, name: str) -> None:
        self.page.screenshot(path=self._pictures / f"{name}.png", full_page=True)


def sign_in_by_mail(window: Window, office: Office) -> None:
    window.page.get_by_label("Work e-mail address").fill(address_of(LINE_MANAGER))
    window.press("Send me a code")
    window.page.get_by_label("Code", exact=True).fill(office.code())
    window.press("Sign in")


def test_a_passkey_is_set_up_after_the_first_code_and_then_used(
    office: Office, address: str, window: Callable[..., Window]
) -> None:
    mine = window()
    mine.has_a_device()
    page = mine.page
    page.goto(f"{address}/account")
    expect(page.get_by_text("could not be used")).to_be_hidden()
    mine.picture("sign-in")
    sign_in_by_mail(mine, office)

    expect(page.get_by_role("heading", level=1)).to_have_text("One more step")
    expect(page.get_by_text("could not be set up")).to_be_hidden()
    expect(page.get_by_text("This browser can't use passkeys.")).to_be_hidden()
    mine.picture("second")
    mine.press("Set up a passkey")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
    mine.picture("account")
    with reading(office.database) as session:
        assert session.get_one(Passkey, 1).staff_id == LINE_MANAGER
    mine.press("Sign out")

    page.goto(f"{address}/account")
    mine.press("Sign in with a passkey")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
    assert office.trail("signed in")[-1].about == {"way": "passkey"}
    assert mine.said == []


def test_a_device_that_does_not_know_its_owner_signs_nobody_in(
    office: Office, address: str, window: Callable[..., Window]
) -> None:
    mine = window()
    mine.has_a_device()
    page = mine.page
    page.goto(f"{address}/sign-in?back=/account/passkeys/new")
    sign_in_by_mail(mine, office)
    mine.press("Set up a passkey")
    mine.press("Sign out")
    mine.owner_is(recognised=False)
    page.goto(f"{address}/sign-in")
    mine.press("Sign in with a passkey")
    expect(page.get_by_role("alert")).to_contain_text("The passkey could not be used.")
    mine.picture("not recognised")
    assert len(office.trail("signed in")) == 1


def test_without_scripts_there_is_the_mail_and_no_dead_button(
    office: Office, address: str, window: Callable[..., Window]
) -> None:
    mine = window(scripts=False)
    page = mine.page
    page.goto(f"{address}/sign-in?back=/account/passkeys/new")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    sign_in_by_mail(mine, office)
    for _ in ("the second thing", "another one, later"):
        expect(page.get_by_text("This browser can't use passkeys.")).to_be_visible()
        expect(page.get_by_role("button", name="Set up a passkey")).to_be_hidden()
        if page.get_by_role("heading", level=1).inner_text() == "One more step":
            page.get_by_role("link", name="Use a password instead").click()
            mine.picture("password-beside-the-code")
            page.get_by_label("New password").fill(THEIR_PASSWORD)
            mine.press("Set this password and go on")
    page.get_by_role("link", name="Not now").click()
    page.goto(f"{address}/account/password")
    mine.press("Go on")
    expect(page.get_by_label("New password")).to_be_visible()
    mine.picture("password")
