"""What settings make of channels, and what doctor says of each of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from namewatch import doctor
from namewatch.bootstrap import Built, read_all
from namewatch.channel_values import bounce_access, channel_values
from namewatch.settings import read_settings
from records.alarm import AlarmKind
from records.database import transaction
from records.errors import ConfigurationError
from tests.servers.graph import APP, CLIENT, CLIENT_SECRET, TENANT, GraphServer
from tests.servers.house import House
from tests.servers.imap import ImapServer
from tests.servers.mail import MailServer
from tests.servers.notify import API_KEY, EMAIL_TEMPLATE, SMS_TEMPLATE, NotifyServer
from tests.servers.slack import BOT_TOKEN, SlackServer
from workflows.operations import raise_alarm

ROOM = "C0SHEENA"
SETTINGS = """
[bounces]
host = "127.0.0.1"
port = {imap.port}
tls = "none"
username = "{imap.username}"
password = "{imap.password}"

[slack]
bot_token = "{token}"
base_url = "{slack.base_url}"
room = "{room}"

[notify]
api_key = "{key}"
email_template = "{email}"
sms_template = "{sms}"
base_url = "{notify.url}"

[teams]
tenant = "{tenant}"
client_id = "{client}"
client_secret = "{secret}"
app_id = "{app}"
graph_url = "{graph.url}"
sign_in_url = "{graph.url}"

[operations]
urls = ["json://127.0.0.1:9/hook"]

[alerts]
at_once = ["teams"]
"""


class Town:
    """A body with every channel there is, all on loopback."""

    def __init__(self, home: Path, imap: ImapServer, slack: SlackServer) -> None:
        self.imap, self.slack = imap, slack
        self.notify, self.graph = NotifyServer(), GraphServer()
        self.home = home
        self.built: Built

    def read(self, mail: MailServer) -> None:
        settings = SETTINGS.format(
            imap=self.imap,
            slack=self.slack,
            notify=self.notify,
            graph=self.graph,
            token=BOT_TOKEN,
            room=ROOM,
            key=API_KEY,
            email=EMAIL_TEMPLATE,
            sms=SMS_TEMPLATE,
            tenant=TENANT,
            client=CLIENT,
            secret=CLIENT_SECRET,
            app=APP,
        )
        with House(self.home, mail, settings=settings) as house:
            self.built = read_all(read_settings(house.home))

    def faults(self) -> dict[str, str]:
        checks = [*doctor._channels("channel", self.built), *doctor._bounces("bounces", self.built)]
        return {one.subject: one.fault for one in checks if one.fault}


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with MailServer() as mail, ImapServer() as imap, SlackServer(users=("U4",)) as slack:
        slack.open_room(ROOM, "U4")
        slack.scopes = "chat:write,im:write,groups:read"
        made = Town(tmp_path / "home", imap, slack)
        with made.notify, made.graph:
            made.read(mail)
            yield made
            made.built.services.database.dispose()


def test_every_channel_is_built_and_well(town: Town) -> None:
    services = town.built.services
    names = {"email", "slack", "slack_room", "notify_email", "notify_sms", "teams"}
    assert set(services.channels) == names
    assert services.at_once == ("teams",)
    assert town.faults() == {}


def test_each_fault_is_told_for_its_own_channel(town: Town) -> None:
    town.slack.members[ROOM].append("U9")
    town.graph.secret = "changed"
    del town.notify.templates[SMS_TEMPLATE]
    town.imap.sign_in_fault = "no"
    faults = town.faults()
    assert set(faults) == {"channel slack_room", "channel teams", "channel notify_sms", "bounces"}
    told = " ".join(faults.values())
    for secret in (BOT_TOKEN, CLIENT_SECRET, API_KEY, town.imap.password):
        assert secret not in told


def test_what_stands_in_brackets_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    kinds = doctor.Check("a", fault="see [mail]"), doctor.Check("b", advice="set [operations]")
    assert doctor.show(kinds) == 1
    printed = capsys.readouterr().out
    assert "a: see [mail]" in printed
    assert "b: set [operations]" in printed


def test_an_alarm_that_reached_nobody_is_red(town: Town) -> None:
    (check,) = doctor._alarms("alarms", town.built)
    assert (check.fault, check.advice) == (None, None)
    services = town.built.services
    with transaction(services.database) as session:
        raise_alarm(session, AlarmKind.NOBODY_TO_TELL, "NW-2026-0041", now=services.now())
    (check,) = doctor._alarms("alarms", town.built)
    assert check.fault is not None
    assert check.fault.startswith("1 alarm reached nobody yet; mend the mail")


def test_ids_of_mails_cannot_be_guessed_and_the_room_is_for_its_keeper(town: Town) -> None:
    built = town.built
    values = channel_values(built.settings, built.configuration, built.services.public_keys.pepper)
    others = channel_values(built.settings, built.configuration, b"another")
    assert values["smtp_id_key"] != others["smtp_id_key"]
    assert values["slack_room_members"] == "s004=U4"


def test_without_them_it_says_what_is_lost(tmp_path: Path) -> None:
    with MailServer() as mail, House(tmp_path / "home", mail) as house:
        built = read_all(read_settings(house.home))
    assert bounce_access(built.settings) is None
    (bounces,) = doctor._bounces("bounces", built)
    (alarms,) = doctor._alarms("alarms", built)
    assert bounces.advice
    assert "is not noticed" in bounces.advice
    assert alarms.advice
    assert "alarms_to" in alarms.advice
    built.services.database.dispose()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ('[bounces]\nhost = "imap.example"\nusername = "b"\n', "either password or token"),
        (
            '[bounces]\nhost = "imap.example"\nusername = "b"\npassword = "p"\ntls = "none"\n',
            "on this machine alone",
        ),
        ('[slack]\nbot_token = "t"\nroom = "#alerts"\n', "room"),
        ('[alerts]\nat_once = ["notify_sms"]\n', "at_once"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, settings: str, words: str) -> None:
    with House(tmp_path / "home", None, settings=settings) as house:
        with pytest.raises(ConfigurationError, match=words) as caught:
            read_settings(house.home)
        assert caught.value.line is not None
