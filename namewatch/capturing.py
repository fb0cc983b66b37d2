"""`namewatch capture`: keep a page or a file as evidence, by hand."""

import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evidence.handed_in import MOST_BYTES, NotTakenError, TooLargeError, examine
from namewatch.bootstrap import read_all
from namewatch.casebook import incident_called
from namewatch.reporting import checked_note, is_running, reporter_of
from namewatch.settings import home_in_use, read_settings
from records.database import transaction
from records.errors import ConfigurationError, NamewatchError
from records.report import Report
from workflows.handed_in import Order, ask_for_page, hand_in, open_for_triage
from workflows.reporting import Given, checked_url, gather
from workflows.reports import take_report
from workflows.same_post import record_with
from workflows.services import Services

MOST_FILES = 8
NOBODY_TOLD = (
    "nobody is alerted because of it. What is said in it is judged like any report: if your policy"
    " alerts about that, its people are told."
)
NEW_IF_NEEDED = " If it has none, one is opened for triage."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was typed."""

    url: str | None = None
    files: Sequence[Path] = ()
    why: str = ""
    reference: str | None = None
    by: str | None = None


def capture(wanted: Wanted) -> str:
    """Keep what was given; sentences for whoever typed it."""
    built = read_all(read_settings(home_in_use()), tells=False)
    held = built.services
    actor = reporter_of(built.settings, built.configuration, wanted.by, "capture URL")
    order = Order(actor, checked_note(wanted.why))
    url = checked_url(wanted.url) if wanted.url else None
    if url is None and not wanted.files:
        raise NamewatchError("say what: namewatch capture URL, or --file SCREENSHOT, PDF or MAIL.")
    if len(wanted.files) > MOST_FILES:
        raise NamewatchError(f"give at most {MOST_FILES} files at once.")
    given = [_read(file) for file in wanted.files]
    report = None if wanted.reference else _report(held, order, url, given)
    reference, said = _record(held, order, wanted, url, report)
    for one in given:
        number = hand_in(held, reference, order, one.file, one.content)
        said.append(
            " ".join([f"Kept, sealed, as exhibit {number} of {reference}.", *one.file.remarks])
        )
    if url:
        soon = (
            "within a minute"
            if is_running(held.database, held.now())
            else "once `namewatch run` is started"
        )
        where = f"as an exhibit of {reference}" if reference else "with its post's record"
        said.append(f"The page is captured {soon}, {where}.{'' if reference else NEW_IF_NEEDED}")
    return "\n".join(said)


def _record(
    held: Services, order: Order, wanted: Wanted, url: str | None, report: Report | None
) -> tuple[str, list[str]]:
    """Where it belongs, and what to say of that; empty for a page of which nothing is known yet.

    A page waits until what stands on it was judged, since that may open its record.
    """
    with transaction(held.database) as session:
        known = record_with(session, held, url) if url and not wanted.reference else None
        reference = known.reference if known else ""
        if wanted.reference:
            reference = incident_called(session, wanted.reference).reference
        if reference:
            said = [f"It belongs to {reference}, which holds that page."] if known else []
            if url and not report:
                ask_for_page(session, held, reference, order, url)
        elif wanted.files:
            reference = open_for_triage(session, held, order).reference
            said = [f"{reference} was opened for triage; {NOBODY_TOLD}"]
        else:
            said = [NOBODY_TOLD[:1].upper() + NOBODY_TOLD[1:]]
        if report:
            asks = {"page_why": order.why if url else None}
            report = report.model_copy(update={**asks, "opened": "" if known else reference})
            take_report(session, held.public_keys, report, now=held.now())
            said += report.left_out
    return reference, said


def _report(held: Services, order: Order, url: str | None, given: Sequence[Given]) -> Report | None:
    """What there is to judge, if there is anything."""
    gathered = gather(given, order.why, url)
    if gathered.is_nothing:
        return None
    return Report(
        mark=uuid.uuid4().hex,
        via="command",
        at=held.now(),
        reporter=order.actor,
        links=gathered.links,
        note=gathered.note,
        screenshots=gathered.screenshots,
        papers=gathered.papers,
        left_out=gathered.left_out,
    )


def _read(file: Path) -> Given:
    try:
        with file.open("rb") as opened:
            if os.fstat(opened.fileno()).st_size > MOST_BYTES:
                raise TooLargeError
            content = opened.read(MOST_BYTES + 1)
        return Given(examine(content, file.name), content)
    except NotTakenError as fault:
        words = str(fault)
        raise ConfigurationError(words[:1].lower() + words[1:], file=file) from None
    except OSError as error:
        raise ConfigurationError(f"can't be read ({error.strerror}).", file=file) from None
