"""The commands around evidence: what they tell, what they refuse, and what stands in the log."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner, Result

from casework import incidents
from casework.incidents import Opening, acknowledge
from evidence.preserve import CaptureTask, preserve
from evidence.seal import ensure_seal_key, read_sealer, signers_in
from evidence.storage import FolderStorage
from evidence.vault import create_keys, read_public_keys
from evidence.verify import Trusted, verify
from namewatch.cli import app
from namewatch.init import write_private
from records.custody import Act
from records.database import transaction
from records.exhibit import Exhibit
from records.incident import Mention
from records.record_key import RecordKey
from records.sealing import new_record_key
from tests.databases import new_database
from tests.servers.house import BODY, COLUMNS, STAFF, reviewer
from workflows.custody import note_custody

NOW = datetime(2026, 11, 21, 22, 40, tzinfo=UTC)
NAMED, LINE_MANAGER, STRANGER, COMMS = "s006", "s003", "s002", "s004"
REFERENCE = "NW-2026-0001"
WORDS = "Fenella's solicitor asked"


@dataclass
class Home:
    """A body with one incident about Fenella Auchterbrae and one exhibit of it."""

    folder: Path
    database: Engine

    def say(self, *arguments: str) -> Result:
        environment = {"NAMEWATCH_HOME": str(self.folder), "COLUMNS": "200"}
        return CliRunner().invoke(app, list(arguments), env=environment)

    def log(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.say("custody", "copy").stdout.splitlines()]

    def tamper(self, statement: str) -> None:
        with self.database.connect() as connection:
            connection.execute(text(statement))
            connection.commit()


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
    done = preserve(
        CaptureTask(
            reference=REFERENCE, number=1, record=b'{"text": "A post"}', url=None,
            recipient=made.recipient, wrapped_key=made.wrapped,
            storage=FolderStorage(folder / "evidence"), sealer=read_sealer(folder / "keys", None),
        )
    )  # fmt: skip
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
        mention = Mention(
            incident_id=incident.id, key_id=key.id, source="test", post_key="key-1",
            severity="high", disposition="alert", found_at=NOW,
            sealed_post=b"", sealed_record=b"", sealed_finding=b"",
        )  # fmt: skip
        session.add(mention)
        session.flush()
        assert incident.id
        assert mention.id
        session.add(
            Exhibit(
                incident_id=incident.id, mention_id=mention.id, number=1, created_at=NOW,
                file_name=done.file_name, sha256=done.sha256, grade=done.grade,
            )
        )  # fmt: skip
        note_custody(
            session, Act.CAPTURED, actor="namewatch", why="found", now=NOW,
            reference=REFERENCE, exhibit=1,
        )  # fmt: skip
    yield Home(folder, database)
    database.dispose()


def export(home: Home, to: Path, why: str = "police", by: str = LINE_MANAGER) -> Result:
    return home.say("export", REFERENCE, "--to", str(to), "--why", why, "--by", by)


@pytest.mark.clause("SPSO 64")
def test_an_export_is_sealed_carries_the_warning_in_its_names_and_can_be_verified(
    home: Home, tmp_path: Path
) -> None:
    said = export(home, tmp_path / "out")
    assert said.exit_code == 0, said.output
    (folder,) = (tmp_path / "out").iterdir()
    assert folder.name == f"DISTRESSING-CONTENT_do-not-open-without-need_{REFERENCE}"
    names = sorted(one.name for one in folder.iterdir())
    assert "HOW-TO-VERIFY.md" in names
    assert "record-key.age" in names
    (bundle,) = folder.glob("*.tar.age")
    assert bundle.name.startswith("DISTRESSING-CONTENT_do-not-open-without-need_")
    trusted = Trusted(signers_in(home.folder / "keys"))
    assert verify(bundle, home.folder / "keys" / "vault.key", trusted).faults == []
    assert b"A post" not in b"".join(one.read_bytes() for one in folder.iterdir())
    assert [(one["act"], one["actor"], one["why"]) for one in home.log()][-1] == (
        "exported", LINE_MANAGER, "police",
    )  # fmt: skip
    assert export(home, tmp_path / "out").exit_code == 0  # the same again is no harm
    bundle.write_bytes(b"another")
    assert "another copy is there" in export(home, tmp_path / "out").output


@pytest.mark.skipif(shutil.which("age") is None, reason="the age tool is not installed")
def test_what_is_exported_is_checked_by_hand_as_the_page_beside_it_says(
    home: Home, tmp_path: Path
) -> None:
    export(home, tmp_path)
    (folder,) = tmp_path.glob("DISTRESSING*")
    page = (folder / "HOW-TO-VERIFY.md").read_text()
    commands = "\n".join(line for line in page.splitlines() if line.startswith("    "))
    shutil.copy(home.folder / "keys" / "vault.key", folder / "holder.key")
    checked = subprocess.run(
        ["sh", "-ec", commands.replace("REFERENCE", REFERENCE)],
        cwd=folder, env=os.environ, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "SHA256SUMS" not in checked.stderr
    assert set(re.findall(r": (\w+)$", checked.stdout, re.MULTILINE)) == {"OK"}


@pytest.mark.clause("SPSO 65")
def test_a_reason_in_words_of_ones_own_stands_nowhere_in_plain(home: Home, tmp_path: Path) -> None:
    assert export(home, tmp_path, why=WORDS).exit_code == 0
    shown = home.say("custody", "show", REFERENCE).stdout
    assert "a reason in their own words, sealed in the record" in shown
    home.database.dispose()
    everything = b"".join(one.read_bytes() for one in home.folder.rglob("*") if one.is_file())
    assert WORDS.encode() not in everything


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--by", NAMED), "You are named in this incident yourself"),
        (("--by", STRANGER), "You may not do this with this incident."),
        (("--by", "s099"), "staff_id s099 is not in the roster"),
        ((), "say who you are"),
    ],
)
@pytest.mark.parametrize(
    "command",
    [
        ("export", "--why", "police"),
        ("hold", "--why", "court"),
        ("release",),
        ("erase", "--why", "ordered"),
    ],
)
def test_who_may_not_changes_nothing_and_is_told_why(
    home: Home, command: tuple[str, ...], arguments: tuple[str, ...], sentence: str
) -> None:
    name, *options = command
    said = home.say(name, REFERENCE, *options, *arguments)
    assert (said.exit_code, said.stdout) == (2, "")
    assert sentence in said.stderr
    assert len(home.log()) == 1


@pytest.mark.clause("WICS Retention")
def test_a_hold_stops_erasing_and_a_release_allows_it(home: Home) -> None:
    by = ("--by", LINE_MANAGER)
    assert "held. Nothing of it" in home.say("hold", REFERENCE, "--why", "court", *by).stdout
    assert "held already" in home.say("hold", REFERENCE, "--why", "court", *by).stdout
    refused = home.say("erase", REFERENCE, "--why", "asked-for", *by)
    assert (refused.exit_code, "A legal hold stands" in refused.stderr) == (2, True)
    assert "released" in home.say("release", REFERENCE, *by).stdout
    asked = home.say("erase", REFERENCE, "--why", "asked-for", *by)
    assert (asked.exit_code, "Nothing is erased yet" in asked.stdout) == (3, True)
    assert [one["act"] for one in home.log()] == ["captured", "held", "released"]
    for alone in (LINE_MANAGER, NAMED):
        assert home.say("erase", REFERENCE, "--second", alone).exit_code == 2
    erased = home.say("erase", REFERENCE, "--second", COMMS)
    assert erased.exit_code == 0, erased.output
    assert erased.stdout.startswith("CERTIFICATE OF DISPOSAL\n")
    assert [one["act"] for one in home.log()] == ["captured", "held", "released", "erased"]
    assert home.say("custody", "verify").exit_code == 0
    again = home.say("erase", REFERENCE, "--why", "asked-for", *by)
    assert "This record has been erased" in again.stderr
    assert "had come back" in home.say("erase", "--apply-again").stdout


def test_erasing_asks_for_one_of_the_reasons_and_for_a_reference(home: Home) -> None:
    said = home.say("erase", REFERENCE, "--why", "because", "--by", LINE_MANAGER)
    assert "say why, with one of these: --why kept-long-enough | " in said.stderr
    assert "say which: namewatch erase REFERENCE" in home.say("erase").stderr
    assert len(home.log()) == 1


def test_the_log_of_one_record_is_told_in_plain_words(home: Home, tmp_path: Path) -> None:
    export(home, tmp_path)
    lines = home.say("custody", "show", REFERENCE).stdout.splitlines()
    assert lines[0].endswith("namewatch captured and sealed exhibit 1: it was found (entry 1)")
    assert lines[1].endswith("s003 exported the record: for the police (entry 2)")
    assert "there is no incident NW-2026-0009" in home.say("custody", "show", "NW-2026-0009").stderr


def test_the_log_is_checked_against_a_head_from_outside_here_and_from_a_copy(
    home: Home, tmp_path: Path
) -> None:
    for _ in range(3):
        export(home, tmp_path / "out")
    head = home.say("custody", "head").stdout.strip()
    copy = tmp_path / "copy.jsonl"
    assert home.say("custody", "copy", str(copy)).exit_code == 0
    for source in ((), ("--chain", str(copy))):
        sound = home.say("custody", "verify", "--head", head, *source)
        assert (sound.exit_code, sound.stdout) == (0, "whole: 4 entries\n")
        alone = home.say("custody", "verify", *source)
        assert alone.exit_code == 0
        assert "Nothing from outside was held against it" in alone.stdout
    lines = copy.read_text().splitlines(keepends=True)
    copy.write_text("".join(lines[:2]))
    assert home.say("custody", "verify", "--chain", str(copy)).exit_code == 0
    cut = home.say("custody", "verify", "--head", head, "--chain", str(copy))
    assert (cut.exit_code, "its end was cut off" in cut.stdout) == (1, True)
    copy.write_text("nonsense\n")
    refused = home.say("custody", "verify", "--chain", str(copy))
    assert (refused.exit_code, "line 1: is not as a copy" in refused.stderr) == (2, True)
    assert home.say("custody", "verify", "--head", "41:xyz").exit_code == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE custody_entry SET actor = 's001' WHERE number = 2",
        "UPDATE custody_entry SET at = '2026-01-01 00:00:00.000000' WHERE number = 2",
        "DELETE FROM custody_entry WHERE number = 2",
        "DELETE FROM custody_entry WHERE number = 1",
        "DELETE FROM custody_entry WHERE number = 4",
        "DELETE FROM custody_entry",
    ],
)
def test_whatever_is_done_to_the_database_is_found(
    home: Home, tmp_path: Path, statement: str
) -> None:
    for _ in range(3):
        export(home, tmp_path / "out")
    head = home.say("custody", "head").stdout.strip()
    home.tamper(statement)
    found = home.say("custody", "verify", "--head", head)
    assert (found.exit_code, found.stdout != "") == (1, True)


def test_a_stamped_head_is_held_against_the_log_without_being_asked(
    home: Home, tmp_path: Path
) -> None:
    export(home, tmp_path / "out")
    number, sha256 = home.say("custody", "head").stdout.strip().split(":")
    at = (NOW + timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S.%f")
    home.tamper(f"INSERT INTO custody_stamp VALUES ({number}, '{sha256}', '{at}', x'00')")
    assert home.say("custody", "verify").stdout == "whole: 2 entries\n"
    home.tamper(f"DELETE FROM custody_entry WHERE number = {number}")
    assert "its end was cut off" in home.say("custody", "verify").stdout
