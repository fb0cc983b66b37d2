"""The real command looks back and is killed on its way; the real service then misses nothing."""

import gzip
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import zstandard
from sqlalchemy import inspect
from sqlmodel import select

from monitors.sources.x_posts import moment_of_id
from records.alone import SWEEP, hold_alone
from records.database import open_database, reading
from records.incident import Incident, Mention
from records.sweep_place import SweepPlace
from records.watching import SourceCursor
from tests.servers import real_shaped
from tests.servers.house import STAFF, House, post, reviewer, wait_until
from tests.servers.jetstream import JetstreamServer
from tests.servers.jetstream_events import Event, rfc3339
from tests.servers.mail import MailServer
from tests.servers.x import TOKEN as X_TOKEN
from tests.servers.x import Answer, XServer, json_answer, tweet
from tests.servers.youtube import KEY, YouTubeServer, video

NAMES = ("Fenella Auchterbrae", "Ruaridh McStronach", "Morven Drumhallow", "Isla Carnbeddie")
EVENING = "A lovely evening by the harbour, said nobody's neighbour Quillon Vastervane."
SINCE = datetime.now(UTC) - timedelta(hours=20)


def threat(name: str) -> str:
    return f"{name} at the Lighthouse Ombudsman, I'm going to stab you."


def events(first: int, texts: Sequence[str]) -> list[Event]:
    """Posts of the last hours, a minute apart."""
    made = []
    for number, text in enumerate(texts, first):
        at = SINCE + timedelta(minutes=number)
        micros = int(at.timestamp() * 1_000_000)
        record = real_shaped.post(text, createdAt=rfc3339(micros))
        seen = {"seq": number, "time": rfc3339(micros), "witnessedAt": rfc3339(micros)}
        payload = {**real_shaped.commit(number, record), **seen}
        made.append(Event(seq=number, witnessed=micros, payload=payload))
    return made


@pytest.fixture
def server() -> Iterator[JetstreamServer]:
    with JetstreamServer() as server:
        yield server


@pytest.fixture
def house(tmp_path: Path, server: JetstreamServer) -> Iterator[House]:
    source = f'[[sources]]\nkind = "bluesky"\nurl = "{server.url}"'
    staff = (*STAFF, *(reviewer(number, name) for number, name in enumerate(NAMES, 6)))
    with (
        MailServer() as mail,
        House(
            tmp_path / "home",
            mail,
            staff=staff,
            settings=f'[capture]\nbrowser = "/bin/false"\n{source}',
            replays=False,
            options=["--rules-only"],
        ) as house,
    ):
        yield house


def has_tables(house: House) -> bool:
    engine = open_database(f"sqlite:///{house.home / 'namewatch.db'}")
    try:
        return inspect(engine).has_table("day_total")
    finally:
        engine.dispose()


def rows(house: House, table: Any) -> list[Any]:
    engine = open_database(f"sqlite:///{house.home / 'namewatch.db'}")
    try:
        if not has_tables(house):
            return []  # it is just being made
        with reading(engine) as session:
            return list(session.exec(select(table)))
    finally:
        engine.dispose()


@contextmanager
def sweeping(house: House, *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The real command as a process of its own; at the end of the block it is killed."""
    with house.terminal.open("ab") as terminal:
        sweep = subprocess.Popen(
            [sys.executable, "-m", "namewatch", "sweep", "--rules-only", *arguments],
            env={**os.environ, "NAMEWATCH_HOME": str(house.home)},
            stdout=terminal,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield sweep
    finally:
        if sweep.poll() is None:
            os.killpg(sweep.pid, signal.SIGKILL)
        sweep.wait()


def told(house: House) -> list[str]:
    assert house.mail is not None
    return [str(one.message["Subject"]) for one in list(house.mail.mails)]


def files_with(house: House, words: bytes) -> list[Path]:
    return [
        file
        for file in (*house.home.rglob("*"), house.terminal)
        if file.is_file() and words in file.read_bytes()
    ]


@pytest.mark.timeout(900)
def test_a_sweep_that_is_killed_goes_on_and_what_it_has_seen_is_alerted_once_by_the_watch(
    house: House, server: JetstreamServer
) -> None:
    house.start()
    server.wait_for_clients(1, 60)
    server.publish(events(1, [EVENING]))
    wait_until(lambda: rows(house, SourceCursor), why="the watch has a place")
    house.stop()
    watched = rows(house, SourceCursor)
    server.publish(events(2, [EVENING, threat(NAMES[0]), threat(NAMES[1]), EVENING]))
    asked = len(server.asked)

    with sweeping(house, "--since", "30h"):
        wait_until(lambda: len(rows(house, Mention)) == 2, why="both were found")
    server.publish(events(6, [EVENING, threat(NAMES[2]), EVENING]))
    again = house.command("sweep", "--rules-only", "--since", "30h")
    assert again.returncode == 0, again.stderr
    assert "alert critical" not in again.stdout
    assert "Would have alerted: critical 3" in again.stdout
    first, second = (int(one["cursor"][0]) for one in server.asked[asked:])
    assert first < events(1, [""])[0].witnessed <= second

    found = rows(house, Mention)
    assert [(one.incident_id, one.disposition) for one in found] == [(None, "alert")] * 3
    assert all(one.swept_at for one in found)
    assert (rows(house, Incident), told(house)) == ([], [])
    assert "alerted: 3, of which a sweep found 3" in house.command("incident", "list").stdout
    assert rows(house, SourceCursor) == watched
    assert files_with(house, b"Vastervane") == []
    assert files_with(house, b"stab you") == []

    house.start()
    wait_until(lambda: len(rows(house, Incident)) == 3, why="the watch has met all three")
    wait_until(lambda: len(told(house)) >= 9, why="all were told")
    house.stop()
    house.start()
    server.publish(events(20, [EVENING]))
    time.sleep(2)
    house.stop()
    assert sorted(one.staff_id for one in rows(house, Incident)) == ["s006", "s007", "s008"]
    assert len(told(house)) == 9
    kept = rows(house, Mention)
    assert len(kept) == 3
    assert all(one.incident_id and one.swept_at is None for one in kept)


def test_a_sweep_beside_the_running_service_keeps_nothing_from_it(
    house: House, server: JetstreamServer
) -> None:
    server.publish(events(1, [threat(NAMES[0]), EVENING]))
    house.start()
    server.wait_for_clients(1, 60)
    server.publish(events(10, [EVENING]))
    wait_until(lambda: rows(house, SourceCursor), why="the watch has a place")
    with sweeping(house, "--since", "30h") as sweep:
        wait_until(lambda: rows(house, Mention), why="the old post was found")
        server.publish(events(11, [threat(NAMES[1])]))  # both see this one
        assert sweep.wait(60) == 0
    wait_until(lambda: len(told(house)) >= 3, why="the new one was told")
    house.stop()
    assert [one.staff_id for one in rows(house, Incident)] == ["s007"]
    assert len(told(house)) == 3
    swept = [one.staff_ids for one in rows(house, Mention) if one.swept_at]
    assert ["s006"] in swept


class Together:
    """Lets nobody have an answer before watch and sweep have both asked, or a while has passed."""

    def __init__(self) -> None:
        self._both = threading.Barrier(2)
        self._asked: set[str] = set()
        self._lock = threading.Lock()
        self.by: Counter[str] = Counter()

    def wait(self, since: datetime) -> str:
        who = "watch" if since > datetime.now(UTC) - timedelta(hours=12) else "sweep"
        with self._lock:
            first = who not in self._asked
            self._asked.add(who)
        if first:
            with suppress(threading.BrokenBarrierError):
                self._both.wait(25)
        return who


class CostlyX(XServer):
    """Always has a further page, as full as it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.together = Together()

    def found(self, asked: Mapping[str, str]) -> Answer:
        who = self.together.wait(moment_of_id(int(asked["since_id"])))
        page = [tweet(1, EVENING) for _ in range(int(asked["max_results"]))]
        self.together.by[who] += len(page)
        meta = {"result_count": len(page), "next_token": f"after {asked.get('next_token', '')}"}
        return json_answer({"data": page, "meta": meta})


class CostlyYouTube(YouTubeServer):
    """Has a page for each of its videos."""

    def __init__(self) -> None:
        super().__init__()
        self.together = Together()
        self.page = 1
        self.videos = [video(f"v{number}", 60, EVENING) for number in range(100)]

    def answer(self, kind: str, asked: dict[str, str]) -> Answer:
        if kind == "search":
            after = datetime.fromisoformat(asked["publishedAfter"])
            self.together.by[self.together.wait(after)] += 1
        return super().answer(kind, asked)


def test_watch_and_sweep_together_spend_no_more_than_the_day_has(tmp_path: Path) -> None:
    with CostlyX() as x, CostlyYouTube() as tube, MailServer() as mail:
        sources = (
            f'[[sources]]\nkind = "x"\nurl = "{x.url}"\nbearer_token = "{X_TOKEN}"\n'
            'queries = ["ombudsman"]\ncontext = false\ndollars_a_day = 3.0\nevery_seconds = 2\n'
            f'[[sources]]\nkind = "youtube"\nurl = "{tube.url}"\napi_key = "{KEY}"\n'
            'queries = ["ombudsman"]\nsearches_a_day = 30\n'
        )
        with House(
            tmp_path / "home", mail, settings=sources, replays=False, options=["--rules-only"]
        ) as house:
            house.start(wait_ready=False)
            wait_until(lambda: has_tables(house), why="the service is on its way")
            with sweeping(house, "--since", "3d") as sweep:
                assert sweep.wait(120) == 3, "it could not read all"
            wait_until(lambda: x.together.by.total() > 590, why="the rest is spent by the watch")
            wait_until(lambda: tube.count("search") == 30, why="all searches are used up")
            time.sleep(2.5)  # in which the watch would look again
            shown = house.shown()
    assert 590 < x.together.by.total() <= 600, "at half a cent each, three dollars pay for 600"
    assert tube.count("search") == 30
    for by in (x.together.by, tube.together.by):
        assert by["sweep"]
        assert by["watch"] >= by.total() / 2, "half of the day is left to the watch"
    assert "Half of the $3.00 a day for X is spent" in shown
    assert "Half of the day's quota of YouTube is used up" in shown


def test_a_second_sweep_at_the_same_time_is_refused_and_a_service_is_not(house: House) -> None:
    engine = open_database(f"sqlite:///{house.home / 'namewatch.db'}")
    let_go = hold_alone(engine, SWEEP)
    try:
        second = house.command("sweep", "--since", "30h")
        house.start()
    finally:
        let_go()
        engine.dispose()
    assert second.returncode == 2
    assert "another `namewatch sweep` is at work" in second.stderr


def test_ctrl_c_ends_a_sweep_with_what_it_has_and_the_next_one_goes_on(
    house: House, server: JetstreamServer
) -> None:
    server.publish(events(1, [EVENING, threat(NAMES[0])]))
    with sweeping(house, "--since", "30h") as sweep:
        wait_until(lambda: rows(house, Mention), why="it was found")
        sweep.send_signal(signal.SIGINT)
        assert sweep.wait(30) == 3
    assert "Interrupted; the same command goes on from here." in house.shown()
    [place] = rows(house, SweepPlace)
    assert place.done_at is None
    assert place.posts == 2


def test_a_source_that_fails_ends_with_its_sentence_and_exit_status_3(
    house: House, server: JetstreamServer
) -> None:
    server.refuse(503)
    ended = house.command("sweep", "--rules-only", "--since", "12h")
    assert ended.returncode == 3
    assert "bluesky: Bluesky refused the connection (HTTP 503)." in ended.stdout


def archive(path: Path, lines: Sequence[str]) -> Path:
    whole = "".join(f"{line}\n" for line in lines).encode()
    if path.suffix == ".zst":
        whole = zstandard.compress(whole)
    elif path.suffix == ".gz":
        whole = gzip.compress(whole)
    path.write_bytes(whole)
    return path


def line(number: int, text: str) -> str:
    return json.dumps(post(number, text, published_at=f"2026-11-{number % 20 + 1:02d}T10:00:00Z"))


def test_archives_of_every_kind_are_swept_and_bad_lines_told_by_number(
    house: House, tmp_path: Path
) -> None:
    files = [
        archive(tmp_path / "a.jsonl", [line(1, EVENING), "{", line(2, threat(NAMES[0]))]),
        archive(tmp_path / "Fenella Auchterbrae.jsonl.gz", [line(3, threat(NAMES[1])), ""]),
        archive(tmp_path / "c.jsonl.zst", [line(4, threat(NAMES[2])), line(2, threat(NAMES[0]))]),
    ]
    swept = house.command("sweep", "--rules-only", *map(str, files))
    assert swept.returncode == 3
    assert "file 1, line 2: " in swept.stderr
    assert "Would have alerted: critical 4" in swept.stdout
    assert "Of these, 1 had been kept before." in swept.stdout
    assert len(rows(house, Mention)) == 3
    assert "Auchterbrae" not in swept.stdout + swept.stderr
    assert files_with(house, b"Vastervane") == []
    again = house.command("sweep", "--rules-only", *map(str, files))
    assert again.stdout.count("was read before") == 3
    anew = house.command("sweep", "--rules-only", "--anew", *map(str, files))
    assert "Of these, 4 had been kept before." in anew.stdout
    assert len(rows(house, Mention)) == 3


def test_a_large_archive_is_gone_on_with_after_a_kill_and_every_line_is_read_once(
    house: House, tmp_path: Path
) -> None:
    hits = {5_000: NAMES[0], 50_000: NAMES[1], 99_999: NAMES[2]}
    lines = [line(number, threat(hits[number]) if number in hits else EVENING)
             for number in range(100_000)]  # fmt: skip
    file = archive(tmp_path / "large.jsonl.zst", lines)
    with sweeping(house, str(file)):
        wait_until(lambda: rows(house, Mention), why="the first was found")
    [place] = rows(house, SweepPlace)
    assert 5_000 < place.posts < 100_000
    again = house.command("sweep", "--rules-only", str(file))
    assert again.returncode == 0, again.stderr
    [place] = rows(house, SweepPlace)
    assert (place.posts, place.found) == (100_000, {"alert critical": 3})
    assert len(rows(house, Mention)) == 3


def test_an_archive_that_breaks_off_is_swept_as_far_as_it_goes(
    house: House, tmp_path: Path
) -> None:
    file = archive(tmp_path / "cut.jsonl.zst", [line(1, threat(NAMES[0]))] * 1)
    tail = zstandard.compress(os.urandom(400_000))
    file.write_bytes(file.read_bytes() + tail[: len(tail) // 2])
    swept = house.command("sweep", "--rules-only", str(file))
    assert swept.returncode == 3
    assert "file 1: It is damaged or ends too early" in swept.stdout
    assert len(rows(house, Mention)) == 1
