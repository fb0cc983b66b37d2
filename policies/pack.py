"""A policy pack: what one body's policy decides, typed and checked."""

from typing import Annotated

from pydantic import AfterValidator, Field, field_validator

from policies.clauses import SILENT
from policies.tables import (
    AFFECTED,
    LINE_MANAGER,
    Alerting,
    Asking,
    CustodyRule,
    Deciding,
    Decision,
    Escalating,
    Leadership,
    LeftOpen,
    Limit,
    PersonalRecord,
    Police,
    Quiet,
    Restrictions,
    Retention,
    SeverityRule,
    Table,
    Telling,
    all_categories,
    every_decision,
)
from records.finding import Category

__all__ = ["AFFECTED", "LINE_MANAGER", "Decision", "Pack", "SeverityRule"]


class Pack(Table):
    """A whole policy pack."""

    name: str = Field(pattern=r"^[a-z0-9_-]+$")
    title: str
    version: str
    roles: dict[str, str]
    """The roles that the body must fill, each with its name in plain words."""
    groups: dict[str, str] = Field(default_factory=dict)
    """Roles that several people hold at once, such as the leadership team."""
    left_open: dict[str, LeftOpen] = Field(default_factory=dict)
    """Roles that the policy leaves open, for the body to fill."""
    joins_within: Limit
    """A further post about the same person joins an open incident that is no older than this."""
    alerting: Alerting
    escalating: Escalating
    quiet: Quiet = Quiet(clause=SILENT)
    telling: Telling
    deciding: Deciding
    deciding_clauses: Annotated[dict[Decision, str], AfterValidator(every_decision)]
    police: Police
    restrictions: Restrictions
    custody: CustodyRule
    leadership: Leadership
    personal_record: PersonalRecord
    retention: Retention
    asking: Asking
    clauses: Annotated[dict[Category, str], AfterValidator(all_categories)]
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

    @property
    def needed_roles(self) -> tuple[str, ...]:
        """The roles that organisation.toml must fill."""
        return tuple(self.roles)

    @property
    def known_roles(self) -> frozenset[str]:
        """Every role that somebody in organisation.toml may hold."""
        return frozenset({*self.roles, *self.groups, *self.left_open})

    def may_decide(self, decision: Decision) -> tuple[str, ...]:
        """The roles that may take this decision; `affected` is the person named."""
        return self.deciding[decision]

    def role_title(self, role: str) -> str:
        """The role in plain words."""
        if role == LINE_MANAGER:
            return "line manager"
        if role == AFFECTED:
            return "person named"
        if role in self.left_open:
            return self.left_open[role].title
        return self.roles.get(role) or self.groups.get(role) or role.replace("_", " ")
