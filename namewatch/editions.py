"""Editions of the policy pack: each is kept, so that an incident goes on under the one it began."""

import hashlib
import logging
import re
from pathlib import Path

from policies.pack import Pack
from policies.pack_file import pack_file, read_pack_file
from records.errors import ConfigurationError

_ODD = re.compile(r"[^\w.+-]")
log = logging.getLogger(__name__)


def in_force(home: Path, pack: Pack, policy: str) -> Pack:
    """The pack under a version of its own: one that changed without a new version gets a suffix.

    Its text is kept in `home`, whatever becomes of the file it was read from.
    """
    with pack_file(policy, home) as file:
        content = file.read_bytes()
    folder = home / "policies"
    kept = _kept(folder, pack)
    if kept.exists() and kept.read_bytes() != content:
        suffix = hashlib.sha256(content).hexdigest()[:8]
        pack = pack.model_copy(update={"version": f"{pack.version}+{suffix}"})
        kept = _kept(folder, pack)
    if not kept.exists():
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            part = kept.with_suffix(".part")
            part.write_bytes(content)
            part.replace(kept)
        except OSError as error:
            raise ConfigurationError(
                f"the policy in force can't be kept here ({error.strerror}).", file=folder
            ) from None
    return pack


def _kept(folder: Path, pack: Pack) -> Path:
    return folder / f"{pack.name}~{_ODD.sub('_', pack.version)}.toml"


class Archive:
    """The editions that are kept; each is read once."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._read: dict[tuple[str, str], Pack | None] = {}

    def pack(self, name: str, version: str) -> Pack | None:
        """That edition; None when it isn't kept or can't be read any more."""
        if (name, version) not in self._read:
            self._read[name, version] = self._look(name, version)
        return self._read[name, version]

    def _look(self, name: str, version: str) -> Pack | None:
        file = self._home / "policies" / f"{name}~{_ODD.sub('_', version)}.toml"
        try:
            return read_pack_file(file).model_copy(update={"version": version})
        except ConfigurationError:
            log.warning("an earlier edition of the policy can't be read any more")
            return None
