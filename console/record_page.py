"""What the page of a record says, worked out from values alone; post text is no part of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from casework.reading import Seen
from console.desk import Desk
from console.words import (
    CERTAINTY_WORDS,
    CHANNEL_WORDS,
    DUTIES_WORDS,
    EDITED,
    EXHIBIT_WORDS,
    GRADE_WORDS,
    SEEN_WORDS,
    VERDICT_WORDS,
    category_words,
    moment_words,
    source_words,
)
from records.alert import AlertKind, Delivery, DeliveryState
from records.custody import LegalHold
from records.example import VerdictKind
from records.exhibit import Exhibit
from records.finding import Category, Certainty, Finding, NameMatch
from records.incident import Acknowledgement, Incident, IncidentAccess

GONE = "Somebody who is no longer in the roster"
_SUREST: tuple[Certainty, ...] = ("certain", "likely", "possible")
_TOLD_WORDS = {
    AlertKind.FIRST: "Told",
    AlertKind.ESCALATION: "Told",
    AlertKind.WORSE: "Told that it has become more serious",
    AlertKind.MORE: "Told of further posts",
    AlertKind.REMINDER: "Reminded",
    AlertKind.SAID: "Told that the person has said something",
}

_NOT_SEEN = {
    True: "You have not said yet that you have seen it",
    False: "Has not said yet that they have seen it",
}


@dataclass(frozen=True, slots=True)
class Record:
    """What stands in the record of one incident."""

    incident: Incident
    seen: Sequence[Seen]
    people: Sequence[IncidentAccess]
    deliveries: Sequence[Delivery]
    acknowledgements: Sequence[Acknowledgement]
    exhibits: Sequence[Exhibit]
    said: Sequence[VerdictKind] = ()
    """What the reader has said of what was found."""
    hold: LegalHold | None = None
    erased: frozenset[int] = frozenset()
    """The numbers of the exhibits that were erased by themselves."""
    under_way: Sequence[str] = ()
    """What is still to be captured, or could not be, in plain words."""
    looked: Sequence[str] = ()
    """What later looks at the pages have found, in plain words."""


@dataclass(frozen=True, slots=True)
class Why:
    """Why one person is thought to be meant, or one concern to be there."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One post: where and when, and why it was found."""

    where: str
    why: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody on the list, by role; how they were told, and whether they have seen it."""

    role: str
    you: bool
    reason: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """One sealed bundle of evidence; `opens` says whether it can be opened here."""

    number: int
    opens: bool
    erased: bool
    what: str
    file_name: str
    grade: str
    missing: tuple[str, ...]
    sha256: str
    when: str
    stamped: str


@dataclass(frozen=True, slots=True)
class RecordPage:
    """The page, ready to be filled in."""

    reference: str
    severity: str
    sentence: str
    steps: tuple[str, ...]
    you_saw_it: str
    graver_since: bool
    named: tuple[str, ...]
    alongside: tuple[str, ...]
    kinds: tuple[str, ...]
    sure: str
    found: tuple[Found, ...]
    told: tuple[Told, ...]
    saved: tuple[Saved, ...]
    under_way: tuple[str, ...]
    looked: tuple[str, ...]
    held: str
    """Since when a legal hold stands, if one does."""
    may_say: tuple[tuple[str, str], ...]
    """Value and words of each button with which the finding may be put right."""
    you_said: tuple[str, ...]


def record_page(desk: Desk, record: Record, reader: str) -> RecordPage:
    """The page of `record` for the member of staff `reader`."""
    incident = record.incident
    asking = desk.office.of(incident).pack.asking
    role = next((one.role for one in record.people if one.staff_id == reader), "others")
    own = next((one for one in record.acknowledgements if one.staff_id == reader), None)
    settled = incident.acknowledged_at is not None
    return RecordPage(
        reference=incident.reference,
        severity=incident.severity,
        sentence=asking.severity[incident.severity],  # type: ignore[index]
        steps=asking.steps.get(role, asking.steps["others"]),
        you_saw_it=_when(desk, own.at) if own and settled else "",
        graver_since=own is not None and not settled,
        named=(person(desk, incident.staff_id),) if incident.staff_id else (),
        alongside=tuple(person(desk, one) for one in incident.alongside),
        kinds=tuple(category_words(one) for one in incident.categories),
        sure=_how_sure(record),
        found=tuple(_found(desk, one) for one in record.seen),
        told=tuple(_told(desk, record, one, reader) for one in record.people),
        saved=tuple(_saved(desk, one, record.erased) for one in record.exhibits),
        under_way=tuple(record.under_way),
        looked=tuple(record.looked),
        held=_when(desk, record.hold.placed_at) if record.hold else "",
        may_say=tuple(_may_say(record)),
        you_said=tuple(VERDICT_WORDS[one] for one in record.said),
    )


def _may_say(record: Record) -> Iterable[tuple[str, str]]:
    """What makes sense to say of this record and has not been said."""
    somebody = record.incident.staff_id is not None
    abusive = any(
        one is not Category.NAMING for seen in record.seen for one in seen.finding.categories
    )
    fits = {
        VerdictKind.SOMEONE_ELSE: somebody,
        VerdictKind.NOT_ABOUT_WORK: somebody,
        VerdictKind.NOT_ABUSIVE: abusive,
        VerdictKind.WORSE: True,
    }
    for kind, words in VERDICT_WORDS.items():
        if fits[kind] and kind not in record.said:
            yield kind.value, words


def person(desk: Desk, staff_id: str) -> str:
    """Name, role and team of somebody in the roster."""
    member = desk.roster.get(staff_id)
    if member is None:
        return GONE
    return ", ".join(part for part in (member.full_name, member.role_title, member.team) if part)


def _when(desk: Desk, moment: datetime) -> str:
    return moment_words(moment, desk.organisation.calendar.zone)


def _found(desk: Desk, seen: Seen) -> Found:
    mention, finding = seen.mention, seen.finding
    posted, found = mention.published_at, f"found on {_when(desk, mention.found_at)}"
    times = f"posted on {_when(desk, posted)}, {found}" if posted else found
    return Found(
        where=f"{source_words(mention.source)}, {times}",
        why=why_found(desk, finding),
    )


def why_found(desk: Desk, finding: Finding) -> tuple[Why, ...]:
    """Why each person is thought to be meant, and each concern to be there."""
    return (*_why_people(desk, finding), *_why_concerns(finding))


def _how_sure(record: Record) -> str:
    """How sure it is that the person whom the incident is about is meant, over all posts."""
    named = record.incident.staff_id
    matches = [one for seen in record.seen for one in seen.finding.staff if one.staff_id == named]
    return CERTAINTY_WORDS[_surest(matches)] if matches else ""


def _surest(matches: Sequence[NameMatch]) -> Certainty:
    return min((match.certainty for match in matches), key=_SUREST.index)


def _why_people(desk: Desk, finding: Finding) -> Iterable[Why]:
    for staff_id in dict.fromkeys(match.staff_id for match in finding.staff):
        matches = [match for match in finding.staff if match.staff_id == staff_id]
        member = desk.roster.get(staff_id)
        words = (CERTAINTY_WORDS[_surest(matches)], *(DUTIES_WORDS[one.duties] for one in matches))
        yield Why(
            heading=member.full_name if member else GONE,
            lines=_once([*words, *(why for one in matches for why in one.reasons)]),
        )


def _why_concerns(finding: Finding) -> Iterable[Why]:
    for category in finding.categories:
        reasons = [
            why for one in finding.concerns if one.category == category for why in one.reasons
        ]
        if reasons:
            yield Why(heading=category_words(category), lines=_once(reasons))


def _told(desk: Desk, record: Record, access: IncidentAccess, reader: str) -> Told:
    mine = [one for one in record.deliveries if one.staff_id == access.staff_id]
    title = desk.pack.role_title(access.role)
    seen = [
        f"Saw it {SEEN_WORDS.get(one.via, '')} on {_when(desk, one.at)}".replace("  ", " ")
        for one in record.acknowledgements
        if one.staff_id == access.staff_id
    ]
    return Told(
        role=title[:1].upper() + title[1:],
        you=access.staff_id == reader,
        reason=access.reason[:1].upper() + access.reason[1:],
        lines=(*_how_told(desk, mine), *(seen or (_NOT_SEEN[access.staff_id == reader],))),
    )


def _how_told(desk: Desk, deliveries: Sequence[Delivery]) -> Iterable[str]:
    """One line for each kind and channel, with the newest time."""
    lines: dict[str, str] = {}
    for one in deliveries:
        channel = CHANNEL_WORDS.get(one.channel, f"by {one.channel}")
        if one.state == DeliveryState.SENT and one.settled_at:
            words = f"{_TOLD_WORDS.get(AlertKind(one.kind), 'Told')} {channel}"
            lines[words] = f"{words} on {_when(desk, one.settled_at)}"
        elif one.state == DeliveryState.FAILED:
            lines[f"failed {channel}"] = f"Could not be reached {channel}"
        else:
            lines[f"due {channel}"] = f"Is being told {channel}"
    return tuple(lines.values()) or ("Nothing could be sent to them",)


def _saved(desk: Desk, exhibit: Exhibit, erased: frozenset[int]) -> Saved:
    gone = exhibit.number in erased
    return Saved(
        number=exhibit.number,
        opens=desk.storage is not None and not gone,
        erased=gone,
        what=EXHIBIT_WORDS.get(exhibit.kind, exhibit.kind) + (EDITED if exhibit.edited else ""),
        file_name=exhibit.file_name,
        grade=GRADE_WORDS.get(exhibit.grade, exhibit.grade),
        missing=tuple(exhibit.missing),
        sha256=exhibit.sha256,
        when=_when(desk, exhibit.created_at),
        stamped=_stamped(desk, exhibit),
    )


def _stamped(desk: Desk, exhibit: Exhibit) -> str:
    """Whether an outsider says when it was there."""
    if exhibit.stamped_at:
        return f"By a time-stamp authority, on {_when(desk, exhibit.stamped_at)}"
    tried = exhibit.stamp_tries
    often = "" if not tried else f" It was tried {tried} time{'' if tried == 1 else 's'}."
    return f"Not yet: no time-stamp authority is set, or none has answered.{often}"


def _once(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(lines))
