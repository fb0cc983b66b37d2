"""Severity and disposition of a finding, by the policy pack's table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, get_args

from policies.pack import Pack, SeverityRule
from records.finding import Concern, Disposition, NameMatch, Severity

_SUREST = ("certain", "likely", "possible")
_grave = get_args(Severity)[::-1].index
_soon = get_args(Disposition)[::-1].index


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

    def about(self, staff_id: str) -> "Facts":
        """The facts as if nobody else were meant."""
        return replace(self, staff=tuple(one for one in self.staff if one.staff_id == staff_id))

    @property
    def surest(self) -> tuple[NameMatch, ...]:
        """The matches of the highest certainty found."""
        for certainty in _SUREST:
            if best := tuple(match for match in self.staff if match.certainty == certainty):
                return best
        return ()


def judge(pack: Pack, facts: Facts) -> Judgement:
    """The table is asked for each person and each concern alone; the gravest answers stand.

    So one more name or one more concern can never make a finding look harmless.
    """
    return _gravest(list(judge_each(pack, facts).values()) or [_of_one(pack, facts)])


def judge_each(pack: Pack, facts: Facts) -> dict[str, Judgement]:
    """What the table says of each person who may be meant, by staff id."""
    ids = dict.fromkeys(match.staff_id for match in facts.staff)
    return {one: _of_one(pack, facts.about(one)) for one in ids}


def _of_one(pack: Pack, facts: Facts) -> Judgement:
    kinds = {(concern.category, concern.target): concern for concern in facts.concerns}
    return _gravest(
        [
            *(_asked(pack, replace(facts, concerns=(one,))) for one in kinds.values()),
            _asked(pack, replace(facts, concerns=())),
        ]
    )


def _gravest(answers: Sequence[Judgement]) -> Judgement:
    """The answer that tells people soonest, with the highest severity of all answers."""
    decisive = max(answers, key=lambda one: (_soon(one.disposition), _grave(one.severity)))
    return replace(decisive, severity=max((one.severity for one in answers), key=_grave))


def _asked(pack: Pack, facts: Facts) -> Judgement:
    """The first row that fits decides; the last row of a pack fits every finding."""
    for rule in pack.severity_rules:
        if _fits(rule, facts):
            conditions = tuple(conditions_of(rule))
            return Judgement(rule.severity, rule.disposition, rule.clause, conditions)
    raise AssertionError("a pack's last severity rule takes every finding")


def _fits(rule: SeverityRule, facts: Facts) -> bool:
    surest = facts.surest
    people = [facts.people[match.staff_id] for match in surest]
    return (
        _concern_fits(rule, facts.concerns)
        and (not rule.certainty or bool(surest and surest[0].certainty in rule.certainty))
        and not (rule.names_nobody and surest)
        and rule.organisation in (None, facts.organisation)
        and (not rule.duties or any(match.duties in rule.duties for match in facts.staff))
        and rule.may_be_named in (None, bool(people) and all(one.may_be_named for one in people))
        and (rule.watch is None or any(one.watch == rule.watch for one in people))
    )


def conditions_of(rule: SeverityRule) -> Iterator[str]:
    """What a row asks of a finding, in words; nothing for the last row."""
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
        yield f"the person may {'' if rule.may_be_named else 'not '}be named"
    if rule.watch is not None:
        yield f"the person has watch={rule.watch}"


def _either(words: Iterable[str]) -> str:
    return " or ".join(words)


def _concern_fits(rule: SeverityRule, concerns: tuple[Concern, ...]) -> bool:
    if not rule.categories:
        return True
    return any(
        concern.category in rule.categories and (not rule.targets or concern.target in rule.targets)
        for concern in concerns
    )
