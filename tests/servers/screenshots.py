"""Pictures as people post them: screenshots by a real browser, and what else comes as a picture."""

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, sync_playwright

LIGHT = "background: #fff; color: #111; font: 16px/1.35 sans-serif"
DARK = "background: #15202b; color: #e7e9ea; font: 16px/1.35 sans-serif"
DIM = "background: #222; color: #888; font: 12px/1.35 sans-serif"
SMALL = "background: #fff; color: #222; font: 10px/1.35 sans-serif"
PHOTO = (
    "background: repeating-radial-gradient(circle at 30% 40%, #754, #996 7px, #465 19px, #a86 31px)"
)


@contextmanager
def chromium(path: Path) -> Iterator[Browser]:
    """A browser to take screenshots with."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(path), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


def card(text: str, style: str = LIGHT) -> str:
    """A post as a platform shows it."""
    return (
        f"<body style='margin: 0; {style}'><div style='padding: 16px'><b>Angry Example</b>"
        f" <span style='color: #777'>@angry.example · 3h</span><p>{text}</p>"
        "<span style='color: #777; font-size: .8em'>12 replies · 4 reposts</span></div></body>"
    )


def note_in_a_photo(text: str) -> str:
    """A sheet of paper, held askew, in front of something motley."""
    return (
        f"<body style='margin: 0; {PHOTO}; height: 500px'><div style='margin: 90px 40px;"
        " padding: 20px; background: #f4f0e4; color: #333; font: 20px/1.5 serif;"
        f" transform: rotate(4deg) skewX(-3deg)'>{text}</div></body>"
    )


def screenshot(
    browser: Browser, html: str, *, width: int = 600, scale: float = 1, quality: int | None = None
) -> bytes:
    """The page as PNG, or as JPEG of some `quality`."""
    page = browser.new_page(viewport={"width": width, "height": 60}, device_scale_factor=scale)
    page.set_content(html)
    if quality is None:
        return page.screenshot(full_page=True, type="png")
    return page.screenshot(full_page=True, type="jpeg", quality=quality)


def drawn(text: str, kind: str = "PNG") -> bytes:
    """Plain text on white, without a browser."""
    lines = text.split("\n")
    image = Image.new("RGB", (40 + 14 * max(map(len, lines)), 40 + 40 * len(lines)), "white")
    font = ImageFont.load_default(26)
    ImageDraw.Draw(image).multiline_text((20, 20), text, fill="black", font=font, spacing=10)
    return _saved(image, kind)


def see_through(text: str) -> bytes:
    """White letters on nothing, which a light page would not show."""
    image = Image.new("RGBA", (40 + 14 * len(text), 80), (0, 0, 0, 0))
    font = ImageFont.load_default(26)
    ImageDraw.Draw(image).text((20, 20), text, fill="white", font=font)
    return _saved(image, "PNG")


def bomb(side: int = 20_000) -> bytes:
    """A PNG of some kilobytes that unfolds to a picture of `side` by `side`."""
    row = b"\0" + b"\0" * (side // 8)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b""))
    )


def _saved(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()
