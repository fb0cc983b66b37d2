"""A loopback GOV.UK Notify: takes messages as the real one does, and says what became of them."""

import json
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import jwt

from tests.servers.web import Answer, WebRequest, WebServer

SERVICE = "11111111-2222-4333-8444-555555555555"
SECRET = "66666666-7777-4888-9999-aaaaaaaaaaaa"
API_KEY = f"alerts-{SERVICE}-{SECRET}"
EMAIL_TEMPLATE = "bbbbbbbb-0000-4000-8000-000000000001"
SMS_TEMPLATE = "bbbbbbbb-0000-4000-8000-000000000002"
FIELDS = "((opening)) ((steps)) ((reference)) ((record))"


@dataclass
class Notified:
    """One message that was taken."""

    id: str
    kind: str
    content: dict[str, Any]
    status: str = "created"


@dataclass
class Fault:
    """What goes wrong with one request; with `acts_first` the message is taken all the same."""

    status: int = 500
    error: str = "Exception"
    acts_first: bool = False
    cut: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


class NotifyServer(WebServer):
    """Serves until the `with` block ends."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[Notified] = []
        self.asked: list[str] = []
        self.faults: list[Fault] = []
        self.refused: set[str] = set()
        """Addresses and numbers that a key for a team alone may not write to."""
        self.templates = {
            EMAIL_TEMPLATE: {"type": "email", "subject": "((subject))", "body": FIELDS},
            SMS_TEMPLATE: {"type": "sms", "body": "((text))"},
        }

    def requests(self) -> type[WebRequest]:
        server = self

        class Request(WebRequest):
            def get(self) -> None:
                server.asked.append(f"GET {self.path}")
                self.say(server.authorised(self) or server.look(self.place, self.questions))

            def post(self) -> None:
                server.asked.append(f"POST {self.path}")
                body = self.content()
                if refusal := server.authorised(self):
                    self.say(refusal)
                    return
                fault = server.faults.pop(0) if server.faults else None
                if fault is None:
                    self.say(server.take(self.place, json.loads(body)))
                    return
                if fault.acts_first:
                    server.take(self.place, json.loads(body))
                answer = error(fault.status, fault.error)
                self.say(
                    Answer(
                        fault.status,
                        answer.body if fault.body is None else fault.body,
                        fault.headers,
                        cut=fault.cut,
                    )
                )

        return Request

    def authorised(self, request: WebRequest) -> Answer | None:
        token = (request.headers.get("Authorization") or "").removeprefix("Bearer ")
        try:
            claims = jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_iat": False})
        except jwt.InvalidTokenError:
            return error(403, "AuthError")
        fresh = claims["iss"] == SERVICE and abs(claims["iat"] - time.time()) < 30
        return None if fresh else error(403, "AuthError")

    def take(self, place: str, content: dict[str, Any]) -> Answer:
        kind = place.rpartition("/")[2]
        address = content["email_address" if kind == "email" else "phone_number"]
        template = self.templates.get(content["template_id"])
        if template is None or template["type"] != kind or address in self.refused:
            return error(400, "BadRequestError")
        one = Notified(str(uuid4()), kind, content)
        self.taken.append(one)
        return of({"id": one.id, "reference": content.get("reference")}, 201)

    def look(self, place: str, questions: dict[str, str]) -> Answer:
        last = place.rpartition("/")[2]
        if place.startswith("/v2/template/"):
            found = self.templates.get(last)
            return of({"id": last, **found}) if found else error(404, "NoResultFound")
        if place == "/v2/notifications":
            return of(
                {
                    "notifications": [
                        shown(one)
                        for one in self.taken
                        if one.content["reference"] == questions["reference"]
                    ]
                }
            )
        known = next((one for one in self.taken if one.id == last), None)
        return of(shown(known)) if known else error(404, "NoResultFound")


def shown(one: Notified) -> dict[str, Any]:
    return {"id": one.id, "reference": one.content["reference"], "status": one.status}


def of(value: object, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


def error(status: int, kind: str) -> Answer:
    """The real one's sentences name addresses."""
    message = "Can't send to morag@seo.example using a team-only API key"
    return of({"status_code": status, "errors": [{"error": kind, "message": message}]}, status)
