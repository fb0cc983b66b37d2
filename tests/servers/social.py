"""A small social server on 127.0.0.1: the page of one post, and its public interface."""

import threading
from html import escape

from tests.servers.answering import Answer, AnsweringServer, Asked, of_json

NUMBER = "12345"


class Social(AnsweringServer):
    """One post at `page`; its page can be held back, its wording changed, and it can be gone."""

    def __init__(self, text: str, above: str = "What was said before.") -> None:
        super().__init__(self._answer)
        self.text, self.above = text, above
        self.gone = False
        self._open = threading.Event()
        self._open.set()

    @property
    def page(self) -> str:
        return f"{self.url}/@angry/{NUMBER}"

    def hold(self) -> None:
        """Let nobody see the page until it is released."""
        self._open.clear()

    def release(self) -> None:
        self._open.set()

    def visits(self) -> int:
        return sum(one.path.startswith("/@") for one in self.asked)

    def _answer(self, asked: Asked) -> Answer:
        api = f"/api/v1/statuses/{NUMBER}"
        if self.gone or asked.path not in {api, f"{api}/context", f"/@angry/{NUMBER}"}:
            return Answer(404, b"<title>Gone</title><h1>Not found</h1>")
        if asked.path == api:
            return of_json(self._status(NUMBER, self.text))
        if asked.path == f"{api}/context":
            return of_json({"ancestors": [self._status("12344", self.above)], "descendants": []})
        self._open.wait(120)
        body = f"<!doctype html><title>A post</title><article>{escape(self.text)}</article>"
        return Answer(200, body.encode(), {"Content-Type": "text/html; charset=utf-8"})

    def _status(self, number: str, text: str) -> dict[str, object]:
        uri = f"{self.url}/users/angry/statuses/{number}"
        return {"id": number, "uri": uri, "content": escape(text), "account": {"acct": "angry"}}
