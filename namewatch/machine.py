"""What the console's status page is told of the machine: what `doctor` finds, and a few facts."""

import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from sqlalchemy.engine import make_url

from console.health import Checked, Fact, Machine
from console.status_words import size_words
from console.words import moment_words
from namewatch.bootstrap import Built
from namewatch.doctor import LEAST_FREE_BYTES, looks
from namewatch.reaches import reaches_of
from namewatch.version import version
from workflows.services import Services

WITHOUT = frozenset({"record"})
"""What names incidents; the page counts instead."""
KEYS = {"vault.key": "Vault key", "working.key": "Working key", "pepper": "Key of the audit trail"}


def machine_of(built: Built) -> Machine:
    """How the console asks after this machine."""
    return Machine(check=lambda: tuple(_checked(built)), facts=lambda: tuple(facts(built)))


def facts(built: Built) -> Iterator[Fact]:
    """Version, clock, space and ages; nothing that takes longer than a moment."""
    services, settings = built.services, built.settings
    zone = services.organisation.calendar.zone
    yield Fact("Version", version())
    yield Fact("Clock", f"{moment_words(services.now(), zone)} ({zone.key})")
    yield _database(settings.database)
    places: dict[str, Path] = {"Free space": settings.home}
    if services.store is None:
        places["Free space for evidence"] = services.evidence_folder
    for name, folder in places.items():
        free = shutil.disk_usage(folder).free
        short = free < LEAST_FREE_BYTES
        fault = "Make space: what is found could not be kept." if short else ""
        yield Fact(name, size_words(free), fault)
    for file, name in KEYS.items():
        key = settings.keys_folder / file
        if key.exists():
            made = datetime.fromtimestamp(key.stat().st_mtime, UTC)
            yield Fact(name, f"Written on {moment_words(made, zone)}")
    if authority := services.sealer.authority:
        yield _certificates(authority.certificates, services.now())
    yield _tests(services)
    yield Fact("Backups", "Not made by namewatch. Whoever makes them should try one now and then.")


def _tests(services: Services) -> Fact:
    """How many have said that a test alert has reached them, by each channel."""
    reaches = reaches_of(services)
    open_ones = sum(not one.confirmed for one in reaches)
    fault = "Send tests under Set-up, and ask each reader to press the button." if open_ones else ""
    return Fact("Test alerts", f"{len(reaches) - open_ones} of {len(reaches)} confirmed", fault)


def _checked(built: Built) -> Sequence[Checked]:
    return [
        Checked(one.subject, one.fault or "", one.advice or "")
        for one in looks(built, without=WITHOUT)
    ]


def _database(url: str) -> Fact:
    place = make_url(url)
    if place.get_backend_name() != "sqlite" or not place.database:
        return Fact("Database", "On a server of its own")
    file = Path(place.database)
    files = (file, file.with_name(f"{file.name}-wal"))
    return Fact("Database", size_words(sum(one.stat().st_size for one in files if one.exists())))


def _certificates(pem: bytes, now: datetime) -> Fact:
    """When the first of the time-stamp authority's certificates runs out."""
    ends = min(one.not_valid_after_utc for one in x509.load_pem_x509_certificates(pem))
    fault = "It has run out: set the new one under tsa_certificate." if ends <= now else ""
    return Fact("Time-stamp certificate", f"Runs until {ends:%-d %B %Y}", fault)
