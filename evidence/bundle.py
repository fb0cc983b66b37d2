"""The sealed bundle: a tar of all that was captured and of its seal, encrypted with age."""

import io
import re
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyrage
from pyrage import x25519

from evidence.errors import BundleError, WrongKeyError
from evidence.seal import CERTIFICATES, SIGNER, STATEMENT, Sealer
from evidence.sums import SIGNATURE, SUMS, TOKEN, TOKEN_SIGNATURE, check_sums

KEY_FILE = "record-key.age"
KEY_PUBLIC = "record-key.pub"
WARNING = "DISTRESSING-CONTENT_do-not-open-without-need"
AGE_HEADER = b"age-encryption.org/v1\n-> "
MAX_TAR_BYTES = 512 * 1024 * 1024

README = """\
Evidence {reference}, exhibit {number}

CONTENT MAY BE DISTRESSING. Open it only when you need to, and not alone.

{holds}

{files}

Nothing in it was altered after it was captured. To check that it is whole, and who sealed it:

    sha256sum -c SHA256SUMS
    openssl pkeyutl -verify -pubin -inkey signer.pub -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig

The three lines from BEGIN to END in signer.pub must stand in the seal.pub that the body gives you.
When there is a time stamp:

    openssl ts -verify -in SHA256SUMS.tsr -data SHA256SUMS -CAfile tsa-certificate.pem

capture-report.json says when and how it was captured, what is missing and why.
"""
HOLDS = "This bundle holds a public post as it was found, and pictures of its page."
_ABOUT = {
    "api-record.json": "the platform's own record of the post; api-response.json says what it is",
    "api-record.bin": "the platform's own record of the post; api-response.json says what it is",
    "api-response.json": "how that record came: time, status, headers, what its bytes are",
    "thread.json": "the posts around it, as the platform's public interface gave them",
    "handed-in.json": "who handed this in, when and why",
    "card.png": "a card drawn from the platform's record; not a picture of the web page",
    "page-as-loaded.png": "the page as the browser first showed it, untouched",
    "page-post.png": "the post on its page, after the changes that the report lists",
    "page-full.png": "the page from top to bottom, after scrolling through it",
    "page.html": "the page's code as the browser had it after loading; open it as text only",
    "page.pdf": "the page as it would be printed",
    "page.wacz": "all that the page loaded, to be shown again (WACZ, for example by pywb)",
    "capture-report.json": "when and how this was captured, what is missing and why",
    SIGNER: "the public key of the installation that sealed this",
    STATEMENT: "how it was sealed, and whether a time stamp belongs to it",
    SUMS: "the SHA-256 sums of all files but itself and the three below",
    SIGNATURE: "the signature over SHA256SUMS",
    TOKEN: "the time stamp over SHA256SUMS, when an authority answered",
    TOKEN_SIGNATURE: "the signature over that time stamp",
    CERTIFICATES: "the certificates of the time-stamp authority, when it answered",
}
_SEAL = (SIGNER, STATEMENT, CERTIFICATES, SUMS, SIGNATURE, TOKEN, TOKEN_SIGNATURE)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_REFERENCE = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")


def bundle_name(reference: str, number: int) -> str:
    """The file name of an incident's n-th exhibit; it names no one."""
    if not _REFERENCE.fullmatch(reference) or number < 1:
        raise BundleError("An exhibit needs an incident's reference and a number from 1.")
    suffix = "" if number == 1 else f"-{number}"
    return f"{WARNING}_{reference}{suffix}.tar.age"


def number_of(name: str, reference: str) -> int:
    """Which exhibit of its record a bundle is, by its file name."""
    number = name.removeprefix(f"{WARNING}_{reference}").removesuffix(".tar.age").strip("-")
    return int(number) if number.isdecimal() else 1


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle's bytes, and whether a time stamp is in it."""

    sealed: bytes
    stamped: bool


def make_bundle(
    parts: Mapping[str, bytes],
    *,
    reference: str,
    number: int,
    made_at: datetime,
    recipient: str,
    sealer: Sealer,
    holds: str = HOLDS,
) -> Bundle:
    """`parts` with README.txt, closed by `sealer`, encrypted for `recipient`.

    `holds` is the sentence of the README on what this is.
    """
    content = {"README.txt": _readme(parts, reference, number, holds), **parts}
    whole = sealer.close(content, reference=reference, number=number)
    tar = _tar(whole, int(made_at.timestamp()))
    sealed: bytes = pyrage.encrypt(tar, [x25519.Recipient.from_str(recipient)])
    return Bundle(sealed, TOKEN in whole)


def read_bundle(file: Path, identity: x25519.Identity) -> dict[str, bytes]:
    """Everything in a bundle, by name; raises WrongKeyError or BundleError, never in part."""
    content = open_bundle(file.read_bytes(), identity)
    if faults := check_sums(content):
        raise BundleError(" ".join(faults))
    return content


def open_bundle(sealed: bytes, identity: x25519.Identity) -> dict[str, bytes]:
    """Everything in a bundle, unchecked; raises WrongKeyError or BundleError."""
    if not is_age_file(sealed):
        raise BundleError("This file is no age-encrypted bundle, or its beginning is damaged.")
    try:
        tar = pyrage.decrypt(sealed, [identity])
    except pyrage.DecryptError:
        raise WrongKeyError(
            "This bundle does not open: it is damaged, or sealed for another key."
        ) from None
    return _untar(tar)


def is_age_file(content: bytes) -> bool:
    """Whether `content` begins as an age file does and holds more than the header."""
    return content.startswith(AGE_HEADER) and b"\n--- " in content[: 1024 * 1024]


def _readme(parts: Mapping[str, bytes], reference: str, number: int, holds: str) -> bytes:
    names = [*sorted(parts), *_SEAL]
    lines = [f"  {name:<20}  {_ABOUT.get(name, '')}".rstrip() for name in names]
    listed = "\n".join(lines)
    text = README.format(reference=reference, number=number, holds=holds, files=listed)
    return text.encode()


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
