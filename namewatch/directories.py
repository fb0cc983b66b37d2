"""The directories that are set up, and lists of staff from them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from namewatch.people import roster_text
from namewatch.rosters import entra, google
from namewatch.rosters.merging import merged
from namewatch.rosters.reading import Entry
from namewatch.settings import Settings
from records.errors import NamewatchError
from records.roster import Roster


@dataclass(frozen=True, slots=True)
class Directory:
    """Where staff can be fetched from."""

    title: str
    read: Callable[[], list[Entry]]


TITLES = {"entra": entra.TITLE, "google": google.TITLE}


def directories_of(settings: Settings) -> Mapping[str, Directory]:
    """Each that is set up, by its code; raises ConfigurationError for one that can't be."""
    found: dict[str, Directory] = {}
    if one := settings.entra:
        access = entra.EntraAccess(
            one.tenant,
            one.client_id,
            one.client_secret.get_secret_value(),
            one.graph_url,
            one.sign_in_url,
        )
        found["entra"] = Directory(entra.TITLE, lambda: entra.read_staff(access))
    if two := settings.google:
        key = google.GoogleAccess(two.key_file, two.admin, two.api_url, two.token_url)
        found["google"] = Directory(google.TITLE, lambda: google.read_staff(key))
    return found


def roster_from(settings: Settings, code: str, before: Roster | None) -> str:
    """The text of a roster.csv with whom that directory knows; raises NamewatchError."""
    directory = directories_of(settings).get(code)
    if directory is None:
        known = " or ".join(TITLES)
        where = f"fill in [{code}] in settings.toml first." if code in TITLES else f"say {known}."
        raise NamewatchError(f"this directory is not set up: {where}")
    return roster_text(merged(before, directory.read()))
