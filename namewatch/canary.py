"""Somebody invented, watched beside the staff, so that it shows when nothing is found any more."""

from dataclasses import replace
from datetime import timedelta

from namewatch.settings import Settings
from records.errors import ConfigurationError
from records.roster import Roster, StaffMember
from workflows.silence import Canary

CANARY = "canary"
"""The staff id under which the invented person is watched; no line of a roster may bear it."""


def canary_of(settings: Settings) -> Canary | None:
    """The canary of the settings; raises ConfigurationError for a source that is not there."""
    chosen = settings.canary
    if chosen is None:
        return None
    titles = {one.title for one in settings.sources}
    if unknown := sorted(set(chosen.sources) - titles):
        raise ConfigurationError(
            f"the canary is expected in {', '.join(unknown)}, which is no source here; the sources"
            f" are {', '.join(sorted(titles))}.",
            file=settings.home / "settings.toml",
        )
    return Canary(CANARY, frozenset(chosen.sources), timedelta(hours=chosen.every_hours))


def with_canary(roster: Roster, settings: Settings) -> Roster:
    """The roster with the invented person, for screening alone: nobody is ever told of it."""
    if settings.canary is None:
        return roster
    if CANARY in roster:
        raise ConfigurationError(
            f"the staff_id {CANARY} is taken by the canary; give this person another.",
            file=roster.file,
            line=roster.lines.get(CANARY),
        )
    names = {one.full_name.casefold() for one in roster.values()}
    if settings.canary.name.casefold() in names:
        raise ConfigurationError(
            "the canary's name is that of a member of staff; invent another.",
            file=settings.home / "settings.toml",
        )
    invented = StaffMember(CANARY, settings.canary.name)
    return replace(roster, members={**roster.members, CANARY: invented})
