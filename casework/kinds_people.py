"""Steps for the person named and everybody else who has been hurt by it."""

from collections.abc import Iterator

from casework.permissions import Action
from casework.step_parts import Fault, Part, Sort
from casework.step_rules import NUMBERED, Kind, Known, Proposed

OFFERS = (
    "informal-talk",
    "employee-assistance",
    "confidential-line",
    "de-brief",
    "time-away",
    "no-contact",
    "removal-from-case",
    "senior-name",
    "raised-watch",
)


def _told_by_the_first_who_is_there(step: Proposed, known: Known) -> Iterator[str]:
    """SPSO 69, WICS Named ¶3: in order; a later one needs to say why not an earlier one."""
    by = step.code("by")
    chain = known.pack.telling.chain
    places = [place for place, role in enumerate(chain) if by in known.desk.who_may_know(role)]
    if not places:
        titles = ", ".join(known.pack.role_title(role) for role in chain)
        yield Fault("by", f"Who tells the person is one of these: {titles}.")
        return
    teller = known.desk.teller()
    first = teller is None or teller.staff_id == by
    if not first and "why-not-earlier" not in step.given.words:
        yield Fault(
            "why-not-earlier",
            "why-not-earlier is missing: somebody else stands before them in the order.",
            "Say why it was not done by somebody who comes first in the order.",
        )


def _only_somebody_named_can_be_told(step: Proposed, known: Known) -> Iterator[str]:
    del step
    if known.named is None:
        yield "Nobody on the staff is named in this incident."


def _told_before_asked(step: Proposed, known: Known) -> Iterator[str]:
    if step.code("answer") in {"no-view", "view"} and known.newest("told-in-private") is None:
        yield Fault(
            "answer",
            "Record first that the person was told in private (told-in-private).",
            "Record first that the person was told in private.",
            needs="told-in-private",
        )


def _an_accepted_stay_away_ends(step: Proposed, known: Known) -> Iterator[str]:
    """SPSO 58: no further contact has an end, so that somebody looks at it again."""
    needs_end = step.code("offer") in {"no-contact", "time-away"}
    if needs_end and step.code("answer") == "accepted":
        until = step.given.day("until")
        if until is None:
            yield Fault(
                "until",
                "until is missing: the day on which it ends or is looked at again.",
                "Enter the day on which it ends or is looked at again.",
            )
        elif until < known.today:
            yield Fault("until", "until is past.", "The day on which it ends must be ahead.")


PEOPLE: tuple[Kind, ...] = (
    Kind(
        "told-in-private",
        "Told the person in private",
        ("SPSO 69", "WICS Named ¶3", "SPSO 59"),
        (
            Part("by", Sort.STAFF, about="staff_id of who told them"),
            Part("how", Sort.CHOICE, ("in-person", "phone", "video", "other")),
            Part("reminded", Sort.YES, about="whether they were reminded of the support there is"),
            Part("why-not-earlier", Sort.WORDS, optional=True),
        ),
        checks=(_only_somebody_named_can_be_told, _told_by_the_first_who_is_there),
    ),
    Kind(
        "wishes",
        "What the person named would like to happen",
        ("SPSO 69", "WICS Named ¶3"),
        (
            Part("answer", Sort.CHOICE, ("not-yet-asked", "asked", "no-view", "view")),
            Part("wish", Sort.WORDS, when=("answer", ("view",))),
        ),
        checks=(_only_somebody_named_can_be_told, _told_before_asked),
    ),
    Kind(
        "shown",
        "How much of it the person chose to see",
        ("SPSO 16", "SPSO 56", "WICS Staff"),
        (Part("chose", Sort.CHOICE, ("nothing", "told-in-words", "a-part", "everything")),),
        checks=(_only_somebody_named_can_be_told,),
    ),
    Kind(
        "support",
        "Support offered to somebody",
        ("SPSO 58", "SPSO 59", "SPSO 60", "SPSO 70", "WICS Staff", "WICS Named ¶4"),
        (
            Part("who", Sort.STAFF),
            Part("offer", Sort.CHOICE, OFFERS),
            Part("answer", Sort.CHOICE, ("offered", "accepted", "declined")),
            Part("until", Sort.DAY, optional=True, when=("offer", ("no-contact", "time-away"))),
            Part("agreed", Sort.WORDS, optional=True, about="what was agreed"),
        ),
        subject="who+offer",
        checks=(_an_accepted_stay_away_ends,),
    ),
    Kind(
        "disengaged",
        "Stopped reading or dealing with what was distressing",
        ("SPSO 16", "SPSO 56", "SPSO 57", "WICS Staff"),
        (
            Part("from", Sort.CHOICE, ("post", "message", "call", "meeting", "other")),
            Part("note", Sort.WORDS, optional=True),
        ),
        action=Action.FILE,
        subject=NUMBERED,
    ),
    Kind(
        "talked-over",
        "A line manager talked a disengagement over",
        ("SPSO 16", "SPSO 57"),
        (Part("number", Sort.NUMBER), Part("note", Sort.WORDS, optional=True)),
        subject="number",
    ),
    Kind(
        "steps-taken",
        "What somebody did before they passed it on",
        ("SPSO 25", "WICS Protect ¶1"),
        (Part("did", Sort.WORDS),),
        action=Action.FILE,
        subject=NUMBERED,
    ),
)
