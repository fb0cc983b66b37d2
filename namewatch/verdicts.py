"""`namewatch verdict`: say on the command line what was wrong with a finding."""

from collections.abc import Iterable
from enum import StrEnum
from functools import partial
from typing import TypeVar

from casework import verdicts
from casework.reading import Reader
from casework.verdicts import Said
from evidence.vault import Vault, read_public_keys
from namewatch.casebook import database_of, incident_called, read_home, who_acts
from nlp.lessons import GRAVE, features
from records.clock import utc_now
from records.database import transaction
from records.errors import NamewatchError
from records.example import VerdictKind
from records.finding import Category

NOTHING = "nothing"


_Kind = TypeVar("_Kind", bound=StrEnum)


def give(reference: str, said: str, staff: str | None, category: str | None, by: str | None) -> str:
    """Keep the verdict in the name of `by`; returns what to tell the person who typed it."""
    kind = None if said == NOTHING else _known(said, VerdictKind, NOTHING)
    about = _known(category, Category) if category else None
    settings, configuration = read_home()
    now = utc_now()
    actor, employed = who_acts(settings, configuration, by, now, "verdict")
    with transaction(database_of(settings)) as session:
        incident = incident_called(session, reference)
        if kind is None:
            verdicts.take_back(session, incident, actor=actor, employed=employed, now=now)
            return f"{reference}: nothing that you said of it is kept."
        keys = settings.keys_folder
        news = verdicts.give(
            session,
            incident,
            Said(kind, staff, about),
            actor=Reader(actor, employed, Vault(keys).open_record_key),
            features_of=partial(
                features,
                organisation=configuration.organisation,
                roster=configuration.roster,
                pepper=read_public_keys(keys).pepper,
            ),
            now=now,
        )
    if not news:
        return f"{reference}: you had said so before; nothing was changed."
    return f"{reference}: {_what_follows(kind, about)}"


def _what_follows(kind: VerdictKind, about: Category | None) -> str:
    if kind is VerdictKind.NOT_ABUSIVE and about in GRAVE:
        return (
            "kept as an example. What may be grave is found as before: no verdict makes namewatch"
            " look away from it."
        )
    return "kept. Similar posts are judged a little differently from now on; the incident stays."


def _known(said: str, kinds: Iterable[_Kind], *others: str) -> _Kind:
    known = {str(kind): kind for kind in kinds}
    if said not in known:
        raise NamewatchError(f"“{said}” is none of these: {', '.join([*known, *others])}.")
    return known[said]
