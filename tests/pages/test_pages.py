"""Every page, and every complaint of a form, with a screen reader, a keyboard, and on a phone."""

import json
import re
import subprocess
from pathlib import Path

import pytest

import console
from tests.pages.looking import HERE, Looked

pytestmark = [pytest.mark.servers, pytest.mark.timeout(1500)]  # hundreds of pages, looked at once

CHECKER = HERE / "node_modules/vnu-jar/build/dist/vnu.jar"
"""The Nu HTML checker."""
TEMPLATES = Path(console.__file__).parent / "templates"
LEADS_ON = "sent_elsewhere.html"
"""It leads to another site before anybody can look at it."""
_OTHER = re.compile(r'{%-? *(?:extends|include|from|import) "([^"]+)"')
"""A template that is part of another one."""


def told(faults: dict[str, list[str]]) -> str:
    return "\n".join(f"{name}: {one}" for name, found in faults.items() for one in found)


def test_no_page_of_the_console_is_left_out(looked: list[Looked]) -> None:
    files = {one.name: one.read_text(encoding="utf-8") for one in TEMPLATES.glob("*.html")}
    parts = {one for text in files.values() for one in _OTHER.findall(text)}
    shown = frozenset[str]().union(*(one.filled for one in looked))
    assert set(files) - parts - shown == {LEADS_ON}


def test_axe_finds_nothing_on_any_page_at_any_width(looked: list[Looked]) -> None:
    assert told({one.scene.name: one.axe for one in looked}) == ""


def test_nothing_is_wider_than_the_window_or_cut_off_even_with_text_twice_as_large(
    looked: list[Looked],
) -> None:
    assert told({one.scene.name: one.wide for one in looked}) == ""


def test_no_page_breaks_its_own_content_rules_or_complains_in_the_console(
    looked: list[Looked],
) -> None:
    assert told({one.scene.name: one.broken for one in looked}) == ""


def test_everything_on_every_page_is_reached_by_the_tab_key_and_seen_there(
    looked: list[Looked],
) -> None:
    assert told({one.scene.name: one.unreached for one in looked}) == ""


def test_a_screen_reader_meets_parts_headings_names_and_messages_in_good_order(
    looked: list[Looked],
) -> None:
    assert told({one.scene.name: one.heard for one in looked}) == ""


def test_every_page_is_read_out_in_the_order_in_which_it_stands(looked: list[Looked]) -> None:
    assert told({one.scene.name: one.misplaced for one in looked}) == ""


def test_every_page_is_called_as_it_is_headed_and_a_fault_leads_to_its_field(
    looked: list[Looked],
) -> None:
    assert told({one.scene.name: one.named for one in looked}) == ""


def test_the_pages_seen_are_pages_that_people_see(looked: list[Looked]) -> None:
    """Neither the door nor a fault was looked at in place of a page."""
    assert len(looked) > 20
    for one in looked:
        assert one.status in {200, 400, 403, 404, 405, 410, 429, 502}, one.scene.name


def complaints(*files: Path) -> list[str]:
    """What the checker says of these files, each with the name of its file."""
    command = ["java", "-jar", str(CHECKER), "--format", "json", "--exit-zero-always"]
    ran = subprocess.run([*command, *map(str, files)], capture_output=True, check=True, timeout=120)
    told = json.loads(ran.stderr)["messages"]
    return [
        f"{Path(one.get('url', '')).stem}: {one['message']}"
        for one in told
        if one["type"] != "info"
    ]


def test_every_page_is_valid_html(looked: list[Looked], tmp_path: Path) -> None:
    files = []
    for one in looked:
        file = tmp_path / f"{one.scene.name}.html"
        file.write_text(one.html, encoding="utf-8")
        files.append(file)
    assert complaints(*files) == []


def test_the_checker_finds_what_it_looks_for(tmp_path: Path) -> None:
    file = tmp_path / "wrong.html"
    file.write_text("<!DOCTYPE html><html lang=en><title>x</title><p><div></p></div>")
    assert complaints(file)
