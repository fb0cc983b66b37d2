"""A policy pack: what one body's policy decides, typed and checked."""

from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from records.errors import ConfigurationError
from records.finding import Category, Certainty, Disposition, Severity, Target
from records.toml_file import check_against, read_toml
from records.working_time import TimeLimit

LINE_MANAGER = "line_manager"
SHIPPED = ("spso", "wics")

Limit = Annotated[
    TimeLimit,
    BeforeValidator(lambda text: text if isinstance(text, TimeLimit) else TimeLimit.parse(text)),
]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Alerting(_Table):
    """Who is told that somebody has been named, and who steps in."""

    clause: str
    recipients: tuple[str, ...] = Field(min_length=1)
    when_absent: str
    """The role that replaces any absent recipient, once."""
    fallback: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """For a recipient who is named, named alongside or conflicted: the roles to try, in order."""
    last_resort: tuple[str, ...] = ()
    """Roles tried when the fallback of a place is used up."""
    nobody_named: tuple[str, ...] = Field(min_length=1)
    """Who is told when no member of staff is surely meant, as of a threat to the body."""
    page_link: bool = True
    """Whether the mail may carry the post's address, last, under a plain warning."""


def _all_alerting_severities(table: dict[Severity, object]) -> dict[Severity, object]:
    for severity in ("critical", "high", "medium", "low"):
        if severity not in table:
            raise ValueError(f"{severity} is missing; every severity that alerts needs an entry")
    return table


def _all_categories(table: dict[Category, str]) -> dict[Category, str]:
    for category in Category:
        if not table.get(category):
            raise ValueError(f"{category} is missing; every category needs its clause")
    return table


class Escalating(_Table):
    """How long an alert may wait to be acknowledged, and who is told next."""

    clause: str
    chain: tuple[str, ...]
    within: Annotated[dict[Severity, Limit], AfterValidator(_all_alerting_severities)]
    give_up_after: int = Field(ge=1)
    """How many times the end of the chain is reminded before an operations alarm."""


class Asking(_Table):
    """What the people who are told are asked to do, in plain words."""

    severity: Annotated[dict[Severity, str], AfterValidator(_all_alerting_severities)]
    steps: dict[str, tuple[str, ...]]
    """For each role, and for "others": what to do, in order."""

    @field_validator("steps")
    @classmethod
    def _others_are_asked_too(cls, steps: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        if "others" not in steps:
            raise ValueError('"others" is missing; it is for everybody without steps of their own')
        return steps


class SeverityRule(_Table):
    """One row of the table that turns a finding into a severity and a disposition.

    The table is asked about each person with each concern, one at a time, and once without any; a
    condition that is left empty holds for all. The first row that fits answers, and the gravest
    answers stand.
    """

    categories: tuple[Category, ...] = ()
    certainty: tuple[Certainty, ...] = ()
    """Of the person's surest match; leave empty to take findings that name nobody as well."""
    names_nobody: bool = False
    organisation: bool | None = None
    duties: tuple[str, ...] = ()
    targets: tuple[Target, ...] = ()
    may_be_named: bool | None = None
    watch: str | None = None
    severity: Severity
    disposition: Disposition
    clause: str = ""


class Pack(_Table):
    """A whole policy pack."""

    name: str = Field(pattern=r"^[a-z0-9_-]+$")
    title: str
    version: str
    roles: dict[str, str]
    """The roles that the body must fill, each with its name in plain words."""
    joins_within: Limit
    """A further post about the same person joins an open incident that is no older than this."""
    alerting: Alerting
    escalating: Escalating
    asking: Asking
    clauses: Annotated[dict[Category, str], AfterValidator(_all_categories)]
    """The clause behind each category, cited among a concern's reasons."""
    severity_rules: tuple[SeverityRule, ...] = Field(min_length=1)

    @field_validator("severity_rules")
    @classmethod
    def _last_rule_takes_all(cls, rules: tuple[SeverityRule, ...]) -> tuple[SeverityRule, ...]:
        last = rules[-1].model_dump(
            exclude={"severity", "disposition", "clause"}, exclude_defaults=True
        )
        if last:
            raise ValueError(
                "the last severity rule must be without conditions, so that it takes every finding"
            )
        return rules

    @model_validator(mode="after")
    def _roles_are_known(self) -> "Pack":
        named = {
            *self.alerting.recipients,
            self.alerting.when_absent,
            *self.alerting.fallback,
            *(role for chain in self.alerting.fallback.values() for role in chain),
            *self.alerting.last_resort,
            *self.alerting.nobody_named,
            *self.escalating.chain,
        }
        unknown = sorted(named - set(self.roles) - {LINE_MANAGER})
        if unknown:
            raise ValueError(f"role {unknown[0]} is used but does not stand under [roles]")
        return self

    @property
    def needed_roles(self) -> tuple[str, ...]:
        """The roles that organisation.toml must fill."""
        return tuple(self.roles)

    def role_title(self, role: str) -> str:
        """The role in plain words."""
        return (
            "line manager" if role == LINE_MANAGER else self.roles.get(role, role.replace("_", " "))
        )


def read_pack(name: str, beside: Path | None = None) -> Pack:
    """The shipped pack `name`, or the pack in the file `name` (relative to the folder `beside`).

    Raises ConfigurationError with file and line.
    """
    if name in SHIPPED:
        with resources.as_file(resources.files("policies") / "packs" / f"{name}.toml") as file:
            return check_against(Pack, read_toml(file), file)
    file = (beside or Path()) / name
    if file.suffix != ".toml":
        raise ConfigurationError(
            f'there is no policy "{name}"; use {" or ".join(SHIPPED)} or the path of a .toml file.',
            file=beside / "organisation.toml" if beside else None,
        )
    if not file.exists():
        raise ConfigurationError(
            "there is no such policy file; correct policy in organisation.toml.", file=file
        )
    return check_against(Pack, read_toml(file), file)
