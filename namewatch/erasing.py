"""`namewatch erase`, `hold` and `release`."""

import logging
from pathlib import Path
from threading import Thread

from sqlalchemy import Engine
from sqlmodel import Session

from casework import holds
from casework.errors import KeyDestroyedError
from namewatch.bootstrap import storage_of
from namewatch.casebook import database_of, incident_called, read_home, who_acts
from namewatch.settings import Settings
from records.clock import utc_now
from records.custody import ERASING, HOLDING, Act
from records.database import reading, transaction
from records.errors import NamewatchError
from records.incident import Incident
from records.record_key import RecordKey
from workflows.custody import note_custody, sealed_why
from workflows.erase import Eraser, Order
from workflows.erase import erase as erase_for_good
from workflows.erase_again import Again, apply_again, take_away_again

log = logging.getLogger(__name__)


def erase(reference: str, exhibit: int | None, why: str, by: str | None) -> str:
    """Erase in the name of `by`; the certificate, and where it lies."""
    if why not in ERASING:
        raise NamewatchError(f"say why, with one of these: --why {' | '.join(ERASING)}.")
    settings, configuration = read_home()
    now = utc_now()
    actor, employed = who_acts(settings, configuration, by, now, "erase")
    eraser = eraser_of(settings, database_of(settings))
    with reading(eraser.database) as session:
        incident_called(session, reference)
    done = erase_for_good(eraser, Order(reference, exhibit, actor, employed, why), now=now)
    busy = (
        ""
        if done.wiped
        else "\nThe database was busy, so its own files still hold traces: run"
        " `namewatch erase --apply-again` when it is quieter."
    )
    return f"{done.certificate}\nKept beside where the evidence was, as {done.kept_as}.{busy}"


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
    actor, employed = who_acts(settings, configuration, by, now, "hold")
    with transaction(database_of(settings)) as session:
        incident = incident_called(session, reference)
        news = holds.place_hold(session, incident, actor=actor, employed=employed, now=now)
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
    actor, employed = who_acts(settings, configuration, by, now, "release")
    with transaction(database_of(settings)) as session:
        incident = incident_called(session, reference)
        holds.release_hold(session, incident, actor=actor, employed=employed, now=now)
        code = coded_why(session, incident, why, HOLDING)
        note_custody(session, Act.RELEASED, actor=actor, why=code, now=now, reference=reference)
    return f"{reference}: the hold is released."


def coded_why(session: Session, incident: Incident, why: str, codes: dict[str, str]) -> str:
    """A code as it is; words of one's own sealed for the record."""
    if why in codes:
        return why
    if not why.strip():
        raise NamewatchError(f"say why: --why {' | '.join(codes)}, or your own words.")
    key = session.get_one(RecordKey, incident.key_id)
    if key.wrapped is None:
        raise KeyDestroyedError
    return sealed_why(why, reference=incident.reference, recipient=key.recipient)
