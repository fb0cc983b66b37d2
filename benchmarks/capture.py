"""A page captured and sealed, against the browser's own screenshot alone in the same run.

`python -m benchmarks.capture [ROUNDS]` captures a page with frames, a film, late pictures and a
stream from a site on loopback: one at a time, four at once, and two at once for their memory. The
browser's plain screenshot of the same page is taken in between, so that a busy machine slows both.
Before that the real service finds posts, one a second and then as many at once, and is asked how
long after each finding the platform's record was sealed. `--records` measures that alone.
"""

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Self

from sqlmodel import col, select

from benchmarks.path import NAMES, naming, share
from evidence.browser import find_browser
from evidence.preserve import CaptureTask, preserve
from evidence.processes import family
from evidence.seal import read_sealer
from evidence.storage import FolderStorage
from evidence.vault import create_keys, read_public_keys
from records.database import open_database, reading
from records.exhibit import Exhibit
from records.incident import Mention
from records.post import Author, Post
from records.sealing import new_record_key
from tests.servers import site_pages
from tests.servers.house import STAFF, House, reviewer, wait_until
from tests.servers.mail import MailServer
from tests.servers.site import Site

RECORDS = 20
RECORD_AIM_SECONDS = 1.0
POST = Post(id="7", source="example", text=site_pages.WORDS, author=Author(name="Bob Example"))


class Memory:
    """The most that a family of processes held at once: proportional set size, every 50 ms."""

    def __init__(self) -> None:
        self.peak_mb = 0.0
        self._ends = threading.Event()
        self._watching = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._watching.start()
        return self

    def __exit__(self, *about: object) -> None:
        self._ends.set()
        self._watching.join()

    def _watch(self) -> None:
        nowhere = Path("/no/folder/of/a/capture")
        while not self._ends.wait(0.05):
            held = sum(_pss_kb(pid) for pid in family(os.getpid(), nowhere))
            self.peak_mb = max(self.peak_mb, held / 1024)


def _pss_kb(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def new_task(folder: Path, site: Site) -> CaptureTask:
    """What is captured each time, as the service asks for it."""
    create_keys(folder / "keys")
    public = read_public_keys(folder / "keys")
    key = new_record_key([public.vault, public.recovery])
    return CaptureTask(
        reference="NW-2026-0001",
        number=1,
        record=POST.model_dump_json().encode(),
        url=site.url("/social"),
        recipient=key.recipient,
        wrapped_key=key.wrapped,
        storage=FolderStorage(folder / "evidence"),
        sealer=read_sealer(folder / "keys"),
        allow_loopback=True,
        timeout=120,
        post=POST,
    )


def captured(task: CaptureTask, mark: str) -> float:
    """Seconds for one exhibit; ends the benchmark when it isn't complete."""
    began = time.perf_counter()
    done = preserve(replace(task, mark=mark))
    took = time.perf_counter() - began
    if done.grade != "complete":
        sys.exit(f"a capture was {done.grade}: {' '.join(done.missing)}")
    return took


def at_once(task: CaptureTask, count: int, mark: str) -> list[float]:
    """Seconds for each of `count` that begin together."""
    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(lambda n: captured(task, f"{mark}-{n}"), range(count)))


def screenshot(browser: Path, site: Site, folder: Path) -> float:
    """Seconds for the browser's own screenshot of the same page (the baseline)."""
    command = [
        str(browser),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={folder / 'profile'}",
        "--window-size=1280,900",
        # The page has a stream without an end: without this the browser waits for it.
        "--timeout=1000",
        f"--screenshot={folder / 'plain.png'}",
        site.url("/social"),
    ]
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return time.perf_counter() - began


def sealed_after(house: House) -> list[float]:
    """How long after each finding its record was sealed, in the order in which they were found."""
    engine = open_database(f"sqlite:///{house.home / 'namewatch.db'}")
    pairs = select(Mention, Exhibit).join(Exhibit, col(Exhibit.mention_id) == Mention.id)
    with reading(engine) as session:
        found = session.exec(pairs.order_by(col(Mention.id)))
        times = [(kept.created_at - one.found_at).total_seconds() for one, kept in found]
    engine.dispose()
    return times


def records() -> None:
    """Have the service find posts that have no page, and print how soon each was sealed."""
    people = [reviewer(number, name) for number, name in enumerate(NAMES, start=100)]
    with (
        tempfile.TemporaryDirectory() as folder,
        MailServer() as mail,
        House(Path(folder) / "home", mail, staff=(*STAFF, *people)) as house,
    ):
        house.start(wait_ready=False)
        house.wait_ready(300)
        time.sleep(3)  # until what is loaded in the background has been loaded
        for number in range(RECORDS):
            house.publish([naming(number)])
            time.sleep(1)
        wait_until(lambda: len(sealed_after(house)) == RECORDS, 600, "all records")
        alone = sealed_after(house)
        house.publish(naming(number) for number in range(RECORDS, 2 * RECORDS))
        wait_until(lambda: len(sealed_after(house)) == 2 * RECORDS, 600, "all records")
        together = sealed_after(house)[RECORDS:]
    for what, times in (("one a second", alone), (f"{RECORDS} at once", together)):
        under = share(times, 0.95)
        verdict = "reached" if under <= RECORD_AIM_SECONDS else "MISSED"
        print(
            f"found → its record sealed, {what:<12} median {statistics.median(times):.2f} s"
            f"   95 % under {under:.2f} s   aim {RECORD_AIM_SECONDS:.0f} s: {verdict}"
        )
    print_load()


def print_load() -> None:
    """What else the machine had to do, since it makes everything slower."""
    load = os.getloadavg()[1]
    print(f"load of the machine while measuring    {load:.1f} on {os.cpu_count()} cores")


def main() -> None:
    """Measure and print."""
    records()
    if "--records" in sys.argv:
        return
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    browser = find_browser()
    if browser is None:
        sys.exit("no browser is installed")
    with tempfile.TemporaryDirectory() as name, Site() as site:
        folder = Path(name)
        task = new_task(folder, site)
        captured(task, "warm")
        alone, four, plain = [], [], []
        for turn in range(rounds):
            plain.append(screenshot(browser, site, folder))
            alone.append(captured(task, f"alone-{turn}"))
        for turn in range(max(1, rounds // 2)):
            four += at_once(task, 4, f"four-{turn}")
        with Memory() as one:
            captured(task, "memory")
        with Memory() as two:
            at_once(task, 2, "two")
    median, many, bare = (statistics.median(times) for times in (alone, four, plain))
    print(f"page captured and sealed, alone        median {median:.1f} s   ({rounds} rounds)")
    print(
        f"four at once, each                     median {many:.1f} s   {many / median:.1f} x alone"
    )
    print(f"the browser's screenshot alone         median {bare:.1f} s   (baseline)")
    print(f"ratio alone to baseline                {median / bare:.1f}")
    print(f"peak memory (PSS), one and two at once {one.peak_mb:.0f} MB, {two.peak_mb:.0f} MB")
    print_load()


if __name__ == "__main__":
    main()
