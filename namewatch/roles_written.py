"""Write who holds which role into organisation.toml, and leave all else in it as it is."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from namewatch.init import write_whole
from namewatch.new_body_files import listed
from records.errors import ConfigurationError

_HEADER = re.compile(r"\s*\[roles\]\s*(#.*)?")
_NEXT = re.compile(r"\s*\[")
_BY_HAND = "the table [roles] can't be changed from here; change it in the file by hand."


def write_roles(file: Path, roles: Mapping[str, tuple[str, ...]]) -> None:
    """Replace the table; raises ConfigurationError, and then nothing has changed."""
    before = file.read_text("utf-8")
    after = with_roles(before, roles)
    try:
        was, now = tomllib.loads(before), tomllib.loads(after)
    except tomllib.TOMLDecodeError:
        raise ConfigurationError(_BY_HAND, file=file) from None
    wanted = {role: list(held) for role, held in roles.items() if held}
    if now.pop("roles") != wanted or now != {k: v for k, v in was.items() if k != "roles"}:
        raise ConfigurationError(_BY_HAND, file=file)
    write_whole(file, after)


def with_roles(text: str, roles: Mapping[str, tuple[str, ...]]) -> str:
    """The text with these roles; comments in the table stay."""
    lines = text.splitlines()
    begins = next((at for at, line in enumerate(lines) if _HEADER.fullmatch(line)), None)
    fresh = [f"{role} = {listed(held)}" for role, held in roles.items() if held]
    if begins is None:
        return "\n".join([*lines, "", "[roles]", *fresh, ""])
    ends = begins + 1
    kept: list[str] = []
    while ends < len(lines) and not _NEXT.match(lines[ends]):
        ends = _after(lines, ends, kept)
    return "\n".join([*lines[: begins + 1], *fresh, *kept, *lines[ends:], ""])


def _after(lines: list[str], at: int, kept: list[str]) -> int:
    """The line after the setting that begins at `at`, which may go over several; comments stay."""
    if not lines[at].strip() or lines[at].lstrip().startswith("#"):
        kept.append(lines[at])
        return at + 1
    for end in range(at + 1, len(lines) + 1):
        try:
            tomllib.loads("\n".join(lines[at:end]))
        except tomllib.TOMLDecodeError:
            continue
        return end
    return at + 1
