"""Visit one page: look at it untouched first, then at the post, then at all of it.

Each step has its own time and what is left of the whole; one that takes too long or breaks costs
that step alone, and the report says so.
"""

import asyncio
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, Page, Request, Response
from playwright.async_api import Error as BrowserError

from evidence.archive import Archive
from evidence.frames import write_frame
from evidence.grade import PageGrade, Seen, judge, stands_there
from evidence.guard import Guard
from evidence.post_picture import free_the_post
from evidence.tab import MAX_HEIGHT, WIDTH, Tab

SETTLE = 1.0
MAX_DOM = 8 * 1024 * 1024
MAX_WORDS = 200_000
PDF_PAGES = 30

_FAULTS = {
    "ERR_CERT": "The site's certificate is not valid.",
    "ERR_SSL": "The site did not offer a safe connection.",
    "ERR_TOO_MANY_REDIRECTS": "The site kept sending the browser on.",
    "ERR_CONTENT_DECODING": "The site's answer could not be unpacked.",
    "ERR_EMPTY_RESPONSE": "The site hung up without an answer.",
    "Download is starting": "The address leads to a file and not to a page.",
    "Timeout": "The site did not answer in time.",
    "crash": "The page made the browser crash.",
}


@dataclass
class Visit:
    """What is known of the page so far; becomes part of capture-report.json."""

    browser: str = ""
    grade: PageGrade = "failed"
    why: str = ""
    final_url: str | None = None
    status: int | None = None
    title: str | None = None
    missing: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    archive: dict[str, Any] = field(default_factory=dict)
    attachments: list[dict[str, Any]] = field(default_factory=list)


class Time:
    """What is left for a capture; nothing may wait longer than that."""

    def __init__(self, seconds: float, ends_at: float) -> None:
        """`ends_at`: by the machine's clock that only goes on, which all processes share."""
        self._whole, self._ends = seconds, ends_at

    def part(self, share: float) -> float:
        """Seconds for a step that may take `share` of the whole, at most what is left."""
        return max(0.1, min(share * self._whole, self._ends - time.monotonic()))


class Visitor:
    """Goes through the steps with one page."""

    def __init__(self, context: BrowserContext, guard: Guard, visit: Visit, out: BinaryIO) -> None:
        self._context, self._guard, self._visit, self._out = context, guard, visit, out
        self._archive = Archive(context)
        self._last_host = ""
        self._broken_off = False

    async def go(self, url: str, post_text: str, left: Time) -> None:
        """Visit `url`; whatever goes wrong is in the report afterwards."""
        page = await self._context.new_page()
        self._context.on("page", _close_popup)
        page.on("request", lambda request: self._note_host(request, page))
        page.on("requestfailed", lambda request: self._note_failure(request, page))
        tab = await Tab.of(page)
        try:
            answer = await page.goto(url, wait_until="commit", timeout=left.part(0.3) * 1000)
            await self._steps(tab, url, answer, post_text, left)
        except (BrowserError, TimeoutError) as fault:
            self._visit.grade = "failed"
            self._visit.missing.append(f"The page: {self._why(str(fault) or 'Timeout')}")
        await self._close_archive(tab, left)

    async def _steps(
        self, tab: Tab, url: str, answer: Response | None, post_text: str, left: Time
    ) -> None:
        visit = self._visit
        whole = await self._load(tab.page, left)
        await asyncio.sleep(SETTLE)
        visit.final_url = tab.page.url
        visit.status = answer.status if answer else None
        async with asyncio.timeout(left.part(1 / 6)):
            self._send("page-as-loaded.png", await tab.picture())
            first = await self._look(tab, url)
        visit.grade, visit.why = "partial", ""
        with self._step("The page's code"):
            async with asyncio.timeout(left.part(0.08)):
                await self._keep_dom(tab)
        with self._step("The picture of the post"):
            async with asyncio.timeout(left.part(0.1)):
                await self._picture_post(tab, post_text)
        with self._step("The full page"):
            async with asyncio.timeout(left.part(1 / 6)):
                await self._picture_all(tab)
        await self._judge(tab, first, post_text, whole=whole, left=left)
        with self._step("The page as PDF"):
            async with asyncio.timeout(left.part(1 / 8)):
                self._send("page.pdf", await tab.page.pdf(print_background=True))

    async def _load(self, page: Page, left: Time) -> bool:
        content = page.wait_for_load_state("domcontentloaded", timeout=left.part(0.15) * 1000)
        if not await _reached(content, page):
            return False
        loaded = page.wait_for_load_state(timeout=left.part(0.12) * 1000)
        if not await _reached(loaded, page):
            sentence = "Parts of the page were still loading when it was pictured."
            self._visit.remarks.append(sentence)
        return True

    async def _look(self, tab: Tab, url: str) -> Seen:
        said = await tab.run(_LOOK, MAX_WORDS)
        self._visit.title = str(said["title"])[:300]
        status, address = self._visit.status, tab.page.url
        title, words = self._visit.title, str(said["words"])
        return Seen(url, address, status, title, words, asks_for_password=bool(said["password"]))

    async def _judge(
        self, tab: Tab, first: Seen, post_text: str, *, whole: bool, left: Time
    ) -> None:
        """By a second look, since many sites say only after a while that a post is gone."""
        visit, seen = self._visit, first
        if not stands_there(post_text, first.words):
            try:
                async with asyncio.timeout(left.part(0.05)):
                    seen = await self._look(tab, first.asked)
            except (BrowserError, TimeoutError):
                pass  # The first look says enough.
        visit.final_url = seen.address
        visit.grade, visit.why = judge(seen, post_text)
        if visit.why:
            visit.missing.insert(0, visit.why)
        if self._broken_off:
            visit.missing.append("The page: the site's answer broke off before its end.")
        elif not whole:
            visit.missing.append("The page: it was still loading when it was pictured.")
        if visit.grade == "complete" and visit.missing:
            visit.grade = "partial"
        if _without_fragment(seen.address) != _without_fragment(seen.asked):
            visit.remarks.append("The site sent the browser on to another address.")

    async def _keep_dom(self, tab: Tab) -> None:
        dom = str(await tab.run(_DOM, MAX_DOM)).encode("utf-8", "replace")
        if len(dom) >= MAX_DOM:
            self._visit.remarks.append("The page's code is kept up to the limit; it goes on.")
        self._send("page.html", dom)

    async def _picture_post(self, tab: Tab, post_text: str) -> None:
        freed = await free_the_post(tab, post_text)
        self._visit.changes += freed.changes
        if freed.clip is None:
            self._visit.remarks.append("No single element was found that holds the post.")
            return
        self._send("page-post.png", await tab.picture(freed.clip))

    async def _picture_all(self, tab: Tab) -> None:
        """The page from top to bottom, scrolled through first so that late pictures load."""
        await tab.run(_SCROLL_THROUGH, MAX_HEIGHT)
        sentence = "After the first picture the page was scrolled through and back."
        self._visit.changes.append(sentence)
        await asyncio.sleep(SETTLE / 2)
        height = await tab.height()
        if height > MAX_HEIGHT:
            sentence = f"The full picture stops at {MAX_HEIGHT} pixels; the page goes on."
            self._visit.remarks.append(sentence)
        clip = {"x": 0.0, "y": 0.0, "width": float(WIDTH), "height": float(min(height, MAX_HEIGHT))}
        self._send("page-full.png", await tab.picture(clip))

    async def _close_archive(self, tab: Tab, left: Time) -> None:
        address, title = self._visit.final_url or "", self._visit.title or ""
        wacz, about = await self._archive.close(address, title, tab.beginning, left.part(0.08))
        self._visit.archive = about
        if wacz:
            self._send("page.wacz", wacz)
        if about["missed"]:
            sentence = f"Not in the archive, or only in part: {about['missed']} answers."
            self._visit.remarks.append(sentence)

    def _send(self, name: str, content: bytes) -> None:
        write_frame(self._out, name, content)

    @contextmanager
    def _step(self, what: str) -> Iterator[None]:
        try:
            yield
        except TimeoutError:
            self._visit.missing.append(f"{what}: it took too long.")
        except BrowserError:
            self._visit.missing.append(f"{what}: the browser could not make it.")

    def _note_host(self, request: Request, page: Page) -> None:
        if request.is_navigation_request() and request.frame == page.main_frame:
            self._last_host = (urlsplit(request.url).hostname or "").lower()

    def _note_failure(self, request: Request, page: Page) -> None:
        if request.is_navigation_request() and request.frame == page.main_frame:
            self._broken_off = True

    def _why(self, fault: str) -> str:
        refused = self._guard.refused
        if reason := refused.get(self._last_host) or refused.get("*"):
            return reason
        for sign, sentence in _FAULTS.items():
            if sign in fault:
                return sentence
        return "The browser could not open it."


async def _close_popup(page: Page) -> None:
    await page.close()


async def _reached(state: Awaitable[None], page: Page) -> bool:
    try:
        await state
    except BrowserError:
        if page.is_closed():
            raise
        return False
    return True


def _without_fragment(url: str) -> str:
    return url.partition("#")[0]


def report_of(visit: Visit) -> dict[str, Any]:
    """The visit as the report has it."""
    return asdict(visit)


_LOOK = """(most) => ({
  title: document.title,
  words: (document.body ? document.body.innerText : '').slice(0, most),
  password: [...document.querySelectorAll('input[type=password]')]
    .some((one) => one.getBoundingClientRect().width > 0),
})"""
_DOM = """(most) => {
  const kind = document.doctype ? `<!doctype ${document.doctype.name}>\\n` : '';
  return (kind + document.documentElement.outerHTML).slice(0, most);
}"""
_SCROLL_THROUGH = """async (most) => {
  const pause = (time) => new Promise((done) => setTimeout(done, time));
  const height = () => Math.max(document.documentElement.scrollHeight, innerHeight);
  for (let y = 0; y < Math.min(height(), most); y += innerHeight) {
    scrollTo({top: y, behavior: 'instant'});
    await pause(60);
  }
  scrollTo({top: 0, behavior: 'instant'});
}"""
