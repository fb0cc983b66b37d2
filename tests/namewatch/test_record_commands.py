"""`namewatch incident step|decide|close|…`, `audit` and `lifecycle`, as they are typed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner, Result

from casework import incidents
from casework.audit_chain import keep_chain
from casework.lifecycle_picture import picture
from evidence.seal import ensure_seal_key
from evidence.vault import create_keys, read_public_keys
from namewatch.cli import app
from namewatch.init import write_private
from records.database import transaction
from records.record_key import RecordKey
from records.sealing import new_record_key
from tests.databases import new_database
from tests.servers.house import BODY, COLUMNS, STAFF, reviewer

NOW = datetime(2026, 11, 21, 22, 40, tzinfo=UTC)
NAMED, LINE_MANAGER, STRANGER = "s006", "s003", "s002"
REFERENCE = "NW-2026-0001"
SECRET = "quillwort-hemlock"


@dataclass
class Home:
    """A body with one incident about Fenella Auchterbrae, which her line manager knows of."""

    folder: Path
    database: Engine

    def say(self, *arguments: str, typed: str = "") -> Result:
        environment = {"NAMEWATCH_HOME": str(self.folder), "COLUMNS": "200"}
        return CliRunner().invoke(app, list(arguments), env=environment, input=typed)

    def told(self, *arguments: str, typed: str = "") -> str:
        done = self.say(*arguments, typed=typed)
        assert done.exit_code == 0, done.stderr
        return done.stdout

    def refused(self, *arguments: str) -> str:
        done = self.say(*arguments)
        assert done.exit_code == 2, done.stdout
        return done.stderr

    def tamper(self, statement: str) -> None:
        with self.database.begin() as connection:
            connection.execute(text(statement))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    write_private(folder / "organisation.toml", BODY.format(policy="spso"))
    staff = "\n".join([COLUMNS, *STAFF, reviewer(6, "Fenella Auchterbrae")])
    write_private(folder / "roster.csv", f"{staff}\n")
    create_keys(folder / "keys")
    ensure_seal_key(folder / "keys")
    keys = read_public_keys(folder / "keys")
    database = new_database(folder)
    keep_chain(database, keys.pepper)
    made = new_record_key(keys.recipients())
    with transaction(database) as session:
        key = RecordKey(recipient=made.recipient, wrapped=made.wrapped, created_at=NOW)
        session.add(key)
        session.flush()
        assert key.id
        opening = incidents.Opening(NAMED, (), "high", ("insult",), "spso", "2026-11", key.id, NOW)
        incident = incidents.open_incident(session, opening, now=NOW)
        incidents.give_access(
            session, incident, LINE_MANAGER, role="line_manager", reason="SPSO 67.1", now=NOW
        )
    yield Home(folder, database)
    database.dispose()


def step(kind: str, *parts: str, who: str = LINE_MANAGER) -> tuple[str, ...]:
    return ("incident", "step", REFERENCE, kind, *parts, "--as", who)


def test_steps_are_typed_part_by_part_and_words_come_from_standard_input(home: Home) -> None:
    done = home.told(*step("told-in-private", f"by={LINE_MANAGER}", "how=phone", "reminded=yes"))
    assert done == f"{REFERENCE}: recorded told-in-private, revision 1 (SPSO 69).\n"
    home.told(*step("wishes", "answer=view", "wish=-"), typed=f"{SECRET}\n")
    shown = home.told("incident", "steps", REFERENCE, "--as", LINE_MANAGER)
    assert f"{LINE_MANAGER}  wishes (1): answer view [wish: behind sign-in]" in shown
    assert "to do  Offer them support by" in shown
    assert SECRET not in shown
    assert not [
        one
        for one in home.folder.rglob("*")
        if one.is_file() and SECRET.encode() in one.read_bytes()
    ]


def test_whoever_is_at_the_keyboard_says_so_and_is_held_to_the_same_rules(home: Home) -> None:
    assert "say who you are" in home.refused("incident", "steps", REFERENCE)
    assert "You are named in this incident" in home.refused(
        "incident", "steps", REFERENCE, "--as", NAMED
    )
    for who in (STRANGER, "s001"):
        assert "You may not do this" in home.refused(*step("note", "fact=so", who=who))
    assert "not in the roster" in home.refused(*step("note", "fact=so", who="s099"))
    assert "there is no incident" in home.refused(
        "incident", "close", "NW-2026-0009", "--as", LINE_MANAGER
    )


def test_a_decision_is_made_once_and_put_right_only_by_who_has_seen_it(home: Home) -> None:
    decide = ("incident", "decide", REFERENCE, "no-action", "--as", LINE_MANAGER)
    home.told(*decide, "because=someone-else")
    assert "nothing of yours was kept" in home.refused(*decide, "because=criticism")
    assert "revision 2" in home.told(*decide, "because=duplicate", "--instead-of", "1")
    assert home.told("incident", "close", REFERENCE, "--as", LINE_MANAGER) == (
        f"{REFERENCE}: closed.\n"
    )
    assert "closed" in home.told("incident", "list")
    reopen = ("incident", "reopen", REFERENCE, "--as", LINE_MANAGER, "--why")
    assert "Say why" in home.refused(*reopen, "so")
    assert "decided anew" in home.told(*reopen, "more-found")


def test_closing_too_early_says_what_is_missing(home: Home) -> None:
    home.told("incident", "decide", REFERENCE, "no-action", "because=criticism", "--as", "s003")
    words = home.refused("incident", "close", REFERENCE, "--as", LINE_MANAGER)
    assert "told the person in private (told-in-private)" in words


def test_others_are_brought_in_and_conflicts_declared_with_a_reason(home: Home) -> None:
    bring = ("incident", "bring-in", REFERENCE, STRANGER, "--as", LINE_MANAGER, "--why")
    assert "Say why" in home.refused(*bring, "so")
    assert f"{STRANGER} may now open it" in home.told(*bring, "to-support")
    assert f"{STRANGER} could before open it" in home.told(*bring, "to-support")
    home.told("incident", "steps", REFERENCE, "--as", STRANGER)
    home.told("incident", "conflict", REFERENCE, "--why", "knows-author", "--as", STRANGER)
    assert "declared a conflict" in home.refused("incident", "steps", REFERENCE, "--as", STRANGER)


def test_the_kinds_of_steps_are_listed_with_what_they_hold(home: Home) -> None:
    kinds = home.told("incident", "kinds")
    assert "told-in-private" in kinds
    parts = home.told("incident", "kinds", "restriction")
    assert "why-not-weaker" in parts
    assert "There is no such step" in home.refused("incident", "kinds", "nonsense")


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (("fact",), "write each part as name=value"),
        (("fact=so", "--on", "yesterday"), "write when it was done like"),
        (("fact=so", "--on", "2999-01-01T10:00"), "in the future"),
        (("fact=so", "--number", "7"), "no such step to put right"),
    ],
)
def test_what_is_mistyped_is_told_in_one_sentence(
    home: Home, parts: tuple[str, ...], said: str
) -> None:
    assert said in home.refused(*step("note", *parts))


def test_what_was_done_earlier_is_kept_with_the_bodys_own_time(home: Home) -> None:
    home.told(*step("note", "fact=so", "--on", "2026-07-01T10:00"))
    with home.database.connect() as connection:
        [at] = connection.execute(text("SELECT happened_at FROM step")).scalars()
    assert str(at).startswith("2026-07-01 09:00")  # London is an hour ahead in summer


def test_acknowledging_takes_the_same_name_for_who_it_is(home: Home) -> None:
    assert "recorded that you have seen it" in home.told("ack", REFERENCE, "--as", LINE_MANAGER)


def test_the_trail_is_checked_against_its_key_and_against_what_was_told_outside(home: Home) -> None:
    assert home.told("audit", "verify").startswith("whole: 2 entries\nNothing from outside")
    head = home.told("audit", "head").strip()
    home.told("ack", REFERENCE, "--as", LINE_MANAGER)
    assert home.told("audit", "verify", "--head", head) == "whole: 3 entries\n"
    home.tamper("UPDATE audit_entry SET actor = 's001' WHERE id = 3")
    changed = home.say("audit", "verify")
    assert (changed.exit_code, changed.stdout) == (1, "Entry 3 was changed.\n")
    assert "A head is a number" in home.refused("audit", "verify", "--head", "3")


def test_without_its_key_nothing_can_be_said_of_the_trail(home: Home) -> None:
    (home.folder / "keys" / "pepper").unlink()
    assert "the key of the trail is missing" in home.refused("audit", "verify")


def test_the_lifecycle_is_drawn_to_a_file_or_the_terminal(home: Home, tmp_path: Path) -> None:
    assert home.told("lifecycle") == picture()
    home.told("lifecycle", str(tmp_path / "drawn.svg"))
    assert (tmp_path / "drawn.svg").read_text() == picture()
    assert "can't be written" in home.refused("lifecycle", str(tmp_path / "no" / "drawn.svg"))
