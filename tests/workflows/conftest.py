"""Workflows on a real database and real keys, with a channel and an engine that only remember."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from alerts.channel import Receipt
from alerts.errors import DeliveryError
from alerts.message import Message
from evidence.seal import read_sealer
from evidence.vault import WorkingKey, create_keys, read_public_keys
from monitors.source import Received
from nlp.screening import Screener
from policies.pack_file import read_pack
from records.alert import Delivery
from records.capture import Capture
from records.database import migrate, open_database, reading, transaction
from records.exhibit import Exhibit
from records.incident import Incident, Mention
from records.organisation import Organisation
from records.post import Post
from records.roster import StaffMember, roster_of
from tests.databases import new_database
from workflows.deliver import send
from workflows.escalate import escalate_those_due
from workflows.preserve import take
from workflows.services import Services, install
from workflows.watch import Watch

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # a Monday morning
HEAD, DIRECTOR, MANAGER, COMMS, HR, ALICE, BOB, SPOKEN = (f"s00{n}" for n in range(1, 9))
BODY = Organisation(
    name="Scottish Lighthouse Ombudsman",
    short_names=("the Lighthouse Ombudsman",),
    context_terms=("complaint", "decision letter"),
    policy="spso",
    roles={
        "hr_officer": (HR,),
        "communications_manager": (COMMS,),
        "director": (DIRECTOR,),
        "head_of_body": (HEAD,),
    },
)


def _member(staff_id: str, name: str, above: str, **fields: object) -> StaffMember:
    member = StaffMember(staff_id, name, email=f"{staff_id}@slo.example", line_manager=above)
    return replace(member, **fields)  # type: ignore[arg-type]


STAFF = (
    _member(HEAD, "Thomasina Garvellach", "", may_be_named=True),
    _member(DIRECTOR, "Lachlan Quillandrie", HEAD),
    _member(MANAGER, "Isobel Fairweather", DIRECTOR),
    _member(COMMS, "Devika Ramanujpal", DIRECTOR),
    _member(HR, "Struan Kilbrandy", DIRECTOR),
    _member(ALICE, "Fenella Auchterbrae", MANAGER),
    _member(BOB, "Ruaridh McStronach", MANAGER),
    _member(SPOKEN, "Morven Drumhallow", COMMS, may_be_named=True),
)


@dataclass
class RememberingChannel:
    """Takes every alert, or fails as told, and remembers what it took."""

    taken: list[tuple[str, Message]] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    name: str = "email"

    def reaches(self, recipient: StaffMember) -> bool:
        return bool(recipient.email)

    def deliver(self, message: Message, recipient: StaffMember, delivery: str) -> Receipt:
        if self.faults:
            raise self.faults.pop(0)
        self.taken.append((recipient.staff_id, message))
        return Receipt(delivery)

    def check(self) -> str | None:
        return None


@dataclass
class RememberingEngine:
    """Remembers what was enqueued instead of carrying it out."""

    enqueued: list[tuple[str, str, tuple[int, ...]]] = field(default_factory=list)

    def enqueue(
        self, session: Session, queue: str, workflow: str, workflow_id: str, *references: int
    ) -> None:
        self.enqueued.append((workflow, workflow_id, references))


class Office:
    """A body at work: posts come in, alerts go out, time passes."""

    def __init__(self, folder: Path, database_url: str = "") -> None:
        create_keys(folder / "keys")
        database = open_database(database_url) if database_url else new_database(folder)
        migrate(database)
        self.time = NOW
        self.channel = RememberingChannel()
        self.engine = RememberingEngine()
        self.services = Services(
            database=database,
            organisation=BODY,
            roster=roster_of(STAFF),
            pack=read_pack("spso"),
            channels={"email": self.channel},
            public_keys=read_public_keys(folder / "keys"),
            working_key=WorkingKey(folder / "keys"),
            sealer=read_sealer(folder / "keys"),
            evidence_folder=folder / "evidence",
            console_url="http://127.0.0.1:8080",
            now=lambda: self.time,
        )
        install(self.services)
        self.watch = self._new_watch()
        self._numbers = iter(range(1, 1000))

    def _new_watch(self) -> Watch:
        screener = Screener(
            BODY, self.services.roster, self.services.pack, None, today=date(2026, 11, 23)
        )
        return Watch(self.services, self.engine, screener.screen)  # type: ignore[arg-type]

    def knows_names(self) -> None:
        """Let the watch tell quickly whom a post may name, as the service does."""
        screener = Screener(
            BODY, self.services.roster, self.services.pack, None, None, today=NOW.date()
        )
        self.watch = replace(self.watch, screen=screener.screen, named=screener.named)

    def change(self, **fields: object) -> None:
        """Start again with other services, as after a change of the configuration."""
        self.services = replace(self.services, **fields)  # type: ignore[arg-type]
        install(self.services)
        self.watch = self._new_watch()

    def see(self, text: str, *, post_id: str | None = None, url: str | None = None) -> None:
        """Let a post come in."""
        number = post_id or f"post-{next(self._numbers)}"
        post = Post(id=number, source="practice", text=text, url=url)
        self.watch.take("practice", [Received(post, post.model_dump_json().encode(), number)])

    def send_all(self) -> None:
        """Carry out every delivery that was enqueued."""
        waiting, self.engine.enqueued = self.engine.enqueued, []
        for workflow, _, references in waiting:
            if workflow == "deliver":
                send(*references)
        self.engine.enqueued += [one for one in waiting if one[0] != "deliver"]

    def capture_all(self) -> list[str]:
        """Carry out every capture that was enqueued; what became of each."""
        waiting, self.engine.enqueued = self.engine.enqueued, []
        ends = [take(*references) for name, _, references in waiting if name == "capture"]
        self.engine.enqueued += [one for one in waiting if one[0] != "capture"]
        return ends

    def captures(self) -> list[Capture]:
        with reading(self.services.database) as session:
            return list(session.exec(select(Capture).order_by(col(Capture.id))))

    def exhibits(self) -> list[Exhibit]:
        with reading(self.services.database) as session:
            return list(session.exec(select(Exhibit).order_by(col(Exhibit.id))))

    def look_at_the_clock(self) -> int:
        """What the sweep does with incidents whose time is up."""
        with transaction(self.services.database) as session:
            return escalate_those_due(session, self.engine)  # type: ignore[arg-type]

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.time += timedelta(**span)

    def told(self) -> list[str]:
        """Whom the channel told since the last question, in order of staff id."""
        taken, self.channel.taken = self.channel.taken, []
        return sorted(staff_id for staff_id, _ in taken)

    def incidents(self) -> list[Incident]:
        with reading(self.services.database) as session:
            return list(session.exec(select(Incident)))

    def mentions(self) -> list[Mention]:
        with reading(self.services.database) as session:
            return list(session.exec(select(Mention)))

    def deliveries(self) -> list[Delivery]:
        with reading(self.services.database) as session:
            return list(session.exec(select(Delivery)))


def later(code: str = "451", *, may_have_arrived: bool = False) -> DeliveryError:
    """A fault after which trying again helps."""
    return DeliveryError(code, permanent=False, may_have_arrived=may_have_arrived)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.services.database.dispose()
