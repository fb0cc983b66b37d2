"""`namewatch test-alert`: a test to the people who would be told, by every channel."""

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console as Terminal

from alerts.errors import DeliveryError
from alerts.message import TEST_REFERENCE, compose
from casework.trials import begin_trial, settle_trial
from namewatch.bootstrap import read_all
from namewatch.settings import home_in_use, read_settings
from policies.pack import LINE_MANAGER
from records.alert import AlertKind
from records.audit import MACHINE
from records.database import transaction
from records.errors import ConfigurationError
from workflows.services import Services

PLACE = "/test-alert"
"""Where people say that a test has reached them."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one test; `channel` is "" for somebody whom no channel reaches."""

    staff_id: str
    role: str
    channel: str
    fault: str = ""


def send(to: str | None) -> int:
    """Send the test and print an outcome for each person and channel; return how many failed."""
    built = read_all(read_settings(home_in_use()))
    services = built.services
    if to is not None and to not in services.roster:
        raise ConfigurationError(
            f"staff_id {to} is not in the roster.", file=built.settings.roster_file
        )
    terminal = Terminal(highlight=False, soft_wrap=True)
    failed = 0
    for one in send_tests(services, to or "", actor=MACHINE):
        title = services.pack.role_title(one.role)
        way = f"by {one.channel}" if one.channel else "no address on any channel"
        failed += bool(one.fault)
        if not one.channel:
            terminal.print(f"[red]not sent[/]  {one.staff_id} ({title}): {way}")
        elif one.fault:
            terminal.print(f"[red]not sent[/]  {one.staff_id} ({title}) {way}: {one.fault}")
        else:
            terminal.print(f"[green]sent[/]      {one.staff_id} ({title}) {way}")
    terminal.print(
        "Sent is not yet read: each of them says so with a button, by the link in the test."
        " The set-up page shows who has."
    )
    return failed


def send_tests(services: Services, to: str, *, actor: str) -> Iterator[Outcome]:
    """Send it to one person, or to everybody who would be told when `to` is empty."""
    for staff_id, role in people_told(services, to):
        member = services.roster[staff_id]
        reached = [one for one in services.channels.values() if one.reaches(member)]
        if not reached:
            yield Outcome(staff_id, role, "", "no address on any channel")
        for channel in reached:
            fault = _send_one(services, staff_id, role, channel.name, actor)
            yield Outcome(staff_id, role, channel.name, fault)


def _send_one(services: Services, staff_id: str, role: str, channel: str, actor: str) -> str:
    """Send one test by the way that an alert goes; the code of what went wrong, or nothing."""
    with transaction(services.database) as session:
        now = services.now()
        trial = begin_trial(session, staff_id, role, channel, actor=actor, now=now)
        assert trial.id
        trial_id = trial.id
    message = compose(
        AlertKind.TEST,
        pack=services.pack,
        reference=TEST_REFERENCE,
        severity="low",
        role=role,
        record_link=f"{services.console_url}{PLACE}",
    )
    receipt, fault = "", ""
    try:
        receipt = (
            services.channels[channel]
            .deliver(message, services.roster[staff_id], f"test-{trial_id}-{now:%Y%m%d%H%M%S%f}")
            .code
        )
    except DeliveryError as error:
        fault = error.code
    with transaction(services.database) as session:
        settle_trial(session, trial_id, receipt=receipt, fault=fault)
    return fault


def people_told(services: Services, to: str = "") -> list[tuple[str, str]]:
    """Everybody who would be told, each with the first role in which; or this one person."""
    first: dict[str, str] = {}
    for role in services.pack.needed_roles:
        for staff_id in services.organisation.roles[role]:
            first.setdefault(staff_id, role)
    for member in services.roster.values():
        if member.line_manager:
            first.setdefault(member.line_manager, LINE_MANAGER)
    if to:
        return [(to, first.get(to, LINE_MANAGER))]
    day = services.now().astimezone(services.organisation.calendar.zone).date()
    return [(one, role) for one, role in first.items() if services.roster[one].works_on(day)]
