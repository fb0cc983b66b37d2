"""What of a sealed exhibit the console may show, once somebody has opened it for a reason."""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from pyrage import x25519
from sqlmodel import Session, col, select

from casework.errors import NoSuchExhibitError
from console.custody_list import CustodyLine
from evidence.bundle import open_bundle
from evidence.errors import BundleError
from evidence.preview import PICTURES
from evidence.storage import Storage
from evidence.sums import check_sums
from records.custody import Act, CustodyEntry
from records.exhibit import Exhibit
from records.incident import Incident
from workflows.erase import erased_exhibits

OPEN_FOR = timedelta(minutes=15)
"""How long the pictures of an exhibit can be looked at after it was opened."""
MOST_PREVIEWS = 500
REPORT = "capture-report.json"


@dataclass(frozen=True, slots=True)
class File:
    """One file of the bundle, for the list of what it holds."""

    name: str
    size: str


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture that can be shown."""

    name: str
    about: str


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """The page of an opened exhibit."""

    reference: str
    number: int
    file_name: str
    pictures: tuple[Picture, ...]
    files: tuple[File, ...]
    report: tuple[str, ...]
    custody: tuple[CustodyLine, ...] = ()


class Previews:
    """The newest previews; they hold nothing that can be read, so they may wait in memory."""

    def __init__(self) -> None:
        """Holds none."""
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, sha256: str) -> bytes | None:
        """The preview of the bundle with this SHA-256."""
        with self._lock:
            return self._kept.get(sha256)

    def keep(self, sha256: str, made: bytes) -> None:
        """Keep one, and forget the oldest."""
        with self._lock:
            self._kept[sha256] = made
            while len(self._kept) > MOST_PREVIEWS:
                self._kept.popitem(last=False)


def exhibit_of(session: Session, incident: Incident, number: int) -> Exhibit:
    """One exhibit; raises NoSuchExhibitError when there is none or it has been erased."""
    query = select(Exhibit).where(Exhibit.incident_id == incident.id, Exhibit.number == number)
    exhibit = session.exec(query).first()
    if exhibit is None or number in erased_exhibits(session, incident.reference):
        raise NoSuchExhibitError
    return exhibit


def is_open_for(
    session: Session, reference: str, number: int, actor: str, *, now: datetime
) -> bool:
    """Whether `actor` opened this exhibit a short while ago; the custody log says so."""
    query = select(CustodyEntry.number).where(
        CustodyEntry.reference == reference,
        CustodyEntry.exhibit == number,
        CustodyEntry.act == Act.OPENED.value,
        CustodyEntry.actor == actor,
        col(CustodyEntry.at) > now - OPEN_FOR,
    )
    return session.exec(query).first() is not None


def content_of(
    storage: Storage, reference: str, exhibit: Exhibit, identity: x25519.Identity
) -> dict[str, bytes]:
    """What is in the bundle; raises EvidenceError when it isn't what was sealed."""
    content = open_bundle(sealed_bytes(storage, reference, exhibit), identity)
    if check_sums(content):
        raise BundleError
    return content


def sealed_bytes(storage: Storage, reference: str, exhibit: Exhibit) -> bytes:
    """The bundle as it lies there; raises BundleError when it was changed."""
    sealed = storage.read(f"{reference}/{exhibit.file_name}")
    if hashlib.sha256(sealed).hexdigest() != exhibit.sha256:
        raise BundleError
    return sealed


def picture_for_preview(content: Mapping[str, bytes]) -> bytes | None:
    """The picture that stands for the exhibit, if it has any: the post, else the page."""
    names = ("page-post.png", "page-as-loaded.png", "page-full.png", "card.png")
    return next((content[name] for name in names if name in content), None)


def evidence_page(
    reference: str,
    exhibit: Exhibit,
    content: Mapping[str, bytes],
    custody: tuple[CustodyLine, ...] = (),
) -> EvidencePage:
    """The page of an opened exhibit."""
    return EvidencePage(
        reference=reference,
        number=exhibit.number,
        file_name=exhibit.file_name,
        pictures=tuple(Picture(name, about) for name, about in PICTURES.items() if name in content),
        files=tuple(File(name, _size(len(content[name]))) for name in sorted(content)),
        report=tuple(_missing(content.get(REPORT, b""))),
        custody=custody,
    )


def _missing(report: bytes) -> list[str]:
    try:
        told = json.loads(report)["missing"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    return [one for one in told if isinstance(one, str)] if isinstance(told, list) else []


def _size(number: int) -> str:
    return f"{number / 1_000_000:.1f} MB" if number >= 1_000_000 else f"{-(-number // 1000)} kB"  # noqa: PLR2004
