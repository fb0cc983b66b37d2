"""`namewatch erase`, `hold` and `release`."""

import logging
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from sqlalchemy import Engine
from sqlmodel import Session

from casework import holds
from casework.erasures import RequestOverError, Wanted, open_one
from namewatch.bootstrap import storage_of
from namewatch.casebook import database_of, incident_called, read_home, who_acts
from namewatch.letters import office_of
from namewatch.settings import Settings
from records.clock import utc_now
from records.custody import ERASING, HOLDING, Act
from records.database import reading, transaction
from records.erasing import NOW
from records.errors import NamewatchError
from records.incident import Incident
from workflows.custody import code_or_sealed, note_custody
from workflows.erase import Eraser
from workflows.erase_again import Again, apply_again, take_away_again
from workflows.erase_by_two import agree_and_erase, agreed, ask_to_erase, go_on
from workflows.retention import Decided

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What to tell whoever typed, and whether it is erased by now."""

    words: str
    erased: bool


def erase(
    reference: str, exhibit: int | None, why: str, by: str | None, second: str | None
) -> Answer:
    """Ask in the name of `by`, or agree in the name of `second`, and then erase."""
    wanted = Wanted(NOW, reference, why, exhibit)
    if second is None and why not in ERASING:
        raise NamewatchError(f"say why, with one of these: --why {' | '.join(ERASING)}.")
    settings, _ = read_home()
    with reading(database_of(settings)) as session:
        incident_called(session, reference)
    which = f"{reference} --exhibit {exhibit}" if exhibit else reference
    return two_erase(wanted, by, second, f"erase {which}")


def two_erase(wanted: Wanted, by: str | None, second: str | None, command: str) -> Answer:
    """Ask, agree, or go on with what was agreed to; `command` is what the second person types."""
    settings, configuration = read_home()
    now, office, database = utc_now(), office_of(configuration), database_of(settings)
    eraser = eraser_of(settings, database)
    with reading(database) as session:
        broken_off = agreed(session, wanted, now)
        waits = open_one(session, wanted, now)
        number = waits.id if waits else None
    if broken_off is not None:
        return Answer(_certificates(go_on(eraser, office, broken_off, now=now)), erased=True)
    if second is not None:
        actor, _ = who_acts(settings, configuration, second, now, command)
        if number is None:
            raise RequestOverError
        decided = agree_and_erase(eraser, office, number, actor=actor, now=now)
        return Answer(_certificates(decided), erased=True)
    actor, _ = who_acts(settings, configuration, by, now, command)
    asked = ask_to_erase(database, office, wanted, actor=actor, now=now)
    until = asked.until.astimezone(configuration.organisation.calendar.zone)
    return Answer(
        f"Nothing is erased yet: erasing takes two people. One of these has to agree by"
        f" {until:%-d %B %Y}, in the console or here: {', '.join(asked.seconds)}.\n"
        f"  namewatch {command} --second STAFF_ID",
        erased=False,
    )


def _certificates(decided: Decided) -> str:
    told = [
        f"{done.certificate}\nKept beside where the evidence was, as {done.kept_as}."
        + ("" if done.wiped else _BUSY)
        for done in decided.done
    ]
    if decided.posts:
        told.append(f"{decided.posts} posts of the triage list are erased.")
    return "\n\n".join(told) or "Nothing was left to erase."


_BUSY = (
    "\nThe database was busy, so its own files still hold traces: run"
    " `namewatch erase --apply-again` when it is quieter."
)


def apply_listed(lists: list[Path]) -> Again:
    """Erase again what is on the lists."""
    settings, _ = read_home()
    return apply_again(eraser_of(settings, database_of(settings)), now=utc_now(), also=lists)


def told(again: Again) -> str:
    """What was erased again, in words."""
    lines = [
        f"{reference}: erased again, {len(removed)} bundles."
        for reference, removed in again.removed.items()
    ]
    if again.left:
        left = ", ".join(again.left)
        lines.append(f"Still in the evidence storage: {left}. {again.fault} Try again later.")
    return "\n".join(lines) or "Nothing that was erased had come back."


def take_away_beside(eraser: Eraser) -> None:
    """Take away what came back, while the rest goes on: the storage may be slow, or not answer."""
    Thread(target=_take_away, args=(eraser,), name="erase again", daemon=True).start()


def _take_away(eraser: Eraser) -> None:
    again = take_away_again(eraser)
    if again.left:
        log.warning(
            "What was erased still lies in the evidence storage (%d records). %s"
            " `namewatch erase --apply-again` tries again, and so does the next start.",
            len(again.left),
            again.fault,
        )


def eraser_of(settings: Settings, database: Engine) -> Eraser:
    """What erases in this home."""
    return Eraser.of(database, storage_of(settings), settings.keys_folder, settings.evidence_folder)


def hold(reference: str, why: str, by: str | None) -> str:
    """Place a legal hold in the name of `by`."""
    settings, configuration = read_home()
    now = utc_now()
    actor, _ = who_acts(settings, configuration, by, now, "hold")
    office = office_of(configuration)
    with transaction(database_of(settings)) as session:
        incident = incident_called(session, reference)
        news = holds.place_hold(session, incident, actor=actor, office=office, now=now)
        if news:
            code = coded_why(session, incident, why, HOLDING)
            note_custody(session, Act.HELD, actor=actor, why=code, now=now, reference=reference)
    if news:
        return f"{reference}: held. Nothing of it can be erased until the hold is released."
    return f"{reference}: it was held already; nothing was changed."


def release(reference: str, why: str, by: str | None) -> str:
    """Release a legal hold in the name of `by`."""
    settings, configuration = read_home()
    now = utc_now()
    actor, _ = who_acts(settings, configuration, by, now, "release")
    office = office_of(configuration)
    with transaction(database_of(settings)) as session:
        incident = incident_called(session, reference)
        holds.release_hold(session, incident, actor=actor, office=office, now=now)
        code = coded_why(session, incident, why, HOLDING)
        note_custody(session, Act.RELEASED, actor=actor, why=code, now=now, reference=reference)
    return f"{reference}: the hold is released."


def coded_why(session: Session, incident: Incident, why: str, codes: dict[str, str]) -> str:
    """A code as it is; words of one's own sealed for the record."""
    if not why.strip():
        raise NamewatchError(f"say why: --why {' | '.join(codes)}, or your own words.")
    return code_or_sealed(session, incident, why, codes)
