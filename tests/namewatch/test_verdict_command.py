"""`namewatch verdict`: what is kept in whose name, and what is told when it can't be."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from casework import incidents, verdicts
from casework.incidents import Opening
from casework.reading import place_of
from evidence.vault import create_keys, read_public_keys
from namewatch.init import write_private
from records.database import reading, transaction
from records.example import Example
from records.finding import Category, Concern, Finding, NameMatch
from records.incident import Mention
from records.post import Post
from records.record_key import RecordKey
from records.sealing import new_record_key, seal
from tests.databases import new_database
from tests.servers.house import BODY, COLUMNS, STAFF, reviewer

NOW = datetime(2026, 11, 21, 22, 40, tzinfo=UTC)
NAMED, LINE_MANAGER, STRANGER = "s006", "s003", "s002"
REFERENCE = "NW-2026-0001"
TEXT = "Fenella Auchterbrae lives at Cairnbrae, the useless striker"


def concern(category: Category) -> Concern:
    return Concern(
        category=category, score=0.9, target="staff", field="text", start=0, end=5, reasons=("So.",)
    )


FINDING = Finding(
    post_id="1",
    staff=(
        NameMatch(
            staff_id=NAMED, field="text", surface="Fenella Auchterbrae", start=0, end=19,
            certainty="certain", duties="yes", reasons=("The name fits.",),
        ),
    ),
    concerns=(concern(Category.DOXXING), concern(Category.INSULT)),
)  # fmt: skip


@dataclass
class Home:
    """A body with one incident about Fenella Auchterbrae."""

    folder: Path
    database: Engine

    def say(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        around = {name: value for name, value in os.environ.items() if "NAMEWATCH" not in name}
        return subprocess.run(
            [sys.executable, "-m", "namewatch", "verdict", *arguments],
            env={**around, "NAMEWATCH_HOME": str(self.folder), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )

    def examples(self) -> tuple[Example, ...]:
        with reading(self.database) as session:
            return verdicts.examples(session)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    write_private(folder / "organisation.toml", BODY.format(policy="spso"))
    staff = "\n".join([COLUMNS, *STAFF, reviewer(6, "Fenella Auchterbrae")])
    write_private(folder / "roster.csv", f"{staff}\n")
    create_keys(folder / "keys")
    database = new_database(folder)
    made = new_record_key([read_public_keys(folder / "keys").vault])

    def sealed(part: str, value: str) -> bytes:
        return seal(value.encode(), place=place_of(part, "key-1"), recipient=made.recipient)

    with transaction(database) as session:
        key = RecordKey(recipient=made.recipient, wrapped=made.wrapped, created_at=NOW)
        session.add(key)
        session.flush()
        assert key.id
        opening = Opening(NAMED, (), "high", ("doxxing",), "spso", "2026-11", key.id, NOW)
        incident = incidents.open_incident(session, opening, now=NOW)
        incidents.give_access(
            session, incident, LINE_MANAGER, role="line_manager", reason="SPSO 67.1", now=NOW
        )
        post = Post(id="1", source="test", text=TEXT)
        session.add(
            Mention(
                incident_id=incident.id, key_id=key.id, source="test", post_key="key-1",
                severity="high", disposition="alert", found_at=NOW,
                sealed_post=sealed("post", post.model_dump_json()), sealed_record=b"",
                sealed_finding=sealed("finding", FINDING.model_dump_json()),
            )
        )  # fmt: skip
    yield Home(folder, database)
    database.dispose()


def test_a_verdict_is_kept_once_and_taken_back(home: Home) -> None:
    said = home.say(REFERENCE, "someone-else", "--by", LINE_MANAGER)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout == (
        f"{REFERENCE}: kept. Similar posts are judged a little differently from now on;"
        " the incident stays.\n"
    )
    (example,) = home.examples()
    assert example.staff_id == NAMED
    assert len(example.features) >= 3
    again = home.say(REFERENCE, "someone-else", "--by", LINE_MANAGER)
    assert "you had said so before" in again.stdout
    back = home.say(REFERENCE, "nothing", "--by", LINE_MANAGER)
    assert back.stdout == f"{REFERENCE}: nothing that you said of it is kept.\n"
    assert home.examples() == ()


def test_it_says_that_what_may_be_grave_is_found_as_before(home: Home) -> None:
    said = home.say(REFERENCE, "not-abusive", "--category", "doxxing", "--by", LINE_MANAGER)
    assert "no verdict makes namewatch look away from it" in said.stdout
    assert [one.category for one in home.examples()] == [Category.DOXXING]


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((REFERENCE, "canary", "--by", LINE_MANAGER), "is none of these: someone-else, "),
        (
            (REFERENCE, "worse", "--category", "canary", "--by", LINE_MANAGER),
            "is none of these: threat, ",
        ),
        ((REFERENCE, "worse"), "say who you are: namewatch verdict … --by STAFF_ID"),
        ((REFERENCE, "worse", "--by", "s099"), "staff_id s099 is not in the roster"),
        ((REFERENCE, "worse", "--by", NAMED), "You are named in this incident yourself"),
        ((REFERENCE, "worse", "--by", STRANGER), "You may not do this with this incident."),
        (("NW-2026-0009", "worse", "--by", LINE_MANAGER), "there is no incident NW-2026-0009"),
        (
            (REFERENCE, "someone-else", "--staff", "s001", "--by", LINE_MANAGER),
            "This person is not named in this incident.",
        ),
        (
            (REFERENCE, "not-abusive", "--category", "threat", "--by", LINE_MANAGER),
            "Nothing of that kind was found",
        ),
    ],
)
def test_what_can_not_be_kept_is_one_sentence(
    home: Home, arguments: tuple[str, ...], sentence: str
) -> None:
    done = home.say(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("namewatch: ")
    assert sentence in line
    assert home.examples() == ()
