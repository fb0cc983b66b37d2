"""Web addresses as posts give them: which are ones at all, and which are on this machine."""

import contextlib
import ipaddress
from urllib.parse import SplitResult, urlsplit


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
