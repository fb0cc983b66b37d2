"""`namewatch verify`: one word and exit status 0, or what is wrong and 1."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from evidence.preserve import CaptureTask, preserve
from evidence.seal import read_sealer
from evidence.storage import FolderStorage
from evidence.vault import create_keys, read_public_keys
from records.sealing import new_record_key


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    create_keys(home / "keys")
    return home


@pytest.fixture
def bundle(home: Path) -> Path:
    key = new_record_key(read_public_keys(home / "keys").recipients())
    task = CaptureTask(
        reference="NW-2026-0001",
        number=1,
        record=b"{}",
        url=None,
        recipient=key.recipient,
        wrapped_key=key.wrapped,
        storage=FolderStorage(home / "evidence"),
        sealer=read_sealer(home / "keys"),
    )
    return home / "evidence" / "NW-2026-0001" / preserve(task).file_name


def _verify(*words: object, home: Path | None = None) -> tuple[int, list[str]]:
    variables = {**os.environ, "NAMEWATCH_HOME": str(home)} if home else dict(os.environ)
    done = subprocess.run(
        [sys.executable, "-m", "namewatch", "verify", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        env=variables,
    )
    return done.returncode, (done.stdout + done.stderr).splitlines()


def test_an_intact_bundle_is_said_to_be_with_who_signed_it(home: Path, bundle: Path) -> None:
    status, said = _verify(bundle, "--key", home / "keys" / "vault.key")
    assert (status, said[0]) == (0, "intact")
    assert "this installation's own" in said[1]
    signer = home / "keys" / "seal.pub"
    status, said = _verify(bundle, "--key", home / "keys" / "vault.key", "--signer", signer)
    assert (status, said[1]) == (0, f"  Signed by the key given, {signer}.")


def test_a_changed_bundle_is_refused_with_what_is_wrong(home: Path, bundle: Path) -> None:
    content = bytearray(bundle.read_bytes())
    content[-1] ^= 1
    bundle.write_bytes(content)
    status, said = _verify(bundle, home=home)
    assert (status, said[0]) == (
        1,
        "The bundle is not the file that was noted when it was made.",
    )


def test_a_key_that_can_not_be_used_is_a_wrong_usage(home: Path, bundle: Path) -> None:
    status, said = _verify(bundle, "--key", home / "keys" / "vault.pub")
    assert status == 2
    assert "AGE-SECRET-KEY" in said[0]
    assert _verify(bundle, "--signer", home / "nowhere")[0] == 2
    assert _verify(bundle, "--tsa-certificate", home / "nowhere")[0] == 2
