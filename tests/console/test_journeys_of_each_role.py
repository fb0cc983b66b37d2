"""What each role comes for, in a real browser, by either policy: where they differ, pages say so.

How people sign in has tests of its own; here the door has let them in.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    expect,
    sync_playwright,
)

from casework.incidents import by_reference, give_access
from console.server import ConsoleServer
from evidence.browser import find_browser
from records.database import transaction
from records.incident import Acknowledgement
from tests.console.cast import REVEAL, THE_POST, titled
from tests.console.everybody import NAMED, STAFF_ID, Role, World, world_in
from tests.console.filling import record as fill_in
from tests.console.filling import tell_and_ask

PHONE = {"width": 375, "height": 740}
MEANT_TO_FAIL = re.compile(r"status of 40[034]")
TOLD = {
    "spso": {
        Role.LINE_MANAGER: "line_manager",
        Role.HR_OFFICER: "hr_officer",
        Role.CUSTODIAN: "communications_manager",
    },
    "wics": {Role.LINE_MANAGER: "line_manager"},
}
"""Whom an alert goes to first, by the policy (SPSO 67.1, WICS Named ¶1)."""
SHARER = {"spso": Role.CUSTODIAN, "wics": Role.LEADER}
"""Who shares with the leadership; in the second body the liaison is somebody of their own."""


@dataclass
class House:
    """A body that keeps to one policy, with its console open."""

    world: World
    policy: str
    address: str
    chromium: Browser
    opened: list[BrowserContext] = field(default_factory=list)

    @property
    def is_spso(self) -> bool:
        return self.policy == "spso"

    def record(self, *more: Role, asked: bool = False) -> str:
        """An incident of which the policy's people were told, and `more`; its reference."""
        reference = self.world.open()
        self.world.keep_evidence(reference)
        roles = {**dict.fromkeys(more, "told"), **TOLD[self.policy]}
        office = self.world.office
        with transaction(office.database) as session:
            incident = by_reference(session, reference)
            for role, name in roles.items():
                give_access(
                    session, incident, STAFF_ID[role], role=name, reason="for the test",
                    now=office.now,
                )  # fmt: skip
        if asked:
            tell_and_ask(self.world.browsers[Role.LINE_MANAGER], reference)
        return reference

    def visit(self, role: Role = Role.NOBODY) -> "Visitor":
        """A new window, in which the door has let this person in."""
        context = self.chromium.new_context(
            viewport={"width": PHONE["width"], "height": PHONE["height"]}
        )
        context.set_default_timeout(20_000)
        self.opened.append(context)
        visitor = Visitor(self, context)
        visitor.let_in(role)
        return visitor


class Visitor:
    """One person's window."""

    def __init__(self, house: House, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.said: list[str] = []
        self._house = house
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda fault: self.said.append(str(fault)))

    def _hear(self, message: ConsoleMessage) -> None:
        """Errors and warnings, but for the pages that are meant to be refused."""
        if message.type in {"error", "warning"} and not MEANT_TO_FAIL.search(message.text):
            self.said.append(message.text)

    def let_in(self, role: Role) -> None:
        """As the door does once it knows who it is."""
        for name, value in self._house.world.browsers[role].cookies.items():
            self.page.context.add_cookies(
                [{"name": name, "value": value, "url": self._house.address}]
            )

    def go(self, path: str) -> None:
        self.page.goto(self._house.address + path)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def choose(self, question: str, answer: str) -> None:
        self.group(question).get_by_role("radio", name=answer, exact=True).first.check()

    def group(self, question: str) -> Locator:
        return self.page.get_by_role("group", name=question)

    def task(self, name: str) -> Locator:
        link = self.page.get_by_role("link", name=name, exact=True)
        return self.page.get_by_role("listitem").filter(has=link)

    def heading(self, words: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(words)

    def told(self, words: str) -> None:
        expect(self.page.get_by_role("alert")).to_contain_text(words)

    def refused(self, path: str) -> None:
        """As if there were nothing."""
        self.go(path)
        self.heading("There is no such page for you")

    def not_theirs(self, path: str, who: str) -> None:
        """They may read the record, but somebody else decides."""
        self.go(path)
        expect(self.page.get_by_role("main")).to_contain_text(f"{who} decides this.")
        expect(self.page.locator("main form")).to_have_count(0)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    found = find_browser()
    assert found, "These tests need Chromium."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found)
        yield browser
        browser.close()


@pytest.fixture(scope="module", params=tuple(TOLD))
def furnished(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, chromium: Browser
) -> Iterator[House]:
    policy = request.param
    with world_in(tmp_path_factory.mktemp("house"), policy=policy) as world:
        desk, roles = world.desk, dict(world.desk.organisation.roles)
        if policy == "wics":
            roles["leadership_sharer"] = (STAFF_ID[Role.LEADER],)
        changes = {"roles": roles, "accounts": ("@office.example",)}
        desk.renew(desk.organisation.model_copy(update=changes), desk.roster, desk.pack)
        server = ConsoleServer(world.app, "127.0.0.1", 0)
        server.start()
        yield House(world, policy, f"http://127.0.0.1:{server.port}", chromium)
        server.stop()


@pytest.fixture
def house(furnished: House) -> Iterator[House]:
    yield furnished
    while furnished.opened:
        furnished.opened.pop().close()


@pytest.mark.clause("SPSO 69")
@pytest.mark.clause("WICS Named ¶3")
def test_a_line_manager_comes_by_the_alert_sees_it_tells_and_asks(house: House) -> None:
    reference = house.record()
    own = house.visit()
    own.go(f"/r/{reference}")
    own.heading("Sign in")
    own.let_in(Role.LINE_MANAGER)
    own.go(f"/r/{reference}")
    expect(own.page).to_have_title(titled(reference))
    expect(own.page.get_by_text(THE_POST.text)).to_have_count(0)
    own.press("I've seen this")
    own.told("recorded that you have seen this")
    own.press(REVEAL)
    expect(own.page.get_by_text(THE_POST.text)).to_be_visible()
    own.press("Hide this and go back to the record")
    own.press("I have told them")
    tellers = own.group("Who told them?")
    expect(tellers.get_by_role("radio")).to_have_count(5 if house.is_spso else 3)
    expect(tellers.get_by_label("Dougal Imrie")).to_have_count(1 if house.is_spso else 0)
    own.choose("How were they told?", "Face to face")
    own.choose("Were they reminded", "Yes")
    own.press("Record this")
    own.told("It is recorded that they were told.")
    own.follow("Ask what they would like to happen")
    own.choose("Have they said", "They have said what they would like")
    own.page.get_by_label("What would they like to happen?").fill("Nothing in public.")
    own.press("Record this")
    for name in ("Tell them in private", "Ask what they would like to happen"):
        expect(own.task(name).first).to_contain_text("Done")
    assert house.world.office.count(Acknowledgement) == 1
    assert own.said == []


@pytest.mark.clause("SPSO 58")
@pytest.mark.clause("SPSO 71")
@pytest.mark.clause("WICS Named ¶5")
def test_an_hr_officer_offers_support_and_asks_about_the_personal_file(house: House) -> None:
    reference = house.record(Role.HR_OFFICER, asked=True)
    own = house.visit(Role.HR_OFFICER)
    own.go(f"/r/{reference}")
    expect(own.task("Ask witnesses")).to_have_count(int(house.is_spso))
    own.follow("Offer support")
    own.page.get_by_label("A de-brief").check()
    own.choose("What did they say?", "Yes")
    own.press("Record this")
    own.told("what support was offered")
    own.go(f"/r/{reference}/steps/personal-record")
    whose = own.group("Whose answer is this?").get_by_role("radio")
    expect(whose).to_have_count(2 if house.is_spso else 1)
    decides = "The HR officer" if house.is_spso else "The decider on the personal record"
    expect(own.page.get_by_label(decides)).to_have_count(1)
    expect(own.page.get_by_label("The person named", exact=True)).to_have_count(int(house.is_spso))
    if house.is_spso:
        own.go(f"/r/{reference}/say")
        own.heading("A page for the person")
    else:
        own.refused(f"/r/{reference}/say")
    own.refused("/registers")
    assert own.said == []


@pytest.mark.clause("SPSO 71")
@pytest.mark.clause("WICS Named ¶5")
def test_a_communications_manager_decides_about_removal_and_asks_the_platform(
    house: House,
) -> None:
    reference = house.record(Role.CUSTODIAN, asked=True)
    own = house.visit(Role.CUSTODIAN)
    own.go(f"/r/{reference}/steps/removal")
    own.choose("What is done about the post?", "The platform is asked to remove it")
    own.choose("How likely", "It might")
    own.page.get_by_label("Why?", exact=True).fill("It says where somebody can be found.")
    own.choose("Is this what the person named would like?", "Yes, this is what they would like")
    own.press("Record this")
    own.heading(reference)
    own.go(f"/r/{reference}/steps/platform-report")
    own.choose("What did you ask for?", "That it is removed")
    own.page.get_by_label("Which platform?").fill("Bluesky")
    own.page.get_by_label("Which of the platform's own reasons").fill("harassment")
    _day(own, "When was it reported?", "23", "11", "2026")
    _day(own, "When should we ask again?", "30", "11", "2026")
    own.choose("From which account?", "@office.example")
    own.choose("Is this what the person named would like?", "Yes, this is what they would like")
    own.press("Record this")
    own.heading(reference)
    own.go("/registers/platform-reports")
    expect(own.page.get_by_role("main")).to_contain_text(reference)
    assert own.said == []


@pytest.mark.clause("SPSO 71")
@pytest.mark.clause("WICS Named ¶5")
def test_the_leadership_is_told_by_whom_the_policy_names(house: House) -> None:
    reference = house.record(Role.CUSTODIAN, Role.LEADER, asked=True)
    path = f"/r/{reference}/steps/leadership"
    others = Role.LEADER if house.is_spso else Role.CUSTODIAN
    who = "communications and engagement manager" if house.is_spso else "liaison with the Lead"
    house.visit(others).not_theirs(path, f"The {who}{'' if house.is_spso else 'ership Team'}")
    own = house.visit(SHARER[house.policy])
    own.go(path)
    own.choose("Is it shared with the leadership?", "No")
    own.page.get_by_label("Why?", exact=True).fill("They need not know.")
    own.press("Record this")
    own.heading(reference)
    expect(own.task("Share it with the leadership").first).to_contain_text("Done")
    assert own.said == []


@pytest.mark.clause("SPSO 71")
@pytest.mark.clause("WICS Named ¶5")
@pytest.mark.clause("WICS Retention")
def test_the_custodian_keeps_registers_hands_out_and_looks_at_what_falls_due(house: House) -> None:
    reference = house.record(asked=True)
    own = house.visit(Role.CUSTODIAN)
    own.go("/registers")
    for name in ("Restrictions", "Reports to platforms", "Sharing"):
        own.follow(name)
        own.heading(name)
        own.page.go_back()
    own.go("/retention")
    own.heading("Keep or erase")
    own.go(f"/r/{reference}/export/police")
    own.page.get_by_label("The sealed evidence only").check()
    own.page.get_by_label("Who gets it?").fill("Harbour Police")
    own.page.get_by_label("Why is it handed out?").fill("They asked for it.")
    with own.page.expect_download() as made:
        own.press("Make the file and download it")
    assert "Fiona" not in made.value.suggested_filename
    own.go("/registers/sharing")
    expect(own.page.get_by_role("main")).to_contain_text(reference)
    assert own.said == []


@pytest.mark.clause("SPSO 71")
@pytest.mark.clause("WICS Named ¶5")
def test_a_digest_is_released_by_whoever_shares_and_read_by_the_leadership(house: House) -> None:
    head = house.visit(Role.HEAD)
    head.go("/digest")
    expect(head.page.get_by_text("No digest has been released yet.")).to_be_visible()
    own = house.visit(SHARER[house.policy])
    own.go("/digest")
    own.press("Draft the digest of October 2026")
    expect(own.page.get_by_text("This is a draft.")).to_be_visible()
    head.refused("/digest/2026/10")
    own.press("Release it to the leadership")
    head.go("/digest/2026/10")
    expect(head.page.get_by_role("heading", level=1)).to_contain_text("October 2026")
    expect(head.page.get_by_text("Fiona MacLeod")).to_have_count(0)
    house.visit(Role.HR_OFFICER).refused("/digest/2026/10")
    assert own.said == head.said == []


@pytest.mark.clause("SPSO 33")
@pytest.mark.clause("WICS Active ¶2")
@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.HEAD])
def test_who_leads_decides_about_the_police(house: House, role: Role) -> None:
    reference = house.record(role, asked=True)
    own = house.visit(role)
    own.go(f"/r/{reference}/steps/police")
    choices = own.group("Are the police told?")
    expect(choices.get_by_label("No", exact=True)).to_have_count(int(house.is_spso))
    if house.is_spso:
        own.choose("Are the police told?", "No")
    else:
        own.choose("Are the police told?", "Yes, they have been told")
        own.page.get_by_label("Which police were told?").fill("Harbour Police")
        _day(own, "When were they told?", "23", "11", "2026")
        own.page.get_by_label("Who told them?").select_option(STAFF_ID[role])
    own.page.get_by_label("Why?", exact=True).fill("So the policy says, and so do I.")
    own.choose("What does the person threatened think?", "They have no view")
    own.page.get_by_label("What does this mean for other staff?").fill("Nothing.")
    own.press("Continue")
    own.press("Record this")
    own.heading(reference)
    expect(own.task("Decide about the police").first).to_contain_text("Done")
    assert own.said == []


@pytest.mark.clause("SPSO 21")
@pytest.mark.clause("WICS Active ¶1")
@pytest.mark.clause("WICS Terminating ¶2")
def test_a_director_limits_contact_as_far_as_the_policy_goes(house: House) -> None:
    reference = house.record(Role.DIRECTOR, Role.HEAD, asked=True)
    director = house.world.browsers[Role.DIRECTOR]
    fill_in(director, reference, "author", type="public", represents="no")
    own = house.visit(Role.DIRECTOR)
    own.go(f"/r/{reference}/steps/restriction")
    kinds = own.group("What is limited?")
    only_spso, only_wics = "Through somebody else, such as an advocate", "All contact ends"
    expect(kinds.get_by_label(only_spso)).to_have_count(int(house.is_spso))
    expect(kinds.get_by_label(only_wics)).to_have_count(int(not house.is_spso))
    kinds.get_by_label("No direct contact details and no staff names are given").check()
    own.page.get_by_label("Exhibit 1").check()
    own.choose("Were the person's needs considered", "Yes, and nothing is needed")
    own.page.get_by_label("Why is it needed?").fill("They wrote to staff at home.")
    own.page.get_by_label("If it is not reviewed, why?").fill("It ends with the case.")
    own.choose("Has the person been told?", "No")
    own.page.get_by_label("Why not?").fill("The letter goes tomorrow.")
    own.choose("Is this what the person named would like?", "Yes, this is what they would like")
    own.press("Record this")
    own.heading(reference)
    head = house.visit(Role.HEAD)
    if house.is_spso:
        head.go(f"/r/{reference}/steps/appeal")
        head.heading("Hear an appeal")
        expect(head.page.locator("main form")).to_have_count(1)
    else:
        head.not_theirs(f"/r/{reference}/steps/appeal", "Somebody else")
        head.go(f"/r/{reference}/steps/representations")
        expect(head.page.locator("main form")).to_have_count(1)
    assert own.said == head.said == []


@pytest.mark.clause("SPSO 16")
@pytest.mark.clause("SPSO 71")
@pytest.mark.clause("WICS Named ¶3")
@pytest.mark.clause("WICS Named ¶5")
def test_the_person_named_has_a_page_of_their_own_and_no_other(house: House) -> None:
    reference = house.record(asked=True)
    teller, office = house.visit(Role.LINE_MANAGER), house.world.office
    teller.go(f"/r/{reference}/say")
    teller.press("Make a page for them")
    teller.heading("Give them this code")
    code = teller.page.locator(".nw-code").inner_text()
    own = house.visit()
    own.go("/say")
    own.page.get_by_label("Your code").fill(code)
    own.press("Open my page")
    own.page.get_by_label("Second code").fill(office.code())
    own.press("Go on")
    own.heading("Your page")
    assert office.mails[-1][0].staff_id == NAMED
    asked = own.page.get_by_role("link", name="Your personal record")
    expect(asked).to_have_count(int(house.is_spso))
    own.follow("What you would like to happen")
    own.page.get_by_label("Send letters in my manager's name, not mine").check()
    own.press("Say this")
    own.told("Thank you")
    own.go(f"/r/{reference}")
    own.heading("Sign in")
    assert own.said == []


@pytest.mark.clause("SPSO 68")
@pytest.mark.clause("WICS Named ¶2")
def test_who_is_named_is_refused_though_they_are_the_director(house: House) -> None:
    director = STAFF_ID[Role.DIRECTOR]
    reference = house.world.open(director, listed=(director,))
    own = house.visit(Role.DIRECTOR)
    for path in ("", "/steps", "/timeline", "/say", "/evidence/1/preview", "/export/police"):
        own.refused(f"/r/{reference}{path}")
    for path in ("/inbox", "/inbox?show=others", "/registers/sharing", "/retention"):
        own.go(path)
        expect(own.page.get_by_text(reference)).to_have_count(0)
    assert own.said == []


def test_it_sees_how_the_service_is_and_no_record(house: House) -> None:
    reference = house.record()
    own = house.visit(Role.IT)
    own.go("/status")
    own.heading("Status")
    main = own.page.get_by_role("main")
    expect(main).to_contain_text("Counts and states only")
    for words in (reference, "MacLeod", THE_POST.text):
        expect(main).not_to_contain_text(words)
    own.refused(f"/r/{reference}")
    own.refused("/triage")
    own.refused("/registers")
    assert own.said == []


@pytest.mark.parametrize("role", [Role.CUSTODIAN, Role.DIRECTOR, Role.LINE_MANAGER, Role.STAFF])
def test_triage_is_for_those_who_keep_the_register(house: House, role: Role) -> None:
    own = house.visit(role)
    if role in {Role.CUSTODIAN, Role.DIRECTOR}:
        own.go("/triage")
        own.heading("Triage")
    else:
        own.refused("/triage")
    assert own.said == []


def test_a_stranger_finds_nothing(house: House) -> None:
    reference = house.record()
    colleague = house.visit(Role.STAFF)
    colleague.go("/inbox")
    expect(colleague.page.get_by_text("Nothing needs your attention.")).to_be_visible()
    for path in (f"/r/{reference}", "/status", "/registers", "/retention", "/digest", "/set-up"):
        colleague.refused(path)
    for role in (Role.NOBODY, Role.LEAVER):
        outside = house.visit(role)
        for path in (f"/r/{reference}", "/inbox", "/status", "/registers"):
            outside.go(path)
            outside.heading("Sign in")
            expect(outside.page.get_by_text("MacLeod")).to_have_count(0)
        assert outside.said == []
    assert colleague.said == []


def _day(own: Visitor, question: str, *parts: str) -> None:
    for name, value in zip(("Day", "Month", "Year"), parts, strict=True):
        own.group(question).get_by_label(name).fill(value)
