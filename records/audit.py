"""The audit trail: who did what, when."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from records.columns import moment

MACHINE = "namewatch"
"""The actor of what namewatch does by itself."""


class AuditEntry(SQLModel, table=True):
    """One thing done. `about` holds codes and counts only: no name, text or address."""

    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_column=moment())
    actor: str
    action: str = Field(index=True)
    reference: str | None = Field(default=None, index=True)
    about: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class AuditLink(SQLModel, table=True):
    """Where an entry of the trail stands in its chain (casework.audit_chain).

    `sha256` is keyed: without a key that is not in the database nobody can write the chain anew.
    """

    __tablename__ = "audit_link"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    entry_id: int = Field(unique=True)
    previous: str
    sha256: str
