"""A picture that somebody was sent: the text that stands in it."""

from pathlib import Path

from nlp.images import MOST_BYTES, OcrReader
from records.errors import ConfigurationError
from records.post import Media

TOO_LARGE = f"this picture is larger than {MOST_BYTES // 2**20} MB; save it smaller."
UNREAD = "reading this picture came to no end; `namewatch doctor` says whether reading works."
NO_TEXT = "no text was found in it, or it is no PNG, JPEG, WebP or GIF picture."


def read_screenshot(file: Path) -> Media:
    """The picture with its text; raises ConfigurationError when there is none to be read."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"can't be read ({error.strerror}).", file=file) from None
    if len(content) > MOST_BYTES:
        raise ConfigurationError(TOO_LARGE, file=file)
    text = OcrReader().read([content])[0]
    if text is None:
        raise ConfigurationError(UNREAD, file=file)
    if not text:
        raise ConfigurationError(NO_TEXT, file=file)
    return Media(kind="image", read_text=text)
