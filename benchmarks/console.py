"""How long the console takes for a page with 10,000 incidents, against an empty page.

`python -m benchmarks.console [INCIDENTS]` signs in as whoever keeps the register and as a line
manager, asks each main page so many times in turn, and prints what 95 of 100 stay below, how long
the processor works for one, and the ratio of that to the plainest page of the same stack: the one
that says that there is no such page. Nothing goes over a wire: it is the server's own time.
"""

import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from sqlmodel import col, select
from starlette.testclient import TestClient

from records.database import reading
from records.incident import Incident, IncidentAccess
from tests.console.everybody import STAFF_ID, Role, World, world_in
from tests.console.many import fill

ROUNDS = 40
MOST_MILLISECONDS = 100.0
EMPTY = "/nowhere"
PAGES = ("/", "/inbox", "/account", "/break-glass")
KEEPER_PAGES = (
    "/triage",
    "/registers",
    "/registers/restrictions",
    "/retention",
    "/digest",
    "/status",
    "/set-up",
)
RECORD_PAGES = ("", "/timeline", "/steps/note", "/talk", "/close")


def a_record(world: World, role: Role) -> str:
    """The newest record that this role may read."""
    with reading(world.office.database) as session:
        listed = select(Incident.reference).join(IncidentAccess)
        own = listed.where(IncidentAccess.staff_id == STAFF_ID[role]).where(
            Incident.staff_id != STAFF_ID[role]
        )
        found = session.exec(own.order_by(col(Incident.id).desc()).limit(60)).all()
    browser = world.browsers[role]
    return next(one for one in found if browser.get(f"/r/{one}").status_code == 200)  # noqa: PLR2004


def milliseconds(browser: TestClient, address: str) -> tuple[list[float], float]:
    """How long each of so many answers took, and how much of the processor one took.

    The first ones, which warm up, are left out. On a busy machine only the processor's time tells.
    """
    taken, worked = [], []
    for number in range(ROUNDS + 3):
        began, busy = time.perf_counter(), time.process_time()
        status = browser.get(address).status_code
        if number > 2:  # noqa: PLR2004
            taken.append(1000 * (time.perf_counter() - began))
            worked.append(1000 * (time.process_time() - busy))
    assert status in {200, 303} or address == EMPTY, (address, status)
    return taken, median(worked)


def p95(taken: list[float]) -> float:
    """What 95 of 100 stay below."""
    return quantiles(taken, n=20)[-1]


def measure(world: World, role: Role, pages: tuple[str, ...]) -> bool:
    """Print a line for each page; whether all stay below the aim."""
    browser = world.browsers[role]
    taken, nothing = milliseconds(browser, EMPTY)
    print(f"\n{role}")
    print(f"{'the empty page':34} p95 {p95(taken):6.1f} ms   processor {nothing:6.1f} ms")
    good = True
    for address in pages:
        taken, worked = milliseconds(browser, address)
        ninety_five = p95(taken)
        good = good and ninety_five <= MOST_MILLISECONDS
        print(
            f"{address:34} p95 {ninety_five:6.1f} ms   processor {worked:6.1f} ms"
            f"   ratio {worked / nothing:5.1f}"
        )
    return good


def main() -> None:
    """Fill a body, measure, and print; the exit status says whether every page stays below."""
    incidents = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    roles = {Role.CUSTODIAN, Role.LINE_MANAGER}
    with tempfile.TemporaryDirectory() as folder, world_in(Path(folder), roles) as world:
        fill(world.office, incidents)
        print(f"{incidents:,} incidents; aim: p95 of at most {MOST_MILLISECONDS:g} ms a page")
        good = True
        for role in (Role.CUSTODIAN, Role.LINE_MANAGER):
            reference = a_record(world, role)
            own = tuple(f"/r/{reference}{one}" for one in RECORD_PAGES)
            pages = (*PAGES, *(KEEPER_PAGES if role is Role.CUSTODIAN else ()), *own)
            good = measure(world, role, pages) and good
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
