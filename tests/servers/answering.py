"""A server on 127.0.0.1 that answers as a test tells it, and notes what it was asked."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.servers.web import Answer, WebRequest, WebServer

__all__ = ["Answer", "AnsweringServer", "Asked", "of_json"]


@dataclass(frozen=True)
class Asked:
    """One request: where, for what, and with which headers."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""


def of_json(value: object, **more: Any) -> Answer:
    return Answer(
        body=json.dumps(value).encode(), headers={"Content-Type": "application/json"}, **more
    )


class AnsweringServer(WebServer):
    """Serves until the `with` block ends."""

    def __init__(self, answer: Callable[[Asked], Answer]) -> None:
        super().__init__()
        self.answer = answer
        self.asked: list[Asked] = []

    def requests(self) -> type[WebRequest]:
        server = self

        class Request(WebRequest):
            def post(self) -> None:
                self.get()

            def get(self) -> None:
                body = self.content()
                asked = Asked(self.place, self.questions, dict(self.headers), body)
                server.asked.append(asked)
                self.say(server.answer(asked))

        return Request
