"""A body with somebody in every role, and incidents to which each stands in every way there is."""

import atexit
import hashlib
import io
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import Engine, event
from sqlmodel import Session, select
from starlette.testclient import TestClient

from casework.incidents import by_reference, give_access
from casework.list_changes import bring_in
from console.app import create_app
from console.desk import Desk
from console.door_rules import DoorRules, ProviderAccess
from console.sessions import Way
from evidence.bundle import make_bundle
from evidence.seal import ensure_seal_key, read_sealer
from evidence.storage import FolderStorage
from evidence.vault import create_keys, read_public_keys
from records.database import open_database, transaction
from records.exhibit import Exhibit
from records.finding import Finding
from records.incident import Incident
from records.organisation import Organisation
from records.post import Post
from records.record_key import RecordKey
from records.roster import StaffMember, roster_of
from records.sealing import new_identity
from tests.console.cast import THE_FINDING, THE_POST, Office, address_of, new_office
from tests.console.conftest import sign_in
from tests.console.directly import Directly
from tests.console.still_set_up import StillSetUp

LATE = datetime(2026, 11, 23, 23, 58, tzinfo=UTC)
"""Everybody signs in two minutes before one of them leaves."""
LAST_DAY = date(2026, 11, 23)


class Role(StrEnum):
    """Whoever may ask for a page."""

    LINE_MANAGER = "line manager"
    HR_OFFICER = "HR officer"
    CUSTODIAN = "communications manager, the custodian"
    DIRECTOR = "director"
    HEAD = "head of the body"
    LEADER = "member of the leadership"
    IT = "IT"
    STAFF = "another member of staff"
    LEAVER = "somebody who has left"
    NOBODY = "nobody who is signed in"
    HALF = "the communications manager after a code by mail alone"


class Stands(StrEnum):
    """How somebody stands towards an incident."""

    LISTED = "on the list"
    OFF = "not on the list"
    NAMED = "named, though on the list"
    ALONGSIDE = "named alongside, though on the list"
    CONFLICT = "in conflict, though on the list"
    KEEPER = "keeps the register, though not on the list"
    MANAGES = "line manager of who is named, not on the list"
    COVERING = "brought in while somebody is away"


STAFF_ID = {
    Role.HEAD: "s001",
    Role.DIRECTOR: "s002",
    Role.LEADER: "s003",
    Role.CUSTODIAN: "s004",
    Role.HALF: "s004",
    Role.HR_OFFICER: "s005",
    Role.LINE_MANAGER: "s010",
    Role.LEAVER: "s020",
    Role.STAFF: "s021",
    Role.IT: "s022",
}
OUTSIDERS = frozenset({Role.LEAVER, Role.NOBODY, Role.HALF})
SIGNED_IN = tuple(one for one in Role if one not in OUTSIDERS)
NAMED = "s017"
PEOPLE = (
    ("s001", "Aileen Orr", "Ombudsman", ""),
    ("s002", "Bram Sutherland", "Director", "s001"),
    ("s003", "Morven Kerr", "Head of Improvement", "s001"),
    ("s004", "Catriona Weir", "Communications and Engagement Manager", "s002"),
    ("s005", "Dougal Imrie", "HR Officer", "s002"),
    ("s010", "Effie Lamont", "Team Leader", "s002"),
    (NAMED, "Fiona MacLeod", "Complaints Reviewer", "s010"),
    ("s018", "Gregor Baird", "Complaints Reviewer", "s010"),
    ("s020", "Hamish Toward", "HR Adviser", "s005"),
    ("s021", "Isla Rennie", "Finance Officer", "s002"),
    ("s022", "Una Drever", "IT Officer", "s002"),
)
BODY = Organisation(
    name="Scottish Example Ombudsman",
    policy="spso",
    roles={
        "hr_officer": ("s005",),
        "communications_manager": ("s004",),
        "director": ("s002",),
        "head_of_body": ("s001",),
        "leadership_team": ("s001", "s002", "s003"),
        "it": ("s022",),
    },
)
EVERY_WAY_IN = DoorRules(
    passwords=True,
    codes_always=True,
    provider=ProviderAccess("http://127.0.0.1:9", "namewatch", "secret", "The Provider"),
)
"""So that every address is there; nobody answers at the provider's."""
_KEEPERS = (Role.CUSTODIAN, Role.DIRECTOR, Role.HEAD)
"""Who keeps the register, each when all before are in conflict."""
_REPORTS = {Role.LINE_MANAGER: NAMED, Role.DIRECTOR: "s021", Role.HEAD: "s002"}
"""Somebody whose line manager each is."""


def member(staff_id: str, name: str, title: str, line_manager: str) -> StaffMember:
    return StaffMember(
        staff_id=staff_id,
        full_name=name,
        role_title=title,
        email=address_of(staff_id),
        line_manager=line_manager,
        ends_on=LAST_DAY if staff_id == STAFF_ID[Role.LEAVER] else None,
    )


@dataclass(eq=False)
class World:
    """A console on which everybody is signed in, at the moment when one of them has just left."""

    office: Office
    desk: Desk
    app: Any
    keys: Path
    browsers: dict[Role, TestClient] = field(default_factory=dict)

    def open(
        self,
        named: str | None = NAMED,
        *,
        alongside: tuple[str, ...] = (),
        conflicted: tuple[str, ...] = (),
        listed: tuple[str, ...] = (),
        post: Post = THE_POST,
        finding: Finding = THE_FINDING,
    ) -> str:
        """Open an incident with exactly these people; its reference."""
        with transaction(self.office.database) as session:
            incident = self.office._incident(session, staff_id=named, alongside=alongside)
            incident.conflicted = list(conflicted)
            session.add(incident)
            self.office._mention(session, incident, post, finding)
            for one in listed:
                reason = "for the test"
                give_access(session, incident, one, role="told", reason=reason, now=self.office.now)
            return incident.reference

    def open_so(self, role: Role, stands: Stands) -> str | None:
        """Open an incident to which `role` stands so; None where that can't be."""
        own = STAFF_ID.get(role, STAFF_ID[Role.STAFF])
        ways: dict[Stands, Callable[[], str | None]] = {
            Stands.LISTED: lambda: self.open(listed=(own,)),
            Stands.OFF: lambda: None if role is Role.CUSTODIAN else self.open(named=None),
            Stands.NAMED: lambda: self.open(own, listed=(own,)),
            Stands.ALONGSIDE: lambda: self.open(alongside=(own,), listed=(own,)),
            Stands.CONFLICT: lambda: self.open(conflicted=(own,), listed=(own,)),
            Stands.KEEPER: lambda: self._kept_by(role),
            Stands.MANAGES: lambda: self.open(_REPORTS[role]) if role in _REPORTS else None,
            Stands.COVERING: lambda: self._covered_by(role, own),
        }
        return ways[stands]()

    def _kept_by(self, role: Role) -> str | None:
        if role not in _KEEPERS:
            return None
        before = _KEEPERS[: _KEEPERS.index(role)]
        return self.open(conflicted=tuple(STAFF_ID[one] for one in before))

    def _covered_by(self, role: Role, own: str) -> str | None:
        if role in OUTSIDERS:
            return None
        reference = self.open()
        with transaction(self.office.database) as session:
            bring_in(
                session, self.desk.office, reference, staff_id=own, why="in-absence",
                actor=STAFF_ID[Role.CUSTODIAN], now=self.office.now,
            )  # fmt: skip
        return reference

    def keep_evidence(self, reference: str) -> None:
        """Seal an exhibit of the record, as the service does."""
        storage = self.desk.storage
        assert storage
        self.office.add_exhibit(reference)
        with transaction(self.office.database) as session:
            incident = by_reference(session, reference)
            key = session.get_one(RecordKey, incident.key_id)
            made = make_bundle(
                PARTS, reference=reference, number=1, made_at=self.office.now,
                recipient=key.recipient, sealer=read_sealer(self.keys, None),
            )  # fmt: skip
            exhibit = _exhibit_of(session, incident)
            exhibit.file_name = f"DISTRESSING-CONTENT_do-not-open-without-need_{reference}.tar.age"
            exhibit.sha256 = hashlib.sha256(made.sealed).hexdigest()
            session.add(exhibit)
            storage.write_new(f"{reference}/{exhibit.file_name}", made.sealed)

    def new_browser(self, staff_id: str = "", way: Way = Way.PASSKEY) -> TestClient:
        """A browser that nobody has used, signed in as `staff_id` if one is given."""
        browser = Directly(
            self.app,
            base_url="http://127.0.0.1",
            headers={"sec-fetch-site": "same-origin"},
            follow_redirects=False,
        )
        if staff_id:
            sign_in(browser, self.office, staff_id, way)
        return browser

    def sign_in_again(self, role: Role) -> None:
        """Let somebody whose session was ended in again, and whoever is half in with them."""
        for one in {role, Role.HALF} & set(self.browsers) & set(STAFF_ID) - {Role.LEAVER}:
            sign_in(self.browsers[one], self.office, STAFF_ID[one], way_of(one))


def way_of(role: Role) -> Way:
    """How somebody of this role has signed in."""
    return Way.CODE if role is Role.HALF else Way.PASSKEY


def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(out, format="PNG")
    return out.getvalue()


PARTS = {"page-as-loaded.png": _picture(), "capture-report.json": b'{"missing": []}'}


def _exhibit_of(session: Session, incident: Incident) -> Exhibit:
    return session.exec(select(Exhibit).where(Exhibit.incident_id == incident.id)).one()


@cache
def _furnished() -> Path:
    """A folder with an empty database and keys, to make every world from."""
    folder = Path(tempfile.mkdtemp(prefix="namewatch-tests-"))
    atexit.register(shutil.rmtree, folder)
    new_office(folder).database.dispose()
    create_keys(folder / "keys")
    ensure_seal_key(folder / "keys")
    return folder


def new_world(
    folder: Path, roles: Collection[Role] = tuple(Role), *, policy: str = "spso"
) -> World:
    """Make it, and sign everybody (or only `roles`) in; somebody is gone a minute later."""
    shutil.copytree(_furnished(), folder, dirs_exist_ok=True)
    database = open_database(f"sqlite:///{folder / 'namewatch.db'}")
    office = Office(database=database, vault=new_identity(), now=LATE, policy=policy)
    desk = office.desk(console_url="http://localhost")
    desk.door = EVERY_WAY_IN
    body = BODY.model_copy(update={"policy": policy})
    desk.renew(body, roster_of(member(*one) for one in PEOPLE), desk.pack)
    desk.storage = FolderStorage(folder / "evidence")
    desk.set_up = StillSetUp()
    desk.public_keys = read_public_keys(folder / "keys")
    world = World(office, desk, create_app(desk, refusals_take=0), folder / "keys")
    for role in roles:
        world.browsers[role] = world.new_browser(STAFF_ID.get(role, ""), way_of(role))
    office.later(minutes=3)
    return world


@contextmanager
def world_in(
    folder: Path, roles: Collection[Role] = tuple(Role), *, policy: str = "spso"
) -> Iterator[World]:
    """A world that is cleared away in the end."""
    made = new_world(folder, roles, policy=policy)
    try:
        yield made
    finally:
        for browser in made.browsers.values():
            browser.close()
        made.office.database.dispose()


@dataclass
class Work:
    """What a database was asked while somebody watched."""

    asked: list[str] = field(default_factory=list)

    @property
    def written(self) -> set[str]:
        """The tables that were written to."""
        words = [one.replace('"', "").split() for one in self.asked]
        return {_table(one) for one in words if one[0] in {"INSERT", "UPDATE", "DELETE"}}


def _table(statement: list[str]) -> str:
    return statement[1] if statement[0] == "UPDATE" else statement[2]


@contextmanager
def watched(database: Engine) -> Iterator[Work]:
    """See each statement that the database is asked meanwhile."""
    work = Work()

    def note(*asked: Any) -> None:
        work.asked.append(str(asked[2]))

    event.listen(database, "before_cursor_execute", note)
    try:
        yield work
    finally:
        event.remove(database, "before_cursor_execute", note)
