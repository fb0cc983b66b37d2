"""By which channels everybody is reached who would be told, and whether a test has shown it."""

from casework.trials import newest_trials
from console.set_up import Reach
from namewatch.testing import people_told
from records.database import reading
from workflows.services import Services

CHANNELS = {
    "email": "E-mail",
    "slack": "Slack",
    "slack_room": "The private Slack channel",
    "notify_email": "E-mail through GOV.UK Notify",
    "notify_sms": "Text message",
    "teams": "Microsoft Teams",
}


def reaches_of(held: Services) -> list[Reach]:
    """A row for each person and channel; one without a channel for whoever has none."""
    with reading(held.database) as session:
        trials = newest_trials(session)
    found = []
    for staff_id, role in people_told(held):
        member = held.roster[staff_id]
        ways = [name for name, one in held.channels.items() if one.reaches(member)]
        for name in ways or [""]:
            trial = trials.get((staff_id, name))
            found.append(
                Reach(
                    staff_id,
                    member.full_name,
                    held.pack.role_title(role),
                    name,
                    CHANNELS.get(name, name) or "No channel reaches them",
                    trial.sent_at if trial else None,
                    trial.confirmed_at if trial else None,
                    trial.fault if trial else "",
                )
            )
    return found
