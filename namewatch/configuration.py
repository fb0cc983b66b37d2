"""The body's own files, read and held against each other."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from namewatch.absences import all_told
from namewatch.settings import Settings
from policies.pack import Pack
from policies.pack_file import read_pack
from records.organisation import Organisation, check_roles, read_organisation
from records.roster import Roster, read_roster


@dataclass(frozen=True)
class Configuration:
    """Body, staff and policy, which fit together; `warnings` are sentences for people."""

    organisation: Organisation
    roster: Roster
    pack: Pack
    warnings: tuple[str, ...]
    to_fill: tuple[str, ...] = ()
    """What the policy asks the body for and has not been given yet; namewatch begins without."""


def read_configuration(settings: Settings) -> Configuration:
    """Read what the home folder holds; raises ConfigurationError at the first fault."""
    return configuration_of(
        settings.organisation_file, settings.roster_file, settings.absences_file
    )


def configuration_of(
    organisation_file: Path, roster_file: Path, absences_file: Path | None = None
) -> Configuration:
    """Read these files and check that roles, people and policy fit together."""
    organisation = read_organisation(organisation_file)
    pack = read_pack(organisation.policy, organisation_file.parent)
    roster = read_roster(roster_file)
    if absences_file:
        told = all_told(roster, roster_file)
        roster = replace(roster, absences=tuple(dict.fromkeys(one.absence for one in told)))
    warnings = check_roles(organisation, roster, pack.needed_roles, pack.known_roles)
    to_fill = tuple(unfilled(pack, organisation))
    return Configuration(organisation, roster, pack, tuple(warnings), to_fill)


def unfilled(pack: Pack, organisation: Organisation) -> Iterator[str]:
    """A sentence for each role that the body has still to fill, though namewatch can begin."""
    for role, open_role in pack.left_open.items():
        if not organisation.roles.get(role):
            yield (
                f"the policy leaves open who is the {open_role.title}; name somebody as {role} in"
                f" organisation.toml. Until then it is the {pack.role_title(open_role.meanwhile)}."
            )
    for group, title in pack.groups.items():
        if not organisation.roles.get(group):
            yield f"nobody is named as {group} ({title}) in organisation.toml."
