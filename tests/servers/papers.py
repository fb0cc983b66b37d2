"""PDFs as people hand them in: letters, scans, and one that unpacks into far too much."""

import io
import zlib

from PIL import Image

_FONT = b"<</Font <</F1 <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>>>>>"


def paper(*pages: str, packed: bytes | None = None) -> bytes:
    """A PDF with a line of words on each page; `packed` is one page more, as it is deflated."""
    written = [f"BT /F1 12 Tf 40 700 Td ({page}) Tj ET".encode("latin-1") for page in pages]
    streams = [zlib.compress(one) for one in written] + ([packed] if packed else [])
    numbers = [3 + 2 * at for at in range(len(streams))]
    kids = b" ".join(b"%d 0 R" % number for number in numbers)
    objects = [
        b"<</Type /Catalog /Pages 2 0 R>>",
        b"<</Type /Pages /Kids [%s] /Count %d>>" % (kids, len(streams)),
    ]
    for number, stream in zip(numbers, streams, strict=True):
        objects += [
            b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources %s /Contents %d 0 R>>"
            % (_FONT, number + 1),
            b"<</Filter /FlateDecode /Length %d>>\nstream\n%s\nendstream" % (len(stream), stream),
        ]
    return _laid_out(objects)


def scanned(picture: bytes) -> bytes:
    """A PDF with a picture on its only page, and no words."""
    out = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").save(out, "PDF")
    return out.getvalue()


def _laid_out(objects: list[bytes]) -> bytes:
    out, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n" % size
        + table
        + b"trailer <</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))
    )
