"""Who else hears of it: the leadership, the personal file, colleagues who have to know."""

from collections.abc import Iterator

from casework.permissions import Action
from casework.step_parts import Fault, Part, Sort
from casework.step_rules import NUMBERED, Kind, Known, Proposed
from policies.tables import AFFECTED


def _released_by_the_sharer(step: Proposed, known: Known) -> Iterator[str]:
    """SPSO 71: released by the custodian, or whoever the body has named; nothing goes by itself."""
    rule = known.pack.leadership
    custodian = known.desk.custodian()
    may_release = {*known.desk.who_may_know(rule.shared_by)}
    if custodian and not may_release:
        may_release = {custodian.staff_id}
    if step.actor not in may_release:
        yield f"It is shared by the {known.pack.role_title(rule.shared_by)} ({rule.clause})."


def _never_with_the_named(step: Proposed, known: Known) -> Iterator[str]:
    """SPSO 68."""
    to = step.code("to-whom")
    if to and (to == known.named or to in known.alongside):
        yield Fault(
            "to-whom",
            "They are named in this incident; they are told in private, and in no other way.",
        )


def _decider_of_the_pack(step: Proposed, known: Known) -> Iterator[str]:
    """SPSO 71: the person named and HR, each for themselves."""
    deciders = known.pack.personal_record.deciders
    role = step.code("for")
    if role not in deciders:
        yield Fault(
            "for",
            f"for is one of {', '.join(deciders)}.",
            "Choose whose answer this is.",
        )
    elif role != AFFECTED and step.actor not in known.desk.who_may_know(role):
        yield Fault("for", f"Only the {known.pack.role_title(role)} answers for themselves.")
    elif role == AFFECTED and known.named is None:
        yield "Nobody on the staff is named in this incident."


def personal_record(known: Known) -> str:
    """What stands: "recorded" only when everybody who decides has said so (SPSO 71)."""
    answers = [
        known.newest("personal-record", role) for role in known.pack.personal_record.deciders
    ]
    agreed = all(one is not None and one.given.code("answer") == "record" for one in answers)
    return "recorded" if agreed else known.pack.personal_record.default


def _restriction_there(step: Proposed, known: Known) -> Iterator[str]:
    if known.newest("restriction", step.code("restriction")) is None:
        yield Fault(
            "restriction",
            "There is no restriction of this number in the record.",
            needs="restriction",
        )


def notice(known: Known, number: str) -> tuple[str, ...]:
    """What the phone and web teams are told: the restriction, and never its cause (SPSO 65)."""
    restriction = known.newest("restriction", number)
    if restriction is None:
        return ()
    given = restriction.given
    title = next(
        one.title for one in known.pack.restrictions.kinds if one.name == given.code("restriction")
    )
    until = given.code("ends-on") or given.code("review-on")
    lines = [f"{title}.", "Give no names or direct details of staff."]
    return (*lines, f"Until {until}.") if until else tuple(lines)


SHARING: tuple[Kind, ...] = (
    Kind(
        "leadership",
        "Shared with the leadership",
        ("SPSO 71", "WICS Named ¶5"),
        (
            Part("decision", Sort.CHOICE, ("shared", "not-shared")),
            Part(
                "words",
                Sort.WORDS,
                when=("decision", ("shared",)),
                about="what they are told: the least that will do",
            ),
            Part(
                "person-named",
                Sort.YES,
                when=("decision", ("shared",)),
                about="whether it says who was named",
            ),
            Part("why", Sort.WORDS, about="why it is shared, says who was named, or is not shared"),
        ),
        action=Action.DECIDE_LEADERSHIP_SHARING,
        subject=NUMBERED,
        checks=(_released_by_the_sharer,),
    ),
    Kind(
        "personal-record",
        "Whether it enters the person's own file",
        ("SPSO 71", "WICS Named ¶5"),
        (
            Part("for", Sort.NAME, about="whose answer this is: a role of the policy"),
            Part("answer", Sort.CHOICE, ("record", "do-not-record", "no-view")),
        ),
        subject="for",
        checks=(_decider_of_the_pack,),
    ),
    Kind(
        "shared",
        "Told somebody who has to know",
        ("SPSO 66", "SPSO 68", "WICS Record ¶1", "WICS Termination record"),
        (
            Part("to", Sort.CHOICE, ("staff", "outside-adviser", "another-body", "police")),
            Part("to-whom", Sort.STAFF, when=("to", ("staff",))),
            Part("whom", Sort.WORDS, when=("to", ("outside-adviser", "another-body", "police"))),
            Part("pseudonymised", Sort.YES, when=("to", ("outside-adviser",))),
            Part("what", Sort.WORDS),
            Part("why", Sort.WORDS),
        ),
        subject=NUMBERED,
        checks=(_never_with_the_named,),
    ),
    Kind(
        "shared-seen",
        "Somebody has said that they have seen what they were told",
        ("SPSO 66",),
        (Part("number", Sort.NUMBER), Part("on", Sort.DAY)),
        subject="number",
    ),
    Kind(
        "notice",
        "Told the phone or web team of a restriction",
        ("SPSO 65", "SPSO 66.1", "SPSO 66.2", "SPSO 31.3", "WICS Record ¶1"),
        (
            Part("restriction", Sort.NUMBER),
            Part("team", Sort.CHOICE, ("phone", "web", "named-people")),
            Part("people", Sort.NAME, when=("team", ("named-people",)), about="their staff_ids"),
            Part("why", Sort.WORDS, when=("team", ("named-people",)), about="why they need it"),
        ),
        subject="restriction+team",
        checks=(_restriction_there,),
    ),
)
