"""Visit one page with a real browser and take its pictures; runs as `python -m evidence.page`.

A process of its own, so that a crash of the browser stays here. The task comes as JSON on
standard input, the parts go out as frames on standard output, nothing is written to disk outside
the private folder of the task, and nothing of the page is logged.
"""

import asyncio
import base64
import json
import math
import os
import resource
import shutil
import signal
import sys
from collections.abc import Awaitable
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from playwright.async_api import (
    BrowserContext,
    Page,
    Request,
    Response,
    async_playwright,
)
from playwright.async_api import (
    Error as BrowserError,
)

from evidence.frames import write_frame
from evidence.guard import Guard
from evidence.processes import end_family, follow_parent

WIDTH, HEIGHT, MAX_HEIGHT = 1280, 900, 12_000
SETTLE = 1.0

_ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    "--no-first-run",
    "--disable-quic",
    "--disable-crash-reporter",
    "--disable-breakpad",
    # Names are resolved by the guard alone.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    # Each kind of Chromium reads only one of these two; without it UDP goes around the guard.
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)
_SIGN_IN_PATHS = {"login", "log-in", "signin", "sign-in", "checkpoint", "authwall"}
_FAULTS = {
    "ERR_CERT": "The site's certificate is not valid.",
    "ERR_SSL": "The site did not offer a safe connection.",
    "ERR_TOO_MANY_REDIRECTS": "The site kept sending the browser on.",
    "Download is starting": "The address leads to a file and not to a page.",
    "Timeout": "The site did not answer in time.",
    "crash": "The page made the browser crash.",
}


@dataclass
class Visit:
    """What is known of the page so far; becomes part of capture-report.json."""

    browser: str = ""
    final_url: str | None = None
    status: int | None = None
    title: str | None = None
    missing: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    last_host: str = ""


@dataclass(frozen=True)
class Limits:
    """Seconds that each step may take; a page that never ends costs these and no more."""

    answer: float
    content: float
    loaded: float
    picture: float

    @classmethod
    def within(cls, seconds: float) -> "Limits":
        """Limits for a capture that may take `seconds` in all."""
        return cls(seconds / 3, seconds / 6, seconds / 8, seconds / 6)


@dataclass(frozen=True)
class Task:
    """One line of JSON on standard input."""

    url: str
    browser: str
    folder: str
    parent: int
    seconds: float
    loopback_port: int | None


async def take(task: Task, out: BinaryIO) -> None:
    """Start the browser behind the guard, visit, and send each picture once it is there."""
    visit = Visit()
    async with Guard(loopback_port=task.loopback_port) as guard, async_playwright() as playwright:
        try:
            browser = await playwright.chromium.launch(
                executable_path=task.browser,
                # The sandbox can't be had as root; elsewhere a missing one is a fault to be told.
                chromium_sandbox=os.geteuid() != 0,
                args=list(_ARGUMENTS),
                # With a proxy given, Playwright also takes loopback away from the exceptions.
                proxy={"server": guard.address},
                timeout=2 * task.seconds * 1000,
            )
        except BrowserError:
            visit.missing.append("The page: the browser could not be started.")
            _send_report(visit, out)
            return
        visit.browser = f"Chromium {browser.version}"
        context = await browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT},
            service_workers="block",
            accept_downloads=False,
            locale="en-GB",
            timezone_id="Europe/London",
        )
        try:
            await _visit(context, task, visit, out)
        except (BrowserError, TimeoutError) as fault:
            visit.missing.append(f"The page: {_why(str(fault) or 'Timeout', visit, guard)}")
        if guard.refused:
            visit.remarks.append(f"Sites not reached, or only in part: {len(guard.refused)}.")
        _send_report(visit, out)


async def _visit(context: BrowserContext, task: Task, visit: Visit, out: BinaryIO) -> None:
    limits = Limits.within(task.seconds)
    page = await context.new_page()
    context.on("page", _close_popup)
    page.on("request", lambda request: _note_host(request, page, visit))
    answer = await page.goto(task.url, wait_until="commit", timeout=limits.answer * 1000)
    content = page.wait_for_load_state("domcontentloaded", timeout=limits.content * 1000)
    if not await _reached(content, page):
        visit.missing.append("The page: it was still loading when it was pictured.")
    elif not await _reached(page.wait_for_load_state(timeout=limits.loaded * 1000), page):
        visit.remarks.append("Parts of the page were still loading when it was pictured.")
    await asyncio.sleep(SETTLE)
    _judge(task.url, answer, page, visit)
    async with asyncio.timeout(limits.picture):
        await _picture("page-as-loaded.png", page, out, {})
        visit.title = (await page.title())[:300]
    try:
        async with asyncio.timeout(limits.picture):
            await _whole_page(page, visit, out)
    except (BrowserError, TimeoutError):
        visit.missing.append("The full page: the picture took too long.")


async def _close_popup(page: Page) -> None:
    await page.close()


def _note_host(request: Request, page: Page, visit: Visit) -> None:
    if request.is_navigation_request() and request.frame == page.main_frame:
        visit.last_host = (urlsplit(request.url).hostname or "").lower()


async def _reached(state: Awaitable[None], page: Page) -> bool:
    try:
        await state
    except BrowserError:
        if page.is_closed():
            raise
        return False
    return True


def _judge(url: str, answer: Response | None, page: Page, visit: Visit) -> None:
    visit.final_url = page.url
    visit.status = answer.status if answer else None
    if visit.status is not None and visit.status >= HTTPStatus.BAD_REQUEST:
        sentence = f"The page: the site answered {visit.status}, so the picture shows no post."
        visit.missing.append(sentence)
    if page.url != url:
        visit.remarks.append("The site sent the browser on to another address.")
        steps = set(urlsplit(page.url).path.lower().split("/"))
        if steps & _SIGN_IN_PATHS:
            visit.missing.append("The page: the site asks visitors to sign in first.")


async def _whole_page(page: Page, visit: Visit, out: BinaryIO) -> None:
    """The page from top to bottom, after scrolling through it so that late pictures load."""
    await page.evaluate(_SCROLL_THROUGH, MAX_HEIGHT)
    visit.changes.append("After the first picture the page was scrolled through and back.")
    await asyncio.sleep(SETTLE / 2)
    height = math.ceil((await _ask("Page.getLayoutMetrics", page, {}))["cssContentSize"]["height"])
    if height > MAX_HEIGHT:
        visit.remarks.append(f"The full picture stops at {MAX_HEIGHT} pixels; the page goes on.")
    clip = {"x": 0, "y": 0, "width": WIDTH, "height": min(height, MAX_HEIGHT), "scale": 1}
    await _picture("page-full.png", page, out, {"captureBeyondViewport": True, "clip": clip})


_SCROLL_THROUGH = """async (most) => {
  const pause = (time) => new Promise((done) => setTimeout(done, time));
  const height = () => Math.max(document.documentElement.scrollHeight, innerHeight);
  for (let y = 0; y < Math.min(height(), most); y += innerHeight) {
    scrollTo({top: y, behavior: 'instant'});
    await pause(60);
  }
  scrollTo({top: 0, behavior: 'instant'});
}"""


async def _picture(name: str, page: Page, out: BinaryIO, options: dict[str, Any]) -> None:
    """Ask the browser itself: Playwright's own screenshot waits for fonts and changes the page."""
    answer = await _ask("Page.captureScreenshot", page, {"format": "png", **options})
    write_frame(out, name, base64.b64decode(answer["data"]))


async def _ask(question: str, page: Page, options: dict[str, Any]) -> dict[str, Any]:
    session = await page.context.new_cdp_session(page)
    return await session.send(question, options)


def _why(fault: str, visit: Visit, guard: Guard) -> str:
    if reason := guard.refused.get(visit.last_host) or guard.refused.get("*"):
        return reason
    for sign, sentence in _FAULTS.items():
        if sign in fault:
            return sentence
    return "The browser could not open it."


def _send_report(visit: Visit, out: BinaryIO) -> None:
    write_frame(out, "report", json.dumps(asdict(visit)).encode())


def main() -> None:
    """Do the task on standard input; ends itself and the browser when the parent is gone."""
    task = Task(**json.load(sys.stdin))

    def end(_signal: int, _frame: FrameType | None) -> None:
        end_family(os.getpid(), Path(task.folder))
        shutil.rmtree(task.folder, ignore_errors=True)
        os._exit(1)

    signal.signal(signal.SIGTERM, end)
    follow_parent(task.parent, signal.SIGTERM)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # A crash must not leave the page on disk.
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        asyncio.run(take(task, out))
    os._exit(0)


if __name__ == "__main__":
    main()
