"""Posts from files."""

import gzip
import io
import json
import logging
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest
import zstandard

from monitors.answer import FROM_FILE
from monitors.errors import SourceError
from monitors.registry import build
from monitors.source import Source
from monitors.sources.replay_file import LineFile
from records.errors import ConfigurationError
from records.post_file import LONGEST_LINE
from tests.monitors.reading import in_background, take, texts


def line(number: int, text: str | None = None) -> bytes:
    post = {"id": f"p{number}", "source": "practice", "text": text or f"Post {number} ünïcödé"}
    return json.dumps(post, ensure_ascii=False).encode()


LINES = [line(number) for number in range(1, 8)]
CONTENT = b"".join(one + b"\n" for one in LINES)


def two_frames(content: bytes) -> bytes:
    pack = zstandard.ZstdCompressor().compress
    return pack(content[:100]) + pack(content[100:])


WRITTEN: dict[str, Callable[[bytes], bytes]] = {
    "posts.jsonl": bytes,
    "posts.jsonl.gz": gzip.compress,
    "posts.jsonl.zst": two_frames,
}


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(WRITTEN[name](content))
    return path


def replay(path: Path, **options: object) -> Source:
    return build("replay", "practice", {"path": str(path), **options})


def count_skipped(source: Source) -> int:
    return int(source.skipped)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", WRITTEN)
def test_every_post_comes_in_the_order_of_the_file(tmp_path: Path, name: str) -> None:
    taken = take(replay(write(tmp_path, name, CONTENT)))
    assert [one.post.id for one in taken] == [f"p{number}" for number in range(1, 8)]


@pytest.mark.parametrize("name", WRITTEN)
def test_the_record_is_the_line_byte_for_byte(tmp_path: Path, name: str) -> None:
    odd = b'{"id":"x",  "text": "\\u00fc", "source":"s", "unknown": [1]} \r'
    taken = take(replay(write(tmp_path, name, odd + b"\n" + CONTENT)))
    assert [one.record for one in taken] == [odd, *LINES]
    assert taken[0].settled().told == {"answered": False, "bytes": FROM_FILE}


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("stopped_after", range(1, 8))
def test_after_a_restart_anywhere_exactly_the_rest_comes(
    tmp_path: Path, name: str, stopped_after: int
) -> None:
    path = write(tmp_path, name, b"not a post\n\n" + CONTENT)
    before = take(replay(path), count=stopped_after)
    rest = take(replay(path), before[-1].cursor)
    assert [one.record for one in before + rest] == LINES


def test_the_cursor_is_the_byte_after_the_line(tmp_path: Path) -> None:
    taken = take(replay(write(tmp_path, "posts.jsonl.gz", CONTENT)), count=2)
    assert taken[-1].cursor == str(len(LINES[0]) + len(LINES[1]) + 2)


@pytest.mark.parametrize("name", WRITTEN)
def test_a_last_line_without_a_newline_counts(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, name, CONTENT[:-1])
    taken = take(replay(path))
    assert len(taken) == 7
    assert take(replay(path), taken[-1].cursor) == []


@pytest.mark.parametrize("name", WRITTEN)
def test_an_empty_file_has_no_posts(tmp_path: Path, name: str) -> None:
    assert take(replay(write(tmp_path, name, b""))) == []


@pytest.mark.parametrize(
    "bad",
    [
        b"not JSON",
        b"[]",
        b'{"id": "a", "source": "b"}',
        b'{"id": "", "source": "b", "text": "Unspeakable"}',
        b'{"id": "a", "source": "b", "text": "Unspeakable", "published_at": "soon"}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_a_bad_line_is_counted_left_out_and_not_quoted(
    tmp_path: Path, bad: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = write(tmp_path, "posts.jsonl", LINES[0] + b"\n" + bad + b"\n" + LINES[1] + b"\n")
    source = replay(path)
    with caplog.at_level(logging.DEBUG):
        assert [one.record for one in take(source)] == LINES[:2]
    assert count_skipped(source) == 1
    assert "Unspeakable" not in caplog.text


def test_blank_lines_and_a_byte_order_mark_are_no_mistakes(tmp_path: Path) -> None:
    source = replay(write(tmp_path, "posts.jsonl", b"\xef\xbb\xbf" + LINES[0] + b"\n\n \n"))
    assert len(take(source)) == 1
    assert count_skipped(source) == 0


@pytest.mark.parametrize("name", WRITTEN)
def test_a_line_longer_than_four_megabytes_is_left_out(tmp_path: Path, name: str) -> None:
    fits = line(8, "x" * (LONGEST_LINE - len(line(8, ".")) + 1))
    assert len(fits) == LONGEST_LINE
    too_long = line(9, "x" * LONGEST_LINE)
    source = replay(write(tmp_path, name, b"\n".join([fits, too_long, LINES[0]])))
    assert [one.post.id for one in take(source)] == ["p8", "p1"]
    assert count_skipped(source) == 1


def test_the_pace_spaces_the_posts(tmp_path: Path) -> None:
    path = write(tmp_path, "posts.jsonl", CONTENT)
    began = time.monotonic()
    take(replay(path, pace=0.1), count=3)
    assert time.monotonic() - began >= 0.2


def test_a_slow_pace_still_says_that_it_is_alive_and_stops_at_once(tmp_path: Path) -> None:
    stop = threading.Event()
    posts = replay(write(tmp_path, "posts.jsonl", CONTENT), pace=3600).receive(None, stop)
    assert next(posts) is not None
    began = time.monotonic()
    assert next(posts) is None
    assert time.monotonic() - began < 1
    stop.set()
    assert list(posts) == []
    assert time.monotonic() - began < 2


def test_followed_files_bring_lines_that_are_added_even_in_pieces(tmp_path: Path) -> None:
    path = write(tmp_path, "posts.jsonl", LINES[0] + b"\n")
    pieces = [LINES[1][:10], LINES[1][10:], b"\n" + LINES[2] + b"\n" + LINES[3]]

    def add() -> None:
        for piece in pieces:
            time.sleep(0.25)  # longer than the source waits before it looks again
            with path.open("ab") as file:
                file.write(piece)

    in_background(add)
    taken = take(replay(path, follow=True), count=3)
    assert [one.record for one in taken] == LINES[:3]
    with path.open("ab") as file:
        file.write(b"\n")
    assert [one.record for one in take(replay(path, follow=True), taken[-1].cursor, count=1)] == [
        LINES[3]
    ]


def test_a_line_that_is_added_while_the_end_is_looked_at_is_not_passed_over(
    tmp_path: Path,
) -> None:
    path = write(tmp_path, "posts.jsonl", LINES[0] + b"\n")
    with closing(LineFile(path, 0)) as file:
        assert file.next_line(finished=False) == LINES[0]
        file._file = cast("io.BufferedReader", GrowsOnceRead(file._file, path, LINES[1] + b"\n"))
        assert file.next_line(finished=False) is None
        assert file.next_line(finished=False) == LINES[1]
        assert file.place == path.stat().st_size


class GrowsOnceRead:
    """A file to which somebody adds just after its end was found."""

    def __init__(self, file: io.BufferedReader, path: Path, added: bytes) -> None:
        self._file, self._path, self._added = file, path, added

    def readline(self, most: int) -> bytes:
        read = self._file.readline(most)
        if not read:
            with self._path.open("ab") as file:
                file.write(self._added)
        return read

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)


def test_a_followed_file_that_gets_shorter_needs_attention(tmp_path: Path) -> None:
    path = write(tmp_path, "posts.jsonl", CONTENT)
    posts = replay(path, follow=True).receive(None, threading.Event())
    assert sum(next(posts) is not None for _ in range(7)) == 7
    path.write_bytes(LINES[0])
    with pytest.raises(SourceError, match="is not the one that was read before") as failure:
        next(one for one in posts if one is not None)
    assert not failure.value.again


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("cursor", ["5", "100000", "soon", "-1"])
def test_a_cursor_that_is_no_place_of_this_file_needs_attention(
    tmp_path: Path, name: str, cursor: str
) -> None:
    with pytest.raises(SourceError) as failure:
        take(replay(write(tmp_path, name, CONTENT)), cursor)
    assert not failure.value.again


@pytest.mark.parametrize("name", ["posts.jsonl.gz", "posts.jsonl.zst"])
@pytest.mark.parametrize("damage", ["cut", "changed", "not packed at all"])
def test_a_damaged_file_needs_attention(tmp_path: Path, name: str, damage: str) -> None:
    path = write(tmp_path, name, CONTENT * 50)
    packed = path.read_bytes()
    path.write_bytes(
        {
            "cut": packed[:-12],
            "changed": packed[:60] + bytes(20) + packed[80:],
            "not packed at all": CONTENT,
        }[damage]
    )
    with pytest.raises(SourceError, match="is damaged or ends too early") as failure:
        take(replay(path))
    assert not failure.value.again


def test_a_missing_file_may_still_come(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="can't be read: No such file") as failure:
        take(replay(tmp_path / "posts.jsonl"))
    assert failure.value.again


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "'path'"),
        ({"path": ""}, "it is empty"),
        ({"path": "a.jsonl", "pace": -1}, "'pace'"),
        ({"path": "a.jsonl", "pace": "quick"}, "'pace'"),
        ({"path": "a.jsonl", "speed": 1}, "'speed'"),
        ({"path": "a.jsonl.gz", "follow": True}, "only a plain file can be followed"),
    ],
)
def test_a_wrong_option_is_refused_in_a_sentence(options: dict[str, object], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        build("replay", "practice", options)


def test_the_text_is_what_was_written(tmp_path: Path) -> None:
    assert texts(take(replay(write(tmp_path, "posts.jsonl", CONTENT)), count=1)) == [
        "Post 1 ünïcödé"
    ]
