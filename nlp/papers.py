"""Read the words of a PDF, in a process of its own.

A PDF comes from anybody, as a picture does (`nlp.images`): what reads it has limits on memory and
time, gets nothing of ours to see, and is gone afterwards.
"""

import json
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field

from nlp.images import ENVIRONMENT
from nlp.paper_page import LOCKED, LONGER, MOST_PAGES, MOST_WORDS, UNREADABLE, WHOLE

MOST_SECONDS = 90.0
_SAID = {
    LOCKED: "A PDF is locked with a password, so its words were not looked at; unlock it first.",
    UNREADABLE: "A PDF is damaged or is none, so its words were not looked at.",
    LONGER: f"A PDF is longer than {MOST_PAGES} pages or {MOST_WORDS:,} characters; only the"
    " beginning was looked at.",
    WHOLE: "",
}
CUT_SHORT = "Reading a PDF came to no end; only what had been read by then was looked at."


@dataclass(frozen=True, slots=True)
class Paper:
    """What a PDF says; `pictures` are those of pages without words, as a scanner makes them."""

    words: str = ""
    pictures: tuple[bytes, ...] = field(default=(), repr=False)
    remark: str = ""
    """What was not looked at, in words of ours; empty when all was."""


def read_paper(content: bytes, *, seconds: float = MOST_SECONDS) -> Paper:
    """Whatever can be read of it. Raises nothing."""
    told = list(_lines(_answer(content, seconds)))
    end = next((one["end"] for one in told if "end" in one), "")
    words = "\n\n".join(one["words"].strip() for one in told if "words" in one)
    pictures = tuple(b64decode(one) for line in told for one in line.get("pictures", ()))
    return Paper(words.strip(), pictures, _SAID.get(end, CUT_SHORT))


def _answer(content: bytes, seconds: float) -> bytes:
    try:
        with subprocess.Popen(
            [sys.executable, "-P", "-m", "nlp.paper_page"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # What a reader says there may quote the PDF.
            env=ENVIRONMENT,
        ) as child:
            try:
                return child.communicate(content, timeout=seconds)[0]
            except subprocess.TimeoutExpired:
                child.kill()
                return child.communicate()[0]
    except OSError:
        return b""


def _lines(answer: bytes) -> Iterator[dict[str, str]]:
    for line in answer.splitlines(keepends=True):
        if line.endswith(b"\n"):  # else it was cut short
            yield json.loads(line)
