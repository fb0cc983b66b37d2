"""Read the pictures on standard input; runs as `python -m nlp.image_page`.

Each picture comes as eight bytes of length and then itself. For each goes out one line: a JSON
string, empty when there is no text or no picture that can be read. Nothing is written to a disk
or logged, and nothing is fetched: RapidOCR loads the models that are named, and only those.
"""

import io
import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from importlib import resources
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from PIL import Image

SAMPLE_TEXT = "Reading works"
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_MOST_PIXELS = 40_000_000
_WIDEST, _TALLEST_BAND, _OVERLAP, _MOST_BANDS = 1920, 1280, 120, 8
"""A tall picture is read in bands, so that its letters need not be made smaller."""
_DETECTION_SIDE = 1280
_LEAST_SURE = 0.6
_NEW_LINE = 0.4
"""A gap of so many letters' height parts two lines; closer ones are one text, broken by width."""
_MOST_SECONDS = 20.0
_MOST_CPU_SECONDS, _MOST_MEMORY = 120, 3 << 30
_GREY = (128, 128, 128)
"""Put under see-through pictures: black and white letters both stand out from it."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words side by side, and where they stand in the picture."""

    text: str
    left: float
    middle: float
    size: float
    """How tall the letters are, be the line level or not."""


Find = Callable[["Image.Image"], Iterable[Words]]


def sample() -> bytes:
    """A picture of our own that says SAMPLE_TEXT."""
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415 - only for a trial

    image = Image.new("RGB", (480, 90), "white")
    ImageDraw.Draw(image).text((20, 20), SAMPLE_TEXT, fill="black", font=ImageFont.load_default(40))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def read_picture(content: bytes, find: Find) -> str:
    """The text of one picture; whatever is wrong with it, there is only less of it."""
    try:
        picture = _opened(content)
        return "" if picture is None else in_order(_in_bands(picture, find))
    except Exception:  # noqa: BLE001 - decoders raise anything; a picture must not end the others
        return ""


def in_order(found: Iterable[Words]) -> str:
    """Words as they are read: side by side, then down; a wider gap begins a new line."""
    text, above = "", None
    for row in _rows(sorted(found, key=lambda words: words.middle)):
        if above is not None:
            text += "\n" if _apart(above, row[0]) else " "
        text += " ".join(words.text for words in row)
        above = row[0]
    return text


def _apart(above: Words, below: Words) -> bool:
    gap = below.middle - above.middle - (above.size + below.size) / 2
    return gap > _NEW_LINE * min(above.size, below.size)


def _rows(found: Iterable[Words]) -> Iterator[list[Words]]:
    row: list[Words] = []
    for words in found:
        if row and words.middle - statistics.mean(one.middle for one in row) > row[0].size / 2:
            yield sorted(row, key=lambda one: one.left)
            row = []
        row.append(words)
    if row:
        yield sorted(row, key=lambda one: one.left)


def _opened(content: bytes) -> "Image.Image | None":
    """The picture as it is shown, unless it is of another kind or would unfold to a huge one."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - only in the child

    if not content:
        return None
    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    picture: Image.Image = Image.open(io.BytesIO(content), formats=_FORMATS)
    if picture.width * picture.height > _MOST_PIXELS:
        return None
    picture.draft("RGB", (_WIDEST, _WIDEST))
    picture = ImageOps.exif_transpose(picture)
    if picture.has_transparency_data:
        shown = Image.new("RGBA", picture.size, _GREY)
        shown.alpha_composite(picture.convert("RGBA"))
        picture = shown
    picture = picture.convert("RGB")
    if picture.width > _WIDEST:
        height = max(1, round(picture.height * _WIDEST / picture.width))
        picture = picture.resize((_WIDEST, height))
    return picture


def _in_bands(picture: "Image.Image", find: Find) -> Iterator[Words]:
    """All words; those where two bands overlap come from the band that holds them better."""
    began = time.process_time()
    step = _TALLEST_BAND - _OVERLAP
    for number in range(_MOST_BANDS):
        top = number * step
        if top and (
            top + _OVERLAP >= picture.height or time.process_time() - began > _MOST_SECONDS
        ):
            return
        bottom = min(top + _TALLEST_BAND, picture.height)
        own_from = top + _OVERLAP / 2 if top else 0
        own_to = bottom - _OVERLAP / 2 if bottom < picture.height else bottom
        for words in find(picture.crop((0, top, picture.width, bottom))):
            if own_from <= words.middle + top < own_to:
                yield replace(words, middle=words.middle + top)


def _finder() -> Find:
    import numpy as np  # noqa: PLC0415 - only in the child
    from rapidocr import RapidOCR  # noqa: PLC0415

    models = resources.files("rapidocr") / "models"
    options: dict[str, Any] = {
        "Global.log_level": "critical",
        "Global.use_cls": False,
        "Global.text_score": _LEAST_SURE,
        "Global.max_side_len": _WIDEST,
        "Det.limit_type": "max",
        "Det.limit_side_len": _DETECTION_SIDE,
        "Det.model_path": str(models / "PP-OCRv6_det_small.onnx"),
        "Rec.model_path": str(models / "PP-OCRv6_rec_small.onnx"),
        "Rec.rec_batch_num": 1,  # a third of the memory, and no slower on one thread
        "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    }
    read = RapidOCR(params=options)

    def find(band: "Image.Image") -> Iterator[Words]:
        found: Any = read(np.asarray(band)[:, :, ::-1])
        if found.txts is None or found.boxes is None:
            return
        for text, box in zip(found.txts, found.boxes, strict=True):
            top_left, _, _, bottom_left = box
            size = float(np.linalg.norm(bottom_left - top_left))
            yield Words(text, float(box[:, 0].min()), float(box[:, 1].mean()), size)

    return find


def _pictures(stream: BinaryIO) -> Iterator[bytes]:
    while len(head := stream.read(8)) == 8:  # noqa: PLR2004 - as in the module's docstring
        yield stream.read(int.from_bytes(head))


def main() -> None:
    """Do the task on standard input, within limits that no picture can lift."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    pictures = list(_pictures(sys.stdin.buffer))
    seconds = _MOST_CPU_SECONDS + int(_MOST_SECONDS) * 2 * len(pictures)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Nothing else may write among the answers.
        find = _finder()
        for content in pictures:
            out.write(json.dumps(read_picture(content, find)).encode() + b"\n")
            out.flush()


if __name__ == "__main__":
    main()
