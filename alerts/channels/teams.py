"""Alerts as Microsoft Teams activity notifications, by Graph, in the name of the body's own app."""

import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from alerts.asking import Answer, Request, ask
from alerts.channel import Receipt
from alerts.errors import DeliveryError
from alerts.message import Message
from alerts.plain import one_line
from records.errors import ConfigurationError
from records.outgoing import hosts_of
from records.roster import StaffMember

NAME = "teams"
GRAPH_URL = "https://graph.microsoft.com"
SIGN_IN_URL = "https://login.microsoftonline.com"
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_WORD = re.compile(r"[A-Za-z_]{1,60}")
_MOST_PREVIEW = 150
"""Characters of a preview that Graph takes."""
_MARGIN_SECONDS = 300
_TAKEN, _NOT_AUTHORISED = 204, 401


@dataclass(frozen=True, slots=True)
class TeamsSettings:
    """Tenant and application in Microsoft Entra, and the app's id in Teams, all as GUIDs.

    Raises ConfigurationError.
    """

    tenant: str
    client_id: str
    client_secret: str = field(repr=False)
    app_id: str = ""
    graph_url: str = GRAPH_URL
    sign_in_url: str = SIGN_IN_URL
    timeout: float = 15.0

    def __post_init__(self) -> None:
        for what in ("tenant", "client_id", "app_id"):
            if not _GUID.fullmatch(getattr(self, what)):
                raise ConfigurationError(f"teams: {what} must be an id such as Entra shows it.")
        if not self.client_secret:
            raise ConfigurationError("teams: client_secret is missing.")


def from_settings(values: Mapping[str, str]) -> "TeamsChannel | None":
    """Build the channel from `teams_…` values; None without `teams_tenant`."""
    if not values.get("teams_tenant"):
        return None
    return TeamsChannel(
        TeamsSettings(
            tenant=values["teams_tenant"],
            client_id=values.get("teams_client_id", ""),
            client_secret=values.get("teams_client_secret", ""),
            app_id=values.get("teams_app_id", ""),
            graph_url=(values.get("teams_graph_url") or GRAPH_URL).rstrip("/"),
            sign_in_url=(values.get("teams_sign_in_url") or SIGN_IN_URL).rstrip("/"),
        )
    )


def reaches(values: Mapping[str, str]) -> tuple[str, ...]:
    """Microsoft Graph, and the sign-in."""
    if not values.get("teams_tenant"):
        return ()
    return hosts_of(
        values.get("teams_graph_url") or GRAPH_URL, values.get("teams_sign_in_url") or SIGN_IN_URL
    )


class TeamsChannel:
    """Puts one line into one person's activity feed; it holds a reference and leads to the app."""

    def __init__(self, settings: TeamsSettings) -> None:
        """Asks for nothing yet."""
        self._settings = settings
        self._token = ""
        self._good_until = 0.0
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Deliveries are kept under it."""
        return NAME

    def reaches(self, recipient: StaffMember) -> bool:
        """Whether the roster knows this person's object id in Entra."""
        return bool(recipient.teams_id.strip())

    def deliver(self, message: Message, recipient: StaffMember, delivery: str) -> Receipt:
        """Notify the person; Graph gives no receipt, so ours is the delivery's own."""
        user = one_line(recipient.teams_id)
        if not _GUID.fullmatch(user):  # an address would stand in a URL
            raise DeliveryError("address not usable", permanent=True)
        answer = self._notify(user, message)
        if answer.status == _NOT_AUTHORISED:
            self._forget()  # as when the secret was changed while the old token still lived
            answer = self._notify(user, message)
        if answer.status != _TAKEN:
            raise _refusal(answer)
        return Receipt(delivery)

    def check(self) -> str | None:
        """Sign in as the application; nobody is told."""
        self._forget()
        try:
            self._signed_in()
        except DeliveryError as error:
            if error.permanent:
                return f"Microsoft Entra does not let the application sign in ({error.code})."
            return f"Microsoft Teams can't be reached ({error.code})."
        return None

    def _notify(self, user: str, message: Message) -> Answer:
        return ask(
            Request(
                "POST",
                f"{self._settings.graph_url}/v1.0/users/{quote(user)}"
                "/teamwork/sendActivityNotification",
                headers={"Authorization": f"Bearer {self._signed_in()}"},
                json=self._content(message),
                leaves_a_mark=True,
            ),
            self._settings.timeout,
        )

    def _content(self, message: Message) -> dict[str, Any]:
        """Graph shows the text on locked screens, so it is the subject and nothing else."""
        words = one_line(message.subject)[:_MOST_PREVIEW]
        return {
            "topic": {
                "source": "text",
                "value": message.reference,
                "webUrl": f"https://teams.microsoft.com/l/entity/{self._settings.app_id}/record"
                f"?webUrl={quote(message.record_link, safe='')}",
            },
            "activityType": "systemDefault",
            "previewText": {"content": words},
            "templateParameters": [{"name": "systemDefaultText", "value": words}],
        }

    def _signed_in(self) -> str:
        """A token of the application, as long as it is good."""
        with self._lock:
            if time.monotonic() < self._good_until:
                return self._token
            settings = self._settings
            answer = ask(
                Request(
                    "POST",
                    f"{settings.sign_in_url}/{settings.tenant}/oauth2/v2.0/token",
                    form={
                        "grant_type": "client_credentials",
                        "client_id": settings.client_id,
                        "client_secret": settings.client_secret,
                        "scope": f"{GRAPH_URL}/.default",
                    },
                ),
                settings.timeout,
            )
            token = answer.text("access_token")
            if answer.status != 200 or not token:  # noqa: PLR2004
                raise _refusal(answer)
            seconds = answer.said.get("expires_in")
            lasts = seconds if isinstance(seconds, int) else 0
            self._token, self._good_until = token, time.monotonic() + lasts - _MARGIN_SECONDS
            return token

    def _forget(self) -> None:
        with self._lock:
            self._good_until = 0.0


def _refusal(answer: Answer) -> DeliveryError:
    """What Microsoft's own word for it means; its sentences name people, so they stay out."""
    word = answer.text("error", "code") or answer.text("error")
    kind = word if _WORD.fullmatch(word) else "refused"
    return DeliveryError(f"{kind} ({answer.status})", permanent=True)
