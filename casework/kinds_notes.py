"""What the record says of the case itself: the author, the harm, notes, and what becomes of it."""

from collections.abc import Iterator

from casework.permissions import Action
from casework.step_parts import Fault, Part, Sort
from casework.step_rules import NUMBERED, Kind, Known, Proposed

NO_ACTION = (
    "criticism",
    "distress",
    "unusual",
    "someone-else",
    "not-about-work",
    "may-be-named",
    "no-threat",
    "nothing-publicly",
    "duplicate",
)
"""Why nothing is done: it was not unacceptable, or it is better so (SPSO 7, 10, 71)."""
NOBODY_MEANT = frozenset({"someone-else", "not-about-work", "may-be-named", "duplicate"})
"""Reasons after which nobody has to be told, since nobody of the staff was named by it."""
NO_THREAT = NOBODY_MEANT | {"no-threat"}
OUTCOMES = ("no-action", "restoring", "restricting", "zero-tolerance")


def nobody_meant(known: Known) -> bool:
    """Whether somebody has decided that nobody on the staff was meant."""
    return _because(known) in NOBODY_MEANT


def no_threat(known: Known) -> bool:
    """Whether what was found was none, or somebody has decided that it was none."""
    return not known.physical or _because(known) in NO_THREAT


def _because(known: Known) -> str:
    decided = known.newest("outcome")
    return decided.given.code("because") if decided else ""


def _permission(step: Proposed, known: Known) -> Action:
    """That a threat was none is for those who decide about the police; the rest for managers."""
    if step.code("outcome") == "no-action":
        return Action.DECIDE_POLICE if known.physical else Action.RECORD
    if step.code("outcome") == "restoring":
        return Action.RECORD
    return Action.DECIDE_RESTRICTION


def _says_what_harm(step: Proposed, known: Known) -> Iterator[str]:
    """SPSO 3: harm to a person or to the service is what lets anything be done."""
    if step.code("outcome") in {"restricting", "zero-tolerance"} and known.newest("harm") is None:
        yield Fault(
            "outcome",
            "Record first whether a person or the service is harmed (harm).",
            "Record first whether a person or the service is harmed.",
            needs="harm",
        )


def _of_a_threat(step: Proposed, known: Known) -> Iterator[str]:
    if known.physical and step.code("because") in {"criticism", "distress", "unusual"}:
        yield Fault(
            "because",
            "It was found as a threat: say no-threat if it is none.",
            "It was found as a threat. If it is none, choose that it is no threat.",
        )


def _a_note_there(step: Proposed, known: Known) -> Iterator[str]:
    if known.newest("outside-contact", step.code("number")) is None:
        yield Fault("number", "There is no note of this number.", needs="outside-contact")


NOTES: tuple[Kind, ...] = (
    Kind(
        "outcome",
        "What becomes of the incident",
        ("SPSO 10", "SPSO 12", "SPSO 13", "SPSO 20", "SPSO 24", "SPSO 62", "WICS Record-kinds"),
        (
            Part("outcome", Sort.CHOICE, OUTCOMES),
            Part("because", Sort.CHOICE, NO_ACTION, when=("outcome", ("no-action",))),
            Part("why", Sort.WORDS, when=("outcome", OUTCOMES[1:])),
            Part(
                "explained",
                Sort.CHOICE,
                ("explained", "not-explained"),
                when=("outcome", OUTCOMES[1:]),
            ),
            Part("explained-on", Sort.DAY, when=("explained", ("explained",))),
            Part("not-explained-why", Sort.WORDS, when=("explained", ("not-explained",))),
        ),
        action_of=_permission,
        checks=(_says_what_harm, _of_a_threat),
    ),
    Kind(
        "author",
        "Who the author is, as far as it matters",
        ("SPSO 4", "WICS Organisation", "WICS Positive"),
        (
            Part(
                "type",
                Sort.CHOICE,
                ("public", "organisation", "elected", "journalist", "contractor", "unknown"),
            ),
            Part("represents", Sort.CHOICE, ("yes", "no"), about="whether they speak for one"),
            Part("whom", Sort.WORDS, when=("represents", ("yes",))),
            Part("needs", Sort.WORDS, optional=True, about="needs of theirs to be considered"),
        ),
    ),
    Kind(
        "harm",
        "Whether a person or the service is harmed",
        ("SPSO 3", "WICS Introduction ¶1"),
        (Part("to", Sort.CHOICE, ("person", "service", "both", "none")),),
    ),
    Kind(
        "contributing",
        "What on our side may have contributed",
        ("SPSO 14",),
        (
            Part("factor", Sort.CHOICE, ("none", "training", "delay", "wording", "other")),
            Part("note", Sort.WORDS, when=("factor", ("training", "delay", "wording", "other"))),
        ),
    ),
    Kind(
        "visibility",
        "Who can see the post",
        ("SPSO 5",),
        (Part("seen-by", Sort.CHOICE, ("public", "semi-public", "private-forwarded")),),
    ),
    Kind(
        "allegation",
        "Whether an allegation is supported by anything",
        ("SPSO 36", "WICS Aggressive ¶2"),
        (
            Part("judged", Sort.CHOICE, ("unsupported", "supported", "passed-on")),
            Part("why", Sort.WORDS),
        ),
        action=Action.DECIDE_RESTRICTION,
    ),
    Kind(
        "casework-use",
        "Whether it is used as evidence in casework",
        ("SPSO 29",),
        (Part("used", Sort.YES), Part("why", Sort.WORDS)),
        action=Action.DECIDE_CASEWORK_USE,
    ),
    Kind(
        "complaint-misuse",
        "Whether a route for complaints is misused",
        ("SPSO 52", "SPSO 53", "SPSO 54", "WICS Persistence"),
        (Part("decision", Sort.CHOICE, ("misused", "not-misused")), Part("why", Sort.WORDS)),
        action=Action.DECIDE_COMPLAINT_MISUSE,
    ),
    Kind(
        "outside-contact",
        "Contact outside the office",
        ("SPSO 42", "SPSO 43"),
        (
            Part("where", Sort.CHOICE, ("social-network", "public-place", "home", "other")),
            Part("on", Sort.DAY),
            Part("note", Sort.WORDS),
            Part("know-them", Sort.YES, about="whether you know them otherwise"),
        ),
        action=Action.FILE,
        subject=NUMBERED,
    ),
    Kind(
        "outside-contact-decision",
        "Whether a contact outside the office is recorded",
        ("SPSO 42", "SPSO 43"),
        (
            Part("number", Sort.NUMBER),
            Part("decision", Sort.CHOICE, ("record", "do-not-record")),
            Part("why", Sort.WORDS),
        ),
        action=Action.DECIDE_RESTRICTION,
        subject="number",
        checks=(_a_note_there,),
    ),
    Kind(
        "note",
        "A note: facts and opinions apart",
        ("SPSO 65",),
        (
            Part("fact", Sort.WORDS),
            Part("opinion", Sort.WORDS, optional=True),
        ),
        subject=NUMBERED,
    ),
)
