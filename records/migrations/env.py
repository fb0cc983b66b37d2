"""Alembic's entry: migrates through the connection that `records.database.migrate` hands over."""

from alembic import context

from records.tables import metadata

OURS = frozenset(metadata.tables)


def _only_ours(_object: object, name: str | None, kind: str, _reflected: bool, _to: object) -> bool:
    return kind != "table" or name in OURS


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=_only_ours,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
