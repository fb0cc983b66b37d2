"""What strangers write is only ever text on a page: it runs nothing, asks nothing, breaks nothing.

Every page that the custodian can reach is opened in Chromium, on a phone, in a body where posts,
authors, people's own notes and even names hold all that could be tried.
"""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Dialog, Page, Request, sync_playwright
from sqlmodel import select

from casework.incidents import by_reference
from casework.steps import Order, record_step
from console.server import ConsoleServer
from evidence.browser import find_browser
from records.database import transaction
from records.exhibit import Exhibit
from records.finding import Finding
from records.post import Post, readable
from records.roster import roster_of
from tests.console.cast import THE_FINDING, THE_POST, hostile_post
from tests.console.crawling import crawl
from tests.console.everybody import BODY, NAMED, PEOPLE, STAFF_ID, Role, World, member, world_in
from tests.console.test_every_route import addresses
from tests.hostile.payloads import LETTERS, MARKUP, PAYLOADS

KEEPER = STAFF_ID[Role.CUSTODIAN]
ATTACK = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
_LISTEN = """
window.ran = [];
for (const name of ["alert", "confirm", "prompt", "open", "print"])
  window[name] = () => window.ran.push(name);
document.addEventListener("securitypolicyviolation",
  (one) => window.ran.push(one.violatedDirective + " " + one.blockedURI));
"""
_FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
_STRANGE = """() => [...document.querySelectorAll(
  "iframe, object, embed, base, style, link[rel=stylesheet]:not([href^='/static/']), template,"
  + "svg:not([class]), meta[http-equiv], script:not([src^='/static/']), [onerror], [style]"
)].map((one) => one.outerHTML.slice(0, 100))"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_in(tmp_path_factory.mktemp("hostile"), {Role.CUSTODIAN}) as made:
        people = [replace(member(*one), role_title=ATTACK) for one in PEOPLE]
        body = BODY.model_copy(update={"name": f"Body {ATTACK}"})
        made.desk.renew(body, roster_of(people), made.desk.pack)
        yield made


@pytest.fixture(scope="module")
def record(world: World) -> str:
    """One record that holds every payload, wherever outside text can stand."""
    reference = world.open(listed=(KEEPER,))
    for number, text in enumerate(PAYLOADS.values()):
        around = {"title": text, "parent_text": text, "quoted_text": text, "community": text}
        made = hostile_post(text, **around).model_copy(update={"id": f"p{number}", "url": text})
        post = Post.model_validate(made.model_dump())
        world.office.add_post(reference, post, finding_with(text))
    world.keep_evidence(reference)
    with transaction(world.office.database) as session:
        exhibit = session.exec(select(Exhibit)).one()
        exhibit.missing = list(MARKUP.values())
        session.add(exhibit)
        incident = by_reference(session, reference)
        incident.categories = ["threat", "insult"]
    for text in {**MARKUP, **LETTERS}.values():
        note(world, reference, text)
    return reference


def finding_with(text: str) -> Finding:
    words = readable(text[:500])
    match = THE_FINDING.staff[0].model_copy(update={"surface": words, "reasons": (words,)})
    return THE_FINDING.model_copy(update={"staff": (match,)})


def note(world: World, reference: str, text: str) -> None:
    """Somebody quotes it in a note of their own."""
    with transaction(world.office.database) as session:
        order = Order("note", {"fact": text[:4000], "opinion": text[:4000]}, KEEPER)
        record_step(session, world.desk.office, reference, order, now=world.office.now)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    found = find_browser()
    assert found, "These tests need Chromium."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found)
        context = browser.new_context(viewport={"width": 375, "height": 740})
        context.add_init_script(_LISTEN)
        yield context.new_page()
        browser.close()


@pytest.fixture(scope="module")
def address(world: World, page: Page) -> Iterator[str]:
    server = ConsoleServer(world.app, "127.0.0.1", 0)
    server.start()
    base = f"http://localhost:{server.port}"
    for one in world.browsers[Role.CUSTODIAN].cookies.jar:
        page.context.add_cookies([{"name": one.name, "value": one.value or "", "url": base}])
    yield base
    server.stop()


@pytest.mark.timeout(600)
def test_nothing_runs_nothing_is_asked_for_and_nothing_is_pushed_aside(
    world: World, record: str, page: Page, address: str
) -> None:
    asked: list[str] = []
    dialogs: list[str] = []

    def keep(request: Request) -> None:
        asked.append(request.url)

    page.on("request", keep)

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    faults = {}
    for path in reached(world, record):
        page.goto(address + path)
        faults[path] = faults_of(page)
    page.goto(f"{address}/r/{record}")
    page.get_by_role("button", name="Show what was posted").click()
    page.wait_for_url("**/reveal")
    faults["revealed"] = faults_of(page)
    assert "onmouseover" in page.inner_text("main")
    assert {path: found for path, found in faults.items() if found} == {}
    assert dialogs == []
    assert {urlsplit(one).netloc for one in asked} == {urlsplit(address).netloc}


def reached(world: World, record: str) -> list[str]:
    """Every page of the console that the custodian can reach by links."""
    plain = [
        one.split()[1] for one in addresses(world.app) if one.startswith("GET") and "{" not in one
    ]
    pages = crawl(world.browsers[Role.CUSTODIAN], [*plain, f"/r/{record}"])
    found = [path for path, one in pages.items() if one.status == 200 and "<h1" in one.text]
    forms = [path for path in found if "/steps/" in path]
    return [path for path in found if path not in forms[3:]]


def faults_of(page: Page) -> list[str]:
    page.mouse.move(100, 300)
    found = [*page.evaluate("window.ran"), *page.evaluate(_STRANGE)]
    return found if page.evaluate(_FITS) else [*found, "wider than the window"]


def test_a_page_with_all_of_it_still_has_its_own_title_and_frame(
    record: str, page: Page, address: str
) -> None:
    page.goto(f"{address}/r/{record}")
    assert page.title().startswith(record)
    for landmark in ("banner", "main", "contentinfo"):
        assert page.get_by_role(landmark).count() == 1
    assert NAMED not in page.content()
    assert THE_POST.text not in page.content()
