"""Every command as a newcomer meets it: help, first files, screening, casebook, tests, practice."""

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard
from sqlmodel import select

from evidence.vault import Vault, read_identity
from records.database import open_database, reading
from records.incident import Incident
from records.record_key import RecordKey
from records.sealing import unwrap
from tests.servers.house import House, post, reference_in, wait_until
from tests.servers.mail import MailServer

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."
ROOT = Path(__file__).parents[2]


def namewatch(
    *arguments: str, given: bytes | None = None, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the command line in surroundings that hold nothing of namewatch's but `environment`."""
    around = {name: value for name, value in os.environ.items() if "NAMEWATCH" not in name}
    return subprocess.run(
        [sys.executable, "-m", "namewatch", *arguments],
        env={**around, "COLUMNS": "200", "NO_COLOR": "1", **environment},
        input=given or b"",
        capture_output=True,
        timeout=120,
        check=False,
    )


def words(shown: bytes) -> str:
    return " ".join(shown.decode().split())


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("", ("Begin with namewatch run", "NAMEWATCH_HOME", "namewatch init", "namewatch doctor")),
        (
            "init",
            ("organisation.toml, roster.csv and settings.toml", "NAMEWATCH_HOME", "recovery key"),
        ),
        ("run", ("Without NAMEWATCH_HOME", "practise", "Ctrl-C", "NAMEWATCH_PRACTICE_HOME")),
        ("screen", ("standard input", ".gz or .zst", "--all", "--roster", "Stores nothing", "3")),
        (
            "explain",
            (
                "standard input",
                "--organisation",
                "--roster",
                "--title",
                "--community",
                "--parent",
                "NAMEWATCH_HOME",
                "Stores nothing",
                "A shell keeps what is typed",
            ),
        ),
        ("roster", ("check",)),
        ("roster check", ("roster.csv", "absences.csv", "--organisation", "exit status is 1")),
        ("policy", ("new", "explain", "simulate", "rehearse")),
        ("policy simulate", ("--staff", "--concern", "--at", "--absent", "alerts nobody")),
        ("policy rehearse", ("exit status is 1", "every night")),
        ("absence", ("add", "list", "remove", "read")),
        ("incident", ("list", "show", "without names")),
        ("incident list", ("newest first",)),
        ("incident show", ("NW-2026-0001", "no name and no post")),
        ("ack", ("NW-2026-0001", "--by", "acting_as", "staff_id")),
        ("verdict", ("someone-else", "not-abusive", "--staff", "--category", "--by", "takes back")),
        ("evaluate", ("--home", "--organisation", "--rules-only", "--json", "is then 3")),
        ("test-alert", ("every channel", "--to")),
        ("doctor", ("keys", "channels", "how to mend")),
    ],
)
def test_help_says_what_a_newcomer_needs(command: str, told: tuple[str, ...]) -> None:
    done = namewatch(*command.split(), "--help")
    assert done.returncode == 0
    for one in told:
        assert one in words(done.stdout)


def test_the_version_is_the_projects(tmp_path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    done = namewatch("--version")
    assert (done.returncode, words(done.stdout)) == (0, f"namewatch {project['version']}")


# The first files.


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder that `namewatch init` has written, and what it said."""
    home = tmp_path_factory.mktemp("init") / "home"
    done = namewatch("init", str(home))
    assert done.returncode == 0, done.stderr
    return home, done.stdout.decode()


def test_the_first_files_are_commented_private_and_fit_together(begun: tuple[Path, str]) -> None:
    home, _ = begun
    assert home.stat().st_mode & 0o077 == 0
    for name in ("organisation.toml", "roster.csv", "settings.toml"):
        content = (home / name).read_text("utf-8")
        assert content.startswith("#")
        assert (home / name).stat().st_mode & 0o077 == 0
    listed = namewatch("incident", "list", NAMEWATCH_HOME=str(home))
    assert (listed.returncode, words(listed.stdout)) == (0, "There is no incident.")


def test_doctor_finds_nothing_wrong_in_the_first_files_but_the_invented_mail_server(
    begun: tuple[Path, str],
) -> None:
    home, _ = begun
    shown = namewatch(
        "doctor",
        NAMEWATCH_HOME=str(home),
        NAMEWATCH_MAIL__HOST="127.0.0.1",
        NAMEWATCH_MAIL__PORT="1",
    ).stdout.decode()
    (fault,) = [line for line in shown.splitlines() if line.startswith("not well")]
    assert "The mail server 127.0.0.1 can't be reached" in fault


def test_screen_takes_the_first_files(begun: tuple[Path, str]) -> None:
    home, _ = begun
    text = "My complaint was refused, the decision letter is signed Fiona MacLeod."
    done = namewatch(*screening(home), given=line_of(1, text))
    assert done.returncode == 0
    assert [one["staff_id"] for one in json.loads(done.stdout)["staff"]] == ["s006"]


def test_the_recovery_key_opens_a_record_and_is_kept_nowhere(
    begun: tuple[Path, str], tmp_path: Path
) -> None:
    _, shown = begun
    assert re.search(r"AGE-SECRET-KEY-1\w+", shown)
    with MailServer() as mail, House(tmp_path / "home", mail) as house:
        for file in house.home.joinpath("keys").iterdir():
            file.unlink()
        for name in ("organisation.toml", "roster.csv", "settings.toml"):
            (house.home / name).rename(tmp_path / name)
        found = re.search(r"AGE-SECRET-KEY-1\w+", house.command("init").stdout)
        assert found
        for name in ("organisation.toml", "roster.csv", "settings.toml"):
            (tmp_path / name).rename(house.home / name)
        house.start()
        house.publish([post(1, NAMING)])
        wait_until(lambda: mail.mails, why="a mail")
        house.stop()
        for file in house.home.rglob("*"):
            assert not file.is_file() or found[0].encode() not in file.read_bytes(), file.name
        paper = tmp_path / "recovery.key"
        paper.write_text(found[0] + "\n", encoding="utf-8")
        paper.chmod(0o600)
        engine = open_database(f"sqlite:///{house.home / 'namewatch.db'}")
        with reading(engine) as session:
            wrapped = session.exec(select(RecordKey.wrapped)).one()
        engine.dispose()
        assert wrapped is not None
        by_paper = unwrap(wrapped, read_identity(paper))
        assert str(by_paper) == str(Vault(house.home / "keys").open_record_key(wrapped))


# Screening.


def screening(home: Path) -> tuple[str, ...]:
    files = (str(home / "organisation.toml"), "--roster", str(home / "roster.csv"))
    return ("screen", "--organisation", *files)


def line_of(number: int, text: str) -> bytes:
    return json.dumps({"id": f"p{number}", "source": "test", "text": text}).encode() + b"\n"


def test_screen_reads_plain_and_packed_files_in_their_order_and_tells_bad_lines_by_number(
    begun: tuple[Path, str], tmp_path: Path
) -> None:
    home, _ = begun
    naming = "Fiona MacLeod of the SEO signed the decision letter on my complaint."
    plain, packed, pressed = (tmp_path / f"posts.jsonl{end}" for end in ("", ".gz", ".zst"))
    plain.write_bytes(line_of(1, naming) + b"canary, no post\n" + line_of(2, "A fine evening."))
    packed.write_bytes(gzip.compress(line_of(3, "Rain again.") + line_of(4, naming)))
    pressed.write_bytes(zstandard.compress(line_of(5, naming)))
    files = [str(pressed), str(plain), str(packed)]

    done = namewatch(*screening(home), *files)
    assert done.returncode == 3
    assert [json.loads(one)["post_id"] for one in done.stdout.splitlines()] == ["p5", "p1", "p4"]
    (complaint,) = done.stderr.decode().splitlines()
    assert complaint.startswith(f"namewatch: {plain}, line 2: ")
    assert "canary" not in complaint

    everything = namewatch(*screening(home), "--all", *files)
    found = [json.loads(one) for one in everything.stdout.splitlines()]
    assert [one["post_id"] for one in found] == ["p5", "p1", "p2", "p3", "p4"]
    assert [one["disposition"] for one in found].count("ignore") == 2
    assert set(found[0]) == {
        "post_id",
        "staff",
        "organisation",
        "concerns",
        "severity",
        "disposition",
    }


def test_screen_keeps_nothing(begun: tuple[Path, str], tmp_path: Path) -> None:
    home, _ = begun
    before = sorted(home.rglob("*"))
    done = namewatch(*screening(home), given=line_of(1, "Fiona MacLeod of the SEO, my complaint."))
    assert done.returncode == 0
    assert sorted(home.rglob("*")) == before


# A body that is set up.


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home = tmp_path_factory.mktemp("house") / "home"
    with MailServer() as mail, House(home, mail) as house:
        house.start()
        house.publish([post(1, NAMING)])
        wait_until(lambda: "Sealed" in house.shown(), why="sealed")
        yield house


def test_incidents_are_listed_and_shown_without_a_name(house: House) -> None:
    listed = house.command("incident", "list")
    assert listed.returncode == 0
    reference = reference_in(listed.stdout)
    shown = house.command("incident", "show", reference)
    assert shown.returncode == 0
    for role in ("line manager", "HR officer"):
        assert role in shown.stdout
    for output in (listed.stdout, shown.stdout, house.shown()):
        for name in ("Fenella", "Auchterbrae", "Fairweather", "Kilbrandy", "slo.example"):
            assert name not in output


def test_a_test_alert_reaches_everybody_who_would_be_told_and_opens_no_incident(
    house: House,
) -> None:
    assert house.mail is not None
    wait_until(lambda: house.mail and len(house.mail.mails) == 3, why="the alert itself")
    before = len(house.mail.mails)
    done = house.command("test-alert")
    assert done.returncode == 0, done.stdout
    tests = house.mail.mails[before:]
    assert {one.recipients[0] for one in tests} == {
        "head@slo.example",
        "hr@slo.example",
        "communications@slo.example",
        "director@slo.example",
        "ombudsman@slo.example",
    }
    assert len(tests) == 5
    for one in tests:
        assert str(one.message["Subject"]).startswith("Test: ")
        assert "only a test" in one.text
    engine = open_database(f"sqlite:///{house.home / 'namewatch.db'}")
    with reading(engine) as session:
        assert len(session.exec(select(Incident)).all()) == 1
    engine.dispose()


# Practice.


@pytest.fixture
def practice(tmp_path: Path) -> Iterator["Practice"]:
    practice = Practice(tmp_path / "practice")
    yield practice
    practice.stop()


class Practice:
    """A practice run in a folder of its own, away from the live network."""

    def __init__(self, home: Path) -> None:
        self.home = home
        feed = [
            {"kind": "replay", "name": "practice", "path": f"{home}/feed.jsonl", "follow": True}
        ]
        self.environment: dict[str, Any] = {
            "NAMEWATCH_PRACTICE_HOME": str(home),
            "NAMEWATCH_SOURCES": json.dumps(feed),
        }
        self.terminal = home.parent / "terminal.txt"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        around = {name: value for name, value in os.environ.items() if "NAMEWATCH" not in name}
        with self.terminal.open("wb") as terminal:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "namewatch", "run", "--for", "120", "--port", "0"],
                env={**around, **self.environment},
                stdout=terminal,
                stderr=subprocess.STDOUT,
            )

    def shown(self) -> str:
        return self.terminal.read_text("utf-8")

    def stop(self) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return None
        process.send_signal(signal.SIGINT)
        return process.wait(60)


def test_a_practice_run_finds_tells_and_takes_an_acknowledgement(practice: Practice) -> None:
    practice.start()
    wait_until(lambda: practice.shown().count("Told") >= 3, why="found and told")
    shown = practice.shown()
    assert "practice mode: every body, person and post is invented" in words(shown.encode())
    assert "Found" in shown
    for role in ("line manager", "HR officer"):
        assert role in shown
    reference = reference_in(shown)

    done = namewatch("ack", reference, **practice.environment)
    assert done.returncode == 0, done.stderr
    assert b"recorded that you have seen it" in done.stdout
    wait_until(lambda: "acknowledged by command" in practice.shown(), why="seen")
    wait_until(lambda: f"ack {reference}" in practice.shown(), why="what to try next")
    assert practice.stop() == 0
    for name in ("Auchterbrae", "Fairweather", "Kilbrandy"):
        assert name not in practice.shown()
    latest = (practice.home / "mails" / "latest.txt").read_text("utf-8")
    assert "Confidential" in latest


def test_a_practice_folder_is_made_anew_each_time(practice: Practice) -> None:
    practice.home.mkdir()
    (practice.home / "PRACTICE").touch()
    (practice.home / "old").write_text("left from the time before", encoding="utf-8")
    practice.start()
    wait_until(lambda: "ready in" in practice.shown(), why="ready")
    assert practice.stop() == 0
    assert not (practice.home / "old").exists()


def test_a_folder_that_was_not_made_for_practice_is_never_touched(practice: Practice) -> None:
    practice.home.mkdir()
    letter = practice.home / "letter.txt"
    letter.write_text("my only copy", encoding="utf-8")
    done = namewatch("run", **practice.environment)
    assert done.returncode == 2
    (line,) = done.stderr.decode().splitlines()
    assert "this folder was not made for practice, so it is left alone" in line
    assert [one.name for one in practice.home.iterdir()] == ["letter.txt"]
    assert letter.read_text("utf-8") == "my only copy"
