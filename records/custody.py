"""The custody log of the evidence: who did what with it, when and why, each entry chained."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from records.columns import moment


class Act(StrEnum):
    """What can be done with evidence."""

    CAPTURED = "captured"
    CHECKED = "checked"
    REVEALED = "revealed"
    PREVIEWED = "previewed"
    OPENED = "opened"
    SHARED = "shared"
    EXPORTED = "exported"
    STAMPED = "stamped"
    REWRAPPED = "rewrapped"
    HELD = "held"
    RELEASED = "released"
    ERASED = "erased"
    ERASED_AGAIN = "erased-again"
    ANCHORED = "anchored"


OPENING: dict[str, str] = {
    "to-decide": "to decide what to do",
    "to-support": "to support the person who was named",
    "police": "for the police",
    "court": "for a court",
    "complaint": "for a complaint",
    "legal-advice": "for legal advice",
}
"""Why a bundle is opened, downloaded or exported: code and plain words."""
CHECKING: dict[str, str] = {
    "as-sealed": "all that was checked is as it was sealed",
    "not-as-sealed": "something is not as it was sealed",
}
"""What came of checking a bundle."""
HOLDING: dict[str, str] = {
    "police": "for the police",
    "court": "for a court",
    "complaint": "for a complaint",
    "inquiry": "for an inquiry",
    "legal-advice": "for legal advice",
    "over": "it is no longer needed",
}
"""Why erasing is stopped, or allowed again."""
ERASING: dict[str, str] = {
    "kept-long-enough": "it was kept as long as the policy says",
    "kept-wrongly": "it should not have been kept",
    "asked-for": "the person it is about asked for it, and that was granted",
    "ordered": "a court or a regulator ordered it",
}
"""Why evidence is erased. No words of one's own: they would have to be erased as well."""
WHY: dict[str, str] = {
    "found": "it was found",
    "edited": "another wording of it was found",
    "tried-again": "its page could be had at last, or more of it",
    "by-hand": "somebody asked for it",
    "handed-in": "somebody handed it in",
    "restored": "it came back with a backup",
    "daily": "once a day",
    "pressed-show": "they pressed to see what was posted",
    "preview": "a blurred preview was made",
    **OPENING,
    **CHECKING,
    **HOLDING,
    **ERASING,
}


class CustodyEntry(SQLModel, table=True):
    """One act. No name, text or address: staff ids, references, codes, and `why` sealed or a code.

    `sha256` covers the entry and `previous`, the one before it (evidence.custody); the number is
    the key of the table, so that two entries can never follow the same one.
    """

    __tablename__ = "custody_entry"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_column=moment())
    actor: str
    act: str
    reference: str | None = Field(default=None, index=True)
    exhibit: int | None = None
    why: str
    previous: str
    sha256: str


class CustodyStamp(SQLModel, table=True):
    """A timestamp authority's token over one head of the chain."""

    __tablename__ = "custody_stamp"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    sha256: str
    at: datetime = Field(sa_column=moment(index=True))
    token: bytes


class LegalHold(SQLModel, table=True):
    """While it isn't released, the evidence of its incident may not be erased."""

    __tablename__ = "legal_hold"

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    placed_at: datetime = Field(sa_column=moment())
    placed_by: str
    released_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    released_by: str | None = None
