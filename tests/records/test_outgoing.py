"""The list of hosts: kept to whatever library asks, with this machine always reached."""

import imaplib
import smtplib
import socket
import sys
import urllib.request
from collections.abc import Callable, Iterator

import httpx
import pytest
import requests
from websockets.sync.client import connect

from records import outgoing
from records.outgoing import NotOnTheListError, host_of, hosts_of, is_allowed, refusal_in, site_of

ELSEWHERE = "elsewhere.example"


@pytest.fixture(autouse=True)
def kept_to() -> Iterator[None]:
    outgoing.keep_to(["named.example", "*.below.example", "MÜNDE.example"])
    yield
    outgoing.keep_to_none()


def look_up(host: str | bytes | None) -> None:
    """As Python tells it before it looks a name up, without asking anybody."""
    sys.audit("socket.getaddrinfo", host, 443, 0, 0, 0)


CLIENTS: dict[str, Callable[[], object]] = {
    "requests": lambda: requests.get(f"https://{ELSEWHERE}/", timeout=2),
    "urllib, as Slack's": lambda: urllib.request.urlopen(f"https://{ELSEWHERE}/", timeout=2),
    "httpx, as Bluesky's": lambda: httpx.get(f"https://{ELSEWHERE}/", timeout=2),
    "a web socket": lambda: connect(f"wss://{ELSEWHERE}/", open_timeout=2),
    "mail": lambda: smtplib.SMTP(ELSEWHERE, 25, timeout=2),
    "a mailbox": lambda: imaplib.IMAP4(ELSEWHERE, timeout=2),
    "a bare socket": lambda: socket.create_connection((ELSEWHERE, 80), 2),
    "an old lookup": lambda: socket.gethostbyname(ELSEWHERE),
}


@pytest.mark.parametrize("asks", CLIENTS.values(), ids=CLIENTS)
def test_no_client_asks_a_host_that_is_not_on_the_list(
    asks: Callable[[], object], caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        with pytest.raises((OSError, httpx.HTTPError)) as raised:
            asks()
        assert refusal_in(raised.value)
    assert outgoing.refused()[ELSEWHERE] >= 2
    told = [one.getMessage() for one in caplog.records if one.name == "records.outgoing"]
    assert len(told) == 1, "once, and not at every try"
    assert ELSEWHERE in told[0]
    assert "name it under also of [outgoing]" in told[0]


@pytest.mark.parametrize(
    "host",
    ["named.example", "NAMED.example.", b"named.example", "one.below.example",
     "two.one.below.example", "xn--mnde-0ra.example", "localhost", "127.0.0.1", "127.8.8.8", "::1",
     "0.0.0.0", None, "my.localhost"],
)  # fmt: skip
def test_hosts_on_the_list_and_this_machine_are_let_through(host: str | bytes | None) -> None:
    look_up(host)
    assert outgoing.refused() == {}


@pytest.mark.parametrize(
    "host",
    ["below.example", "notbelow.example", "named.example.elsewhere.example", "x.named.example",
     "10.0.0.1", "169.254.169.254", "192.0.2.1", b"elsewhere.example", "fe80::1%eth0"],
)  # fmt: skip
def test_all_others_are_refused(host: str | bytes) -> None:
    with pytest.raises(NotOnTheListError):
        look_up(host)


def test_whoever_judges_each_address_may_look_one_name_up_and_no_other() -> None:
    with outgoing.judged(ELSEWHERE), outgoing.judged(ELSEWHERE):
        look_up(ELSEWHERE)
        with pytest.raises(NotOnTheListError):
            look_up("another.example")
    with pytest.raises(NotOnTheListError):
        look_up(ELSEWHERE)


def test_what_a_service_names_as_its_own_is_added() -> None:
    outgoing.vouched(["keys.example"])
    look_up("keys.example")
    outgoing.keep_to(["named.example"])
    with pytest.raises(NotOnTheListError):
        look_up("keys.example")


def test_without_a_list_nothing_is_refused() -> None:
    outgoing.keep_to_none()
    outgoing.vouched([ELSEWHERE])
    look_up("another.example")


def test_another_fault_is_no_refusal() -> None:
    looped = OSError("one")
    looped.__context__ = looped
    assert refusal_in(looped) is None
    assert refusal_in(None) is None


def test_hosts_are_found_in_addresses_and_nothing_else_of_them() -> None:
    secret = "https://user:pass@Feeds.Example:8443/private/token?key=1"
    assert hosts_of(secret, "mail.example", "", "wss://a.example", "feeds.example") == (
        "feeds.example",
        "mail.example",
        "a.example",
    )
    assert host_of("fd00::5") == "fd00::5"
    assert host_of("http://[fd00::5]:80/") == "fd00::5"
    assert host_of("https://[broken") == ""


def test_a_site_is_reached_with_and_without_www() -> None:
    assert site_of("https://www.forum.example/a") == ("www.forum.example", "forum.example")
    assert site_of("https://forum.example/a") == ("forum.example", "www.forum.example")
    assert site_of("http://127.0.0.1:8/") == ("127.0.0.1",)
    assert site_of("http://192.0.2.1/") == ("192.0.2.1",)
    assert site_of("nothing at all/") == () or is_allowed("localhost", ())
