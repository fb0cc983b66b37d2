"""The words of PDFs are read, whatever is wrong with them, within limits and in another process."""

import io
import zlib

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter

from nlp.paper_page import MOST_WORDS
from nlp.papers import CUT_SHORT, Paper, read_paper
from tests.servers.papers import paper, scanned
from tests.servers.screenshots import drawn

THREAT = "I will wait for Fenella Auchterbrae at the car park tonight."


def test_the_words_of_every_page_are_read_in_order() -> None:
    read = read_paper(paper("A letter about my complaint.", THREAT))
    assert read.remark == ""
    assert read.words == f"A letter about my complaint.\n\n{THREAT}"
    assert read.pictures == ()


def test_a_scanned_page_gives_its_picture() -> None:
    read = read_paper(scanned(drawn(THREAT)))
    assert (read.words, read.remark) == ("", "")
    (picture,) = read.pictures
    assert Image.open(io.BytesIO(picture)).size == Image.open(io.BytesIO(drawn(THREAT))).size


def test_a_paper_that_opens_without_a_password_is_read_and_a_locked_one_is_told() -> None:
    assert THREAT in read_paper(locked("", owner="of the office")).words
    read = read_paper(locked("let me in"))
    assert read.words == ""
    assert read.remark.startswith("A PDF is locked with a password")


def locked(user: str, owner: str | None = None) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(paper(THREAT))))
    writer.encrypt(user, owner, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7\n%%EOF\n", b"%PDF-1.7\n" + bytes(range(256)) * 50, b"no PDF at all"],
    ids=["nothing", "an empty one", "noise", "something else"],
)
def test_what_is_no_paper_is_told_and_nothing_is_raised(content: bytes) -> None:
    assert read_paper(content).remark.startswith("A PDF is damaged or is none")


def test_what_is_left_of_a_paper_that_was_cut_off_is_read() -> None:
    whole = paper(THREAT, "The second page.")
    assert THREAT in read_paper(whole[: whole.index(b"\nxref")]).words


def test_of_a_long_paper_the_beginning_is_read_and_that_is_told() -> None:
    read = read_paper(paper(THREAT, *["Another page."] * 210))
    assert read.words.startswith(THREAT)
    assert "longer than 200 pages" in read.remark


def test_a_page_that_unpacks_into_hundreds_of_megabytes_ends_within_the_limits() -> None:
    bomb = paper(THREAT, packed=zlib.compress(b"BT (x) Tj ET\n" * 20_000_000, 9))
    read = read_paper(bomb, seconds=40)
    assert len(read.words) <= MOST_WORDS + len(THREAT)
    assert read.words.startswith(THREAT)


def test_a_paper_that_keeps_its_reader_busy_is_given_up() -> None:
    assert read_paper(paper(THREAT), seconds=0.0) == Paper(remark=CUT_SHORT)
