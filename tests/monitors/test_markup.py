"""HTML of any quality becomes the words that a reader sees."""

import time

import pytest

from monitors.sources.markup import plain
from records.post import Media


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain words", "plain words"),
        ("<p>One</p><p>Two<br>Three</p>", "One\nTwo\nThree"),
        ("Al<b>ice</b> &amp; Bob&#x27;s", "Alice & Bob's"),
        ("a<script>run('x')</script>b<style>p {}</style>c", "abc"),
        ("a<!-- hidden -->b<!-- <b>never closed", "ab"),
        ("<!-- one <!-- two --> shown", "shown"),
        ("a<!DOCTYPE html>b<?xml?>c<![if x]>d", "abcd"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<a href='https://a.example/'>a  link</a>\n\n\n <i>here", "a link\nhere"),
        ("half \ud800 a character", "half \ufffd a character"),
        ("", ""),
    ],
)
def test_the_words_are_those_that_a_reader_sees(html: str, text: str) -> None:
    assert plain(html).text == text


def test_pictures_are_told_with_what_describes_them() -> None:
    read = plain("<p>Look<img src='https://a.example/1.png' alt='A grey loch'><img>")
    assert read.pictures == (
        Media(kind="image", url="https://a.example/1.png", alt="A grey loch"),
        Media(kind="image"),
    )


@pytest.mark.parametrize(
    "piece", ["<", "<!", "<!--", "<![", "<a ", "<a x='", "</", "<?", "&", "\n "]
)
@pytest.mark.parametrize("end", ["", ">"])
def test_hostile_markup_takes_no_longer_than_its_length_asks_for(piece: str, end: str) -> None:
    began = time.process_time()
    plain(piece * (300_000 // len(piece)) + end)
    assert time.process_time() - began < 30
