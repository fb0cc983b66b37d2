"""Text in pictures, read for real from screenshots that a browser made."""

import io
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image

from evidence.browser import find_browser
from nlp.image_page import Words, in_order
from nlp.images import MOST_BYTES, OcrReader, trial
from tests.servers.screenshots import (
    DARK,
    DIM,
    LIGHT,
    SMALL,
    bomb,
    card,
    chromium,
    drawn,
    note_in_a_photo,
    screenshot,
    see_through,
)
from tests.servers.site import DRAWING

NAME = "Fenella Auchterbrae"
THREAT = "I know where she lives and I will burn her house down tonight."
SAID = f"{NAME} at the Lighthouse Ombudsman signed my decision letter. {THREAT}"
FILLING = "<br>".join(f"Line {number} of a story about the bins." for number in range(90))


def gradient() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((640, 480)).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture(scope="module")
def texts() -> Mapping[str, str | None]:
    """Every picture read by one call, as a platform would give them to us."""
    path = find_browser()
    if path is None:
        sentence = "no browser is installed: apt-get install chromium, or playwright install"
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    with chromium(path) as browser:
        whole = screenshot(browser, card(SAID))
        pictures = {
            "light": whole,
            "dark": screenshot(browser, card(SAID, DARK)),
            "dim": screenshot(browser, card(SAID, DIM)),
            "small type": screenshot(browser, card(SAID, SMALL)),
            "phone": screenshot(browser, card(SAID, DARK), width=390, scale=3),
            "much compressed": screenshot(browser, card(SAID), quality=35),
            "photo": screenshot(browser, note_in_a_photo(SAID), width=700, quality=60),
            "tall": screenshot(browser, card(f"{FILLING}<p>{SAID}", LIGHT)),
            "damaged": whole[: len(whole) // 2] + bytes(reversed(whole[len(whole) // 2 :])),
            "cut short": whole[:200],
        }
    pictures |= {
        "see-through": see_through(NAME),
        "gif": drawn(NAME, "GIF"),
        "webp": drawn(NAME, "WEBP"),
        "no text": gradient(),
        "bomb": bomb(),
        "drawing": DRAWING,
        "page": f"<html><body>{SAID}</body></html>".encode(),
        "tiff": drawn(NAME, "TIFF"),
        "nothing": b"",
        "too large": drawn(NAME) + b" " * MOST_BYTES,
        "last": drawn(NAME),
    }
    return dict(zip(pictures, OcrReader().read(list(pictures.values())), strict=True))


@pytest.mark.parametrize(
    "kind",
    ["light", "dark", "dim", "small type", "phone", "much compressed", "photo", "tall"],
)
def test_a_screenshot_is_read_word_for_word(texts: Mapping[str, str | None], kind: str) -> None:
    assert SAID in (texts[kind] or "")


@pytest.mark.parametrize("kind", ["see-through", "gif", "webp", "last"])
def test_a_name_is_read_in_other_kinds_of_picture(
    texts: Mapping[str, str | None], kind: str
) -> None:
    assert texts[kind] == NAME


@pytest.mark.parametrize(
    "kind",
    [
        *("no text", "damaged", "cut short", "bomb", "drawing", "page"),
        *("tiff", "nothing", "too large"),
    ],
)
def test_where_there_is_no_text_or_no_picture_nothing_is_read(
    texts: Mapping[str, str | None], kind: str
) -> None:
    assert texts[kind] == ""


def test_in_a_tall_picture_no_line_is_lost_or_read_twice(texts: Mapping[str, str | None]) -> None:
    read = texts["tall"] or ""
    for number in range(90):
        assert read.count(f"Line {number} of a story") == 1


def test_a_reading_that_comes_to_no_end_is_told_apart_from_one_that_finds_nothing() -> None:
    hurried = OcrReader(seconds_to_start=0, seconds_a_picture=0.01)
    assert hurried.read([drawn(NAME), drawn(NAME)]) == [None, None]


def test_reading_needs_no_network() -> None:
    alone = ["unshare", "--map-root-user", "--net"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let us take the network away")
    code = "import sys; from nlp.images import OcrReader, trial; sys.exit(trial(OcrReader()))"
    done = subprocess.run(
        [*alone, sys.executable, "-c", code], capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_trial_says_what_is_wrong() -> None:
    class Blind:
        def read(self, images: object) -> list[str | None]:
            return ["something else"]

    assert trial(Blind()) == "the reader does not read a picture of our own."


def test_words_of_one_line_are_read_from_left_to_right_and_lines_downwards() -> None:
    found = [
        Words("lives.", 300, 52, 20),
        Words("Fenella", 10, 10, 20),
        Words("Auchterbrae", 120, 12, 20),
        Words("I know where she", 10, 50, 20),
    ]
    assert in_order(found) == "Fenella Auchterbrae\nI know where she lives."


def test_lines_close_together_are_one_text_since_a_name_may_stand_across_them() -> None:
    found = [Words("Fenella", 10, 10, 20), Words("Auchterbrae", 10, 34, 20)]
    assert in_order(found) == "Fenella Auchterbrae"


def test_the_reader_gets_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONSTARTUP", str(Path(__file__)))
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    assert OcrReader().read([drawn(NAME)]) == [NAME]
