"""The digest and the clocks of what is kept, on the command line, with a real mail server."""

import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from casework import incidents
from casework.incidents import Opening, acknowledge
from evidence.seal import ensure_seal_key
from evidence.vault import create_keys, read_public_keys
from namewatch.cli import app
from namewatch.init import write_private
from records.database import transaction
from records.incident import Incident
from records.record_key import RecordKey
from records.sealing import new_record_key
from tests.databases import new_database
from tests.servers.house import BODY, COLUMNS, STAFF, reviewer
from tests.servers.mail import MailServer

NOW = datetime(2026, 11, 21, 22, 40, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 3, 9, tzinfo=UTC)
NAMED, DIRECTOR, LINE_MANAGER, COMMS = "s006", "s002", "s003", "s004"
REFERENCE = "NW-2026-0001"


@dataclass
class Home:
    """A body with one closed incident about Fenella Auchterbrae."""

    folder: Path
    database: Engine
    mail: MailServer

    def say(self, *arguments: str, at: datetime = DECEMBER) -> Result:
        environment = {"NAMEWATCH_HOME": str(self.folder), "COLUMNS": "200"}
        with time_machine.travel(at):
            return CliRunner().invoke(app, list(arguments), env=environment)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    write_private(folder / "organisation.toml", BODY.format(policy="spso"))
    staff = "\n".join([COLUMNS, *STAFF, reviewer(6, "Fenella Auchterbrae")])
    write_private(folder / "roster.csv", f"{staff}\n")
    create_keys(folder / "keys")
    ensure_seal_key(folder / "keys")
    database = new_database(folder)
    made = new_record_key(read_public_keys(folder / "keys").recipients())
    with transaction(database) as session:
        key = RecordKey(recipient=made.recipient, wrapped=made.wrapped, created_at=NOW)
        session.add(key)
        session.flush()
        assert key.id
        opening = Opening(NAMED, (), "high", ("insult",), "spso", "2026-11", key.id, NOW)
        incident = incidents.open_incident(session, opening, now=NOW)
        incidents.give_access(
            session, incident, LINE_MANAGER, role="line_manager", reason="SPSO 67.1", now=NOW
        )
        acknowledge(session, incident, actor=LINE_MANAGER, via="page", employed=True, now=NOW)
        incident.state, incident.closed_at = "closed", NOW
        session.add(incident)
    with MailServer() as mail:
        write_private(
            folder / "settings.toml",
            f'[mail]\nhost = "127.0.0.1"\nport = {mail.port}\ntls = "none"\n'
            'sender = "namewatch@slo.example"\n',
        )
        yield Home(folder, database, mail)
    database.dispose()


@pytest.mark.clause("SPSO 71")
def test_a_digest_is_drafted_shown_and_released_to_the_leadership_by_the_custodian_only(
    home: Home,
) -> None:
    assert "there is no digest of 2026-11" in home.say("digest", "show").stderr
    drafted = home.say("digest", "draft", "--by", LINE_MANAGER)
    assert "2026-11: drafted. It goes to nobody" in drafted.stdout, drafted.output
    shown = home.say("digest", "show").stdout
    assert "Naming and harm online: November 2026" in shown
    assert "Abuse, an allegation, or an attack on somebody's ability: fewer than 3" in shown
    assert "(2026-11: a draft, sent to nobody)" in shown
    for nobody in (LINE_MANAGER, DIRECTOR, NAMED):
        refused = home.say("digest", "release", "--by", nobody)
        assert (refused.exit_code, "SPSO 71" in refused.stderr) == (2, True), refused.exception
    assert home.mail.mails == []
    said = home.say("digest", "release", "--by", COMMS)
    assert (said.exit_code, "sent to 3 of the leadership" in said.stdout) == (0, True), said.output
    assert sorted(mail.recipients for mail in home.mail.mails) == [
        ("director@slo.example",),
        ("head@slo.example",),
        ("ombudsman@slo.example",),
    ]
    for mail in home.mail.mails:
        assert "fewer than 3" in mail.text
        assert not re.search(r"Fenella|Auchterbrae|NW-2026", mail.text + str(mail.message))
    page = home.folder / "digests" / "digest-2026-11.html"
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert page.read_text().count("<svg") == 3
    again = home.say("digest", "release", "--by", COMMS)
    assert (again.exit_code, "has been released" in again.stderr) == (2, True)
    assert len(home.mail.mails) == 3


@pytest.mark.clause("WICS Retention")
def test_what_is_due_is_listed_erased_with_a_certificate_or_kept_with_a_reason(
    home: Home,
) -> None:
    early = home.say("retention", "due")
    assert (early.exit_code, "No decision is due" in early.stdout) == (0, True), early.output
    late = datetime(2028, 11, 22, tzinfo=UTC)
    due = home.say("retention", "due", at=late)
    assert (due.exit_code, "waits for a decision" in due.stdout) == (1, True), due.output
    assert REFERENCE in due.stdout
    which = ("record", REFERENCE, "--by", COMMS)
    kept = home.say(
        "retention", "extend", *which, "--until", "2029-05-31", "--why", "A tribunal sits", at=late
    )
    assert "kept until 31 May 2029; then it is decided again" in kept.stdout, kept.output
    assert home.say("retention", "due", at=late).exit_code == 0
    not_yet = home.say("retention", "erase", *which, at=late)
    assert (not_yet.exit_code, "before 30 May 2029" in not_yet.stderr) == (2, True)
    later = datetime(2029, 6, 1, tzinfo=UTC)
    asked = home.say("retention", "erase", *which, at=later)
    assert (asked.exit_code, "Nothing is erased yet" in asked.stdout) == (3, True), asked.output
    told = home.say("retention", "due", at=later).stdout
    assert f"namewatch retention erase record {REFERENCE} --second STAFF_ID" in told
    alone = home.say("retention", "erase", *which, "--second", COMMS, at=later)
    assert (alone.exit_code, "somebody else" in alone.stderr) == (2, True), alone.output
    erased = home.say("retention", "erase", *which, "--second", DIRECTOR, at=later)
    assert erased.stdout.startswith("CERTIFICATE OF DISPOSAL\n"), erased.output
    assert home.say("retention", "due", at=later).exit_code == 0
    home.database.dispose()
    everything = b"".join(one.read_bytes() for one in home.folder.rglob("*") if one.is_file())
    assert b"tribunal" not in everything


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("erase", "everything", REFERENCE), "“everything” is none of these: record, evidence"),
        (("erase", "record", "NW-2026-0009"), "No decision is due here"),
        (("extend", "record", REFERENCE, "--until", "May", "--why", "court"), "say a day such as"),
        (("extend", "record", REFERENCE, "--until", "2029-05-31", "--why", " "), "say why"),
    ],
)
def test_what_is_typed_wrong_is_told_plainly(
    home: Home, arguments: tuple[str, ...], sentence: str
) -> None:
    said = home.say("retention", *arguments, "--by", COMMS, at=datetime(2028, 12, 1, tzinfo=UTC))
    assert (said.exit_code, sentence in said.stderr) == (2, True), said.output


@pytest.mark.servers
@pytest.mark.skipif(shutil.which("faketime") is None, reason="libfaketime is not installed")
def test_a_process_whose_clock_jumps_by_years_finds_what_is_due_and_erases_nothing(
    home: Home,
) -> None:
    """Separate processes, as after restarts: today, 2051, today, and when it is due."""
    environment = {**os.environ, "NAMEWATCH_HOME": str(home.folder)}
    statuses = []
    for moment in ("2026-12-01 09:00", "2051-01-01 09:00", "2026-12-02 09:00", "2028-11-23 09:00"):
        done = subprocess.run(
            ["faketime", moment, sys.executable, "-m", "namewatch", "retention", "due"],
            env=environment, capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip
        statuses.append(done.returncode)
    assert statuses == [0, 1, 0, 1]
    with transaction(home.database) as session:
        incident = session.get_one(Incident, 1)
        assert session.get_one(RecordKey, incident.key_id).wrapped
        assert incident.closed_at == NOW
