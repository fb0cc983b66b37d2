"""Where this installation goes out to: every kind of source and channel says, and doctor tells."""

from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from alerts.registry import KINDS as CHANNEL_KINDS
from alerts.registry import reaches as channel_reaches
from monitors.registry import KINDS, reaches
from namewatch import doctor, service
from namewatch.bootstrap import Built, read_all
from namewatch.goes_out import hosts_out, ways_out
from namewatch.settings import EvidenceSettings, Outgoing, read_settings
from records import outgoing
from records.errors import ConfigurationError
from tests.servers.house import House
from tests.servers.mail import MailServer

SOURCES: dict[str, tuple[dict[str, object], set[str]]] = {
    "bluesky": (
        {"identifier": "a.example", "app_password": "b", "queries": ["c"]},
        {"jetstream.us-east.bsky.network", "bsky.social", "*.host.bsky.network"},
    ),
    "feeds": (
        {"feeds": ["https://u:secret@feeds.example/token"]},
        {"feeds.example", "www.feeds.example"},
    ),
    "google_reviews": (
        {
            "client_id": "a",
            "client_secret": "b",
            "refresh_token": "c",
            "locations": ["accounts/1/locations/2"],
        },
        {"mybusiness.googleapis.com", "oauth2.googleapis.com"},
    ),
    "hackernews": ({"queries": ["a"]}, {"hn.algolia.com", "hacker-news.firebaseio.com"}),
    "lemmy": ({"servers": ["https://lemmy.example"], "queries": ["a"]}, {"lemmy.example"}),
    "mailbox": (
        {"host": "imap.example", "username": "a", "password": "b"},
        {"imap.example"},
    ),
    "mastodon": (
        {"servers": [{"url": "https://social.example"}], "hashtags": ["a"]},
        {"social.example", "*.social.example"},
    ),
    "reddit": (
        {
            "client_id": "a",
            "client_secret": "b",
            "registered_by": "somebody",
            "subreddits": ["scotland"],
        },
        {"www.reddit.com", "oauth.reddit.com"},
    ),
    "replay": ({"file": "/dev/null"}, set()),
    "web": (
        {
            "pages": ["https://www.forum.example/t/1"],
            "searches": ["https://search.example/?q={query}"],
            "queries": ["a"],
            "follow": ["https://results.example/t/"],
        },
        {
            *("www.forum.example", "forum.example", "search.example", "www.search.example"),
            *("results.example", "www.results.example"),
        },
    ),
    "x": ({"bearer_token": "a", "queries": ["b"]}, {"api.twitter.com"}),
    "youtube": ({"api_key": "a", "queries": ["b"]}, {"youtube.googleapis.com"}),
}
VALUES = {
    "smtp_host": "mail.example",
    "slack_bot_token": "xoxb-secret",
    "slack_room": "C1",
    "notify_api_key": "secret",
    "teams_tenant": "tenant",
}
CHANNELS = {
    "email": {"mail.example"},
    "slack": {"slack.com", "*.slack.com"},
    "slack_room": {"slack.com", "*.slack.com"},
    "notify_email": {"api.notifications.service.gov.uk"},
    "notify_sms": {"api.notifications.service.gov.uk"},
    "teams": {"graph.microsoft.com", "login.microsoftonline.com"},
}
SETTINGS = """
[bounces]
host = "imap.example"
username = "bounces"
password = "canary"

[operations]
urls = ["json://user:canary@alarms.example/canary"]

[outgoing]
also = ["*.cdn.example"]

[console.oidc]
title = "Google"
issuer = "https://accounts.google.com"
client_id = "a"
client_secret = "canary"

[entra]
tenant = "canary"
client_id = "a"
client_secret = "canary"

[google]
key_file = "/canary.json"
admin = "canary@seo.example"

[evidence]
store = "s3://bucket/canary"
region = "eu-west-2"
access_key = "canary"
secret_key = "canary"

[[calendars]]
address = "https://calendars.example/canary.ics"
"""
OUT = {
    *("imap.example", "alarms.example", "*.cdn.example", "calendars.example"),
    *("accounts.google.com", "oauth2.googleapis.com", "www.googleapis.com"),
    *("graph.microsoft.com", "login.microsoftonline.com", "admin.googleapis.com"),
    *("bucket.s3.eu-west-2.amazonaws.com", "s3.eu-west-2.amazonaws.com"),
}


def test_the_table_holds_every_kind() -> None:
    assert set(SOURCES) == set(KINDS)
    assert set(CHANNELS) == set(CHANNEL_KINDS)


@pytest.mark.parametrize("kind", SOURCES)
def test_every_kind_of_source_says_which_hosts_it_asks(kind: str) -> None:
    options, hosts = SOURCES[kind]
    assert set(reaches(kind, kind, options)) == hosts


def test_every_kind_of_channel_says_which_hosts_it_asks_once_it_is_set_up() -> None:
    assert {name: set(hosts) for name, hosts in channel_reaches(VALUES).items()} == CHANNELS
    assert channel_reaches({}) == {}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    home = tmp_path_factory.mktemp("out") / "home"
    with MailServer() as mail, House(home, mail, settings=SETTINGS) as house:
        made = read_all(read_settings(house.home), tells=False)
        yield made
        made.services.database.dispose()


def test_all_that_the_settings_name_is_in_one_list_without_secrets(built: Built) -> None:
    hosts = hosts_out(built.settings)
    assert hosts >= OUT
    listed = str(ways_out(built.settings))
    for secret in ("canary", "/", "@", "user"):
        assert secret not in listed


def test_a_store_without_keys_asks_the_machine_who_it_is(built: Built) -> None:
    evidence = EvidenceSettings(store="s3://bucket")
    settings = built.settings.model_copy(update={"evidence": evidence})
    assert "169.254.169.254" in hosts_out(settings)
    assert "169.254.169.254" not in hosts_out(built.settings)


def test_doctor_shows_the_list_and_what_was_refused(built: Built) -> None:
    (check,) = doctor._goes_out("goes out to", built)
    assert check.fault is None
    assert check.advice
    assert "alarms.example (alarms)" in check.advice
    assert "*.cdn.example ([outgoing])" in check.advice
    assert "through a guard" in check.advice
    outgoing.keep_to([])
    with pytest.raises(outgoing.NotOnTheListError):
        outgoing._look("socket.getaddrinfo", ("lost.example",))
    (check,) = doctor._goes_out("goes out to", built)
    outgoing.keep_to_none()
    assert check.fault
    assert "lost.example was asked for and refused" in check.fault


def test_the_service_keeps_to_it_from_its_start_to_its_end(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []

    def no_further(*_: object, **__: object) -> None:
        seen.append(outgoing._state.allowed)
        raise ConfigurationError("no further")

    monkeypatch.setattr(service, "destroy_again", no_further)
    with pytest.raises(ConfigurationError, match="no further"):
        service.Service(built, report=lambda _: None).start()
    assert seen == [hosts_out(built.settings)]
    assert outgoing._state.allowed is None


@pytest.mark.parametrize("host", ["https://a.example", "a.example/path", "*", "com", "u@a.example"])
def test_only_hosts_can_be_added(host: str) -> None:
    with pytest.raises(ValidationError):
        Outgoing(also=(host,))
