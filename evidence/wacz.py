"""Pack a WARC as WACZ 1.1.1 (specs.webrecorder.net/wacz): what replays an archive finds its way.

The package of the same name needs a library under the AGPL for the keys of its index, so the few
parts are written here; tests hold them against what that package writes and accepts.
"""

import hashlib
import io
import json
import posixpath
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from evidence.wacz_index import WARC, Entry

ARCHIVE = f"archive/{WARC}"
INDEX = "indexes/index.cdx"
PAGES = "pages/pages.jsonl"
DESCRIPTION = "datapackage.json"
CHECK = "datapackage-digest.json"
_VERSION = "1.1.1"


def pack(warc: bytes, entries: Iterable[Entry], *, address: str, at: datetime, title: str) -> bytes:
    """The WACZ of one page, which was visited at `address`."""
    page = {"id": "page", "url": address, "ts": _iso(at), "title": title}
    header = {"format": "json-pages-1.0", "id": "pages", "title": "Pages"}
    files = {
        ARCHIVE: warc,
        INDEX: "".join(sorted(one.line() for one in entries)).encode(),
        PAGES: "".join(json.dumps(one) + "\n" for one in (header, page)).encode(),
    }
    about = {
        "profile": "data-package",
        "resources": [_resource(name, content) for name, content in files.items()],
        "mainPageURL": address,
        "mainPageDate": _iso(at),
        "created": _iso(datetime.now(UTC)),
        "wacz_version": _VERSION,
        "software": "namewatch",
    }
    files[DESCRIPTION] = json.dumps(about, indent=2).encode()
    check = {"path": DESCRIPTION, "hash": _hash(files[DESCRIPTION])}
    files[CHECK] = json.dumps(check, indent=2).encode()
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as out:
        for name, content in files.items():
            packed = zipfile.ZIP_STORED if name.endswith(".gz") else zipfile.ZIP_DEFLATED
            out.writestr(zipfile.ZipInfo(name, at.timetuple()[:6]), content, packed)
    return whole.getvalue()


def _resource(name: str, content: bytes) -> dict[str, Any]:
    return {
        "name": posixpath.basename(name),
        "path": name,
        "hash": _hash(content),
        "bytes": len(content),
    }


def _hash(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
