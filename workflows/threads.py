"""The posts around a post, asked for where its platform tells everybody."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitors.errors import SourceError
from monitors.links import Found, find, known_link
from monitors.public_web import PrivateAddressError, public_session
from monitors.threads import thread
from records.addresses import loopback_port, web_address
from records.post import Post

SECONDS = 15.0
MOST_BYTES = 5_000_000
FILE = "thread.json"


@dataclass(frozen=True, slots=True)
class Around:
    """What was had around a post; `said` is for the report, `missing` for people."""

    parts: Mapping[str, bytes] = field(default_factory=dict)
    said: str = "This platform tells it to nobody without an account."
    missing: tuple[str, ...] = ()
    found: Found | None = None
    """The post itself, where only its address was known."""


def look_around(url: str | None, post: Post | None, *, allow_loopback: bool = False) -> Around:
    """Ask for the thread; raises nothing, since no exhibit may be lost over it."""
    parts = web_address(url) if url else None
    link = known_link(url) if url else None
    if url is None or parts is None or link is None or not link.asked:
        return Around()
    port = loopback_port(parts) if allow_loopback else None
    of = public_session(
        deadline_seconds=SECONDS,
        most_bytes=MOST_BYTES,
        loopback_ports=(port,) if port else (),
        anywhere=True,
    )
    try:
        found = None if post else find(link, of)
        content = thread(link, of)
    except PrivateAddressError:
        return _without("Its address leads into a private network.")
    except SourceError as fault:
        return _without(str(fault))
    if content is None:
        return Around(said="The platform does not show it to everybody.", found=found)
    return Around({FILE: content}, f"In {FILE}.", found=found)


def _without(why: str) -> Around:
    return Around(said=why, missing=(f"The thread: {why}",))
