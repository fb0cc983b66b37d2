"""A loopback Microsoft: signs applications in, and takes activity notifications."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from tests.servers.web import Answer, WebRequest, WebServer

TENANT = "10000000-aaaa-4000-8000-000000000001"
CLIENT = "10000000-aaaa-4000-8000-000000000002"
APP = "10000000-aaaa-4000-8000-000000000003"
CLIENT_SECRET = "a-client-secret"
MORAGS_ID = "20000000-bbbb-4000-8000-000000000002"


@dataclass
class Notified:
    """What stands in one person's feed."""

    user: str
    content: dict[str, Any]


class GraphServer(WebServer):
    """Serves until the `with` block ends."""

    def __init__(self) -> None:
        super().__init__()
        self.users = {MORAGS_ID}
        """Those who have the app."""
        self.secret = CLIENT_SECRET
        self.feed: list[Notified] = []
        self.tokens = 0
        self.good: set[str] = set()
        self.lasts: object = 3599
        self.faults: list[Answer] = []

    def requests(self) -> type[WebRequest]:
        server = self

        class Request(WebRequest):
            def post(self) -> None:
                body = self.content()
                if self.place == f"/{TENANT}/oauth2/v2.0/token":
                    self.say(server.sign_in({k: v[0] for k, v in parse_qs(body.decode()).items()}))
                elif server.faults:
                    self.say(server.faults.pop(0))
                else:
                    token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
                    self.say(server.notify(self.place, token, json.loads(body)))

        return Request

    def sign_in(self, form: dict[str, str]) -> Answer:
        right = (form["client_id"], form["client_secret"]) == (CLIENT, self.secret)
        if not right or form["scope"] != "https://graph.microsoft.com/.default":
            said = {"error": "invalid_client", "error_description": f"for {CLIENT_SECRET}"}
            return of(said, 401)
        self.tokens += 1
        token = f"token-{self.tokens}"
        self.good.add(token)
        return of({"token_type": "Bearer", "expires_in": self.lasts, "access_token": token})

    def notify(self, place: str, token: str, content: dict[str, Any]) -> Answer:
        if token not in self.good:
            return fault(401, "InvalidAuthenticationToken")
        start, user, *rest = place.removeprefix("/v1.0/").split("/")
        assert (start, rest) == ("users", ["teamwork", "sendActivityNotification"])
        if user not in self.users:
            return fault(403, "Forbidden")
        if not content["topic"]["webUrl"].startswith("https://teams.microsoft.com/l/"):
            return fault(400, "BadRequest")
        if len(content["previewText"]["content"]) > 150:
            return fault(400, "BadRequest")
        self.feed.append(Notified(user, content))
        return Answer(204)


def of(value: object, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


def fault(status: int, code: str) -> Answer:
    """The real one's sentences name people."""
    said = {"code": code, "message": "The app is not installed for morag@seo.example."}
    return of({"error": said}, status)
