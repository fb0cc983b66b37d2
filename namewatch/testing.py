"""`namewatch test-alert`: a test to the people who would be told, by every channel."""

from rich.console import Console as Terminal

from alerts.errors import DeliveryError
from alerts.message import TEST_REFERENCE, compose
from namewatch.bootstrap import Built, read_all
from namewatch.settings import home_in_use, read_settings
from policies.pack import LINE_MANAGER
from records.alert import AlertKind
from records.errors import ConfigurationError


def send(to: str | None) -> int:
    """Send the test and print an outcome for each person and channel; return how many failed."""
    built = read_all(read_settings(home_in_use()))
    terminal = Terminal(highlight=False, soft_wrap=True)
    failed = 0
    for staff_id, role in _people(built, to):
        member = built.services.roster[staff_id]
        title = built.services.pack.role_title(role)
        reached = [one for one in built.services.channels.values() if one.reaches(member)]
        if not reached:
            failed += 1
            terminal.print(f"[red]not sent[/]  {staff_id} ({title}): no address on any channel")
        for channel in reached:
            fault = _send_one(built, staff_id, role, channel.name)
            failed += fault is not None
            outcome = f"[red]not sent[/]  {staff_id} ({title}) by {channel.name}: {fault}"
            terminal.print(
                outcome if fault else f"[green]sent[/]      {staff_id} ({title}) by {channel.name}"
            )
    terminal.print("Ask each of them whether the test has arrived: sent is not yet read.")
    return failed


def _send_one(built: Built, staff_id: str, role: str, channel: str) -> str | None:
    services = built.services
    message = compose(
        AlertKind.TEST,
        pack=services.pack,
        reference=TEST_REFERENCE,
        severity="low",
        role=role,
        record_link=services.console_url,
    )
    try:
        now = services.now().strftime("%Y%m%d%H%M%S%f")
        services.channels[channel].deliver(
            message, services.roster[staff_id], f"test-{staff_id}-{now}"
        )
    except DeliveryError as error:
        return error.code
    return None


def _people(built: Built, to: str | None) -> list[tuple[str, str]]:
    roster, pack = built.services.roster, built.services.pack
    if to is not None:
        if to not in roster:
            raise ConfigurationError(
                f"staff_id {to} is not in the roster.", file=built.settings.roster_file
            )
        return [(to, LINE_MANAGER)]
    first: dict[str, str] = {}
    for role in pack.needed_roles:
        for staff_id in built.services.organisation.roles[role]:
            first.setdefault(staff_id, role)
    for member in roster.values():
        if member.line_manager:
            first.setdefault(member.line_manager, LINE_MANAGER)
    return list(first.items())
