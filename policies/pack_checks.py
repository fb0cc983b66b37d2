"""What must hold between the tables of a policy pack."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policies.clauses import is_known
from policies.pack import Pack
from policies.tables import AFFECTED, LINE_MANAGER, Decision


@dataclass(frozen=True, slots=True)
class Fault:
    """What can't hold, and the setting at which it stands."""

    path: tuple[str, ...]
    sentence: str


def first_fault(pack: Pack) -> Fault | None:
    """The first thing that can't hold, or None."""
    return next(faults(pack), None)


def faults(pack: Pack) -> Iterator[Fault]:
    """Everything that can't hold, in the order of the tables."""
    yield from _unknown_roles(pack)
    yield from _repeated_roles(pack)
    yield from _loops(pack)
    yield from _unknown_clauses(pack)
    yield from _contradictions(pack)


def chains_of(pack: Pack) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Every list of roles in the pack, with the setting it stands at."""
    alerting, restrictions = pack.alerting, pack.restrictions
    yield ("alerting", "recipients"), alerting.recipients
    yield ("alerting", "when_absent"), (alerting.when_absent,)
    yield ("alerting", "last_resort"), alerting.last_resort
    yield ("alerting", "nobody_named"), alerting.nobody_named
    for place, chain in alerting.fallback.items():
        yield ("alerting", "fallback", place), chain
    yield ("escalating", "chain"), pack.escalating.chain
    yield ("telling", "chain"), pack.telling.chain
    for decision, deciders in pack.deciding.items():
        yield ("deciding", decision), deciders
    yield ("restrictions", "appeal"), restrictions.appeal
    yield ("restrictions", "representations_to"), restrictions.representations_to
    yield ("restrictions", "termination_recommended_by"), restrictions.termination_recommended_by
    yield ("custody", "custodian"), (pack.custody.custodian,)
    yield ("custody", "deputy"), (pack.custody.deputy,)
    yield ("leadership", "shared_by"), (pack.leadership.shared_by,)
    yield ("leadership", "told"), (pack.leadership.told,)
    yield ("personal_record", "deciders"), pack.personal_record.deciders


def _unknown_roles(pack: Pack) -> Iterator[Fault]:
    known = pack.known_roles | {LINE_MANAGER}
    for path, role in _roles_used(pack):
        of_the_person = path in {("personal_record", "deciders"), _PERSONAL}
        if role not in known and not (role == AFFECTED and of_the_person):
            yield Fault(path, f"role {role} is used but does not stand under [roles]")
    for name, open_role in pack.left_open.items():
        if open_role.meanwhile not in pack.roles:
            path = ("left_open", name, "meanwhile")
            yield Fault(path, f"role {open_role.meanwhile} is not one of [roles]")


_PERSONAL = ("deciding", Decision.PERSONAL_RECORD)


def _roles_used(pack: Pack) -> Iterator[tuple[tuple[str, ...], str]]:
    for path, chain in chains_of(pack):
        yield from ((path, role) for role in chain)
    for place in pack.alerting.fallback:
        yield ("alerting", "fallback", place), place
    for role in pack.asking.steps:
        if role != "others":
            yield ("asking", "steps", role), role


def _repeated_roles(pack: Pack) -> Iterator[Fault]:
    for path, chain in chains_of(pack):
        for role in _twice(chain):
            yield Fault(path, f"role {role} stands twice in {'.'.join(path)}")
    for table in ("groups", "left_open"):
        for role in _twice((*pack.roles, *getattr(pack, table))):
            yield Fault((table, role), f"role {role} stands under [roles] as well")
    kinds = [kind.name for kind in pack.restrictions.kinds]
    for number, name in enumerate(kinds):
        if name in kinds[:number]:
            path = ("restrictions", "kinds", str(number), "name")
            yield Fault(path, f"the restriction kind {name} stands twice")


def _twice(names: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield name
        seen.add(name)


def _loops(pack: Pack) -> Iterator[Fault]:
    """A role must never, by way of other roles, stand in for itself."""
    fallback = pack.alerting.fallback
    for start in fallback:
        if circle := _circle(fallback, [start]):
            yield Fault(
                ("alerting", "fallback", start),
                f"these roles stand in for each other in a circle: {' → '.join(circle)}",
            )


def _circle(fallback: dict[str, tuple[str, ...]], way: list[str]) -> list[str] | None:
    for role in fallback.get(way[-1], ()):
        if role == way[0]:
            return [*way, role]
        if role not in way and (found := _circle(fallback, [*way, role])):
            return found
    return None


def clauses_of(pack: Pack) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every clause that the pack cites, with the setting it stands at."""
    for table in (
        "alerting",
        "escalating",
        "quiet",
        "telling",
        "police",
        "restrictions",
        "custody",
        "leadership",
        "personal_record",
        "retention",
    ):
        yield (table, "clause"), getattr(pack, table).clause
    for decision, clause in pack.deciding_clauses.items():
        yield ("deciding_clauses", decision), clause
    for number, kind in enumerate(pack.restrictions.kinds):
        yield ("restrictions", "kinds", str(number), "clause"), kind.clause
    for category, clause in pack.clauses.items():
        yield ("clauses", category), clause
    for number, rule in enumerate(pack.severity_rules):
        if rule.clause:
            yield ("severity_rules", str(number), "clause"), rule.clause


def _unknown_clauses(pack: Pack) -> Iterator[Fault]:
    for path, clause in clauses_of(pack):
        if not is_known(clause, pack.name):
            yield Fault(
                path,
                f'there is no clause "{clause}"; cite one of the shipped policies, one of your own'
                f' as "{pack.name.upper()} 12", or "default" where your policy is silent',
            )


def _contradictions(pack: Pack) -> Iterator[Fault]:
    custody, restrictions = pack.custody, pack.restrictions
    if custody.custodian == custody.deputy:
        yield Fault(("custody", "deputy"), "the deputy must be another role than the custodian")
    if restrictions.representations and not restrictions.representations_to:
        yield Fault(
            ("restrictions", "representations"),
            "say in representations_to which roles consider representations",
        )
    if restrictions.termination_appeal and not restrictions.appeal:
        yield Fault(
            ("restrictions", "termination_appeal"), "there is nobody in appeal to hear that appeal"
        )
