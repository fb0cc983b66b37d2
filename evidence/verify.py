"""Check a sealed bundle without database and network."""

import hashlib
from pathlib import Path

from evidence.bundle import KEY_FILE, is_age_file, read_bundle
from evidence.errors import EvidenceError
from evidence.preserve import read_summary
from evidence.vault import read_identity
from records.sealing import SealError, unwrap

OUTSIDE_ONLY = (
    "Only the outside was checked, because no key was given: "
    "give the vault or recovery key to check what is inside."
)


def verify(bundle: Path, key: Path | None) -> list[str]:
    """What is wrong with `bundle`; empty when it is intact.

    `key` is a file with the vault or recovery identity; it opens `record-key.age` beside the
    bundle. Without one only the outside can be checked: say OUTSIDE_ONLY then. Raises
    ConfigurationError when the key file itself can't be used.
    """
    try:
        content = bundle.read_bytes()
    except OSError as fault:
        return [f"The bundle cannot be read ({fault.strerror})."]
    faults = _outside(bundle, content)
    if key is not None and not faults:
        faults += _inside(bundle, key)
    return faults


def _outside(bundle: Path, content: bytes) -> list[str]:
    if not is_age_file(content):
        return ["This is no age-encrypted bundle, or its beginning is damaged."]
    noted = read_summary(bundle)
    if noted and noted.sha256 != hashlib.sha256(content).hexdigest():
        return ["The bundle is not the file that was noted when it was made."]
    return []


def _inside(bundle: Path, key: Path) -> list[str]:
    holder = read_identity(key)
    try:
        wrapped = bundle.with_name(KEY_FILE).read_bytes()
    except OSError as fault:
        return [f"{KEY_FILE} beside the bundle cannot be read ({fault.strerror})."]
    try:
        read_bundle(bundle, unwrap(wrapped, holder))
    except SealError:
        return [f"{KEY_FILE} does not open with this key: it is damaged, or for another key."]
    except EvidenceError as fault:
        return [str(fault)]
    return []
