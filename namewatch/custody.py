"""`namewatch custody`: the custody log in plain words, and whether it is as it was written."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import typer
from rich.console import Console as Terminal
from sqlmodel import Session

from console.custody_words import sentence
from evidence.custody import CustodyError, Head, Link, faults_of, from_line, read_head, to_line
from namewatch.bootstrap import authority_of
from namewatch.casebook import database_of, incident_called, read_home
from records.custody import CustodyStamp
from records.database import reading
from records.errors import ConfigurationError, NamewatchError
from workflows.custody import chain, head_now
from workflows.custody_stamp import faults_of_stamps, stamps

_Kept = TypeVar("_Kept")


def verify(told: list[str], copy: Path | None) -> bool:
    """Print what is wrong with the log, or that it is whole; whether it is."""
    heads = [read_head(one) for one in told]
    if copy:
        return _say(_read_copy(copy), heads, [], b"")
    settings, _ = read_home()
    authority = authority_of(settings)
    with reading(database_of(settings)) as session:
        certificates = authority.certificates if authority else b""
        return _say(list(chain(session)), heads, stamps(session), certificates)


def _say(
    links: list[Link], heads: list[Head], kept: list[CustodyStamp], certificates: bytes
) -> bool:
    stamped = [Head(one.number, one.sha256) for one in kept]
    faults = faults_of(links, [*heads, *stamped])
    if certificates:
        faults += faults_of_stamps(kept, certificates)
    for fault in faults:
        typer.echo(fault)
    if not faults:
        typer.echo(f"whole: {len(links)} entries")
        if not heads and not stamped:
            typer.echo(
                "Nothing from outside was held against it, so an end that was cut off would not"
                " show: give --head with the custody line of an alert."
            )
    return not faults


def show(reference: str) -> None:
    """What was done with one record's evidence."""
    settings, configuration = read_home()
    zone = configuration.organisation.calendar.zone
    terminal = Terminal(highlight=False, soft_wrap=True, markup=False)
    with reading(database_of(settings)) as session:
        incident_called(session, reference)
        links = list(chain(session, reference=reference))
    for link in links:
        terminal.print(f"{link.at.astimezone(zone):%d %b %Y %H:%M}  {sentence(link)}")
    if not links:
        terminal.print("Nothing was done with it yet.")


def print_head() -> None:
    """The head as it is held against the log later."""
    head = _with_log(head_now)
    typer.echo(f"{head.number}:{head.sha256}" if head else "The log is empty.")


def copy(file: Path | None) -> None:
    """Write the log, a line each."""
    lines = _with_log(lambda session: [f"{to_line(one)}\n" for one in chain(session)])
    if file is None:
        typer.echo("".join(lines), nl=False)
        return
    try:
        with file.open("x", encoding="utf-8") as out:
            out.writelines(lines)
    except OSError as fault:
        raise ConfigurationError(f"can't be written ({fault.strerror}).", file=file) from None


def _with_log(look: Callable[[Session], _Kept]) -> _Kept:
    settings, _ = read_home()
    with reading(database_of(settings)) as session:
        return look(session)


def _read_copy(file: Path) -> list[Link]:
    return list(_links_in(file))


def _links_in(file: Path) -> Iterator[Link]:
    try:
        for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
            try:
                yield from_line(line)
            except CustodyError:
                raise NamewatchError(
                    f"{file}, line {number}: is not as a copy of the log is written."
                ) from None
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError("can't be read as a copy of the log.", file=file) from None
