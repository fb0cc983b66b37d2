"""Look at a page in Chromium, on a phone and on a desk, and keep all that could be wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from httpx import Client
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page
from starlette.testclient import TestClient

from tests.pages.hearing import SERVICE, hear
from tests.pages.keys import RING
from tests.pages.scenes import Scene

HERE = Path(__file__).parent
AXE = HERE / "node_modules/axe-core/axe.min.js"
CUT, ORDER, NAMED = (
    (HERE / f"{one}.js").read_text(encoding="utf-8") for one in ("cut", "order", "naming")
)
WIDTHS = {1200: 900, 375: 740}
PHONE = 375
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_KEEP_VIOLATIONS = """
window.broken = [];
document.addEventListener("securitypolicyviolation",
  (one) => window.broken.push(one.violatedDirective + " " + one.blockedURI));
"""
_HAND_IN = """([address, parts]) => {
  const form = document.createElement("form");
  form.method = "post"; form.action = address;
  for (const [name, value] of parts) {
    const part = document.createElement("input");
    part.type = "hidden"; part.name = name; part.value = value; form.append(part);
  }
  document.body.append(form); form.submit();
}"""
_FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
_TEXT = "(size) => { document.documentElement.style.fontSize = size; }"
_TO_THE_TOP = """() => {
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute("tabindex");
}"""
_STOPS = """() => {
  const groups = new Set();
  return [...document.querySelectorAll(
      "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
    .filter((one) => !one.disabled && one.checkVisibility({visibilityProperty: true}))
    .filter((one) => {
      if (one.type !== "radio") return true;
      const met = groups.has(one.name);
      groups.add(one.name);
      return !met;
    }).length;
}"""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen of one page."""

    scene: Scene
    status: int
    html: str
    heard: list[str]
    filled: frozenset[str] = frozenset()
    """The templates that were filled in meanwhile."""
    named: list[str] = field(default_factory=list)
    axe: list[str] = field(default_factory=list)
    wide: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)


class Looker:
    """A browser with one window for each who looks."""

    def __init__(
        self,
        chromium: Browser,
        address: str,
        browsers: Mapping[str, Client | TestClient],
        pictures: Path,
        filled: set[str],
    ) -> None:
        """`filled` is where the console notes each template that it fills in."""
        self._chromium = chromium
        self._address = address
        self._browsers = browsers
        self._pictures = pictures
        self._filled = filled
        self._axe = AXE.read_text(encoding="utf-8")
        self._windows: dict[str, tuple[Page, CDPSession]] = {}
        self._contexts: list[BrowserContext] = []
        self._said: list[str] = []

    def close(self) -> None:
        """Close all windows."""
        for one in self._contexts:
            one.close()

    def window(self, who: str) -> tuple[Page, CDPSession]:
        """The window of somebody, signed in with the session that they have, and its tools."""
        if who not in self._windows:
            context = self._chromium.new_context()
            context.set_default_timeout(10_000)
            context.add_init_script(_KEEP_VIOLATIONS)
            for one in self._browsers[who].cookies.jar:
                context.add_cookies(
                    [{"name": one.name, "value": one.value or "", "url": self._address}]
                )
            self._contexts.append(context)
            page = context.new_page()
            self._windows[who] = page, context.new_cdp_session(page)
            page.on("console", lambda said: self._said.append(f"{said.type}: {said.text}"))
            page.on("pageerror", lambda fault: self._said.append(str(fault)))
        return self._windows[who]

    def look(self, scene: Scene) -> Looked:
        """Open the page, at each width."""
        page, tools = self.window(scene.who)
        self._said.clear()
        self._filled.clear()
        status, html = self._open(page, scene)
        seen = Looked(scene, status, html, hear(tools).faults(), frozenset(self._filled))
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=self._pictures / f"{scene.name}-{width}.png", full_page=True)
            seen.axe.extend(f"{width}: {one}" for one in self._violations(page))
            self._look_around(page, seen, width)
        seen.misplaced.extend(page.evaluate(ORDER))
        seen.named.extend(page.evaluate(NAMED, SERVICE))
        seen.unreached.extend(unreached(page))
        seen.broken.extend(page.evaluate("window.broken"))
        faults = [one for one in self._said if one.startswith(("error", "warning"))]
        seen.broken.extend(one for one in faults if "the server responded" not in one)
        return seen

    def _open(self, page: Page, scene: Scene) -> tuple[int, str]:
        if scene.form is None:
            answer = page.goto(self._address + scene.address)
        else:
            page.goto(f"{self._address}/sign-in")
            with page.expect_navigation() as going:
                page.evaluate(_HAND_IN, [self._address + scene.address, list(scene.form)])
            answer = going.value
        assert answer
        return answer.status, answer.text()

    def _violations(self, page: Page) -> list[str]:
        page.evaluate(self._axe)
        asked = {"runOnly": RULES, "resultTypes": ["violations"]}
        found: dict[str, Any] = page.evaluate("(asked) => axe.run(document, asked)", asked)
        return [
            f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:200]}"
            for one in found["violations"]
        ]

    def _look_around(self, page: Page, seen: Looked, width: int) -> None:
        """Whether everything fits into the window, also with text twice as large."""
        for size in ("", "200%"):
            page.evaluate(_TEXT, size)
            how = f"{width}, text twice as large: " if size else f"{width}: "
            if not page.evaluate(_FITS):
                seen.wide.append(f"{how}wider than the window")
            seen.wide.extend(how + one for one in page.evaluate(CUT))
        page.evaluate(_TEXT, "")


def unreached(page: Page) -> list[str]:
    """What is wrong with going through the page by the Tab key alone."""
    stops = int(page.evaluate(_STOPS))
    page.evaluate(_TO_THE_TOP)
    visited: list[str] = []
    faults: list[str] = []
    for _ in range(stops):
        page.keyboard.press("Tab")
        at = page.evaluate(RING)
        if at is None or at["name"] in visited[:1]:
            break
        visited.append(at["name"])
        faults += [f"{at['name']}: the focus can't be seen"] * (not at["seen"])
        faults += [f"{at['name']}: outside the window"] * (not at["within"])
    if len(visited) != stops:
        faults.append(f"{len(visited)} of {stops} stops reached, the last: {visited[-1:]}")
    return faults
