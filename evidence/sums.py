"""SHA256SUMS: what is in a bundle, as `sha256sum -c` reads it."""

import hashlib
from collections.abc import Mapping

SUMS = "SHA256SUMS"
SIGNATURE = "SHA256SUMS.sig"
TOKEN = "SHA256SUMS.tsr"  # noqa: S105 - a file's name
TOKEN_SIGNATURE = "SHA256SUMS.tsr.sig"  # noqa: S105
OVER_SUMS = frozenset({SUMS, SIGNATURE, TOKEN, TOKEN_SIGNATURE})
"""What speaks for the sums and so can't be listed in them."""


def sums_of(content: Mapping[str, bytes]) -> bytes:
    """The bytes of SHA256SUMS for these files."""
    lines = (f"{_sha256(content[name])}  {name}\n" for name in sorted(content))
    return "".join(lines).encode()


def check_sums(content: Mapping[str, bytes]) -> list[str]:
    """What SHA256SUMS and the other files disagree about."""
    try:
        lines = content[SUMS].decode().splitlines()
        listed = {name: sum_ for sum_, name in (line.split("  ", 1) for line in lines)}
    except (KeyError, ValueError):
        return ["SHA256SUMS is missing or unreadable."]
    names = content.keys() - OVER_SUMS
    faults = [f"{name} is not in SHA256SUMS." for name in sorted(names - listed.keys())]
    faults += [f"{name} is missing." for name in sorted(listed.keys() - names)]
    changed = [n for n in sorted(names & listed.keys()) if _sha256(content[n]) != listed[n]]
    return faults + [f"{name} is not as it was sealed." for name in changed]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
