"""Screening a stream of posts: order, bad lines, packed and damaged files, memory."""

import gzip
import io
import json
import tracemalloc
from pathlib import Path

import pytest
import zstandard

from nlp.screening import Screener, screen_lines
from records.post_file import LONGEST_LINE, open_posts


def line(number: int, text: str = "Nice weather") -> bytes:
    return json.dumps({"id": f"p{number}", "source": "test", "text": text}).encode() + b"\n"


def run(
    screener: Screener, *streams: tuple[str, io.BufferedIOBase], everything: bool = True
) -> tuple[int, list[str], list[str]]:
    out: list[str] = []
    complaints: list[str] = []
    skipped = screen_lines(
        screener, streams, everything=everything, out=out.append, complain=complaints.append
    )
    return skipped, [json.loads(finding)["post_id"] for finding in out], complaints


def test_findings_come_in_the_order_of_the_posts(screener: Screener) -> None:
    first = io.BytesIO(line(1) + line(2, "Fiona MacLeod of SEO") + line(3))
    second = io.BytesIO(line(4))
    found = run(screener, ("a.jsonl", first), ("b.jsonl", second))
    assert found == (0, ["p1", "p2", "p3", "p4"], [])


def test_posts_to_ignore_are_left_out_unless_everything_is_wanted(screener: Screener) -> None:
    posts = io.BytesIO(line(1) + line(2, "Fiona MacLeod of SEO refused my complaint") + line(3))
    assert run(screener, ("-", posts), everything=False) == (0, ["p2"], [])


BAD = [
    b"no json\n",
    b"\xff\xfe\n",
    b'{"id": "p", "source": "x"}\n',
    b'{"id": "", "source": "x", "text": "t"}\n',
    b'["secretword"]\n',
    b'{"id": "p", "source": "x", "text": 7}\n',
    b"[" * 100_000 + b"\n",
    b'{"id": "\\ud800", "text": "secretword"\n',
]


@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
def test_a_bad_line_is_told_by_number_and_nothing_of_it_is_quoted(
    screener: Screener, bad: bytes
) -> None:
    skipped, found, complaints = run(screener, ("posts.jsonl", io.BytesIO(line(1) + bad + line(3))))
    assert (skipped, found) == (1, ["p1", "p3"])
    assert complaints[0].startswith("posts.jsonl, line 2: ")
    assert "secretword" not in complaints[0]
    assert len(complaints) == 1


def test_a_line_over_the_limit_is_refused_and_the_next_one_read(screener: Screener) -> None:
    long = line(2, "x" * LONGEST_LINE)
    skipped, found, complaints = run(screener, ("-", io.BytesIO(line(1) + long + line(3))))
    assert (skipped, found) == (1, ["p1", "p3"])
    assert complaints == ["-, line 2: the line is longer than 4 MB."]


def test_empty_lines_are_no_posts_and_no_faults(screener: Screener) -> None:
    assert run(screener, ("-", io.BytesIO(b"\n" + line(1) + b"  \n\r\n"))) == (0, ["p1"], [])


def test_half_of_a_character_does_not_lose_the_post(screener: Screener) -> None:
    cut = b'{"id": "p1", "source": "x", "text": "\\ud83d Fiona MacLeod of SEO"}\n'
    out: list[str] = []
    assert screen_lines(
        screener, [("-", io.BytesIO(cut))], everything=True, out=out.append, complain=out.append
    ) == 0  # fmt: skip
    assert json.loads(out[0])["staff"][0]["start"] == 2


def test_the_last_line_needs_no_line_end(screener: Screener) -> None:
    assert run(screener, ("-", io.BytesIO(line(1).rstrip()))) == (0, ["p1"], [])


def test_packed_files_are_opened_by_their_names(screener: Screener, tmp_path: Path) -> None:
    content = line(1) + line(2)
    (tmp_path / "a.jsonl").write_bytes(content)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(content))
    (tmp_path / "a.jsonl.zst").write_bytes(zstandard.ZstdCompressor().compress(content))
    for name in ("a.jsonl", "a.jsonl.gz", "a.jsonl.zst"):
        with open_posts(tmp_path / name) as stream:
            assert run(screener, (name, stream)) == (0, ["p1", "p2"], [])


@pytest.mark.parametrize("ending", ["gz", "zst"])
def test_a_damaged_file_is_told_and_the_next_one_read(
    screener: Screener, tmp_path: Path, ending: str
) -> None:
    content = b"".join(line(number, f"text {number * 7919}") for number in range(2000))
    packed = {"gz": gzip.compress, "zst": zstandard.ZstdCompressor().compress}[ending](content)
    damaged = tmp_path / f"a.{ending}"
    damaged.write_bytes(packed[: len(packed) // 2] + b"\x00broken")
    with open_posts(damaged) as stream:
        skipped, found, complaints = run(
            screener, (damaged.name, stream), ("b", io.BytesIO(line(1)))
        )
    assert skipped >= 1
    assert found[-1] == "p1"
    assert complaints[0].startswith(damaged.name)


def test_memory_does_not_grow_with_the_stream(screener: Screener) -> None:
    class Endless(io.BufferedIOBase):
        left = 20_000

        def read1(self, size: int = -1, /) -> bytes:
            lines = [line(self.left - number) for number in range(min(500, self.left))]
            self.left -= len(lines)
            return b"".join(lines)

    stream = io.BytesIO(line(0))
    run(screener, ("-", stream))
    tracemalloc.start()
    screen_lines(
        screener,
        [("-", Endless())],
        everything=True,
        out=lambda _: None,
        complain=lambda _: None,
    )
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4_000_000
