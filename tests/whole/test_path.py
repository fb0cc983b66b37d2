"""From a post to an acknowledged alert: the real service, a real mail server, a real browser."""

import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlmodel import select

from evidence.bundle import read_bundle
from evidence.capture import FOLDER_PREFIX
from evidence.vault import Vault
from records.database import open_database, reading
from records.exhibit import Exhibit
from tests.servers.house import House, post, reference_in, wait_until
from tests.servers.mail import MailServer

CANARY = "the heron counts its umbrellas at dusk"
THREAT = (
    "Fenella Auchterbrae at the Lighthouse Ombudsman better watch her back,"
    f" we know where you live. Also {CANARY}."
)
NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."
HARMLESS = "What a lovely evening, the gulls recite poetry over the harbour wall."


class _Page(BaseHTTPRequestHandler):
    """Every address shows one post."""

    def do_GET(self) -> None:
        body = f"<!doctype html><title>post</title><h1>A post</h1><p>{THREAT}</p>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def page() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/post/1"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


def everything_written(house: House) -> Iterator[tuple[Path, bytes]]:
    """Every file that the service wrote; its own configuration is not among them."""
    ours = {"roster.csv", "organisation.toml", "settings.toml"}
    of_captures = Path("/dev/shm").glob(f"{FOLDER_PREFIX}*")
    for folder in (house.home, house.home.parent / "tmp", *of_captures):
        for file in folder.rglob("*"):
            if file.is_file() and file.name not in ours:
                yield file, file.read_bytes()


def told(mail: MailServer) -> set[str]:
    return {recipient for one in mail.mails for recipient in one.recipients}


@pytest.mark.clause("SPSO 67.1")
@pytest.mark.clause("SPSO 63")
@pytest.mark.clause("SPSO 64")
def test_a_post_becomes_a_sealed_exhibit_and_three_confidential_mails(
    tmp_path: Path, mail: MailServer, page: str
) -> None:
    settings = "[capture]\nallow_loopback = true\n"
    (tmp_path / "tmp").mkdir()
    environment = {"TMPDIR": str(tmp_path / "tmp")}
    with House(tmp_path / "home", mail, settings=settings, environment=environment) as house:
        house.start()
        house.publish([post(1, HARMLESS), post(2, THREAT, url=page), post(3, HARMLESS)])
        wait_until(lambda: len(told(mail)) == 3, why="three people told")
        engine = open_database(f"sqlite:///{house.home / 'namewatch.db'}")

        def exhibit() -> Exhibit | None:
            with reading(engine) as session:
                return session.exec(select(Exhibit).where(Exhibit.kind == "page")).first()

        wait_until(exhibit, why="the exhibit with the page")
        assert told(mail) == {"head@slo.example", "hr@slo.example", "communications@slo.example"}
        reference = reference_in(str(mail.mails[0].message["Subject"]))
        for one in mail.mails:
            subject, text = str(one.message["Subject"]), one.text
            assert subject == f"Confidential: {reference} needs you now"
            assert CANARY not in text
            assert "Auchterbrae" not in text + subject
            assert f"/r/{reference}" in text
            assert text.rstrip().endswith(page)

        made = exhibit()
        assert made is not None
        assert made.grade == "complete"
        name = f"DISTRESSING-CONTENT_do-not-open-without-need_{reference}-2.tar.age"
        assert made.file_name == name
        folder = house.home / "evidence" / reference
        key = Vault(house.home / "keys").open_record_key((folder / "record-key.age").read_bytes())
        content = read_bundle(folder / name, key)
        line = house.feed.read_bytes().splitlines()[1]
        assert content["api-record.json"] == line
        assert content["page-as-loaded.png"].startswith(b"\x89PNG")
        assert json.loads(content["capture-report.json"])["grade"] == "complete"
        shown = house.stop()

    assert CANARY not in shown
    assert "Auchterbrae" not in shown
    for file, content_on_disk in everything_written(house):
        for secret in (CANARY, HARMLESS, "Fenella Auchterbrae", page):
            assert secret.encode() not in content_on_disk, file.name


@pytest.mark.clause("WICS Named ¶1")
def test_under_the_wics_policy_the_line_manager_alone_is_told(
    tmp_path: Path, mail: MailServer
) -> None:
    with House(tmp_path / "home", mail, policy="wics") as house:
        house.start()
        house.publish([post(1, NAMING)])
        wait_until(lambda: mail.mails, why="a mail")
        time.sleep(2)  # nobody else is told after it
        assert told(mail) == {"head@slo.example"}


def test_nobody_is_told_twice_of_a_post_that_is_seen_again(
    tmp_path: Path, mail: MailServer
) -> None:
    with House(tmp_path / "home", mail) as house:
        house.start()
        house.publish([post(1, NAMING), post(1, NAMING)])
        wait_until(lambda: len(mail.mails) >= 3, why="three mails")
        house.stop()
        house.publish([post(1, NAMING)])
        house.start()
        house.publish([post(2, THREAT)])
        wait_until(lambda: len(mail.mails) >= 6, why="three more, since it is graver")
        subjects = [str(one.message["Subject"]) for one in mail.mails]
        assert sum("again" in subject for subject in subjects) == 3, subjects
        assert len(subjects) == 6, subjects


def test_an_acknowledgement_by_command_stops_the_escalation_and_a_stranger_is_refused(
    tmp_path: Path, mail: MailServer
) -> None:
    pack = Path(__file__).parents[2] / "policies" / "packs" / "spso.toml"
    quick = pack.read_text("utf-8").replace('medium = "4 working hours"', 'medium = "4 seconds"')
    with House(tmp_path / "home", mail, policy="quick.toml") as house:
        (house.home / "quick.toml").write_text(quick, encoding="utf-8")
        house.start()
        house.publish([post(1, NAMING)])
        wait_until(lambda: len(mail.mails) >= 3, why="three mails")
        reference = reference_in(str(mail.mails[0].message["Subject"]))

        refused = house.command("ack", reference, "--by", "s006")
        assert refused.returncode == 2
        assert "You are named" in refused.stderr
        wait_until(lambda: "director@slo.example" in told(mail), why="the Director, in time")
        done = house.command("ack", reference, "--by", "s003")
        assert done.returncode == 0, done.stderr
        before = len(mail.mails)
        time.sleep(6)
        assert len(mail.mails) == before
        shown = house.command("incident", "show", reference).stdout
        assert "acknowledged" in shown
        assert "Auchterbrae" not in shown


def test_an_escalation_that_fell_due_while_the_service_was_down_comes_after_the_restart(
    tmp_path: Path, mail: MailServer
) -> None:
    pack = Path(__file__).parents[2] / "policies" / "packs" / "spso.toml"
    quick = pack.read_text("utf-8").replace('medium = "4 working hours"', 'medium = "15 seconds"')
    with House(tmp_path / "home", mail, policy="quick.toml") as house:
        (house.home / "quick.toml").write_text(quick, encoding="utf-8")
        house.start()
        house.publish([post(1, NAMING)])
        wait_until(lambda: len(mail.mails) == 3, why="three mails")
        house.kill()
        time.sleep(16)
        assert "director@slo.example" not in told(mail)
        house.start()
        wait_until(lambda: "director@slo.example" in told(mail), why="the Director, late but told")


@pytest.mark.clause("SPSO 68")
def test_when_the_line_manager_is_named_somebody_else_is_told(
    tmp_path: Path, mail: MailServer
) -> None:
    text = "The decision letter on my complaint is signed Isobel Fairweather."
    with House(tmp_path / "home", mail) as house:
        house.start()
        house.publish([post(1, text)])
        wait_until(lambda: len(told(mail)) == 3, why="three people told")
        assert told(mail) == {
            "director@slo.example",
            "hr@slo.example",
            "communications@slo.example",
        }


def test_a_refused_address_is_known_and_the_next_in_line_is_told_at_once(
    tmp_path: Path,
) -> None:
    replies = {"head@slo.example": "550 no such mailbox"}
    with MailServer(replies=replies) as mail, House(tmp_path / "home", mail) as house:
        house.start()
        house.publish([post(1, NAMING)])
        wait_until(lambda: "director@slo.example" in told(mail), why="the Director")
        found = house.command("doctor")
        assert found.returncode == 1
        assert "could not be delivered" in found.stdout
