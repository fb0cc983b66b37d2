"""Where namewatch goes out to: a list of hosts that is kept to whatever library asks.

Python tells a hook of every name before it is looked up. Once there is a list, a name that is not
on it is refused there, in each client alike: requests, the platforms' own ones, mail. This machine
is always reached. What a post or a page leads to is looked up by guards that judge each address
themselves; they say so by `judged`. What asks past Python (a database's own client, the browser)
is not seen here.
"""

import ipaddress
import logging
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_LOOKUPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
_ANY = "*."
_log = logging.getLogger(__name__)


class NotOnTheListError(OSError):
    """This host is not on the list of those that may be asked."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"{host} is not among the hosts of settings.toml, so it was not asked. If it belongs"
            " there, name it under also of [outgoing]."
        )
        self.host = host


@dataclass
class _State:
    """Of this process."""

    allowed: frozenset[str] | None = None
    """None: there is no list yet, and nothing is refused."""
    hooked: bool = False
    judged: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)


_state = _State()


def keep_to(hosts: Iterable[str]) -> None:
    """From now on only these are reached, and this machine; `*.example` stands for all below it."""
    with _state.lock:
        _state.allowed = frozenset(_plain(one) for one in hosts)
        _state.refused.clear()
        if not _state.hooked:
            sys.addaudithook(_look)
            _state.hooked = True


def keep_to_none() -> None:
    """Let everything through again: the service has ended."""
    with _state.lock:
        _state.allowed = None


def vouched(hosts: Iterable[str]) -> None:
    """Add what a service on the list names as its own, such as an identity provider's addresses."""
    with _state.lock:
        if _state.allowed is not None:
            _state.allowed |= {_plain(one) for one in hosts}


def refused() -> dict[str, int]:
    """Which hosts were refused since the list was made, and how often."""
    with _state.lock:
        return dict(_state.refused)


@contextmanager
def judged(host: str) -> Iterator[None]:
    """Whoever looks this name up meanwhile judges each address that it stands for."""
    name = _plain(host)
    with _state.lock:
        _state.judged[name] += 1
    try:
        yield
    finally:
        with _state.lock:
            _state.judged[name] -= 1


def is_allowed(host: str, allowed: Iterable[str]) -> bool:
    """Whether `host` is this machine or on the list."""
    name, names = _plain(host), set(allowed)
    above = name.split(".")
    wider = {_ANY + ".".join(above[at:]) for at in range(1, len(above))}
    return _is_here(name) or name in names or bool(wider & names)


def host_of(address: str) -> str:
    """The host of an address, or of one given by name alone; empty when it has none."""
    try:
        return str(ipaddress.ip_address(address.strip("[]")))
    except ValueError:
        pass
    try:
        return _plain(urlsplit(address if "//" in address else f"//{address}").hostname or "")
    except ValueError:
        return ""


def hosts_of(*addresses: str) -> tuple[str, ...]:
    """The host of each address that has one, once, in order."""
    return tuple(dict.fromkeys(one for one in map(host_of, addresses) if one))


def site_of(address: str) -> tuple[str, ...]:
    """The host of a site with and without www: sites send from one to the other."""
    host = host_of(address)
    if not host or _is_here(host) or host.replace(".", "").isdigit():
        return (host,) if host else ()
    return (host, host.removeprefix("www.") if host.startswith("www.") else f"www.{host}")


def refusal_in(fault: BaseException | None) -> NotOnTheListError | None:
    """What a library's own error was caused by, if it was this."""
    waiting, seen = [fault], set[int]()
    while waiting:
        one = waiting.pop()
        if isinstance(one, NotOnTheListError):
            return one
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            waiting += [one.__cause__, one.__context__, getattr(one, "reason", None)]
            waiting += [part for part in one.args if isinstance(part, BaseException)]
    return None


def _look(event: str, given: tuple[object, ...]) -> None:
    if event in _LOOKUPS and _state.allowed is not None:
        host = given[0]
        name = _plain(host.decode("ascii", "replace") if isinstance(host, bytes) else str(host))
        if host is not None and not _state.judged[name] and not is_allowed(name, _state.allowed):
            _refuse(name)


def _refuse(name: str) -> None:
    fault = NotOnTheListError(name)
    with _state.lock:
        _state.refused[name] += 1
        first = _state.refused[name] == 1
    if first:
        _log.error("%s", fault)
    raise fault


def _is_here(name: str) -> bool:
    if name in {"", "localhost"} or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _plain(host: str) -> str:
    """As hosts are compared: small letters, as the network writes them."""
    name = host.strip().strip("[]").rstrip(".").lower()
    try:
        return name if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        return name
