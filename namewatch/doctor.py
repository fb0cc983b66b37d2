"""`namewatch doctor`: is all well, and if not, what is to be done."""

import secrets
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from rich.console import Console as Terminal
from rich.markup import escape
from sqlalchemy import func
from sqlmodel import col, select

from alerts.channels.operations import Operations
from alerts.order import tells
from alerts.routing import Question, route
from casework.retention import those_due
from console.errors import ProviderError
from console.passkeys import possible_at
from console.provider import described
from evidence.capture import MEMORY_FOLDER
from evidence.errors import EvidenceError, StorageError
from evidence.key_change import is_under_way
from evidence.storage import write_new
from evidence.trial import trial
from evidence.vault import Vault
from monitors.errors import SourceError
from monitors.sources.mailbox_imap import opened
from monitors.status import State
from namewatch.bootstrap import Built, read_all, sources_of
from namewatch.channel_values import bounce_access
from namewatch.door_values import door_rules
from namewatch.goes_out import ALSO, ways_out
from namewatch.policy_checks import calendar_faults, policy_faults
from namewatch.settings import home_in_use, read_settings
from nlp.images import OcrReader
from nlp.images import trial as trial_of_reading
from records.alarm import OperationsAlarm
from records.alert import Delivery, DeliveryState
from records.capture import Capture, CaptureKind
from records.database import reading
from records.errors import NamewatchError
from records.incident import Incident
from records.outgoing import refused
from records.waiting import WaitingPost
from records.watching import SourceWatch

LEAST_FREE_BYTES = 500_000_000
LEAST_FREE_MEMORY = 256 * 1024 * 1024
"""What the browser needs in memory, so that nothing of a page is written to a disk."""
UNSEALED_AFTER = timedelta(minutes=10)
QUIET_AFTER = timedelta(minutes=1)
MANY_WAITING = 100
UNDECIDED_AFTER = timedelta(days=30)
"""Whoever decides has been told four times by then."""


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, and the sentence if it is not well; `advice` alone is no fault."""

    subject: str
    fault: str | None = None
    advice: str | None = None


def examine() -> int:
    """Print every check; return how many are not well."""
    return show(_checks())


def show(checks: Iterable[Check]) -> int:
    """Print these; return how many are not well."""
    terminal = Terminal(highlight=False, soft_wrap=True)
    unwell = 0
    for check in checks:
        unwell += check.fault is not None
        if check.fault:
            terminal.print(f"[red]not well[/]  {check.subject}: {escape(check.fault)}")
        elif check.advice:
            terminal.print(f"[yellow]note[/]      {check.subject}: {escape(check.advice)}")
        else:
            terminal.print(f"[green]well[/]      {check.subject}")
    return unwell


def _checks() -> Iterator[Check]:
    try:
        built = read_all(read_settings(home_in_use()))
    except NamewatchError as fault:
        yield Check("configuration", str(fault))
        return
    yield Check("configuration", advice="; ".join(built.configuration.warnings) or None)
    yield from looks(built)


def looks(built: Built, *, without: Collection[str] = ()) -> Iterator[Check]:
    """Everything that is looked at, but for these subjects."""
    for subject, look in _LOOKS.items():
        if subject not in without:
            yield from look(subject, built)


def _keys(subject: str, built: Built) -> Iterator[Check]:
    try:
        Vault(built.settings.keys_folder)
    except NamewatchError as fault:
        yield Check(subject, str(fault))
        return
    unfinished = "a change of keys was broken off: run `namewatch keys rotate` to finish it."
    yield Check(subject, unfinished if is_under_way(built.settings.keys_folder) else None)


def _disk(subject: str, built: Built) -> Iterator[Check]:
    places = {subject: built.settings.home, "evidence disk": built.services.evidence_folder}
    for name, folder in places.items():
        free = shutil.disk_usage(folder).free
        short = free < LEAST_FREE_BYTES
        fault = (
            f"only {free // 1_000_000} MB are free; make space: what is found could not be kept."
        )
        yield Check(name, fault if short else None)


def _evidence(subject: str, built: Built) -> Iterator[Check]:
    """Whether evidence can be written: a file of ours is, and is removed again."""
    if built.services.store is not None:
        yield Check(subject, built.services.store.trial())
        return
    probe = built.services.evidence_folder / f".doctor-{secrets.token_hex(8)}"
    try:
        written = write_new(probe, b"namewatch doctor")
        probe.unlink(missing_ok=True)
    except (StorageError, OSError) as fault:
        sentence = str(fault) if isinstance(fault, StorageError) else f"{fault.strerror}."
        yield Check(
            subject,
            f"the evidence folder can't be written, so nothing can be sealed. {sentence}"
            " Make it writable for the user of the service.",
        )
    else:
        yield Check(subject, None if written else "the evidence folder is not as it should be.")


def _time_stamps(subject: str, built: Built) -> Iterator[Check]:
    authority = built.services.sealer.authority
    if authority is None:
        advice = "no time-stamp authority is set: evidence is signed, but no outsider says when."
        yield Check(subject, advice=advice)
        return
    try:
        authority.stamp(secrets.token_bytes(32))
    except EvidenceError as fault:
        yield Check(subject, f"{fault} Until it answers, evidence is stamped later than it could.")
    else:
        yield Check(subject)


def _browser(subject: str, built: Built) -> Iterator[Check]:
    missing = trial(built.settings.capture.browser)
    advice = (
        f"pages can't be pictured: {str(missing).rstrip('.')}."
        " Evidence is the platform's record, a card drawn from it and the thread; there is no"
        " picture, text or archive of the page as people saw it."
        " Install Chromium, or set browser under [capture]."
    )
    yield Check(subject, advice=advice if missing else None)
    memory = MEMORY_FOLDER
    if memory.is_dir() and (free := shutil.disk_usage(memory).free) < LEAST_FREE_MEMORY:
        yield Check(
            "browser memory",
            advice=f"{memory} has only {free // 2**20} MB free, so the browser's own files are on"
            " a disk for as long as a page is pictured.",
        )


def _images(subject: str, built: Built) -> Iterator[Check]:
    if not built.settings.images.read:
        yield Check(subject, advice="text in pictures is not read: [images] read is false.")
        return
    missing = trial_of_reading(OcrReader())
    with reading(built.services.database) as session:
        waiting = session.exec(select(func.count()).select_from(WaitingPost)).one()
    late = f"{waiting} posts wait for their pictures to be read."
    advice = late if waiting > MANY_WAITING else None
    yield Check(subject, missing and f"text in pictures can't be read: {missing}", advice)


def _channels(subject: str, built: Built) -> Iterator[Check]:
    for name, channel in built.services.channels.items():
        yield Check(f"{subject} {name}", channel.check())
    if "email" not in built.services.channels:
        yield Check(subject, "no e-mail is set up, and the console's sign-in codes go by e-mail.")


def _sign_in(subject: str, built: Built) -> Iterator[Check]:
    """Whether people can have passkeys, and whether the body's own provider answers."""
    advice = (
        "browsers allow passkeys only at a name with https: set url under [console]. Until then"
        " people sign in with codes by e-mail and a password."
    )
    possible = possible_at(built.services.console_url)
    yield Check(subject, advice=None if possible else advice)
    provider = door_rules(built.settings).provider
    if provider:
        try:
            described(provider)
            yield Check(f"{subject} elsewhere")
        except ProviderError as fault:
            yield Check(f"{subject} elsewhere", f"{fault} Look at issuer under [console.oidc].")


def _goes_out(subject: str, built: Built) -> Iterator[Check]:
    """The hosts that the service may ask, and what for; not well where one was refused."""
    try:
        ways = ways_out(built.settings)
    except NamewatchError as fault:
        yield Check(subject, str(fault))
        return
    listed = "; ".join(f"{', '.join(one.hosts)} ({one.what})" for one in ways)
    turned_away = ", ".join(refused())
    sentence = (
        f"{turned_away} was asked for and refused. If that is right, name it under also of"
        " [outgoing]."
    )
    yield Check(subject, sentence if turned_away else None, f"{listed or 'nobody'}. {ALSO}")


def _bounces(subject: str, built: Built) -> Iterator[Check]:
    """Whether the mailbox in which mail systems say that an alert did not arrive can be read."""
    mail, access = built.settings.mail, bounce_access(built.settings)
    if access is None:
        advice = "no mailbox for bounces is set: a mail that does not arrive is not noticed."
        yield Check(subject, advice=advice if mail else None)
        return
    if mail is None or not mail.bounces_to:
        yield Check(subject, advice="set bounces_to in [mail] to the address of this mailbox.")
    try:
        with opened(access):
            yield Check(subject)
    except SourceError as fault:
        yield Check(subject, f"{fault} Until then a mail that does not arrive is not noticed.")


def _alarms(subject: str, built: Built) -> Iterator[Check]:
    """Whether whoever runs this can be called, and whether an alarm still waits for somebody."""
    with reading(built.services.database) as session:
        waiting = session.exec(
            select(func.count())
            .select_from(OperationsAlarm)
            .where(col(OperationsAlarm.told_at).is_(None))
        ).one()
    urls = [one.get_secret_value() for one in built.settings.operations.urls]
    try:
        if urls:
            Operations(urls)
    except NamewatchError as fault:
        yield Check(subject, str(fault))
        return
    none = (
        "when nobody can be told or nobody answers, the communications manager gets a mail;"
        " set alarms_to or urls of [operations], so that whoever runs this hears of it."
    )
    advice = None if urls or built.settings.alarms_to else none
    untold = (
        f"{waiting} alarm{'' if waiting == 1 else 's'} reached nobody yet; mend the mail or urls of"
        " [operations], and see namewatch incident list for what is unread."
    )
    yield Check(subject, untold if waiting else None, advice)


def _cover(subject: str, built: Built) -> Iterator[Check]:
    """Whether everybody, once named, would have somebody told of it today."""
    services = built.services
    day = services.now().astimezone(services.organisation.calendar.zone).date()
    for member in services.roster.values():
        if not member.works_on(day):
            continue
        asked = Question(named=member.staff_id, alongside=frozenset(), day=day)
        routing = route(services.pack, services.organisation, services.roster, asked)
        unreached = [
            one.role
            for one in routing.recipients
            if not any(
                tells(name) and channel.reaches(services.roster[one.staff_id])
                for name, channel in services.channels.items()
            )
        ]
        if not routing.recipients:
            yield Check(subject, f"if {member.staff_id} is named, nobody would be told.")
        elif unreached:
            yield Check(
                subject, f"the {unreached[0]} of {member.staff_id} has no address on any channel."
            )


def _policy(subject: str, built: Built) -> Iterator[Check]:
    """Whether somebody would be told whoever is away, and what the policy leaves to fill in."""
    faults = tuple(policy_faults(built))
    yield from (Check(subject, one) for one in faults)
    if not faults:
        yield Check(subject)


def _calendars(_subject: str, built: Built) -> Iterator[Check]:
    yield from (Check(name, fault) for name, fault in calendar_faults(built))


def _record(subject: str, built: Built) -> Iterator[Check]:
    with reading(built.services.database) as session:
        failed = select(Delivery).where(Delivery.state == DeliveryState.FAILED.value)
        lost = [
            incident
            for one in session.exec(failed)
            if (incident := session.get(Incident, one.incident_id)) and not incident.acknowledged_at
        ]
        waiting = select(Incident).where(
            col(Incident.acknowledged_at).is_(None),
            col(Incident.escalates_at).is_(None),
            Incident.opened_by == "",
            Incident.state != "closed",
        )
        alone = list(session.exec(waiting))
        late = built.services.now() - UNSEALED_AFTER
        unsealed = list(
            session.exec(
                select(Incident.reference)
                .join(Capture, col(Capture.incident_id) == Incident.id)
                .where(Capture.kind == CaptureKind.RECORD.value)
                .where(col(Capture.work).is_not(None), col(Capture.asked_at) <= late)
                .distinct()
            )
        )
    for reference in sorted({one.reference for one in lost}):
        yield Check(
            subject, f"{reference}: an alert could not be delivered and nobody has seen it."
        )
    for incident in alone:
        yield Check(
            subject, f"{incident.reference}: nobody has seen it and nobody is left to tell."
        )
    for reference in unsealed:
        yield Check(subject, f"{reference}: its evidence could not be sealed yet.")
    if not lost and not alone and not unsealed:
        yield Check(subject)


def _kept(subject: str, built: Built) -> Iterator[Check]:
    """Whether decisions on erasing or keeping wait; who decides is told every week as well."""
    now = built.services.now()
    with reading(built.services.database) as session:
        due = [one for one in those_due(session, now) if not one.held]
    if not due:
        yield Check(subject)
        return
    many = "1 decision" if len(due) == 1 else f"{len(due)} decisions"
    advice = (
        f"{many} on erasing or keeping waited since {due[0].clock.due_at:%-d %B %Y}: somebody has"
        " to decide, with `namewatch retention due` or in the console."
    )
    late = due[0].clock.due_at <= now - UNDECIDED_AFTER
    yield Check(subject, advice if late else None, None if late else advice)


def _sources(subject: str, built: Built) -> Iterator[Check]:
    try:
        sources_of(built.settings)
    except NamewatchError as fault:
        yield Check(subject, str(fault))
        return
    with reading(built.services.database) as session:
        for one in built.settings.sources:
            watch = session.get(SourceWatch, one.title)
            yield Check(f"{subject} {one.title}", *_how_watched(watch, built.services.now()))


def _how_watched(watch: SourceWatch | None, now: datetime) -> tuple[str | None, str | None]:
    """The fault, or else advice."""
    if watch is None:
        return None, "has not been watched yet; `namewatch sources check` tries it."
    if watch.state in {State.TRYING_AGAIN, State.NEEDS_ATTENTION}:
        return f"is not being watched. {watch.sentence}", None
    if watch.state == State.WATCHING and now - watch.alive_at > QUIET_AFTER:
        return None, f"was last watched at {watch.alive_at:%d %b %H:%M} UTC."
    return None, None


_LOOKS: dict[str, Callable[[str, Built], Iterator[Check]]] = {
    "keys": _keys,
    "disk": _disk,
    "evidence": _evidence,
    "time stamps": _time_stamps,
    "browser": _browser,
    "images": _images,
    "channel": _channels,
    "sign-in": _sign_in,
    "goes out to": _goes_out,
    "bounces": _bounces,
    "alarms": _alarms,
    "cover": _cover,
    "policy": _policy,
    "calendar": _calendars,
    "record": _record,
    "retention": _kept,
    "source": _sources,
}
