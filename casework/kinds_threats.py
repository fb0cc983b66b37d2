"""Steps after a threat: the police, witnesses, others who may be in danger, and whoever made it."""

from collections.abc import Iterator

from casework.permissions import Action
from casework.step_parts import Fault, Part, Sort
from casework.step_rules import NUMBERED, Kind, Known, Proposed


def _always_reported(step: Proposed, known: Known) -> Iterator[str]:
    """WICS Active ¶2: of physical harm the police always hear."""
    always = known.pack.police.rule == "always"
    if always and known.physical and step.code("decision") == "not-reported":
        yield Fault(
            "decision",
            f"The policy leaves no choice: a threat of physical harm is always reported to the"
            f" police ({known.pack.police.clause}).",
        )


def _not_by_who_was_threatened(step: Proposed, known: Known) -> Iterator[str]:
    """SPSO 33: the person threatened doesn't alone decide against it."""
    if step.actor == known.named or step.actor in known.alongside:
        yield "Whoever was threatened doesn't decide this."


def _why_not(step: Proposed, known: Known) -> Iterator[str]:
    del known
    if step.code("persons-view") == "not-asked" and step.code("decision") == "not-reported":
        yield Fault(
            "persons-view",
            "Ask the person threatened first: not to report weighs their view.",
        )


THREATS: tuple[Kind, ...] = (
    Kind(
        "police",
        "Whether the police were told",
        ("SPSO 31.4", "SPSO 32", "SPSO 33", "WICS Active ¶2"),
        (
            Part("decision", Sort.CHOICE, ("reported", "to-be-reported", "not-reported")),
            Part("why", Sort.WORDS),
            Part("persons-view", Sort.CHOICE, ("for", "against", "no-view", "not-asked")),
            Part("view", Sort.WORDS, when=("persons-view", ("for", "against"))),
            Part("impact", Sort.WORDS, about="what it means for other staff"),
            Part("force", Sort.NAME, when=("decision", ("reported",)), about="which police"),
            Part("their-reference", Sort.WORDS, when=("decision", ("reported",)), optional=True),
            Part("told-on", Sort.DAY, when=("decision", ("reported",))),
            Part("told-by", Sort.STAFF, when=("decision", ("reported",))),
        ),
        action=Action.DECIDE_POLICE,
        checks=(_not_by_who_was_threatened, _always_reported, _why_not),
    ),
    Kind(
        "witness",
        "What a witness was asked, and gave",
        ("SPSO 33",),
        (
            Part("state", Sort.CHOICE, ("asked", "given", "declined", "no-witnesses")),
            Part("who", Sort.STAFF, when=("state", ("asked", "given", "declined"))),
            Part("statement", Sort.WORDS, when=("state", ("given",))),
        ),
        subject="who",
    ),
    Kind(
        "third-party",
        "Whether others who may be in danger were warned",
        ("SPSO 32", "SPSO 38"),
        (
            Part("decision", Sort.CHOICE, ("warned", "not-needed", "left-to-police")),
            Part("whom", Sort.WORDS, when=("decision", ("warned",))),
            Part("power", Sort.WORDS, when=("decision", ("warned",)), about="under what power"),
            Part("told-on", Sort.DAY, when=("decision", ("warned",))),
            Part("why", Sort.WORDS),
        ),
        action=Action.DECIDE_POLICE,
        subject=NUMBERED,
    ),
    Kind(
        "told-threatener",
        "Whether whoever threatened was told that it was reported",
        ("SPSO 32",),
        (
            Part("decision", Sort.CHOICE, ("told", "not-told")),
            Part("why", Sort.WORDS),
            Part("told-on", Sort.DAY, when=("decision", ("told",))),
        ),
        action=Action.DECIDE_POLICE,
    ),
    Kind(
        "risk",
        "What may still happen, under three headings",
        ("WICS Active ¶3", "SPSO 8"),
        (
            Part("to-staff", Sort.WORDS, about="to staff and those close to them"),
            Part("to-others", Sort.WORDS, about="to others, or to the author themselves"),
            Part("to-work", Sort.WORDS, about="to the work"),
            Part("self-harm", Sort.CHOICE, ("no-sign", "signposted", "emergency-called")),
        ),
    ),
    Kind(
        "legal",
        "A measure of law, such as an interdict",
        ("WICS Prevent ¶2",),
        (
            Part("measure", Sort.CHOICE, ("advice-asked", "interdict", "other")),
            Part("why", Sort.WORDS),
            Part("on", Sort.DAY),
        ),
        action=Action.DECIDE_RESTRICTION,
        subject=NUMBERED,
        acts=True,
    ),
)
