"""Power cuts: the service is killed at fifty seeded moments, and nothing is lost."""

import random
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import func, select

from casework import incidents
from records.database import open_database, reading, transaction
from records.exhibit import Exhibit
from records.incident import Acknowledgement, Incident, Mention
from tests.servers.house import STAFF, House, post, reference_in, reviewer, wait_until
from tests.servers.mail import MailServer
from tests.servers.prepared import Prepared

KILLS = 50
POSTS_A_ROUND = 2
LONGEST_LIFE_SECONDS = 4.0
SEED = 20261121
ONSETS = ["Quor", "Brax", "Tolv", "Vend", "Sploch", "Grum", "Zarn", "Wicht", "Drung", "Plessin"]
ENDS = [
    "ahoy",
    "embury",
    "ingset",
    "oothpeg",
    "ucklan",
    "arrow",
    "ydensk",
    "elquist",
    "om",
    "avigne",
]
NAMES = [f"Zenobia {onset}{end}" for onset in ONSETS for end in ENDS]


@pytest.mark.must("2")
@pytest.mark.must("kill")
@pytest.mark.timeout(900)
def test_after_fifty_kills_every_incident_is_there_once_and_everybody_has_been_told(
    tmp_path: Path,
) -> None:
    chance = random.Random(SEED)
    people = [reviewer(number, name) for number, name in enumerate(NAMES, start=100)]
    acknowledged: set[str] = set()
    with (
        MailServer() as mail,
        Prepared() as prepared,
        House(
            tmp_path / "home",
            mail,
            staff=(*STAFF, *people),
            prepared=prepared,
            options=["--rules-only"],  # or most lives would end while the models are loaded
        ) as house,
    ):
        for round_number in range(KILLS):
            first = round_number * POSTS_A_ROUND
            house.start()
            house.publish(naming(number) for number in range(first, first + POSTS_A_ROUND))
            time.sleep(chance.uniform(0, LONGEST_LIFE_SECONDS))
            if mail.mails and chance.random() < 0.4:
                reference = reference_in(str(chance.choice(mail.mails).message["Subject"]))
                acknowledge(house, reference)
                acknowledged.add(reference)
            house.kill()
        house.start()
        whole = KILLS * POSTS_A_ROUND
        wait_until(lambda: len(told(mail)) == 3 * whole, 120, "three people told of each")
        engine = open_database(f"sqlite:///{house.home / 'namewatch.db'}")

        def exhibits() -> int:
            with reading(engine) as session:
                return session.exec(select(func.count()).select_from(Exhibit)).one()

        wait_until(lambda: exhibits() == whole, 120, "an exhibit of each")
        with reading(engine) as session:
            kept = list(session.exec(select(Incident)))
            seen = set(session.exec(select(Acknowledgement.incident_id)))
            mentions = session.exec(select(func.count()).select_from(Mention)).one()
        assert mentions == whole
        assert Counter(one.staff_id for one in kept) == Counter(
            f"s{number:03d}" for number in range(100, 100 + whole)
        )
        assert sorted(one.reference for one in kept) == [
            f"NW-{kept[0].opened_at.year}-{number:04d}" for number in range(1, whole + 1)
        ]
        by_id = {one.id: one for one in kept}
        assert {by_id[number].reference for number in seen} == acknowledged
        assert acknowledged, "the seed should acknowledge some"
        assert all((one.state == "acknowledged") == (one.reference in acknowledged) for one in kept)
    check_repeats(mail)


def check_repeats(mail: MailServer) -> None:
    """A mail that came twice carries one Message-ID, and from the second on says so."""
    times: Counter[str] = Counter()
    for one in mail.mails:
        number = str(one.message["Message-ID"])
        times[number] += 1
        if times[number] > 1:
            assert "(repeat)" in str(one.message["Subject"])
    assert len(times) == 3 * KILLS * POSTS_A_ROUND


def naming(number: int) -> dict[str, object]:
    return post(number, f"My complaint was refused. The letter is signed {NAMES[number]}.")


def told(mail: MailServer) -> set[tuple[str, str]]:
    return {
        (reference_in(str(one.message["Subject"])), one.recipients[0]) for one in list(mail.mails)
    }


def acknowledge(house: House, reference: str) -> None:
    """As `namewatch ack` does, while the service is writing too."""
    engine = open_database(f"sqlite:///{house.home / 'namewatch.db'}")
    with transaction(engine) as session:
        incident = incidents.by_reference(session, reference)
        incidents.acknowledge(
            session, incident, actor="s003", via="command", employed=True, now=datetime.now(UTC)
        )
    engine.dispose()
