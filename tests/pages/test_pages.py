"""Every page, and every complaint of a form, with a screen reader, a keyboard, and on a phone."""

import re

import pytest

from tests.pages.looking import Looked

pytestmark = [pytest.mark.servers, pytest.mark.timeout(1500)]  # hundreds of pages, looked at once


def told(faults: dict[str, list[str]]) -> str:
    return "\n".join(f"{name}: {one}" for name, found in faults.items() for one in found)


def test_axe_finds_nothing_on_any_page_at_any_width(looked: list[Looked]) -> None:
    assert told({one.scene.name: one.axe for one in looked}) == ""


def test_no_page_is_wider_than_a_phone_even_with_text_twice_as_large(looked: list[Looked]) -> None:
    assert told({one.scene.name: one.wide for one in looked}) == ""


def test_no_page_breaks_its_own_content_rules_or_complains_in_the_console(
    looked: list[Looked],
) -> None:
    assert told({one.scene.name: one.broken for one in looked}) == ""


def test_everything_on_every_page_is_reached_by_the_tab_key_and_seen_there(
    looked: list[Looked],
) -> None:
    assert told({one.scene.name: one.unreached for one in looked}) == ""


def test_a_screen_reader_meets_banner_main_and_footer_in_this_order(looked: list[Looked]) -> None:
    for one in looked:
        landmarks = re.findall(r"^- (banner|main|contentinfo)\b", one.tree, re.MULTILINE)
        assert landmarks == ["banner", "main", "contentinfo"], one.scene.name
        assert len(re.findall(r"- '?heading .*\[level=1\]", one.tree)) == 1, one.scene.name


def test_every_control_has_a_name_of_its_own(looked: list[Looked]) -> None:
    for one in looked:
        nameless = re.findall(
            r"- (?:button|link|textbox|combobox|radio|checkbox)(?=$|:| \[)", one.tree, re.MULTILINE
        )
        assert nameless == [], one.scene.name


def test_the_pages_seen_are_pages_that_people_see(looked: list[Looked]) -> None:
    """Neither the door nor a fault was looked at in place of a page."""
    assert len(looked) > 20
    for one in looked:
        assert one.status in {200, 400, 403, 404, 405, 410, 429, 502}, one.scene.name
