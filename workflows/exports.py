"""Gather one record for an export, take people out where the form asks for it, and pack it."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel import Session, col, select

from casework.audit import entries_about, note
from casework.errors import KeyDestroyedError
from casework.exports import (
    SHAPES,
    Chapter,
    Line,
    Sheet,
    cover_text,
    lines_of,
)
from casework.exports_csv import csv_text
from casework.exports_redaction import Redactor
from casework.kinds import KINDS
from casework.known import steps_of
from casework.office import Office
from casework.permissions import Action, check, concerned
from casework.reading import Seen, people_on, reveal_posts
from casework.reports import reports_of
from casework.step_reading import read_steps
from casework.steps import Order, record_step
from evidence.bundle import WARNING
from records.custody import Act
from records.exhibit import Exhibit
from records.incident import Incident
from records.record_key import RecordKey
from records.release import Release
from records.sealing import seal
from records.step import Step
from workflows.custody import note_custody
from workflows.exports_people import Asked, Exporter, hidden_from

READ_FIRST = "READ-FIRST.txt"
At = Callable[[datetime | None], str]
"""How a moment is shown."""


@dataclass(frozen=True)
class Gathered:
    """A sheet that is ready to be printed, and what was taken out of it."""

    sheet: Sheet
    taken: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Packed:
    """A file to hand out."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """By which the log knows it."""
        return hashlib.sha256(self.content).hexdigest()


def gather(
    session: Session, incident: Incident, asked: Asked, who: Exporter, *, now: datetime
) -> Gathered:
    """Check that it may be, then read; each reading is noted. Raises a CaseworkError."""
    actor = who.office.actor(who.reader.staff_id)
    check(actor, Action.EXPORT, concerned(session, incident, who.office, now), now)
    key = session.get(RecordKey, incident.key_id)
    if key is None or key.wrapped is None:
        raise KeyDestroyedError
    shape = SHAPES[asked.form]
    # Opened also where they are left out: names may stand in what is not.
    posts = reveal_posts(session, incident, who.reader, now=now)
    made = Sheet(
        incident.reference,
        asked.form,
        tuple(_about(incident, asked, who, now)),
        tuple(_chapters(session, incident, asked, who, posts, now)),
    )
    if shape.people == "names":
        return Gathered(made)
    redactor = Redactor(
        tuple(hidden_from(session, incident, asked, who, posts)),
        mark="[{}]" if shape.people == "codes" else "[taken out: {}]",
    )
    return Gathered(_cleaned(made, redactor), dict(redactor.taken))


def pack(gathered: Gathered, printed: bytes, sealed: Mapping[str, bytes]) -> Packed:
    """The ZIP: what to read first, the printed record, its lines as CSV, and sealed evidence."""
    sheet = gathered.sheet
    stem = f"{sheet.reference}_{sheet.form.value}"
    if sheet.distressing:
        stem = f"{WARNING}_{stem}"
    files = {f"{stem}.pdf": printed, f"{stem}.csv": _csv(sheet), **sealed}
    if gathered.taken:
        files[f"{sheet.reference}_taken-out.csv"] = _taken(gathered.taken)
    files = {READ_FIRST: cover_text(sheet, list(files)).encode(), **files}
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return Packed(f"{stem}.zip", whole.getvalue())


def note_release(
    session: Session,
    incident: Incident,
    asked: Asked,
    packed: Packed,
    *,
    actor: str,
    office: Office,
    now: datetime,
) -> None:
    """Write down, before it is handed out, what went to whom and why; their words stand sealed.

    What goes to others outside is a step of the record as well (SPSO 66, 68).
    """
    key = session.get_one(RecordKey, incident.key_id)
    if key.wrapped is None:
        raise KeyDestroyedError
    assert incident.id is not None
    said = {"to": asked.to_whom, "why": asked.why, "subject": asked.subject}
    session.add(
        Release(
            incident_id=incident.id,
            at=now,
            actor=actor,
            form=asked.form.value,
            sealed=seal(
                json.dumps(said).encode(),
                place=release_place(incident.reference),
                recipient=key.recipient,
            ),
            sha256=packed.sha256,
        )
    )
    about = {"form": asked.form.value, "sha256": packed.sha256}
    note(session, "released", actor=actor, now=now, reference=incident.reference, about=about)
    if asked.told:
        what = f"{SHAPES[asked.form].title}. SHA-256 {packed.sha256}"
        codes = SHAPES[asked.form].people == "codes"
        share(session, office, incident, Shared(asked.told, asked.to_whom, what, asked.why, codes),
              actor=actor, now=now)  # fmt: skip
    note_custody(
        session,
        Act.EXPORTED,
        actor=actor,
        why=asked.form.value,
        now=now,
        reference=incident.reference,
    )


@dataclass(frozen=True, slots=True)
class Shared:
    """Who outside was told what, and why, in words; `to` is police, another-body or the like."""

    to: str
    whom: str
    what: str
    why: str
    codes: bool = False
    """Whether people stand in it as codes."""


def share(
    session: Session, office: Office, incident: Incident, one: Shared, *, actor: str, now: datetime
) -> None:
    """Record that somebody outside was told; raises a CaseworkError when that may not be."""
    typed = {"to": one.to, "whom": one.whom, "what": one.what, "why": one.why}
    if one.to == "outside-adviser":
        typed["pseudonymised"] = "yes" if one.codes else "no"
    record_step(session, office, incident.reference, Order("shared", typed, actor), now=now)


def release_place(reference: str) -> str:
    """Where a sealed release belongs."""
    return f"release:{reference}"


def _about(
    incident: Incident, asked: Asked, who: Exporter, now: datetime
) -> Iterator[tuple[str, str]]:
    shape = SHAPES[asked.form]
    zone = who.office.organisation.calendar.zone
    yield "Body", who.office.organisation.name
    yield "Made on", f"{now.astimezone(zone):%-d %B %Y %H:%M}"
    yield "Made by", who.reader.staff_id
    if shape.people == "names":
        yield "For", asked.to_whom
        yield "Why", asked.why
    yield "Policy", f"{incident.policy} {incident.policy_version}"
    if shape.people != "names":
        yield (
            "Left out",
            "pictures and the sealed evidence"
            + ("" if shape.posts else "; what was posted, and all words of people's own"),
        )


def _chapters(
    session: Session,
    incident: Incident,
    asked: Asked,
    who: Exporter,
    seen: Sequence[Seen],
    now: datetime,
) -> Iterator[Chapter]:
    shape = SHAPES[asked.form]

    def at(moment: datetime | None) -> str:
        zone = who.office.organisation.calendar.zone
        return f"{moment.astimezone(zone):%d %b %Y %H:%M}" if moment else ""

    yield Chapter("The record", tuple(_record(incident, who.office, at)))
    people = people_on(session, incident)
    yield Chapter(
        "Who may see it",
        tuple(
            Line(
                at(one.added_at),
                who.office.pack.role_title(one.role),
                _name(who.office, one.staff_id),
            )
            for one in people
        ),
    )
    yield Chapter(
        "What was done and decided", tuple(_steps(session, incident, who, asked, at, now))
    )
    exhibits = session.exec(
        select(Exhibit).where(Exhibit.incident_id == incident.id).order_by(col(Exhibit.number))
    )
    yield Chapter(
        "Evidence, sealed",
        tuple(
            Line(at(one.created_at), f"exhibit {one.number}, {one.kind}", f"SHA-256 {one.sha256}")
            for one in exhibits
        ),
    )
    yield Chapter(
        "Trail",
        tuple(
            Line(at(one.at), one.action, f"{one.actor} {_told(one.about) if shape.words else ''}")
            for one in entries_about(session, incident.reference)
        ),
    )
    if shape.posts:
        yield Chapter("What was posted", tuple(_posts(seen, at)), distressing=True)
        reports = tuple(_reports(session, incident, who, seen, at))
        yield Chapter("What people reported", reports, distressing=True)


def _record(incident: Incident, office: Office, at: At) -> Iterator[Line]:
    yield Line(at(incident.opened_at), "opened", ", ".join(incident.categories))
    if incident.acknowledged_at:
        yield Line(at(incident.acknowledged_at), "seen")
    if incident.closed_at:
        yield Line(at(incident.closed_at), "closed", incident.outcome)
    yield Line("", "severity", incident.severity)
    yield Line("", "posts", str(incident.mention_count))
    named = [one for one in (incident.staff_id, *incident.alongside) if one]
    yield Line("", "named", "; ".join(_name(office, one) for one in named) or "nobody on the staff")


def _steps(
    session: Session, incident: Incident, who: Exporter, asked: Asked, at: At, now: datetime
) -> Iterator[Line]:
    words: Mapping[int | None, Mapping[str, str]] = {}
    if SHAPES[asked.form].words:
        read = read_steps(session, incident, who.reader, now=now)
        words = {one.step.id: one.words for one in read}
    for step in steps_of(session, incident):
        kind = KINDS.get(step.kind)
        said = _told({**_plain(step), **words.get(step.id, {})})
        yield Line(at(step.happened_at), kind.title if kind else step.kind, f"{step.actor} {said}")


def _plain(step: Step) -> dict[str, object]:
    return {name: value for name, value in step.about.items() if name != "words"}


def _told(about: Mapping[str, object]) -> str:
    return "; ".join(f"{name}: {value}" for name, value in about.items())


def _posts(seen: Sequence[Seen], at: At) -> Iterator[Line]:
    for one in seen:
        assert one.post is not None
        author = one.post.author
        wrote = " ".join(filter(None, (author.name, author.handle, author.id)))
        source = f"{one.mention.source}, by {wrote or 'nobody named'}"
        told = [one.post.context.title or "", one.post.text, one.post.url or ""]
        yield Line(at(one.mention.published_at or one.mention.found_at), source, "\n".join(told))
        reasons = [reason for staff in one.finding.staff for reason in staff.reasons]
        reasons += [reason for concern in one.finding.concerns for reason in concern.reasons]
        yield Line(at(one.mention.found_at), "why it was found", "\n".join(reasons))


def _reports(
    session: Session, incident: Incident, who: Exporter, seen: Sequence[Seen], at: At
) -> Iterator[Line]:
    key = session.get_one(RecordKey, incident.key_id)
    assert key.wrapped is not None
    identity = who.reader.open_key(key.wrapped)
    for one in seen:
        if one.mention.key_id != incident.key_id:
            continue
        for report in reports_of(session, one.mention, identity):
            by = report.reporter or report.sender or "somebody"
            yield Line(at(report.at), f"reported by {by}", report.note)


def _name(office: Office, staff_id: str) -> str:
    member = office.roster.get(staff_id)
    return f"{member.full_name} ({staff_id})" if member else staff_id


def _cleaned(sheet: Sheet, redactor: Redactor) -> Sheet:
    chapters = tuple(
        Chapter(
            one.title,
            tuple(
                Line(line.when, redactor.clean(line.what), redactor.clean(line.words))
                for line in one.lines
            ),
            distressing=one.distressing,
        )
        for one in sheet.chapters
    )
    about = tuple((name, redactor.clean(words)) for name, words in sheet.about)
    return replace(sheet, about=about, chapters=chapters)


def _csv(sheet: Sheet) -> bytes:
    return csv_text(("part", "when", "what", "words"), lines_of(sheet)).encode("utf-8-sig")


def _taken(taken: Mapping[str, int]) -> bytes:
    rows = ((what, str(times)) for what, times in sorted(taken.items()))
    return csv_text(("taken out", "times"), rows).encode("utf-8-sig")
