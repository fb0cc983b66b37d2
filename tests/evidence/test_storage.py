"""Where evidence lies: a folder and an S3 store keep the same promises."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from evidence.bundle import open_bundle
from evidence.errors import NotKeptError, StorageError
from evidence.preserve import CaptureTask, preserve
from evidence.seal import signers_in
from evidence.storage import FolderStorage, Storage
from evidence.storage_s3 import S3Place, S3Storage
from evidence.vault import Vault
from evidence.verify import Trusted, check
from records.sealing import new_identity
from tests.evidence.conftest import RECORD, Keys
from tests.servers.s3 import Bucket, bucket_in, s3_server

NOTE = "NW-2026-0001/note.json"
BUNDLE = "NW-2026-0001/one.tar.age"


@pytest.fixture(scope="module")
def store() -> Iterator[S3Place]:
    with s3_server() as place:
        yield place


@pytest.fixture
def kept(store: S3Place) -> Iterator[Bucket]:
    with bucket_in(store) as made:
        yield made


@pytest.fixture
def bucket(kept: Bucket) -> S3Place:
    return kept.place


@pytest.fixture(params=["folder", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return FolderStorage(tmp_path / "evidence")
    return S3Storage(request.getfixturevalue("bucket"))


def test_what_is_written_is_read_and_listed(storage: Storage) -> None:
    assert not storage.has(NOTE)
    assert storage.names("NW-2026-0001") == []
    assert storage.write_new(NOTE, b"one")
    assert storage.write_new(BUNDLE, b"two")
    assert storage.write_new("NW-2026-00010/other.json", b"three")
    assert storage.has(NOTE)
    assert storage.read(NOTE) == b"one"
    assert storage.names("NW-2026-0001") == ["note.json", "one.tar.age"]


def test_nothing_is_written_over(storage: Storage) -> None:
    assert storage.write_new(BUNDLE, b"one")
    assert not storage.write_new(BUNDLE, b"two")
    with pytest.raises(StorageError, match="never written over"):
        storage.replace(BUNDLE, b"two")
    assert storage.read(BUNDLE) == b"one"


def test_of_many_writers_of_one_name_one_writes(storage: Storage) -> None:
    start = threading.Barrier(6)

    def write(number: int) -> bool:
        start.wait()
        return storage.write_new(BUNDLE, b"%d" % number * 1000)

    with ThreadPoolExecutor(6) as threads:
        wrote = list(threads.map(write, range(6)))
    assert sum(wrote) == 1
    assert storage.read(BUNDLE) == b"%d" % wrote.index(True) * 1000


def test_a_note_is_replaced_and_removed(storage: Storage) -> None:
    storage.write_new(NOTE, b"one")
    storage.replace(NOTE, b"two")
    assert storage.read(NOTE) == b"two"
    storage.remove(NOTE)
    storage.remove(NOTE)
    assert not storage.has(NOTE)
    with pytest.raises(NotKeptError):
        storage.read(NOTE)


@pytest.mark.parametrize("name", ["", "x", "../x", "NW-1/../x", "NW-1/.x", "NW-1/a/b", "/NW-1/x"])
def test_a_name_leads_nowhere_but_to_a_records_file(storage: Storage, name: str) -> None:
    for act in (storage.read, storage.has, storage.remove):
        with pytest.raises(StorageError, match="no name"):
            act(name)
    with pytest.raises(StorageError, match="no name"):
        storage.write_new(name, b"")


def test_an_exhibit_is_kept_and_verified_wherever_it_lies(
    storage: Storage, task: CaptureTask, keys: Keys
) -> None:
    task = replace(task, storage=storage, mark="a keyed hash")
    done = preserve(task)
    assert preserve(task) == done
    assert preserve(replace(task, mark="another")).file_name.endswith("-2.tar.age")

    def beside(name: str) -> bytes | None:
        try:
            return storage.read(f"{task.reference}/{name}")
        except NotKeptError:
            return None

    sealed = storage.read(f"{task.reference}/{done.file_name}")
    vault = Vault(keys.folder)
    key = vault.open_record_key(beside("record-key.age") or b"")
    assert open_bundle(sealed, key)["api-record.json"] == RECORD
    trusted = Trusted(signers_in(keys.folder))
    assert check(done.file_name, sealed, beside, keys.recovery, trusted).faults == []
    assert check(done.file_name, sealed, beside, new_identity(), trusted).faults


def test_a_removed_or_replaced_key_is_in_no_version_of_the_store(kept: Bucket) -> None:
    storage = S3Storage(kept.place)
    storage.write_new(NOTE, b"first")
    storage.replace(NOTE, b"second")
    here = [content for (key, _), content in kept.versions().items() if key.endswith(NOTE)]
    assert here == [b"second"]
    storage.remove(NOTE)
    assert not any(key.endswith(NOTE) for key, _ in kept.versions())


@contextmanager
def _careless() -> Iterator[str]:
    """A store that takes every write, whatever was there."""

    class Takes(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("ETag", '"0"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as inherited
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Takes)
    serving = threading.Thread(target=server.serve_forever, args=(0.02,))
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    serving.join()


def test_a_store_that_writes_over_is_refused() -> None:
    with _careless() as url:
        storage = S3Storage(S3Place("s3://evidence", url, "us-east-1", "key", "secret"))
        assert "writes over what is there" in (storage.trial() or "")
        with pytest.raises(StorageError, match="writes over"):
            storage.write_new(NOTE, b"one")


def test_a_write_whose_answer_was_lost_is_known_as_ones_own(bucket: S3Place) -> None:
    storage = S3Storage(bucket)
    assert storage.trial() is None
    put = storage._client.put_object

    def put_twice(**words: object) -> object:
        put(**words)
        return put(**words)

    storage._client.put_object = put_twice
    assert storage.write_new(NOTE, b"one")
    assert not storage.write_new(NOTE, b"two")


def test_faults_of_a_store_are_told_in_plain_words(bucket: S3Place) -> None:
    assert S3Storage(bucket).trial() is None
    nowhere = replace(bucket, url="s3://no-such-bucket")
    assert S3Storage(nowhere).trial() == "There is no such bucket in the store."
    gone = S3Storage(replace(bucket, endpoint="http://127.0.0.1:9"))
    assert "could not be reached" in (gone.trial() or "")
    with pytest.raises(StorageError) as fault:
        gone.read(NOTE)
    assert fault.value.again


def test_the_secret_of_a_store_is_not_shown(store: S3Place) -> None:
    assert "secret" not in repr(store).replace("secret_key", "")
