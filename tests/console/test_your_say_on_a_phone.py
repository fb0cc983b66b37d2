"""From the teller's press to the person's own words, in a real browser on a phone."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from console.server import ConsoleServer
from evidence.browser import find_browser
from tests.console.cast import LINE_MANAGER, NAMED, REVEAL, THE_POST, Office, address_of, titled
from tests.console.conftest import THEIR_PASSWORD
from tests.console.test_your_say import Body

PHONE, DESK = {"width": 375, "height": 740}, {"width": 1200, "height": 900}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    found = find_browser()
    assert found, "These tests need Chromium."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found)
        yield browser
        browser.close()


class Window:
    """A browser of its own: what it shows is pictured, what its console says is kept."""

    def __init__(self, chromium: Browser, size: dict[str, int], pictures: Path) -> None:
        context = chromium.new_context(viewport={"width": size["width"], "height": size["height"]})
        context.set_default_timeout(10_000)
        self.page: Page = context.new_page()
        self.said: list[str] = []
        self._pictures = pictures
        self._width = size["width"]
        self.page.on(
            "console",
            lambda one: self.said.append(one.text) if _complains(one) else None,
        )

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def looks_right(self, name: str) -> None:
        """Nothing is wider than the screen; a picture is kept for people to look at."""
        wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        assert self.page.evaluate(wide), name
        self._pictures.mkdir(parents=True, exist_ok=True)
        file = self._pictures / f"say-{self._width}-{name}.png"
        self.page.screenshot(path=file, full_page=True)


def _complains(message: ConsoleMessage) -> bool:
    """An error or a warning, but for the forms that are meant to come back."""
    return message.type in {"error", "warning"} and "status of 400" not in message.text


def mailed_code(office: Office, before: int) -> str:
    give_up = time.monotonic() + 10
    while len(office.mails) == before:
        assert time.monotonic() < give_up, "no mail came"
        time.sleep(0.02)
    return office.code()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.clause("SPSO 69")
@pytest.mark.clause("SPSO 16")
@pytest.mark.clause("WICS Named ¶3")
def test_from_the_code_on_paper_to_ones_own_words(
    office: Office, chromium: Browser, tmp_path: Path, size: dict[str, int]
) -> None:
    body = Body(office)
    reference = body.told()
    server = ConsoleServer(body.app, "127.0.0.1", 0)
    server.start()
    address = f"http://127.0.0.1:{server.port}"
    try:
        code = _make_the_page(Window(chromium, size, tmp_path), office, address, reference)
        own = Window(chromium, size, tmp_path)
        _open_it(own, office, address, code)
        _choose_and_look(own)
        _say(own)
        assert own.said == []
    finally:
        server.stop()
    [wishes] = body.steps(reference, "wishes")
    assert wishes.step.actor == NAMED
    assert wishes.words["wish"].startswith("Send letters in my manager's name, not mine\n")
    assert office.trail("own post revealed")


def _make_the_page(window: Window, office: Office, address: str, reference: str) -> str:
    page, before = window.page, len(office.mails)
    page.goto(f"{address}/r/{reference}/say")
    page.get_by_label("Work e-mail address").fill(address_of(LINE_MANAGER))
    window.press("Send me a code")
    page.get_by_label("Code", exact=True).fill(mailed_code(office, before))
    window.press("Sign in")
    page.get_by_label("New password").fill(THEIR_PASSWORD)
    window.press("Set this password and go on")
    page.goto(f"{address}/r/{reference}/say")
    window.looks_right("1-make")
    window.press("Make a page for them")
    expect(page.get_by_role("heading", level=1)).to_have_text("Give them this code")
    window.looks_right("2-code")
    return page.locator(".nw-code").inner_text()


def _open_it(window: Window, office: Office, address: str, code: str) -> None:
    page, before = window.page, len(office.mails)
    page.goto(f"{address}/say")
    expect(page).to_have_title(titled("Your page"))
    window.looks_right("3-open")
    page.get_by_label("Your code").fill("k7qd m4xw")
    window.press("Open my page")
    expect(page.get_by_role("alert")).to_contain_text("This code does not work")
    window.looks_right("4-wrong")
    page.get_by_label("Your code").fill(code.lower())
    window.press("Open my page")
    window.looks_right("5-second")
    page.get_by_label("Second code").fill(mailed_code(office, before))
    window.press("Go on")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your page")
    window.looks_right("6-page")


def _choose_and_look(window: Window) -> None:
    page = window.page
    page.get_by_role("link", name="What was found").click()
    window.looks_right("7-see")
    page.get_by_label("The words that were posted").check()
    window.press("Keep this choice")
    expect(page.get_by_text(THE_POST.text)).to_have_count(0)
    window.looks_right("8-covered")
    window.press(REVEAL)
    expect(page.get_by_text(THE_POST.text)).to_be_visible()
    window.looks_right("9-words")
    page.get_by_role("button", name="Cover this and go back").first.click()
    expect(page.get_by_text(THE_POST.text)).to_have_count(0)
    page.get_by_role("link", name="Back to your page").click()


def _say(window: Window) -> None:
    page = window.page
    page.get_by_role("link", name="What you would like to happen").click()
    window.press("Say this")
    expect(page.get_by_role("alert")).to_contain_text("Choose at least one")
    window.looks_right("10-nothing-chosen")
    page.get_by_label("Send letters in my manager's name, not mine").check()
    page.get_by_label("In your own words").fill("Please tell me before anything is done.")
    window.press("Say this")
    expect(page.get_by_role("alert")).to_contain_text("Thank you")
    window.looks_right("11-said")
    page.get_by_role("link", name="What you would like to happen").click()
    window.looks_right("12-again")
    page.get_by_role("link", name="Back to your page").click()
    page.get_by_role("link", name="Your personal record").click()
    window.looks_right("13-file")
    page.get_by_role("link", name="Back to your page").click()
    page.get_by_role("link", name="Who has seen the record").click()
    window.looks_right("14-who")
    window.press("Leave this page")
    expect(page).to_have_title(titled("Your page"))
