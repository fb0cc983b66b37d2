"""How far each source has been read."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from records.columns import moment


class SourceCursor(SQLModel, table=True):
    """The place up to which all of a source has been screened and, where it matters, kept."""

    __tablename__ = "source_cursor"

    source: str = Field(primary_key=True)
    cursor: str
    updated_at: datetime = Field(sa_column=moment())
