"""A stream as a real network sends it, with invented people and invented words."""

from collections.abc import Iterator
from typing import Any

from tests.servers.jetstream_events import NSID, Event, rfc3339

FIRST = 1_795_253_400_000_000  # 21 November 2026, 09:30 UTC
POST = "app.bsky.feed.post"
CID = "bafyreiexampleexampleexampleexampleexampleexampleexampleexa"
BLOB = "bafkreiexampleexampleexampleexampleexampleexampleexampleexa"


def did(number: int) -> str:
    return f"did:plc:example{number:017d}"


def post(text: object, **fields: Any) -> dict[str, Any]:
    """A post's record; a field given as None is left out."""
    record = {
        "$type": POST,
        "createdAt": "2026-11-21T09:29:59.120Z",
        "langs": ["en"],
        "text": text,
        **fields,
    }
    return {key: value for key, value in record.items() if value is not None}


def blob(mime: str = "image/jpeg") -> dict[str, Any]:
    return {"$type": "blob", "ref": {"$link": BLOB}, "mimeType": mime, "size": 48211}


def image(alt: str) -> dict[str, Any]:
    return {"alt": alt, "aspectRatio": {"height": 900, "width": 1200}, "image": blob()}


def images(*alts: str) -> dict[str, Any]:
    return {"$type": "app.bsky.embed.images", "images": [image(alt) for alt in alts]}


def external(title: str) -> dict[str, Any]:
    card = {"uri": "https://news.example/1", "title": title, "description": "A card."}
    return {"$type": "app.bsky.embed.external", "external": card}


def quote(number: int) -> dict[str, Any]:
    return {"$type": "app.bsky.embed.record", "record": reference(number)}


def quote_with(media: dict[str, Any], number: int = 8) -> dict[str, Any]:
    return {
        "$type": "app.bsky.embed.recordWithMedia",
        "media": media,
        "record": {"$type": "app.bsky.embed.record", "record": reference(number)},
    }


def video(alt: str) -> dict[str, Any]:
    return {"$type": "app.bsky.embed.video", "alt": alt, "video": blob("video/mp4")}


def gallery(*alts: str) -> dict[str, Any]:
    items = [{"$type": "app.bsky.embed.gallery#image", **image(alt)} for alt in alts]
    return {"$type": "app.bsky.embed.gallery", "items": items}


def reference(number: int) -> dict[str, str]:
    return {"cid": CID, "uri": f"at://{did(number)}/{POST}/3mexample{number:04d}"}


def reply(number: int) -> dict[str, Any]:
    return {"parent": reference(number), "root": reference(number)}


def commit(
    number: int, record: object, collection: str = POST, operation: str = "create"
) -> dict[str, Any]:
    payload = {
        "$type": f"{NSID}#commit",
        "cid": CID,
        "collection": collection,
        "did": did(number),
        "operation": operation,
        "record": record,
        "rev": f"3mexample{number:04d}",
        "rkey": f"3mexample{number:04d}",
    }
    if operation == "delete":
        del payload["record"], payload["cid"]
    return payload


def about_post(kind: str, number: int) -> dict[str, Any]:
    record = {"$type": kind, "createdAt": "2026-11-21T09:30:00Z", "subject": reference(number)}
    return commit(number, record, collection=kind)


def account(number: int, **fields: Any) -> dict[str, Any]:
    upstream = {"did": did(number), "seq": number, "time": rfc3339(FIRST), "active": True, **fields}
    return {"$type": f"{NSID}#account", "did": did(number), "account": upstream}


def identity(number: int) -> dict[str, Any]:
    upstream = {"did": did(number), "seq": number, "time": rfc3339(FIRST)}
    upstream["handle"] = "somebody.example"
    return {"$type": f"{NSID}#identity", "did": did(number), "identity": upstream}


def follow(number: int) -> dict[str, Any]:
    record = {"$type": "app.bsky.graph.follow", "subject": did(3)}
    return commit(number, record, collection="app.bsky.graph.follow")


GOOD: tuple[dict[str, Any], ...] = (
    commit(1, post("The rain has stopped over the harbour at last.")),
    commit(2, post("Nobody at the office answers the phone today", reply=reply(1))),
    commit(3, post("This, exactly this 👇", embed=quote(2))),
    commit(4, post("Two views of the loch", embed=images("A grey loch", "The same, later"))),
    commit(5, post("Worth reading", embed=external("Council opens a new library"))),
    commit(6, post("", embed=images("A letter, photographed"))),
    commit(7, post("Quoted with a picture", embed=quote_with(images("A noticeboard")))),
    commit(8, post("Quoted with a link", embed=quote_with(external("A headline")))),
    commit(9, post("Listen to this", embed=video("A busker plays the fiddle"))),
    commit(10, post("All our photographs", embed=gallery("First", "Second"))),
    commit(11, post("Tha an t-uisge ann a-rithist", langs=["gd", "en"])),
    commit(12, post("No language is given here", langs=None)),
    commit(13, post("今日はいい天気ですね🌤️", langs=["ja"])),
    commit(14, post("line one\n\nline two\ttabbed", createdAt="2026-11-21T09:29:58+00:00")),
    commit(15, post("New wording of an older post"), operation="update"),
    commit(16, post("A client that adds fields of its own", via="Invented Client")),
    commit(17, post("An embed nobody knows", embed={"$type": "app.example.embed.hologram"})),
    commit(18, post("The picture is broken", embed={"$type": "app.bsky.embed.images"})),
    commit(19, post("A date nobody can read", createdAt="last Tuesday")),
    commit(20, post("Facets of a shape nobody expects", facets="none")),
)

OTHERS: tuple[dict[str, Any], ...] = (
    commit(30, None, operation="delete"),
    about_post("app.bsky.feed.like", 31),
    about_post("app.bsky.feed.repost", 32),
    follow(33),
    identity(34),
    account(35),
    account(36, active=False, status="deleted"),
)

UNREADABLE: tuple[dict[str, Any], ...] = (
    {"$type": f"{NSID}#prophecy", "did": did(40)},
    {"did": did(41)},
    commit(42, post(17)),
    commit(43, post(None)),
    commit(44, {"$type": "app.example.feed.poem", "text": "Not a post"}),
    commit(45, ["not", "a", "record"]),
    commit(46, None),
    {**commit(47, post("Whose is this?")), "did": None},
    {**commit(48, post("Which one is this?")), "rkey": ""},
)


def stream() -> Iterator[dict[str, Any]]:
    """Everything, mixed: what can't be read stands before, between and after the posts."""
    rest = [*UNREADABLE, *OTHERS]
    for number, payload in enumerate(GOOD):
        yield from rest[number : number + 1]
        yield payload
    yield from rest[len(GOOD) :]


def events(payloads: Iterator[dict[str, Any]] | tuple[dict[str, Any], ...]) -> list[Event]:
    """Give payloads their places; every third shares the moment of the one before it."""
    placed = []
    for seq, payload in enumerate(payloads, start=1):
        witnessed = FIRST + 1000 * (seq - (seq % 3 == 0))
        moment = rfc3339(witnessed)
        whole = {**payload, "seq": seq, "time": moment, "witnessedAt": moment}
        placed.append(Event(seq, witnessed, whole))
    return placed
