"""The lines of docs/how-to/verify-without-namewatch.md, run as they stand on the page."""

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyrage
import pytest
from pyrage import x25519

from evidence.bundle import bundle_name, open_bundle
from evidence.preserve import CaptureTask, preserve
from evidence.seal import read_sealer
from evidence.stamp import Authority
from evidence.storage import FolderStorage
from evidence.vault import create_keys, read_public_keys
from evidence.verify import later_stamp_name
from monitors import answer
from records.sealing import new_record_key, unwrap
from tests.servers.tsa import Tsa, valid

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "verify-without-namewatch.md"
REFERENCE = "NW-2026-0041"
RECORD = b'{"text": "An invented post"}'
RECEIVED_AT = "2026-11-22T10:00:00.250+00:00"
SENTENCES = (
    answer.WHOLE,
    answer.ENTRY,
    answer.JOINED,
    answer.MESSAGE,
    answer.UNPACKED,
    answer.EVENT,
    answer.AGAIN,
    answer.PARAGRAPH,
    answer.FROM_FILE,
    answer.REPORTED,
)

if not (shutil.which("age") and shutil.which("openssl")):
    pytestmark = pytest.mark.servers


@dataclass(frozen=True)
class Desk:
    """The folder of somebody who checks, as the page says it should be."""

    folder: Path
    recovery: x25519.Identity

    @property
    def bundle(self) -> Path:
        return self.folder / bundle_name(REFERENCE, 1)

    def check(self, lines: list[str]) -> tuple[int, str]:
        done = subprocess.run(
            ["bash", "-e", "-u", "-o", "pipefail", "-c", "\n".join(lines)],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


def lines_of_the_page() -> list[str]:
    return [line.strip() for line in PAGE.read_text("utf-8").splitlines() if line[:4] == "    "]


@pytest.fixture
def tsa() -> Iterator[Tsa]:
    with Tsa(valid(seconds=60)) as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, tsa: Tsa) -> Desk:
    keys, folder = tmp_path / "keys", tmp_path / "desk"
    recovery = x25519.Identity.from_str(create_keys(keys))
    authority = Authority(tsa.url, tsa.ca.read_bytes())
    sealer = read_sealer(keys, authority)
    key = new_record_key(read_public_keys(keys).recipients())
    storage = FolderStorage(tmp_path / "evidence")
    done = preserve(
        CaptureTask(
            reference=REFERENCE,
            number=1,
            record=RECORD,
            answer={
                "answered": True,
                "bytes": answer.WHOLE,
                "received_at": RECEIVED_AT,
                "status": 200,
            },
            url=None,
            recipient=key.recipient,
            wrapped_key=key.wrapped,
            storage=storage,
            sealer=sealer,
        )
    )
    sealed = storage.read(f"{REFERENCE}/{done.file_name}")
    token = authority.stamp(sealed)
    folder.mkdir()
    later = later_stamp_name(done.file_name)
    for name, content in {
        done.file_name: sealed,
        "record-key.age": key.wrapped,
        "holder.key": f"{recovery}\n".encode(),
        "seal.pub": (keys / "seal.pub").read_bytes(),
        "tsa.pem": authority.certificates,
        later: token,
        f"{later}.sig": sealer.sign(token),
    }.items():
        (folder / name).write_bytes(content)
    return Desk(folder, recovery)


def test_every_line_of_the_page_accepts_a_bundle(desk: Desk) -> None:
    before = {file.name for file in desk.folder.iterdir()}
    status, said = desk.check(lines_of_the_page())
    assert status == 0, said
    assert said.count("Signature Verified Successfully") == 3
    assert said.count("Verification: OK") == 3
    assert f'"reference": "{REFERENCE}"' in said
    assert said.count(hashlib.sha256(RECORD).hexdigest()) == 2, "as told, and as it is"
    assert f'"received_at": "{RECEIVED_AT}"' in said
    assert {file.name for file in desk.folder.iterdir()} == before


@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_page_explains_what_a_records_bytes_may_be(sentence: str) -> None:
    assert f"| {sentence} |" in PAGE.read_text("utf-8")


def test_the_lines_refuse_a_changed_bundle(desk: Desk) -> None:
    content = bytearray(desk.bundle.read_bytes())
    content[-1] ^= 1
    desk.bundle.write_bytes(content)
    assert desk.check(lines_of_the_page())[0] != 0


@pytest.mark.parametrize("change", ["changed", "left out", "slipped in", "signed by another"])
def test_the_lines_refuse_what_was_sealed_anew(desk: Desk, tmp_path: Path, change: str) -> None:
    key = unwrap((desk.folder / "record-key.age").read_bytes(), desk.recovery)
    content = open_bundle(desk.bundle.read_bytes(), key)
    match change:
        case "changed":
            content["api-record.json"] += b" "
        case "left out":
            del content["capture-report.json"]
        case "slipped in":
            content["extra.txt"] = b"slipped in"
        case _:
            create_keys(tmp_path / "thief")
            content["SHA256SUMS.sig"] = read_sealer(tmp_path / "thief").sign(content["SHA256SUMS"])
    folder = tmp_path / "forged"
    folder.mkdir()
    for name, one in content.items():
        (folder / name).write_bytes(one)
    whole = subprocess.run(["tar", "-c", "-C", folder, "."], capture_output=True, check=True).stdout
    desk.bundle.write_bytes(pyrage.encrypt(whole, [key.to_public()]))
    assert desk.check(lines_of_the_page())[0] != 0
