from pathlib import Path

import pytest
from pyrage import x25519

from evidence.vault import Vault, WorkingKey, create_keys, read_public_keys
from records.errors import ConfigurationError
from records.sealing import SealError, new_record_key, seal, unwrap
from tests.evidence.conftest import Keys


def test_key_files_are_for_their_owner_alone(keys: Keys) -> None:
    assert keys.folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in keys.folder.iterdir()} == {0o600}


def test_the_recovery_identity_is_told_once_and_kept_nowhere(keys: Keys) -> None:
    secret = str(keys.recovery).encode()
    assert create_keys(keys.folder) == ""
    assert all(secret not in file.read_bytes() for file in keys.folder.iterdir())
    assert str(keys.recovery.to_public()) == keys.public.recovery


def test_making_keys_again_changes_none(keys: Keys) -> None:
    before = {file: file.read_bytes() for file in keys.folder.iterdir()}
    create_keys(keys.folder)
    assert {file: file.read_bytes() for file in keys.folder.iterdir()} == before


def test_an_interrupted_first_run_is_completed(keys: Keys) -> None:
    vault = (keys.folder / "vault.key").read_bytes()
    (keys.folder / "recovery.pub").unlink()
    (keys.folder / "pepper").unlink()
    assert create_keys(keys.folder).startswith("AGE-SECRET-KEY-1")
    assert (keys.folder / "vault.key").read_bytes() == vault
    read_public_keys(keys.folder)


def test_a_key_lost_later_is_reported_and_not_replaced(keys: Keys) -> None:
    (keys.folder / "pepper").unlink()
    with pytest.raises(ConfigurationError, match=r"pepper: is missing"):
        create_keys(keys.folder)
    assert not (keys.folder / "pepper").exists()


def test_vault_and_recovery_key_each_open_a_record_key(keys: Keys) -> None:
    key = keys.record_key()
    by_vault = Vault(keys.folder).open_record_key(key.wrapped)
    assert str(by_vault) == str(unwrap(key.wrapped, keys.recovery))
    assert str(by_vault.to_public()) == key.recipient


def test_the_vault_refuses_a_key_that_was_wrapped_for_others(keys: Keys) -> None:
    stranger = str(x25519.Identity.generate().to_public())
    with pytest.raises(SealError):
        Vault(keys.folder).open_record_key(new_record_key([stranger]).wrapped)


def test_the_working_key_opens_work_in_progress_and_no_record(keys: Keys) -> None:
    working = WorkingKey(keys.folder)
    sealed = seal(b"a post", place="work:1", recipient=keys.public.working)
    assert working.open(sealed, "work:1") == b"a post"
    with pytest.raises(SealError):
        working.open(sealed, "work:2")
    with pytest.raises(SealError):
        working.open(keys.record_key().wrapped, "work:1")


def test_watching_needs_no_secret_key(keys: Keys) -> None:
    for name in ("vault.key", "working.key"):
        (keys.folder / name).unlink()
    assert read_public_keys(keys.folder) == keys.public


def test_keys_do_not_show_in_their_owners_text(keys: Keys) -> None:
    shown = f"{keys.public!r} {Vault(keys.folder)!r} {WorkingKey(keys.folder)!r}"
    assert "SECRET" not in shown
    assert repr(keys.public.pepper) not in shown


@pytest.mark.parametrize("name", ["vault.key", "vault.pub"])
def test_a_missing_key_file_is_named(keys: Keys, name: str) -> None:
    (keys.folder / name).unlink()
    with pytest.raises(ConfigurationError, match=rf"{name}: is missing. Run `namewatch init`"):
        Vault(keys.folder)


@pytest.mark.parametrize("name", ["vault.pub", "recovery.pub", "working.pub", "pepper"])
@pytest.mark.parametrize("content", [b"", b"age1nonsense", b"\xff\xfe"])
def test_a_damaged_public_file_is_named(keys: Keys, name: str, content: bytes) -> None:
    (keys.folder / name).write_bytes(content)
    with pytest.raises(ConfigurationError, match=rf"{name}: is damaged"):
        read_public_keys(keys.folder)


@pytest.mark.parametrize("content", [b"", b"AGE-SECRET-KEY-1X", b"\xff", b"# only a comment\n"])
def test_a_damaged_secret_key_is_named_and_not_shown(keys: Keys, content: bytes) -> None:
    (keys.folder / "vault.key").write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"vault.key: holds no readable age key") as fault:
        Vault(keys.folder)
    assert "SECRET" not in str(fault.value)


def test_a_secret_key_from_another_installation_is_refused(keys: Keys, tmp_path: Path) -> None:
    create_keys(tmp_path / "other")
    (keys.folder / "vault.key").write_bytes((tmp_path / "other" / "vault.key").read_bytes())
    with pytest.raises(ConfigurationError, match=r"does not belong to vault.pub"):
        Vault(keys.folder)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_can_read_is_refused_with_the_cure(keys: Keys, mode: int) -> None:
    (keys.folder / "vault.key").chmod(mode)
    with pytest.raises(ConfigurationError, match=r"vault.key: .* Run: chmod 600"):
        Vault(keys.folder)


def test_a_folder_that_others_can_enter_is_refused_with_the_cure(keys: Keys) -> None:
    keys.folder.chmod(0o755)
    for use in (Vault, WorkingKey, read_public_keys, create_keys):
        with pytest.raises(ConfigurationError, match=r"Run: chmod 700"):
            use(keys.folder)
