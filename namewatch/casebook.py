"""`namewatch incident` and `namewatch ack`: what a command line may see and do."""

from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console as Terminal
from rich.table import Table
from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from casework import incidents
from casework.audit import entries_about
from casework.audit_chain import keep_chain
from casework.errors import NoSuchIncidentError
from casework.told_evidence import told_of_captures, told_of_looks
from evidence.vault import read_public_keys
from namewatch.configuration import Configuration, read_configuration
from namewatch.narrate import Narrator
from namewatch.settings import Settings, home_in_use, read_settings
from records.clock import utc_now
from records.database import migrate, open_database, reading, transaction
from records.errors import ConfigurationError, NamewatchError
from records.incident import Incident, Mention


def print_list() -> None:
    """A table of incidents, the newest first."""
    settings, configuration = read_home()
    zone = configuration.organisation.calendar.zone
    table = Table("reference", "severity", "kinds", "posts", "opened", "state", box=None)
    with reading(database_of(settings)) as session:
        for one in session.exec(select(Incident).order_by(col(Incident.id).desc()).limit(200)):
            opened = one.opened_at.astimezone(zone)
            kinds = ", ".join(one.categories)
            posts = str(one.mention_count)
            table.add_row(
                one.reference, one.severity, kinds, posts, f"{opened:%d %b %Y %H:%M}", one.state
            )
        waiting = session.exec(
            select(func.count()).select_from(Mention).where(col(Mention.incident_id).is_(None))
        ).one()
        swept = session.exec(
            select(func.count()).select_from(Mention).where(col(Mention.swept_at).is_not(None))
        ).one()
    terminal = Terminal(highlight=False)
    terminal.print(table if table.row_count else "There is no incident.")
    if waiting:
        by_sweep = f", of which a sweep found {swept}" if swept else ""
        terminal.print(f"Kept for triage, with nobody alerted: {waiting}{by_sweep}")


def print_one(reference: str) -> None:
    """One incident's trail in plain words."""
    settings, configuration = read_home()
    zone = configuration.organisation.calendar.zone
    narrator = Narrator(configuration.pack, zone)
    terminal = Terminal(highlight=False, soft_wrap=True)
    with reading(database_of(settings)) as session:
        incident = incident_called(session, reference)
        kinds = ", ".join(incident.categories)
        terminal.print(f"[bold]{reference}[/] · {incident.severity} · {kinds} · {incident.state}")
        terminal.print(
            f"opened {_shown(incident.opened_at, zone)} under {incident.policy}"
            f" {incident.policy_version} · posts: {incident.mention_count}"
        )
        if incident.escalates_at:
            terminal.print(f"waits to be acknowledged until {_shown(incident.escalates_at, zone)}")
        for entry in entries_about(session, reference):
            if line := narrator.line(entry):
                terminal.print(f"  {line[0]}  {line[1]}")

        def shown(at: datetime) -> str:
            return _shown(at, zone)

        for words in told_of_captures(session, incident, shown):
            terminal.print(f"[yellow]evidence[/]  {words}")
        for words in told_of_looks(session, incident, shown):
            terminal.print(f"[bold]page[/]      {words}")
    terminal.print("Names and the post stand behind sign-in, on the record's page.")


def acknowledge(reference: str, by: str | None) -> str:
    """Acknowledge in the name of `by`; returns what to tell the person who typed it."""
    settings, configuration = read_home()
    now = utc_now()
    actor, employed = who_acts(settings, configuration, by, now, "ack")
    with transaction(database_of(settings)) as session:
        incident = incident_called(session, reference)
        news = incidents.acknowledge(
            session, incident, actor=actor, via="command", employed=employed, now=now
        )
    if news:
        return f"{reference}: recorded that you have seen it. Nobody else will be called for it."
    return f"{reference}: you had said so before; nothing was changed."


def who_acts(
    settings: Settings, configuration: Configuration, by: str | None, now: datetime, command: str
) -> tuple[str, bool]:
    """The staff id in whose name a command acts, and whether that person works here today."""
    actor = by or settings.acting_as
    if actor is None:
        raise NamewatchError(
            f"say who you are: namewatch {command} … --by STAFF_ID,"
            " or set acting_as in settings.toml."
        )
    member = configuration.roster.get(actor)
    if member is None:
        raise ConfigurationError(
            f"staff_id {actor} is not in the roster.", file=settings.roster_file
        )
    return actor, member.works_on(now.astimezone(configuration.organisation.calendar.zone).date())


def read_home() -> tuple[Settings, Configuration]:
    """Settings and configuration of the home in use."""
    settings = read_settings(home_in_use())
    return settings, read_configuration(settings)


def database_of(settings: Settings) -> Engine:
    """The home's database, with this version's tables."""
    database = open_database(settings.database)
    migrate(database)
    if (settings.keys_folder / "pepper").exists():
        keep_chain(database, read_public_keys(settings.keys_folder).pepper)
    return database


def incident_called(session: Session, reference: str) -> Incident:
    """The incident; what is said when there is none helps the person who typed."""
    try:
        return incidents.by_reference(session, reference)
    except NoSuchIncidentError:
        raise NamewatchError(
            f"there is no incident {reference}; `namewatch incident list` shows them all."
        ) from None


def _shown(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%d %b %Y %H:%M")
