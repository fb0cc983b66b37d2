"""The parts of a capture on their way from the child: a line of JSON, then that many bytes.

Each part counts as soon as it is whole, so a child that is killed halfway loses only the rest.
"""

import json
import re
from typing import BinaryIO

CARD = "card.png"
NAMES = re.compile(
    r"card\.png|page-(?:as-loaded|post|full)\.png|page\.(?:html|pdf|wacz)"
    r"|media-\d\d\.[a-z0-9]{2,4}|report"
)
MAX_BYTES = 64 * 1024 * 1024


def write_frame(out: BinaryIO, name: str, content: bytes) -> None:
    """Send one part at once."""
    head = json.dumps({"name": name, "length": len(content)})
    out.write(head.encode() + b"\n" + content)
    out.flush()


def read_frames(stream: bytes) -> dict[str, bytes]:
    """All parts that arrived whole; what is cut off or unknown ends the reading."""
    parts: dict[str, bytes] = {}
    while stream:
        line, _, rest = stream.partition(b"\n")
        try:
            head = json.loads(line)
            name, length = head["name"], int(head["length"])
        except (ValueError, KeyError, TypeError):
            break
        if not NAMES.fullmatch(name) or not 0 <= length <= min(MAX_BYTES, len(rest)):
            break
        parts[name], stream = rest[:length], rest[length:]
    return parts
