"""Posts whose pictures are still to be read."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from records.columns import moment


class WaitingPost(SQLModel, table=True):
    """A post with its finding so far, sealed for the working key; gone once it has been read."""

    __tablename__ = "waiting_post"

    id: int | None = Field(default=None, primary_key=True)
    post_key: str = Field(unique=True)
    """As in a mention: the same post is known again, its author is not told."""
    sealed: bytes
    found_at: datetime = Field(sa_column=moment())
    turns: int = 0
    """How often reading it was enqueued again."""
    faults: int = 0
    due_at: datetime = Field(sa_column=moment(index=True))
    """When it is enqueued again, unless it has been read by then."""
