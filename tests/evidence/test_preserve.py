import json
import resource
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from evidence.bundle import read_bundle
from evidence.errors import EvidenceError, ReferenceTakenError, StorageError
from evidence.preserve import CaptureTask, Preserved, preserve
from evidence.storage import FolderStorage, write_new
from evidence.vault import Vault
from tests.evidence.conftest import RECORD, Keys, folder_of
from tests.servers.site import Site

NAME = "DISTRESSING-CONTENT_do-not-open-without-need_NW-2026-0001"


def _opened(task: CaptureTask, done: Preserved, keys: Keys) -> dict[str, bytes]:
    folder = folder_of(task)
    identity = Vault(keys.folder).open_record_key((folder / "record-key.age").read_bytes())
    return read_bundle(folder / done.file_name, identity)


def _bundles(task: CaptureTask) -> list[str]:
    return sorted(file.name for file in folder_of(task).glob("*.tar.age"))


def test_a_post_with_its_page_makes_a_complete_exhibit(
    chromium: Path, site: Site, task: CaptureTask, keys: Keys
) -> None:
    task = replace(task, url=site.url("/post"), allow_loopback=True, browser=chromium)
    done = preserve(task)
    assert (done.file_name, done.grade, done.missing) == (f"{NAME}.tar.age", "complete", ())
    content = _opened(task, done, keys)
    assert content["api-record.json"] == RECORD
    assert content["page-as-loaded.png"].startswith(b"\x89PNG")
    assert content["page-full.png"].startswith(b"\x89PNG")
    report = json.loads(content["capture-report.json"])
    assert report["requested_url"] == report["final_url"] == site.url("/post")
    assert (report["grade"], report["page"], report["status"]) == ("complete", "complete", 200)
    assert report["began_at"] < report["ended_at"]


def test_a_page_that_fails_leaves_the_record_and_says_so(
    chromium: Path, site: Site, task: CaptureTask, keys: Keys
) -> None:
    task = replace(task, url=site.url("/file"), allow_loopback=True, browser=chromium)
    done = preserve(task)
    missing = "The page: The address leads to a file and not to a page."
    assert (done.grade, done.missing) == ("partial", (missing,))
    content = _opened(task, done, keys)
    assert content["api-record.json"] == RECORD
    report = json.loads(content["capture-report.json"])
    assert (report["page"], report["missing"]) == ("failed", [missing])


def test_without_a_browser_the_record_is_kept(
    task: CaptureTask, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evidence.preserve.find_browser", lambda _: None)
    done = preserve(replace(task, url="https://social.example/1"))
    assert done.grade == "partial"
    assert done.missing == ("The page: no browser is installed here, so there is no picture.",)
    assert _opened(task, done, keys)["api-record.json"] == RECORD


def test_a_wrong_browser_setting_does_not_lose_the_record(task: CaptureTask, keys: Keys) -> None:
    done = preserve(replace(task, url="https://social.example/1", browser=Path("/nowhere")))
    assert done.grade == "partial"
    assert _opened(task, done, keys)["api-record.json"] == RECORD


def test_a_record_that_is_no_json_is_kept_as_it_is(task: CaptureTask, keys: Keys) -> None:
    task = replace(task, record=b"\xff\x00 not json")
    assert _opened(task, preserve(task), keys)["api-record.bin"] == b"\xff\x00 not json"


def test_files_are_for_their_owner_alone_and_say_nothing(
    chromium: Path, site: Site, task: CaptureTask
) -> None:
    preserve(replace(task, url=site.url("/post"), allow_loopback=True, browser=chromium))
    folder = folder_of(task)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert sorted(file.name for file in folder.iterdir()) == [
        f"{NAME}.json",
        f"{NAME}.tar.age",
        "record-key.age",
        "record-key.pub",
    ]
    for file in folder.iterdir():
        assert file.stat().st_mode & 0o777 == 0o600
        assert not any(word in file.read_bytes() for word in (b"invented", b"127.0.0.1", b"/post"))


def test_the_next_exhibit_gets_the_next_name(task: CaptureTask) -> None:
    preserve(task)
    assert preserve(replace(task, number=2)).file_name == f"{NAME}-2.tar.age"


def test_a_second_try_after_a_crash_finds_the_first_exhibit(task: CaptureTask) -> None:
    task = replace(task, mark="a keyed hash")
    first = preserve(task)
    assert preserve(replace(task, number=2)) == first
    assert _bundles(task) == [first.file_name]


def test_a_crash_before_the_bundle_was_named_leaves_nothing_in_the_way(task: CaptureTask) -> None:
    task = replace(task, mark="a keyed hash")
    first = preserve(task)
    (folder_of(task) / first.file_name).unlink()
    again = preserve(task)
    assert again.file_name == first.file_name
    assert preserve(task) == again


def test_another_posts_exhibit_is_neither_overwritten_nor_taken_for_ones_own(
    task: CaptureTask, keys: Keys
) -> None:
    first = preserve(replace(task, mark="one"))
    second = preserve(replace(task, mark="two", record=b'{"text": "another"}'))
    assert second.file_name == f"{NAME}-2.tar.age"
    assert _opened(task, first, keys)["api-record.json"] == RECORD
    assert _opened(task, second, keys)["api-record.json"] == b'{"text": "another"}'


def test_many_at_once_each_get_their_own_exhibit(task: CaptureTask, keys: Keys) -> None:
    tasks = [replace(task, mark=str(n), record=b'{"n": %d}' % n) for n in range(8)]
    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(preserve, tasks))
    assert len({one.file_name for one in done}) == 8
    for each, one in zip(tasks, done, strict=True):
        assert _opened(each, one, keys)["api-record.json"] == each.record


def test_a_reference_that_belongs_to_another_record_is_refused(
    task: CaptureTask, keys: Keys
) -> None:
    preserve(task)
    other = keys.record_key()
    with pytest.raises(ReferenceTakenError):
        preserve(replace(task, recipient=other.recipient, wrapped_key=other.wrapped))


def test_nothing_is_sealed_for_a_key_that_is_destroyed(task: CaptureTask) -> None:
    with pytest.raises(EvidenceError, match="destroyed"):
        preserve(replace(task, wrapped_key=b""))
    assert not folder_of(task).parent.exists()


def test_a_full_disk_is_said_and_leaves_no_half_bundle(task: CaptureTask) -> None:
    preserve(replace(task, number=7))  # The folder and the key are there; then the disk is full.
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, most))
    try:
        with pytest.raises(StorageError, match="The disk did not take it") as fault:
            preserve(task)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    assert fault.value.again
    folder = folder_of(task)
    assert _bundles(task) == [f"{NAME}-7.tar.age"]
    assert list(folder.glob(".draft*")) == []
    assert preserve(task).file_name == f"{NAME}.tar.age"


def test_a_folder_that_cannot_be_made_is_said(task: CaptureTask, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="could not be made"):
        preserve(replace(task, storage=FolderStorage(tmp_path / "file")))


def test_of_two_writers_of_one_name_only_one_writes(tmp_path: Path) -> None:
    file, start = tmp_path / "one", threading.Barrier(8)

    def write(number: int) -> bool:
        start.wait()
        return write_new(file, b"%d" % number * 1000)

    with ThreadPoolExecutor(8) as threads:
        wrote = list(threads.map(write, range(8)))
    assert sum(wrote) == 1
    assert file.read_bytes() == b"%d" % wrote.index(True) * 1000


def test_the_browsers_library_stays_out_of_the_program_itself() -> None:
    program = (
        "import sys, evidence.preserve, evidence.verify; sys.exit('playwright' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
