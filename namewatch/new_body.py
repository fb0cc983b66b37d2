"""A new body, set up in the practice console: six answers become a folder like `init` writes."""

import contextlib
import hashlib
import hmac
import re
import secrets
import shlex
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from alerts.channels.email import EmailChannel
from console.faults import Fault
from console.set_up import QUESTIONS, Choice, People, Seat, Written
from evidence.vault import create_keys
from namewatch.configuration import configuration_of
from namewatch.draft import Draft
from namewatch.init import FILES, write_private
from namewatch.new_body_answers import (
    AUTHORITY_FILE,
    OWN,
    POLICY_FILE,
    Typed,
    check,
    mail_settings,
)
from namewatch.new_body_files import organisation_text, settings_text
from namewatch.offered_people import OfferedPeople
from namewatch.people import TEMPLATE, roster_text
from namewatch.role_seats import choices_of, doubts_of, role_faults, seats_of
from namewatch.settings import read_settings
from policies.pack import Pack
from policies.pack_file import read_pack
from records.errors import ConfigurationError, NamewatchError
from records.organisation import IT
from records.outgoing import judged
from records.roster import Roster, StaffMember, read_roster

CODE_TRIES = 10
MONTHS = 12
_ROSTER = "roster.csv"
_UNANSWERED = {
    "body": "Say which body it is.",
    "policy": "Choose a policy.",
    "hours": "Give working hours.",
    "mail": "Give a mail server.",
    "people": "Hand in a list of staff, and confirm it.",
    "roles": "Say who holds which role.",
}


@dataclass
class NewBodyDesk:
    """Keeps answers in a draft beside `home`, and writes `home` at the end."""

    home: Path
    port: int
    """Where the console will be, so that the browser finds it again."""
    tell: Callable[[str], None]
    """Shows one line on the terminal; whoever reads it may set up."""
    _code: str = ""
    _tries: int = 0
    _token: str = ""
    _recovery_key: str = field(default="", repr=False)
    wanted: threading.Event = field(default_factory=threading.Event)
    """Set when somebody asks to start over with the new body."""
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        """The draft of an earlier run is gone on with."""
        self._draft = Draft(self.home.with_name(f"{self.home.name}.draft"))
        self._people = OfferedPeople(
            self._draft, lambda: None, self._today, lambda: MONTHS, self._keep_people
        )

    # Who is let in.

    def tell_new_code(self) -> None:
        """Show a new code on the terminal."""
        with self._lock:
            digits = f"{secrets.randbelow(10**8):08d}"
            self._code, self._tries = hashlib.sha256(digits.encode()).hexdigest(), 0
        self.tell(f"{digits[:4]}-{digits[4:]}")

    def let_in(self, code: str) -> str | None:
        """A token for the browser; the code is used up by it, and by too many wrong ones."""
        typed = hashlib.sha256(re.sub(r"[^0-9]", "", code).encode()).hexdigest()
        with self._lock:
            self._tries += 1
            if not self._code or not hmac.compare_digest(self._code, typed):
                if self._tries >= CODE_TRIES:
                    self._code = ""
                return None
            self._code, self._token = "", secrets.token_urlsafe(32)
            return self._token

    def knows(self, token: str) -> bool:
        """Whether this browser was let in."""
        return bool(self._token) and hmac.compare_digest(self._token.encode(), token.encode())

    # The questions.

    def answered(self) -> frozenset[str]:
        """Which have an answer."""
        return self._draft.answered() & frozenset(QUESTIONS)

    def kept(self, question: str) -> Mapping[str, str]:
        """What was answered; of a password only that there is one."""
        answers = dict(self._draft.answers(question))
        if question == "mail":
            answers["password"] = "kept" if answers.get("password") else ""
            there = (self._draft.folder / AUTHORITY_FILE).exists()
            answers["ca_file"] = "kept" if there else ""
        if question == "policy":
            answers["file"] = "kept" if (self._draft.folder / POLICY_FILE).exists() else ""
        return answers

    def keep(
        self, question: str, typed: Mapping[str, str], files: Mapping[str, bytes]
    ) -> Sequence[Fault]:
        """Keep an answer if nothing is wrong with it."""
        self._open()
        with self._lock:
            kept, faults = check(question, Typed(typed, files), self._draft)
            if not faults:
                before = self._draft.answers(question)
                # What was tried stays true as long as nothing of it has changed.
                tried = (
                    before if kept.items() <= before.items() and not files.get("ca_file") else {}
                )
                self._draft.keep(question, {**tried, **kept})
        return faults

    def try_mail(self) -> str | None:
        """Sign in at the mail server; it is never tried without a secured connection."""
        answers = self._draft.answers("mail")
        try:
            mail = mail_settings(answers, self._draft)
            with judged(mail.host):  # by whoever typed it: it stands in no settings yet
                fault = EmailChannel(mail).check()
        except ConfigurationError as wrong:
            fault = wrong.sentence
        at = datetime.now(UTC).isoformat(timespec="minutes")
        self._draft.keep("mail", {**answers, "tried": fault or "", "tried_at": at})
        return fault

    # People.

    def offer(self, content: bytes) -> None:
        """Take a CSV file for a look."""
        self._open()
        self._people.offer(content)

    def offered(self) -> People | None:
        """The list that is being looked at."""
        return self._people.offered()

    def confirm(self, stamp: str, actor: str) -> bool:
        """Keep it in the draft."""
        self._open()
        return self._people.confirm(stamp, actor)

    def withdraw(self) -> None:
        """Forget it."""
        self._people.withdraw()

    def offered_text(self) -> str:
        """The list that is being looked at."""
        return self._people.text()

    def template(self) -> str:
        """A CSV file to fill in."""
        return TEMPLATE

    def count(self) -> int:
        """How many people are kept."""
        return len(self._roster())

    def directories(self) -> Sequence[tuple[str, str]]:
        """None: their keys stand in settings.toml, which is not there yet."""
        return ()

    def fetch(self, _directory: str) -> str | None:
        """See above."""
        return "No directory is set up yet."

    def _keep_people(self, members: Sequence[StaffMember], people: People, _actor: str) -> None:
        self._draft.put(_ROSTER, roster_text(members).encode())
        self._draft.keep("people", {"count": str(people.count)})

    def _roster(self) -> Roster:
        try:
            return read_roster(self._draft.folder / _ROSTER)
        except ConfigurationError:
            return Roster({})

    # Roles.

    def seats(self) -> Sequence[Seat]:
        """Every role of the chosen policy."""
        return seats_of(self._pack(), self._roles(), self._roster())

    def choices(self) -> Sequence[Choice]:
        """Whoever works here."""
        return choices_of(self._roster(), self._today())

    def give(self, chosen: Mapping[str, tuple[str, ...]], _actor: str) -> Sequence[Fault]:
        """Keep who holds which role."""
        self._open()
        faults = role_faults(self.seats(), chosen, self._roster(), self._today())
        if not faults:
            self._draft.keep("roles", {role: "\n".join(held) for role, held in chosen.items()})
        return faults

    def doubts(self) -> Sequence[str]:
        """What is worth a thought."""
        return doubts_of(self.seats(), self._roster()) if "roles" in self.answered() else ()

    def _roles(self) -> dict[str, tuple[str, ...]]:
        kept = self._draft.answers("roles")
        return {role: tuple(held.splitlines()) for role, held in kept.items() if held}

    def _pack(self) -> Pack:
        chosen = self._draft.answers("policy").get("policy", "spso")
        return read_pack(POLICY_FILE if chosen == OWN else chosen, self._draft.folder)

    def _today(self) -> date:
        zone = self._draft.answers("hours").get("time_zone", "Europe/London")
        return datetime.now(ZoneInfo(zone)).date()

    # The folder.

    def written(self) -> Written | None:
        """The folder, once there is one."""
        if not (self.home / FILES[0]).exists():
            return None
        start = "make run" if Path("Makefile").exists() else "namewatch run"
        return Written(self.home, f"NAMEWATCH_HOME={shlex.quote(str(self.home))} {start}")

    def write(self) -> Sequence[str]:
        """Write the folder whole or not at all."""
        self._open()
        missing = [_UNANSWERED[one] for one in QUESTIONS if one not in self.answered()]
        if missing:
            return missing
        with self._lock:
            part = self.home.with_name(f".{self.home.name}.part")
            try:
                shutil.rmtree(part, ignore_errors=True)
                recovery_key = self._write_into(part)
                part.rename(self.home)
            except NamewatchError as fault:
                shutil.rmtree(part, ignore_errors=True)
                return [getattr(fault, "sentence", str(fault))]
            except OSError as error:
                shutil.rmtree(part, ignore_errors=True)
                return [f"The folder can't be written ({error.strerror})."]
            self._recovery_key = recovery_key
            self._draft.forget()
        return []

    def _write_into(self, part: Path) -> str:
        """All files and keys; raises ConfigurationError when they don't fit together."""
        part.mkdir(mode=0o700, parents=True)
        answers = {one: self._draft.answers(one) for one in QUESTIONS}
        roles = self._roles()
        write_private(part / FILES[0], organisation_text(answers, roles, self._today()))
        write_private(part / FILES[1], (self._draft.folder / _ROSTER).read_text("utf-8"))
        for name in (POLICY_FILE, AUTHORITY_FILE):
            with contextlib.suppress(FileNotFoundError):
                write_private(part / name, (self._draft.folder / name).read_text("utf-8"))
        authority = self.home if (part / AUTHORITY_FILE).exists() else None
        settings = settings_text(
            answers["mail"], authority, roles.get(IT, ()), self.port, self._today()
        )
        write_private(part / FILES[2], settings)
        configuration_of(part / FILES[0], part / FILES[1])
        read_settings(part)
        return create_keys(part / "keys")

    def recovery_key(self) -> str:
        """Until somebody says that they have it; it is in no file."""
        return self._recovery_key

    def forget_recovery_key(self) -> None:
        """Somebody has written it down."""
        self._recovery_key = ""

    def begin(self) -> bool:
        """Ask the program to start over with the new body."""
        if self.written() is None or self._recovery_key:
            return False
        self.wanted.set()
        return True

    def _open(self) -> None:
        """Raise unless there is still something to answer: a body that is there stays as it is."""
        if self.written():
            raise ConfigurationError("this body is set up already.", file=self.home)
