"""What the `namewatch keys` commands do: change a key file, then wrap every record's key anew."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pyrage import x25519

from casework.audit import note
from evidence import key_change
from evidence.key_files import check_private
from evidence.seal import fingerprint, signers_in
from evidence.vault import read_people, read_public_keys
from namewatch.bootstrap import storage_of
from namewatch.casebook import database_of
from namewatch.configuration import read_configuration
from namewatch.settings import Settings, home_in_use, read_settings
from records.audit import MACHINE
from records.clock import utc_now
from records.database import transaction
from records.errors import ConfigurationError
from workflows.rewrap import wrap_all_anew

Counts = tuple[int, int]
"""How many record keys were wrapped anew, and how many nobody here can open."""


def lines() -> Iterator[str]:
    """Each key: which, since when, its public half."""
    settings = read_settings(home_in_use())
    folder = settings.keys_folder
    keys = read_public_keys(folder)
    roster = read_configuration(settings).roster
    yield f"vault     {_since(folder / 'vault.pub')}  {keys.vault}"
    yield f"recovery  {_since(folder / 'recovery.pub')}  {keys.recovery}"
    yield f"working   {_since(folder / 'working.pub')}  {keys.working}"
    for signer in signers_in(folder):
        shown = f"{signer.since:%Y-%m-%d}" if signer.since else "          "
        ended = "" if signer.whose.endswith("seal.pub") else "  (signs no more)"
        yield f"signing   {shown}  SHA-256 {fingerprint(signer.key)}{ended}"
    for staff_id, public in read_people(folder).items():
        gone = "" if staff_id in roster else "  (not in the roster any more)"
        since = _since(folder / "people" / f"{staff_id}.pub")
        yield f"person    {since}  {public}  {staff_id}{gone}"
    if key_change.is_under_way(folder):
        yield "A change of keys was broken off: run `namewatch keys rotate` to finish it."


def rotate_vault(by: str | None) -> Counts:
    """A new vault key, or the rest of a change that was broken off."""
    with _changing(by, "vault key rotated") as (settings, wrap):
        key_change.replace_vault_key(settings.keys_folder)
        return wrap([])


def rotate_recovery(by: str | None, show_once: Callable[[str], None]) -> Counts:
    """A new recovery key; it is shown before anything is wrapped for it."""
    with _changing(by, "recovery key rotated") as (settings, wrap):
        show_once(key_change.replace_recovery_key(settings.keys_folder))
        return wrap([])


def rotate_signing(by: str | None) -> None:
    """A new signing key; nothing has to be wrapped."""
    with _changing(by, "signing key rotated") as (settings, _):
        key_change.replace_signing_key(settings.keys_folder)


def recover(recovery_key: str, by: str | None) -> Counts:
    """A new vault key, with the recovery key in the place of a lost one."""
    with _changing(by, "vault key recovered") as (settings, wrap):
        recovery = key_change.read_recovery_key(settings.keys_folder, recovery_key)
        key_change.replace_vault_key(settings.keys_folder)
        return wrap([recovery])


def add(staff_id: str, key: str, by: str | None) -> Counts:
    """Wrap for a person as well."""
    with _changing(by, "person's key added", staff_id) as (settings, wrap):
        if staff_id not in read_configuration(settings).roster:
            raise ConfigurationError(
                f"staff_id {staff_id} is not in the roster.", file=settings.roster_file
            )
        key_change.add_person(settings.keys_folder, staff_id, key)
        return wrap([])


def remove(staff_id: str, by: str | None) -> Counts:
    """Wrap for a person no more."""
    with _changing(by, "person's key removed", staff_id) as (settings, wrap):
        key_change.remove_person(settings.keys_folder, staff_id)
        return wrap([])


Wrap = Callable[[Sequence[x25519.Identity]], Counts]


@contextmanager
def _changing(
    by: str | None, action: str, staff_id: str | None = None
) -> Iterator[tuple[Settings, Wrap]]:
    """Alone with the keys; afterwards the audit trail says who did what."""
    settings = read_settings(home_in_use())
    folder = settings.keys_folder
    check_private(folder, "chmod 700")
    database, storage = database_of(settings), storage_of(settings)
    counts = {"records": 0, "shut": 0}

    def wrap(holders: Sequence[x25519.Identity]) -> Counts:
        found = wrap_all_anew(database, storage, folder, holders)
        counts.update(records=found.done, shut=found.shut)
        return found.done, found.shut

    with key_change.alone_with(folder):
        yield settings, wrap
        actor = by or settings.acting_as or MACHINE
        about: dict[str, object] = {**counts, **({"staff_id": staff_id} if staff_id else {})}
        with transaction(database) as session:
            note(session, action, actor=actor, now=utc_now(), about=about)


def _since(file: Path) -> str:
    return f"{datetime.fromtimestamp(file.stat().st_mtime, UTC):%Y-%m-%d}"
