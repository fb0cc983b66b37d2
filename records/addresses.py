"""Web addresses: which are ones at all, which are on this machine, and which are out in public."""

import contextlib
import ipaddress
from urllib.parse import SplitResult, urlsplit

NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def web_address(url: str) -> SplitResult | None:
    """The parts of `url`, or None when it is no plain address of a web server."""
    try:
        parts = urlsplit(url)
        fit = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if fit and parts.username is None else None


def loopback_port(parts: SplitResult) -> int | None:
    """The address's own port when it is on this machine: the only loopback port let through."""
    with contextlib.suppress(ValueError):
        name = parts.hostname or ""
        if name == "localhost" or ipaddress.ip_address(name).is_loopback:
            return parts.port or {"http": 80, "https": 443}[parts.scheme]
    return None


def innermost(address: Address) -> Address:
    """The IPv4 address that an IPv6 address merely carries, or the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    carried = address.ipv4_mapped or address.sixtofour
    return carried or address


def is_public(address: Address) -> bool:
    """Whether `address` is out on the public internet, by every reading of it."""
    inner = innermost(address)
    if isinstance(inner, ipaddress.IPv6Address) and (inner.teredo or inner.is_site_local):
        return False
    odd = inner.is_multicast or inner.is_reserved or inner.is_unspecified
    return inner.is_global and not odd


def looked_up(host: str) -> str:
    """The name to resolve; localhost is this machine, whatever a resolver says (RFC 6761)."""
    name = host.lower().rstrip(".")
    return "127.0.0.1" if name == "localhost" or name.endswith(".localhost") else host
