"""From a line of Bluesky's stream to a screened post, against the SDK's decoding alone.

`python -m benchmarks.ingest [POSTS.jsonl[.gz|.zst]]` measures on one core, one after the other,
over the same messages, each the best of five: the texts of the posts in the file (contracts.md), or
else of invented ones, as a Jetstream server sends them.

`python -m benchmarks.ingest --load [MINUTES]` has a loopback server send 2,500 posts a second,
fifty times the whole network's mean, through the real client, queue, screening and database, and
says whether a queue grew and how much memory it took.
"""

import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import count, islice
from pathlib import Path

from atproto import jetstream_models as wire
from sqlmodel import select

from benchmarks.screening import BODY
from monitors.runner import Limits
from monitors.sources.bluesky_events import post_of
from nlp.screening import Screener
from records.database import open_database, reading
from records.post import Post, read_post
from records.post_file import open_posts
from records.watching import SourceWatch
from tests.servers.house import House
from tests.servers.jetstream import JetstreamServer
from tests.servers.jetstream_events import NSID, Event, rfc3339

EVENTS = 20_000
ROUNDS = 5
BATCH = Limits().batch
POSTS_A_SECOND = 2_500
BEHIND_SECONDS = 10.0
"""The ledger is written every five seconds."""
NOUNS = ("kettle", "gull", "ferry", "scone", "spanner", "midge", "puddle", "ladder", "turnip")
QUIET = [
    f"lost the {one} behind the {other} again and {end}"
    for one in NOUNS
    for other in NOUNS
    for end in ("nobody will believe me", "the bus was late as well 😂", "it rained for six days")
]


def told(number: int, text: str, at: datetime) -> Event:
    """One new post as a server of version 2 tells of it."""
    micros = int(at.timestamp() * 1_000_000)
    payload = {
        "$type": f"{NSID}#commit",
        "did": f"did:plc:{number % 5000:024d}",
        "seq": number,
        "time": rfc3339(micros),
        "witnessedAt": rfc3339(micros),
        "rev": "3l3qo2vutsw2b",
        "operation": "create",
        "collection": "app.bsky.feed.post",
        "rkey": f"3l{number:011d}",
        "cid": "bafyreidwaivazkwu67xztlmuobx35hs2lnfh3kolmgfmucldvhd3sgzcqi",
        "record": {
            "$type": "app.bsky.feed.post",
            "createdAt": rfc3339(micros),
            "langs": ["en"],
            "text": text,
        },
    }
    return Event(number, micros, payload)


def messages() -> list[bytes]:
    """Messages as the server sends them, of the posts on the command line or of invented ones."""
    texts = [f"{QUIET[number % len(QUIET)]} {number}" for number in range(EVENTS)]
    if len(sys.argv) > 1:
        with open_posts(Path(sys.argv[1])) as lines:
            texts = [read_post(line).text for line in islice(lines, EVENTS)]
    now = datetime.now(UTC)
    return [told(number, text, now).frame.encode() for number, text in enumerate(texts)]


def decoded(frames: Sequence[bytes]) -> int:
    """The baseline: what the SDK does with a message before it hands it on."""
    done = 0
    for frame in frames:
        message = wire.parse_frame(frame)
        assert isinstance(message, wire.MessageFrame)
        done += wire.parse_subscribe_events_message(message) is not None
    return done


def screened(frames: Sequence[bytes], screener: Screener) -> int:
    """What namewatch does: decode, make a Post of it, screen it by the batch."""
    done = 0
    for batch in batched(frames, BATCH):
        posts = [post for frame in batch if (post := read(frame))]
        for number in screener.suspects(posts):
            screener.screen(posts[number])
        done += len(posts)
    return done


def read(frame: bytes) -> Post | None:
    """The post that a message tells of."""
    message = wire.parse_frame(frame)
    assert isinstance(message, wire.MessageFrame)
    return post_of(message.payload)


def batched(frames: Sequence[bytes], size: int) -> Iterator[Sequence[bytes]]:
    """The messages, so many at a time."""
    for first in range(0, len(frames), size):
        yield frames[first : first + size]


def seconds(*works: Callable[[], int]) -> list[float]:
    """The best of several rounds of each, one after the other in every round."""
    best = [float("inf")] * len(works)
    for _ in range(ROUNDS):
        for number, work in enumerate(works):
            gc.collect()
            began = time.process_time()
            work()
            best[number] = min(best[number], time.process_time() - began)
    return best


def compare() -> None:
    """Measure and print."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    frames = messages()
    screener = Screener(
        BODY.organisation,
        BODY.roster,
        BODY.pack,
        today=date.today(),  # noqa: DTZ011
    )
    screened(frames[:100], screener)
    bare, whole = seconds(lambda: decoded(frames), lambda: screened(frames, screener))
    baseline, ours = len(frames) / bare, len(frames) / whole
    print(f"decoding alone, by the SDK   {baseline:8,.0f} messages/s   (baseline)")
    print(f"decoded, read and screened   {ours:8,.0f} messages/s")
    print(f"ratio                        {ours / baseline:8.2f}")


def paced(server: JetstreamServer, until: float) -> Iterator[int]:
    """Publish so many posts a second until the time is over; how many were sent, each second."""
    began, sent = time.monotonic(), count(1)
    total = 0
    while (now := time.monotonic()) < until:
        due = int((now - began) * POSTS_A_SECOND) - total
        moment = datetime.now(UTC)
        numbers = list(islice(sent, due))
        server.publish(told(one, f"{QUIET[one % len(QUIET)]} {one}", moment) for one in numbers)
        total += due
        yield total
        time.sleep(0.1)


def taken(house: House) -> int:
    """How many posts the service has taken, by its ledger."""
    engine = open_database(f"sqlite:///{house.home / 'namewatch.db'}")
    with reading(engine) as session:
        watch = session.exec(select(SourceWatch)).first()
    engine.dispose()
    return watch.posts if watch else 0


def memory_mb(pid: int) -> tuple[float, float]:
    """Resident memory of a process, now and at its highest."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    now, most = (int(status.split(f"{name}:")[1].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    return now, most


def load(minutes: float) -> None:
    """Send for so long, and print once a minute how far behind the service is."""
    with tempfile.TemporaryDirectory() as folder, JetstreamServer() as server:
        source = f'[[sources]]\nkind = "bluesky"\nurl = "{server.url}"\n'
        with House(Path(folder) / "home", None, settings=_MAIL + source, replays=False) as house:
            house.start()
            time.sleep(5)
            began = shown = time.monotonic()
            total = 0
            for total in paced(server, began + minutes * 60):
                if time.monotonic() - shown >= min(60.0, minutes * 30):
                    shown = time.monotonic()
                    assert house.process
                    now, most = memory_mb(house.process.pid)
                    print(
                        f"{(shown - began) / 60:4.1f} min  sent {total:9,}  taken {taken(house):9,}"
                        f"  memory {now:.0f} MB, at most {most:.0f} MB",
                        flush=True,
                    )
            ended = time.monotonic()
            while taken(house) < total and time.monotonic() - ended < 300:  # noqa: PLR2004
                time.sleep(0.2)
            behind = time.monotonic() - ended
            verdict = "no queue grew" if behind <= BEHIND_SECONDS else "A QUEUE GREW"
            print(
                f"all {taken(house):,} of {total:,} taken {behind:.1f} s after the last: {verdict}"
            )


_MAIL = '[mail]\nhost = "127.0.0.1"\nport = 9\ntls = "none"\nsender = "nobody@slo.example"\n'


def main() -> None:
    """As the command line says."""
    if sys.argv[1:2] == ["--load"]:
        load(float(sys.argv[2]) if len(sys.argv) > 2 else 10.0)  # noqa: PLR2004
    else:
        compare()


if __name__ == "__main__":
    main()
