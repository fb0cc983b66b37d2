import hashlib
import io
import shutil
import subprocess
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyrage import x25519

from evidence.bundle import bundle_name, make_bundle, read_bundle
from evidence.errors import BundleError, WrongKeyError
from evidence.seal import Sealer
from evidence.sums import check_sums

RECORD = b'{"text": "An invented post",  "n":1.0}\n'
WHEN = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
PARTS = {"api-record.json": RECORD, "page-as-loaded.png": b"\x89PNG", "capture-report.json": b"{}"}
IDENTITY = x25519.Identity.generate()
SEALER = Sealer(Ed25519PrivateKey.generate())


SEAL = {"README.txt", "SHA256SUMS", "SHA256SUMS.sig", "seal.json", "signer.pub"}


def _bundle(parts: dict[str, bytes]) -> bytes:
    return make_bundle(
        parts,
        reference="NW-2026-0001",
        number=1,
        made_at=WHEN,
        recipient=str(IDENTITY.to_public()),
        sealer=SEALER,
    ).sealed


def _sealed_tar(entries: list[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as tar:
        for entry, content in entries:
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return pyrage.encrypt(whole.getvalue(), [IDENTITY.to_public()])


def _written(folder: Path, content: bytes) -> Path:
    file = folder / "bundle.tar.age"
    file.write_bytes(content)
    return file


def test_the_file_name_warns_and_names_no_one() -> None:
    name = "DISTRESSING-CONTENT_do-not-open-without-need_NW-2026-0001"
    assert bundle_name("NW-2026-0001", 1) == f"{name}.tar.age"
    assert bundle_name("NW-2026-0001", 2) == f"{name}-2.tar.age"


@pytest.mark.parametrize("reference", ["", "../NW-1", "NW/1", "nw 1", "NW-2026-0001\n", ".."])
def test_a_reference_that_is_no_reference_becomes_no_path(reference: str) -> None:
    with pytest.raises(BundleError):
        bundle_name(reference, 1)


def test_what_goes_in_comes_out_byte_for_byte(tmp_path: Path) -> None:
    content = read_bundle(_written(tmp_path, _bundle(PARTS)), IDENTITY)
    assert {name: content[name] for name in PARTS} == PARTS
    assert content.keys() == PARTS.keys() | SEAL


def test_the_readme_says_what_each_file_is(tmp_path: Path) -> None:
    text = read_bundle(_written(tmp_path, _bundle(PARTS)), IDENTITY)["README.txt"].decode()
    assert "NW-2026-0001, exhibit 1" in text
    assert all(name in text for name in PARTS)
    assert "page-full.png" not in text


def test_the_sums_are_as_the_sha256sum_tool_wants_them(tmp_path: Path) -> None:
    content = read_bundle(_written(tmp_path, _bundle(PARTS)), IDENTITY)
    for name, part in content.items():
        (tmp_path / name).write_bytes(part)
    tool = shutil.which("sha256sum")
    assert tool
    said = subprocess.run(
        [tool, "-c", "SHA256SUMS"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert said.stdout.count(": OK") == len(content) - 2  # the sums and what is over them


def test_nothing_readable_is_in_the_sealed_file() -> None:
    sealed = _bundle(PARTS)
    assert b"invented post" not in sealed
    assert b"api-record" not in sealed


def test_the_same_parts_make_the_same_tar() -> None:
    opened = [pyrage.decrypt(_bundle(PARTS), [IDENTITY]) for _ in range(2)]
    assert opened[0] == opened[1]


def test_another_key_does_not_open_it(tmp_path: Path) -> None:
    with pytest.raises(WrongKeyError):
        read_bundle(_written(tmp_path, _bundle(PARTS)), x25519.Identity.generate())


def test_no_flipped_bit_goes_unnoticed(tmp_path: Path) -> None:
    sealed = _bundle(PARTS)
    for at in range(0, len(sealed), 97):
        broken = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises((BundleError, WrongKeyError)):
            read_bundle(_written(tmp_path, broken), IDENTITY)


@pytest.mark.parametrize("length", [0, 10, 200, 1000, -1])
def test_a_cut_off_bundle_is_noticed(tmp_path: Path, length: int) -> None:
    with pytest.raises((BundleError, WrongKeyError)):
        read_bundle(_written(tmp_path, _bundle(PARTS)[:length]), IDENTITY)


def test_a_resealed_bundle_with_a_changed_record_is_noticed(tmp_path: Path) -> None:
    sums = f"{hashlib.sha256(RECORD).hexdigest()}  api-record.json\n".encode()
    forged = _sealed_tar(
        [
            (tarfile.TarInfo("api-record.json"), RECORD + b" "),
            (tarfile.TarInfo("SHA256SUMS"), sums),
        ]
    )
    with pytest.raises(BundleError, match=r"api-record.json is not as it was sealed"):
        read_bundle(_written(tmp_path, forged), IDENTITY)


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/b", ".hidden", ""])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BundleError):
        read_bundle(_written(tmp_path, _sealed_tar([(tarfile.TarInfo(name), b"x")])), IDENTITY)


def test_links_and_twins_are_refused(tmp_path: Path) -> None:
    link = tarfile.TarInfo("link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    twins = [(tarfile.TarInfo("a"), b"1"), (tarfile.TarInfo("a"), b"2")]
    for entries in ([(link, b"")], twins):
        with pytest.raises(BundleError, match="never packs"):
            read_bundle(_written(tmp_path, _sealed_tar(entries)), IDENTITY)


def test_sums_and_files_must_be_the_same_set() -> None:
    listed = f"{hashlib.sha256(b'1').hexdigest()}  one\n".encode()
    assert check_sums({"one": b"1", "SHA256SUMS": listed}) == []
    assert check_sums({"SHA256SUMS": listed}) == ["one is missing."]
    assert check_sums({"one": b"1", "two": b"2", "SHA256SUMS": listed}) == [
        "two is not in SHA256SUMS."
    ]
    assert check_sums({"one": b"1"}) == ["SHA256SUMS is missing or unreadable."]
    assert check_sums({"SHA256SUMS": b"\xff"}) == ["SHA256SUMS is missing or unreadable."]
