"""Erasing where the database is PostgreSQL, and where evidence lies in a store that speaks S3."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from casework.incidents import acknowledge, by_reference
from casework.office import Office as Rules
from evidence.bundle import KEY_FILE
from evidence.storage_s3 import S3Storage
from records.database import reading, transaction
from records.record_key import RecordKey
from tests.servers.postgres import postgres
from tests.servers.s3 import BUCKET, Bucket, bucket_in, s3_server
from tests.workflows.conftest import COMMS, MANAGER, NOW, Office
from workflows.erase import Eraser, HalfErasedError, Order, erase
from workflows.erase_again import Again, apply_again, destroy_again, take_away_again

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."
LATER = NOW + timedelta(days=900)


def kept(office: Office) -> str:
    """A record with one exhibit that its line manager has seen."""
    office.see(NAMING)
    assert office.capture_all() == ["partial"]
    (incident,) = office.incidents()
    with transaction(office.services.database) as session:
        found = by_reference(session, incident.reference)
        acknowledge(session, found, actor=MANAGER, via="page", employed=True, now=NOW)
    return incident.reference


def eraser(office: Office) -> Eraser:
    services = office.services
    keys = services.evidence_folder.parent / "keys"
    return Eraser.of(services.database, services.storage, keys, services.evidence_folder)


def rules(office: Office) -> Rules:
    return Rules(office.services.pack, office.services.organisation, office.services.roster)


def order(reference: str, exhibit: int | None = None) -> Order:
    return Order(reference, exhibit, MANAGER, COMMS, why="kept-long-enough")


def wrapped(office: Office) -> bytes | None:
    with reading(office.services.database) as session:
        (key,) = session.exec(select(RecordKey)).all()
        return key.wrapped


class OnPostgres:
    """An office whose database is a server's, and the server's own files."""

    def __init__(self, folder: Path, url: str) -> None:
        self.office = Office(folder, url)
        with self.office.services.database.connect() as connection:
            self.files = Path(connection.execute(text("SHOW data_directory")).scalar_one())

    def tables(self) -> bytes:
        """Every byte of the files in which rows lie; the server is told to write them first."""
        with self.office.services.database.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text("CHECKPOINT"))
        files = sorted(one for one in (self.files / "base").rglob("*") if one.is_file())
        return b"".join(one.read_bytes() for one in files)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture
def on_postgres(server: str, tmp_path: Path) -> Iterator[OnPostgres]:
    made = OnPostgres(tmp_path, server)
    yield made
    made.office.services.database.dispose()


@pytest.mark.servers
@pytest.mark.clause("WICS Retention")
def test_on_postgresql_neither_rows_nor_the_files_they_lie_in_hold_what_was_erased(
    on_postgres: OnPostgres,
) -> None:
    office = on_postgres.office
    reference = kept(office)
    key, (mention,) = wrapped(office), office.mentions()
    assert key
    needles = (key, mention.sealed_post, mention.sealed_record, mention.sealed_finding)
    before = on_postgres.tables()
    assert all(one in before for one in needles)
    done = erase(eraser(office), rules(office), order(reference), now=LATER)
    assert done.wiped
    assert wrapped(office) is None
    left = on_postgres.tables()
    assert not any(one[:60] in left or one[-60:] in left for one in needles)
    assert apply_again(eraser(office), now=LATER) == Again()
    restore(office.services.database, key)
    assert list(apply_again(eraser(office), now=LATER).removed) == [reference]
    assert wrapped(office) is None
    assert key[:60] not in on_postgres.tables()


def restore(database: Engine, key: bytes) -> None:
    """As a backup that is put back."""
    with transaction(database) as session:
        (row,) = session.exec(select(RecordKey)).all()
        row.wrapped = key
        session.add(row)


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    with s3_server() as place, bucket_in(place) as made:
        yield made


@pytest.fixture
def in_a_store(office: Office, bucket: Bucket) -> Iterator[Bucket]:
    """The office's evidence lies there."""
    office.change(store=S3Storage(bucket.place))
    yield bucket
    for key, version in bucket.versions():
        bucket.client.delete_object(Bucket=BUCKET, Key=key, VersionId=version)


def of_record(bucket: Bucket, reference: str) -> dict[str, bytes]:
    """Every version of everything that lies under a record's reference."""
    there = f"one/{reference}/"
    return {
        f"{key.removeprefix(there)} {version}": content
        for (key, version), content in bucket.versions().items()
        if key.startswith(there)
    }


@pytest.mark.clause("WICS Retention")
def test_in_a_store_that_keeps_versions_only_the_certificate_is_left(
    office: Office, in_a_store: Bucket
) -> None:
    reference = kept(office)
    key = wrapped(office)
    assert key in of_record(in_a_store, reference).values()
    done = erase(eraser(office), rules(office), order(reference), now=LATER)
    left = of_record(in_a_store, reference)
    assert [name.split()[0] for name in left] == [done.kept_as]
    assert list(left.values()) == [done.certificate.encode()]
    assert ".tar.age\n" in done.certificate
    assert apply_again(eraser(office), now=LATER) == Again()


def test_in_a_store_one_exhibit_goes_alone_with_every_version_of_it(
    office: Office, in_a_store: Bucket
) -> None:
    reference = kept(office)
    erase(eraser(office), rules(office), order(reference, 1), now=LATER)
    left = [name.split()[0] for name in of_record(in_a_store, reference)]
    assert sorted(left) == ["certificate-of-disposal.txt", KEY_FILE, "record-key.pub"]
    assert wrapped(office)


def test_what_somebody_puts_back_into_the_store_is_taken_away_again(
    office: Office, in_a_store: Bucket
) -> None:
    reference = kept(office)
    before = {
        name.split()[0]: content for name, content in of_record(in_a_store, reference).items()
    }
    erase(eraser(office), rules(office), order(reference), now=LATER)
    for name, content in before.items():
        in_a_store.client.put_object(Bucket=BUCKET, Key=f"one/{reference}/{name}", Body=content)
    (removed,) = apply_again(eraser(office), now=LATER).removed[reference]
    assert removed.name.endswith(".tar.age")
    left = [name.split()[0] for name in of_record(in_a_store, reference)]
    assert left == ["certificate-of-disposal.txt"]


def test_a_store_that_does_not_answer_leaves_it_half_erased_and_it_is_finished_later(
    office: Office, in_a_store: Bucket
) -> None:
    reference = kept(office)
    there = office.services.storage
    nowhere = S3Storage(replace(in_a_store.place, endpoint="http://127.0.0.1:9"))
    office.change(store=nowhere)
    with pytest.raises(HalfErasedError, match="could not be reached") as told:
        erase(eraser(office), rules(office), order(reference), now=LATER)
    assert "namewatch erase --apply-again" in str(told.value)
    assert wrapped(office) is None
    destroy_again(eraser(office), now=LATER)  # which a start waits for: it needs no store
    again = take_away_again(eraser(office))
    assert (again.removed, again.left) == ({}, (reference,))
    assert "could not be reached" in again.fault
    office.change(store=there)
    assert list(take_away_again(eraser(office)).removed) == [reference]
    ((name, content),) = of_record(in_a_store, reference).items()
    assert name.startswith("certificate-of-disposal.txt ")
    assert f"By:       {MANAGER}\n" in content.decode()
    assert "Why:      it was kept as long as the policy says\n" in content.decode()
    assert take_away_again(eraser(office)) == Again()


def test_a_store_that_lets_nothing_be_deleted_is_told_before_evidence_lies_in_it(
    office: Office,
) -> None:
    with (
        s3_server() as place,
        bucket_in(replace(place, url="s3://locked/one"), locks=True) as bucket,
    ):
        store = S3Storage(bucket.place)
        assert "so nothing in it can be erased" in (store.trial() or "")
        office.change(store=store)
        reference = kept(office)  # what is found is kept all the same
        with pytest.raises(HalfErasedError, match="refused"):
            erase(eraser(office), rules(office), order(reference), now=LATER)


def test_what_a_power_cut_left_half_written_goes_with_the_record(office: Office) -> None:
    reference = kept(office)
    draft = office.services.evidence_folder / reference / f".{KEY_FILE}.left"
    draft.write_bytes(wrapped(office) or b"")
    erase(eraser(office), rules(office), order(reference), now=LATER)
    assert not draft.exists()


def test_a_key_file_that_the_disk_does_not_give_up_leaves_it_half_erased(office: Office) -> None:
    reference = kept(office)
    file = office.services.evidence_folder / reference / KEY_FILE
    file.unlink()
    file.mkdir()  # as a disk that fails
    with pytest.raises(HalfErasedError, match="The disk failed: Is a directory"):
        erase(eraser(office), rules(office), order(reference), now=LATER)
    assert wrapped(office) is None
    assert take_away_again(eraser(office)).left == (reference,)
    file.rmdir()
    file.write_bytes(b"a key")
    assert list(take_away_again(eraser(office)).removed) == [reference]
    left = sorted(one.name for one in file.parent.iterdir())
    assert left == ["certificate-of-disposal.txt"]
