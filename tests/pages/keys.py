"""Somebody who has a keyboard and nothing else."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

RING = (Path(__file__).parent / "ring.js").read_text(encoding="utf-8")
MOST = 120
"""A page with more stops is too long for anybody."""


@dataclass(frozen=True, slots=True)
class Stop:
    """What has the focus."""

    name: str
    group: str
    type: str
    chosen: bool


class Keys:
    """Goes from one stop to the next, and sees at each where it is."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, key: str) -> Stop | None:
        """One key; where the focus is then."""
        self.page.keyboard.press(key)
        found: dict[str, Any] | None = self.page.evaluate(RING)
        if found is None:
            return None
        assert found.pop("seen"), f"The focus can't be seen on {found['name']!r}."
        assert found.pop("within"), f"{found['name']!r} has the focus outside the window."
        return Stop(**found)

    def go_to(self, name: str, *, group: str = "", key: str = "Tab") -> Stop:
        """On and on to the stop of this name."""
        met: list[str] = []
        for _ in range(MOST):
            stop = self.press(key)
            if stop and stop.name.startswith(name) and stop.group.startswith(group):
                return stop
            met.append(stop.name if stop else "-")
        raise AssertionError(f"{name!r} can't be reached; there are {met}")

    def enter(self, name: str, *, key: str = "Tab") -> None:
        """Go to a button or link, and follow it to the page that it leads to."""
        self.go_to(name, key=key)
        self.hand_in()

    def hand_in(self) -> None:
        """Press Enter, as in a field of a form, and come to the next page."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def follow(self, name: str) -> Stop:
        """Go to a link within the page, and follow it to where it leads."""
        self.go_to(name)
        self.page.keyboard.press("Enter")
        self.press("Shift+Tab")
        stop = self.press("Tab")
        assert stop
        return stop

    def write(self, name: str, words: str) -> None:
        """Go to a field, and type."""
        self.go_to(name)
        self.page.keyboard.type(words)

    def choose(self, group: str, answer: str) -> None:
        """Go to a group of radios, and on by the arrows to this answer."""
        stop = self.go_to("", group=group)
        for _ in range(MOST):
            if stop.name.startswith(answer):
                if not stop.chosen:
                    self.page.keyboard.press("Space")
                return
            found = self.press("ArrowDown")
            assert found
            assert found.group.startswith(group), f"no {answer!r} there"
            stop = found
        raise AssertionError(f"no {answer!r} there")

    def tick(self, answer: str) -> None:
        """Go to a box, and tick it."""
        stop = self.go_to(answer)
        assert stop.type == "checkbox"
        self.page.keyboard.press("Space")

    def is_at(self, heading: str) -> None:
        """The page is headed so."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)

    def is_told(self, words: str) -> None:
        """The page says so on top."""
        expect(self.page.get_by_role("alert")).to_contain_text(words)
