"""`namewatch keys`, as somebody types it."""

from pathlib import Path

import pytest
from pyrage import x25519
from typer.testing import CliRunner, Result

from evidence.vault import read_public_keys
from namewatch.cli import app
from namewatch.init import FILES, write_first_files
from records.clock import utc_now
from records.database import open_database, reading, transaction
from records.record_key import RecordKey
from records.sealing import new_identity, new_record_key, unwrap
from tests.databases import new_database


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    recovery = write_first_files(home)
    assert {file.name for file in home.iterdir()} == {*FILES, "keys"}
    monkeypatch.setenv("NAMEWATCH_HOME", str(home))
    (tmp_path / "recovery.txt").write_text(recovery)
    database = new_database(home)
    with transaction(database) as session:
        made = new_record_key(read_public_keys(home / "keys").recipients())
        session.add(RecordKey(recipient=made.recipient, wrapped=made.wrapped, created_at=utc_now()))
    database.dispose()
    return home


def keys(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, ["keys", *words], input=typed)


def opens(home: Path, holder: x25519.Identity) -> bool:
    database = open_database(f"sqlite:///{home / 'namewatch.db'}")
    with reading(database) as session:
        wrapped = session.get_one(RecordKey, 1).wrapped
    database.dispose()
    try:
        return bool(wrapped and unwrap(wrapped, holder))
    except Exception:  # noqa: BLE001 - any refusal
        return False


def vault(home: Path) -> x25519.Identity:
    return x25519.Identity.from_str((home / "keys/vault.key").read_text().splitlines()[-1])


def test_keys_are_listed_without_a_secret(home: Path) -> None:
    said = keys("list")
    assert said.exit_code == 0
    assert [line.split()[0] for line in said.stdout.splitlines()] == [
        "vault",
        "recovery",
        "working",
        "signing",
    ]
    assert "SECRET" not in said.stdout


def test_the_vault_key_is_rotated(home: Path) -> None:
    old = vault(home)
    said = keys("rotate")
    assert (said.exit_code, said.stdout) == (0, "Keys of 1 records were wrapped anew.\n")
    assert opens(home, vault(home))
    assert not opens(home, old)


def test_a_new_recovery_key_is_shown_once(home: Path) -> None:
    said = keys("rotate", "--recovery")
    (line,) = [one.strip() for one in said.stdout.splitlines() if "AGE-SECRET-KEY" in one]
    assert opens(home, x25519.Identity.from_str(line))
    assert "AGE-SECRET" not in keys("list").stdout


def test_the_recovery_key_is_typed_and_never_an_argument(home: Path, tmp_path: Path) -> None:
    (home / "keys/vault.key").unlink()
    recovery = (tmp_path / "recovery.txt").read_text()
    assert keys("recover", typed=f"{new_identity()}\n").exit_code == 2
    assert keys("recover", typed=f"{recovery}\n").exit_code == 0
    assert opens(home, vault(home))
    assert keys("recover", "--key", str(tmp_path / "recovery.txt")).exit_code == 0


def test_a_person_is_added_listed_and_removed(home: Path) -> None:
    person = new_identity()
    (staff_id,) = [
        line.split(",")[0]
        for line in (home / "roster.csv").read_text().splitlines()
        if line.startswith("s001")
    ]
    assert keys("add", staff_id, str(person.to_public())).exit_code == 0
    assert opens(home, person)
    assert staff_id in keys("list").stdout
    assert keys("remove", staff_id).exit_code == 0
    assert not opens(home, person)
    assert keys("remove", staff_id).exit_code == 2


def test_somebody_who_is_not_in_the_roster_is_not_added(home: Path) -> None:
    said = keys("add", "s999", str(new_identity().to_public()))
    assert said.exit_code == 2
    assert "s999 is not in the roster" in said.output


def test_keys_are_made_where_there_are_none_and_never_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "new").mkdir()
    monkeypatch.setenv("NAMEWATCH_HOME", str(tmp_path / "new"))
    assert "AGE-SECRET-KEY" in keys("create").stdout
    assert "here already" in keys("create").stdout


def test_the_signing_key_is_rotated(home: Path) -> None:
    assert keys("rotate", "--signing").exit_code == 0
    assert keys("list").stdout.count("signing") == 2
