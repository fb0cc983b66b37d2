"""The sealed bundle: a tar of all that was captured, its SHA-256 sums, encrypted with age."""

import hashlib
import io
import re
import tarfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pyrage
from pyrage import x25519

from evidence.errors import BundleError, WrongKeyError

SUMS = "SHA256SUMS"
KEY_FILE = "record-key.age"
KEY_PUBLIC = "record-key.pub"
WARNING = "DISTRESSING-CONTENT_do-not-open-without-need"
AGE_HEADER = b"age-encryption.org/v1\n-> "
MAX_TAR_BYTES = 512 * 1024 * 1024

README = """\
Evidence {reference}, exhibit {number}

CONTENT MAY BE DISTRESSING. Open it only when you need to, and not alone.

This bundle holds a public post as it was found, and pictures of its page.

{files}

Nothing in it was altered after it was captured. To check that it is whole:

    sha256sum -c SHA256SUMS

capture-report.json says when and how it was captured, what is missing and why.
"""
_ABOUT = {
    "api-record.json": "the platform's own record of the post, byte for byte as received",
    "api-record.bin": "the platform's own record of the post, byte for byte as received",
    "page-as-loaded.png": "the page as the browser first showed it, untouched",
    "page-full.png": "the page from top to bottom, after scrolling through it",
    "capture-report.json": "when and how this was captured, what is missing and why",
}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_REFERENCE = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")


def bundle_name(reference: str, number: int) -> str:
    """The file name of an incident's n-th exhibit; it names no one."""
    if not _REFERENCE.fullmatch(reference) or number < 1:
        raise BundleError("An exhibit needs an incident's reference and a number from 1.")
    suffix = "" if number == 1 else f"-{number}"
    return f"{WARNING}_{reference}{suffix}.tar.age"


def make_bundle(
    parts: Mapping[str, bytes], *, reference: str, number: int, made_at: datetime, recipient: str
) -> bytes:
    """The bundle's bytes: `parts`, README.txt and SHA256SUMS, sealed for `recipient`."""
    content = {"README.txt": _readme(parts, reference, number), **parts}
    sums = "".join(f"{_sha256(content[name])}  {name}\n" for name in sorted(content))
    content[SUMS] = sums.encode()
    tar = _tar(content, int(made_at.timestamp()))
    sealed: bytes = pyrage.encrypt(tar, [x25519.Recipient.from_str(recipient)])
    return sealed


def read_bundle(file: Path, identity: x25519.Identity) -> dict[str, bytes]:
    """Everything in a bundle, by name; raises WrongKeyError or BundleError, never in part."""
    sealed = file.read_bytes()
    if not is_age_file(sealed):
        raise BundleError("This file is no age-encrypted bundle, or its beginning is damaged.")
    try:
        tar = pyrage.decrypt(sealed, [identity])
    except pyrage.DecryptError:
        raise WrongKeyError(
            "This bundle does not open: it is damaged, or sealed for another key."
        ) from None
    content = _untar(tar)
    if faults := check_sums(content):
        raise BundleError(" ".join(faults))
    return content


def check_sums(content: Mapping[str, bytes]) -> list[str]:
    """What SHA256SUMS and the other files disagree about."""
    try:
        lines = content[SUMS].decode().splitlines()
        listed = {name: sum_ for sum_, name in (line.split("  ", 1) for line in lines)}
    except (KeyError, ValueError):
        return ["SHA256SUMS is missing or unreadable."]
    names = content.keys() - {SUMS}
    faults = [f"{name} is not in SHA256SUMS." for name in sorted(names - listed.keys())]
    faults += [f"{name} is missing." for name in sorted(listed.keys() - names)]
    changed = [n for n in sorted(names & listed.keys()) if _sha256(content[n]) != listed[n]]
    return faults + [f"{name} is not as it was sealed." for name in changed]


def is_age_file(content: bytes) -> bool:
    """Whether `content` begins as an age file does and holds more than the header."""
    return content.startswith(AGE_HEADER) and b"\n--- " in content[: 1024 * 1024]


def _readme(parts: Mapping[str, bytes], reference: str, number: int) -> bytes:
    lines = [f"  {name:<20}  {_ABOUT.get(name, '')}".rstrip() for name in sorted(parts)]
    text = README.format(reference=reference, number=number, files="\n".join(lines))
    return text.encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _tar(content: Mapping[str, bytes], seconds: int) -> bytes:
    """In one order, owned by nobody: the same parts always make the same tar."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in sorted(content):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = len(content[name]), seconds, 0o600
            tar.addfile(entry, io.BytesIO(content[name]))
    return whole.getvalue()


def _untar(whole: bytes) -> dict[str, bytes]:
    content: dict[str, bytes] = {}
    if len(whole) > MAX_TAR_BYTES:
        raise BundleError("This bundle is larger than any that namewatch makes.")
    try:
        with tarfile.open(fileobj=io.BytesIO(whole), mode="r:") as tar:
            for entry in tar:
                stream = tar.extractfile(entry) if entry.isfile() else None
                if stream is None or not _NAME.fullmatch(entry.name) or entry.name in content:
                    raise BundleError("This bundle holds something that namewatch never packs.")
                content[entry.name] = stream.read()
    except tarfile.TarError:
        raise BundleError("What is sealed in this bundle is no tar file.") from None
    return content
