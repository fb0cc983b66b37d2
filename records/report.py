"""What somebody reports: a link, a screenshot or a forwarded message, and who says so."""

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict
from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from records.columns import moment

MOST_SCREENSHOTS = 8
MOST_SCREENSHOT_BYTES = 10 * 1024 * 1024
MOST_BYTES = 20 * 1024 * 1024
"""Of all screenshots and PDFs of one report together."""
MOST_NOTE = 100_000
MOST_LINKS = 5
_PDF, _PDF_WITHIN = b"%PDF-", 1024
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
_WEBP = (b"RIFF", b"WEBP")


def is_picture(content: bytes) -> bool:
    """Whether it begins as a PNG, JPEG, GIF or WebP picture does."""
    riff, webp = _WEBP
    return content.startswith(_PICTURES) or (content.startswith(riff) and content[8:12] == webp)


def is_paper(content: bytes) -> bool:
    """Whether it begins as a PDF does."""
    return _PDF in content[:_PDF_WITHIN]


class Report(BaseModel):
    """One report, as it was made; it is only ever kept sealed.

    `mark` is what the same report is known by if it comes again, as after a power cut.
    """

    model_config = ConfigDict(frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    mark: str
    via: Literal["command", "mailbox", "console"]
    at: AwareDatetime
    reporter: str | None = None
    """Staff id, where it is known."""
    sender: str = ""
    """The address that a message says it is from; whether that is true, nobody can know."""
    links: tuple[str, ...] = ()
    note: str = ""
    about: str | None = None
    """Staff id of whom the reporter says is meant."""
    screenshots: tuple[bytes, ...] = ()
    papers: tuple[bytes, ...] = ()
    """PDFs, under the same limits as the screenshots and counted with them."""
    message_id: str = ""
    """By which a forwarded message is known again; empty for what was typed."""
    page_why: str | None = None
    """Why the page at the first link is to be kept whatever it says; None: nobody asks for that."""
    opened: str = ""
    """The reference of the record that was opened for the files that came along."""
    left_out: tuple[str, ...] = ()
    """What came along and was not taken, and why: kinds and sizes, no names of files."""

    @property
    def from_outside(self) -> bool:
        """Whether it came from an address that nobody on the staff has."""
        return self.reporter is None


class TakenReport(SQLModel, table=True):
    """A report that was taken in; what it says is sealed for the working key until it is kept."""

    __tablename__ = "taken_report"

    id: int | None = Field(default=None, primary_key=True)
    report_key: str = Field(unique=True)
    """Keyed hash of its mark."""
    via: str
    taken_at: datetime = Field(sa_column=moment())
    sealed: bytes | None = None
    """Gone once it is kept with a mention."""
    turns: int = 0
    """How often looking at it was enqueued."""
    faults: int = 0
    """How often something in it could not be had for the time being."""
    due_at: datetime | None = Field(default=None, sa_column=moment(optional=True, index=True))
    """When it is looked at next; None once that is over."""


class MentionReport(SQLModel, table=True):
    """Somebody's report of a post, sealed for the record of its mention."""

    __tablename__ = "mention_report"
    __table_args__ = (UniqueConstraint("mention_id", "report_key"),)

    id: int | None = Field(default=None, primary_key=True)
    mention_id: int = Field(foreign_key="mention.id", index=True)
    report_key: str
    reported_at: datetime = Field(sa_column=moment())
    sealed: bytes
