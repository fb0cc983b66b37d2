"""For whom something of a record may be handed out, and what then goes in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from casework.exports import SHAPES, Form
from console.desk import Desk
from records.incident import Incident
from workflows.exports_people import Asked

SEALED = "sealed"
"""Stands as the form of the sealed evidence alone."""


class Purpose(StrEnum):
    """For whom."""

    POLICE = "police"
    ADVISER = "adviser"
    OWN_DATA = "own-data"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Offer:
    """One purpose: how it is called, the forms that fit, and what is asked."""

    title: str
    hint: str
    forms: tuple[str, ...]
    whom: str
    whom_hint: str


OFFERS: Mapping[Purpose, Offer] = MappingProxyType(
    {
        Purpose.POLICE: Offer(
            "The police, or a court",
            "The sealed evidence, or the whole record with names.",
            (SEALED, Form.RECORD.value),
            "Who gets it?",
            "For example: Police Scotland, Leith, with the incident number.",
        ),
        Purpose.ADVISER: Offer(
            "An outside adviser",
            "The record with a code in place of each person.",
            (Form.ADVISERS.value,),
            "Who gets it?",
            "For example: the body's solicitor, or occupational health.",
        ),
        Purpose.OWN_DATA: Offer(
            "Somebody's request for their own data",
            "What is about them, with other people taken out.",
            (Form.SUBJECT_ACCESS.value,),
            "Who answers the request?",
            "Whoever looks after data protection here.",
        ),
        Purpose.PUBLIC: Offer(
            "A freedom of information request",
            "Numbers, dates and decisions. No person, no post, nobody's own words.",
            (Form.FOI.value,),
            "Who answers the request?",
            "Whoever answers such requests here.",
        ),
    }
)
FORM_WORDS: Mapping[str, str] = MappingProxyType(
    {
        SEALED: "The sealed evidence only: nobody can look inside without the key",
        Form.RECORD.value: "The whole record, with names and what was posted, and the sealed"
        " evidence",
    }
)


def goes_in(form: str) -> tuple[str, ...]:
    """What is in an export, and what is not, in sentences."""
    if form == SEALED:
        return (
            "The sealed bundles as they are, and what is needed to check them.",
            "Whoever gets them needs a key of their own, or the recovery key, to look inside.",
        )
    shape = SHAPES[Form(form)]
    people = {
        "names": "People stand in it by name.",
        "codes": "People stand in it as codes, the same in every export of this record.",
        "marks": "Other people are taken out.",
    }[shape.people]
    return (
        people,
        "What was posted is in it, after a warning."
        if shape.posts
        else "What was posted is not in it.",
        "Reasons and notes are in it." if shape.words else "Nobody's own words are in it.",
        "The sealed evidence goes with it." if shape.sealed else "Pictures are left out.",
        *([shape.check] if shape.check else []),
    )


def subjects(desk: Desk, incident: Incident) -> Iterator[tuple[str, str]]:
    """Whose data may be asked for: value and words."""
    for staff_id in (incident.staff_id, *incident.alongside):
        if staff_id:
            member = desk.roster.get(staff_id)
            yield staff_id, member.full_name if member else staff_id
    yield "author", "Whoever wrote the post"


def asked_for(
    reference: str, purpose: Purpose, form: str, whom: str, why: str, subject: str
) -> Asked:
    """What the form asks for."""
    to = "police" if purpose is Purpose.POLICE else "another-body"
    about = subject if form == Form.SUBJECT_ACCESS.value else ""
    return Asked(reference, Form(form), whom.strip(), why.strip(), about, to)
