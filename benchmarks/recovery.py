"""After a cut of ten minutes: how long until every post of the gap has come in.

`python -m benchmarks.recovery [MINUTES]` starts the real service with Bluesky's client on a
Jetstream server on loopback. The connection is cut, and the server takes as many posts as the whole
network writes in that time (50 a second), with the times that they would have. What is measured
begins when the server lets us in again and ends when the last post's record is kept. The baseline
is a bare WebSocket client that only takes the same messages.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlmodel import select
from websockets.sync.client import connect

from records.database import open_database, reading
from records.incident import Mention
from records.watching import SourceCursor, SourceWatch
from tests.servers import real_shaped
from tests.servers.house import STAFF, House, reviewer, wait_until
from tests.servers.jetstream import PATH, JetstreamServer
from tests.servers.jetstream_events import Event, rfc3339
from tests.servers.mail import MailServer

POSTS_A_SECOND = 50
MINUTE = 60_000_000
MOST_SECONDS = 60
SETTINGS = '[capture]\nbrowser = "/bin/false"\n[[sources]]\nkind = "bluesky"\nurl = "{url}"'
NAMES = ("Zenobia Quorahoy", "Ignatz Braxembury", "Zenobia Tolvingsett")
WORDS = "The rain has stopped over the harbour at last, and number {} of the ferries is late again."


def posts_since(first: int, minutes: float) -> list[Event]:
    """The network's posts of so many minutes; the first, middle and last one name somebody."""
    count = int(minutes * 60 * POSTS_A_SECOND)
    naming = dict(zip((0, count // 2, count - 1), NAMES, strict=True))
    return list(_events(first, count, naming))


def _events(first: int, count: int, naming: dict[int, str]) -> Iterator[Event]:
    for number in range(count):
        at = first + number * 1_000_000 // POSTS_A_SECOND
        text = WORDS.format(number)
        if number in naming:
            text = f"My complaint was refused, the decision letter is signed {naming[number]}."
        payload: dict[str, Any] = real_shaped.commit(number, real_shaped.post(text))
        said = {**payload, "seq": number + 1, "time": rfc3339(at), "witnessedAt": rfc3339(at)}
        yield Event(number + 1, at, said)


def _rows(house: House, table: type[Any]) -> list[Any]:
    engine = open_database(f"sqlite:///{house.home / 'namewatch.db'}")
    try:
        with reading(engine) as session:
            return list(session.exec(select(table)))
    finally:
        engine.dispose()


def taken(house: House) -> int:
    """How many posts the ledger has counted, the one before the cut among them."""
    return sum(one.posts for one in _rows(house, SourceWatch))


def bare(server: JetstreamServer, since: int, count: int) -> float:
    """Seconds in which a client that does nothing takes the same messages."""
    url = f"{server.url.removesuffix('/xrpc')}{PATH}?cursor={since}"
    began = time.perf_counter()
    with connect(url, subprotocols=["xrpc.v1.json"]) as client:  # type: ignore[list-item]
        for _ in range(count):
            client.recv()
    return time.perf_counter() - began


def recovered(house: House, server: JetstreamServer, minutes: float) -> tuple[float, list[Event]]:
    """Cut, publish, let in again; how long it took, and what was published."""
    ended = time.time_ns() // 1000
    before = int(ended - minutes * MINUTE)
    server.publish(posts_since(before - MINUTE, 1 / 60)[:1])
    wait_until(lambda: _rows(house, Mention) or _rows(house, SourceCursor), why="a place kept")
    server.refuse(503)
    server.drop()
    gap = posts_since(before, minutes)
    server.publish(gap)
    server.refuse(None)
    asked = len(server.asked)
    server.wait_for_clients(asked + 1, 120)
    began = time.perf_counter()
    last = str(gap[-1].witnessed)
    wait_until(
        lambda: any(one.cursor.partition(" ")[0] >= last for one in _rows(house, SourceCursor)),
        600,
        "the whole gap",
    )
    return time.perf_counter() - began, gap


def main() -> None:
    """Measure and print; the exit status says whether all of it came in time."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    people = [reviewer(number, name) for number, name in enumerate(NAMES, start=100)]
    with (
        tempfile.TemporaryDirectory() as folder,
        MailServer() as mail,
        JetstreamServer() as server,
        House(
            Path(folder) / "home",
            mail,
            staff=(*STAFF, *people),
            settings=SETTINGS.format(url=server.url),
            replays=False,
        ) as house,
    ):
        house.start()
        wait_until(lambda: server.connected, why="connected")
        seconds, gap = recovered(house, server, minutes)
        found = sorted({str(staff) for one in _rows(house, Mention) for staff in one.staff_ids})
        wait_until(lambda: taken(house) > len(gap), 60, "every post counted")
        count = taken(house) - 1
        baseline = bare(server, gap[0].witnessed, len(gap))
    print(f"posts in a gap of {minutes:g} minutes      {len(gap):,}")
    print(f"taken by the service               {count:,}")
    print(f"all of them screened              {seconds:.1f} s after we were let in again")
    print(f"taken by a bare client            {baseline:.1f} s   (baseline)")
    print(f"ratio                             {seconds / baseline:.1f}")
    print(f"named in it and found             {len(found)} of {len(NAMES)}")
    sys.exit(0 if seconds < MOST_SECONDS and len(found) == len(NAMES) else 1)


if __name__ == "__main__":
    main()
