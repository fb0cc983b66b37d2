"""The capture's own process: `python -m evidence.page` starts the browser behind the guard.

A process of its own, so that a crash of the browser stays here. The task comes as JSON on
standard input, the parts go out as frames on standard output, nothing is written to disk outside
the private folder of the task, and nothing of the page is logged.
"""

import asyncio
import json
import os
import resource
import shutil
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import BinaryIO

from playwright.async_api import Browser, Playwright, async_playwright
from playwright.async_api import Error as BrowserError

from evidence.frames import CARD, write_frame
from evidence.guard import Guard
from evidence.media import attachments
from evidence.processes import end_family, follow_parent
from evidence.tab import HEIGHT, MAX_HEIGHT, WIDTH, Tab
from evidence.visit import Time, Visit, Visitor, report_of

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


@dataclass(frozen=True)
class Task:
    """One line of JSON on standard input."""

    url: str
    browser: str
    """Empty where there is none: then only what hangs on the post is fetched."""
    folder: str
    parent: int
    seconds: float
    ends_at: float
    """When the parent ends this process, by the clock that all processes share."""
    loopback_port: int | None
    allow_loopback: bool
    post_text: str
    card: str
    """The card as a page, or nothing."""
    card_width: int
    media: Sequence[str]


async def take(task: Task, out: BinaryIO) -> None:
    """Visit, draw and fetch at once; each part is sent as soon as it is there."""
    visit, left = Visit(), Time(task.seconds, task.ends_at - 0.06 * task.seconds)
    fetching = asyncio.ensure_future(_fetch(task, visit, left, out))
    if task.browser:
        await _browse(task, visit, left, out)
    try:
        async with asyncio.timeout(left.part(1)):
            await fetching
    except TimeoutError:
        visit.missing.append("Attachments: fetching them took too long.")
    write_frame(out, "report", json.dumps(report_of(visit)).encode())


async def _browse(task: Task, visit: Visit, left: Time, out: BinaryIO) -> None:
    async with Guard(loopback_port=task.loopback_port) as guard, async_playwright() as playwright:
        try:
            browser = await _start(playwright, task, guard)
        except BrowserError:
            visit.missing.append("The page: the browser could not be started.")
            return
        visit.browser = f"Chromium {browser.version}"
        drawing = asyncio.ensure_future(_draw_card(browser, task, left, out))
        if task.url:
            context = await browser.new_context(
                viewport={"width": WIDTH, "height": HEIGHT},
                service_workers="block",
                accept_downloads=False,
                locale="en-GB",
                timezone_id="Europe/London",
            )
            await Visitor(context, guard, visit, out).go(task.url, task.post_text, left)
        await drawing
        if guard.refused:
            visit.remarks.append(f"Sites not reached, or only in part: {len(guard.refused)}.")


async def _start(playwright: Playwright, task: Task, guard: Guard) -> Browser:
    return await playwright.chromium.launch(
        executable_path=task.browser,
        # The sandbox can't be had as root; elsewhere a missing one is a fault to be told.
        chromium_sandbox=os.geteuid() != 0,
        args=list(_ARGUMENTS),
        # With a proxy given, Playwright also takes loopback away from the exceptions.
        proxy={"server": guard.address},
        timeout=2 * task.seconds * 1000,
    )


async def _draw_card(browser: Browser, task: Task, left: Time, out: BinaryIO) -> None:
    """Offline and without scripts. Without a card from here, it is drawn by other means."""
    if not task.card:
        return
    try:
        async with asyncio.timeout(left.part(0.2)):
            context = await browser.new_context(
                viewport={"width": task.card_width, "height": 120},
                java_script_enabled=False,
                offline=True,
                service_workers="block",
                accept_downloads=False,
            )
            page = await context.new_page()
            tab = await Tab.of(page)
            await page.set_content(task.card, wait_until="commit")
            height = float(min(await tab.height(), MAX_HEIGHT))
            clip = {"x": 0.0, "y": 0.0, "width": float(task.card_width), "height": height}
            write_frame(out, CARD, await tab.picture(clip))
            await context.close()
    except (BrowserError, TimeoutError):
        return


async def _fetch(task: Task, visit: Visit, left: Time, out: BinaryIO) -> None:
    each = attachments(task.media, allow_loopback=task.allow_loopback, seconds=left.part(0.4))
    async for one in each:
        about = {"number": one.number, "address": one.address, "said_to_be": one.kind}
        if one.content:
            write_frame(out, one.name, one.content)
            visit.attachments.append({**about, "file": one.name})
        else:
            visit.attachments.append({**about, "missing": one.why})
            visit.missing.append(f"Attachment {one.number}: it {one.why}.")


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
