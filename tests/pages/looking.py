"""Look at a page in Chromium, on a phone and on a desk, and keep all that could be wrong."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.console.everybody import Role, World
from tests.pages.scenes import Scene

HERE = Path(__file__).parent
AXE = HERE / "node_modules/axe-core/axe.min.js"
WIDTHS = {"desk": (1200, 900), "phone": (375, 740)}
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
_FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body || one === document.documentElement) return null;
  const drawn = getComputedStyle(one), box = one.getBoundingClientRect();
  const marked = drawn.outlineStyle !== "none" || drawn.boxShadow !== "none"
    || drawn.backgroundColor !== "rgba(0, 0, 0, 0)" || one.closest("label, .govuk-radios__item");
  return [one.tagName + " " + (one.name || one.textContent.trim().slice(0, 40)), !!marked,
    box.right > 0 && box.left < innerWidth];
}"""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen of one page."""

    scene: Scene
    status: int
    html: str
    tree: str
    axe: list[str] = field(default_factory=list)
    wide: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)


class Looker:
    """A browser with one window for each role."""

    def __init__(self, chromium: Browser, address: str, world: World, pictures: Path) -> None:
        self._chromium = chromium
        self._address = address
        self._world = world
        self._pictures = pictures
        self._axe = AXE.read_text(encoding="utf-8")
        self._windows: dict[Role, Page] = {}
        self._contexts: list[BrowserContext] = []
        self._said: list[str] = []

    def close(self) -> None:
        """Close all windows."""
        for one in self._contexts:
            one.close()

    def window(self, role: Role) -> Page:
        """The window of a role, signed in with the session that it has."""
        if role not in self._windows:
            context = self._chromium.new_context()
            context.set_default_timeout(10_000)
            context.add_init_script(_KEEP_VIOLATIONS)
            jar = self._world.browsers[role].cookies.jar
            for one in jar:
                context.add_cookies(
                    [{"name": one.name, "value": one.value or "", "url": self._address}]
                )
            self._contexts.append(context)
            page = self._windows[role] = context.new_page()
            page.on("console", lambda said: self._said.append(f"{said.type}: {said.text}"))
            page.on("pageerror", lambda fault: self._said.append(str(fault)))
        return self._windows[role]

    def look(self, scene: Scene) -> Looked:
        """Open the page, at each width."""
        page = self.window(scene.role)
        self._said.clear()
        status, html = self._open(page, scene)
        seen = Looked(scene, status, html, page.locator("body").aria_snapshot())
        for width, (across, down) in WIDTHS.items():
            page.set_viewport_size({"width": across, "height": down})
            page.screenshot(path=self._pictures / f"{scene.name}-{width}.png", full_page=True)
            seen.axe.extend(f"{width}: {one}" for one in self._violations(page))
            if not page.evaluate(_FITS):
                seen.wide.append(width)
            if width == "phone":
                self._look_larger(page, seen)
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

    def _look_larger(self, page: Page, seen: Looked) -> None:
        page.evaluate(_TEXT, "200%")
        if not page.evaluate(_FITS):
            seen.wide.append("phone, text twice as large")
        page.evaluate(_TEXT, "")


def unreached(page: Page) -> list[str]:
    """What is wrong with going through the page by the Tab key alone."""
    stops = int(page.evaluate(_STOPS))
    page.evaluate(_TO_THE_TOP)
    visited: list[str] = []
    faults: list[str] = []
    for _ in range(stops):
        page.keyboard.press("Tab")
        at = page.evaluate(_FOCUSED)
        if at is None or at[0] in visited[:1]:
            break
        words, marked, within = at
        visited.append(words)
        faults += [f"{words}: the focus can't be seen"] * (not marked)
        faults += [f"{words}: outside the window"] * (not within)
    if len(visited) != stops:
        faults.append(f"{len(visited)} of {stops} stops reached, the last: {visited[-1:]}")
    return faults
