"""Keys change while posts come in and evidence is being sealed; nothing stays on the old keys."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pyrage import x25519
from sqlmodel import select

from evidence import key_change
from evidence.bundle import KEY_FILE
from evidence.handed_in import examine
from evidence.storage import FolderStorage
from evidence.vault import OLD_VAULT
from records.database import reading, transaction
from records.record_key import RecordKey
from records.sealing import SealError, new_identity, unwrap
from tests.servers.postgres import postgres
from tests.workflows.conftest import Office
from workflows.handed_in import Order, hand_in
from workflows.mentions import new_key
from workflows.rewrap import wrap_all_anew

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."
SOON = 0.5


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    if request.param == "sqlite":
        yield from _office(tmp_path, "")
    else:
        with postgres() as url:
            yield from _office(tmp_path, url)


def _office(folder: Path, url: str) -> Iterator[Office]:
    office = Office(folder, url)
    yield office
    office.services.database.dispose()


def keys_of(office: Office) -> Path:
    return office.services.evidence_folder.parent / "keys"


def vault_of(office: Office) -> x25519.Identity:
    text = (keys_of(office) / "vault.key").read_text().splitlines()[-1]
    return x25519.Identity.from_str(text)


def wrap(office: Office) -> None:
    wrap_all_anew(office.services.database, office.services.storage, keys_of(office))


def rotate(office: Office) -> None:
    key_change.replace_vault_key(keys_of(office))
    wrap(office)


def wrapped(office: Office) -> list[bytes]:
    """Every wrapped key, those beside bundles too."""
    with reading(office.services.database) as session:
        kept = [one.wrapped for one in session.exec(select(RecordKey)) if one.wrapped]
    beside = office.services.evidence_folder.glob(f"*/{KEY_FILE}")
    return [*kept, *(one.read_bytes() for one in beside)]


def opened_by(office: Office, holder: x25519.Identity) -> int:
    return sum(_opens(one, holder) for one in wrapped(office))


def _opens(one: bytes, holder: x25519.Identity) -> bool:
    try:
        unwrap(one, holder)
    except SealError:
        return False
    return True


class GoesBy(FolderStorage):
    """Keys change right before a record's key is left beside its first bundle."""

    def __init__(self, root: Path, change: Callable[[], None]) -> None:
        super().__init__(root)
        self._change = change
        self.went_by = False

    def write_new(self, name: str, content: bytes) -> bool:
        if name.endswith(KEY_FILE) and not self.went_by:
            self.went_by = True
            self._change()
        return super().write_new(name, content)


def let_go_by(office: Office, change: Callable[[], None]) -> GoesBy:
    store = GoesBy(office.services.evidence_folder, change)
    office.change(store=store)
    return store


def test_a_record_that_is_being_made_while_the_vault_key_is_replaced_opens_with_the_new_one(
    office: Office,
) -> None:
    old, made, go_on = vault_of(office), threading.Event(), threading.Event()

    def keep() -> None:
        with transaction(office.services.database) as session:
            new_key(session, office.services)
            made.set()
            go_on.wait(60)

    with ThreadPoolExecutor(2) as both:
        keeping = both.submit(keep)
        assert made.wait(60)
        rotating = both.submit(rotate, office)
        threading.Event().wait(SOON)
        assert not rotating.done()
        assert (keys_of(office) / OLD_VAULT).exists()
        go_on.set()
        keeping.result()
        rotating.result()
    assert len(wrapped(office)) == 1
    assert opened_by(office, vault_of(office)) == 1
    assert opened_by(office, old) == 0


def test_a_bundle_that_is_being_sealed_while_the_vault_key_is_replaced_opens_with_the_new_one(
    office: Office,
) -> None:
    old = vault_of(office)
    store = let_go_by(office, lambda: rotate(office))
    office.see(NAMING)
    office.capture_all()
    assert store.went_by
    assert len(wrapped(office)) == 2
    assert opened_by(office, vault_of(office)) == 2
    assert opened_by(office, old) == 0


def test_a_person_removed_while_a_bundle_is_being_sealed_does_not_open_it(office: Office) -> None:
    person = new_identity()
    key_change.add_person(keys_of(office), "s005", str(person.to_public()))
    wrap(office)

    def remove() -> None:
        key_change.remove_person(keys_of(office), "s005")
        wrap(office)

    store = let_go_by(office, remove)
    office.see(NAMING)
    assert opened_by(office, person) == 1
    office.capture_all()
    assert store.went_by
    assert len(wrapped(office)) == 2
    assert opened_by(office, person) == 0


def test_a_file_handed_in_while_the_vault_key_is_replaced_opens_with_the_new_one(
    office: Office,
) -> None:
    old = vault_of(office)
    office.see(NAMING)
    store = let_go_by(office, lambda: rotate(office))
    (incident,) = office.incidents()
    paper = b"%PDF-1.7\n%%EOF\n"
    hand_in(office.services, incident.reference, Order("s004"), examine(paper), paper)
    assert store.went_by
    assert len(wrapped(office)) == 2
    assert opened_by(office, vault_of(office)) == 2
    assert opened_by(office, old) == 0


def test_all_that_is_found_and_sealed_during_three_rotations_opens_with_the_last_key(
    office: Office,
) -> None:
    old, over = vault_of(office), threading.Event()

    def work() -> int:
        kept = 0
        while not over.is_set() or kept < 5:
            office.see(f"{NAMING} {kept}")
            office.capture_all()
            office.wait(days=4)  # so that the next post opens a record of its own
            kept += 1
        return kept

    with ThreadPoolExecutor(1) as beside:
        working = beside.submit(work)
        keys = []
        for _ in range(3):
            rotate(office)
            keys.append(vault_of(office))
        over.set()
        assert working.result() >= 5
    everything = len(wrapped(office))
    assert opened_by(office, keys[-1]) == everything
    assert not any(opened_by(office, one) for one in (old, *keys[:2]))
    assert not (keys_of(office) / OLD_VAULT).exists()
