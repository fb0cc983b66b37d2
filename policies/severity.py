"""Severity and disposition of a finding, by the policy pack's table."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from policies.pack import Pack, SeverityRule
from records.finding import Concern, Disposition, NameMatch, Severity

_SUREST = ("certain", "likely", "possible")


class Watched(Protocol):
    """What the table asks about a member of staff."""

    @property
    def may_be_named(self) -> bool:
        """Whether being named alone is no incident."""

    @property
    def watch(self) -> str:
        """`normal`, or `raised` for somebody at risk of being named."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the table says, and the clause of the row that decided."""

    severity: Severity
    disposition: Disposition
    clause: str
    conditions: tuple[str, ...] = ()
    """What that row asks of a finding, in words; empty for the last row."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a finding says, in the table's terms."""

    staff: tuple[NameMatch, ...]
    organisation: bool
    concerns: tuple[Concern, ...]
    people: Mapping[str, Watched]

    @property
    def surest(self) -> tuple[NameMatch, ...]:
        """The matches of the highest certainty found."""
        for certainty in _SUREST:
            if best := tuple(match for match in self.staff if match.certainty == certainty):
                return best
        return ()


def judge(pack: Pack, facts: Facts) -> Judgement:
    """The first row that fits decides; the last row of a pack fits every finding."""
    for rule in pack.severity_rules:
        if _fits(rule, facts):
            return Judgement(rule.severity, rule.disposition, rule.clause, tuple(_in_words(rule)))
    raise AssertionError("a pack's last severity rule takes every finding")


def _fits(rule: SeverityRule, facts: Facts) -> bool:
    surest = facts.surest
    people = [facts.people[match.staff_id] for match in surest]
    return (
        _concern_fits(rule, facts.concerns)
        and (not rule.certainty or bool(surest and surest[0].certainty in rule.certainty))
        and not (rule.names_nobody and surest)
        and rule.organisation in (None, facts.organisation)
        and (not rule.duties or any(match.duties in rule.duties for match in surest))
        and rule.may_be_named in (None, bool(people) and all(one.may_be_named for one in people))
        and (rule.watch is None or any(one.watch == rule.watch for one in people))
    )


def _in_words(rule: SeverityRule) -> Iterator[str]:
    if rule.categories:
        aimed = f" aimed at {_either(rule.targets)}" if rule.targets else ""
        yield f"there is {_either(rule.categories)}{aimed}"
    if rule.names_nobody:
        yield "nobody on the staff is meant"
    if rule.certainty:
        yield f"the surest match is {_either(rule.certainty)}"
    if rule.organisation is not None:
        yield f"the body is {'' if rule.organisation else 'not '}named"
    if rule.duties:
        yield f"whether it is about their work: {_either(rule.duties)}"
    if rule.may_be_named is not None:
        yield f"{'' if rule.may_be_named else 'not '}everybody meant may be named"
    if rule.watch is not None:
        yield f"somebody meant has watch={rule.watch}"


def _either(words: Iterable[str]) -> str:
    return " or ".join(words)


def _concern_fits(rule: SeverityRule, concerns: tuple[Concern, ...]) -> bool:
    if not rule.categories:
        return True
    return any(
        concern.category in rule.categories and (not rule.targets or concern.target in rule.targets)
        for concern in concerns
    )
