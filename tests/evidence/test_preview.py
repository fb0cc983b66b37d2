"""What is shown of a picture: a blur, or a copy of our own making."""

import io
import time
import zlib
from itertools import pairwise

import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from evidence.preview import MOST_PIXELS, PictureError, own_copy, preview


def png(picture: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, format="PNG", **options)
    return out.getvalue()


def page(words: str = "Fenella Auchterbrae") -> Image.Image:
    picture = Image.new("RGB", (1280, 900), "white")
    ImageDraw.Draw(picture).text((40, 40), words, fill="black", font_size=60)
    return picture


@pytest.mark.clause("SPSO 64")
def test_a_preview_is_24_grey_blurred_pixels_a_side() -> None:
    small = Image.open(io.BytesIO(preview(png(page()))))
    assert (small.size, small.mode, small.format) == ((24, 24), "L", "PNG")
    levels = small.tobytes()
    steps = [abs(one - other) for one, other in pairwise(levels)]
    assert max(steps) < 60  # no edge is left sharp
    assert len(preview(png(page()))) < 1000


@pytest.mark.clause("SPSO 64")
def test_two_pages_that_say_different_things_look_nearly_alike() -> None:
    one, other = (
        Image.open(io.BytesIO(preview(png(page(words))))).tobytes()
        for words in ("I know where you live", "Thank you for your help")
    )
    assert max(abs(a - b) for a, b in zip(one, other, strict=True)) < 40


def test_without_a_picture_the_preview_is_plain_grey() -> None:
    plain = Image.open(io.BytesIO(preview(None)))
    assert len(set(plain.tobytes())) == 1


def test_our_copy_shows_the_same_and_carries_nothing_else_along() -> None:
    extra = PngImagePlugin.PngInfo()
    extra.add_text("comment", "<script>alert(1)</script>")
    content = png(page(), pnginfo=extra) + b"<html><script>alert(2)</script>"
    made = own_copy(content)
    assert b"script" in content
    assert b"script" not in made
    shown = Image.open(io.BytesIO(made))
    assert shown.tobytes() == page().tobytes()
    assert shown.info == {}


def jpeg() -> bytes:
    out = io.BytesIO()
    page().save(out, format="JPEG")
    return out.getvalue()


def bomb() -> bytes:
    side = int(MOST_PIXELS**0.5) + 100
    return png(Image.new("1", (side, side)))


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b"\x89PNG\r\n\x1a\n", png(page())[:-400], jpeg(), zlib.compress(b"0"), bomb()],
    ids=["nothing", "markup", "only a header", "cut off", "jpeg", "noise", "bomb"],
)
def test_what_is_no_picture_of_ours_is_refused(content: bytes) -> None:
    for show in (preview, own_copy):
        with pytest.raises(PictureError):
            show(content)


def test_a_preview_is_made_in_a_moment() -> None:
    content = png(page())
    times = []
    for _ in range(5):
        began = time.perf_counter()
        preview(content)
        times.append(time.perf_counter() - began)
    assert min(times) < 0.5
