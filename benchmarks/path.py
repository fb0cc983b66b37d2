"""From a post to an accepted mail, against bare SMTP in the same run.

`python -m benchmarks.path [INCIDENTS]` starts the real service with one source and a mail server
on loopback, lets one post a second appear, then as many at once.
"""

import smtplib
import statistics
import sys
import tempfile
import threading
import time
from email.message import EmailMessage
from pathlib import Path

from sqlmodel import col, select

from records.database import open_database, reading
from records.incident import Mention
from tests.servers.house import STAFF, House, post, reference_in, reviewer, wait_until
from tests.servers.mail import MailServer

SYLLABLES = ("Quor", "Brax", "Tolv", "Vend", "Sploch", "Grum", "Zarn", "Wicht", "Drung", "Pless")
ENDS = ("ahoy", "embury", "ingset", "oothpeg", "ucklan", "arrow", "ydensk", "elquist", "om", "ine")
NAMES = [
    f"{first} {onset}{end}"
    for first in ("Zenobia", "Ignatz")
    for onset in SYLLABLES
    for end in ENDS
]
MAILS_AN_INCIDENT = 3


class Clocked:
    """Notes when each incident's first mail was accepted."""

    def __init__(self, mail: MailServer) -> None:
        self.first: dict[str, float] = {}
        self.count = 0
        self._mail = mail
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        while True:
            for one in self._mail.mails[self.count :]:
                self.count += 1
                self.first.setdefault(reference_in(str(one.message["Subject"])), time.time())
            time.sleep(0.002)


def share(times: list[float], part: float) -> float:
    """The time that `part` of all stay under."""
    return sorted(times)[min(len(times) - 1, int(part * len(times)))]


def bare_smtp(count: int) -> float:
    """Seconds to hand over `count` small mails one by one, a connection each (the baseline)."""
    with MailServer() as mail:
        began = time.perf_counter()
        for number in range(count):
            message = EmailMessage()
            message["From"], message["To"] = "a@bench.example", "b@bench.example"
            message["Subject"] = f"mail {number}"
            message.set_content("text\n" * 20)
            with smtplib.SMTP("127.0.0.1", mail.port) as line:
                line.send_message(message)
        return time.perf_counter() - began


def memory_mb(house: House) -> float:
    """Resident memory of the service's own process."""
    assert house.process is not None
    status = Path(f"/proc/{house.process.pid}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def naming(number: int) -> dict[str, object]:
    """A post that names one person, each time another."""
    return post(number, f"My complaint was refused. The letter is signed {NAMES[number]}.")


def found_at(house: House) -> list[float]:
    """When each post's record was safely kept, in the order of posts."""
    engine = open_database(f"sqlite:///{house.home / 'namewatch.db'}")
    with reading(engine) as session:
        kept = session.exec(select(Mention).order_by(col(Mention.id)))
        return [one.found_at.timestamp() for one in kept]


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    people = [reviewer(number, name) for number, name in enumerate(NAMES, start=100)]
    with (
        tempfile.TemporaryDirectory() as folder,
        MailServer() as mail,
        House(Path(folder) / "home", mail, staff=(*STAFF, *people)) as house,
    ):
        clock = Clocked(mail)
        house.start()
        time.sleep(3)  # until what is loaded in the background has been loaded
        appeared = []
        for number in range(count):
            house.publish([naming(number)])
            appeared.append(time.time())
            time.sleep(0.3)
        wait_until(lambda: clock.count == MAILS_AN_INCIDENT * count, 120, "all mails")
        kept = [at - began for at, began in zip(found_at(house), appeared, strict=True)]
        accepted = [
            at - began for at, began in zip(sorted(clock.first.values()), appeared, strict=True)
        ]
        resting = memory_mb(house)
        began = time.perf_counter()
        house.publish(naming(number) for number in range(count, 2 * count))
        wait_until(lambda: clock.count == 2 * MAILS_AN_INCIDENT * count, 300, "all mails")
        together = time.perf_counter() - began
        busy = memory_mb(house)
    bare = bare_smtp(MAILS_AN_INCIDENT * count)
    for what, times in (("record kept", kept), ("first mail accepted", accepted)):
        print(
            f"post appears → {what:<22}"
            f" median {statistics.median(times):.2f} s   95 % under {share(times, 0.95):.2f} s"
        )
    print(f"{count} incidents at once, all mails accepted  {together:.1f} s")
    print(f"the same mails by bare SMTP                {bare:.1f} s   (baseline)")
    print(f"ratio                                      {together / bare:.1f}")
    print(
        f"memory of the service                      {resting:.0f} MB, {busy:.0f} MB after the rush"
    )


if __name__ == "__main__":
    main()
