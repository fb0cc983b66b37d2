"""The fixed cast, and a record that is made as the service makes it."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pyrage import x25519
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, col, func, select

from casework.incidents import Opening, give_access, open_incident
from casework.reading import place_of
from console.desk import Desk
from policies.pack_file import read_pack
from records.alert import Delivery
from records.audit import AuditEntry
from records.database import reading, transaction
from records.exhibit import Exhibit
from records.finding import Category, Concern, Finding, NameMatch
from records.incident import Incident, Mention
from records.organisation import Organisation
from records.post import Author, Context, Media, Post
from records.record_key import RecordKey
from records.roster import StaffMember, roster_of
from records.sealing import new_identity, new_record_key, seal, unwrap
from tests.databases import new_database

MORNING = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
NAMED, ALONGSIDE, STRANGER, LEAVER = "s017", "s018", "s021", "s020"
LINE_MANAGER, HR_OFFICER, COMMUNICATIONS = "s010", "s005", "s004"
DIRECTOR, HEAD, IT_OFFICER = "s002", "s001", "s022"
ROLES = {
    "hr_officer": (HR_OFFICER,),
    "communications_manager": (COMMUNICATIONS,),
    "director": (DIRECTOR,),
    "head_of_body": (HEAD,),
    "leadership_team": (HEAD, DIRECTOR),
    "it": (IT_OFFICER,),
}
LAST_DAY_OF_LEAVER = date(2026, 11, 23)

REVEAL = "Show what was posted \u2013 may be distressing"
"""The words on the button."""

CAST = (
    (HEAD, "Aileen Orr", "Ombudsman", ""),
    (DIRECTOR, "Bram Sutherland", "Director", "s001"),
    (COMMUNICATIONS, "Catriona Weir", "Communications and Engagement Manager", "s002"),
    (HR_OFFICER, "Dougal Imrie", "HR Officer", "s002"),
    (LINE_MANAGER, "Effie Lamont", "Team Leader", "s002"),
    (NAMED, "Fiona MacLeod", "Complaints Reviewer", LINE_MANAGER),
    (ALONGSIDE, "Gregor Baird", "Complaints Reviewer", LINE_MANAGER),
    (LEAVER, "Hamish Toward", "HR Adviser", HR_OFFICER),
    (STRANGER, "Isla Rennie", "Finance Officer", "s002"),
    (IT_OFFICER, "Una Drever", "IT Officer", "s002"),
)

THE_POST = Post(
    id="post/1",
    source="bluesky",
    text="F. MacLeod at the Ombudsman ruined my case. I know which bus she takes home.",
    url="https://social.example/post/1",
    published_at=MORNING - timedelta(hours=2),
    author=Author(id="did:example:1", handle="angry.example", name="Angry Neighbour"),
)
THE_FINDING = Finding(
    post_id="post/1",
    staff=(
        NameMatch(
            staff_id=NAMED,
            field="text",
            surface="F. MacLeod",
            start=0,
            end=10,
            certainty="likely",
            duties="yes",
            reasons=("The name fits one person in the roster.", "The post speaks of a case."),
        ),
    ),
    organisation=True,
    concerns=(
        Concern(
            category=Category.THREAT,
            score=0.9,
            target="staff",
            field="text",
            start=44,
            end=76,
            reasons=("It says that the author knows where she will be.",),
        ),
    ),
    severity="critical",
    disposition="alert",
)


def titled(words: str) -> str:
    return f"{words} \u2013 namewatch"


def address_of(staff_id: str) -> str:
    return f"{staff_id}@seo.example"


def member(staff_id: str) -> StaffMember:
    _, name, title, line_manager = next(one for one in CAST if one[0] == staff_id)
    return StaffMember(
        staff_id=staff_id,
        full_name=name,
        role_title=title,
        email=address_of(staff_id),
        line_manager=line_manager,
        ends_on=LAST_DAY_OF_LEAVER if staff_id == LEAVER else None,
    )


@dataclass
class Office:
    """A body with its database, its mail and a clock that is set by hand."""

    database: Engine
    vault: x25519.Identity
    now: datetime = MORNING
    mails: list[tuple[StaffMember, str, str]] = field(default_factory=list)
    mail_fault: Exception | None = None
    posts: int = 0
    policy: str = "spso"

    def desk(self, *, console_url: str = "http://127.0.0.1", practice: bool = False) -> Desk:
        return Desk(
            database=self.database,
            organisation=Organisation(
                name="Scottish Example Ombudsman",
                policy=self.policy,
                accounts=("@office.example",),
                roles=ROLES,
            ),
            roster=roster_of(member(one[0]) for one in CAST),
            pack=read_pack(self.policy),
            open_key=lambda wrapped: unwrap(wrapped, self.vault),
            send_note=self._send,
            console_url=console_url,
            practice=practice,
            recipients=lambda: [str(self.vault.to_public())],
            now=lambda: self.now,
        )

    def _send(self, to: StaffMember, subject: str, text: str) -> None:
        if self.mail_fault:
            raise self.mail_fault
        self.mails.append((to, subject, text))

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def code(self) -> str:
        """The code in the newest mail."""
        found = re.search(r"\b\d{6}\b", self.mails[-1][2])
        assert found
        return found[0]

    def open(self, **changes: object) -> str:
        """Open an incident about Fiona MacLeod, tell the right three, and return its reference."""
        with transaction(self.database) as session:
            incident = self._incident(session, **changes)
            self._mention(session, incident, THE_POST, THE_FINDING)
            self._tell(session, incident)
            return incident.reference

    def add_post(self, reference: str, post: Post, finding: Finding = THE_FINDING) -> None:
        with transaction(self.database) as session:
            incident = session.exec(select(Incident).where(Incident.reference == reference)).one()
            self._mention(session, incident, post, finding)

    def add_exhibit(self, reference: str) -> None:
        with transaction(self.database) as session:
            incident = session.exec(select(Incident).where(Incident.reference == reference)).one()
            mention = session.exec(
                select(Mention).where(Mention.incident_id == incident.id)
            ).first()
            assert incident.id
            assert mention
            assert mention.id
            session.add(
                Exhibit(
                    incident_id=incident.id,
                    mention_id=mention.id,
                    number=1,
                    file_name=f"{reference}-1-may-be-distressing.tar.age",
                    sha256="3f" * 32,
                    grade="partial",
                    missing=["The picture of the page: there is no browser."],
                    created_at=self.now,
                )
            )

    def erase(self, reference: str) -> None:
        with transaction(self.database) as session:
            incident = session.exec(select(Incident).where(Incident.reference == reference)).one()
            session.get_one(RecordKey, incident.key_id).wrapped = None

    def trail(self, action: str) -> list[AuditEntry]:
        with reading(self.database) as session:
            query = select(AuditEntry).where(AuditEntry.action == action)
            return list(session.exec(query.order_by(col(AuditEntry.id))))

    def count(self, table: type[SQLModel]) -> int:
        with reading(self.database) as session:
            return session.exec(select(func.count()).select_from(table)).one()

    def _incident(self, session: Session, **changes: object) -> Incident:
        made = new_record_key([str(self.vault.to_public())])
        key = RecordKey(recipient=made.recipient, wrapped=made.wrapped, created_at=self.now)
        session.add(key)
        session.flush()
        opening: dict[str, object] = {
            "staff_id": NAMED,
            "alongside": (ALONGSIDE,),
            "severity": "critical",
            "categories": ("threat",),
            "policy": self.policy,
            "policy_version": "2026-11",
            "key_id": key.id,
            "escalates_at": self.now + timedelta(minutes=15),
        }
        return open_incident(session, Opening(**(opening | changes)), now=self.now)  # type: ignore[arg-type]

    def _mention(self, session: Session, incident: Incident, post: Post, found: Finding) -> None:
        self.posts += 1
        key, post_key = session.get_one(RecordKey, incident.key_id), f"key-{self.posts}"

        def sealed(part: str, value: str) -> bytes:
            place = place_of(part, post_key)
            return seal(
                value.encode("utf-8", "surrogatepass"), place=place, recipient=key.recipient
            )

        session.add(
            Mention(
                incident_id=incident.id,
                key_id=incident.key_id,
                source=post.source,
                post_key=post_key,
                severity="critical",
                disposition="alert",
                published_at=post.published_at,
                found_at=self.now,
                sealed_post=sealed("post", post.model_dump_json()),
                sealed_record=sealed("record", "{}"),
                sealed_finding=sealed("finding", found.model_dump_json()),
            )
        )

    def _tell(self, session: Session, incident: Incident) -> None:
        """Both who are named are put on the list as well: the list must not help them."""
        assert incident.id
        for staff_id, role in (
            (LINE_MANAGER, "line_manager"),
            (HR_OFFICER, "hr_officer"),
            (COMMUNICATIONS, "communications_manager"),
            (LEAVER, "hr_officer"),
            (NAMED, "director"),
            (ALONGSIDE, "director"),
        ):
            reason = f"as {read_pack('spso').role_title(role)} (SPSO 67.1)"
            give_access(session, incident, staff_id, role=role, reason=reason, now=self.now)
            session.add(
                Delivery(
                    incident_id=incident.id,
                    staff_id=staff_id,
                    role=role,
                    reason=reason,
                    channel="email",
                    kind="first",
                    state="failed" if staff_id == LEAVER else "sent",
                    created_at=self.now,
                    settled_at=self.now,
                )
            )


def new_office(folder: Path) -> Office:
    database = new_database(folder)
    return Office(database=database, vault=new_identity())


def hostile_post(text: str, **around: str) -> Post:
    return THE_POST.model_copy(
        update={
            "id": "post/2",
            "text": text,
            "context": Context(**around),
            "media": (Media(kind="image", alt=text),),
            "author": Author(handle=text, name=text),
        }
    )
