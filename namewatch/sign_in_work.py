"""What `namewatch sign-in` does."""

from console.own_ways import forget_all
from namewatch.casebook import database_of, read_home, who_acts
from records.clock import utc_now
from records.database import transaction
from records.errors import NamewatchError


def reset(staff_id: str, by: str | None) -> None:
    """Take all of somebody's own ways to sign in away, in the name of `by`."""
    settings, configuration = read_home()
    now = utc_now()
    actor, employed = who_acts(settings, configuration, by, now, "sign-in reset")
    if not employed:
        raise NamewatchError(f"{actor} does not work here.")
    if staff_id not in configuration.roster:
        raise NamewatchError(f"staff_id {staff_id} is not in the roster.")
    with transaction(database_of(settings)) as session:
        forget_all(session, staff_id, actor=actor, now=now)
