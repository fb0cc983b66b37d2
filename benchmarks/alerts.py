"""How soon people are told: a thousand incidents in a row, and ten thousand posts about one person.

`python -m benchmarks.alerts row [INCIDENTS]` and `python -m benchmarks.alerts flood [POSTS]` start
the real service with a mail server and a Slack on loopback. Limits: docs/reference/alerts.md.
"""

import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.path import ENDS, SYLLABLES, found_at, memory_mb, share
from tests.servers.house import STAFF, House, post, reference_in, reviewer, wait_until
from tests.servers.mail import MailServer
from tests.servers.slack import APP_TOKEN, BOT_TOKEN, SlackServer

FIRST_NAMES = (
    "Zenobia", "Ignatz", "Ottoline", "Peregrine", "Thessaly",
    "Ambrose", "Leocadia", "Fergal", "Isolde", "Balthasar",
)  # fmt: skip
NAMES = [f"{first} {onset}{end}" for first in FIRST_NAMES for onset in SYLLABLES for end in ENDS]
FLOOD_SECONDS = 300.0
OTHER_EVERY_SECONDS = 15.0
LEAST_BETWEEN_SECONDS = 0.2
SETTLE_SECONDS = 3.0
MOST_SECONDS = 300.0
START_SECONDS = 600.0


class Clock:
    """Notes when each incident's first alert was accepted, by mail or by Slack."""

    def __init__(self, mail: MailServer, slack: SlackServer) -> None:
        self.first: dict[str, float] = {}
        self.by_mail: dict[str, float] = {}
        self.by_slack: dict[str, float] = {}
        self.alerts = 0
        self._mail, self._slack = mail, slack
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        mails = posted = 0
        while not self._stop.wait(0.005):
            subjects = [str(one.message["Subject"]) for one in self._mail.mails[mails:]]
            said = [str(one.content["text"]) for one in self._slack.messages[posted:]]
            mails, posted = mails + len(subjects), posted + len(said)
            self.alerts += len(subjects) + len(said)
            for words, noted in ((subjects, self.by_mail), (said, self.by_slack)):
                for one in map(reference_in, words):
                    noted.setdefault(one, time.time())
                    self.first.setdefault(one, time.time())


@contextmanager
def running(people: list[str]) -> Iterator[tuple[House, Clock, MailServer]]:
    """The service with these people on its roster, warm."""
    told = tuple(f"U{number}" for number in range(1, 6))
    with (
        tempfile.TemporaryDirectory() as folder,
        MailServer() as mail,
        SlackServer(users=told) as slack,
    ):
        settings = (
            f'[slack]\nbot_token = "{BOT_TOKEN}"\napp_token = "{APP_TOKEN}"\n'
            f'base_url = "{slack.base_url}"\n'
        )
        home = Path(folder) / "home"
        with House(home, mail, staff=(*STAFF, *people), settings=settings) as house:
            clock = Clock(mail, slack)
            house.start(wait_ready=False)
            house.wait_ready(START_SECONDS)
            time.sleep(SETTLE_SECONDS)  # until what is loaded in the background has been loaded
            try:
                yield house, clock, mail
            finally:
                clock.stop()


def naming(number: int, name: str) -> dict[str, object]:
    """A post that names one person."""
    return post(number, f"My complaint was refused. The letter ({number}) is signed {name}.")


def row(count: int) -> None:
    """One incident after another, each about somebody else."""
    people = [reviewer(number, name) for number, name in enumerate(NAMES, start=100)]
    appeared: list[float] = []
    with running(people) as (house, clock, _):
        for number in range(count):
            began = time.time()
            house.publish([naming(number, NAMES[number])])
            appeared.append(began)
            wait_until(
                lambda: len(clock.by_mail) == len(clock.by_slack) == len(appeared),
                MOST_SECONDS,
                "an alert by mail and one by Slack",
            )
            time.sleep(max(0.0, LEAST_BETWEEN_SECONDS - (time.time() - began)))
        found = found_at(house)
        memory = memory_mb(house)
    print(f"{count} incidents in a row, each about somebody else; memory {memory:.0f} MB")
    for since, moments in (("post appears", appeared), ("finding kept", found)):
        for what, accepted in (
            ("first alert accepted", clock.first),
            ("first mail accepted", clock.by_mail),
            ("first Slack message accepted", clock.by_slack),
        ):
            took = [at - came for at, came in zip(accepted.values(), moments, strict=True)]
            print(
                f"  {since} → {what:<28} median {statistics.median(took):.2f} s,"
                f" 99 % under {share(took, 0.99):.2f} s, longest {max(took):.2f} s"
            )


def flood(count: int) -> None:
    """Posts about one person for five minutes, and now and then one about somebody else."""
    names = NAMES[::10]
    people = [reviewer(number, name) for number, name in enumerate(names, start=100)]
    seconds = FLOOD_SECONDS * min(1.0, count / 10_000)
    with running(people) as (house, clock, mail):
        others: list[float] = []
        most, sent, began = 0.0, 0, time.time()
        while sent < count:
            due = min(count, int((time.time() - began) / seconds * count) + 1)
            house.publish(naming(number, names[0]) for number in range(sent, due))
            sent = due
            if time.time() - began > OTHER_EVERY_SECONDS * (len(others) + 1):
                others.append(time.time())
                house.publish([naming(count + len(others), names[len(others)])])
            most = max(most, memory_mb(house))
            time.sleep(0.05)
        wait_until(lambda: len(clock.first) == 1 + len(others), 900, "the others' alerts")
        most = max(most, memory_mb(house))
        accepted = sorted(clock.first.values())
        of_the_flood = [
            one for one in mail.mails if reference_in(str(one.message["Subject"])).endswith("-0001")
        ]
    waited = [at - came for at, came in zip(accepted[1:], others, strict=True)]
    print(
        f"{count} posts about one person in {seconds:.0f} s: first alert accepted after"
        f" {accepted[0] - began:.2f} s, {len(of_the_flood)} mails in all,"
        f" memory at most {most:.0f} MB"
    )
    if waited:
        print(
            f"  others named meanwhile ({len(waited)}): median {statistics.median(waited):.2f} s,"
            f" longest {max(waited):.2f} s"
        )


def main() -> None:
    """Measure and print."""
    what = sys.argv[1] if len(sys.argv) > 1 else "both"
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 0  # noqa: PLR2004 - the second argument
    if what in {"row", "both"}:
        row(count or len(NAMES))
    if what in {"flood", "both"}:
        flood(count or 10_000)


if __name__ == "__main__":
    main()
