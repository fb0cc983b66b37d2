import io
import re
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from PIL import Image

from evidence.card import LABEL, card_lines, card_of, card_page
from evidence.card_drawing import draw_card
from evidence.visible import made_visible, plain
from records.post import Author, Context, Media, Post

POST = Post(
    id="1",
    source="social.example",
    text="You will <b>regret</b> it",
    url="https://social.example/1",
    published_at=datetime(2026, 11, 3, 9, 5, 7, tzinfo=UTC),
    author=Author(id="did:x:1", handle="alice.example", name="Alice Example"),
    context=Context(community="r/example", title="A title"),
    media=(Media(kind="image", alt="A drawing"),),
)
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


def test_the_card_says_what_the_record_says() -> None:
    assert card_lines(card_of(POST)) == [
        ("Platform", "social.example"),
        ("Author", "Alice Example · @alice.example · did:x:1"),
        ("Time", "3 November 2026, 09:05:07 UTC"),
        ("Place", "r/example"),
        ("Title", "A title"),
        ("Attached", "image: A drawing"),
        ("", "You will <b>regret</b> it"),
    ]


def test_what_the_record_lacks_is_said() -> None:
    lines = dict(card_lines(card_of(Post(id="1", source="x", text=""))))
    assert lines["Author"] == lines["Time"] == "not in the record"
    assert lines[""] == "[The record holds no text.]"


def test_a_very_long_text_is_cut_and_said_to_go_on() -> None:
    text = card_of(Post(id="1", source="x", text="a" * 50_000)).text
    assert text.endswith("[The record goes on: 50000 characters in all.]")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "a⟨U+202E RIGHT-TO-LEFT OVERRIDE⟩b"),
        ("\u2066x\u2069", "⟨U+2066 LEFT-TO-RIGHT ISOLATE⟩x⟨U+2069 POP DIRECTIONAL ISOLATE⟩"),
        ("ze\u200bro", "ze⟨U+200B ZERO WIDTH SPACE⟩ro"),
        ("a\u200db", "a⟨U+200D ZERO WIDTH JOINER⟩b"),
        ("a\x00\x1bb", "a⟨U+0000 NULL⟩⟨U+001B ESCAPE⟩b"),
        ("a\u3164b", "a⟨U+3164 HANGUL FILLER⟩b"),
        ("\U000e0041", "⟨U+E0041 TAG LATIN CAPITAL LETTER A⟩"),
        ("a\u2028b", "a⟨U+2028 LINE SEPARATOR⟩b"),
        # What readers see as one sign stays one sign.
        (SCOTLAND, SCOTLAND),
        ("👩\u200d🚒 ❤\ufe0f", "👩\u200d🚒 ❤\ufe0f"),
        ("one\r\ntwo\nthree", "one\ntwo\nthree"),
        ("שלום مرحبا", "שלום مرحبا"),
    ],
)
def test_characters_that_hide_are_written_out(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_a_written_out_character_can_be_told_from_the_same_words_in_the_post() -> None:
    fake = "⟨U+202E RIGHT-TO-LEFT OVERRIDE⟩"
    assert not any(hidden for _, hidden in made_visible(fake))
    assert plain("→\u200d⟩") == "→⟨U+200D ZERO WIDTH JOINER⟩⟩"
    assert "<b>" not in card_page(card_of(Post(id="1", source="x", text=fake)))


def test_the_page_of_the_card_runs_and_loads_nothing() -> None:
    evil = "<script>fetch('https://far.example')</script><img src=x>"
    author = Author(name=evil, handle=evil)
    page = card_page(card_of(Post(id="1", source=evil, text=evil, author=author)))
    assert set(re.findall(r"<([a-z]+)", page)) == {
        *("html", "meta", "title", "style", "header", "main", "dl", "dt", "dd", "p")
    }
    assert "default-src 'none'" in page
    assert LABEL in page


def test_without_a_browser_there_is_a_card_too() -> None:
    with Image.open(io.BytesIO(draw_card(card_of(POST)))) as card:
        short = card.height
        assert card.width == 720
        assert card.getpixel((2, 2)) == (0x0B, 0x0C, 0x0C)
    long = POST.model_copy(update={"text": "word " * 2_000})
    with Image.open(io.BytesIO(draw_card(card_of(long)))) as card:
        assert 3 * short < card.height <= 12_000


@pytest.mark.parametrize(
    "text", ["x" * 40_000, "\n" * 5_000, "\U0001f600" * 300, "\u0301" * 99, ""]
)
def test_no_text_is_too_odd_to_be_drawn(text: str) -> None:
    post = POST.model_copy(update={"text": text})
    assert draw_card(card_of(post)).startswith(b"\x89PNG")


def test_the_card_bears_no_reference_and_no_address() -> None:
    assert "NW-" not in card_page(card_of(POST))
    assert "https://social.example/1" not in card_page(card_of(POST))


def test_the_card_needs_no_browser_library() -> None:
    program = (
        "import sys, evidence.card, evidence.card_drawing; sys.exit('playwright' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
