"""`namewatch sources`: which kinds there are, and whether those that are set up can be used."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from rich import box
from rich.console import Console as Terminal
from rich.markup import escape
from rich.table import Table

from monitors.ledger import share
from monitors.registry import KINDS
from monitors.source import Source
from namewatch.bootstrap import sources_of
from namewatch.casebook import database_of
from namewatch.settings import Settings, SourceSettings, home_in_use, read_settings
from records.errors import ConfigurationError
from workflows.ledger import SharedLedger

AT_ONCE = 8


def print_kinds() -> None:
    """A table of all kinds; the terms of those that are set up stand below it."""
    set_up = _set_up()
    table = Table(
        "kind", "needs", "costs", "looks back", "set up here", box=box.HORIZONTALS, show_lines=True
    )
    for name, kind in KINDS.items():
        here = ", ".join(one.title for one in set_up if one.kind == name)
        table.add_row(name, kind.needs, kind.costs, kind.looks_back, here or "-")
    terminal = Terminal(highlight=False)
    terminal.print(table)
    _print_terms(terminal, set_up)
    terminal.print("Whether those that are set up can be used says `namewatch sources check`.")


def check() -> int:
    """Print of each source that is set up whether it is well; return how many are not."""
    settings = read_settings(home_in_use())
    sources = sources_of(settings)
    terminal = Terminal(highlight=False, soft_wrap=True)
    _print_terms(terminal, settings.sources)
    unwell = 0
    with _counted(sources, settings), ThreadPoolExecutor(AT_ONCE) as pool:
        for source, faults in zip(sources, pool.map(faults_of, sources), strict=True):
            unwell += bool(faults)
            for fault in faults:
                terminal.print(f"[red]not well[/]  {escape(f'{source.name}: {fault}')}")
            if not faults:
                terminal.print(f"[green]well[/]      {escape(source.name)}{_untried(source)}")
    return unwell


def faults_of(source: Source) -> Sequence[str]:
    """What the platform says is wrong, each with what to do; empty where it can't be asked."""
    ask = getattr(source, "check", tuple)
    try:
        return tuple(ask())
    except Exception as error:  # noqa: BLE001 - its words may hold what nobody may read
        kind = type(error).__name__
        return (f"An unexpected fault came up ({kind}); please report it with this line.",)


def _untried(source: Source) -> str:
    return "" if hasattr(source, "check") else ": there is nothing to ask before it is watched"


def _set_up() -> Sequence[SourceSettings]:
    """Nothing, as long as there is no home."""
    try:
        home = home_in_use()
    except ConfigurationError:
        return ()
    return read_settings(home).sources


def _print_terms(terminal: Terminal, set_up: Iterable[SourceSettings]) -> None:
    kinds = {one.kind for one in set_up}
    for name, kind in KINDS.items():
        if name in kinds and kind.terms:
            terminal.print(f"[bold]{name}[/]: {kind.terms}", soft_wrap=False)


@contextmanager
def _counted(sources: Sequence[Source], settings: Settings) -> Iterator[None]:
    """What the check uses of a day's sum or quota counts with what the watch uses."""
    if not any(hasattr(one, "count_in") for one in sources):
        yield
        return
    database = database_of(settings)
    share(SharedLedger(database), sources)
    try:
        yield
    finally:
        database.dispose()
