"""A browser of the tests that asks the application in its own thread, without a portal between.

Starlette's hands each request over to another thread, which takes longer than most answers.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from httpx2 import BaseTransport, Request, Response
from starlette.testclient import TestClient
from starlette.types import Message, Scope


class Directly(TestClient):
    """Where thousands of requests are asked, one after the other."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self._through_portal = self._transport
        self._portal_open = False
        self._transport = InThisThread(app, self._elsewhere)

    def _elsewhere(self, request: Request) -> Response:
        if not self._portal_open:
            self.__enter__()
            self._portal_open = True
        return self._through_portal.handle_request(request)

    def close(self) -> None:
        """End the portal as well, if one was needed."""
        if self._portal_open:
            self.__exit__()
        super().close()


class InThisThread(BaseTransport):
    """Runs the application until it has answered; `elsewhere` where this thread runs a loop."""

    def __init__(self, app: Any, elsewhere: Callable[[Request], Response]) -> None:
        self._app = app
        self._elsewhere = elsewhere
        self._loop = asyncio.new_event_loop()

    def handle_request(self, request: Request) -> Response:
        """The whole answer; what the application does after it is done as well."""
        if asyncio._get_running_loop():  # as beside Playwright
            return self._elsewhere(request)
        body, start = request.read(), dict[str, Any]()
        answered = bytearray()

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                answered.extend(message.get("body", b""))

        self._loop.run_until_complete(self._app(_scope(request), receive, send))
        return Response(
            start["status"], headers=start["headers"], content=bytes(answered), request=request
        )

    def close(self) -> None:
        """End the loop, and the threads in which it had answers made."""
        self._loop.close()


def _scope(request: Request) -> Scope:
    address = request.url
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": address.scheme,
        "path": address.path,
        "raw_path": address.raw_path.partition(b"?")[0],
        "query_string": address.query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("testclient", 50000),
        "server": (address.host, address.port or 80),
        "state": {},
    }
