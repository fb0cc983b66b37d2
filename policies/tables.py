"""The tables of a policy pack, field by field (docs/reference/policy-pack.md)."""

from enum import StrEnum
from typing import Annotated, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
)

from records.finding import Category, Certainty, Disposition, Severity, Target
from records.period import Period
from records.working_time import TimeLimit

LINE_MANAGER = "line_manager"
AFFECTED = "affected"
"""The person named; nobody in organisation.toml holds this role."""

Entry = TypeVar("Entry")
Limit = Annotated[
    TimeLimit,
    BeforeValidator(lambda text: text if isinstance(text, TimeLimit) else TimeLimit.parse(text)),
]
Months = Annotated[
    Period,
    BeforeValidator(lambda text: text if isinstance(text, Period) else Period.parse(text)),
]
Roles = Annotated[tuple[str, ...], Field(min_length=1)]


class Decision(StrEnum):
    """What a policy says who may decide."""

    POLICE = "police"
    REMOVAL = "removal"
    RESTRICTION = "restriction"
    TERMINATION = "termination"
    LEADERSHIP_SHARING = "leadership_sharing"
    PERSONAL_RECORD = "personal_record"
    CASEWORK_USE = "casework_use"
    COMPLAINT_MISUSE = "complaint_misuse"
    RETENTION = "retention"
    BLOCK = "block"


class Table(BaseModel):
    """One table: unknown settings are refused, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Alerting(Table):
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


def all_categories(table: dict[Category, str]) -> dict[Category, str]:
    """The table itself; raises ValueError when a category has no clause in it."""
    for category in Category:
        if not table.get(category):
            raise ValueError(f"{category} is missing; every category needs its clause")
    return table


class Escalating(Table):
    """How long an alert may wait to be acknowledged, and who is told next."""

    clause: str
    chain: tuple[str, ...]
    within: Annotated[dict[Severity, Limit], AfterValidator(_all_alerting_severities)]
    give_up_after: int = Field(ge=1)
    """How many times the end of the chain is reminded before an operations alarm."""


class Asking(Table):
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


class SeverityRule(Table):
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


class Quiet(Table):
    """What may wait while the body's quiet hours last; a threat never does."""

    clause: str
    waits: tuple[Category, ...] = ()
    """An alert waits when all its categories stand here and it is neither high nor critical."""

    @field_validator("waits")
    @classmethod
    def _no_threat_waits(cls, waits: tuple[Category, ...]) -> tuple[Category, ...]:
        for never in (Category.THREAT, Category.VIOLENCE):
            if never in waits:
                raise ValueError(f"{never} can't wait, at any hour")
        return waits


class LeftOpen(Table):
    """A role that the policy leaves open: the body fills it when it sets namewatch up."""

    title: str = Field(min_length=1)
    meanwhile: str
    """The role whose holder acts, and is told so, until the body has filled this one."""


class Telling(Table):
    """Who tells the person named, in private; nobody does so by machine."""

    clause: str
    chain: Roles
    """In order; the first who can be told of the incident and is there tells the person."""
    within: Limit


def every_decision(table: dict[Decision, Entry]) -> dict[Decision, Entry]:
    """The table itself; raises ValueError when a decision has no entry in it."""
    for decision in Decision:
        if not table.get(decision):
            raise ValueError(f"{decision} is missing; every decision needs an entry")
    return table


Deciding = Annotated[dict[Decision, tuple[str, ...]], AfterValidator(every_decision)]


class Police(Table):
    """Whether a threat of physical harm is a matter of judgement for the police decision."""

    clause: str
    rule: Literal["judgement", "always"]
    witness_statements: Literal["asked", "optional"]


class RestrictionKind(Table):
    """One way of restricting somebody's contact."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    title: str = Field(min_length=1)
    clause: str
    ends_contact: bool = False
    """Whether it ends all contact, so that the rules for a termination hold."""


class Restrictions(Table):
    """How contact may be restricted, and what the person restricted may do about it."""

    clause: str
    kinds: tuple[RestrictionKind, ...] = Field(min_length=1)
    """From the least restrictive to the most."""
    appeal: tuple[str, ...] = ()
    """Roles that may hear an appeal; whoever decided never does. Empty: there is no appeal."""
    termination_appeal: bool
    representations: bool
    """Whether representations, which are no appeal, are to be considered."""
    representations_to: tuple[str, ...] = ()
    termination_recommended_by: tuple[str, ...] = ()
    """Roles, one of which must have recommended it. Empty: the policy asks for none."""
    reconsider_after: Months | None = None
    complain_to: str = "Scottish Public Services Ombudsman (SPSO)"
    """Where every decision says that a complaint may go."""


class CustodyRule(Table):
    """Who keeps the register of namings in confidence."""

    clause: str
    custodian: str
    deputy: str
    """The custodian of an incident in which the custodian is named or in conflict."""


class Leadership(Table):
    """Who shares an incident with the leadership, with nothing sent by itself."""

    clause: str
    shared_by: str
    told: str


class PersonalRecord(Table):
    """Who decides together whether an incident enters the person's own file."""

    clause: str
    deciders: Roles
    default: Literal["not recorded"] = "not recorded"


class Retention(Table):
    """After how long a decision to erase or extend falls due; nothing happens by itself."""

    clause: str
    closed_record: Months
    """Counted from closing."""
    evidence: Months
    """Distressing evidence, counted from closing."""
    restriction: Months
    """Counted from the restriction's end."""
