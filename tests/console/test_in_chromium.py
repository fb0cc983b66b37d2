"""The whole journey in a real browser, on a phone and on a desk, with and without JavaScript."""

import time
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
from console.server import ConsoleServer
from evidence.browser import find_browser
from records.incident import Acknowledgement
from records.verdict import Verdict
from tests.console.cast import LINE_MANAGER, NAMED, REVEAL, Office, address_of, hostile_post, titled
from tests.console.conftest import THEIR_PASSWORD

PHONE, DESK = {"width": 375, "height": 740}, {"width": 1200, "height": 900}
WIDTHS = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
EITHER_WAY = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    found = find_browser()
    assert found, "These tests need Chromium."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found,
            args=["--host-resolver-rules=MAP console.example 127.0.0.1"],
        )
        yield browser
        browser.close()


@pytest.fixture
def serve(office: Office) -> Iterator[Callable[..., str]]:
    """Serve the office's console; gives its address."""
    running: list[ConsoleServer] = []

    def start(host: str = "127.0.0.1", *, practice: bool = True) -> str:
        desk = office.desk(console_url=f"http://{host}", practice=practice)
        server = ConsoleServer(create_app(desk), "127.0.0.1", 0)
        server.start()
        running.append(server)
        return f"http://{host}:{server.port}"

    yield start
    for server in running:
        server.stop()


class Visitor:
    """A browser window that keeps what its console says and pictures what it shows."""

    def __init__(self, context: BrowserContext, office: Office, pictures: Path) -> None:
        self.page: Page = context.new_page()
        self.office = office
        self.said: list[str] = []
        self._pictures = pictures
        self._shown = 0
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda fault: self.said.append(str(fault)))

    def _hear(self, message: ConsoleMessage) -> None:
        """Errors and warnings, broken content rules among them; not what is only told."""
        if message.type in {"error", "warning"}:
            self.said.append(message.text)

    def picture(self, name: str) -> None:
        self._shown += 1
        self.page.screenshot(path=self._pictures / f"{self._shown:02d}-{name}.png", full_page=True)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def sign_in(self, staff_id: str) -> None:
        before = len(self.office.mails)
        self.page.get_by_label("Work e-mail address").fill(address_of(staff_id))
        self.press("Send me a code")
        give_up = time.monotonic() + 10
        while len(self.office.mails) == before:
            assert time.monotonic() < give_up, "no mail came"
            time.sleep(0.02)
        self.picture("code")
        self.page.get_by_label("Code", exact=True).fill(self.office.code())
        self.press("Sign in")

    def choose_password(self) -> None:
        """The second thing, of which real use takes one."""
        self.picture("second")
        self.page.get_by_label("New password").fill(THEIR_PASSWORD)
        self.press("Set this password and go on")

    def fits(self) -> bool:
        wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        return bool(self.page.evaluate(wide))


@pytest.fixture
def visitor(chromium: Browser, office: Office, tmp_path: Path) -> Iterator[Callable[..., Visitor]]:
    contexts: list[BrowserContext] = []

    def open_window(size: dict[str, int], *, scripts: bool = True) -> Visitor:
        context = chromium.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            java_script_enabled=scripts,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        pictures = tmp_path / "pictures"
        pictures.mkdir(exist_ok=True)
        return Visitor(context, office, pictures)

    yield open_window
    for context in contexts:
        context.close()


@WIDTHS
@EITHER_WAY
@pytest.mark.clause("SPSO 64")
def test_from_the_link_in_the_alert_to_having_seen_it(
    office: Office,
    serve: Callable[..., str],
    visitor: Callable[..., Visitor],
    size: dict[str, int],
    scripts: bool,
) -> None:
    reference = office.open()
    office.add_exhibit(reference)
    window = visitor(size, scripts=scripts)
    page = window.page

    page.goto(f"{serve()}/r/{reference}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    window.picture("sign-in")
    window.sign_in(LINE_MANAGER)

    expect(page).to_have_title(titled(reference))
    expect(page.get_by_text("Fiona MacLeod, Complaints Reviewer")).to_be_visible()
    expect(page.get_by_text("which bus")).to_have_count(0)
    window.picture("record")

    window.press(REVEAL)
    expect(page.get_by_text("which bus she takes home")).to_be_visible()
    window.picture("posts")
    page.get_by_role("button", name="Hide this and go back to the record").click()

    window.press("I've seen this")
    expect(page.get_by_role("alert")).to_contain_text("recorded that you have seen this")
    expect(page.get_by_role("button", name="I've seen this")).to_have_count(0)
    window.picture("seen")
    window.press("Sign out")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    window.picture("start")

    assert office.count(Acknowledgement) == 1
    assert window.said == []


@EITHER_WAY
def test_a_finding_is_put_right_and_that_is_taken_back(
    office: Office, serve: Callable[..., str], visitor: Callable[..., Visitor], scripts: bool
) -> None:
    reference = office.open()
    window = visitor(PHONE, scripts=scripts)
    page = window.page
    page.goto(f"{serve()}/r/{reference}")
    window.sign_in(LINE_MANAGER)
    window.press("It is somebody else with this name")
    expect(page.get_by_role("alert")).to_contain_text("Nothing about this incident has changed.")
    expect(page.get_by_role("button", name="It is somebody else with this name")).to_have_count(0)
    assert window.fits()
    window.picture("said")
    assert office.count(Verdict) == 1
    window.press("Take back what you said")
    expect(page.get_by_role("button", name="It is somebody else with this name")).to_be_visible()
    assert office.count(Verdict) == 0
    assert window.said == []


@WIDTHS
def test_no_page_is_wider_than_its_window(
    office: Office,
    serve: Callable[..., str],
    visitor: Callable[..., Visitor],
    size: dict[str, int],
) -> None:
    reference = office.open()
    office.add_exhibit(reference)
    office.add_post(reference, hostile_post("W" * 5000 + "\u202e" + "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A" * 40))
    window = visitor(size)
    address = serve()
    for path in ("/", f"/sign-in?r={reference}", "/nowhere"):
        window.page.goto(address + path)
        assert window.fits(), path
    window.page.goto(f"{address}/r/{reference}")
    window.sign_in(LINE_MANAGER)
    expect(window.page.get_by_role("heading", level=1)).to_have_text(reference)
    assert window.fits()
    window.press(REVEAL)
    expect(window.page.get_by_role("heading", level=1)).to_have_text("What was posted")
    window.picture("hostile")
    assert window.fits()


def test_every_page_has_one_main_heading_and_every_field_a_label(
    office: Office, serve: Callable[..., str], visitor: Callable[..., Visitor]
) -> None:
    window, address = visitor(PHONE), serve()
    for path in ("/", "/sign-in", "/sign-in/code", "/nowhere"):
        window.page.goto(address + path)
        expect(window.page.get_by_role("heading", level=1)).to_have_count(1)
        expect(window.page.get_by_role("main")).to_have_count(1)
        for box in window.page.get_by_role("textbox").all():
            assert box.evaluate("box => box.labels.length") == 1
    window.page.goto(f"{address}/sign-in")
    window.press("Send me a code")
    expect(window.page.get_by_role("alert")).to_contain_text("There is a problem")
    described = window.page.get_by_label("Work e-mail address").get_attribute("aria-describedby")
    assert described == "address-error"
    window.picture("error")


def test_scripts_in_a_post_do_not_run(
    office: Office, serve: Callable[..., str], visitor: Callable[..., Visitor]
) -> None:
    reference = office.open()
    bad = (
        "<script>document.title='got you'</script><img src=x onerror=\"document.title='got you'\">"
    )
    office.add_post(reference, hostile_post(bad, title=bad, quoted_text=bad))
    window = visitor(PHONE)
    window.page.goto(f"{serve()}/r/{reference}")
    window.sign_in(LINE_MANAGER)
    window.press(REVEAL)
    expect(window.page.get_by_text(bad).first).to_be_visible()
    expect(window.page).to_have_title(titled(f"What was posted \u2013 {reference}"))
    assert window.said == []


def test_forms_work_over_plain_http_where_browsers_send_less(
    office: Office, serve: Callable[..., str], visitor: Callable[..., Visitor]
) -> None:
    """Away from loopback and TLS there is no Sec-Fetch-Site, and Origin must tell the truth."""
    reference = office.open()
    window = visitor(PHONE)
    window.page.goto(f"{serve('console.example')}/r/{reference}")
    window.sign_in(LINE_MANAGER)
    expect(window.page.get_by_role("heading", level=1)).to_have_text(reference)


def test_a_page_elsewhere_cannot_press_for_somebody_who_is_signed_in(
    office: Office,
    serve: Callable[..., str],
    visitor: Callable[..., Visitor],
    tmp_path: Path,
) -> None:
    reference, address = office.open(), serve()
    window = visitor(DESK)
    window.page.goto(f"{address}/r/{reference}")
    window.sign_in(LINE_MANAGER)
    expect(window.page.get_by_role("heading", level=1)).to_have_text(reference)
    trap = tmp_path / "trap.html"
    trap.write_text(
        f'<form method="post" action="{address}/r/{reference}/seen"><button>Win</button></form>'
    )
    window.page.goto(trap.as_uri())
    window.press("Win")
    expect(window.page.get_by_role("heading", level=1)).to_have_text("This request was refused")
    assert office.count(Acknowledgement) == 0


@EITHER_WAY
@pytest.mark.clause("SPSO 69")
@pytest.mark.clause("SPSO 70")
@pytest.mark.clause("SPSO 58")
def test_a_line_manager_sees_it_tells_asks_and_offers_support_on_a_phone(
    office: Office, serve: Callable[..., str], visitor: Callable[..., Visitor], scripts: bool
) -> None:
    reference = office.open()
    window = visitor(PHONE, scripts=scripts)
    page = window.page
    page.goto(f"{serve(practice=False)}/r/{reference}")
    window.sign_in(LINE_MANAGER)
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose a password")
    assert window.fits()
    window.choose_password()
    window.press("I've seen this")

    page.get_by_role("link", name="How to tell them in private").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How to tell them in private")
    expect(page.get_by_text("You have done nothing wrong")).to_be_visible()
    assert window.fits()
    window.picture("talk")

    page.get_by_role("button", name="I have told them").click()
    expect(page.get_by_label("Effie Lamont, Team Leader")).to_be_checked()
    page.get_by_label("Face to face").check()
    page.get_by_role("group", name="Were they reminded").get_by_label("Yes").check()
    window.picture("told")
    window.press("Record this")
    expect(page.get_by_role("alert")).to_contain_text("It is recorded that they were told.")

    page.get_by_role("link", name="Ask what they would like to happen").click()
    wish = page.get_by_label("What would they like to happen?")
    expect(wish).to_be_hidden()
    page.get_by_label("They have said what they would like").check()
    wish.fill("That nothing is done in public.")
    window.picture("wishes")
    window.press("Record this")

    page.get_by_role("link", name="Offer support").click()
    expect(page.get_by_label("Who was it offered to?")).to_have_value(NAMED)
    page.get_by_label("A de-brief").check()
    page.get_by_role("group", name="What did they say?").get_by_label("Yes").check()
    assert window.fits()
    window.picture("support")
    window.press("Record this")
    expect(page.get_by_role("alert")).to_contain_text("what support was offered")
    for title in ("Tell them in private", "Ask what they would like to happen", "Offer support"):
        line = page.get_by_role("listitem").filter(has=page.get_by_role("link", name=title))
        expect(line).to_contain_text("Done")
    window.picture("done")
    assert window.said == []
