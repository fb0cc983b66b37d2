"""Somebody types `namewatch report`: whether the service runs or not, nothing of it is lost."""

import os
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlmodel import func, select

from records.database import open_database, reading
from records.incident import Incident, Mention
from records.report import MentionReport, TakenReport
from records.watching import SourceCursor
from tests.servers.answering import Answer, AnsweringServer, Asked, of_json
from tests.servers.house import House, wait_until
from tests.servers.imap import ImapServer
from tests.servers.mail import MailServer
from tests.servers.screenshots import drawn

LOOPBACK = "[capture]\nallow_loopback = true\n"
NOTE = "zzq-a-note-that-nobody-else-may-read"
NAMES_HER = "My complaint was refused by Fenella Auchterbrae."


def typed(
    house: House, *arguments: str, note: str = "", staff_id: str | None = "s004"
) -> subprocess.CompletedProcess[str]:
    """Type the command, with a note on standard input."""
    given = ["--note", "-"] if note else []
    whose = ["--from", staff_id] if staff_id else []
    return subprocess.run(
        [sys.executable, "-m", "namewatch", "report", *arguments, *given, *whose],
        env={**os.environ, "NAMEWATCH_HOME": str(house.home)},
        input=note,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


class Kept:
    """What stands in a house's database."""

    def __init__(self, house: House) -> None:
        self._engine = open_database(f"sqlite:///{house.home / 'namewatch.db'}")

    def count(self, table: type) -> int:
        with reading(self._engine) as session:
            return session.exec(select(func.count()).select_from(table)).one()

    def waiting(self) -> int:
        with reading(self._engine) as session:
            query = select(TakenReport.id).where(TakenReport.sealed != None)  # noqa: E711
            return len(session.exec(query).all())


def shows(text: str) -> AnsweringServer:
    """A Mastodon server with one post."""
    server = AnsweringServer(lambda _: Answer(404))

    def answer(asked: Asked) -> Answer:
        if asked.path != "/api/v1/statuses/12345":
            return Answer(404)
        uri = f"{server.url}/users/angry/statuses/12345"
        return of_json({"id": "12345", "uri": uri, "content": text, "account": {"acct": "angry"}})

    server.answer = answer
    return server


def test_a_report_is_looked_at_within_seconds_by_the_service_that_runs(tmp_path: Path) -> None:
    screenshot = tmp_path / "shot.png"
    screenshot.write_bytes(drawn("Fenella Auchterbrae\nrefused my complaint"))
    with MailServer() as mail, shows(NAMES_HER) as server:
        options = ["--rules-only"]
        with House(tmp_path / "home", mail, settings=LOOPBACK, options=options) as house:
            house.start()
            done = typed(house, f"{server.url}/@angry/12345", note=NOTE)
            assert (done.returncode, done.stderr) == (0, "")
            assert "within seconds" in done.stdout
            assert done.stdout.count(". ") == 1, "two sentences"
            wait_until(lambda: len(mail.mails) == 3, 120, "three people told")
            done = typed(house, "--file", str(screenshot))
            kept = Kept(house)
            wait_until(lambda: kept.count(MentionReport) == 2, 60, "the screenshot's report kept")
            assert kept.count(Incident) == 1
            assert kept.waiting() == 0
            house.stop()
            written = b"".join(one.read_bytes() for one in tmp_path.rglob("*") if one.is_file())
            assert b"zzq" not in written
            assert "s004" not in house.shown()
            assert not any("zzq" in one.raw.decode("utf-8", "replace") for one in mail.mails)


def test_a_report_to_a_service_that_does_not_run_is_looked_at_when_it_starts(
    tmp_path: Path,
) -> None:
    with (
        MailServer() as mail,
        House(tmp_path / "home", mail, options=["--rules-only"]) as house,
    ):
        done = typed(house, "https://forum.example/thread/7", note=NAMES_HER)
        assert "once `namewatch run` is started" in done.stdout
        kept = Kept(house)
        assert (kept.waiting(), kept.count(Mention)) == (1, 0)
        house.start()
        wait_until(lambda: len(mail.mails) == 3, 120, "three people told")
        assert (kept.waiting(), kept.count(Mention)) == (0, 1)


@pytest.mark.timeout(300)
def test_after_kills_between_report_and_looking_nothing_is_lost_and_nothing_twice(
    tmp_path: Path,
) -> None:
    rounds = 5
    with (
        MailServer() as mail,
        House(tmp_path / "home", mail, options=["--rules-only"]) as house,
    ):
        for number in range(rounds):
            house.start()
            done = typed(house, f"https://forum.example/thread/{number}", note=f"Odd {number}.")
            assert done.returncode == 0
            house.kill()
        typed(house, "https://forum.example/thread/0", note="Odd 0 once more.", staff_id="s003")
        house.start()
        kept = Kept(house)
        wait_until(lambda: kept.waiting() == 0, 60, "every report looked at")
        assert kept.count(TakenReport) == rounds + 1
        assert kept.count(MentionReport) == rounds + 1
        assert kept.count(Mention) == rounds


def test_a_forwarded_message_is_a_report_of_whoever_sent_it(tmp_path: Path) -> None:
    with MailServer() as mail, ImapServer() as post_room:
        settings = (
            '[[sources]]\nkind = "mailbox"\nhost = "127.0.0.1"\ntls = "none"\nevery_seconds = 0.2\n'
            f'port = {post_room.port}\nusername = "{post_room.username}"\n'
            f'password = "{post_room.password}"\n'
        )
        options = ["--rules-only"]
        with House(tmp_path / "home", mail, settings=settings, options=options) as house:
            house.start()
            kept = Kept(house)
            wait_until(lambda: "EXAMINE" in str(post_room.commands), 30, "a first look")
            wait_until(lambda: kept.count(SourceCursor) > 0, 30, "its place kept")
            house.kill()
            for number in range(3):
                post_room.put(forwarded(number, NAMES_HER if number == 0 else f"{NOTE} {number}"))
            for _ in range(3):
                house.start()
                house.kill()
            house.start()
            wait_until(lambda: kept.count(TakenReport) == 3, 30, "every message taken")
            wait_until(lambda: kept.waiting() == 0, 30, "every message looked at")
            wait_until(lambda: len({one.recipients for one in mail.mails}) == 3, 120, "people told")
            assert (kept.count(Mention), kept.count(MentionReport), kept.count(Incident)) == (
                3,
                3,
                1,
            )
            house.stop()
            written = b"".join(one.read_bytes() for one in tmp_path.rglob("*") if one.is_file())
            assert b"zzq" not in written


def forwarded(number: int, text: str) -> bytes:
    message = EmailMessage()
    message["From"] = "communications@slo.example"
    message["Message-ID"] = f"<{number}@slo.example>"
    message.set_content(text)
    return message.as_bytes()


def test_what_is_wrong_with_a_report_is_said_in_one_sentence(tmp_path: Path) -> None:
    text = tmp_path / "words.txt"
    text.write_text("no picture")
    with MailServer() as mail, House(tmp_path / "home", mail) as house:
        wrong = [
            (typed(house), "say what"),
            (typed(house, "forum.example/thread/7"), "from https:// on"),
            (typed(house, "https://forum.example", staff_id=None), "say who you are"),
            (typed(house, "https://forum.example", staff_id="s999"), "not in the roster"),
            (typed(house, "https://forum.example", "--about", "s999"), "not in the roster"),
            (typed(house, "--file", str(text)), "no PNG, JPEG, WebP or GIF"),
            (typed(house, "--file", str(tmp_path / "none.png")), "can't be read"),
        ]
        for done, sentence in wrong:
            assert (done.returncode, done.stdout) == (2, "")
            assert sentence in done.stderr
            assert len(done.stderr.splitlines()) == 1
