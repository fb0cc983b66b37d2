"""How people sign in: what settings and doctor say of it, and what is done for a lost device."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import SQLModel, select
from typer.testing import CliRunner, Result

from console.door_rules import DoorRules, ProviderAccess
from evidence.seal import ensure_seal_key
from evidence.vault import create_keys
from namewatch import doctor
from namewatch.bootstrap import read_all
from namewatch.cli import app
from namewatch.door_values import door_rules
from namewatch.init import write_private
from namewatch.settings import read_settings
from records.audit import AuditEntry
from records.database import migrate, open_database, reading, transaction
from records.errors import ConfigurationError
from records.record_key import RecordKey
from records.sign_in import ConsoleSession
from records.ways_in import CodePassword, LinkedIdentity, OwnPassword, Passkey, RecoveryCode
from tests.servers.house import BODY, COLUMNS, STAFF
from tests.servers.oidc import OidcServer

IT, LOST = "s002", "s003"
OWN: tuple[type[SQLModel], ...] = (
    Passkey,
    LinkedIdentity,
    OwnPassword,
    RecoveryCode,
    CodePassword,
)


@dataclass
class Home:
    """A body's folder."""

    folder: Path

    def write(self, settings: str) -> None:
        (self.folder / "settings.toml").unlink(missing_ok=True)
        write_private(self.folder / "settings.toml", settings)

    def say(self, *arguments: str) -> Result:
        environment = {"NAMEWATCH_HOME": str(self.folder), "COLUMNS": "200"}
        return CliRunner().invoke(app, list(arguments), env=environment)

    def checks(self) -> dict[str, doctor.Check]:
        built = read_all(read_settings(self.folder), tells=False)
        return {one.subject: one for one in doctor._sign_in("sign-in", built)}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    write_private(folder / "organisation.toml", BODY.format(policy="spso"))
    write_private(folder / "roster.csv", "\n".join([COLUMNS, *STAFF, ""]))
    create_keys(folder / "keys")
    ensure_seal_key(folder / "keys")
    return Home(folder)


ENTRA = """[console]
url = "https://namewatch.slo.example"
passwords = true
codes_always = true
[console.oidc]
title = "Microsoft"
issuer = "https://login.microsoftonline.com/tenant-1/v2.0"
tenant = "tenant-1"
client_id = "client-1"
client_secret = "canary-secret"
"""


def test_settings_say_how_people_sign_in(home: Home) -> None:
    home.write(ENTRA)
    rules = door_rules(read_settings(home.folder))
    access = ProviderAccess(
        "https://login.microsoftonline.com/tenant-1/v2.0",
        "client-1",
        "canary-secret",
        "Microsoft",
        "tenant-1",
    )
    assert rules == DoorRules(passwords=True, codes_always=True, provider=access)
    assert "canary-secret" not in repr(rules)
    home.write("")
    assert door_rules(read_settings(home.folder)) == DoorRules()


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        (("https://login", "http://login"), "issuer must begin with https://"),
        (('tenant = "tenant-1"\n', ""), "give tenant as well"),
        (('tenant = "tenant-1"', 'tenant = "tenant-2"'), "issuer has to hold the tenant"),
        (('client_id = "client-1"', 'client_id = ""'), "client_id"),
    ],
)
def test_a_provider_that_would_let_others_in_is_refused(
    home: Home, change: tuple[str, str], advice: str
) -> None:
    home.write(ENTRA.replace(*change))
    with pytest.raises(ConfigurationError, match=advice) as refused:
        read_settings(home.folder)
    assert "canary-secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "possible"),
    [
        ("https://namewatch.slo.example", True),
        ("http://localhost:8080", True),
        ("http://namewatch.slo.example", False),
        ("https://10.1.2.3", False),
    ],
)
def test_doctor_says_whether_browsers_will_allow_passkeys(
    home: Home, url: str, possible: bool
) -> None:
    home.write(f'[console]\nurl = "{url}"\n')
    advice = home.checks()["sign-in"].advice
    assert (advice is None) is possible
    assert possible or "set url under [console]" in str(advice)


def test_doctor_asks_the_provider_who_it_is(home: Home) -> None:
    with OidcServer(int(datetime.now(UTC).timestamp())) as there:
        home.write(
            "[console.oidc]\n"
            f'title = "Example"\nissuer = "{there.url}"\nclient_id = "x"\nclient_secret = "y"\n'
        )
        assert home.checks()["sign-in elsewhere"].fault is None
        there.described = {"issuer": "https://elsewhere.example"}
        assert "[console.oidc]" in str(home.checks()["sign-in elsewhere"].fault)


def test_a_lost_device_is_replaced_by_taking_all_ways_away(home: Home) -> None:
    home.write(f'acting_as = "{IT}"\n')
    database = open_database(read_settings(home.folder).database)
    migrate(database)
    with transaction(database) as session:
        for staff_id in (LOST, IT):
            key = RecordKey(recipient="age1x", wrapped=b"x", created_at=datetime.now(UTC))
            session.add(key)
            session.flush()
            for row in _ways(staff_id, key.id or 0):
                session.add(row)
    done = home.say("sign-in", "reset", LOST)
    assert done.exit_code == 0, done.stderr
    assert "code by e-mail again" in done.stdout
    with reading(database) as session:
        for table in OWN:
            assert [one.staff_id for one in session.exec(select(table))] == [IT]  # type: ignore[attr-defined]
        assert [one.wrapped is None for one in session.exec(select(RecordKey))] == [True, False]
        ended = {one.staff_id: one.ended_at for one in session.exec(select(ConsoleSession))}
        entries = session.exec(select(AuditEntry)).all()
        (noted,) = [one for one in entries if one.action == "ways to sign in taken away"]
    assert ended[LOST]
    assert not ended[IT]
    assert (noted.actor, noted.about) == (IT, {"staff_id": LOST})
    database.dispose()


@pytest.mark.parametrize("arguments", [("s999", "--by", IT), (LOST, "--by", "s999"), (LOST,)])
def test_only_for_and_by_people_who_are_known(home: Home, arguments: tuple[str, ...]) -> None:
    assert home.say("sign-in", "reset", *arguments).exit_code == 2


def _ways(staff_id: str, key_id: int) -> tuple[SQLModel, ...]:
    own, now = staff_id.encode(), datetime.now(UTC)
    return (
        Passkey(
            staff_id=staff_id,
            title="",
            credential_id=own,
            public_key=own,
            user_handle=own,
            sign_count=0,
            synced=False,
            backed_up=False,
            added_at=now,
        ),
        LinkedIdentity(staff_id=staff_id, subject_hash=staff_id, linked_at=now),
        OwnPassword(
            staff_id=staff_id, password_hash="", set_at=now, key_id=key_id, sealed_secret=own
        ),
        RecoveryCode(staff_id=staff_id, code_hash=staff_id),
        CodePassword(staff_id=staff_id, password_hash="", set_at=now),
        ConsoleSession(token_hash=staff_id, staff_id=staff_id, started_at=now, last_seen_at=now),
    )
