"""`namewatch audit`: whether the trail of who did what is as it was written."""

import typer
from sqlmodel import Session, col, select

from casework import audit_chain
from namewatch.casebook import database_of, read_home
from records.chain import Head, read_head
from records.custody import Act, CustodyEntry
from records.database import reading
from records.errors import NamewatchError
from workflows.audit_anchor import head_in


def verify(told: list[str]) -> bool:
    """Print what is wrong with the trail, or that it is whole; whether it is.

    Held against it are the heads that are told here, and those in the custody log, whose own head
    leaves the house with every alert.
    """
    heads = [read_head(one, audit_chain.LOG) for one in told]
    settings, _ = read_home()
    database = database_of(settings)
    key = audit_chain.key_of(database)
    if key is None:
        raise NamewatchError("the key of the trail is missing (keys/pepper); restore it.")
    with reading(database) as session:
        anchors = anchored(session)
        faults = audit_chain.faults(session, key, [*heads, *anchors])
        head = audit_chain.head_now(session)
    for fault in faults:
        typer.echo(fault)
    if not faults:
        typer.echo(f"whole: {head.number if head else 0} entries")
        if not heads and not anchors:
            typer.echo(
                "Nothing from outside was held against it, so an end that was cut off would not"
                " show: give --head with what `namewatch audit head` printed."
            )
    return not faults


def anchored(session: Session) -> list[Head]:
    """The heads of the trail that stand in the custody log."""
    query = select(CustodyEntry.why).where(CustodyEntry.act == Act.ANCHORED.value)
    found = (head_in(why) for why in session.exec(query.order_by(col(CustodyEntry.number))))
    return [one for one in found if one]


def print_head() -> None:
    """The head as it is held against the trail later."""
    settings, _ = read_home()
    with reading(database_of(settings)) as session:
        head = audit_chain.head_now(session)
    typer.echo(f"{head.number}:{head.sha256}" if head else "The trail is empty.")
