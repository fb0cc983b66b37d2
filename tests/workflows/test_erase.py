"""Erasing: the key is gone everywhere, a backup does not bring it back, and a hold stops it."""

import shutil
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, delete, select

from casework.erasures import SamePersonError
from casework.errors import (
    HeldError,
    KeyDestroyedError,
    NoSuchExhibitError,
    NotAllowedError,
    NotHeldError,
    NotSeenError,
)
from casework.holds import hold_on, place_hold, release_hold
from casework.incidents import acknowledge, by_reference
from casework.office import Office as Rules
from casework.steps import Order as Step
from casework.steps import record_step
from evidence.custody import faults_of, read_head
from evidence.erasure import LIST, ErasedListError, read_list
from evidence.vault import Vault
from evidence.verify import ERASED, verify
from records.custody import CustodyEntry
from records.database import reading, transaction
from records.exhibit import Exhibit
from records.incident import IncidentAccess
from records.record_key import RecordKey
from records.roster import roster_of
from records.step import Step as Kept
from tests.databases import new_database
from tests.workflows.conftest import ALICE, COMMS, DIRECTOR, HEAD, HR, MANAGER, NOW, STAFF, Office
from workflows.custody import chain
from workflows.erase import Eraser, Order, erase
from workflows.erase_again import Again, apply_again

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."
LATER = NOW + timedelta(days=900)


@pytest.fixture
def reference(office: Office) -> str:
    """A record with one exhibit that its line manager has seen."""
    return kept(office, NAMING)


def kept(office: Office, text: str) -> str:
    before = {one.reference for one in office.incidents()}
    office.see(text)
    office.capture_all()
    (new,) = {one.reference for one in office.incidents()} - before
    with transaction(office.services.database) as session:
        incident = by_reference(session, new)
        acknowledge(session, incident, actor=MANAGER, via="page", employed=True, now=NOW)
    return new


def eraser(office: Office) -> Eraser:
    services = office.services
    return Eraser.of(
        services.database, services.storage, home(office) / "keys", services.evidence_folder
    )


def home(office: Office) -> Path:
    return office.services.evidence_folder.parent


def rules(office: Office) -> Rules:
    return Rules(office.services.pack, office.services.organisation, office.services.roster)


def order(
    reference: str, exhibit: int | None = None, *, actor: str = MANAGER, second: str = COMMS
) -> Order:
    return Order(reference, exhibit, actor, second, "kept-long-enough")


def wrapped(office: Office, reference: str) -> bytes | None:
    with reading(office.services.database) as session:
        incident = by_reference(session, reference)
        return session.get_one(RecordKey, incident.key_id).wrapped


def acts(office: Office) -> list[tuple[str, str, int | None]]:
    with reading(office.services.database) as session:
        assert faults_of(chain(session)) == []
        return [(one.act, one.actor, one.exhibit) for one in session.exec(select(CustodyEntry))]


def every_byte(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file())


def bundles(office: Office, reference: str) -> list[Path]:
    return sorted((office.services.evidence_folder / reference).glob("*.tar.age"))


@pytest.mark.clause("WICS Retention")
def test_an_erased_record_leaves_neither_key_nor_bundle_nor_a_trace_of_them_on_the_disk(
    office: Office, reference: str
) -> None:
    key = wrapped(office, reference)
    assert key
    assert bundles(office, reference)
    sealed = [one.sealed_post for one in office.mentions()]
    needles = [key, b64encode(key), *sealed]
    assert all(one in every_byte(home(office)) for one in (key, *sealed))
    done = erase(eraser(office), rules(office), order(reference), now=LATER)
    assert done.wiped
    assert wrapped(office, reference) is None
    left = every_byte(home(office))
    assert not any(one[:60] in left or one[-60:] in left for one in needles)
    folder = office.services.evidence_folder / reference
    assert [one.name for one in folder.iterdir()] == ["certificate-of-disposal.txt"]
    assert acts(office)[-1] == ("erased", MANAGER, None)
    assert office.incidents()[0].state == "closed"


@pytest.mark.clause("WICS Retention")
def test_the_certificate_says_what_was_erased_by_whom_and_why_and_names_nobody(
    office: Office, reference: str
) -> None:
    (bundle,) = bundles(office, reference)
    with reading(office.services.database) as session:
        sha256 = session.exec(select(Exhibit)).one().sha256
    done = erase(eraser(office), rules(office), order(reference), now=LATER)
    kept_there = office.services.evidence_folder / reference / done.kept_as
    assert kept_there.read_text() == done.certificate
    for words in (
        f"Record:   {reference}\n",
        "Erased:   the whole record\n",
        f"By:       {MANAGER}, and {COMMS} agreed\n",
        "Why:      it was kept as long as the policy says\n",
        f"  {sha256}  {bundle.name}\n",
        "the key gone everywhere",
    ):
        assert words in done.certificate
    for member in office.services.roster.values():
        assert member.full_name.split()[-1] not in done.certificate
    line = next(one for one in done.certificate.splitlines() if one.startswith("Custody:"))
    with reading(office.services.database) as session:
        told = read_head(line.removeprefix("Custody:"))
        assert faults_of(chain(session), [told]) == []


@pytest.mark.clause("WICS Retention")
def test_a_backup_that_is_put_back_is_erased_again(
    office: Office, reference: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    services, vault = office.services, Vault(home(office) / "keys")
    services.database.dispose()  # as a stopped service, so that the file is whole
    backup = tmp_path_factory.mktemp("backup")
    shutil.copy(home(office) / "namewatch.db", backup)
    shutil.copytree(services.evidence_folder, backup / "evidence")
    erase(eraser(office), rules(office), order(reference), now=LATER)
    services.database.dispose()

    for file in home(office).glob("namewatch.db*"):
        file.unlink()
    shutil.copy(backup / "namewatch.db", home(office))
    shutil.rmtree(services.evidence_folder)
    shutil.copytree(backup / "evidence", services.evidence_folder)
    brought_back = wrapped(office, reference)
    assert brought_back
    vault.open_record_key(brought_back)

    done = apply_again(eraser(office), now=LATER + timedelta(days=1)).removed
    assert [one.name for one in done[reference]] == names(backup)
    assert wrapped(office, reference) is None
    assert brought_back[:60] not in every_byte(home(office))
    assert bundles(office, reference) == []
    assert acts(office)[-1] == ("erased-again", "namewatch", None)
    assert apply_again(eraser(office), now=LATER + timedelta(days=2)) == Again()
    assert len(read_list(services.evidence_folder / LIST)) == 1  # its lost copy is made anew


def test_a_copy_of_an_erased_bundle_is_said_to_be_erased(office: Office, reference: str) -> None:
    (bundle,) = bundles(office, reference)
    content = bundle.read_bytes()
    erase(eraser(office), rules(office), order(reference), now=LATER)
    bundle.write_bytes(content)  # as from an old copy
    assert verify(bundle, home(office) / "keys" / "vault.key").faults == [ERASED]


def names(backup: Path) -> list[str]:
    return [one.name for one in sorted((backup / "evidence").glob("*/*.tar.age"))]


def test_a_machine_that_lost_its_list_as_well_takes_one_that_was_kept_elsewhere(
    office: Office, reference: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    office.services.database.dispose()
    other = elsewhere / "backup"
    shutil.copytree(home(office), other)
    erase(eraser(office), rules(office), order(reference), now=LATER)
    office.services.database.dispose()
    apart = elsewhere / "apart.jsonl"
    shutil.copy(home(office) / "keys" / LIST, apart)
    database = new_database(other)
    storage = type(office.services.storage)(other / "evidence")  # type: ignore[call-arg]
    there = Eraser.of(database, storage, other / "keys", other / "evidence")
    assert apply_again(there, now=LATER) == Again()
    assert set(apply_again(there, now=LATER, also=[apart]).removed) == {reference}
    assert apply_again(there, now=LATER) == Again()
    database.dispose()


def test_what_a_crash_left_half_erased_is_finished_at_the_next_start(
    office: Office, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("workflows.erase.list_erased", crash)
        with pytest.raises(KeyboardInterrupt):
            erase(eraser(office), rules(office), order(reference), now=LATER)
    assert bundles(office, reference)
    assert set(apply_again(eraser(office), now=LATER).removed) == {reference}
    assert bundles(office, reference) == []
    (listed,) = read_list(home(office) / "keys" / LIST)
    assert listed.reference == reference


def test_another_record_stays_and_the_new_one_of_a_used_reference_too(
    office: Office, reference: str
) -> None:
    other = kept(office, NAMING.replace("Fenella Auchterbrae", "Ruaridh McStronach"))
    erase(eraser(office), rules(office), order(reference), now=LATER)
    assert wrapped(office, other)
    assert bundles(office, other)
    apply_again(eraser(office), now=LATER)
    assert bundles(office, other)


@pytest.mark.clause("SPSO 63")
def test_a_legal_hold_stops_erasing_until_it_is_released(office: Office, reference: str) -> None:
    with transaction(office.services.database) as session:
        incident = by_reference(session, reference)
        assert place_hold(session, incident, actor=MANAGER, office=rules(office), now=NOW)
        assert not place_hold(session, incident, actor=MANAGER, office=rules(office), now=NOW)
    for exhibit in (None, 1):
        with pytest.raises(HeldError):
            erase(eraser(office), rules(office), order(reference, exhibit), now=LATER)
    assert wrapped(office, reference)
    assert bundles(office, reference)
    with transaction(office.services.database) as session:
        incident = by_reference(session, reference)
        release_hold(session, incident, actor=MANAGER, office=rules(office), now=NOW)
        assert hold_on(session, incident) is None
        with pytest.raises(NotHeldError):
            release_hold(session, incident, actor=MANAGER, office=rules(office), now=NOW)
    erase(eraser(office), rules(office), order(reference), now=LATER)


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize("actor", [ALICE, "s005x", DIRECTOR])
def test_only_somebody_on_the_list_erases_or_holds(
    office: Office, reference: str, actor: str
) -> None:
    with pytest.raises(NotAllowedError):
        erase(eraser(office), rules(office), order(reference, actor=actor), now=LATER)
    with transaction(office.services.database) as session:
        incident = by_reference(session, reference)
        with pytest.raises(NotAllowedError):
            place_hold(session, incident, actor=actor, office=rules(office), now=NOW)
    assert wrapped(office, reference)


@pytest.mark.clause("SPSO 68")
def test_who_has_left_erases_nothing_and_agrees_to_nothing(office: Office, reference: str) -> None:
    staff = [replace(one, ends_on=NOW.date()) if one.staff_id == COMMS else one for one in STAFF]
    office.change(roster=roster_of(staff))
    for actor, second in ((COMMS, DIRECTOR), (MANAGER, COMMS)):
        gone = order(reference, actor=actor, second=second)
        with pytest.raises(NotAllowedError):
            erase(eraser(office), rules(office), gone, now=LATER)
    assert wrapped(office, reference)


@pytest.mark.clause("SPSO 71")
def test_the_custodian_erases_and_holds_also_without_standing_on_the_list(
    office: Office, reference: str
) -> None:
    with transaction(office.services.database) as session:
        incident = by_reference(session, reference)
        session.exec(delete(IncidentAccess).where(col(IncidentAccess.staff_id) == COMMS))
        assert place_hold(session, incident, actor=COMMS, office=rules(office), now=NOW)
        release_hold(session, incident, actor=COMMS, office=rules(office), now=NOW)
    custodian = order(reference, actor=COMMS, second=DIRECTOR)
    erase(eraser(office), rules(office), custodian, now=LATER)
    assert wrapped(office, reference) is None


@pytest.mark.parametrize("second", ["", MANAGER, ALICE, HR, "s099"])
def test_nothing_is_erased_without_a_second_person_who_may_agree(
    office: Office, reference: str, second: str
) -> None:
    with pytest.raises((SamePersonError, NotAllowedError)):
        erase(eraser(office), rules(office), order(reference, second=second), now=LATER)
    assert wrapped(office, reference)
    erase(eraser(office), rules(office), order(reference, second=HEAD), now=LATER)


def test_what_nobody_has_seen_is_not_erased(office: Office) -> None:
    office.see(NAMING)
    (incident,) = office.incidents()
    with pytest.raises(NotSeenError):
        erase(eraser(office), rules(office), order(incident.reference), now=LATER)


def test_one_exhibit_goes_alone_and_goes_again_after_a_restore(
    office: Office, reference: str
) -> None:
    (bundle,) = bundles(office, reference)
    content = bundle.read_bytes()
    done = erase(eraser(office), rules(office), order(reference, 1), now=LATER)
    assert "Erased:   exhibit 1\n" in done.certificate
    assert "To make every\ncopy unreadable, erase the whole record." in done.certificate
    assert bundles(office, reference) == []
    assert wrapped(office, reference)
    with pytest.raises(NoSuchExhibitError):
        erase(eraser(office), rules(office), order(reference, 1), now=LATER)
    with pytest.raises(NoSuchExhibitError):
        erase(eraser(office), rules(office), order(reference, 2), now=LATER)
    bundle.write_bytes(b"another bundle that took its name")
    assert apply_again(eraser(office), now=LATER) == Again()
    bundle.write_bytes(content)
    assert set(apply_again(eraser(office), now=LATER).removed) == {reference}
    assert bundles(office, reference) == []
    erase(eraser(office), rules(office), order(reference), now=LATER)  # and the whole of it later
    assert len(list((office.services.evidence_folder / reference).iterdir())) == 2


def test_a_record_is_erased_once(office: Office, reference: str) -> None:
    erase(eraser(office), rules(office), order(reference), now=LATER)
    for exhibit in (None, 1):
        with pytest.raises(KeyDestroyedError):
            erase(eraser(office), rules(office), order(reference, exhibit), now=LATER)


def test_a_capture_that_ends_after_the_erasing_leaves_nothing(
    office: Office, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.see(f"{NAMING} It is a disgrace.")
    import workflows.preserve as module  # noqa: PLC0415

    made = vars(module)["keep"]

    def slowly(*task: object) -> object:
        done = made(*task)
        with transaction(office.services.database) as session:
            incident = by_reference(session, reference)
            incident.state = "acknowledged"
            session.add(incident)
        erase(eraser(office), rules(office), order(reference), now=LATER)
        made(*task)
        return done

    monkeypatch.setattr(module, "keep", slowly)
    assert office.capture_all() == ["erased"]
    assert bundles(office, reference) == []
    assert not (office.services.evidence_folder / reference / "record-key.age").exists()
    with reading(office.services.database) as session:
        assert len(session.exec(select(Exhibit)).all()) == 1


def test_a_list_that_is_damaged_is_told_and_a_last_line_cut_by_a_power_cut_is_no_damage(
    office: Office, reference: str
) -> None:
    erase(eraser(office), rules(office), order(reference), now=LATER)
    file = home(office) / "keys" / LIST
    whole = file.read_text()
    file.write_text(whole + whole[:30])
    assert len(read_list(file)) == 1
    apply_again(eraser(office), now=LATER)
    other = kept(office, NAMING)
    erase(eraser(office), rules(office), order(other), now=LATER)
    assert [one.reference for one in read_list(file)] == [reference, other]
    file.write_text("nonsense\n")
    with pytest.raises(ErasedListError, match="put it back from a copy"):
        apply_again(eraser(office), now=LATER)


@pytest.mark.clause("WICS Retention")
def test_what_people_wrote_into_the_record_goes_with_its_key(
    office: Office, reference: str
) -> None:
    held = office.services
    with transaction(held.database) as session:
        wanted = Step(kind="note", typed={"fact": "posted at nine"}, actor=MANAGER)
        record_step(session, rules(office), reference, wanted, now=office.time)
    with reading(held.database) as session:
        [sealed] = [one.sealed for one in session.exec(select(Kept))]
    assert sealed
    assert sealed in every_byte(home(office))
    erase(eraser(office), rules(office), order(reference), now=LATER)
    assert sealed[-60:] not in every_byte(home(office))
    with reading(held.database) as session:
        assert [one.sealed for one in session.exec(select(Kept))] == [None]
    [incident] = office.incidents()
    assert (incident.state, incident.duty_at) == ("closed", None)
