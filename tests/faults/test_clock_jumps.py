"""Timers of months: the real service while its clock jumps, and after months and an upgrade."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import col, select

from casework import incidents
from casework.audit_chain import keep_chain
from casework.office import Office
from casework.steps import Order, record_step
from evidence.vault import read_public_keys
from namewatch.bootstrap import read_all
from namewatch.settings import read_settings
from records.alert import Delivery
from records.database import open_database, reading, transaction
from records.exhibit import Exhibit
from records.incident import Incident
from tests.servers.house import STAFF, House, post, reviewer, wait_until
from tests.servers.mail import MailServer

LIBRARY = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(not LIBRARY, reason="libfaketime is not installed"),
    pytest.mark.timeout(1200),
]
NAMES = ("Zenobia Quorahoy", "Ignatz Braxembury", "Ottoline Tolvingset", "Peregrine Vendarrow")
NAMING = "My complaint was refused, the decision letter is signed {}."
THREAT = "{} of the Lighthouse Ombudsman, I'm going to stab you."
LINE_MANAGER, DIRECTOR, CUSTODIAN = "head", "director", "communications"
CALM_SECONDS = 4.0
"""Eight looks of the clock: whatever would come in a storm has begun to come."""


@dataclass
class Street:
    """A house whose service lives by a clock of its own."""

    house: House
    mail: MailServer
    clock: Path
    database: Engine

    def jump(self, span: str) -> None:
        """Let the service's clock stand so far from ours from now on, as in "-1d"."""
        fresh = self.clock.with_suffix(".new")
        fresh.write_text(f"{span}\n", encoding="ascii")
        fresh.rename(self.clock)

    def publish(self, person: int, words: str) -> None:
        """Let a post name somebody."""
        self.house.publish([post(person, words.format(NAMES[person]))])

    def arrived(self, many: int) -> list[tuple[str, str]]:
        """Whom the first so many mails went to, with their subjects, once there are as many."""
        wait_until(lambda: len(self.mail.mails) >= many, 300, f"{many} mails")
        return [
            (one.recipients[0].partition("@")[0], str(one.message["Subject"]))
            for one in self.mail.mails
        ]

    def nothing_comes(self) -> None:
        """Once all that is under way has been sent, no storm follows."""
        wait_until(self.all_is_sent, 300, "all that is under way is sent")
        many = len(self.mail.mails)
        time.sleep(CALM_SECONDS)
        assert [str(one.message["Subject"]) for one in self.mail.mails[many:]] == []

    def all_is_sent(self) -> bool:
        """Whether every delivery is settled."""
        with reading(self.database) as session:
            query = select(Delivery.id).where(col(Delivery.settled_at).is_(None))
            return session.exec(query).first() is None

    def incidents(self) -> list[Incident]:
        with reading(self.database) as session:
            return list(session.exec(select(Incident).order_by(text("id"))))


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    clock = tmp_path / "clock"
    staff = (*STAFF, *(reviewer(number, name) for number, name in enumerate(NAMES, start=100)))
    environment = {
        "LD_PRELOAD": str(LIBRARY[-1]),
        "PYTHONPATH": str(Path(__file__).parent.parent / "servers" / "moved_clock"),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    with (
        MailServer() as mail,
        House(
            tmp_path / "home",
            mail,
            staff=staff,
            settings='[capture]\nbrowser = "/bin/false"\n',
            environment=environment,
            options=["--rules-only"],
        ) as house,
    ):
        clock.write_text("+0\n", encoding="ascii")
        house.start()
        database = open_database(f"sqlite:///{house.home / 'namewatch.db'}")
        keep_chain(database, read_public_keys(house.home / "keys").pepper)
        yield Street(house, mail, clock, database)
        database.dispose()


def test_a_clock_that_jumps_while_it_runs_loses_no_alert_and_raises_no_storm(
    street: Street,
) -> None:
    street.publish(0, NAMING)
    street.arrived(3)
    street.jump("-1d")
    street.publish(1, NAMING)
    street.arrived(6)
    street.nothing_comes()
    street.jump("+212d")  # over a change to summer time
    told = street.arrived(6 + 2 * 4)[6:]
    assert Counter(who for who, _ in told) == {
        DIRECTOR: 2, LINE_MANAGER: 2, CUSTODIAN: 2, "hr": 2,
    }  # fmt: skip
    street.nothing_comes()
    assert [one.escalation_level for one in street.incidents()] == [1, 1]
    street.publish(2, NAMING)
    street.arrived(17)
    street.jump("+0")
    street.publish(3, NAMING)
    street.arrived(20)
    street.nothing_comes()
    assert len(street.incidents()) == 4
    assert not any("(repeat)" in str(one.message["Subject"]) for one in street.mail.mails)


def test_after_months_and_an_upgrade_what_was_due_meanwhile_is_asked_for_once(
    street: Street,
) -> None:
    street.publish(0, THREAT)
    street.publish(1, NAMING)
    street.publish(2, NAMING)
    street.arrived(9)
    threatened, restricted, closed = street.incidents()
    wait_until(lambda: exhibits_of(street, restricted), why="evidence of it")
    street.house.stop()
    with transaction(street.database) as session:
        for one in (threatened, restricted):
            incidents.acknowledge(
                session, incidents.by_reference(session, one.reference),
                actor="s003", via="command", employed=True, now=datetime.now(UTC),
            )  # fmt: skip
        over = session.get_one(Incident, closed.id)
        over.state, over.closed_at, over.escalates_at = "closed", datetime.now(UTC), None
    restrict(street, restricted.reference)
    stranded = strand_a_delivery(street)
    begun = len(street.mail.mails)

    street.jump("+212d")
    street.house.start()
    told = street.arrived(begun + 2)
    wait_until(lambda: overdue(street, threatened, restricted), why="both are asked for")
    wait_until(lambda: (stranded, True) in again(street), why="the stranded one, as a repeat")
    street.nothing_comes()
    asked = overdue(street, threatened, restricted)
    assert {who for who, reference in asked if reference == threatened.reference} >= {
        LINE_MANAGER, DIRECTOR,
    }  # fmt: skip
    assert (CUSTODIAN, restricted.reference) in asked
    assert max(asked.values()) == 1
    assert not any("decide what is kept" in subject for _, subject in told)
    street.house.kill()

    street.jump("-1d")
    before = len(street.mail.mails)
    street.house.start()
    street.nothing_comes()
    assert len(street.mail.mails) == before, "nothing is due any more, and nothing is asked twice"
    street.house.kill()

    street.jump("+800d")
    street.house.start()
    wait_until(lambda: kept_too_long(street), why="whoever decides is asked what is kept")
    assert kept_too_long(street) == [CUSTODIAN]
    with reading(street.database) as session:
        assert session.get_one(Incident, closed.id).state == "closed", "nothing goes by itself"


def exhibits_of(street: Street, incident: Incident) -> bool:
    with reading(street.database) as session:
        query = select(Exhibit).where(Exhibit.incident_id == incident.id)
        return session.exec(query).first() is not None


def restrict(street: Street, reference: str) -> None:
    """Impose a restriction that is reviewed in a fortnight."""
    built = read_all(read_settings(street.house.home))
    held = built.services
    office = Office(held.pack, held.organisation, held.roster)
    today = date.today()  # noqa: DTZ011 - the day of whoever is at work
    steps: tuple[tuple[str, dict[str, str]], ...] = (
        ("told-in-private", {"by": "s003", "how": "in-person", "reminded": "yes"}),
        ("wishes", {"answer": "no-view"}),
        ("support", {"who": "s101", "offer": "de-brief", "answer": "offered"}),
        ("author", {"type": "public", "represents": "no"}),
        (
            "restriction",
            {
                "restriction": "no_staff_details",
                "evidence": "1",
                "adjustments": "none-needed",
                "why": "names staff again and again",
                "review-on": (today + timedelta(days=14)).isoformat(),
                "explained": "explained",
                "explained-on": today.isoformat(),
                "timing-told": "yes",
                "wishes": "no-view",
            },
        ),
    )
    for kind, parts in steps:
        with transaction(street.database) as session:
            record_step(
                session, office, reference, Order(kind, parts, "s003"), now=datetime.now(UTC)
            )


def strand_a_delivery(street: Street) -> str:
    """Leave a mail as an upgrade would whose engine no longer knows what was under way."""
    with transaction(street.database) as session:
        row = session.execute(
            text("SELECT id, receipt FROM delivery WHERE incident_id = 1")
        ).first()
        assert row
        session.execute(
            text("UPDATE delivery SET settled_at = NULL, state = 'sending' WHERE id = :id"),
            {"id": row.id},
        )
        session.execute(text("UPDATE workflow_status SET application_version = 'older'"))
    return str(row.receipt)


def again(street: Street) -> set[tuple[str, bool]]:
    """Each mail's number, and whether it says that it is a repeat."""
    return {
        (str(one.message["Message-ID"]), "(repeat)" in str(one.message["Subject"]))
        for one in street.mail.mails
    }


def overdue(street: Street, *needed: Incident) -> Counter[tuple[str, str]]:
    """Who was asked for a step of which record; nothing before each of `needed` was asked for."""
    asked = Counter(
        (one.recipients[0].partition("@")[0], reference)
        for one in street.mail.mails
        for reference in (str(one.message["Subject"]).split("step of ")[-1].split(" ")[0],)
        if "is overdue" in str(one.message["Subject"])
    )
    found = {reference for _, reference in asked}
    return asked if all(one.reference in found for one in needed) else Counter()


def kept_too_long(street: Street) -> list[str]:
    return [
        one.recipients[0].partition("@")[0]
        for one in street.mail.mails
        if "decide what is kept" in str(one.message["Subject"])
    ]
