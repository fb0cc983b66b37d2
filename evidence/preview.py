"""What may be shown of a sealed picture: a blur in which nothing can be read, or our own copy.

Only pictures that the capture itself made are read, and each is drawn anew, so that no byte of
what was captured reaches anybody's browser.
"""

import io
import warnings

from PIL import Image, ImageFilter, UnidentifiedImageError

from evidence.errors import EvidenceError

PICTURES = {
    "card.png": "A card drawn from the platform's record; not a picture of the web page",
    "page-post.png": "The post on its page",
    "page-as-loaded.png": "The page as the browser first showed it",
    "page-full.png": "The page from top to bottom",
}
"""The pictures that can be shown, in this order, and what each is."""
PREVIEW_PIXELS = 24
MOST_PIXELS = 80_000_000
_BLUR = 1.2
_GREY = 0xB1


class PictureError(EvidenceError):
    """This picture can't be shown; it is in the bundle."""


def preview(content: bytes | None) -> bytes:
    """A PNG of 24 by 24 grey, blurred pixels; plain grey where there is no picture."""
    whole = Image.new("L", (PREVIEW_PIXELS, PREVIEW_PIXELS), _GREY)
    if content is not None:
        with _opened(content) as picture:
            side = min(picture.size)
            small = picture.convert("L").resize(whole.size, box=(0, 0, side, side), reducing_gap=2)
        whole.paste(small.filter(ImageFilter.GaussianBlur(_BLUR)))
    return _png(whole)


def own_copy(content: bytes) -> bytes:
    """The same picture as a PNG of our own making, without anything else that was in the file."""
    with _opened(content) as picture:
        return _png(picture.convert("RGB"))


def _opened(content: bytes) -> Image.Image:
    """Raises PictureError for what is no PNG, is damaged or is larger than any page's picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            picture = Image.open(io.BytesIO(content), formats=("PNG",))
            if picture.width * picture.height > MOST_PIXELS:
                raise PictureError
            picture.load()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Warning):
        raise PictureError from None
    except Image.DecompressionBombError:
        raise PictureError from None
    return picture


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, format="PNG")
    return out.getvalue()
