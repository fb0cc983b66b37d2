import asyncio
import ipaddress
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from evidence.guard import BROWSERS_OWN, Guard
from tests.servers.site import Canary, Site

LOOPBACK_SPELLINGS = [
    "127.0.0.1",
    "2130706433",
    "0x7f.1",
    "0x7f000001",
    "017700000001",
    "127.1",
    "0",
    "[::ffff:127.0.0.1]",
    "[::1]",
    "[::]",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "anything.localhost",
    "0177.0.0.1",
    "0x7f.0x0.0x0.0x1",
    "127.0.1",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
]


@pytest.mark.parametrize("host", LOOPBACK_SPELLINGS)
@pytest.mark.parametrize("tunnel", [True, False])
def test_no_spelling_of_loopback_gets_through(canary: Canary, host: str, tunnel: bool) -> None:
    answer, guard = _through_guard(_request(host, canary.port, tunnel=tunnel))
    assert answer == b""
    assert guard.refused == {
        host.strip("[]").lower(): "It led to an address inside a private network."
    }
    assert canary.hits == 0


@pytest.mark.parametrize("host", ["169.254.169.254", "10.0.0.1", "[fe80::1]", "100.64.0.1"])
def test_no_inner_network_gets_through(host: str) -> None:
    answer, guard = _through_guard(_request(host, 80, tunnel=True))
    assert answer == b""
    assert "private network" in guard.refused[host.strip("[]")]


def test_the_one_loopback_port_allowed_is_reached(site: Site) -> None:
    answer, _ = _through_guard(
        _request("127.0.0.1", site.port, tunnel=False), Guard(loopback_port=site.port)
    )
    assert answer.startswith(b"HTTP/1.0 200")
    assert site.visits == ["/post"]


def test_a_tunnel_to_the_allowed_port_carries_both_ways(site: Site) -> None:
    inner = b"GET /post HTTP/1.0\r\n\r\n"
    answer, _ = _through_guard(
        _request("127.0.0.1", site.port, tunnel=True) + inner, Guard(loopback_port=site.port)
    )
    assert answer.startswith(b"HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.0 200")


def test_another_loopback_port_stays_closed(site: Site, canary: Canary) -> None:
    answer, _ = _through_guard(
        _request("127.0.0.1", canary.port, tunnel=True), Guard(loopback_port=site.port)
    )
    assert answer == b""
    assert canary.hits == 0


def test_one_private_answer_among_public_ones_closes_the_name(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    _resolve_to(monkeypatch, ["1.1.1.1", "127.0.0.1"])
    answer, guard = _through_guard(_request("two-faced.example", canary.port, tunnel=True))
    assert answer == b""
    assert "private network" in guard.refused["two-faced.example"]
    assert canary.hits == 0


def test_a_name_is_resolved_once_and_its_address_kept(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _resolve_to(monkeypatch, ["127.0.0.1"])
    _through_guard(
        _request("rebinding.example", site.port, tunnel=False), Guard(loopback_port=site.port)
    )
    assert asked == ["rebinding.example"]
    assert site.visits == ["/post"]


@pytest.mark.parametrize("host", sorted(BROWSERS_OWN))
def test_the_browser_does_not_call_home(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _resolve_to(monkeypatch, ["1.1.1.1"])
    assert _through_guard(_request(host, 443, tunnel=True))[0] == b""
    assert asked == []


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"POST http://127.0.0.1:PORT/post HTTP/1.1\r\n\r\n",
        b"GET /post HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
        b"GET ftp://127.0.0.1:PORT/post HTTP/1.1\r\n\r\n",
        b"CONNECT 127.0.0.1:99999 HTTP/1.1\r\n\r\n",
        b"CONNECT :PORT HTTP/1.1\r\n\r\n",
        b"CONNECT\r\n\r\n",
        b"\r\n\r\n",
        b"GET http://[127.0.0.1:PORT/ HTTP/1.1\r\n\r\n",
        b"x" * 100_000,
    ],
)
def test_what_is_no_plain_request_is_hung_up_on(site: Site, request_bytes: bytes) -> None:
    asked = request_bytes.replace(b"PORT", str(site.port).encode())
    assert _through_guard(asked, Guard(loopback_port=site.port))[0] == b""
    assert site.visits == []


def test_only_so_many_bytes_pass(site: Site) -> None:
    answer, guard = _through_guard(
        _request("127.0.0.1", site.port, tunnel=False),
        Guard(loopback_port=site.port, max_bytes=100),
    )
    assert len(answer) <= 100
    assert guard.refused["*"] == "The page was larger than the limit."


def test_a_client_that_says_nothing_is_hung_up_on() -> None:
    assert _through_guard(b"GET", Guard(connect_seconds=0.1))[0] == b""


def _request(host: str, port: int, *, tunnel: bool) -> bytes:
    if tunnel:
        return f"CONNECT {host}:{port} HTTP/1.1\r\n\r\n".encode()
    return f"GET http://{host}:{port}/post HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()


def _through_guard(request: bytes, guard: Guard | None = None) -> tuple[bytes, Guard]:
    used = guard or Guard()

    async def ask() -> bytes:
        async with used, asyncio.timeout(20):
            port = urlsplit(used.address).port
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            try:
                return await reader.read()
            except ConnectionResetError:
                return b""
            finally:
                writer.close()

    return asyncio.run(ask()), used


def _resolve_to(monkeypatch: pytest.MonkeyPatch, addresses: list[str]) -> list[str]:
    """Let every name that is no address resolve to `addresses`; returns the names asked for."""
    asked: list[str] = []
    real: Callable[..., Any] = asyncio.BaseEventLoop.getaddrinfo

    async def answer(self: asyncio.BaseEventLoop, host: str, port: int, **about: int) -> Any:
        try:
            ipaddress.ip_address(host)
        except ValueError:
            asked.append(host)
            return [(2, 1, 6, "", (address, port)) for address in addresses]
        return await real(self, host, port, **about)

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", answer)
    return asked
