"""A body that is set up for real: its folder, mail server, posts and running service."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from evidence.vault import create_keys
from namewatch.init import write_private
from tests.servers.mail import MailServer
from tests.servers.prepared import Forked, Prepared

BODY = """[organisation]
name = "Scottish Lighthouse Ombudsman"
short_names = ["the Lighthouse Ombudsman"]
domains = ["slo.example"]
context_terms = ["complaint", "decision letter"]
policy = "{policy}"
working_hours = "Mon-Sun 00:00-23:59"

[roles]
hr_officer = ["s005"]
communications_manager = ["s004"]
director = ["s002"]
head_of_body = ["s001"]
leadership_team = ["s001", "s002", "s003"]
"""
HEAD = ("s001,Thomasina Garvellach,Ombudsman,ombudsman@slo.example,U1,,yes",)
STAFF = (
    *HEAD,
    "s002,Lachlan Quillandrie,Director,director@slo.example,U2,s001,no",
    "s003,Isobel Fairweather,Head of Investigations,head@slo.example,U3,s002,no",
    "s004,Devika Ramanujpal,Communications Manager,communications@slo.example,U4,s002,no",
    "s005,Struan Kilbrandy,HR Officer,hr@slo.example,U5,s002,no",
)
COLUMNS = "staff_id,full_name,role_title,email,slack_id,line_manager,may_be_named"


def reviewer(number: int, name: str) -> str:
    """One complaints reviewer whose line manager is s003."""
    return (
        f"s{number:03d},{name},Complaints Reviewer,reviewer{number}@slo.example,U{number},s003,no"
    )


def post(number: int, text: str, **fields: Any) -> dict[str, Any]:
    """A post as it stands in a replay file."""
    return {"id": f"post-{number}", "source": "practice", "text": text, **fields}


@dataclass
class House:
    """Folder and service of one body; leave it and everything has ended."""

    home: Path
    mail: MailServer | None
    policy: str = "spso"
    staff: Sequence[str] = (*STAFF, reviewer(6, "Fenella Auchterbrae"))
    settings: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    options: Sequence[str] = ()
    """What follows `namewatch run`."""
    replays: bool = True
    """Whether the feed is watched; its own `settings` may name other sources."""
    prepared: Prepared | None = None
    """What `namewatch run` is forked from, where it is started often."""
    process: subprocess.Popen[bytes] | Forked | None = None
    _read: int = 0
    recovery_key: str = ""

    def __enter__(self) -> Self:
        """Write the folder; start nothing."""
        self.home.mkdir(mode=0o700, exist_ok=True)
        write_private(self.home / "organisation.toml", BODY.format(policy=self.policy))
        write_private(self.home / "roster.csv", "\n".join([COLUMNS, *self.staff]) + "\n")
        self.write_settings()
        self.recovery_key = create_keys(self.home / "keys")
        self.feed.touch()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, _: TracebackType | None
    ) -> None:
        """End the service by its own process id; a fault tells what there was to see."""
        if fault is not None:
            fault.add_note(f"What {self.home.name} showed:\n{self.shown()}")
            for one in self.mail.mails if self.mail else ():
                fault.add_note(f"Mail to {', '.join(one.recipients)}: {one.message['Subject']}")
        self.stop()

    @property
    def feed(self) -> Path:
        """The file whose posts the replay source reads."""
        return self.home.parent / f"{self.home.name}-feed.jsonl"

    @property
    def terminal(self) -> Path:
        """The file that takes what every run shows, on standard output and standard error."""
        return self.home.parent / f"{self.home.name}-terminal.txt"

    def shown(self) -> str:
        """All that the terminal has shown so far."""
        return self.terminal.read_text("utf-8") if self.terminal.exists() else ""

    def write_settings(self) -> None:
        """Write settings.toml: mail to our server, posts from our feed, any free console port."""
        mail = (
            f'[mail]\nhost = "127.0.0.1"\nport = {self.mail.port}\ntls = "none"\n'
            'sender = "namewatch@slo.example"\n'
            if self.mail
            else ""
        )
        feed = ""
        if self.replays:
            feed = f'[[sources]]\nkind = "replay"\npath = "{self.feed}"\nfollow = true\n'
        console = "" if "[console]" in self.settings else "[console]\nport = 0\n"
        write_private(self.home / "settings.toml", f"{mail}\n{console}\n{self.settings}\n{feed}")

    def publish(self, posts: Iterable[dict[str, Any]]) -> None:
        """Let posts appear."""
        with self.feed.open("a", encoding="utf-8") as feed:
            feed.writelines(json.dumps(one) + "\n" for one in posts)

    def start(self, *, wait_ready: bool = True, within: Sequence[str] = ()) -> None:
        """Start `namewatch run` as a process of its own, in a group of its own.

        `within` is a command that starts it in surroundings of its own, such as unshare.
        """
        self._read = len(self.shown())
        command = ["run", *self.options]
        environment = {**os.environ, "NAMEWATCH_HOME": str(self.home), **self.environment}
        if self.prepared:
            self.process = self.prepared.start(command, environment, self.terminal)
        else:
            with self.terminal.open("ab") as terminal:
                self.process = subprocess.Popen(
                    [*within, sys.executable, "-m", "namewatch", *command],
                    env=environment,
                    stdout=terminal,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        if wait_ready:
            self.wait_ready()

    def wait_ready(self, seconds: float = 180) -> str:
        """Wait until the service says that it is ready; returns what it showed since its start."""
        assert self.process is not None
        until = time.monotonic() + seconds
        while "ready in" not in (shown := self.shown()[self._read :]):
            ended = self.process.poll()
            if ended is not None or time.monotonic() > until:
                raise AssertionError(f"the service is not ready ({ended}):\n{shown}")
            time.sleep(0.02)
        return shown

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stop(self) -> str:
        """End it as a person would; returns what it showed since its start."""
        if self.process is None:
            return ""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(120)
        self.process = None
        return self.shown()[self._read :]

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one namewatch command in this house."""
        return subprocess.run(
            [sys.executable, "-m", "namewatch", *arguments],
            env={**os.environ, "NAMEWATCH_HOME": str(self.home), **self.environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def wait_until(condition: Callable[[], object], seconds: float = 120, why: str = "") -> None:
    """Wait for something to become so; fail when it doesn't."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise AssertionError(f"not so after {seconds:.0f} s: {why or condition}")
        time.sleep(0.05)


def reference_in(text: str) -> str:
    """The incident's reference that stands in a mail or a line."""
    found = re.search(r"NW-\d{4}-\d{4}", text)
    assert found
    return found[0]
