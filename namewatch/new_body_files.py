"""The files of a new body, from what was answered."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from namewatch.new_body_answers import AUTHORITY_FILE, OWN, POLICY_FILE

_ORGANISATION = """\
# The body that namewatch works for. Written by set-up on {day}; every line can be changed here.
# docs/reference/contracts.md says what may stand in it.

[organisation]
name = {name}
# Other names in public use.
short_names = {short_names}
# Web domains, and accounts on any platform.
domains = {domains}
accounts = []
# Words that tie a post to the body's work.
context_terms = {context_terms}
phone_numbers = []
policy = {policy}
time_zone = {time_zone}
working_hours = {working_hours}
# While these last, an alert waits that is of nothing but a naming; threats and abuse never do.
# quiet_hours = "20:00-07:30"
# For how long somebody who has left is still watched for.
leavers_watched_months = 12

# Who holds each role of the policy: staff_ids from roster.csv, the first choice first.
{roles}"""
_SETTINGS = """\
# How namewatch reaches the world outside. Written by set-up on {day}; every line can be changed
# here. docs/reference/settings.md says what may stand in it. Passwords may also come from the
# environment, for example NAMEWATCH_MAIL__PASSWORD, which goes before this file.

# Who gets a mail when a place is not being watched.
alarms_to = {alarms_to}

[mail]
host = {host}
port = {port}
tls = {tls}
username = {username}
password = {password}
sender = {sender}
{authority}
# The pages with the records. Set url to the address that people use when a proxy stands before it.
[console]
host = "127.0.0.1"
port = {console_port}
# url = "https://namewatch.yourbody.example"

# What is watched; `namewatch sources` lists what else can be.
[[sources]]
kind = "bluesky"
"""


def quoted(text: str) -> str:
    """The text as TOML has it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def listed(texts: Iterable[str]) -> str:
    """The texts as a TOML array."""
    return f"[{', '.join(quoted(one) for one in texts)}]"


def roles_table(roles: Mapping[str, tuple[str, ...]]) -> str:
    """The table of who holds which role."""
    rows = (f"{role} = {listed(holders)}\n" for role, holders in roles.items() if holders)
    return f"[roles]\n{''.join(rows)}"


def organisation_text(
    answers: Mapping[str, Mapping[str, str]], roles: Mapping[str, tuple[str, ...]], day: date
) -> str:
    """organisation.toml."""
    body, hours = answers["body"], answers["hours"]
    chosen = answers["policy"]["policy"]
    return _ORGANISATION.format(
        day=day.isoformat(),
        name=quoted(body["name"]),
        short_names=listed(body["short_names"].splitlines()),
        domains=listed(body["domains"].splitlines()),
        context_terms=listed(body["context_terms"].splitlines()),
        policy=quoted(POLICY_FILE if chosen == OWN else chosen),
        time_zone=quoted(hours["time_zone"]),
        working_hours=quoted(hours["working_hours"]),
        roles=roles_table(roles),
    )


def settings_text(
    mail: Mapping[str, str], authority: Path | None, alarms_to: Iterable[str], port: int, day: date
) -> str:
    """settings.toml; `authority` is where the mail server's own authority will lie."""
    return _SETTINGS.format(
        day=day.isoformat(),
        alarms_to=listed(alarms_to),
        host=quoted(mail["host"]),
        port=mail["port"],
        tls=quoted(mail["tls"]),
        username=quoted(mail["username"]),
        password=quoted(mail["password"]),
        sender=quoted(mail["sender"]),
        authority=f"ca_file = {quoted(str(authority / AUTHORITY_FILE))}\n" if authority else "",
        console_port=port,
    )
