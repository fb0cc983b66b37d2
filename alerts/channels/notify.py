"""Alerts through GOV.UK Notify: an e-mail where our own can't go, and a text that nudges."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote

import jwt

from alerts.asking import Answer, Request, ask
from alerts.channel import Fate, Receipt
from alerts.errors import DeliveryError
from alerts.message import Message
from alerts.plain import one_line
from alerts.wording import wording
from records.alert import AlertKind
from records.errors import ConfigurationError
from records.outgoing import hosts_of
from records.roster import StaffMember

EMAIL, SMS = "notify_email", "notify_sms"
BASE_URL = "https://api.notifications.service.gov.uk"
Kind = Literal["email", "sms"]
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_KEY = re.compile(rf".+-({_UUID})-({_UUID})")
_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()\-]{6,20}")
_NOT_FOUND, _REFUSED, _CREATED = 404, 403, 201
_FATES = {
    "delivered": Fate.ARRIVED,
    "permanent-failure": Fate.REFUSED,
    "temporary-failure": Fate.GIVEN_UP,
    "technical-failure": Fate.GIVEN_UP,
}
"""As the service names what became of a message; whatever else it says is still underway."""


@dataclass(frozen=True, slots=True)
class NotifySettings:
    """The service's key and the two templates that stand ready there; `email` or `sms` may be "".

    Raises ConfigurationError.
    """

    api_key: str = field(repr=False)
    email_template: str = ""
    sms_template: str = ""
    base_url: str = BASE_URL
    timeout: float = 15.0

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.api_key):
            raise ConfigurationError(
                "notify: api_key is not whole; copy it from GOV.UK Notify once more."
            )
        for template in (self.email_template, self.sms_template):
            if template and not re.fullmatch(_UUID, template):
                raise ConfigurationError("notify: a template is named by its id, not its title.")
        if not (self.email_template or self.sms_template):
            raise ConfigurationError("notify: set email_template, sms_template or both.")


def email_from_settings(values: Mapping[str, str]) -> "NotifyChannel | None":
    """Build the e-mail channel from `notify_…` values; None without its template."""
    return _built(values, EMAIL)


def sms_from_settings(values: Mapping[str, str]) -> "NotifyChannel | None":
    """Build the channel for text messages from `notify_…` values; None without its template."""
    return _built(values, SMS)


def _built(values: Mapping[str, str], name: str) -> "NotifyChannel | None":
    if not values.get("notify_api_key"):
        return None
    settings = NotifySettings(
        api_key=values["notify_api_key"],
        email_template=values.get("notify_email_template", ""),
        sms_template=values.get("notify_sms_template", ""),
        base_url=(values.get("notify_base_url") or BASE_URL).rstrip("/"),
    )
    kind: Kind = "email" if name == EMAIL else "sms"
    template = settings.email_template if kind == "email" else settings.sms_template
    return NotifyChannel(settings, kind) if template else None


def reaches(values: Mapping[str, str]) -> tuple[str, ...]:
    """GOV.UK Notify."""
    if not values.get("notify_api_key"):
        return ()
    return hosts_of(values.get("notify_base_url") or BASE_URL)


class NotifyChannel:
    """Hands one message for one person to GOV.UK Notify, which keeps a copy for a few days."""

    def __init__(self, settings: NotifySettings, kind: Kind) -> None:
        """`kind`: by e-mail or by text message."""
        self._settings = settings
        self._kind: Kind = kind
        found = _KEY.fullmatch(settings.api_key)
        assert found
        self._service, self._secret = found.groups()

    @property
    def name(self) -> str:
        """Deliveries are kept under it."""
        return EMAIL if self._kind == "email" else SMS

    def reaches(self, recipient: StaffMember) -> bool:
        """Whether the roster knows an address or a number."""
        return bool(self._address(recipient))

    def deliver(self, message: Message, recipient: StaffMember, delivery: str) -> Receipt:
        """Send once: before a repeat, Notify is asked whether it has this delivery already."""
        address, form = self._address(recipient), _ADDRESS if self._kind == "email" else _PHONE
        if not form.fullmatch(address):
            raise DeliveryError("address not usable", permanent=True)
        reference = f"{message.reference}-{delivery}"
        if message.repeat and (known := self._known(reference)):
            return Receipt(known)
        answer = self._ask(
            "POST",
            f"/v2/notifications/{self._kind}",
            self._content(address, message, reference),
            leaves_a_mark=True,
        )
        if answer.status != _CREATED:
            raise _refusal(answer)
        if not (receipt := answer.text("id")):
            raise DeliveryError("answer not understood", permanent=False, may_have_arrived=True)
        return Receipt(receipt)

    def fate(self, receipt: Receipt) -> Fate:
        """What has become of it since; raises DeliveryError."""
        answer = self._ask("GET", f"/v2/notifications/{quote(receipt.code, safe='')}")
        if answer.status == _NOT_FOUND:
            return Fate.UNDERWAY  # Notify forgets after some days
        if answer.status != 200:  # noqa: PLR2004
            raise _refusal(answer)
        return _FATES.get(answer.text("status"), Fate.UNDERWAY)

    def check(self) -> str | None:
        """Ask for the template: whether key and template fit, and nobody is told."""
        template = self._template
        try:
            answer = self._ask("GET", f"/v2/template/{template}")
        except DeliveryError as error:
            return f"GOV.UK Notify can't be reached ({error.code})."
        if answer.status == _REFUSED:
            return "GOV.UK Notify refuses the key, or this computer's clock is wrong."
        if answer.status != 200:  # noqa: PLR2004
            return "GOV.UK Notify knows no template of this id in the service of this key."
        if answer.text("type") != self._kind:
            return f"The template is not for {_IN_WORDS[self._kind]}."
        missing = [
            name
            for name in self._personalisation(None)
            if f"(({name}))" not in f"{answer.text('subject')} {answer.text('body')}"
        ]
        return f"The template lacks (({missing[0]}))." if missing else None

    @property
    def _template(self) -> str:
        settings = self._settings
        return settings.email_template if self._kind == "email" else settings.sms_template

    def _address(self, recipient: StaffMember) -> str:
        return one_line(recipient.email if self._kind == "email" else recipient.phone)

    def _content(self, address: str, message: Message, reference: str) -> dict[str, Any]:
        field = "email_address" if self._kind == "email" else "phone_number"
        return {
            field: address,
            "template_id": self._template,
            "personalisation": self._personalisation(message),
            "reference": reference,
        }

    def _personalisation(self, message: Message | None) -> dict[str, str]:
        """What the template's fields take; never the page's address, since Notify keeps a copy."""
        if self._kind == "sms":
            if message is not None and message.kind is AlertKind.TEST:
                return {"text": message.subject}
            text = wording().nudge.text.format(reference=message.reference) if message else ""
            return {"text": text}
        if message is None:
            return dict.fromkeys(("subject", "opening", "steps", "reference", "record"), "")
        words = wording().body
        return {
            "subject": message.subject,
            "opening": message.opening,
            "steps": "\n".join(f"* {one_line(step)}" for step in message.steps),
            "reference": message.reference + (f"\n\n{words.repeat}" if message.repeat else ""),
            "record": message.record_link,
        }

    def _known(self, reference: str) -> str:
        """The id of a message of this reference that Notify has taken and not given up."""
        query = {"reference": reference, "template_type": self._kind}
        answer = self._ask("GET", "/v2/notifications", query=query)
        said = answer.said.get("notifications") if isinstance(answer.said, dict) else None
        for one in said if isinstance(said, list) else ():
            if isinstance(one, dict) and one.get("reference") == reference:
                lost = _FATES.get(str(one.get("status")), Fate.UNDERWAY)
                if lost in {Fate.UNDERWAY, Fate.ARRIVED} and isinstance(one.get("id"), str):
                    return str(one["id"])
        return ""

    def _ask(
        self,
        method: str,
        place: str,
        content: dict[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        leaves_a_mark: bool = False,
    ) -> Answer:
        claims = {"iss": self._service, "iat": int(time.time())}
        token = jwt.encode(claims, self._secret, algorithm="HS256", headers={"typ": "JWT"})
        request = Request(
            method,
            self._settings.base_url + place,
            headers={"Authorization": f"Bearer {token}"},
            json=content,
            query=query,
            leaves_a_mark=leaves_a_mark,
        )
        return ask(request, self._settings.timeout)


_IN_WORDS = {"email": "e-mail", "sms": "text messages"}


def _refusal(answer: Answer) -> DeliveryError:
    """What Notify's own word for it means; its sentences may hold an address, so they stay out."""
    word = answer.text("errors", 0, "error")
    kind = word if re.fullmatch(r"[A-Za-z]{1,40}", word) else "refused"
    return DeliveryError(f"{kind} ({answer.status})", permanent=True)
