"""How to tell somebody in private that they were named: words for whoever has to do it."""

from collections.abc import Iterable
from dataclasses import dataclass

from console.step_form import own_clauses
from console.tasks import View
from console.words import listed

_OFFERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("A talk, whenever they like", ("SPSO 70", "WICS Named ¶4")),
    ("The confidential support line", ("SPSO 59",)),
    ("The employee assistance programme", ("SPSO 70", "WICS Named ¶4")),
    ("A de-brief, and time away from this work", ("SPSO 58", "WICS Staff")),
    ("No more contact with the author, or being taken off the case", ("SPSO 58", "WICS Staff")),
    ("Letters in the name of a senior member of staff", ("SPSO 60", "WICS Staff")),
)
"""What may be offered, and the clauses from which it comes."""


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and what there is to say under it."""

    heading: str
    lines: tuple[str, ...]
    bullets: bool = True


@dataclass(frozen=True, slots=True)
class TalkPage:
    """The whole page."""

    reference: str
    yours: bool
    """Whether the reader is the one who is to tell them."""
    by: str
    order: str
    parts: tuple[Part, ...]


def talk_page(view: View) -> TalkPage:
    """In the order of a talk: before it, in it, and after it."""
    known = view.case.known
    rule = known.pack.telling
    due = rule.within.end(known.opened_at, known.hours)
    return TalkPage(
        reference=view.case.incident.reference,
        yours=view.teller == view.reader,
        by=view.shown(due),
        order=listed([known.pack.role_title(role) for role in rule.chain], "then the"),
        parts=(
            Part(
                "Before the talk",
                (
                    "Find a place where nobody can hear you. If you can't meet, ring them.",
                    "Do not send them a message about it, and do not forward the link.",
                    "You need not have read what was posted. You can tell them what kind it is.",
                    "Take your time. Ask if they would like somebody with them.",
                ),
            ),
            Part("You could begin like this", _BEGINNING, bullets=False),
            Part(
                "In the talk",
                (
                    "Say what you know: where it was posted, and what kind it is.",
                    "Do not show it to them. Ask how much they would like to know.",
                    "They need not look at it, now or ever.",
                    "Tell them who knows about it. They can ask to see the list.",
                    "Listen. It is not their fault, whatever it says.",
                    *_of_a_threat(view),
                ),
            ),
            Part(
                "Ask what they would like to happen",
                (
                    "They have a say in what is done. Nothing is done before you have asked.",
                    "They can say that they have no view, and they can change their mind.",
                    "Do not promise that it will be taken down.",
                ),
            ),
            Part("Offer support", tuple(offers(view))),
            Part(
                "After the talk",
                (
                    "Come back here and press “I have told them”.",
                    "Agree when you will speak again.",
                ),
            ),
        ),
    )


_BEGINNING = (
    (
        "“I have something to tell you in private. You have been named online because of your work."
        " You have done nothing wrong, and you are not alone with it. I can tell you as much or as"
        " little about it as you like.”"
    ),
)


def offers(view: View) -> Iterable[str]:
    """What this body's policy has on offer; of a policy of its own, all of it."""
    for words, clauses in _OFFERS:
        if view.case.known.pack.name not in ("spso", "wics") or any(
            own_clauses(clauses, view.case)
        ):
            yield words


def _of_a_threat(view: View) -> Iterable[str]:
    if not view.case.known.physical:
        return
    yield "If they are in danger now, call 999 together."
    if view.case.known.pack.police.rule == "always":
        yield "Tell them that the police are told about every threat of harm."
    else:
        yield "Ask what they think about telling the police. They never have to decide it alone."
