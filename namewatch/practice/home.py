"""The practice run's folder: made anew each time, and never anything else's."""

import shutil
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from evidence.vault import create_keys
from namewatch.init import write_private
from namewatch.ports import free_port
from namewatch.practice.mailbox import Mailbox
from namewatch.practice.platform import Platform
from namewatch.settings import PRACTICE_MARK
from records.alone import is_held
from records.errors import ConfigurationError

_SETTINGS = """# Written by the practice run.
acting_as = "p003"

[mail]
host = "127.0.0.1"
port = {mail_port}
tls = "none"
sender = "namewatch@slo.example"

[console]
port = {console_port}

[capture]
allow_loopback = true

[[sources]]
kind = "replay"
name = "practice"
path = "{feed}"
follow = true

[[sources]]
kind = "bluesky"
name = "bluesky"
"""


@dataclass(frozen=True)
class Practice:
    """A practice world that is up and running."""

    home: Path
    mailbox: Mailbox
    platform: Platform

    def stop(self) -> None:
        """Take the practice world down; its folder stays for looking at."""
        self.platform.stop()
        self.mailbox.stop()


def begin(home: Path, console_port: int = 8080) -> Practice:
    """Make `home` anew and start the practice world; raises ConfigurationError."""
    _clear(home)
    try:
        home.mkdir(parents=True, mode=0o700)
    except OSError as error:
        raise ConfigurationError(
            f"this folder can't be written ({error.strerror});"
            " set NAMEWATCH_PRACTICE_HOME to another.",
            file=home,
        ) from None
    write_private(home / PRACTICE_MARK, "Made by namewatch for practice; it is thrown away.\n")
    for name in ("organisation.toml", "roster.csv"):
        content = (resources.files("namewatch") / "practice" / "files" / name).read_text("utf-8")
        write_private(home / name, content)
    write_private(home / "recovery.key", create_keys(home / "keys") + "\n")
    mailbox = Mailbox(home / "mails")
    platform = Platform(home / "feed.jsonl")
    settings = _SETTINGS.format(
        mail_port=mailbox.port, console_port=free_port(console_port), feed=platform.feed
    )
    write_private(home / "settings.toml", settings)
    return Practice(home, mailbox, platform)


def _clear(home: Path) -> None:
    if not home.exists():
        return
    if not (home / PRACTICE_MARK).exists():
        raise ConfigurationError(
            "this folder was not made for practice, so it is left alone; set"
            " NAMEWATCH_PRACTICE_HOME to another.",
            file=home,
        )
    if is_held(home / "namewatch.db"):
        raise ConfigurationError(
            "a practice run is at work here; stop it before you start another.", file=home
        )
    shutil.rmtree(home)
