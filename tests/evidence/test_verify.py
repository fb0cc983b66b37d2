"""`verify`: an intact bundle passes, with what is known of it; anything else is named."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyrage import x25519

from evidence.preserve import CaptureTask, preserve
from evidence.seal import Sealer, read_sealer, read_signer, signers_in
from evidence.stamp import Authority
from evidence.vault import create_keys
from evidence.verify import UNSIGNED, Checked, Trusted, verify
from records.errors import ConfigurationError
from tests.evidence.conftest import Keys, folder_of
from tests.servers.tsa import Tsa, failing

BEFORE = Path(__file__).parent / "made_before_signing"
NAME = "DISTRESSING-CONTENT_do-not-open-without-need_NW-2026-0001"


@pytest.fixture
def bundle(task: CaptureTask) -> Path:
    return folder_of(task) / preserve(task).file_name


@pytest.fixture
def trusted(keys: Keys) -> Trusted:
    return Trusted(signers_in(keys.folder))


@pytest.fixture
def checked(bundle: Path, keys: Keys, trusted: Trusted) -> Callable[[], Checked]:
    """Check the bundle as its own installation does."""
    return lambda: verify(bundle, keys.folder / "vault.key", trusted)


@pytest.fixture
def recovery_file(keys: Keys, tmp_path: Path) -> Path:
    file = tmp_path / "recovery.txt"
    file.write_text(f"# written down at the first run\n{keys.recovery}\n")
    file.chmod(0o600)
    return file


def test_an_intact_bundle_has_no_fault(
    bundle: Path, keys: Keys, recovery_file: Path, trusted: Trusted
) -> None:
    for key in (keys.folder / "vault.key", recovery_file, None):
        assert verify(bundle, key, trusted).faults == []


def test_it_says_who_signed_and_that_no_time_stamp_was_had(
    checked: Callable[[], Checked], keys: Keys
) -> None:
    assert checked().remarks == [
        f"Signed by this installation's own, {keys.folder / 'seal.pub'}.",
        "No time stamp inside: No time-stamp authority is set.",
    ]


def test_without_a_key_it_says_that_only_the_outside_was_checked(
    bundle: Path, trusted: Trusted
) -> None:
    (remark,) = verify(bundle, None, trusted).remarks
    assert "Only the outside was checked" in remark


def test_without_a_key_and_without_its_note_nothing_is_called_intact(
    bundle: Path, trusted: Trusted, keys: Keys, tmp_path: Path
) -> None:
    alone = tmp_path / "handed over" / bundle.name
    alone.parent.mkdir()
    alone.write_bytes(bundle.read_bytes())
    (fault,) = verify(alone, None, trusted).faults
    assert fault.startswith("Nothing could be checked")
    (alone.parent / "record-key.age").write_bytes((bundle.parent / "record-key.age").read_bytes())
    assert verify(alone, keys.folder / "vault.key", trusted).faults == []


def test_a_time_stamp_is_told_with_the_certificate_it_was_checked_against(
    task: CaptureTask, keys: Keys, trusted: Trusted
) -> None:
    with Tsa() as tsa:
        authority = Authority(tsa.url, tsa.ca.read_bytes())
        done = preserve(replace(task, sealer=read_sealer(keys.folder, authority)))
    assert done.stamped
    bundle = folder_of(task) / done.file_name
    of_the_bundle = verify(bundle, keys.folder / "vault.key", trusted)
    assert of_the_bundle.faults == []
    assert "came with the bundle" in of_the_bundle.remarks[-1]
    given = replace(trusted, certificates=authority.certificates)
    assert "the certificate given" in verify(bundle, keys.folder / "vault.key", given).remarks[-1]
    with Tsa() as other:
        another = replace(trusted, certificates=other.ca.read_bytes())
    (fault,) = verify(bundle, keys.folder / "vault.key", another).faults
    assert fault.startswith("SHA256SUMS.tsr: The time stamp does not hold")


def test_a_seal_without_an_answer_of_the_authority_says_so(
    task: CaptureTask, keys: Keys, trusted: Trusted
) -> None:
    with Tsa() as tsa:
        tsa.misbehaves = failing
        authority = Authority(tsa.url, tsa.ca.read_bytes())
        done = preserve(replace(task, sealer=read_sealer(keys.folder, authority)))
    assert not done.stamped
    said = verify(folder_of(task) / done.file_name, keys.folder / "vault.key", trusted)
    assert said.faults == []
    assert said.remarks[-1] == ("No time stamp inside: The time-stamp authority answered with 503.")


def test_a_signer_who_is_not_known_is_refused_and_one_who_is_given_is_not(
    bundle: Path, task: CaptureTask, keys: Keys, tmp_path: Path
) -> None:
    create_keys(tmp_path / "other")
    stranger = Trusted(signers_in(tmp_path / "other"))
    assert any("not known here" in one for one in verify(bundle, None, stranger).faults)
    nobody = verify(bundle, keys.folder / "vault.key", Trusted())
    assert any("give --signer FILE" in one for one in nobody.faults)
    given = Trusted([read_signer(keys.folder / "seal.pub", "seal.pub as given")])
    said = verify(bundle, keys.folder / "vault.key", given)
    assert (said.faults, said.remarks[0]) == ([], "Signed by seal.pub as given.")


def test_a_bundle_of_another_signer_in_our_name_is_found(
    task: CaptureTask, keys: Keys, trusted: Trusted
) -> None:
    forged = replace(task, sealer=Sealer(Ed25519PrivateKey.generate()))
    bundle = folder_of(task) / preserve(forged).file_name
    bundle.with_name(f"{NAME}.json").unlink()
    (fault,) = verify(bundle, keys.folder / "vault.key", trusted).faults
    assert fault.startswith("signer.pub is a key that is not known here")


def test_a_bundle_under_another_name_is_found(
    bundle: Path, keys: Keys, trusted: Trusted, tmp_path: Path
) -> None:
    moved = tmp_path / bundle.name.replace("0001", "0002")
    shutil.copy(bundle, moved)
    shutil.copy(bundle.with_name("record-key.age"), tmp_path)
    assert verify(moved, keys.folder / "vault.key", trusted).faults == [
        f"The file is named {moved.name}, but inside it is exhibit 1 of NW-2026-0001."
    ]


@pytest.fixture
def holder(tmp_path: Path) -> Path:
    """The key of the bundle from before; a checkout leaves its copy open to others."""
    copy = tmp_path / "holder.txt"
    copy.write_bytes((BEFORE / "holder.txt").read_bytes())
    copy.chmod(0o600)
    return copy


def test_a_bundle_from_before_signing_is_intact_and_said_to_be_unsigned(
    keys: Keys, holder: Path
) -> None:
    for trusted in (Trusted(), Trusted(signers_in(keys.folder))):
        said = verify(BEFORE / f"{NAME}.tar.age", holder, trusted)
        assert (said.faults, said.remarks) == ([], [UNSIGNED])
    said = verify(BEFORE / f"{NAME}.tar.age", None)
    assert said.faults == []


def test_a_newer_bundle_can_not_pass_for_one_from_before_signing(keys: Keys, holder: Path) -> None:
    (own,) = signers_in(keys.folder)
    assert own.since
    since = Trusted([replace(own, since=own.since.replace(year=2025))])
    (fault,) = verify(BEFORE / f"{NAME}.tar.age", holder, since).faults
    assert "began to sign" in fault


def test_a_bundle_moved_with_its_key_still_verifies(
    bundle: Path, recovery_file: Path, tmp_path: Path, trusted: Trusted
) -> None:
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in (bundle.name, "record-key.age"):
        (moved / name).write_bytes((bundle.parent / name).read_bytes())
    assert verify(moved / bundle.name, recovery_file, trusted).faults == []


def test_the_working_key_opens_no_finished_evidence(bundle: Path, keys: Keys) -> None:
    assert verify(bundle, keys.folder / "working.key").faults == [
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
    assert verify(bundle, keys.folder / "vault.key" if with_key else None).faults


def test_a_changed_byte_is_found_by_the_key_when_the_note_is_gone(bundle: Path, keys: Keys) -> None:
    content = bytearray(bundle.read_bytes())
    content[-1] ^= 1
    bundle.write_bytes(content)
    for note in bundle.parent.glob("*.json"):
        note.unlink()
    (nothing,) = verify(bundle, None).faults
    assert nothing.startswith("Nothing could be checked")
    assert verify(bundle, keys.folder / "vault.key").faults == [
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
    assert verify(bundle, keys.folder / "vault.key").faults


def test_what_is_not_there_is_said(bundle: Path, keys: Keys, tmp_path: Path) -> None:
    assert verify(tmp_path / "nowhere", None).faults == [
        "The bundle cannot be read (No such file or directory)."
    ]
    bundle.with_name("record-key.age").unlink()
    assert verify(bundle, keys.folder / "vault.key").faults == [
        "record-key.age is not beside the bundle."
    ]


def test_a_file_that_is_no_bundle_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"hello")
    assert verify(tmp_path / "file", None).faults == [
        "This is no age-encrypted bundle, or its beginning is damaged."
    ]


def test_a_key_file_without_a_key_is_a_wrong_setting(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(str(x25519.Identity.generate().to_public()))
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(ConfigurationError, match="AGE-SECRET-KEY"):
        verify(bundle, tmp_path / "key")


def test_another_installations_key_does_not_open_it(bundle: Path, tmp_path: Path) -> None:
    create_keys(tmp_path / "other")
    assert verify(bundle, tmp_path / "other" / "vault.key").faults == [
        "record-key.age does not open with this key: it is damaged, or for another key."
    ]


def test_an_unsigned_bundle_is_refused_where_a_signer_is_asked_for(
    keys: Keys, holder: Path
) -> None:
    given = replace(read_signer(keys.folder / "seal.pub", "the key given"), since=None)
    asked_for = Trusted([given])
    said = verify(BEFORE / f"{NAME}.tar.age", holder, asked_for)
    assert said.faults == ["It is not signed, so not by the key that was given either."]
