"""Every mistake in the configuration ends in one clear sentence; no mistake costs an alert."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from sqlmodel import select

from records.alert import Delivery
from records.database import open_database, reading
from tests.servers.house import House, post, wait_until
from tests.servers.mail import MailServer
from tests.servers.slack import SlackServer

Break = Callable[[House], object]
PASSWORD, TOKEN = "hush-hush-password", "xoxb-hush-hush-token"
SECRETS = (PASSWORD, TOKEN, "Auchterbrae", "Fairweather", "AGE-SECRET-KEY")
NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with MailServer() as mail, House(tmp_path / "home", mail) as house:
        yield house


def changing(name: str, old: str, new: str) -> Break:
    """A file of the home folder with something else in one place."""

    def change(house: House) -> None:
        file = house.home / name
        content = file.read_text("utf-8")
        assert old in content
        file.write_text(content.replace(old, new, 1), encoding="utf-8")

    return change


def removing(name: str) -> Break:
    def remove(house: House) -> None:
        path = house.home / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return remove


def adding(name: str, more: str) -> Break:
    def add(house: House) -> None:
        file = house.home / name
        file.write_text(file.read_text("utf-8") + more, encoding="utf-8")

    return add


def writing(name: str, content: bytes) -> Break:
    return lambda house: (house.home / name).write_bytes(content)


def opening_to_others(name: str) -> Break:
    return lambda house: (house.home / name).chmod(0o755)


def damaging_pages(house: House) -> None:
    """The database's head is as it was, and nothing behind it."""
    assert house.command("incident", "list").returncode == 0
    for beside in ("namewatch.db-wal", "namewatch.db-shm"):
        (house.home / beside).unlink(missing_ok=True)
    file = house.home / "namewatch.db"
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\x55" * (len(whole) - 4096))


IN_THE_FILES: list[tuple[str, Break, str]] = [
    (
        "a line manager who is not there",
        changing("roster.csv", ",s003,no", ",s099,no"),
        "roster.csv, line 7: line_manager s099 of s006 is not in the roster",
    ),
    (
        "a column nobody knows",
        changing("roster.csv", "may_be_named", "may_be_nammed"),
        'roster.csv, line 1: unknown column "may_be_nammed"',
    ),
    (
        "line managers in a circle",
        changing("roster.csv", "U2,s001", "U2,s003"),
        "roster.csv, line 3: line managers go round in a circle: s002 → s003 → s002",
    ),
    (
        "nobody above a director",
        changing("roster.csv", "U2,s001", "U2,"),
        "roster.csv, line 3: s002 has no line_manager",
    ),
    (
        "a roster that is not UTF-8",
        writing("roster.csv", b"\xe9\n"),
        "roster.csv: this file is not UTF-8",
    ),
    ("no roster", removing("roster.csv"), "roster.csv: this file is missing; `namewatch init`"),
    (
        "no organisation",
        removing("organisation.toml"),
        "organisation.toml: this file is missing; `namewatch init`",
    ),
    (
        "no TOML in the organisation",
        changing("organisation.toml", "policy = ", "policy = = "),
        "organisation.toml, line 6: this is not valid TOML",
    ),
    (
        "a setting of the organisation that nobody knows",
        changing("organisation.toml", "domains", "domanes"),
        "organisation.toml, line 4: organisation.domanes: there is no such setting",
    ),
    (
        "a role that nobody holds",
        changing("organisation.toml", '["s005"]', "[]"),
        "organisation.toml, line 10: the policy needs somebody in the role hr_officer",
    ),
    (
        "a role held by a stranger",
        changing("organisation.toml", "s005", "s055"),
        "organisation.toml, line 10: s055 in the role hr_officer is not in the roster",
    ),
    (
        "a policy that does not exist",
        changing("organisation.toml", '"spso"', '"spsso"'),
        'organisation.toml: there is no policy "spsso"; use spso or wics',
    ),
    (
        "a policy file that does not exist",
        changing("organisation.toml", '"spso"', '"own.toml"'),
        "own.toml: there is no such policy file",
    ),
    (
        "no TOML in the settings",
        changing("settings.toml", "port = ", 'port = "'),
        "settings.toml, line 3: this is not valid TOML",
    ),
    (
        "a setting that nobody knows",
        changing("settings.toml", "tls", "tsl"),
        "settings.toml, line 4: mail.tsl: there is no such setting",
    ),
    (
        "a port that is no number",
        changing("settings.toml", "port = 0", 'port = "eighty"'),
        "settings.toml, line 8: console.port: ",
    ),
    (
        "a token in the wrong place",
        adding("settings.toml", f'[slack]\nbot_token = ["{TOKEN}"]\n'),
        "slack.bot_token: ",
    ),
]
"""What every command refuses that reads the configuration."""

AT_THE_START: list[tuple[str, Break, str]] = [
    (
        "no channel",
        writing("settings.toml", b""),
        "settings.toml: no way to tell anybody is set up",
    ),
    ("no settings", removing("settings.toml"), "settings.toml: no way to tell anybody is set up"),
    (
        "mail in plain to another machine",
        changing("settings.toml", '"127.0.0.1"', '"mail.slo.example"'),
        'tls "none" is only allowed for a mail server on this machine',
    ),
    (
        "a password without a user name",
        changing("settings.toml", "sender", f'password = "{PASSWORD}"\nsender'),
        "set both user name and password, or neither",
    ),
    (
        "a kind of source that does not exist",
        changing("settings.toml", '"replay"', '"rplay"'),
        "settings.toml: There is no kind of source called 'rplay'",
    ),
    (
        "two sources of one name",
        adding("settings.toml", '[[sources]]\nkind = "replay"\npath = "x"\n'),
        "two sources have the same name",
    ),
    (
        "an option that its source does not know",
        changing("settings.toml", "follow", "folow"),
        "settings.toml: The option 'folow' of the source 'replay' is not right: there is no such",
    ),
    (
        "a browser that is none",
        adding("settings.toml", '[capture]\nbrowser = "/nowhere"\n'),
        "/nowhere: is no browser that can be started",
    ),
    (
        "a database's address that is none",
        changing("settings.toml", "[mail]", 'database_url = "nonsense"\n[mail]'),
        "database_url is not the address of a database that can be reached",
    ),
    (
        "a database server that is not there",
        changing(
            "settings.toml",
            "[mail]",
            f'database_url = "postgresql+psycopg://nw:{PASSWORD}@127.0.0.1:1/nw"\n[mail]',
        ),
        "database_url is not the address of a database that can be reached",
    ),
    (
        "a database that is something else",
        writing("namewatch.db", b"this is a letter\n" * 1000),
        "The database is damaged or is something else; stop namewatch and restore it",
    ),
    ("a damaged database", damaging_pages, "The database is damaged or is something else"),
    (
        "a file in the place of the evidence",
        writing("evidence", b""),
        "the folder for evidence can't be made",
    ),
    (
        "a key that others may read",
        opening_to_others("keys/working.key"),
        "keys/working.key: can be reached by other users of this machine. Run: chmod 600 ",
    ),
    (
        "a keys folder that others may enter",
        opening_to_others("keys"),
        "keys: can be reached by other users of this machine. Run: chmod 700 ",
    ),
    (
        "no keys",
        removing("keys"),
        "is missing. Run `namewatch init`, or put it back from your backup",
    ),
    ("no vault key", removing("keys/vault.key"), "keys/vault.key: is missing"),
    ("a key that is none", writing("keys/working.key", b"hello"), "holds no readable age key"),
    (
        "no folder",
        lambda house: shutil.rmtree(house.home),
        "home: there is no such folder; correct NAMEWATCH_HOME",
    ),
]
"""What comes out when everything is to be put together."""


def check_one_sentence(
    done: subprocess.CompletedProcess[str], sentence: str, status: int = 2
) -> None:
    assert done.returncode == status, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("namewatch: ")
    assert sentence in line
    for secret in SECRETS:
        assert secret not in done.stderr + done.stdout
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("breaks", "sentence"), [one[1:] for one in IN_THE_FILES], ids=[one[0] for one in IN_THE_FILES]
)
def test_a_mistake_in_the_files_is_one_sentence_and_status_2(
    house: House, breaks: Break, sentence: str
) -> None:
    breaks(house)
    check_one_sentence(house.command("incident", "list"), sentence)


@pytest.mark.parametrize(
    ("breaks", "sentence"), [one[1:] for one in AT_THE_START], ids=[one[0] for one in AT_THE_START]
)
def test_a_start_that_can_not_be_is_one_sentence_and_status_2(
    house: House, breaks: Break, sentence: str
) -> None:
    breaks(house)
    check_one_sentence(house.command("run"), sentence)


def test_a_port_that_is_taken_is_one_sentence(house: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        changing("settings.toml", "port = 0", f"port = {port}")(house)
        check_one_sentence(house.command("run"), f"port {port} is taken by another program")


def test_init_over_files_that_are_there_changes_nothing(house: House) -> None:
    before = {file: file.read_bytes() for file in house.home.rglob("*") if file.is_file()}
    check_one_sentence(house.command("init"), "organisation.toml: this file is here already")
    assert before == {file: file.read_bytes() for file in house.home.rglob("*") if file.is_file()}


def test_init_that_is_not_told_where_asks() -> None:
    check_one_sentence(plainly("init"), "say where: namewatch init FOLDER, or set NAMEWATCH_HOME")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("ack", "NW-2026-0009", "--by", "s003"), "there is no incident NW-2026-0009"),
        (("ack", "NW-2026-0009", "--by", "s099"), "staff_id s099 is not in the roster"),
        (("ack", "NW-2026-0009"), "say who you are: namewatch ack … --by STAFF_ID"),
        (("incident", "show", "NW-1"), "there is no incident NW-1; `namewatch incident list`"),
        (("test-alert", "--to", "s099"), "staff_id s099 is not in the roster"),
    ],
    ids=[
        "ack of nothing",
        "ack by a stranger",
        "ack by nobody",
        "show of nothing",
        "a test to a stranger",
    ],
)
def test_a_command_about_nothing_or_nobody_is_one_sentence(
    house: House, arguments: Sequence[str], sentence: str
) -> None:
    check_one_sentence(house.command(*arguments), sentence)


def plainly(
    *arguments: str, within: Sequence[str] = (), **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line without a home of its own."""
    around = {name: value for name, value in os.environ.items() if name != "NAMEWATCH_HOME"}
    return subprocess.run(
        [*within, sys.executable, "-m", "namewatch", *arguments],
        env={**around, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


# Disks of their own: a private mount namespace, where we may make one.

READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
SMALL = (
    'cp -a "$0" "$0-copy" && mount -t tmpfs -o size=SIZE,mode=700 none "$0"'
    ' && cp -a "$0-copy/." "$0/" && exec "$@"'
)


def in_mounts(house: House, script: str) -> list[str]:
    """A command that starts another one after `script` has changed its mounts; `$0` is home."""
    command = ["unshare", "--mount", "sh", "-c", script, str(house.home)]
    tried = shutil.which("unshare") and subprocess.run(
        ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"],
        capture_output=True,
        check=False,
    )
    if not tried or tried.returncode != 0:
        pytest.skip("needs the right to mount (root), to make a disk full or read-only")
    return command


def test_a_folder_that_is_read_only_is_one_sentence(house: House) -> None:
    within = in_mounts(house, READ_ONLY)
    home = {"NAMEWATCH_HOME": str(house.home)}
    done = plainly("run", within=within, **home)
    check_one_sentence(done, "the policy in force can't be kept here (Read-only file system)")
    done = plainly("ack", "NW-2026-0001", "--by", "s003", within=within, **home)
    check_one_sentence(done, "the database can't be opened: the folder is read-only")
    new = str(house.home / "new")
    done = plainly("init", new, within=within)
    check_one_sentence(done, "new: this folder can't be written (Read-only file system)")
    done = plainly("run", within=within, NAMEWATCH_PRACTICE_HOME=new)
    check_one_sentence(done, "set NAMEWATCH_PRACTICE_HOME to another")


def test_a_folder_of_another_user_is_one_sentence(house: House) -> None:
    if os.getuid() != 0:
        pytest.skip("needs root, to give a folder to another user")
    os.chown(house.home, 65534, 65534)
    done = plainly(
        "run",
        # Root as files see other users: without the right to open what is theirs.
        within=["setpriv", "--bounding-set=-dac_override,-dac_read_search"],
        NAMEWATCH_HOME=str(house.home),
    )
    os.chown(house.home, 0, 0)
    check_one_sentence(done, "this folder can't be read (Permission denied)")


@pytest.mark.parametrize("size", ["100k", "300k"], ids=["no room at all", "too little for tables"])
def test_a_full_disk_at_the_start_is_one_sentence(house: House, size: str) -> None:
    within = in_mounts(house, SMALL.replace("SIZE", size))
    done = plainly("run", within=within, NAMEWATCH_HOME=str(house.home))
    check_one_sentence(done, "full")


# What is wrong outside is no reason not to watch: the alert is kept until it can be delivered.


def closed_port() -> int:
    """A port on which nobody listens, until somebody does."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def test_with_the_mail_server_down_the_alert_is_kept_until_it_is_back(tmp_path: Path) -> None:
    port = closed_port()
    mail = MailServer(port=port)
    with House(tmp_path / "home", mail) as house:
        examined = house.command("doctor")
        assert examined.returncode == 1
        sentence = (
            f"The mail server 127.0.0.1 can't be reached on port {port}; check host and port."
        )
        assert faults_in(examined) == [f"not well  channel email: {sentence}"]

        house.start()
        house.publish([post(1, NAMING)])
        wait_until(lambda: tries(house) == ["not reached"] * 3, why="three tries in vain")
        with mail:
            wait_until(lambda: len(told(house)) == 3, why="the alert, late but there")
            assert not any("(repeat)" in str(one.message["Subject"]) for one in mail.mails)


def tries(house: House) -> list[str | None]:
    """How the last try of each delivery ended."""
    engine = open_database(f"sqlite:///{house.home / 'namewatch.db'}")
    try:
        with reading(engine) as session:
            return list(session.exec(select(Delivery.error)))
    finally:
        engine.dispose()


def test_with_a_wrong_token_for_slack_it_runs_and_mail_goes_out(tmp_path: Path) -> None:
    with MailServer() as mail, SlackServer() as slack:
        settings = (
            f'[slack]\nbot_token = "{TOKEN}"\napp_token = "{TOKEN}"\n'
            f'base_url = "{slack.base_url}"\n'
        )
        with House(tmp_path / "home", mail, settings=settings) as house:
            examined = house.command("doctor")
            assert examined.returncode == 1
            assert faults_in(examined) == [
                "not well  channel slack: Slack refuses the bot token (invalid_auth)."
            ]
            house.start()
            house.publish([post(1, NAMING)])
            wait_until(lambda: len(mail.mails) == 3, why="three mails")
            wait_until(lambda: "Could not tell" in house.shown(), why="said so")
        assert TOKEN not in examined.stdout + examined.stderr + house.shown()


def faults_in(examined: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in examined.stdout.splitlines() if line.startswith("not well")]


def test_a_disk_that_fills_up_stops_nothing_and_loses_nothing(house: House) -> None:
    within = in_mounts(house, SMALL.replace("SIZE", "4m"))
    house.start(within=within)
    assert house.process is not None
    # The service's own view of its home: the disk is mounted for it alone.
    home = Path(f"/proc/{house.process.pid}/root{house.home}")
    filler = home / "filler"
    subprocess.run(["dd", "if=/dev/zero", f"of={filler}"], stderr=subprocess.PIPE, check=False)
    house.publish([post(1, "What a lovely evening."), post(2, NAMING)])
    sentence = "The disk that holds the database is full; nothing is lost, but space must be made."
    wait_until(lambda: sentence in house.shown(), why="said so")
    assert house.process.poll() is None
    assert house.mail is not None
    assert house.mail.mails == []

    filler.unlink()
    wait_until(lambda: len(told(house)) == 3, why="all told once there is room")
    wait_until(lambda: list(home.glob("evidence/*/*.age")), why="the evidence, too")
    wait_until(lambda: "Sealed" in house.shown(), why="the evidence, too")
    shown = house.stop()
    assert shown.count(sentence) == 1
    assert "Traceback" not in shown
    assert "should not have happened" not in shown


def told(house: House) -> set[str]:
    assert house.mail is not None
    return {recipient for one in house.mail.mails for recipient in one.recipients}
