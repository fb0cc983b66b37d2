from dataclasses import replace
from pathlib import Path

import pytest
from pyrage import x25519

from evidence.preserve import CaptureTask, preserve
from evidence.vault import create_keys
from evidence.verify import verify
from records.errors import ConfigurationError
from tests.evidence.conftest import Keys, folder_of


@pytest.fixture
def bundle(task: CaptureTask) -> Path:
    return folder_of(task) / preserve(task).file_name


@pytest.fixture
def recovery_file(keys: Keys, tmp_path: Path) -> Path:
    file = tmp_path / "recovery.txt"
    file.write_text(f"# written down at the first run\n{keys.recovery}\n")
    file.chmod(0o600)
    return file


def test_an_intact_bundle_has_no_fault(bundle: Path, keys: Keys, recovery_file: Path) -> None:
    assert verify(bundle, keys.folder / "vault.key") == []
    assert verify(bundle, recovery_file) == []
    assert verify(bundle, None) == []


def test_a_bundle_moved_with_its_key_still_verifies(
    bundle: Path, recovery_file: Path, tmp_path: Path
) -> None:
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in (bundle.name, "record-key.age"):
        (moved / name).write_bytes((bundle.parent / name).read_bytes())
    assert verify(moved / bundle.name, recovery_file) == []


def test_the_working_key_opens_no_finished_evidence(bundle: Path, keys: Keys) -> None:
    assert verify(bundle, keys.folder / "working.key") == [
        "record-key.age does not open with this key: it is damaged, or for another key."
    ]


@pytest.mark.parametrize("with_key", [True, False])
@pytest.mark.parametrize("at", [5, 300, -1])
def test_a_changed_byte_is_found_with_and_without_a_key(
    bundle: Path, keys: Keys, at: int, with_key: bool
) -> None:
    content = bytearray(bundle.read_bytes())
    content[at] ^= 1
    bundle.write_bytes(content)
    assert verify(bundle, keys.folder / "vault.key" if with_key else None)


def test_a_changed_byte_is_found_by_the_key_when_the_note_is_gone(bundle: Path, keys: Keys) -> None:
    content = bytearray(bundle.read_bytes())
    content[-1] ^= 1
    bundle.write_bytes(content)
    for note in bundle.parent.glob("*.json"):
        note.unlink()
    assert verify(bundle, None) == []
    assert verify(bundle, keys.folder / "vault.key") == [
        "This bundle does not open: it is damaged, or sealed for another key."
    ]


def test_a_bundle_of_another_record_put_in_its_place_is_found(
    bundle: Path, task: CaptureTask, keys: Keys
) -> None:
    key = keys.record_key()
    other = replace(
        task, reference="NW-2026-0002", recipient=key.recipient, wrapped_key=key.wrapped
    )
    swapped = folder_of(other) / preserve(other).file_name
    bundle.write_bytes(swapped.read_bytes())
    assert verify(bundle, keys.folder / "vault.key")


def test_what_is_not_there_is_said(bundle: Path, keys: Keys, tmp_path: Path) -> None:
    assert verify(tmp_path / "nowhere", None) == [
        "The bundle cannot be read (No such file or directory)."
    ]
    bundle.with_name("record-key.age").unlink()
    assert verify(bundle, keys.folder / "vault.key") == [
        "record-key.age beside the bundle cannot be read (No such file or directory)."
    ]


def test_a_file_that_is_no_bundle_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"hello")
    assert verify(tmp_path / "file", None) == [
        "This is no age-encrypted bundle, or its beginning is damaged."
    ]


def test_a_key_file_without_a_key_is_a_wrong_setting(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(str(x25519.Identity.generate().to_public()))
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(ConfigurationError, match="AGE-SECRET-KEY"):
        verify(bundle, tmp_path / "key")


def test_another_installations_key_does_not_open_it(bundle: Path, tmp_path: Path) -> None:
    create_keys(tmp_path / "other")
    assert verify(bundle, tmp_path / "other" / "vault.key") == [
        "record-key.age does not open with this key: it is damaged, or for another key."
    ]
