"""`namewatch export`: a record for somebody outside, sealed as it is or in a form to be read."""

import hashlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from casework.exports import SHAPES, Form
from casework.exports_page import page
from casework.reading import Reader
from evidence.browser import find_browser
from evidence.bundle import WARNING
from evidence.printing import print_pdf
from evidence.storage import BUNDLE_END, Storage, make_private_folder, write_new
from evidence.vault import Vault, read_public_keys
from namewatch.bootstrap import storage_of
from namewatch.casebook import database_of, incident_called, read_home, who_acts
from namewatch.letters import office_of
from records.clock import utc_now
from records.custody import OPENING
from records.database import transaction
from records.errors import NamewatchError
from workflows.exports import gather, note_release, pack
from workflows.exports_people import Asked, Exporter
from workflows.exports_sealed import check_sealed, note_sealed, sealed_names

PAGE = "HOW-TO-VERIFY.md"


def export(reference: str, to: Path, why: str, by: str | None, whom: str = "") -> str:
    """Copy in the name of `by`, once it stands in the custody log; what to tell."""
    if not why.strip():
        raise NamewatchError(f"say why: --why {' | '.join(OPENING)}, or your own words.")
    settings, configuration = read_home()
    storage = storage_of(settings)
    now = utc_now()
    actor, _ = who_acts(settings, configuration, by, now, "export")
    office = office_of(configuration)
    with transaction(database_of(settings)) as session:
        incident = incident_called(session, reference)
        check_sealed(session, incident, office, actor=actor, now=now)
        names = sealed_names(storage, reference)
        note_sealed(session, incident, office, whom=whom, why=why, actor=actor, now=now)
    folder = to / f"{WARNING}_{reference}"
    _copy(storage, reference, names, folder)
    copied = sum(name.endswith(BUNDLE_END) for name in names)
    return (
        f"{reference}: {copied} sealed bundles copied to {folder}, with their key (sealed) and"
        f" {PAGE}. It stands in the custody log."
    )


def _copy(storage: Storage, reference: str, names: list[str], folder: Path) -> None:
    """Never over another file."""
    make_private_folder(folder)
    for name in names:
        _put(folder / name, storage.read(f"{reference}/{name}"))
    told = resources.files("namewatch") / "first_files" / PAGE
    _put(folder / PAGE, told.read_bytes())


def _put(file: Path, content: bytes) -> None:
    if write_new(file, content):
        return
    if hashlib.sha256(file.read_bytes()).digest() != hashlib.sha256(content).digest():
        raise NamewatchError(
            f"{file.parent}: another copy is there; give another folder with --to."
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks for on the command line."""

    reference: str
    form: str
    to: Path
    to_whom: str
    why: str
    subject: str = ""
    by: str | None = None


def export_as(wanted: Wanted) -> str:
    """Print, pack and hand out one record in a form, once it stands in the log; what to tell."""
    asked = _asked(wanted)
    settings, configuration = read_home()
    browser = find_browser(settings.capture.browser)
    if browser is None:
        raise NamewatchError(
            "printing needs the capture browser, and none is installed (see `namewatch doctor`)."
        )
    now, database = utc_now(), database_of(settings)
    actor, employed = who_acts(settings, configuration, wanted.by, now, "export")
    office = office_of(configuration)
    open_key = Vault(settings.keys_folder).open_record_key
    who = Exporter(
        office,
        Reader(actor, employed, open_key, office),
        read_public_keys(settings.keys_folder).pepper,
    )
    with transaction(database) as session:
        incident = incident_called(session, asked.reference)
        gathered = gather(session, incident, asked, who, now=now)
    sealed = _bundles(storage_of(settings), asked) if SHAPES[asked.form].sealed else {}
    packed = pack(gathered, print_pdf(page(gathered.sheet), browser), sealed)
    file = wanted.to / packed.name
    make_private_folder(wanted.to)
    if file.exists():
        raise NamewatchError(f"{file}: is there already; give another folder with --to.")
    with transaction(database) as session:
        incident = incident_called(session, asked.reference)
        note_release(session, incident, asked, packed, actor=actor, office=office, now=now)
    _put(file, packed.content)
    check = SHAPES[asked.form].check
    return f"{asked.reference}: written to {file}, and noted. {check}".rstrip()


def _asked(wanted: Wanted) -> Asked:
    try:
        form = Form(wanted.form)
    except ValueError:
        known = ", ".join(["sealed", *Form])
        raise NamewatchError(f"“{wanted.form}” is none of these: {known}.") from None
    if not wanted.to_whom.strip() or not wanted.why.strip():
        raise NamewatchError("say to whom it goes and why: --for WHOM --why WHY.")
    to = "police" if wanted.why == "police" else "another-body"
    return Asked(wanted.reference, form, wanted.to_whom, wanted.why, wanted.subject, to)


def _bundles(storage: Storage, asked: Asked) -> dict[str, bytes]:
    """The sealed evidence as it is, where there is some."""
    names = [name for name in storage.names(asked.reference) if name.endswith(BUNDLE_END)]
    return {name: storage.read(f"{asked.reference}/{name}") for name in names}
