"""The body itself, read from organisation.toml (docs/reference/contracts.md)."""

from datetime import time
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from records.errors import ConfigurationError
from records.roster import Roster
from records.toml_file import check_against, line_of, read_toml
from records.working_time import WorkingHours

IT = "it"
"""The role of whoever looks after the machine: they see counts and states, never content."""


class Organisation(BaseModel):
    """The `[organisation]` table and the people who hold the policy pack's roles."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    name: str = Field(min_length=1)
    short_names: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    context_terms: tuple[str, ...] = ()
    phone_numbers: tuple[str, ...] = ()
    policy: str
    time_zone: str = "Europe/London"
    working_hours: str = "Mon-Fri 09:00-17:00"
    quiet_hours: str = ""
    """Such as "20:00-07:30"; empty for none."""
    leavers_watched_months: int = Field(default=12, ge=0)
    roles: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    support: tuple[str, ...] = ()
    """Where somebody who was named finds support, a line each, as they read it."""
    file: Path | None = None

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (OSError, ValueError, KeyError):
            raise ValueError('there is no such time zone; write one like "Europe/London"') from None
        return zone

    @field_validator("working_hours")
    @classmethod
    def _hours_readable(cls, hours: str) -> str:
        WorkingHours.parse(hours, ZoneInfo("UTC"))
        return hours

    @field_validator("quiet_hours")
    @classmethod
    def _quiet_readable(cls, hours: str) -> str:
        read_quiet_hours(hours)
        return hours

    @property
    def quiet(self) -> tuple[time, time] | None:
        """When quiet hours begin and end, on the body's own clock."""
        return read_quiet_hours(self.quiet_hours)

    @property
    def calendar(self) -> WorkingHours:
        """When the body works, in its own time zone."""
        return WorkingHours.parse(self.working_hours, ZoneInfo(self.time_zone))


def read_quiet_hours(text: str) -> tuple[time, time] | None:
    """Read "20:00-07:30", or None from nothing; raises ValueError in plain words."""
    if not text:
        return None
    try:
        begins, ends = (time.fromisoformat(one) for one in text.strip().split("-"))
    except ValueError:
        raise ValueError('write quiet hours like "20:00-07:30"') from None
    if begins == ends:
        raise ValueError("quiet hours must end at another time than they begin")
    return begins, ends


class _Support(BaseModel):
    model_config = ConfigDict(extra="forbid")

    lines: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = ()


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    organisation: Organisation
    roles: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    support: _Support = Field(default_factory=_Support)


def read_organisation(file: Path) -> Organisation:
    """Read organisation.toml; raises ConfigurationError with file and line."""
    content = read_toml(file)
    parsed = check_against(_File, content, file)
    more = {"roles": parsed.roles, "support": parsed.support.lines, "file": file}
    return parsed.organisation.model_copy(update=more)


def check_roles(
    organisation: Organisation,
    roster: Roster,
    needed: tuple[str, ...],
    optional: frozenset[str] = frozenset(),
) -> list[str]:
    """Refuse roles that nobody holds or that name strangers; return warnings in words.

    `needed` are the roles of the policy pack, `line_manager` left out: those come from the roster.
    `optional` are those which may stay unfilled.
    """
    file = organisation.file
    for role in needed:
        holders = organisation.roles.get(role, ())
        if not holders:
            raise ConfigurationError(
                f"the policy needs somebody in the role {role}; name at least one staff_id.",
                file=file,
                line=line_of(file, ["roles", role]) if file else None,
            )
    for role, holders in organisation.roles.items():
        for staff_id in holders:
            if staff_id not in roster:
                raise ConfigurationError(
                    f"{staff_id} in the role {role} is not in the roster.",
                    file=file,
                    line=line_of(file, ["roles", role]) if file else None,
                )
    heads = organisation.roles.get("head_of_body", ())
    for member in roster.values():
        if not member.line_manager and member.staff_id not in heads:
            raise ConfigurationError(
                f"{member.staff_id} has no line_manager; only the head of the body may have none.",
                file=roster.file,
                line=roster.lines.get(member.staff_id),
            )
    return [
        f"the policy has no role {role}; its entry in organisation.toml is not used."
        for role in organisation.roles
        if role not in {*needed, *optional, "leadership_team", IT}
    ]
