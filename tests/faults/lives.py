"""The service, killed again and again while alerts are on their way, and what came of it all."""

import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import col, func, select

from casework import incidents
from records.alert import Delivery
from records.database import open_database, reading, transaction
from records.exhibit import Exhibit
from records.incident import Acknowledgement, Incident, Mention
from tests.servers.house import STAFF, House, post, reference_in, reviewer, wait_until
from tests.servers.mail import MailServer
from tests.servers.prepared import Prepared
from tests.servers.slack import BOT_TOKEN, SlackServer

FIRST_NAMES = ("Zenobia", "Ignatz", "Ottoline", "Peregrine", "Thessaly")
ONSETS = ("Quor", "Brax", "Tolv", "Vend", "Sploch", "Grum", "Zarn", "Wicht", "Drung", "Plessin")
ENDS = ("ahoy", "embury", "ingset", "oothpeg", "ucklan", "arrow", "ydensk", "elquist", "om", "ine")
NAMES = [f"{first} {onset}{end}" for onset in ONSETS for end in ENDS for first in FIRST_NAMES]
RECIPIENTS, WAYS = 3, 2
"""Line manager, communications manager and HR, each by mail and by Slack."""
LONGEST_SECONDS = 1.0
"""From the finding to the kill, at most: on a quiet machine all are told by then."""
ACKNOWLEDGES = 0.3
SETTINGS = '[capture]\nbrowser = "/bin/false"\n[slack]\nbot_token = "{token}"\nbase_url = "{url}"\n'


@dataclass
class Lives:
    """A house whose service lives for a moment at a time."""

    house: House
    mail: MailServer
    slack: SlackServer
    database: Engine
    chance: random.Random
    acknowledged: set[str] = field(default_factory=set)
    posts: int = 0
    kills_under_way: int = 0
    """How many kills came while somebody was still to be told."""

    def live(self) -> None:
        """Start, let a post name somebody, wait until it is found, and some more, and kill."""
        self.house.start()
        self.publish()
        wait_until(lambda: self.count(Mention) == self.posts, 120, "the post found")
        time.sleep(self.chance.uniform(0, LONGEST_SECONDS))
        if self.mail.mails and self.chance.random() < ACKNOWLEDGES:
            self.acknowledge(
                reference_in(str(self.chance.choice(self.mail.mails).message["Subject"]))
            )
        self.house.kill()
        self.kills_under_way += self.untold() > 0

    def publish(self) -> None:
        """Let one post name the next person."""
        name = NAMES[self.posts]
        text = f"My complaint was refused. The letter is signed {name}."
        self.house.publish([post(self.posts, text)])
        self.posts += 1

    def acknowledge(self, reference: str) -> None:
        """As `namewatch ack` does, while the service is writing too."""
        with transaction(self.database) as session:
            incident = incidents.by_reference(session, reference)
            incidents.acknowledge(
                session, incident, actor="s003", via="command", employed=True, now=datetime.now(UTC)
            )
        self.acknowledged.add(reference)

    def go_on_to_the_end(self) -> "Outcome":
        """Let it live until everybody has been told, and say what came of it."""
        self.house.start(wait_ready=False)
        whole = self.posts * RECIPIENTS * WAYS
        wait_until(
            lambda: self.count(Delivery) == whole and not self.untold(),
            300,
            "all deliveries settled",
        )
        wait_until(lambda: self.count(Exhibit) == self.posts, 300, "an exhibit of each")
        self.house.stop()
        with reading(self.database) as session:
            kept = list(session.exec(select(Incident).order_by(col(Incident.id))))
            seen = set(session.exec(select(Acknowledgement.incident_id)))
        return Outcome(
            kept,
            {one.reference for one in kept if one.id in seen},
            self.count(Exhibit),
            [
                (str(one.message["Message-ID"]), str(one.message["Subject"]))
                for one in self.mail.mails
            ],
            [
                (f"{one.channel} {reference_in(one.content['text'])}", str(one.content))
                for one in self.slack.messages
            ],
        )

    def untold(self) -> int:
        """Deliveries that are not settled."""
        with reading(self.database) as session:
            query = select(func.count()).select_from(Delivery)
            return session.exec(query.where(col(Delivery.settled_at).is_(None))).one()

    def count(self, table: type[Mention | Delivery | Exhibit]) -> int:
        """How many there are."""
        with reading(self.database) as session:
            return session.exec(select(func.count()).select_from(table)).one()


@dataclass(frozen=True)
class Outcome:
    """What was kept and what arrived: mails and Slack messages with what makes each one alone."""

    incidents: Sequence[Incident]
    acknowledged: set[str]
    exhibits: int
    mails: Sequence[tuple[str, str]]
    posted: Sequence[tuple[str, str]]

    @property
    def told(self) -> int:
        """How many alerts arrived, each counted once."""
        return len({one for one, _ in self.mails}) + len({one for one, _ in self.posted})

    @property
    def doubled(self) -> int:
        """How many arrived again."""
        return len(self.mails) + len(self.posted) - self.told

    @property
    def unmarked(self) -> int:
        """How many arrived again without saying so."""
        return sum(
            "repeat" not in words.lower()
            for arrived in (self.mails, self.posted)
            for words in _again(arrived)
        )


def _again(arrived: Sequence[tuple[str, str]]) -> Iterator[str]:
    times: Counter[str] = Counter()
    for one, words in arrived:
        times[one] += 1
        if times[one] > 1:
            yield words


@contextmanager
def begin_lives(folder: Path, people: int, seed: int) -> Iterator[Lives]:
    """A house with so many reviewers, with a mail server and a Slack, that has lived once."""
    staff = (*STAFF, *(reviewer(number, name) for number, name in enumerate(NAMES[:people], 100)))
    with (
        MailServer() as mail,
        SlackServer(users=tuple(f"U{number}" for number in range(1, 6))) as slack,
        Prepared() as prepared,
        House(
            folder / "home",
            mail,
            staff=staff,
            settings=SETTINGS.format(token=BOT_TOKEN, url=slack.base_url),
            prepared=prepared,
            options=["--rules-only"],  # or most lives would end while the models are loaded
        ) as house,
    ):
        slack.scopes += ",im:history"
        house.start()
        house.kill()
        database = open_database(f"sqlite:///{house.home / 'namewatch.db'}")
        yield Lives(house, mail, slack, database, random.Random(seed))
        database.dispose()
