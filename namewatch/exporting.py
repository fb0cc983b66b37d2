"""`namewatch export`: a record's sealed bundles for somebody outside, as they are."""

import hashlib
from importlib import resources
from pathlib import Path

from casework.errors import KeyDestroyedError
from casework.permissions import Action, check_may, standing
from evidence.bundle import KEY_FILE, KEY_PUBLIC, WARNING
from evidence.storage import BUNDLE_END, Storage, make_private_folder, write_new
from namewatch.bootstrap import storage_of
from namewatch.casebook import database_of, incident_called, read_home, who_acts
from namewatch.erasing import coded_why
from records.clock import utc_now
from records.custody import OPENING, Act
from records.database import transaction
from records.errors import NamewatchError
from records.record_key import RecordKey
from workflows.custody import note_custody

PAGE = "HOW-TO-VERIFY.md"


def export(reference: str, to: Path, why: str, by: str | None) -> str:
    """Copy in the name of `by`, once it stands in the custody log; what to tell."""
    settings, configuration = read_home()
    storage = storage_of(settings)
    now = utc_now()
    actor, employed = who_acts(settings, configuration, by, now, "export")
    with transaction(database_of(settings)) as session:
        incident = incident_called(session, reference)
        check_may(standing(session, incident, actor, employed=employed), Action.EXPORT)
        key = session.get(RecordKey, incident.key_id)
        if key is None or key.wrapped is None:
            raise KeyDestroyedError
        names = _sealed(storage, reference)
        code = coded_why(session, incident, why, OPENING)
        note_custody(session, Act.EXPORTED, actor=actor, why=code, now=now, reference=reference)
    folder = to / f"{WARNING}_{reference}"
    _copy(storage, reference, names, folder)
    copied = sum(name.endswith(BUNDLE_END) for name in names)
    return (
        f"{reference}: {copied} sealed bundles copied to {folder}, with their key (sealed) and"
        f" {PAGE}. It stands in the custody log."
    )


def _sealed(storage: Storage, reference: str) -> list[str]:
    """The files of a record that are sealed, and those that check them."""
    names = [
        name
        for name in storage.names(reference)
        if name.endswith((BUNDLE_END, ".json", ".tsr", ".tsr.sig"))
        or name in {KEY_FILE, KEY_PUBLIC}
    ]
    if not any(name.endswith(BUNDLE_END) for name in names):
        raise NamewatchError(f"{reference}: nothing is sealed yet, so there is nothing to export.")
    return names


def _copy(storage: Storage, reference: str, names: list[str], folder: Path) -> None:
    """Never over another file."""
    make_private_folder(folder)
    for name in names:
        _put(folder / name, storage.read(f"{reference}/{name}"))
    page = resources.files("namewatch") / "first_files" / PAGE
    _put(folder / PAGE, page.read_bytes())


def _put(file: Path, content: bytes) -> None:
    if write_new(file, content):
        return
    if hashlib.sha256(file.read_bytes()).digest() != hashlib.sha256(content).digest():
        raise NamewatchError(
            f"{file.parent}: another copy is there; give another folder with --to."
        )
