"""What `namewatch doctor` says of the policy and of the calendars."""

from collections.abc import Iterator

from alerts.rehearsal import Gap
from namewatch.bootstrap import Built
from namewatch.calendars import look
from namewatch.policy_work import gaps_of, in_words
from namewatch.upkeep import reached_by

MOST_TOLD = 3


def policy_faults(built: Built) -> Iterator[str]:
    """What the body has still to fill in, and where nobody would be told."""
    yield from built.configuration.to_fill
    held = built.services
    day = held.now().astimezone(held.organisation.calendar.zone).date()
    serious = [
        gap
        for gap in gaps_of(held.pack, held.organisation, held.roster, day, reached_by(held))
        if gap.serious
    ]
    yield from (_sentence(built, gap) for gap in serious[:MOST_TOLD])
    if len(serious) > MOST_TOLD:
        rest = len(serious) - MOST_TOLD
        yield f"there are {rest} more such places; `namewatch policy rehearse` shows them all."


def _sentence(built: Built, gap: Gap) -> str:
    said = in_words(built.services.pack, gap)
    return f"{said} Name a second person for a role in organisation.toml."


def calendar_faults(built: Built) -> Iterator[tuple[str, str | None]]:
    """Each calendar by its name, with what is wrong with it; reads them now."""
    settings, held = built.settings, built.services
    today = held.now().astimezone(held.organisation.calendar.zone).date()
    for one in look(settings.home, settings.calendars, held.organisation, held.roster, today):
        yield one.name, one.fault
