"""What happens when nobody acknowledges an alert, as pure functions of the policy pack."""

from dataclasses import dataclass
from datetime import datetime

from alerts.routing import Question, Recipient, next_in_line
from policies.pack import Pack
from records.finding import Severity
from records.organisation import Organisation
from records.roster import Roster
from records.working_time import WorkingHours


@dataclass(frozen=True, slots=True)
class Step:
    """What to do now, the level to keep, and when to look again (None once the alarm is given).

    `tell` is told for the first time; with `remind`, everybody who was told before is reminded;
    `alarm` calls whoever runs namewatch, without content.
    """

    level: int
    tell: Recipient | None = None
    remind: bool = False
    alarm: bool = False
    due: datetime | None = None


def acknowledge_by(
    pack: Pack, severity: Severity, opened_at: datetime, hours: WorkingHours
) -> datetime:
    """By when somebody has to acknowledge; a threat's limit runs at any hour."""
    return pack.escalating.within[severity].end(opened_at, hours)


def next_step(
    pack: Pack,
    organisation: Organisation,
    roster: Roster,
    question: Question,
    already: frozenset[str],
    *,
    severity: Severity,
    level: int,
    now: datetime,
) -> Step:
    """Decide what follows when the time is over at `level` (0 after the first alert).

    | level | what happens |
    |---|---|
    | 0 … length of the chain - 1 | the next in line is told, those told before are reminded |
    | … then `give_up_after` times | reminders (and whoever of the chain has come back is told) |
    | after that, or with nobody to tell | an operations alarm, and reminders a last time |

    `already` are those who were told so far.
    """
    following = next_in_line(pack, organisation, roster, question, already)
    remind = bool(already)
    patience = len(pack.escalating.chain) + pack.escalating.give_up_after
    if level >= patience or (following is None and not already):
        return Step(level + 1, tell=following, remind=remind, alarm=True)
    due = acknowledge_by(pack, severity, now, organisation.calendar)
    return Step(level + 1, tell=following, remind=remind, due=due)
