"""What is looked for on every page is found where it is: one small page for each fault."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.pages.hearing import SERVICE, hear
from tests.pages.keys import RING
from tests.pages.looking import CUT, NAMED, ORDER

pytestmark = pytest.mark.servers

GOOD = f"""<!DOCTYPE html><html lang="en"><title>Report{SERVICE}</title>
<header>namewatch</header><nav aria-label="Parts"><a href="/a">Inbox</a></nav>
<main><h1>Report</h1><h2>Link</h2>{{}}</main><footer>Confidential</footer></html>"""
FIELD = (
    '<form><div class="govuk-form-group"><label for="a">Link</label>'
    '<p id="a-error" class="govuk-error-message"><span>Error:</span> Enter a link</p>'
    '<input id="a" {}></div></form>'
)
TOLD = FIELD.format('aria-describedby="a-error"')
UNTOLD = FIELD.format("")
SUMMARY = """<div class="govuk-error-summary" tabindex="-1"><a href="#{}">Enter a link</a></div>"""
GROUP = """<fieldset><legend>{0}</legend><label><input type="radio" name="{0}">Yes</label>
</fieldset>"""
TWO_FORMS = """<form action="/a"><button>Go</button></form>
<form action="/{}"><button>Go</button></form>"""


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 375, "height": 740})
    yield context.new_page()
    context.close()


def heard(page: Page, inside: str, whole: str = GOOD) -> list[str]:
    page.set_content(whole.format(inside))
    tools = page.context.new_cdp_session(page)
    return hear(tools).faults()


@pytest.mark.parametrize(
    "inside",
    [
        "",
        TOLD,
        '<a href="/x">Open</a><a href="/x">Open</a>',
        GROUP.format("A") + GROUP.format("B"),
        TWO_FORMS.format("a"),
        '<a role="button" href="/x">Cover</a><a role="button" href="/x">Cover</a>',
        '<div class="govuk-notification-banner"><h4>Done</h4></div>',
    ],
    ids=[
        "plain",
        "fault told",
        "same link twice",
        "two groups",
        "same form twice",
        "same button twice",
        "announced",
    ],
)
def test_nothing_is_wrong_with_a_good_page(page: Page, inside: str) -> None:
    assert heard(page, inside) == []


@pytest.mark.parametrize(
    ("inside", "fault"),
    [
        ("<h1>Another</h1>", "headings of levels [1, 2, 1]"),
        ("<h4>Too deep</h4>", "a heading of level 4 after one of level 2"),
        ("<button></button>", "a button without a name: button {}"),
        ('<a href="/x">Open</a><a href="/y">Open</a>', "2 of role link are called 'Open'"),
        (TWO_FORMS.format("b"), "2 of role button are called 'Go'"),
        (
            "<form><label>Name<input></label><label>Name<input></label></form>",
            "2 of role textbox are called 'Name'",
        ),
        (UNTOLD, "read out with no field: Error: Enter a link"),
        ('<nav aria-label="Parts"></nav>', "navigations named ['Parts', 'Parts']"),
        ('<p tabindex="2">Out of turn</p>', "paragraph '' is read out of its place"),
    ],
    ids=[
        "two main headings", "a level skipped", "no name", "links alike", "buttons alike",
        "fields alike", "fault untold", "navigations alike", "out of turn",
    ],
)  # fmt: skip
def test_each_fault_that_a_screen_reader_meets_is_found(
    page: Page, inside: str, fault: str
) -> None:
    assert heard(page, inside) == [fault]


def test_a_page_without_its_landmarks_is_found(page: Page) -> None:
    whole = GOOD.replace("<main>", "<div>").replace("</main>", "</div>")
    assert heard(page, "", whole) == ["landmarks: ('banner', 'contentinfo')"]


@pytest.mark.parametrize(
    ("inside", "fault"),
    [
        ('<div style="display:flex;flex-direction:column-reverse"><p>One</p><p>Two</p></div>',
         "“Two” stands before “One”"),
        ('<div style="display:flex;flex-direction:row-reverse"><p>One</p><p>Two</p></div>',
         "“Two” stands before “One”"),
    ],
    ids=["above", "beside"],
)  # fmt: skip
def test_what_stands_in_another_order_than_it_is_read_out_is_found(
    page: Page, inside: str, fault: str
) -> None:
    page.set_content(GOOD.format(inside))
    assert page.evaluate(ORDER) == [fault]
    page.set_content(GOOD.format("<p>One</p><p>Two</p>"))
    assert page.evaluate(ORDER) == []


@pytest.mark.parametrize(
    "inside",
    [
        '<p style="width:900px">Wide</p>',
        '<p style="width:60px;overflow:hidden;white-space:nowrap">Far too long for it</p>',
    ],
    ids=["outside", "hidden"],
)
def test_what_is_cut_off_is_found(page: Page, inside: str) -> None:
    page.set_content(GOOD.format(inside))
    assert page.evaluate(CUT)
    page.set_content(GOOD.format("<p>Short</p>"))
    assert page.evaluate(CUT) == []


@pytest.mark.parametrize(
    ("title", "inside", "fault"),
    [
        ("Another", "", f"called “Another{SERVICE}”, headed “Report”"),
        ("Error: Report", "", f"in error or not? “Error: Report{SERVICE}”"),
        ("Error: Report", SUMMARY.format("b") + TOLD, "“Enter a link” does not lead to #b"),
        ("Error: Report", SUMMARY.format("a") + UNTOLD, "“Enter a link” is not said at #a"),
    ],
    ids=["another title", "no error", "leads elsewhere", "not said there"],
)  # fmt: skip
def test_a_page_that_is_called_wrongly_or_leads_nowhere_is_found(
    page: Page, title: str, inside: str, fault: str
) -> None:
    page.set_content(GOOD.format(inside).replace("<title>Report", f"<title>{title}"))
    page.evaluate("() => document.querySelector('.govuk-error-summary')?.focus()")
    assert page.evaluate(NAMED, SERVICE) == [fault]


@pytest.mark.parametrize("style", ["", "outline: none"], ids=["seen", "not seen"])
def test_a_focus_that_can_not_be_seen_is_found(page: Page, style: str) -> None:
    page.set_content(GOOD.format(f'<button style="{style}">Go</button>'))
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    found = page.evaluate(RING)
    assert found["name"] == "Go"
    assert found["seen"] is (style == "")
