"""Read the text in pictures, in a process of its own.

A picture comes from anybody. Decoders have faults and a reading can take for ever, so both happen
in a child (`nlp.image_page`) with limits on memory and time; its memory is free again afterwards.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Protocol

from nlp.image_page import SAMPLE_TEXT, sample

MOST_BYTES = 10 * 1024 * 1024
"""Larger pictures are left alone; no platform shows them to its readers."""
_SECONDS_TO_START, _SECONDS_A_PICTURE = 30, 45
_MOST_STARTS = 3
ENVIRONMENT = {
    "PATH": os.defpath,
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
"""Nothing of ours: no token reaches a decoder."""


class ImageReader(Protocol):
    """Reads the text in pictures."""

    def read(self, images: Sequence[bytes]) -> list[str | None]:
        """The text of each, lines in reading order; empty if there is none or it is no picture.

        None for one whose reading came to no end. Raises nothing.
        """


class OcrReader:
    """Reads with RapidOCR, which brings its models along; nothing is fetched."""

    def __init__(
        self,
        *,
        seconds_to_start: float = _SECONDS_TO_START,
        seconds_a_picture: float = _SECONDS_A_PICTURE,
    ) -> None:
        """Start nothing yet: models are loaded for each call and gone after it."""
        self._seconds_to_start = seconds_to_start
        self._seconds_a_picture = seconds_a_picture

    def read(self, images: Sequence[bytes]) -> list[str | None]:
        """As in the protocol; after a picture that ends the child, the next ones get another."""
        texts: list[str | None] = []
        for _ in range(_MOST_STARTS):
            rest = images[len(texts) :]
            if not rest:
                break
            texts += self._read_some(rest)
            if len(texts) < len(images):
                texts.append(None)
        return texts + [None] * (len(images) - len(texts))

    def _read_some(self, images: Sequence[bytes]) -> list[str]:
        """The texts of the first of them, as far as one child comes."""
        sent = [one if len(one) <= MOST_BYTES else b"" for one in images]
        task = b"".join(len(one).to_bytes(8) + one for one in sent)
        seconds = self._seconds_to_start + self._seconds_a_picture * len(images)
        try:
            with subprocess.Popen(
                [sys.executable, "-P", "-m", "nlp.image_page"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # What decoders say there may quote the picture.
                env=ENVIRONMENT,
            ) as child:
                return _texts(_answer(child, task, seconds))[: len(images)]
        except OSError:
            return []


def _answer(child: subprocess.Popen[bytes], task: bytes, seconds: float) -> bytes:
    try:
        return child.communicate(task, timeout=seconds)[0]
    except subprocess.TimeoutExpired:
        child.kill()
        return child.communicate()[0]


def _texts(answer: bytes) -> list[str]:
    """One JSON string a line; a line that was cut short is left out."""
    texts = []
    for line in answer.splitlines(keepends=True):
        if not line.endswith(b"\n"):
            break
        try:
            texts.append(str(json.loads(line)))
        except ValueError:
            break
    return texts


def trial(reader: ImageReader) -> str | None:
    """One plain sentence on why no text can be read; None when it was, for real."""
    try:
        read = reader.read([sample()])[0]
    except ImportError:
        return "the picture library is not installed."
    if read is None:
        return "the reader could not be started, or ended before it was done."
    return None if SAMPLE_TEXT in read else "the reader does not read a picture of our own."
