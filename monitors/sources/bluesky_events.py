"""What an event of Bluesky's Jetstream says, and a post that was searched for; without any network.

The reading is lenient on purpose: a post whose picture or link can't be understood is still a
post. Only what has no text, no author or no name of its own is refused.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from monitors.errors import SourceError
from records.post import Author, Context, Media, Post

NSID = "network.bsky.jetstream.subscribeEvents"
COLLECTION = "app.bsky.feed.post"
INFO = f"{NSID}#info"
COMMIT = f"{NSID}#commit"
ACCOUNT = f"{NSID}#account"
NO_POSTS = frozenset({INFO, ACCOUNT, f"{NSID}#identity", f"{NSID}#sync"})
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ADDRESS = 3
_NOTHING_AROUND = Context()
_LAST_MICROS = 2**57
"""Long after anything of ours; later moments can't be written."""


class EventUnreadableError(SourceError):
    """This event of the stream can't be read."""


def post_of(payload: Mapping[str, Any]) -> Post | None:
    """The post that an event tells of: a new one or a new wording of one; None for other events.

    Raises EventUnreadableError, with a sentence that quotes nothing, when the event is of an
    unknown type or its record is malformed.
    """
    kind = payload.get("$type")
    if kind in NO_POSTS:
        return None
    if kind != COMMIT:
        raise EventUnreadableError("The event is of an unknown type.")
    if payload.get("collection") != COLLECTION or payload.get("operation") == "delete":
        return None
    return _post(payload)


def is_edit(payload: Mapping[str, Any]) -> bool:
    """Whether the event tells of a new wording of an earlier post."""
    return payload.get("operation") == "update"


@dataclass(frozen=True, slots=True)
class Gone:
    """A post by its address, or with `author` an account by its DID."""

    id: str
    author: bool = False


def removed_by(payload: Mapping[str, Any]) -> Gone | None:
    """What an event says is gone: a deleted post, or an account that is no longer shown."""
    did, rkey = payload.get("did"), payload.get("rkey")
    if not (isinstance(did, str) and did):
        return None
    if payload.get("$type") == ACCOUNT:
        shown = _table(payload.get("account")).get("active")
        return Gone(did, author=True) if shown is False else None
    if payload.get("operation") != "delete" or payload.get("collection") != COLLECTION:
        return None
    return Gone(f"at://{did}/{COLLECTION}/{rkey}") if isinstance(rkey, str) and rkey else None


def cursor_of(payload: Mapping[str, Any]) -> str | None:
    """The place of an event as unix microseconds, which every Jetstream server understands.

    `witnessedAt` is what such a cursor is held against; older servers send `time` alone.
    """
    moment = _moment(payload.get("witnessedAt")) or _moment(payload.get("time"))
    return None if moment is None else str(microseconds(moment))


def from_version_1(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event of Jetstream's version 1 as version 2 says the same."""
    kind, micros = event.get("kind"), event.get("time_us")
    body = _table(event.get("commit")) if kind == "commit" else {str(kind): event.get(str(kind))}
    payload: dict[str, Any] = {**body, "$type": f"{NSID}#{kind}", "did": event.get("did")}
    if isinstance(micros, int) and 0 < micros < _LAST_MICROS:
        moment = (EPOCH + timedelta(microseconds=micros)).isoformat(timespec="microseconds")
        payload |= {"time": moment, "witnessedAt": moment}
    return payload


def found(view: Mapping[str, Any]) -> Post:
    """The post of a search's result; raises EventUnreadableError when there is none."""
    parts = (_text(view.get("uri")) or "").removeprefix("at://").split("/")
    if len(parts) != _ADDRESS or parts[1] != COLLECTION:
        raise EventUnreadableError("The result is not a post.")
    did, _, rkey = parts
    post = _post({**view, "did": did, "rkey": rkey, "time": view.get("indexedAt")})
    shown = _table(view.get("author"))
    author = Author(id=did, handle=_text(shown.get("handle")), name=_text(shown.get("displayName")))
    return post.model_copy(update={"author": author})


def microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970, without the rounding of floating point."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def _post(payload: Mapping[str, Any]) -> Post:
    record = _table(payload.get("record"))
    did, rkey, text = payload.get("did"), payload.get("rkey"), record.get("text")
    if record.get("$type") != COLLECTION:
        raise EventUnreadableError("The record is not a post.")
    if not (isinstance(did, str) and did and isinstance(rkey, str) and rkey):
        raise EventUnreadableError("The event does not say whose post it is.")
    if not isinstance(text, str):
        raise EventUnreadableError("The post has no text.")
    embed = _table(record.get("embed"))
    return Post(
        id=f"at://{did}/{COLLECTION}/{rkey}",
        source="bluesky",
        url=f"https://bsky.app/profile/{did}/post/{rkey}",
        published_at=_moment(record.get("createdAt")) or _moment(payload.get("time")),
        author=Author(id=did),
        text=text,
        lang=next((one for one in _items(record.get("langs")) if isinstance(one, str)), None),
        context=Context(link_title=_link_title(embed)) if embed else _NOTHING_AROUND,
        media=tuple(_media(embed, did)) if embed else (),
    )


def _link_title(embed: Mapping[str, Any]) -> str | None:
    external = _table(embed.get("external")) or _table(_table(embed.get("media")).get("external"))
    return _text(external.get("title"))


def _media(embed: Mapping[str, Any], did: str) -> Iterator[Media]:
    match embed.get("$type"):
        case "app.bsky.embed.images":
            for one in _items(embed.get("images")):
                yield _image(_table(one), did)
        case "app.bsky.embed.gallery":
            for one in _items(embed.get("items")):
                yield _image(_table(one), did)
        case "app.bsky.embed.video":
            yield Media(kind="video", alt=_text(embed.get("alt")))
        case "app.bsky.embed.recordWithMedia":
            media = _table(embed.get("media"))
            if media.get("$type") != embed.get("$type"):  # nothing nests twice
                yield from _media(media, did)


def _image(image: Mapping[str, Any], did: str) -> Media:
    """A picture; its address is where Bluesky's own app shows it from, since events hold none."""
    blob = _text(_table(_table(image.get("image")).get("ref")).get("$link"))
    url = f"https://cdn.bsky.app/img/feed_fullsize/plain/{did}/{blob}" if blob else None
    return Media(kind="image", url=url, alt=_text(image.get("alt")))


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
