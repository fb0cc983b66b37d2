"""A thousand random changes to what was sealed, every one refused with what is wrong."""

import hashlib
import io
import random
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyrage import x25519

from evidence.bundle import open_bundle
from evidence.preserve import CaptureTask, preserve
from evidence.seal import Sealer, read_sealer, signers_in
from evidence.stamp import Authority
from evidence.storage import FolderStorage
from evidence.sums import SIGNATURE, SUMS, TOKEN, TOKEN_SIGNATURE, sums_of
from evidence.vault import create_keys, read_public_keys
from evidence.verify import Trusted, check, later_stamp_name
from records.sealing import new_record_key, unwrap
from tests.servers.tsa import Tsa

CHANGES = 1_000
SEED = 20261122


@dataclass(frozen=True)
class Lying:
    """One bundle with all that lies beside it, and the two keys that open and check it."""

    name: str
    files: dict[str, bytes]
    trusted: Trusted
    holder: x25519.Identity

    def refused_for(self) -> list[str]:
        beside = {name: one for name, one in self.files.items() if name != self.name}
        return check(self.name, self.files[self.name], beside.get, self.holder, self.trusted).faults

    def with_file(self, name: str, content: bytes) -> "Lying":
        return replace(self, files={**self.files, name: content})

    def opened(self) -> dict[str, bytes]:
        key = unwrap(self.files["record-key.age"], self.holder)
        return open_bundle(self.files[self.name], key)

    def resealed(self, content: dict[str, bytes]) -> "Lying":
        """As one who holds the record's public key would forge it, the note left away."""
        recipient = self.files["record-key.pub"].decode().strip()
        sealed = pyrage.encrypt(_tar(content), [x25519.Recipient.from_str(recipient)])
        kept = {n: one for n, one in self.files.items() if not n.endswith((".json", ".tsr"))}
        kept = {n: one for n, one in kept.items() if not n.endswith(".tsr.sig")}
        return replace(self, files={**kept, self.name: sealed})


def _tar(content: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as tar:
        for name, one in content.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(one)
            tar.addfile(entry, io.BytesIO(one))
    return whole.getvalue()


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Lying]]:
    """Two incidents of one installation, with time stamps inside and beside."""
    folder = tmp_path_factory.mktemp("tampering")
    recovery = x25519.Identity.from_str(create_keys(folder / "keys"))
    with Tsa() as tsa:
        authority = Authority(tsa.url, tsa.ca.read_bytes())
        trusted = Trusted(signers_in(folder / "keys"), authority.certificates)
        yield [
            _made(folder, reference, recovery, trusted, authority)
            for reference in ("NW-2026-0001", "NW-2026-0002")
        ]


def _made(
    folder: Path,
    reference: str,
    holder: x25519.Identity,
    trusted: Trusted,
    authority: Authority,
) -> Lying:
    key = new_record_key(read_public_keys(folder / "keys").recipients())
    sealer = read_sealer(folder / "keys", authority)
    storage = FolderStorage(folder / "evidence")
    done = preserve(
        CaptureTask(
            reference=reference,
            number=1,
            record=b'{"text": "An invented post"}',
            url=None,
            recipient=key.recipient,
            wrapped_key=key.wrapped,
            storage=storage,
            sealer=sealer,
        )
    )
    sealed = storage.read(f"{reference}/{done.file_name}")
    token = authority.stamp(sealed)
    files = {name: storage.read(f"{reference}/{name}") for name in storage.names(reference)}
    later = later_stamp_name(done.file_name)
    files |= {later: token, f"{later}.sig": sealer.sign(token)}
    return Lying(done.file_name, files, trusted, holder)


Change = Callable[[random.Random, Lying, Lying], Lying]


def _flipped(dice: random.Random, content: bytes) -> bytes:
    at = dice.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << dice.randrange(8)]) + content[at + 1 :]


def flip_a_bit(dice: random.Random, one: Lying, _: Lying) -> Lying:
    return one.with_file(one.name, _flipped(dice, one.files[one.name]))


def flip_a_bit_beside(dice: random.Random, one: Lying, _: Lying) -> Lying:
    name = dice.choice(sorted(one.files.keys() - {one.name}))
    return one.with_file(name, _flipped(dice, one.files[name]))


def cut_off(dice: random.Random, one: Lying, _: Lying) -> Lying:
    name = dice.choice(sorted(one.files))
    return one.with_file(name, one.files[name][: dice.randrange(len(one.files[name]))])


def append(dice: random.Random, one: Lying, _: Lying) -> Lying:
    name = dice.choice(sorted(one.files))
    return one.with_file(name, one.files[name] + dice.randbytes(dice.randint(1, 40)))


def swap_two_pieces(dice: random.Random, one: Lying, _: Lying) -> Lying:
    content = one.files[one.name]
    size = dice.randint(8, 64)
    a, b = sorted(dice.sample(range(0, len(content) - size, size), 2))
    swapped = content[:a] + content[b : b + size] + content[a + size : b]
    return one.with_file(one.name, swapped + content[a : a + size] + content[b + size :])


def take_the_key_away(_dice: random.Random, one: Lying, _: Lying) -> Lying:
    return replace(one, files={n: c for n, c in one.files.items() if n != "record-key.age"})


def take_a_later_signature_away(_dice: random.Random, one: Lying, _: Lying) -> Lying:
    return replace(one, files={n: c for n, c in one.files.items() if not n.endswith(".tsr.sig")})


def put_anothers_in_its_place(dice: random.Random, one: Lying, other: Lying) -> Lying:
    ours, theirs = sorted(one.files), sorted(other.files)
    at = dice.randrange(len(ours))
    return one.with_file(ours[at], other.files[theirs[at]])


def rename(dice: random.Random, one: Lying, _: Lying) -> Lying:
    number = dice.randint(3, 9999)
    old, new = "NW-2026-0001", f"NW-2026-{number:04}"
    renamed = {name.replace(old, new): content for name, content in one.files.items()}
    return replace(one, name=one.name.replace(old, new), files=renamed)


def take_a_file_out(dice: random.Random, one: Lying, _: Lying) -> Lying:
    content = one.opened()
    del content[dice.choice(sorted(content))]
    return one.resealed(content)


def change_a_file_inside(dice: random.Random, one: Lying, _: Lying) -> Lying:
    content = one.opened()
    name = dice.choice(sorted(content))
    return one.resealed({**content, name: _flipped(dice, content[name])})


def change_a_file_and_its_sum(dice: random.Random, one: Lying, _: Lying) -> Lying:
    content = one.opened()
    listed = sorted(content.keys() - {SUMS, SIGNATURE, TOKEN, TOKEN_SIGNATURE})
    name = dice.choice(listed)
    changed = {**content, name: _flipped(dice, content[name])}
    sums = sums_of({each: changed[each] for each in listed})
    return one.resealed({**changed, SUMS: sums})


def add_a_file(dice: random.Random, one: Lying, _: Lying) -> Lying:
    return one.resealed({**one.opened(), f"extra-{dice.randrange(99)}.txt": b"slipped in"})


def swap_two_files(dice: random.Random, one: Lying, _: Lying) -> Lying:
    content = one.opened()
    a, b = dice.sample(sorted(content), 2)
    return one.resealed({**content, a: content[b], b: content[a]})


def swap_the_token(_dice: random.Random, one: Lying, other: Lying) -> Lying:
    theirs = other.opened()
    tokens = {name: theirs[name] for name in (TOKEN, TOKEN_SIGNATURE)}
    return one.resealed({**one.opened(), **tokens})


def sign_it_with_another_key(dice: random.Random, one: Lying, _: Lying) -> Lying:
    content = one.opened()
    parts = {name: content[name] for name in ("README.txt", "capture-report.json")}
    parts["api-record.json"] = _flipped(dice, content["api-record.json"])
    thief = Sealer(Ed25519PrivateKey.from_private_bytes(dice.randbytes(32)))
    return one.resealed(thief.close(parts, reference="NW-2026-0001", number=1))


def pass_it_off_as_unsigned(dice: random.Random, one: Lying, _: Lying) -> Lying:
    content = one.opened()
    parts = {name: content[name] for name in ("README.txt", "capture-report.json")}
    parts["api-record.json"] = _flipped(dice, content["api-record.json"])
    return one.resealed({**parts, SUMS: sums_of(parts)})


def seal_it_for_another_incidents_key(_dice: random.Random, one: Lying, other: Lying) -> Lying:
    for_other = replace(one, files={**one.files, "record-key.pub": other.files["record-key.pub"]})
    sealed = for_other.resealed(one.opened()).files[one.name]
    return one.with_file(one.name, sealed)


CHANGE: list[Change] = [
    flip_a_bit,
    flip_a_bit_beside,
    cut_off,
    append,
    swap_two_pieces,
    take_the_key_away,
    take_a_later_signature_away,
    put_anothers_in_its_place,
    rename,
    take_a_file_out,
    change_a_file_inside,
    change_a_file_and_its_sum,
    add_a_file,
    swap_two_files,
    swap_the_token,
    sign_it_with_another_key,
    pass_it_off_as_unsigned,
    seal_it_for_another_incidents_key,
]


def test_what_was_not_changed_is_intact(bundles: list[Lying]) -> None:
    for one in bundles:
        assert one.refused_for() == []
        assert hashlib.sha256(one.files[one.name]).hexdigest()


def test_a_note_in_other_letters_is_refused(bundles: list[Lying]) -> None:
    one, _ = bundles
    (name,) = (file for file in one.files if file.endswith(".json"))
    for at, sign in enumerate(one.files[name].decode()):
        other = one.files[name].decode()
        changed = other[:at] + sign.swapcase() + other[at + 1 :]
        if changed != other:
            assert one.with_file(name, changed.encode()).refused_for(), at


def test_of_a_thousand_random_changes_every_one_is_refused_with_a_reason(
    bundles: list[Lying],
) -> None:
    dice = random.Random(SEED)
    one, other = bundles
    passed: Counter[str] = Counter()
    for _ in range(CHANGES):
        change = dice.choice(CHANGE)
        reasons = change(dice, one, other).refused_for()
        if not reasons or not all(reason.endswith(".") or ":" in reason for reason in reasons):
            passed[change.__name__] += 1
    assert passed == Counter()
