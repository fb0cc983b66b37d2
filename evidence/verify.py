"""Check a sealed bundle without database and network."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pyrage import x25519

from evidence.bundle import KEY_FILE, KEY_PUBLIC, bundle_name, is_age_file, open_bundle
from evidence.erasure import CERTIFICATE
from evidence.errors import EvidenceError, StampError
from evidence.preserve import note_name, noted, signed_part
from evidence.seal import (
    CERTIFICATES,
    NO_AUTHORITY,
    SEAL_FILES,
    STATEMENT,
    Signer,
    check_signature,
    signer_of,
    statement_of,
)
from evidence.stamp import check_stamp
from evidence.storage import BUNDLE_END
from evidence.sums import SIGNATURE, SUMS, TOKEN, TOKEN_SIGNATURE, check_sums
from evidence.vault import read_identity
from records.sealing import SealError, unwrap

OUTSIDE_ONLY = (
    "Only the outside was checked, because no key was given: "
    "give the vault or recovery key to check what is inside."
)
ERASED = (
    "This record was erased: its key was destroyed, so that what is inside can be neither read nor"
    " checked any more. The certificate of disposal beside it says when and why."
)
NOTHING_CHECKED = (
    "Nothing could be checked: the note that is made with every bundle is not beside it, and no key"
    " was given. Give the vault or recovery key, or put the note back."
)
UNSIGNED = "It is not signed: it was made before namewatch signed what it seals."
REPORT = "capture-report.json"
Holder = x25519.Identity | Callable[[bytes], x25519.Identity]
"""Whoever can open a record's key: an identity, or what opens it without handing itself out."""
Beside = Callable[[str], bytes | None]
"""What lies beside the bundle under a name; None when nothing does."""


@dataclass(frozen=True, slots=True)
class Trusted:
    """What the one who checks knows from elsewhere than the bundle."""

    signers: Sequence[Signer] = ()
    certificates: bytes | None = None
    """Of the time-stamp authority; those in the bundle are used without."""


@dataclass
class Checked:
    """What is wrong with a bundle, and what is known of it; it is intact without faults."""

    faults: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def verify(bundle: Path, key: Path | None, trusted: Trusted | None = None) -> Checked:
    """Check the file `bundle` and what lies beside it.

    `key` is a file with the vault's, the recovery or a person's identity; it opens
    `record-key.age` beside the bundle. Without one only the outside can be checked. Raises
    ConfigurationError when the key file itself can't be used.
    """
    try:
        sealed = bundle.read_bytes()
    except OSError as fault:
        return Checked([f"The bundle cannot be read ({fault.strerror})."])
    identity = read_identity(key) if key else None
    return check(bundle.name, sealed, _beside(bundle), identity, trusted or Trusted())


def _beside(bundle: Path) -> Beside:
    def read(name: str) -> bytes | None:
        file = bundle.with_name(name)
        return file.read_bytes() if file.is_file() else None

    return read


def check(
    name: str, sealed: bytes, beside: Beside, holder: Holder | None, trusted: Trusted
) -> Checked:
    """Check a bundle's bytes, wherever they came from."""
    found = Checked()
    if not is_age_file(sealed):
        found.faults.append("This is no age-encrypted bundle, or its beginning is damaged.")
        return found
    outside = _Outside(name, sealed, beside, trusted)
    outside.check(found)
    if found.faults:
        return found
    if holder is None:
        if beside(note_name(name)) is None:
            return Checked([NOTHING_CHECKED])
        found.remarks.append(OUTSIDE_ONLY)
        return found
    try:
        content = open_bundle(sealed, _record_key(beside, holder))
        found.faults += check_sums(content)
        _check_inside(name, content, outside, found)
    except EvidenceError as fault:
        found.faults.append(str(fault))
    return found


@dataclass
class _Outside:
    """What can be said of a bundle without opening it."""

    name: str
    sealed: bytes
    beside: Beside
    trusted: Trusted
    note_is_unsigned: bool = False

    def check(self, found: Checked) -> None:
        self._note(found)
        self._later_stamp(found)

    def _note(self, found: Checked) -> None:
        content = self.beside(note_name(self.name))
        if content is None:
            found.remarks.append("The note that is made with every bundle is not beside it.")
            return
        note = noted(content)
        if note is None:
            found.faults.append(f"{note_name(self.name)} beside the bundle is damaged.")
        elif note.sha256 != hashlib.sha256(self.sealed).hexdigest():
            found.faults.append("The bundle is not the file that was noted when it was made.")
        elif note.file_name != self.name:
            found.faults.append(f"The note beside the bundle is of {note.file_name}.")
        elif not note.signature:
            self.note_is_unsigned = True
        elif not self.trusted.signers:
            found.remarks.append("Who signed the note beside it is not known here.")
        elif not signer_of(_unhex(note.signature), signed_part(content), self.trusted.signers):
            found.faults.append(
                "The note beside the bundle was changed, or signed by a key that is not known here:"
                " give --signer FILE, the seal.pub of those who made the bundle."
            )

    def _later_stamp(self, found: Checked) -> None:
        file = later_stamp_name(self.name)
        token, signature = self.beside(file), self.beside(f"{file}.sig")
        if token is None:
            if signature is not None:
                found.faults.append(f"{file} is missing; its signature is there.")
            return
        if signature is None:
            found.faults.append(f"{file}.sig is missing.")
            return
        if not self.trusted.signers:
            found.remarks.append(f"Who put {file} beside it is not known here.")
        elif not signer_of(signature, token, self.trusted.signers):
            found.faults.append(f"{file} was changed, or put there by a key that is not known.")
            return
        if self.trusted.certificates is None:
            found.remarks.append(
                f"{file} was not checked: give --tsa-certificate FILE, of the authority."
            )
            return
        try:
            when = check_stamp(token, self.sealed, self.trusted.certificates)
        except StampError as fault:
            found.faults.append(f"{file}: {fault}")
        else:
            found.remarks.append(f"The sealed file was there on {_shown(when)}, by {file}.")


def later_stamp_name(bundle: str) -> str:
    """The file beside `bundle` with a time stamp that was had only later."""
    return f"{bundle.removesuffix(BUNDLE_END)}.tsr"


def _record_key(beside: Beside, holder: Holder) -> x25519.Identity:
    wrapped = beside(KEY_FILE)
    if wrapped is None and beside(f"{CERTIFICATE}.txt") is not None:
        raise EvidenceError(ERASED)
    if wrapped is None:
        raise EvidenceError(f"{KEY_FILE} is not beside the bundle.")
    try:
        identity = holder(wrapped) if callable(holder) else unwrap(wrapped, holder)
    except SealError:
        raise EvidenceError(
            f"{KEY_FILE} does not open with this key: it is damaged, or for another key."
        ) from None
    public = beside(KEY_PUBLIC)
    if public is not None and public != f"{identity.to_public()}\n".encode():
        raise EvidenceError(f"{KEY_PUBLIC} does not belong to {KEY_FILE} beside it.")
    return identity


def _check_inside(
    name: str, content: Mapping[str, bytes], outside: _Outside, found: Checked
) -> None:
    if not content.keys() & (SEAL_FILES | {TOKEN, TOKEN_SIGNATURE, CERTIFICATES}):
        _check_unsigned(name, content, outside, found)
        return
    if missing := sorted((SEAL_FILES | {SUMS}) - content.keys()):
        found.faults += [f"{one} is missing." for one in missing]
        return
    signer = check_signature(content, outside.trusted.signers)
    found.remarks.append(f"Signed by {signer.whose}.")
    statement = statement_of(content)
    _check_name(name, statement.get("reference"), statement["exhibit"], found)
    _check_token(content, statement["time_stamp"], outside.trusted.certificates, found)
    if outside.note_is_unsigned:
        found.faults.append("The note beside the bundle is not signed, though the bundle is.")


def _check_token(
    content: Mapping[str, bytes],
    said: Mapping[str, object],
    certificates: bytes | None,
    found: Checked,
) -> None:
    there = content.keys() & {TOKEN, TOKEN_SIGNATURE, CERTIFICATES}
    if said["token"] is None:
        found.faults += [f"{one} is there, though none was sealed." for one in sorted(there)]
        found.remarks.append(f"No time stamp inside: {said.get('why') or NO_AUTHORITY}")
        return
    if missing := sorted({TOKEN, TOKEN_SIGNATURE, CERTIFICATES} - there):
        found.faults += [f"{one} is missing." for one in missing]
        return
    try:
        when = check_stamp(content[TOKEN], content[SUMS], certificates or content[CERTIFICATES])
    except StampError as fault:
        found.faults.append(f"{TOKEN}: {fault}")
        return
    by = "the certificate given" if certificates else f"{CERTIFICATES}, which came with the bundle"
    found.remarks.append(f"Its time stamp says {_shown(when)}, checked against {by}.")


def _check_unsigned(
    name: str, content: Mapping[str, bytes], outside: _Outside, found: Checked
) -> None:
    """A bundle from before there were signatures; nothing newer may pass for one."""
    found.remarks.append(UNSIGNED)
    try:
        report = json.loads(content[REPORT])
        made = datetime.fromisoformat(report["ended_at"])
        _check_name(name, report["reference"], report["exhibit"], found)
        since = [one.since for one in outside.trusted.signers if one.since]
        if outside.trusted.signers and not since:
            found.faults.append("It is not signed, so not by the key that was given either.")
        if since and made >= min(since):
            found.faults.append(
                f"{SIGNATURE} and what belongs to it are missing, though the bundle was made after"
                " this installation began to sign."
            )
    except (KeyError, ValueError, TypeError, RecursionError):
        found.faults.append(f"{REPORT} is missing or damaged.")


def _check_name(name: str, reference: object, number: object, found: Checked) -> None:
    """The name a bundle goes by must be the one it was sealed with."""
    if not isinstance(reference, str) or not isinstance(number, int):
        found.faults.append(f"{STATEMENT} does not say which exhibit this is.")
    elif name != bundle_name(reference, number):
        found.faults.append(
            f"The file is named {name}, but inside it is exhibit {number} of {reference}."
        )


def _shown(when: datetime) -> str:
    return f"{when:%d %B %Y at %H:%M:%S} UTC"


def _unhex(text: str) -> bytes:
    """What the text stands for, as it is written by us: no capitals, no spaces."""
    try:
        meant = bytes.fromhex(text)
    except ValueError:
        return b""
    return meant if meant.hex() == text else b""
