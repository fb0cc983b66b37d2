"""The key of each record; see records.sealing."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from records.columns import moment


class RecordKey(SQLModel, table=True):
    """Public half in plain, secret half wrapped for the vault and recovery keys, or destroyed."""

    __tablename__ = "record_key"

    id: int | None = Field(default=None, primary_key=True)
    recipient: str
    wrapped: bytes | None
    created_at: datetime = Field(sa_column=moment())
