"""Who is taken out of an export: everybody but whose data it is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from casework.exports import SHAPES, Form, NobodyMeantError
from casework.exports_redaction import Hidden, code_of, hidden_author, hidden_staff
from casework.office import Office
from casework.reading import Reader, Seen, people_on
from records.incident import Incident
from records.post import Author

OTHER = "another person"
_AUTHOR = "author"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is exported, for whom and why, in words; `subject` is whose data is asked for."""

    reference: str
    form: Form
    to_whom: str
    why: str
    subject: str = ""
    to: str = "another-body"
    """Who gets the whole record: police, or another-body."""

    @property
    def told(self) -> str:
        """As what the record says who was told; empty where it is no sharing with others.

        Whoever asks for what is theirs, or for what is public, is told of nothing.
        """
        return {Form.ADVISERS: "outside-adviser", Form.RECORD: self.to}.get(self.form, "")


@dataclass(frozen=True)
class Exporter:
    """Who exports, with the vault and the body's rules; `pepper` makes the codes."""

    office: Office
    reader: Reader
    pepper: bytes


def hidden_from(
    session: Session, incident: Incident, asked: Asked, who: Exporter, seen: Sequence[Seen]
) -> Iterator[Hidden]:
    """Everybody but whose data it is."""
    codes = SHAPES[asked.form].people == "codes"
    near = {one.staff_id for one in people_on(session, incident)}
    near |= {one for one in (incident.staff_id, *incident.alongside) if one}
    authors = _authors(seen)
    subject = _subject(asked, near, authors)

    def instead(kind: str, one: str) -> str:
        return code_of(who.pepper, incident.reference, kind, one) if codes else OTHER

    for number, author in enumerate(authors, start=1):
        if subject != f"{_AUTHOR}-{number}":
            yield hidden_author(author, instead(_AUTHOR, author.id or author.handle or ""))
    surfaces = _surfaces(seen)
    for staff_id, member in who.office.roster.items():
        if staff_id != subject:
            one = hidden_staff(member, instead("staff", staff_id), near=staff_id in near)
            yield replace(one, terms=(*one.terms, *surfaces.get(staff_id, ())))


def _subject(asked: Asked, near: Iterable[str], authors: Sequence[Author]) -> str:
    if asked.form is not Form.SUBJECT_ACCESS:
        return ""
    subject = f"{_AUTHOR}-1" if asked.subject == _AUTHOR else asked.subject
    known = {*near, *(f"{_AUTHOR}-{number}" for number in range(1, len(authors) + 1))}
    if subject not in known:
        raise NobodyMeantError
    return subject


def _authors(seen: Sequence[Seen]) -> list[Author]:
    """Each author once, in the order of the posts."""
    found: dict[str, Author] = {}
    for one in seen:
        if one.post is not None:
            author = one.post.author
            found.setdefault(author.id or author.handle or author.name or "", author)
    return list(found.values())


def _surfaces(seen: Sequence[Seen]) -> dict[str, set[str]]:
    """How each person was written in the posts, disguises included."""
    found: dict[str, set[str]] = {}
    for one in seen:
        for staff in one.finding.staff:
            found.setdefault(staff.staff_id, set()).add(staff.surface)
    return found
