"""Requests that reach public addresses alone, whatever a page or a name leads to.

Each name is resolved once, every address it stands for is judged, and the connection goes to just
the address that was judged.
"""

import ipaddress
import socket
from collections.abc import Callable, Collection
from contextlib import nullcontext
from http.cookiejar import DefaultCookiePolicy

import requests
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

from monitors.timed import Hurry, Pools, timed_pools
from monitors.web import CappedAdapter, session
from records import outgoing
from records.addresses import innermost, is_public, looked_up

_Judge = Callable[[str, int], list[str]]


class PrivateAddressError(Exception):
    """The name stands for an address inside a private network."""


class PublicAdapter(CappedAdapter):
    """Reads each answer to its end, and connects to no private address."""

    def __init__(
        self,
        deadline_seconds: float,
        most_bytes: int,
        loopback_ports: Collection[int],
        *,
        anywhere: bool = False,
    ) -> None:
        """`loopback_ports`: those of this machine that may be reached after all (tests)."""
        self._loopback_ports = loopback_ports
        self._anywhere = anywhere
        super().__init__(deadline_seconds, most_bytes)

    def init_poolmanager(self, *args: int, **options: object) -> None:
        """As the library does, with connections that judge addresses."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = _pools(
            self._hurry, self._loopback_ports, anywhere=self._anywhere
        )


def public_session(
    *,
    deadline_seconds: float,
    most_bytes: int,
    loopback_ports: Collection[int] = (),
    anywhere: bool = False,
) -> requests.Session:
    """A session of ours that raises PrivateAddressError as well, and keeps no cookies.

    `anywhere`: it follows what was posted, to hosts that are in no settings.
    """
    made = session()
    adapter = PublicAdapter(deadline_seconds, most_bytes, loopback_ports, anywhere=anywhere)
    made.mount("https://", adapter)
    made.mount("http://", adapter)
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    return made


def _pools(hurry: Hurry, loopback_ports: Collection[int], *, anywhere: bool) -> Pools:
    def judged(host: str, port: int) -> list[str]:
        name = looked_up(host)
        with outgoing.judged(name) if anywhere else nullcontext():
            found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
        addresses = [ipaddress.ip_address(entry[4][0]) for entry in found]
        for address in addresses:
            own = innermost(address).is_loopback and port in loopback_ports
            if not (own or is_public(address)):
                raise PrivateAddressError
        return [str(address) for address in addresses]

    class Judging(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _connected(self, judged)

    class JudgingSecurely(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _connected(self, judged)

    return timed_pools(hurry, Judging, JudgingSecurely)


def _connected(
    connection: HTTPConnection, judged: Callable[[str, int], list[str]]
) -> socket.socket:
    try:
        addresses = judged(connection.host, connection.port)
    except outgoing.NotOnTheListError as fault:
        raise NewConnectionError(connection, "It is not on the list.") from fault
    except (OSError, UnicodeError) as fault:
        raise NameResolutionError(connection.host, connection, socket.gaierror()) from fault
    for address in addresses:
        try:
            with outgoing.judged(address):
                return create_connection(
                    (address, connection.port),
                    connection.timeout,
                    source_address=connection.source_address,
                    socket_options=connection.socket_options,
                )
        except OSError:
            continue
    raise NewConnectionError(connection, "No address of it answers.")
