"""`namewatch report`: somebody on the staff passes on a link or a screenshot."""

import sys
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import col, select

from evidence.vault import read_public_keys
from namewatch.casebook import database_of, read_home
from namewatch.configuration import Configuration
from namewatch.settings import Settings
from records.clock import utc_now
from records.database import reading, transaction
from records.errors import ConfigurationError, NamewatchError
from records.post import readable
from records.report import (
    MOST_BYTES,
    MOST_NOTE,
    MOST_SCREENSHOT_BYTES,
    MOST_SCREENSHOTS,
    Report,
    is_paper,
    is_picture,
)
from records.watching import SourceWatch
from workflows.reporting import checked_url
from workflows.reports import take_report

_FRESH = timedelta(seconds=15)
_MEGABYTE = 2**20
NEXT = (
    "If it holds what your policy alerts about, the people of the policy are told as of any other"
    " post; if not, it waits for triage with your report, and it is never passed over."
)


def report(
    url: str | None, note: str, about: str | None, by: str | None, files: Sequence[Path]
) -> str:
    """Keep the report, sealed, for the service; two sentences on what happens next."""
    settings, configuration = read_home()
    now = utc_now()
    given = _files(files)
    made = Report(
        mark=uuid.uuid4().hex,
        via="command",
        at=now,
        reporter=reporter_of(settings, configuration, by, "report URL"),
        links=(checked_url(url),) if url else (),
        note=checked_note(note),
        about=_on_the_staff(settings, configuration, about) if about else None,
        screenshots=tuple(one for one in given if not is_paper(one)),
        papers=tuple(one for one in given if is_paper(one)),
    )
    if not (made.links or given):
        raise NamewatchError("say what: namewatch report URL, or --file SCREENSHOT or PDF.")
    keys = read_public_keys(settings.keys_folder)
    database = database_of(settings)
    with transaction(database) as session:
        take_report(session, keys, made, now=now)
    if is_running(database, now):
        return f"Your report is kept, sealed, and is looked at within seconds. {NEXT}"
    return f"Your report is kept, sealed, and is looked at once `namewatch run` is started. {NEXT}"


def reporter_of(
    settings: Settings, configuration: Configuration, by: str | None, command: str
) -> str:
    """The staff id of who hands something in; raises ConfigurationError for a stranger."""
    actor = by or settings.acting_as
    if actor is None:
        raise NamewatchError(
            f"say who you are: namewatch {command} --from STAFF_ID, or set acting_as in"
            " settings.toml."
        )
    return _on_the_staff(settings, configuration, actor)


def _on_the_staff(settings: Settings, configuration: Configuration, staff_id: str) -> str:
    if staff_id not in configuration.roster:
        raise ConfigurationError(
            f"staff_id {readable(staff_id)[:40]} is not in the roster.", file=settings.roster_file
        )
    return staff_id


def checked_note(note: str) -> str:
    """What was typed, or stands on standard input; raises NamewatchError when it is too long."""
    if note == "-":
        note = sys.stdin.buffer.read(4 * MOST_NOTE + 1).decode("utf-8", errors="replace")
    if len(note) > MOST_NOTE:
        raise NamewatchError(f"the note is longer than {MOST_NOTE:,} characters; shorten it.")
    return readable(note.strip())


def _files(files: Sequence[Path]) -> tuple[bytes, ...]:
    if len(files) > MOST_SCREENSHOTS:
        raise NamewatchError(f"give at most {MOST_SCREENSHOTS} files with one report.")
    contents = tuple(_file(file) for file in files)
    if sum(map(len, contents)) > MOST_BYTES:
        raise NamewatchError(
            f"the files together are larger than {MOST_BYTES // _MEGABYTE} MB;"
            " make two reports of them."
        )
    return contents


def _file(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_SCREENSHOT_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(f"can't be read ({error.strerror}).", file=file) from None
    if len(content) > MOST_SCREENSHOT_BYTES:
        most = MOST_SCREENSHOT_BYTES // _MEGABYTE
        raise ConfigurationError(f"this file is larger than {most} MB; save it smaller.", file=file)
    if not (is_picture(content) or is_paper(content)):
        raise ConfigurationError(
            "this is no PDF and no PNG, JPEG, WebP or GIF picture; save it as one of these.",
            file=file,
        )
    return content


def is_running(database: Engine, now: datetime) -> bool:
    """Whether a service has lately said that it is at work with this database."""
    newest = select(SourceWatch.alive_at).order_by(col(SourceWatch.alive_at).desc()).limit(1)
    with reading(database) as session:
        alive_at = session.exec(newest).first()
    return alive_at is not None and now - alive_at < _FRESH
