"""The answers about a new body: what is wrong with one, in words, and what is kept of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from alerts.channels.email import EmailSettings
from console.faults import Fault
from namewatch.draft import Draft
from policies.pack_file import SHIPPED, read_pack_file
from records.errors import ConfigurationError
from records.working_time import WorkingHours

POLICY_FILE, AUTHORITY_FILE = "policy.toml", "mail-ca.pem"
OWN = "own"
KEPT_PASSWORD = "kept"  # noqa: S105 - a mark
_DOMAIN = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_MOST_TEXT = 4_000
_MOST_FILE = 200_000
_PORT = re.compile(r"[0-9]{1,5}")
_LAST_PORT = 65_535


@dataclass(frozen=True)
class Typed:
    """What came from a form."""

    words: Mapping[str, str]
    files: Mapping[str, bytes] = field(default_factory=dict)

    def word(self, name: str) -> str:
        """One line of it."""
        return " ".join(self.words.get(name, "")[:_MOST_TEXT].split())

    def lines(self, name: str) -> list[str]:
        """Several, one a line or parted by commas."""
        parts = re.split(r"[\n,;]", self.words.get(name, "")[:_MOST_TEXT])
        return [clean for one in parts if (clean := " ".join(one.split()))]


Checked = tuple[dict[str, str], list[Fault]]
"""What is kept of an answer, and what is wrong with it."""


def check(question: str, typed: Typed, draft: Draft) -> Checked:
    """Look at the answer to one question; files that are good are put into the draft."""
    return _CHECKS[question](typed, draft)


def _body(typed: Typed, _draft: Draft) -> Checked:
    kept = {"name": typed.word("name")}
    kept |= {one: "\n".join(typed.lines(one)) for one in ("short_names", "context_terms")}
    domains = [one.removeprefix("www.").casefold() for one in typed.lines("domains")]
    kept["domains"] = "\n".join(domains)
    faults = []
    if not kept["name"]:
        faults.append(Fault("name", "Enter the full name of your body."))
    for one in domains:
        if not _DOMAIN.fullmatch(one):
            faults.append(
                Fault("domains", "Enter web domains like yourbody.example, without https:// or @.")
            )
            break
    return kept, faults


def _policy(typed: Typed, draft: Draft) -> Checked:
    chosen = typed.word("policy")
    if chosen not in (*SHIPPED, OWN):
        return {}, [Fault("policy", "Choose which policy your body works under.")]
    content = typed.files.get("file", b"")
    own = draft.folder / POLICY_FILE
    if chosen != OWN or (not content and own.exists()):
        return {"policy": chosen}, []
    if not content or len(content) > _MOST_FILE:
        return {"policy": chosen}, [Fault("file", "Choose the .toml file of your policy.")]
    trial = draft.put("policy-offered.toml", content)
    try:
        read_pack_file(trial)
    except ConfigurationError as fault:
        line = f"Line {fault.line}: " if fault.line else ""
        trial.unlink()
        return {"policy": chosen}, [
            Fault("file", f"This policy can't be used. {line}{fault.sentence}")
        ]
    trial.replace(own)
    return {"policy": chosen}, []


def _hours(typed: Typed, _draft: Draft) -> Checked:
    kept = {"time_zone": typed.word("time_zone"), "working_hours": typed.word("working_hours")}
    faults = []
    try:
        ZoneInfo(kept["time_zone"])
    except (OSError, ValueError, KeyError):
        faults.append(Fault("time_zone", "Enter a time zone like Europe/London."))
    try:
        WorkingHours.parse(kept["working_hours"], ZoneInfo("UTC"))
    except ValueError:
        faults.append(Fault("working_hours", "Enter working hours like Mon-Fri 09:00-17:00."))
    return kept, faults


def _mail(typed: Typed, draft: Draft) -> Checked:
    before = draft.answers("mail")
    kept = {one: typed.word(one) for one in ("host", "port", "tls", "username", "sender")}
    # A password may hold spaces; an empty field means the one that was typed before.
    password = typed.words.get("password", "")[:_MOST_TEXT]
    same = (before.get("host"), before.get("username")) == (kept["host"], kept["username"])
    kept["password"] = password or (before.get("password", "") if same else "")
    kept["username"] = kept["username"] if kept["password"] or kept["username"] else ""
    faults = _mail_faults(kept)
    if content := typed.files.get("ca_file", b""):
        draft.put(AUTHORITY_FILE, content[:_MOST_FILE])
    if typed.word("ca_file_none"):
        (draft.folder / AUTHORITY_FILE).unlink(missing_ok=True)
    if not faults:
        try:
            mail_settings(kept, draft)
        except ConfigurationError as fault:
            said = fault.sentence.removeprefix("mail: ")
            faults.append(Fault("host", f"{said[:1].upper()}{said[1:]}"))
    return kept, faults


def _mail_faults(kept: Mapping[str, str]) -> list[Fault]:
    faults = []
    if not kept["host"] or "/" in kept["host"] or "@" in kept["host"]:
        faults.append(
            Fault("host", "Enter the name of your mail server, like mail.yourbody.example.")
        )
    if not _PORT.fullmatch(kept["port"]) or not 0 < int(kept["port"]) <= _LAST_PORT:
        faults.append(Fault("port", "Enter the port, usually 587 or 465."))
    if kept["tls"] not in {"starttls", "tls", "none"}:
        faults.append(Fault("tls", "Choose how the connection is secured."))
    if "@" not in kept["sender"]:
        faults.append(
            Fault(
                "sender",
                "Enter the address that alerts come from, like namewatch@yourbody.example.",
            )
        )
    if bool(kept["username"]) != bool(kept["password"]):
        faults.append(Fault("password", "Enter both a user name and a password, or neither."))
    return faults


def mail_settings(kept: Mapping[str, str], draft: Draft) -> EmailSettings:
    """How mail would leave, as answered; raises ConfigurationError."""
    authority = draft.folder / AUTHORITY_FILE
    return EmailSettings(
        host=kept["host"],
        port=int(kept["port"]),
        sender=kept["sender"],
        tls=kept["tls"],  # type: ignore[arg-type]
        username=kept["username"] or None,
        password=kept["password"] or None,
        ca_file=authority if authority.exists() else None,
    )


_CHECKS = {"body": _body, "policy": _policy, "hours": _hours, "mail": _mail}
