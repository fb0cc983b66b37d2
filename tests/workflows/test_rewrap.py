"""Keys change and every record stays open, to those who may open it from now on and no others."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pyrage import x25519
from sqlmodel import select

from evidence import key_change
from evidence.errors import StorageError
from evidence.preserve import CaptureTask, leave_key, preserve
from evidence.seal import read_sealer, signers_in
from evidence.storage import FolderStorage
from evidence.vault import OLD_VAULT, Vault, create_keys, read_public_keys
from evidence.verify import Trusted, verify
from records.database import reading, transaction
from records.errors import ConfigurationError
from records.record_key import RecordKey
from records.sealing import SealError, new_identity, unwrap
from tests.workflows.conftest import Office
from workflows.mentions import new_key
from workflows.rewrap import wrap_all_anew

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."


class Body:
    """An office with records, some of them with evidence, and its recovery key."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.keys: Path = office.services.evidence_folder.parent / "keys"
        self.storage = FolderStorage(office.services.evidence_folder)
        with transaction(office.services.database) as session:
            for _ in range(23):
                new_key(session, office.services)
        office.see(NAMING)
        self.reference = office.incidents()[0].reference
        with reading(office.services.database) as session:
            key = session.get_one(RecordKey, office.incidents()[0].key_id)
        assert key.wrapped
        task = CaptureTask(
            reference=self.reference,
            number=1,
            record=b"{}",
            url=None,
            recipient=key.recipient,
            wrapped_key=key.wrapped,
            storage=self.storage,
            sealer=office.services.sealer,
        )
        self.bundle = self.storage.root / self.reference / preserve(task).file_name

    def wrap(self, *holders: x25519.Identity) -> tuple[int, int]:
        found = wrap_all_anew(self.office.services.database, self.storage, self.keys, holders)
        return found.done, found.shut

    def wrapped(self) -> list[bytes]:
        """Every wrapped key, those beside bundles too."""
        with reading(self.office.services.database) as session:
            kept = [one.wrapped for one in session.exec(select(RecordKey)) if one.wrapped]
        return [*kept, self.bundle.with_name("record-key.age").read_bytes()]

    def opened_by(self, holder: x25519.Identity) -> int:
        return sum(_opens(one, holder) for one in self.wrapped())

    def vault(self) -> x25519.Identity:
        return identity_in(self.keys / "vault.key")


def identity_in(file: Path) -> x25519.Identity:
    return x25519.Identity.from_str(file.read_text().splitlines()[-1])


def _opens(wrapped: bytes, holder: x25519.Identity) -> bool:
    try:
        unwrap(wrapped, holder)
    except SealError:
        return False
    return True


@pytest.fixture
def recovery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[x25519.Identity]:
    """The recovery key as it was shown when the office's keys were made."""
    shown: list[x25519.Identity] = []

    def create(folder: Path) -> str:
        text = create_keys(folder)
        shown.append(x25519.Identity.from_str(text))
        return text

    monkeypatch.setattr("tests.workflows.conftest.create_keys", create)
    return shown


@pytest.fixture
def body(recovery: list[x25519.Identity], office: Office) -> Body:
    return Body(office)


def test_after_a_rotation_the_new_key_opens_all_and_the_old_one_nothing(
    body: Body, recovery: list[x25519.Identity]
) -> None:
    old, everything = body.vault(), len(body.wrapped())
    assert body.opened_by(old) == everything
    key_change.replace_vault_key(body.keys)
    assert body.wrap() == (everything - 1, 0)
    assert body.opened_by(body.vault()) == body.opened_by(recovery[0]) == everything
    assert body.opened_by(old) == 0
    assert not (body.keys / OLD_VAULT).exists()
    assert not key_change.is_under_way(body.keys)


def test_a_console_that_is_running_goes_on_opening_records(body: Body) -> None:
    console = Vault(body.keys)
    before = body.wrapped()
    key_change.replace_vault_key(body.keys)
    assert all(console.open_record_key(one) for one in before)
    body.wrap()
    assert all(console.open_record_key(one) for one in body.wrapped())


def test_a_watch_that_is_running_seals_for_the_new_key(body: Body) -> None:
    key_change.replace_vault_key(body.keys)
    with transaction(body.office.services.database) as session:
        made = new_key(session, body.office.services)
    assert made.wrapped
    assert _opens(made.wrapped, body.vault())


def test_evidence_still_verifies_and_more_can_be_kept_after_a_rotation(body: Body) -> None:
    key_change.replace_vault_key(body.keys)
    body.wrap()
    trusted = Trusted(signers_in(body.keys))
    assert verify(body.bundle, body.keys / "vault.key", trusted).faults == []
    with reading(body.office.services.database) as session:
        key = session.get_one(RecordKey, body.office.incidents()[0].key_id)
    leave_key(body.storage, body.reference, key.recipient, key.wrapped or b"")


@pytest.mark.parametrize("step", range(1, 5))
def test_a_rotation_broken_off_at_any_step_loses_nothing_and_goes_on(
    body: Body, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    old, everything = body.vault(), len(body.wrapped())
    calls = 0

    def breaking(write: Callable[..., object]) -> Callable[..., object]:
        def broken(*words: object) -> object:
            nonlocal calls
            calls += 1
            if calls == step:
                raise StorageError("The disk did not take it: No space left on device.")
            return write(*words)

        return broken

    with monkeypatch.context() as patch:
        for name in ("write_new", "replace_file"):
            patch.setattr(key_change, name, breaking(getattr(key_change, name)))
        with pytest.raises(StorageError):
            key_change.replace_vault_key(body.keys)
    assert all(Vault(body.keys).open_record_key(one) for one in body.wrapped())
    with transaction(body.office.services.database) as session:
        new_key(session, body.office.services)
    key_change.replace_vault_key(body.keys)
    body.wrap()
    assert body.opened_by(body.vault()) == everything + 1
    assert body.opened_by(old) == 0


class _Full(FolderStorage):
    def replace(self, name: str, content: bytes) -> None:
        raise StorageError("The disk did not take it: No space left on device.", again=True)


def test_wrapping_broken_off_in_the_middle_goes_on_and_keeps_the_old_key_until_then(
    body: Body,
) -> None:
    everything = len(body.wrapped())
    key_change.replace_vault_key(body.keys)
    with pytest.raises(StorageError):
        wrap_all_anew(body.office.services.database, _Full(body.storage.root), body.keys)
    assert key_change.is_under_way(body.keys)
    assert (body.keys / OLD_VAULT).exists()
    assert 0 < body.opened_by(body.vault()) < everything
    assert all(Vault(body.keys).open_record_key(one) for one in body.wrapped())
    key_change.replace_vault_key(body.keys)  # goes on with the key that was begun with
    body.wrap()
    assert body.opened_by(body.vault()) == everything


def test_a_lost_vault_key_is_replaced_with_the_recovery_key(
    body: Body, recovery: list[x25519.Identity]
) -> None:
    everything = len(body.wrapped())
    (body.keys / "vault.key").unlink()
    with pytest.raises(ConfigurationError):
        Vault(body.keys)
    key_change.replace_vault_key(body.keys)
    assert body.wrap(recovery[0]) == (everything - 1, 0)
    assert body.opened_by(body.vault()) == everything


def test_without_the_recovery_key_a_lost_vault_key_leaves_records_shut_and_says_so(
    body: Body,
) -> None:
    everything = len(body.wrapped())
    (body.keys / "vault.key").unlink()
    key_change.replace_vault_key(body.keys)
    assert body.wrap() == (0, everything - 1)
    assert key_change.is_under_way(body.keys)


def test_only_this_installations_recovery_key_is_taken(
    body: Body, recovery: list[x25519.Identity]
) -> None:
    text = f"# on paper\n{recovery[0]}\n"
    assert str(key_change.read_recovery_key(body.keys, text)) == str(recovery[0])
    for wrong in (str(new_identity()), "AGE-SECRET-KEY-1X", "", str(recovery[0].to_public())):
        with pytest.raises(key_change.KeyChangeError):
            key_change.read_recovery_key(body.keys, wrong)


def test_a_new_recovery_key_takes_the_old_ones_place(
    body: Body, recovery: list[x25519.Identity]
) -> None:
    new = x25519.Identity.from_str(key_change.replace_recovery_key(body.keys))
    body.wrap()
    assert body.opened_by(new) == len(body.wrapped())
    assert body.opened_by(recovery[0]) == 0


def test_a_person_opens_what_was_kept_and_what_will_be_until_they_are_removed(
    body: Body, tmp_path: Path
) -> None:
    person = new_identity()
    key_change.add_person(body.keys, "s005", str(person.to_public()))
    body.wrap()
    with transaction(body.office.services.database) as session:
        new_key(session, body.office.services)
    assert body.opened_by(person) == len(body.wrapped())
    own = tmp_path / "own.txt"
    own.write_text(str(person))
    own.chmod(0o600)
    assert verify(body.bundle, own, Trusted(signers_in(body.keys))).faults == []
    copied = body.wrapped()[0]
    key_change.remove_person(body.keys, "s005")
    body.wrap()
    assert body.opened_by(person) == 0
    assert _opens(copied, person)  # what rotation and removal can't undo


@pytest.mark.parametrize("staff_id", ["../s005", "", "a/b", ".hidden"])
def test_a_staff_id_that_leads_elsewhere_is_refused(body: Body, staff_id: str) -> None:
    public = str(new_identity().to_public())
    with pytest.raises(key_change.KeyChangeError):
        key_change.add_person(body.keys, staff_id, public)
    with pytest.raises(key_change.KeyChangeError):
        key_change.remove_person(body.keys, staff_id)


@pytest.mark.parametrize(
    "key",
    ["", "age1nonsense", "ssh-ed25519 AAAA", str(new_identity())],
    ids=["nothing", "nonsense", "a key of ssh", "a secret key"],
)
def test_what_is_no_age_public_key_is_refused(body: Body, key: str) -> None:
    with pytest.raises(key_change.KeyChangeError):
        key_change.add_person(body.keys, "s005", key)
    assert read_public_keys(body.keys).people == ()


def test_a_destroyed_key_stays_destroyed(body: Body) -> None:
    with transaction(body.office.services.database) as session:
        session.get_one(RecordKey, 1).wrapped = None
    key_change.replace_vault_key(body.keys)
    body.wrap()
    with reading(body.office.services.database) as session:
        assert session.get_one(RecordKey, 1).wrapped is None


def test_what_a_replaced_signing_key_signed_is_still_known(body: Body) -> None:
    before = read_sealer(body.keys)
    key_change.replace_signing_key(body.keys)
    assert read_sealer(body.keys).sign(b"x") != before.sign(b"x")
    trusted = Trusted(signers_in(body.keys))
    checked = verify(body.bundle, body.keys / "vault.key", trusted)
    assert checked.faults == []
    assert "seal-until-" in checked.remarks[0]


def test_two_commands_never_change_keys_at_once(body: Body) -> None:
    with (
        key_change.alone_with(body.keys),
        pytest.raises(key_change.KeyChangeError, match="another command"),
        key_change.alone_with(body.keys),
    ):
        pass
