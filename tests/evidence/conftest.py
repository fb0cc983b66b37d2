"""What the evidence tests share: a browser, a site and a set of keys."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyrage import x25519

from evidence.browser import find_browser
from evidence.preserve import CaptureTask
from evidence.seal import read_sealer
from evidence.storage import FolderStorage
from evidence.vault import PublicKeys, create_keys, read_public_keys
from records.sealing import NewRecordKey, new_record_key
from tests.servers.site import Canary, Site

RECORD = b'{"text": "An invented post",  "n":1.0}\n'


@dataclass(frozen=True)
class Keys:
    """One installation's keys, with the recovery identity that its people keep elsewhere."""

    folder: Path
    recovery: x25519.Identity
    public: PublicKeys

    def record_key(self) -> NewRecordKey:
        return new_record_key([self.public.vault, self.public.recovery])


def folder_of(task: CaptureTask) -> Path:
    """Where the exhibits of the task's record lie."""
    assert isinstance(task.storage, FolderStorage)
    return task.storage.root / task.reference


@pytest.fixture(scope="session")
def chromium() -> Path:
    found = find_browser()
    if found is None:
        sentence = "no browser is installed: apt-get install chromium, or playwright install"
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    return found


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture
def canary() -> Iterator[Canary]:
    with Canary() as running:
        yield running


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    folder = tmp_path / "keys"
    recovery = x25519.Identity.from_str(create_keys(folder))
    return Keys(folder, recovery, read_public_keys(folder))


@pytest.fixture
def task(keys: Keys, tmp_path: Path) -> CaptureTask:
    """A post without an address: an exhibit that needs no browser."""
    key = keys.record_key()
    return CaptureTask(
        reference="NW-2026-0001",
        number=1,
        record=RECORD,
        url=None,
        recipient=key.recipient,
        wrapped_key=key.wrapped,
        storage=FolderStorage(tmp_path / "evidence"),
        sealer=read_sealer(keys.folder),
    )
