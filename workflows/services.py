"""What the workflows work with, chosen once at start by `namewatch.bootstrap`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from alerts.channel import Channel
from alerts.order import AT_ONCE
from evidence.seal import Sealer
from evidence.storage import FolderStorage, Storage
from evidence.vault import PublicKeys, WorkingKey
from policies.pack import Pack
from records.clock import utc_now
from records.errors import NamewatchError
from records.organisation import Organisation
from records.roster import Roster


def _none_kept(_name: str, _version: str) -> Pack | None:
    return None


@dataclass(eq=False)
class Services:
    """Everything that the workflows need; they hold public keys and the working key only.

    Organisation, roster and pack are renewed while the service runs; the rest stays.
    """

    database: Engine
    organisation: Organisation
    roster: Roster
    pack: Pack
    channels: Mapping[str, Channel]
    public_keys: PublicKeys
    working_key: WorkingKey
    sealer: Sealer
    evidence_folder: Path
    console_url: str
    browser: Path | None = None
    allow_loopback: bool = False
    store: Storage | None = None
    """Where evidence lies when it isn't the folder."""
    now: Callable[[], datetime] = field(default=utc_now)
    at_once: tuple[str, ...] = AT_ONCE
    """The channels by which people are told first; the others stand by."""

    edition: Callable[[str, str], Pack | None] = _none_kept
    """The pack of a name and version, as it was in force."""

    def renew(self, organisation: Organisation, roster: Roster, pack: Pack) -> None:
        """Go by these from now on."""
        self.organisation, self.roster, self.pack = organisation, roster, pack

    def pack_for(self, name: str, version: str) -> Pack:
        """The rules under which an incident was opened, as they were then; else those of today."""
        if (name, version) == (self.pack.name, self.pack.version):
            return self.pack
        return self.edition(name, version) or self.pack

    @property
    def storage(self) -> Storage:
        """Where evidence lies."""
        return self.store or FolderStorage(self.evidence_folder)

    def record_link(self, reference: str) -> str:
        """Where people open an incident's record."""
        return f"{self.console_url}/r/{reference}"


class NotInstalledError(NamewatchError):
    """The workflows were used before `install` gave them their services."""


_installed: list[Services] = []


def install(services: Services) -> None:
    """Give the workflows of this program their services."""
    _installed[:] = [services]


def services() -> Services:
    """The services of this program; workflows get only references, so they ask here."""
    if not _installed:
        raise NotInstalledError
    return _installed[0]
