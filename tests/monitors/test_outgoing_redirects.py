"""A redirect that leaves the hosts of the settings is refused, and the sentence says which host."""

import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from monitors.errors import SourceError
from monitors.public_web import PrivateAddressError, public_session
from monitors.web import ask, session, trouble
from records import outgoing
from tests.servers.web import Answer, WebRequest, WebServer

ELSEWHERE = "elsewhere.example"


class SendsAway(WebServer):
    """Sends everybody to another host, with what they asked for."""

    def requests(self) -> type[WebRequest]:
        class Request(WebRequest):
            def get(self) -> None:
                address = f"https://{ELSEWHERE}/private?token=canary"
                self.say(Answer(status=302, headers={"Location": address}))

        return Request


@pytest.fixture(autouse=True)
def kept_to() -> Iterator[None]:
    outgoing.keep_to(["named.example"])
    yield
    outgoing.keep_to_none()


def test_a_feed_that_leads_to_another_host_is_not_followed_and_the_host_is_named() -> None:
    with SendsAway() as there, session() as asking, pytest.raises(SourceError) as raised:
        ask("Feed 1", asking, there.url)
    assert raised.value.again, "it may lead back tomorrow"
    assert str(raised.value).startswith(f"Feed 1 leads elsewhere: {ELSEWHERE} is not among")
    assert "[outgoing]" in str(raised.value)
    assert "canary" not in str(raised.value)


def found_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name stands for an address inside; Python asks its hooks first, as it always does."""

    def answer(host: str, port: int, **_: Any) -> list[Any]:
        sys.audit("socket.getaddrinfo", host, port, 0, 0, 0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)


def test_a_page_of_the_settings_is_kept_to_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    found_inside(monkeypatch)
    with public_session(deadline_seconds=2, most_bytes=100) as asking:
        with pytest.raises(requests.RequestException) as raised:
            asking.get(f"https://{ELSEWHERE}/")
        assert ELSEWHERE in str(trouble("Page 1", raised.value))
        with pytest.raises(PrivateAddressError):
            asking.get("https://named.example/")


def test_what_was_posted_is_followed_anywhere_but_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    found_inside(monkeypatch)
    asking = public_session(deadline_seconds=2, most_bytes=100, anywhere=True)
    with asking, pytest.raises(PrivateAddressError):
        asking.get(f"https://{ELSEWHERE}/")
    assert outgoing.refused() == {}
