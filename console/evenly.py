"""Let every "no such page" take equally long, whether or not there is one that is not for you."""

import math

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SPAN = 0.05
"""Seconds: far more than looking for a record and asking whether it is for somebody takes."""


class Evenly:
    """Holds a 404 back until the next whole multiple of `span` seconds since it was asked for."""

    def __init__(self, app: ASGIApp, *, span: float = SPAN) -> None:
        self._app = app
        self._span = span

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        asked = anyio.current_time()

        async def send_evenly(message: Message) -> None:
            if self._span and message.get("status") == 404:  # noqa: PLR2004
                whole = math.ceil((anyio.current_time() - asked) / self._span) * self._span
                await anyio.sleep_until(asked + whole)
            await send(message)

        await self._app(scope, receive, send_evenly)
