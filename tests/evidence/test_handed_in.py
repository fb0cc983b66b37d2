"""What is handed in: known by its content, never unpacked beyond caps, never shown."""

import io
import zipfile
from email.message import EmailMessage
from hashlib import sha256

import pytest

from evidence import handed_in
from evidence.handed_in import (
    BEHIND_ITS_END,
    ENDS_EARLY,
    MORE_IN_IT,
    OTHER_NAME,
    TOO_DEEP,
    TOO_MANY,
    NotTakenError,
    TooLargeError,
    examine,
)
from tests.servers.screenshots import drawn

PNG = drawn("Somebody said something")
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(200)) + b"\xff\xd9"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF\n"


def message(*, zipped: int = 0, parts: int = 0) -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "a@x.example", "b@x.example", "A letter"
    made.set_content("What they wrote.")
    if zipped:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as whole:
            whole.writestr("bomb", b"\0" * zipped)
        made.add_attachment(packed.getvalue(), "application", "zip", filename="x.zip")
    for number in range(parts):
        made.add_attachment(b"%d" % number, "application", "octet-stream")
    return made.as_bytes()


def nested(levels: int) -> bytes:
    lines = [b"From: a@x.example", b"To: b@x.example", b"Subject: deep"]
    for level in range(levels):
        lines += [
            b'Content-Type: multipart/mixed; boundary="b%d"' % level,
            b"",
            b"--b%d" % level,
        ]
    return b"\r\n".join([*lines, b"", b"deep down"])


@pytest.mark.parametrize(
    ("content", "name", "kind", "remarks"),
    [
        (PNG, "shot.png", "png", ()),
        (JPEG, "shot.JPG", "jpeg", ()),
        (PDF, "letter.pdf", "pdf", ()),
        (message(), "mail.eml", "email", ()),
        (PDF, "shot.png", "pdf", (OTHER_NAME,)),
        (PNG, "", "png", ()),
        (PNG[:-20], "shot.png", "png", (ENDS_EARLY,)),
        (JPEG[:-2], "shot.jpg", "jpeg", (ENDS_EARLY,)),
        (PDF[:-8], "letter.pdf", "pdf", (ENDS_EARLY,)),
        (PNG + b"\0\0\n", "shot.png", "png", (BEHIND_ITS_END,)),
        (PNG + PDF, "shot.png", "png", (BEHIND_ITS_END, MORE_IN_IT)),
        (PNG + b"<script>1</script>", "shot.png", "png", (BEHIND_ITS_END, MORE_IN_IT)),
        (b"GIF89a" + PDF, "letter.pdf", "pdf", (MORE_IN_IT,)),
    ],
)
def test_a_file_is_what_its_content_says(
    content: bytes, name: str, kind: str, remarks: tuple[str, ...]
) -> None:
    found = examine(content, name)
    assert (found.kind, found.remarks) == (kind, remarks)
    assert found.sha256 == sha256(content).hexdigest()
    assert found.told()["shown_by_us"] is False


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00", b"PK\x03\x04", b"Dear all,\n", b"GIF89a"])
def test_an_unknown_kind_is_refused_in_one_sentence(content: bytes) -> None:
    with pytest.raises(NotTakenError, match="no PNG, JPEG, PDF or e-mail"):
        examine(content, "shot.png")


def test_what_is_too_large_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handed_in, "MOST_BYTES", 1000)
    with pytest.raises(TooLargeError, match="larger than 100 MB"):
        examine(PDF + b" " * 1000)


def test_a_zip_in_a_message_is_listed_and_not_unpacked() -> None:
    content = message(zipped=50_000_000)
    assert len(content) < 100_000
    found = examine(content, "mail.eml")
    assert [one.kind for one in found.parts] == ["text/plain", "application/zip"]
    assert sum(one.bytes for one in found.parts) < 100_000


def test_a_message_nested_too_deeply_is_kept_and_said_to_be() -> None:
    assert examine(nested(30)).remarks == (TOO_DEEP,)
    assert examine(nested(5000)).remarks == (TOO_DEEP,)
    assert TOO_MANY in examine(message(parts=150)).remarks
