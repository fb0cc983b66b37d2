"""A loopback Microsoft Entra and a loopback Google Workspace that hand out lists of staff."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.servers.web import Answer, WebRequest, WebServer

TENANT, CLIENT, SECRET = "seo.example", "an-application", "an-entra-secret"
ADMIN, ACCOUNT = "admin@seo.example", "namewatch@project.example"


def of(value: object, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


@dataclass
class Directory(WebServer):
    """Signs applications in, and gives its people page by page."""

    people: list[dict[str, Any]]
    a_page: int = 2

    def __post_init__(self) -> None:
        super().__init__()
        self.tokens: list[str] = []
        self.good: set[str] = set()
        self.forms: list[dict[str, str]] = []
        self.asked: list[dict[str, str]] = []
        self.faults: list[Answer] = []
        """Given to the next who ask for people, instead of people."""
        self.lasts_for = 1000
        """So many pages a token is good for."""
        self.elsewhere = ""
        """Where the next page is said to be, instead of here."""

    def requests(self) -> type[WebRequest]:
        server = self

        class Request(WebRequest):
            def post(self) -> None:
                form = {k: v[0] for k, v in parse_qs(self.content().decode()).items()}
                server.forms.append(form)
                self.say(server.sign_in(self.place, form))

            def get(self) -> None:
                server.asked.append(self.questions)
                if server.faults:
                    self.say(server.faults.pop(0))
                    return
                token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
                self.say(server.page(self.place, token, self.questions))

        return Request

    def token(self) -> str:
        self.tokens.append(f"token-{len(self.tokens)}")
        self.good = {self.tokens[-1]}
        self._left = self.lasts_for
        return self.tokens[-1]

    def lets_in(self, token: str) -> bool:
        self._left -= 1
        return token in self.good and self._left >= 0

    def sign_in(self, place: str, form: dict[str, str]) -> Answer:
        raise AssertionError("each directory says whom it signs in")

    def page(self, place: str, token: str, questions: dict[str, str]) -> Answer:
        raise AssertionError("each directory says what a page holds")


class EntraServer(Directory):
    """Answers as Graph does."""

    def sign_in(self, place: str, form: dict[str, str]) -> Answer:
        right = place == f"/{TENANT}/oauth2/v2.0/token" and form["client_secret"] == SECRET
        if not right:
            return of({"error": "invalid_client", "error_description": SECRET}, 401)
        return of({"access_token": self.token(), "expires_in": 3599})

    def page(self, place: str, token: str, questions: dict[str, str]) -> Answer:
        assert place == "/v1.0/users"
        if not self.lets_in(token):
            return of({"error": {"code": "InvalidAuthenticationToken"}}, 401)
        first = int(questions.get("$skiptoken", "0"))
        said: dict[str, Any] = {"value": self.people[first : first + self.a_page]}
        if first + self.a_page < len(self.people):
            here = self.elsewhere or self.url
            said["@odata.nextLink"] = f"{here}/v1.0/users?$skiptoken={first + self.a_page}"
        return of(said)


class GoogleServer(Directory):
    """Answers as the Directory API does; it checks in whose name it is asked."""

    def sign_in(self, place: str, form: dict[str, str]) -> Answer:
        claims = json.loads(_plain(form["assertion"].split(".")[1]))
        if place != "/token" or (claims["iss"], claims["sub"]) != (ACCOUNT, ADMIN):
            return of({"error": "unauthorized_client"}, 401)
        return of({"access_token": self.token(), "expires_in": 3599})

    def page(self, place: str, token: str, questions: dict[str, str]) -> Answer:
        assert place == "/admin/directory/v1/users"
        if not self.lets_in(token):
            return of({"error": {"code": 401}}, 401)
        first = int(questions.get("pageToken", "0"))
        said: dict[str, Any] = {"users": self.people[first : first + self.a_page]}
        if first + self.a_page < len(self.people):
            said["nextPageToken"] = str(first + self.a_page)
        return of(said)


def _plain(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def write_account(file: Path) -> Path:
    """A service account's key, as it is downloaded."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    content = {
        "type": "service_account",
        "client_email": ACCOUNT,
        "private_key_id": "one",
        "private_key": pem.decode(),
        "token_uri": "https://elsewhere.example/token",
    }
    file.write_text(json.dumps(content), "utf-8")
    return file
