"""One page of the browser, asked directly and from a world of its own.

Playwright's own picture waits for fonts and changes the page, and its scripts run among those of
the page, which may have replaced what they use. Here scripts see the page and nothing of its own.
"""

import asyncio
import base64
import math
from typing import Any, Self

from playwright.async_api import CDPSession, Page
from playwright.async_api import Error as BrowserError

WIDTH, HEIGHT, MAX_HEIGHT = 1280, 900, 12_000


class Tab:
    """A page that a capture looks at."""

    def __init__(self, page: Page, session: CDPSession) -> None:
        self.page = page
        self._session = session
        self._numbers: dict[str, str] = {}

    @classmethod
    async def of(cls, page: Page) -> Self:
        """Begin before the page goes anywhere, so that every request is known."""
        tab = cls(page, await page.context.new_cdp_session(page))
        tab._session.on("Network.requestWillBeSent", tab._number)
        await tab._session.send("Network.enable")
        return tab

    async def ask(self, question: str, options: dict[str, Any] | None = None) -> dict[str, Any]:
        """One question of the browser's own protocol."""
        return await self._session.send(question, options or {})

    async def run(self, function: str, given: Any = None) -> Any:
        """What a JavaScript function answers, run where the page can't reach."""
        tree = await self.ask("Page.getFrameTree")
        world = await self.ask(
            "Page.createIsolatedWorld",
            {"frameId": tree["frameTree"]["frame"]["id"], "worldName": "capture"},
        )
        answer = await self.ask(
            "Runtime.callFunctionOn",
            {
                "functionDeclaration": function,
                "arguments": [{"value": given}],
                "executionContextId": world["executionContextId"],
                "returnByValue": True,
                "awaitPromise": True,
            },
        )
        if "exceptionDetails" in answer:
            raise BrowserError("a script of the capture ended")
        return answer["result"].get("value")

    async def picture(self, clip: dict[str, float] | None = None) -> bytes:
        """What is seen now, or with `clip` that part of the page, wherever it is scrolled to."""
        options: dict[str, Any] = {"format": "png", "optimizeForSpeed": True}
        if clip:
            options |= {"captureBeyondViewport": True, "clip": {**clip, "scale": 1}}
        answer = await self.ask("Page.captureScreenshot", options)
        return base64.b64decode(answer["data"])

    async def height(self) -> int:
        """How high the page is, in pixels."""
        height: float = (await self.ask("Page.getLayoutMetrics"))["cssContentSize"]["height"]
        return math.ceil(height)

    async def beginning(self, url: str) -> bytes | None:
        """What has come so far of an answer that has not ended; None when it isn't known."""
        number = self._numbers.get(url)
        if number is None:
            return None
        try:
            async with asyncio.timeout(1):
                said = await self.ask("Network.streamResourceContent", {"requestId": number})
        except TimeoutError:
            return None
        return base64.b64decode(said.get("bufferedData", ""))

    def _number(self, event: dict[str, Any]) -> None:
        self._numbers[event["request"]["url"]] = event["requestId"]
