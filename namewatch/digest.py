"""What the `namewatch digest` commands do."""

from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from casework import digest as digests
from casework.digest import NoDigestError, content_of, of_period
from casework.digest_page import page, plain_text
from casework.digest_period import Every, last_period, period_called
from namewatch.casebook import database_of, read_home, who_acts
from namewatch.configuration import Configuration
from namewatch.init import write_private
from namewatch.letters import office_of, sender_of
from namewatch.settings import Settings
from records.clock import utc_now
from records.database import reading, transaction
from records.digest import Digest
from records.errors import ConfigurationError, NamewatchError
from workflows.digest import DigestDesk, release_and_send

FOLDER = "digests"


@dataclass(frozen=True, slots=True)
class Told:
    """What to tell whoever typed, and whether all of it was done."""

    words: str
    whole: bool


def draft(period: str | None, by: str | None) -> str:
    """Draft in the name of `by`; what to tell."""
    settings, configuration = read_home()
    now = utc_now()
    actor, employed = who_acts(settings, configuration, by, now, "digest draft")
    _check_employed(employed=employed)
    name = period or _newest(settings, configuration)
    wanted = period_called(name, configuration.organisation.calendar.zone)
    with transaction(database_of(settings)) as session:
        digests.draft(session, wanted, actor=actor, now=now)
    return f"{name}: drafted. It goes to nobody before it is released: namewatch digest release."


def show(period: str | None, html: Path | None) -> str:
    """The digest in words, or where it was written as a page."""
    settings, configuration = read_home()
    name = period or _newest(settings, configuration)
    with reading(database_of(settings)) as session:
        digest = _called(session, name)
    content, body = content_of(digest), configuration.organisation.name
    if html is not None:
        _write(html, page(content, body))
        return f"{name}: written to {html}."
    state = "released" if digest.released_at else "a draft, sent to nobody"
    return f"{plain_text(content, body)}\n({name}: {state})"


def release(period: str | None, by: str | None) -> Told:
    """Release in the name of `by`; what to tell, and whether everybody was reached."""
    settings, configuration = read_home()
    now = utc_now()
    actor, employed = who_acts(settings, configuration, by, now, "digest release")
    _check_employed(employed=employed)
    name = period or _newest(settings, configuration)
    send = sender_of(settings)
    desk = DigestDesk(database_of(settings), office_of(configuration), send)
    sent = release_and_send(desk, name, actor=actor, now=now)
    file = settings.home / FOLDER / f"digest-{name}.html"
    file.parent.mkdir(mode=0o700, exist_ok=True)
    if not file.exists():
        _write(file, page(content_of(sent.digest), configuration.organisation.name))
    said = f"{name}: released, and sent to {len(sent.reached)} of the leadership."
    if sent.missed:
        said += f" Not reached: {', '.join(sent.missed)}; the same command tries them again."
    elif not sent.reached:
        said += " Nobody stands as leadership_team in organisation.toml."
    return Told(f"{said}\nAs a page: {file}", bool(sent.reached) and not sent.missed)


def _newest(settings: Settings, configuration: Configuration) -> str:
    every: Every = "week" if settings.digest.every == "week" else "month"
    return last_period(every, utc_now(), configuration.organisation.calendar.zone).name


def _called(session: Session, name: str) -> Digest:
    digest = of_period(session, name)
    if digest is None:
        raise NoDigestError(f"there is no digest of {name}; `namewatch digest draft` makes one.")
    return digest


def _check_employed(*, employed: bool) -> None:
    if not employed:
        raise NamewatchError("you no longer work here.")


def _write(file: Path, content: str) -> None:
    try:
        write_private(file, content)
    except OSError as fault:
        raise ConfigurationError(f"can't be written ({fault.strerror}).", file=file) from None
