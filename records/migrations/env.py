"""Alembic's entry: migrates through the connection that `records.database.migrate` hands over."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel.sql.sqltypes import AutoString

from records.columns import Moment
from records.tables import metadata

OURS = frozenset(metadata.tables)


def _only_ours(_object: object, name: str | None, kind: str, _reflected: bool, _to: object) -> bool:
    return kind != "table" or name in OURS


def _plain(kind: str, column: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write columns as SQLAlchemy's own kinds, so that a revision stands by itself."""
    if kind == "type" and isinstance(column, Moment):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(column, AutoString):
        return "sa.String()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=_only_ours,
    render_item=_plain,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
