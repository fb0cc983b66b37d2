"""A live network's stream through the real service: what names staff is kept, the rest is not."""

import json
import os
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import func, select

from casework.reading import place_of
from evidence.vault import Vault
from records.database import open_database, reading
from records.exhibit import Exhibit
from records.incident import Incident, Mention
from records.post import Post
from records.record_key import RecordKey
from records.sealing import unseal
from records.watching import SourceCursor
from tests.servers import real_shaped
from tests.servers.house import STAFF, House, reviewer, wait_until
from tests.servers.jetstream import JetstreamServer
from tests.servers.jetstream_events import Event, from_v1, rfc3339
from tests.servers.mail import MailServer

NAMES = (
    "Zenobia Quorahoy",
    "Zenobia Braxembury",
    "Zenobia Tolvingsett",
    "Zenobia Vendoothpeg",
    "Zenobia Plessinavigne",
    "Zenobia Wichtarrowby",
)
PEOPLE = tuple(reviewer(number, name) for number, name in enumerate(NAMES, start=100))
IDS = tuple(f"s{number}" for number in range(100, 100 + len(NAMES)))
CANARY = "the heron counts its umbrellas at dusk"
SEED = 20261121

Payload = dict[str, Any]


def naming(person: int, **fields: Any) -> Payload:
    """A post that names one person in relation to their work."""
    text = (
        f"My complaint was refused, the decision letter is signed {NAMES[person]}. {CANARY}, say I."
    )
    return real_shaped.commit(900 + person, real_shaped.post(text, **fields))


NAMING: tuple[Payload, ...] = (
    naming(0),
    naming(1, reply=real_shaped.reply(1)),
    naming(2, embed=real_shaped.quote_with(real_shaped.images("A letter"))),
    naming(3, langs=None, via="Invented Client"),
    {**naming(4, facets="none"), "operation": "update"},
    naming(5, embed={"$type": "app.example.embed.hologram"}, createdAt="last Tuesday"),
)


def texts_of(payloads: Iterable[Payload]) -> list[str]:
    """Every text in a stream that is long enough not to be met by chance."""
    records = [payload["record"] for payload in payloads if isinstance(payload.get("record"), dict)]
    texts = [record.get("text") for record in records]
    return [text for text in texts if isinstance(text, str) and len(text) >= 8]


def among(others: Sequence[Event], posts: Sequence[Payload]) -> list[Event]:
    """Spread `posts` evenly over a stream, the first before and the last after all others."""
    places = [len(others) * number // (len(posts) - 1) for number in range(len(posts))]
    mixed: list[Event] = []
    for place, other in enumerate([*others, None]):
        for post, wanted in zip(posts, places, strict=True):
            if wanted == place:
                near = others[min(place, len(others) - 1)].witnessed
                moment = rfc3339(near)
                mixed.append(Event(0, near, {**post, "time": moment, "witnessedAt": moment}))
        mixed += [other] if other else []
    return [
        replace(event, seq=seq, payload={**event.payload, "seq": seq})
        for seq, event in enumerate(mixed, start=1)
    ]


@dataclass(frozen=True)
class Kept:
    """What the database says of one incident, and its post, opened with the vault's key."""

    staff_id: str | None
    alongside: tuple[str, ...]
    posts: int
    post: Post


def kept_in(house: House) -> list[Kept]:
    """Every mention with its incident, opened as the record's page does."""
    vault = Vault(house.home / "keys")
    engine = open_database(f"sqlite:///{house.home / 'namewatch.db'}")
    try:
        with reading(engine) as session:
            return [
                _kept(session.get_one(Incident, mention.incident_id), mention, key, vault)
                for mention in session.exec(select(Mention).order_by(Mention.id))  # type: ignore[arg-type]
                if (key := session.get_one(RecordKey, mention.key_id))
            ]
    finally:
        engine.dispose()


def _kept(incident: Incident, mention: Mention, key: RecordKey, vault: Vault) -> Kept:
    assert key.wrapped is not None
    opened = unseal(
        mention.sealed_post,
        place=place_of("post", mention.post_key),
        identity=vault.open_record_key(key.wrapped),
    )
    return Kept(
        incident.staff_id,
        tuple(incident.alongside),
        incident.mention_count,
        Post.model_validate_json(opened),
    )


def count(house: House, table: type[Any]) -> int:
    engine = open_database(f"sqlite:///{house.home / 'namewatch.db'}")
    try:
        with reading(engine) as session:
            return int(session.exec(select(func.count()).select_from(table)).one())
    finally:
        engine.dispose()


def everything_written(house: House) -> Iterator[tuple[str, bytes]]:
    """Every file that the service wrote, its terminal too; the body's own files are not its."""
    ours = {"roster.csv", "organisation.toml", "settings.toml"}
    for file in [house.terminal, *house.home.rglob("*")]:
        if file.is_file() and file.name not in ours:
            yield file.name, file.read_bytes()


def check_nothing_readable(house: House, texts: Sequence[str]) -> None:
    """No text stands in any file, neither as it is nor as JSON writes it."""
    files = dict(everything_written(house))
    assert {"namewatch.db", house.terminal.name} <= set(files)
    for name, content in files.items():
        for text in texts:
            assert text.encode() not in content, name
            assert json.dumps(text)[1:-1].encode() not in content, name


def ignoring_pages(server: JetstreamServer) -> str:
    """Settings that watch `server`; the pages of its posts are not there to be pictured."""
    return f'[capture]\nbrowser = "/bin/false"\n[[sources]]\nkind = "bluesky"\nurl = "{server.url}"'


def begin(house: House, server: JetstreamServer) -> None:
    """Start, and let one post pass, so that there is a place from which to go on."""
    house.start()
    wait_until(lambda: server.connected, why="connected")
    server.publish(
        real_shaped.events((real_shaped.commit(1, real_shaped.post("Before all others")),))
    )
    wait_until(lambda: count(house, SourceCursor), why="a place kept")


@pytest.fixture
def server() -> Iterator[JetstreamServer]:
    with JetstreamServer() as server:
        yield server


@pytest.fixture
def house(tmp_path: Path, server: JetstreamServer) -> Iterator[House]:
    with (
        MailServer() as mail,
        House(
            tmp_path / "home",
            mail,
            staff=(*STAFF, *PEOPLE),
            settings=ignoring_pages(server),
            replays=False,
        ) as house,
    ):
        yield house


def recorded() -> list[Event]:
    folder = os.environ.get("NAMEWATCH_RECORDINGS")
    if not folder:
        pytest.fail("NAMEWATCH_RECORDINGS must name the folder of recordings for this test.")
    path = Path(folder) / "bluesky" / "jetstream_corpus" / "expected_v1.jsonl"
    return list(from_v1(json.loads(line) for line in path.read_text("utf-8").splitlines()))


def real_shaped_stream() -> list[Event]:
    return real_shaped.events(real_shaped.stream())


@pytest.mark.parametrize(
    ("others", "posts"),
    [
        pytest.param(real_shaped_stream, 20, id="of our own"),
        pytest.param(recorded, 17, id="recorded", marks=pytest.mark.servers),
    ],
)
def test_exactly_the_posts_that_name_staff_are_kept_and_no_other_text_is_on_disk(
    house: House, server: JetstreamServer, others: Callable[[], list[Event]], posts: int
) -> None:
    stream = others()
    begin(house, server)
    server.publish(among(stream, NAMING))
    wait_until(lambda: count(house, Mention) == len(NAMING), why="every post kept")
    wait_until(lambda: count(house, Exhibit), why="an exhibit")
    texts = texts_of(event.payload for event in stream)
    assert len(texts) >= posts - 1
    check_nothing_readable(house, [*texts, *NAMES, CANARY])

    kept = kept_in(house)
    assert [one.staff_id for one in kept] == list(IDS)
    assert [one.post.text for one in kept] == texts_of(NAMING)
    assert {(one.posts, one.alongside) for one in kept} == {(1, ())}
    assert count(house, Incident) == len(NAMING)
    house.stop()
    check_nothing_readable(house, [*texts, *NAMES, CANARY])


@pytest.mark.must("kill")
@pytest.mark.parametrize(
    "others",
    [
        pytest.param(real_shaped_stream, id="of our own"),
        pytest.param(recorded, id="recorded", marks=pytest.mark.servers),
    ],
)
def test_kills_in_mid_stream_lose_nothing_and_double_nothing(
    house: House, server: JetstreamServer, others: Callable[[], list[Event]]
) -> None:
    chance = random.Random(SEED)
    stream = others()
    events = among(stream, NAMING)
    begin(house, server)
    third = len(events) // 3 + 1
    for start in range(0, len(events), third):
        server.publish(events[start : start + third])
        time.sleep(chance.uniform(0, 0.6))
        house.kill()
        house.start()
    wait_until(lambda: count(house, Mention) == len(NAMING), why="every post kept")
    kept = kept_in(house)
    assert sorted(str(one.staff_id) for one in kept) == list(IDS)
    assert {one.posts for one in kept} == {1}
    assert count(house, Incident) == len(NAMING)
    check_nothing_readable(house, texts_of(event.payload for event in stream))
