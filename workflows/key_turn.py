"""Wrap a new record's key for the recipients of now, also while these are being changed.

Whoever makes a key holds its turn until the transaction ends. After the key files were changed, one
wait for all who hold theirs makes sure that no key for the recipients from before is still to come.
"""

from sqlalchemy import Engine, text
from sqlmodel import Session

from records.database import transaction

_TURN = 6_273_644
"""The number under which PostgreSQL knows it. SQLite lets one transaction at a time write."""


def take_turn(session: Session) -> None:
    """Call before the recipients are read. Nobody finishes a change of keys until the commit."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text("SELECT pg_advisory_xact_lock_shared(:turn)"), {"turn": _TURN})


def wait_for_turns(database: Engine) -> None:
    """Returns once every transaction that may have read other recipients than now has ended."""
    with transaction(database) as session:
        if database.dialect.name != "sqlite":
            session.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})
