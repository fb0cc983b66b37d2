"""How much is captured while posts about one person come in a flood, as a pure function.

The platform's record of every post is sealed. Pages are visited, and looked for again later, for
the first posts, for those that make it graver, and for one in fifty of the others: more visits
would tell nothing new, and would keep what is grave from being pictured.
"""

from datetime import datetime, timedelta

POSTS, WITHIN = 20, timedelta(hours=1)
"""It is a flood when so many posts of one severity have come before a post within this time."""
ONE_IN = 50
LATER, BETWEEN = timedelta(minutes=10), timedelta(seconds=0.2)
"""When the record of the first of many is sealed, and how long each waits for the one before."""


def one_of_many(before: datetime | None, number: int, now: datetime) -> bool:
    """Whether only the record of the incident's post with this number is sealed, and no page.

    `before` is when the 20th post before it was found that was as grave, if there was one.
    """
    flooded = before is not None and now - before < WITHIN
    return flooded and number % ONE_IN != 0


def next_turn(last: datetime | None, now: datetime) -> datetime:
    """When the record of one of many is sealed, if the one before has its turn at `last`."""
    earliest = now + LATER
    return max(earliest, last + BETWEEN) if last else earliest
