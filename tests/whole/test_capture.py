"""Evidence by the real service: record at once, page and thread after it, and by hand."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlmodel import col, select

from evidence.bundle import read_bundle
from evidence.capture import FOLDER_PREFIX
from evidence.vault import Vault
from monitors.answer import FROM_FILE, WHOLE
from records.capture import Capture, CaptureKind, Recheck
from records.database import open_database, reading, transaction
from records.exhibit import Exhibit
from records.incident import Incident, Mention
from tests.servers.house import House, post, wait_until
from tests.servers.mail import MailServer
from tests.servers.screenshots import drawn
from tests.servers.social import Social

LOOPBACK = "[capture]\nallow_loopback = true\n"
CANARY = "the heron counts its umbrellas at dusk"
ABOVE = "the walrus irons its waistcoat at dawn"
EDITED = "the badger waters its xylophone at noon"
REASON = "the otter polishes its barometer at tea"
NAME = "Fenella Auchterbrae"
NAMING = f"My complaint was refused, the decision letter is signed {NAME}. Also {CANARY}."
OURS = {"roster.csv", "organisation.toml", "settings.toml", "shot.png", "letter.pdf"}
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF\n"


class Kept:
    """What a house has kept."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._database = open_database(f"sqlite:///{house.home / 'namewatch.db'}")

    def exhibits(self) -> list[Exhibit]:
        with reading(self._database) as session:
            return list(session.exec(select(Exhibit).order_by(col(Exhibit.id))))

    def captures(self) -> list[Capture]:
        with reading(self._database) as session:
            return list(session.exec(select(Capture).order_by(col(Capture.id))))

    def incidents(self) -> list[Incident]:
        with reading(self._database) as session:
            return list(session.exec(select(Incident).order_by(col(Incident.id))))

    def seconds_to_the_record(self) -> float:
        with reading(self._database) as session:
            mention = session.exec(select(Mention)).first()
            assert mention
            first = session.exec(select(Exhibit).order_by(col(Exhibit.id))).first()
            assert first
            return (first.created_at - mention.found_at).total_seconds()

    def let_time_pass_for_looks(self) -> None:
        """As if every look at a page were due."""
        with transaction(self._database) as session:
            for one in session.exec(select(Recheck)):
                one.due_at = one.since
                session.add(one)

    def opened(self, exhibit: Exhibit) -> dict[str, bytes]:
        with reading(self._database) as session:
            reference = session.get_one(Incident, exhibit.incident_id).reference
        folder = self._house.home / "evidence" / reference
        vault = Vault(self._house.home / "keys")
        key = vault.open_record_key((folder / "record-key.age").read_bytes())
        return read_bundle(folder / exhibit.file_name, key)


def written(house: House, around: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file that was written; the body's own are not among them."""
    of_captures = Path("/dev/shm").glob(f"{FOLDER_PREFIX}*")
    for folder in (house.home, around / "tmp", *of_captures):
        for file in folder.rglob("*"):
            if file.is_file() and file.name not in OURS:
                yield file, file.read_bytes()


def typed(house: House, *words: str, why: str = "") -> subprocess.CompletedProcess[str]:
    reason = ["--why", "-"] if why else []
    return subprocess.run(
        [sys.executable, "-m", "namewatch", "capture", *words, *reason],
        env={**os.environ, "NAMEWATCH_HOME": str(house.home), **house.environment},
        input=why,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def of_kind(kept: Kept, kind: CaptureKind) -> Callable[[], list[Exhibit]]:
    return lambda: [one for one in kept.exhibits() if one.kind == kind.value]


@pytest.mark.timeout(600)
@pytest.mark.clause("SPSO 63")
@pytest.mark.clause("SPSO 64")
def test_from_the_finding_to_the_last_look_and_no_word_is_left_in_plain(  # noqa: PLR0915
    tmp_path: Path,
) -> None:
    (tmp_path / "tmp").mkdir()
    shot, letter = tmp_path / "shot.png", tmp_path / "letter.pdf"
    shot.write_bytes(drawn(f"{NAME}\nrefused my complaint"))
    letter.write_bytes(PDF)
    with (
        MailServer() as mail,
        Social(NAMING, ABOVE) as social,
        House(
            tmp_path / "home",
            mail,
            settings=LOOPBACK,
            environment={"TMPDIR": str(tmp_path / "tmp")},
            options=["--rules-only"],
        ) as house,
    ):
        social.hold()
        house.start()
        house.publish([post(1, NAMING, url=social.page)])
        kept = Kept(house)
        records, pages = of_kind(kept, CaptureKind.RECORD), of_kind(kept, CaptureKind.PAGE)
        wait_until(records, why="the record sealed while the page never comes")
        wait_until(lambda: len(mail.mails) == 3, why="three people told meanwhile")
        assert pages() == []
        record = kept.opened(records()[0])
        assert {"api-record.json", "card.png", "capture-report.json"} <= set(record)
        of_a_file = json.loads(record["api-response.json"])
        assert (of_a_file["answered"], of_a_file["bytes"]) == (False, FROM_FILE)
        social.release()
        wait_until(pages, why="the page")
        page = kept.opened(pages()[0])
        assert page["api-record.json"] == record["api-record.json"]
        assert page["page-as-loaded.png"].startswith(b"\x89PNG")
        (answer,) = json.loads(page["thread.json"])
        assert ABOVE in answer["body"]

        social.text = f"{NAMING} And {EDITED}."
        house.publish([post(1, social.text, url=social.page)])
        wait_until(lambda: len(pages()) == 2, why="the edit as a further exhibit")
        assert [one.edited for one in records()] == [False, True]
        edited = kept.opened(records()[1])
        assert EDITED.encode() in edited["api-record.json"]
        assert EDITED.encode() not in record["api-record.json"]

        (incident,) = kept.incidents()
        to_it = ("--reference", incident.reference, "--from", "s004")
        done = typed(house, "--file", str(letter), *to_it, why=REASON)
        assert done.returncode == 0, done.stderr
        assert f"exhibit 5 of {incident.reference}" in done.stdout
        again = typed(house, "--file", str(letter), *to_it)
        assert "exhibit 5" in again.stdout, "the same file is kept once"
        (handed,) = of_kind(kept, CaptureKind.HANDED_IN)()
        content = kept.opened(handed)
        assert content["handed-in.pdf"] == PDF
        told = json.loads(content["handed-in.json"])
        assert (told["handed_in_by"], told["why"]) == ("s004", REASON)
        assert (told["files"][0]["kind"], told["files"][0]["name"]) == ("pdf", "letter.pdf")

        done = typed(house, social.page, "--file", str(shot), "--from", "s004", why=REASON)
        assert done.returncode == 0, done.stderr
        assert f"It belongs to {incident.reference}" in done.stdout
        assert "within a minute" in done.stdout
        assert len(kept.incidents()) == 1
        wait_until(lambda: len(pages()) == 3, why="the page asked for by hand")
        whole = kept.opened(pages()[2])
        assert EDITED.encode() in whole["api-record.json"], "asked of the platform itself"
        came = json.loads(whole["api-response.json"])
        assert (came["answered"], came["status"], came["bytes"]) == (True, 200, WHOLE)
        assert {"Date", "Content-Type"} <= set(dict(came["headers"]))
        assert len(mail.mails) == 3, "nobody is alerted of what is known"

        social.gone = True
        kept.let_time_pass_for_looks()
        wait_until(
            lambda: (
                "the page was gone" in house.command("incident", "show", incident.reference).stdout
            ),
            why="the look",
        )
        seconds = kept.seconds_to_the_record()
        house.stop()
        shown = house.shown() + done.stdout + again.stdout
    assert seconds < 10, "a second on a machine that is not busy"
    for one in kept.captures():
        assert one.work is None or one.kind == CaptureKind.PAGE.value
    for secret in (CANARY, ABOVE, EDITED, REASON, NAME, "Auchterbrae", social.page):
        assert secret not in shown
        assert not any(secret in one.raw.decode("utf-8", "replace") for one in mail.mails[3:])
        for file, content_on_disk in written(house, tmp_path):
            assert secret.encode() not in content_on_disk, f"{secret!r} stands in {file.name}"


@pytest.mark.timeout(300)
def test_it_works_while_the_service_does_not_run_and_wrong_things_are_one_sentence(
    tmp_path: Path,
) -> None:
    text, huge = tmp_path / "words.txt", tmp_path / "huge.pdf"
    text.write_text("no picture")
    letter = tmp_path / "letter.png"
    letter.write_bytes(PDF)
    with huge.open("wb") as out:
        out.write(b"%PDF-1.7\n")
        out.truncate(500 * 1024 * 1024)
    with MailServer() as mail, House(tmp_path / "home", mail) as house:
        by = ("--from", "s004")
        done = typed(house, "https://forum.example/7", "--file", str(letter), *by)
        assert done.returncode == 0, done.stderr
        assert "Kept, sealed, as exhibit 1" in done.stdout
        assert "Its name says that it is something else" in done.stdout
        assert "once `namewatch run` is started" in done.stdout
        (incident,) = Kept(house).incidents()
        doctor = house.command("doctor").stdout
        assert "nobody has seen it" not in doctor
        wrong = [
            (typed(house, *by), "say what"),
            (typed(house, "forum.example/7", *by), "from https:// on"),
            (typed(house, "https://forum.example"), "say who you are"),
            (typed(house, "https://forum.example", "--from", "s999"), "not in the roster"),
            (
                typed(house, "https://x.example", "--reference", "NW-2026-9999", *by),
                "there is no incident",
            ),
            (typed(house, "--file", str(text), *by), "no PNG, JPEG, PDF or e-mail message"),
            (typed(house, "--file", str(huge), *by), "larger than 100 MB"),
            (typed(house, "--file", str(tmp_path / "none.png"), *by), "can't be read"),
        ]
        for refused, sentence in wrong:
            assert (refused.returncode, refused.stdout) == (2, "")
            assert sentence in refused.stderr
            assert len(refused.stderr.splitlines()) == 1
        assert [one.reference for one in Kept(house).incidents()] == [incident.reference]
