"""Read the PDF on standard input; runs as `python -m nlp.paper_page`.

For each page goes out one line of JSON: its words, and the pictures that stand in their place on a
scanned page. A last line says what was left out. Nothing is written to a disk or logged, nothing is
fetched, and nothing in the PDF is run.
"""

import io
import json
import logging
import os
import re
import resource
import sys
from base64 import b64encode
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

LOCKED, UNREADABLE, LONGER, WHOLE = "locked", "unreadable", "longer", "whole"
MOST_PAGES, MOST_WORDS = 200, 100_000
MOST_PICTURES, MOST_PICTURE_BYTES = 8, 10 * 1024 * 1024
_LEAST_WORDS = 20
"""A page with fewer letters than this is taken for a picture of a page."""
_MOST_CPU_SECONDS, _MOST_MEMORY = 60, 1536 * 1024 * 1024
_CATALOG = re.compile(rb"(\d{1,9})\s+(\d{1,9})\s+obj\s*<<[^>]{0,500}/Type\s*/Catalog")
_SHOWN_AS_IT_IS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


def lines(content: bytes) -> Iterator[dict[str, Any]]:
    """One line a page, and the last one; whatever is wrong with it, there is only less of it."""
    reader = _opened(content)
    if isinstance(reader, str):
        yield {"end": reader}
        return
    letters = pictures = 0
    for number, page in enumerate(_pages(reader)):
        if number >= MOST_PAGES or letters >= MOST_WORDS:
            yield {"end": LONGER}
            return
        words = _words(page)[: MOST_WORDS - letters]
        scans = [] if len(words.strip()) >= _LEAST_WORDS else _pictures(page)
        scans = scans[: MOST_PICTURES - pictures]
        letters, pictures = letters + len(words), pictures + len(scans)
        yield {"words": words, "pictures": [b64encode(one).decode() for one in scans]}
    yield {"end": WHOLE}


def _opened(content: bytes) -> "PdfReader | str":
    from pypdf import PasswordType, PdfReader  # noqa: PLC0415 - only in the child

    for whole in (content, content + _an_end(content)):
        try:
            reader = PdfReader(io.BytesIO(whole))
            if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
                return LOCKED
            _ = reader.pages[0]
        except Exception:  # noqa: BLE001, S112 - as it is, it is no PDF that can be read
            continue
        return reader
    return UNREADABLE


def _an_end(content: bytes) -> bytes:
    """For a PDF that was cut off; its objects are then looked for one by one."""
    root = _CATALOG.search(content)
    return b"\nxref\n0 0\ntrailer <</Root %s R>>\nstartxref\n0\n%%%%EOF\n" % (
        b"%s %s" % root.groups() if root else b"1 0"
    )


def _pages(reader: "PdfReader") -> Iterator["PageObject"]:
    try:
        yield from reader.pages
    except Exception:  # noqa: BLE001 - the pages before the damage are read
        return


def _words(page: "PageObject") -> str:
    try:
        return page.extract_text()
    except Exception:  # noqa: BLE001 - a page must not end the others
        return ""


def _pictures(page: "PageObject") -> list[bytes]:
    found: list[bytes] = []
    try:
        for image in page.images:
            content = image.data
            if not content.startswith(_SHOWN_AS_IT_IS) and image.image is not None:
                out = io.BytesIO()
                image.image.convert("RGB").save(out, "PNG")
                content = out.getvalue()
            if len(content) <= MOST_PICTURE_BYTES:
                found.append(content)
            if len(found) >= MOST_PICTURES:
                break
    except Exception:  # noqa: BLE001 - a picture must not end the words
        return found
    return found


def main() -> None:
    """Do the task on standard input, within limits that no PDF can lift."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_CPU_SECONDS, _MOST_CPU_SECONDS))
    logging.disable(logging.CRITICAL)
    content = sys.stdin.buffer.read()
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Nothing else may write among the answers.
        for line in lines(content):
            out.write(json.dumps(line).encode() + b"\n")
            out.flush()


if __name__ == "__main__":
    main()
