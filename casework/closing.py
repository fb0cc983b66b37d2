"""What must stand in a record before it can be closed (SPSO 62), as a table by outcome."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from casework.kinds import KINDS
from casework.kinds_notes import no_threat, nobody_meant
from casework.step_rules import Known

Have = Callable[[Known], bool]


def _there(kind: str) -> Have:
    return lambda known: bool(known.standing(kind))


def _asked(known: Known) -> bool:
    """Asked, whatever the answer was; "not yet" is none."""
    wishes = known.newest("wishes")
    return wishes is not None and wishes.given.code("answer") in {"asked", "no-view", "view"}


def _supported(known: Known) -> bool:
    return any(one.given.code("who") == known.named for one in known.standing("support"))


def _debriefed(known: Known) -> bool:
    """SPSO 58: a de-brief was offered after zero tolerance, taken or not."""
    return any(
        one.given.code("who") == known.named and one.given.code("offer") == "de-brief"
        for one in known.standing("support")
    )


def _police_settled(known: Known) -> bool:
    decided = known.newest("police")
    return decided is not None and decided.given.code("decision") != "to-be-reported"


def _witnesses_asked(known: Known) -> bool:
    optional = known.pack.police.witness_statements == "optional"
    return optional or bool(known.standing("witness"))


def _teams_told(known: Known) -> bool:
    """SPSO 66, WICS Record ¶1: both teams, of every restriction that stands."""
    told = {one.subject for one in known.standing("notice")}
    return all(
        f"{one.subject}:{team}" in told
        for one in known.standing("restriction")
        for team in ("phone", "web")
    )


_OF_A_PERSON: Mapping[str, Have] = MappingProxyType(
    {
        "told-in-private": _there("told-in-private"),
        "wishes": _asked,
        "support": _supported,
    }
)
"""Left out where nobody on the staff is named."""
_OF_A_THREAT: Mapping[str, Have] = MappingProxyType(
    {"police": _police_settled, "witness": _witnesses_asked, "third-party": _there("third-party")}
)
_RECORDED: Mapping[str, Have] = MappingProxyType(
    {"author": _there("author"), "harm": _there("harm"), "contributing": _there("contributing")}
)

MANDATORY: Mapping[str, Mapping[str, Have]] = MappingProxyType(
    {
        "no-action": {},
        "restoring": {**_RECORDED, "restorative": _there("restorative")},
        "restricting": {
            **_RECORDED,
            "restorative": _there("restorative"),
            "restriction": _there("restriction"),
            "notice": _teams_told,
        },
        "zero-tolerance": {**_RECORDED, "warning": _there("warning")},
    }
)
"""Outcome, kind of step, and whether it stands as it has to."""


def wanting(known: Known) -> tuple[str, ...]:
    """The kinds of steps without which the incident can't be closed; empty when it can."""
    decided = known.newest("outcome")
    if decided is None:
        return ("outcome",)
    outcome = decided.given.code("outcome")
    rules = dict(MANDATORY[outcome])
    if not no_threat(known):
        rules |= _OF_A_THREAT
    if known.named and not nobody_meant(known):
        rules |= _OF_A_PERSON
        if outcome == "zero-tolerance":
            rules["support"] = _debriefed
    return tuple(kind for kind, have in rules.items() if not have(known))


def wanting_words(kinds: tuple[str, ...]) -> str:
    """What is missing, as a sentence."""
    parts = ", ".join(f"{KINDS[kind].title.lower()} ({kind})" for kind in kinds)
    return f"It can't be closed yet. Still missing: {parts}."
