"""Fresh databases: migrated once in each test process, then copied."""

import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import Engine

from records.database import migrate, open_database

NAME = "namewatch.db"


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / NAME
        database = open_database(f"sqlite:///{file}")
        migrate(database)
        database.dispose()  # the last connection to close leaves nothing beside the file
        assert [one.name for one in Path(folder).iterdir()] == [NAME]
        return file.read_bytes()


def new_database(folder: Path) -> Engine:
    """An empty database in `folder`, with this version's tables."""
    file = folder / NAME
    file.touch(0o600)
    file.write_bytes(_migrated())
    return open_database(f"sqlite:///{file}")
