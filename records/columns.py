"""Column kinds that several tables share."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Dialect
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; a time without a zone is refused, and none comes back without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Store in UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone can't be stored")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any | None, _dialect: Dialect) -> datetime | None:
        """Read in UTC."""
        if value is None:
            return None
        kept: datetime = value.replace(tzinfo=value.tzinfo or UTC)
        return kept.astimezone(UTC)


def moment(*, optional: bool = False, index: bool = False, key: bool = False) -> Any:
    """A column that holds a moment."""
    return Column(Moment(), nullable=optional, index=index, primary_key=key)


def tally() -> Any:
    """A column that holds counts by code as JSON."""
    return Column(JSON, nullable=False)


def spans() -> Any:
    """A column that holds, by reason, when something began and ended and how often, as JSON."""
    return Column(JSON, nullable=False, server_default="{}")


def listing() -> Any:
    """A column that holds a short list of codes (staff ids, categories) as JSON."""
    return Column(JSON, nullable=False)
