"""Choose which classes meet which, from the settings."""

from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine

from alerts.channel import Channel
from alerts.order import tells
from alerts.registry import build_channels
from casework.audit_chain import keep_chain
from evidence.browser import find_browser
from evidence.seal import ensure_seal_key, read_sealer
from evidence.stamp import Authority, read_authority
from evidence.storage import FolderStorage, Storage
from evidence.vault import WorkingKey, read_public_keys
from monitors.ledger import share
from monitors.registry import build
from monitors.source import Source
from namewatch.channel_values import channel_values
from namewatch.configuration import Configuration, read_configuration
from namewatch.editions import Archive, in_force
from namewatch.ports import free_port
from namewatch.settings import Settings
from records.database import migrate, open_database
from records.errors import ConfigurationError
from workflows.ledger import SharedLedger
from workflows.services import Services

SESSIONS = "sessions"
"""The folder of what sources keep for themselves: as secret as settings.toml, and beside it."""


@dataclass(frozen=True)
class Built:
    """Settings and configuration, read and made into working parts."""

    settings: Settings
    configuration: Configuration
    services: Services


def read_all(settings: Settings, *, tells: bool = True) -> Built:
    """Read configuration and keys and open the database; raises ConfigurationError.

    `tells`: whether anybody will be told anything, so that there must be a way to do it.
    """
    settings = _with_port(settings)
    configuration = read_in_force(settings)
    public_keys = read_public_keys(settings.keys_folder)
    working_key = WorkingKey(settings.keys_folder)
    ensure_seal_key(settings.keys_folder)
    database = open_database(settings.database)
    migrate(database)
    keep_chain(database, public_keys.pepper)
    _make_evidence_folder(settings.evidence_folder)
    services = Services(
        database=database,
        organisation=configuration.organisation,
        roster=configuration.roster,
        pack=configuration.pack,
        channels=channels_of(settings, configuration, public_keys.pepper) if tells else {},
        at_once=settings.alerts.at_once,
        public_keys=public_keys,
        working_key=working_key,
        sealer=read_sealer(settings.keys_folder, authority_of(settings)),
        evidence_folder=settings.evidence_folder,
        store=storage_of(settings) if settings.evidence.store else None,
        console_url=console_url(settings),
        browser=find_browser(settings.capture.browser),
        allow_loopback=settings.capture.allow_loopback,
        edition=Archive(settings.home).pack,
    )
    return Built(settings, configuration, services)


def read_in_force(settings: Settings) -> Configuration:
    """Read the body's files; the edition of the policy that comes into force is kept."""
    held = read_configuration(settings)
    return replace(held, pack=in_force(settings.home, held.pack, held.organisation.policy))


def authority_of(settings: Settings) -> Authority | None:
    """The time-stamp authority that is set, if one is."""
    evidence = settings.evidence
    if not evidence.tsa_url:
        return None
    assert evidence.tsa_certificate
    return read_authority(evidence.tsa_url, evidence.tsa_certificate)


def storage_of(settings: Settings) -> Storage:
    """Where evidence lies: the folder, or the store that is set."""
    evidence = settings.evidence
    if not evidence.store:
        return FolderStorage(settings.evidence_folder)
    from evidence.storage_s3 import S3Place, S3Storage  # noqa: PLC0415 - half a second, and 30 MB

    place = S3Place(
        url=evidence.store,
        endpoint=evidence.endpoint,
        region=evidence.region,
        access_key=evidence.access_key.get_secret_value(),
        secret_key=evidence.secret_key.get_secret_value(),
    )
    return S3Storage(place)


def _make_evidence_folder(folder: Path) -> None:
    """At the start, where it can be told, rather than when the first evidence is to be kept."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"the folder for evidence can't be made ({error.strerror}).", file=folder
        ) from None


def _with_port(settings: Settings) -> Settings:
    """Port 0 means any free one; it has to be known before the first link is written."""
    if settings.console.port:
        return settings
    console = settings.console.model_copy(update={"port": free_port()})
    return settings.model_copy(update={"console": console})


def console_url(settings: Settings) -> str:
    """The address under which people reach the console."""
    console = settings.console
    return (console.url or f"http://{console.host}:{console.port}").rstrip("/")


def channels_of(
    settings: Settings, configuration: Configuration, pepper: bytes
) -> dict[str, Channel]:
    """The channels that are set up; raises ConfigurationError when there is none."""
    channels = build_channels(channel_values(settings, configuration, pepper))
    if not any(tells(name) for name in channels):
        raise ConfigurationError(
            "no way to tell anybody is set up; fill in [mail], [slack], [notify] or [teams].",
            file=settings.home / "settings.toml",
        )
    return channels


def sources_of(settings: Settings, database: Engine | None = None) -> list[Source]:
    """The sources that are to be watched; raises ConfigurationError for a wrong kind or option.

    With the database they count there what a day may cost, together with other processes.
    """
    try:
        sources = [build(one.kind, one.title, one.options) for one in settings.sources]
    except ConfigurationError as fault:
        raise ConfigurationError(str(fault), file=settings.home / "settings.toml") from None
    for source in sources:
        if keep_secrets_in := getattr(source, "keep_secrets_in", None):
            keep_secrets_in(settings.home / SESSIONS)
    if database is not None:
        share(SharedLedger(database), sources)
    return sources
