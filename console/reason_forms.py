"""The short forms beside the steps: close, open again, bring in, declare a conflict, pass on."""

from collections.abc import Mapping
from dataclasses import dataclass

from casework.cases import Case
from casework.closing import wanting
from casework.ending import REOPENING
from casework.list_changes import BRINGING_IN
from console.step_form import Question, Shape
from console.step_options import Option, staff_words
from console.step_page import Link, address_of
from console.step_words import step_words
from console.words import listed

OWN_CONFLICT: Mapping[str, str] = {
    "knows-author": "I know the author",
    "involved": "I am involved in the matter",
    "close-to-named": "I am close to the person named",
    "other": "For another reason",
}
"""casework's reasons for a conflict, as somebody says them of themselves."""


@dataclass(frozen=True, slots=True)
class ReasonPage:
    """A heading, what follows, and at most two questions."""

    reference: str
    address: str
    heading: str
    lines: tuple[str, ...]
    questions: tuple[Question, ...]
    button: str
    before: tuple[Link, ...] = ()
    """What still has to be recorded, so that there is no button yet."""
    warns: bool = False


Chosen = Mapping[str, str]


def close_page(case: Case) -> ReasonPage:
    """What closing means, or what is still missing."""
    reference = case.incident.reference
    missing = wanting(case.known)
    kept = case.known.pack.retention.closed_record
    return ReasonPage(
        reference=reference,
        address=f"/r/{reference}/close",
        heading="Close this record",
        lines=(
            "It can't be closed yet. This is still missing:"
            if missing
            else "All that has to be done is recorded.",
            *(
                ()
                if missing
                else (
                    f"It is kept for {kept}. Then somebody decides whether it is erased.",
                    "You can open it again if more is found.",
                )
            ),
        ),
        questions=(),
        button="Close this record",
        before=tuple(
            Link(step_words()[one].heading, address_of(reference, one)) for one in missing
        ),
    )


def reopen_page(case: Case, chosen: Chosen) -> ReasonPage:
    """Why it is opened again."""
    reference = case.incident.reference
    return ReasonPage(
        reference=reference,
        address=f"/r/{reference}/reopen",
        heading="Open this record again",
        lines=("It is then decided anew. What was decided before stays in the history.",),
        questions=(_why("Why is it opened again?", REOPENING, chosen),),
        button="Open it again",
    )


def bring_in_page(case: Case, chosen: Chosen) -> ReasonPage:
    """Who, why, and what follows (SPSO 68, WICS Named ¶1)."""
    reference, roster = case.incident.reference, case.office.roster
    out = case.concerned.named | case.concerned.conflicted | case.concerned.listed
    people = [one for one in roster if one not in out and roster.employs(one, case.known.today)]
    people.sort(key=lambda one: roster[one].full_name.casefold())
    return ReasonPage(
        reference=reference,
        address=f"/r/{reference}/bring-in",
        heading="Let somebody else see this record",
        lines=(
            "Only people who have to act need to see it.",
            (
                "They can open it from then on. Nothing is sent to them: speak to them in private,"
                " and give them the reference."
            ),
            "Everybody who may open the record can see that you let them in, and why.",
        ),
        questions=(
            Question(
                name="who",
                shape=Shape.SELECT,
                ask="Who?",
                options=tuple(Option(one, staff_words(roster[one])) for one in people),
                values=_kept(chosen, "who"),
            ),
            _why("Why do they need to see it?", BRINGING_IN, chosen),
        ),
        button="Let them see it",
    )


def conflict_page(case: Case, chosen: Chosen) -> ReasonPage:
    """What follows from a conflict, before anybody declares one."""
    reference = case.incident.reference
    return ReasonPage(
        reference=reference,
        address=f"/r/{reference}/conflict",
        heading="I can't deal with this fairly",
        lines=(
            (
                "Say so if you know the author, are part of the matter, or are close to the person"
                " named. It is the right thing to do."
            ),
            "From then on you can't open this record, and are told no more about it.",
            "Others step in for you. You can't take it back yourself.",
        ),
        questions=(_why("Why?", OWN_CONFLICT, chosen),),
        button="I can't deal with this",
        warns=True,
    )


def pass_on_page(case: Case) -> ReasonPage:
    """What passing on means, and who comes next in the order (SPSO 69, WICS Named ¶3)."""
    reference, pack = case.incident.reference, case.known.pack
    order = listed([pack.role_title(role) for role in pack.telling.chain], "then the")
    return ReasonPage(
        reference=reference,
        address=f"/r/{reference}/pass-on",
        heading="I can't tell them",
        lines=(
            "That is all right. The next person is asked to tell them in private.",
            f"The order is: the {order}.",
            "The record stays open for you.",
        ),
        questions=(),
        button="Pass it on",
    )


def _why(ask: str, reasons: Mapping[str, str], chosen: Chosen) -> Question:
    return Question(
        name="why",
        shape=Shape.RADIOS,
        ask=ask,
        options=tuple(
            Option(code, f"{words[:1].upper()}{words[1:]}") for code, words in reasons.items()
        ),
        values=_kept(chosen, "why"),
    )


def _kept(chosen: Chosen, name: str) -> tuple[str, ...]:
    return (chosen[name],) if chosen.get(name) else ()
