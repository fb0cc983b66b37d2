"""When people are told of further posts about the same person, as pure functions.

The first alert is never delayed, and one that makes an incident graver isn't either. After that
there is at most one alert an hour, which says how many posts there are; what is not urgent waits
until the body works again.
"""

from datetime import datetime, timedelta

from records.working_time import TimeLimit, WorkingHours

AT_MOST_EVERY = timedelta(hours=1)


def more_at(told_at: datetime, limit: TimeLimit, hours: WorkingHours) -> datetime:
    """When people who were told at `told_at` may be told of further posts.

    `limit` is how long an alert of this severity may wait: one that counts working hours alone
    disturbs nobody outside them.
    """
    earliest = told_at + AT_MOST_EVERY
    return hours.after(earliest, timedelta(0)) if limit.working else earliest
