"""Whole journeys with a keyboard and nothing else, on which one sees at each stop where one is."""

import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from starlette.testclient import TestClient

from console.app import create_app
from console.server import ConsoleServer
from records.incident import Acknowledgement
from records.triage import TriageAnswer
from tests.console.cast import REVEAL, THE_POST, address_of
from tests.console.everybody import STAFF_ID, Role, World, world_in
from tests.pages.furnished import OWN, Furnished, furnish
from tests.pages.keys import Keys

pytestmark = pytest.mark.servers
TITLE = "What was posted"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    with world_in(tmp_path_factory.mktemp("keys")) as world:
        made = furnish(world)
        yield made
        made.browsers[OWN].close()


@dataclass
class Desk:
    """The console as it is served, and its world."""

    house: Furnished
    address: str
    chromium: Browser
    opened: list[BrowserContext]

    @property
    def world(self) -> World:
        return self.house.world

    def sit_down(self, browser: TestClient | None = None) -> Keys:
        """A window of one's own: signed in with the session of `browser`, if one is given."""
        context = self.chromium.new_context(viewport={"width": 1200, "height": 900})
        context.set_default_timeout(10_000)
        for one in browser.cookies.jar if browser else ():
            context.add_cookies([{"name": one.name, "value": one.value or "", "url": self.address}])
        self.opened.append(context)
        return Keys(context.new_page())

    def code(self, before: int) -> str:
        """The code in the mail that has come since."""
        give_up = time.monotonic() + 10
        while len(self.world.office.mails) == before:
            assert time.monotonic() < give_up, "no mail came"
            time.sleep(0.02)
        return self.world.office.code()


@pytest.fixture(scope="module")
def desk(house: Furnished, chromium: Browser) -> Iterator[Desk]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    address = f"http://localhost:{port}"  # as passkeys are for one address alone
    app = create_app(replace(house.world.desk, console_url=address), refusals_take=0)
    server = ConsoleServer(app, "127.0.0.1", port)
    server.start()
    made = Desk(house, address, chromium, [])
    yield made
    for one in made.opened:
        one.close()
    server.stop()


def has_a_device(page: Page) -> None:
    """The window has something that holds passkeys."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def sign_in(desk: Desk, keys: Keys, staff_id: str, address: str) -> None:
    """Through the door by a code and a passkey, then to the page asked for."""
    before = len(desk.world.office.mails)
    has_a_device(keys.page)
    keys.page.goto(f"{desk.address}/sign-in?back=/account/passkeys/new")
    keys.write("Work e-mail address", address_of(staff_id))
    keys.hand_in()
    keys.write("Code", desk.code(before))
    keys.hand_in()
    keys.enter("Set up a passkey")
    keys.page.goto(desk.address + address)


def test_the_line_manager_sees_it_tells_and_hands_over_and_the_person_named_speaks(
    desk: Desk,
) -> None:
    manager = STAFF_ID[Role.LINE_MANAGER]
    reference = desk.world.open(listed=(manager, STAFF_ID[Role.CUSTODIAN]))
    keys = desk.sit_down()
    sign_in(desk, keys, manager, f"/r/{reference}")
    keys.is_at(reference)

    keys.enter("I've seen this")
    keys.is_told("recorded that you have seen this")
    assert desk.world.office.count(Acknowledgement) == 1
    keys.enter(REVEAL)
    keys.is_at(TITLE)
    expect(keys.page.get_by_text(THE_POST.text)).to_be_visible()
    keys.enter("Hide this and go back", key="Shift+Tab")
    keys.is_at(reference)

    keys.enter("I have told them")
    keys.choose("How were they told?", "Face to face")
    keys.choose("Were they reminded", "Yes")
    keys.enter("Record this")
    keys.is_told("It is recorded that they were told.")

    keys.page.goto(f"{desk.address}/r/{reference}/say")
    keys.enter("Make a page for them")
    code = keys.page.locator(".nw-code").inner_text()
    say(desk, code)


def say(desk: Desk, code: str) -> None:
    """The person named opens their page, looks, and says what they would like."""
    keys, before = desk.sit_down(), len(desk.world.office.mails)
    keys.page.goto(f"{desk.address}/say")
    keys.write("Your code", code)
    keys.hand_in()
    keys.write("Second code", desk.code(before))
    keys.enter("Go on")
    keys.is_at("Your page")

    keys.enter("What was found")
    keys.choose("How much do you want to see?", "The words that were posted")
    keys.enter("Keep this choice")
    expect(keys.page.get_by_text(THE_POST.text)).to_have_count(0)
    keys.enter(REVEAL)
    expect(keys.page.get_by_text(THE_POST.text)).to_be_visible()
    keys.enter("Cover this and go back")
    keys.enter("Back to your page")

    keys.enter("What you would like to happen")
    keys.enter("Say this")
    keys.is_told("Choose at least one")
    assert keys.follow("Choose at least one").type == "checkbox"
    keys.tick("Send letters in my manager's name, not mine")
    keys.write("In your own words", "Please tell me first.")
    keys.enter("Say this")
    keys.is_told("Thank you")


def test_the_custodian_triages_and_reports(desk: Desk) -> None:
    keys = desk.sit_down(desk.world.browsers[Role.CUSTODIAN])
    keys.page.goto(f"{desk.address}/inbox")
    keys.enter("Triage")
    keys.enter("Start with the first")
    keys.enter(REVEAL)
    expect(keys.page.get_by_text(THE_POST.text)).to_be_visible()
    keys.enter("Hide it again")
    keys.choose("Is it our person?", "No, it is somebody else with this name")
    keys.enter("Save and go to the next")
    keys.is_told("it is somebody else")
    assert desk.world.office.count(TriageAnswer) == 1

    keys.enter("Report")
    keys.enter("Send report")
    keys.is_told("There is a problem")
    keys.write("Link", "https://social.example/post/9")
    keys.go_to("Who is it about?")
    keys.page.keyboard.type("Fiona")
    keys.write("What do you know about it?", "I saw it this morning.")
    keys.enter("Send report")
    expect(keys.page).to_have_url(f"{desk.address}/report/done")


def test_the_custodian_decides_and_hands_something_out(desk: Desk) -> None:
    reference = desk.house.decided
    keys = desk.sit_down(desk.world.browsers[Role.CUSTODIAN])
    keys.page.goto(f"{desk.address}/r/{reference}/steps/police")
    keys.choose("Are the police told?", "No")
    keys.write("Why?", "It is not a crime.")
    keys.choose("What does the person threatened think?", "They have no view")
    keys.write("What does this mean for other staff?", "They are told to take care.")
    keys.enter("Continue")
    keys.enter("Record this")
    keys.is_told("recorded")

    keys.page.goto(f"{desk.address}/r/{reference}")
    keys.enter("Hand something out")
    keys.choose("Who is it for?", "The police, or a court")
    keys.enter("Continue")
    keys.choose("What goes in?", "The sealed evidence only")
    keys.write("Who gets it?", "Harbour Police")
    keys.write("Why is it handed out?", "They asked for it.")
    keys.go_to("Make the file and download it")
    with keys.page.expect_download() as downloading:
        keys.page.keyboard.press("Enter")
    assert downloading.value.suggested_filename.endswith(f"{reference}.zip")
