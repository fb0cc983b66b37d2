"""The register of restrictions: imposed, explained, reviewed, appealed against, ended."""

from collections.abc import Iterator

from casework.permissions import Action
from casework.step_parts import Fault, Part, Sort
from casework.step_rules import NUMBERED, Kind, Known, Proposed, Taken
from policies.tables import RestrictionKind

INFORMATION_RIGHTS = (
    "This does not restrict your rights to ask for information: you can still make requests under"
    " freedom of information, environmental information and data protection law, and they will be"
    " answered."
)
"""Stands in the text of every restriction (WICS Limitations)."""


def kind_of(known: Known, name: str) -> RestrictionKind | None:
    """One of the pack's kinds of restriction."""
    return next((one for one in known.pack.restrictions.kinds if one.name == name), None)


def ends_contact(known: Known, restriction: Taken) -> bool:
    """Whether a restriction in the register is a termination."""
    kind = kind_of(known, restriction.given.code("restriction"))
    return kind is not None and kind.ends_contact


def letter(known: Known, restriction: Taken) -> tuple[str, ...]:
    """What a letter about this restriction always says, in order."""
    rules = known.pack.restrictions
    said = [INFORMATION_RIGHTS]
    if not ends_contact(known, restriction):
        if rules.appeal:
            titles = " or the ".join(known.pack.role_title(role) for role in rules.appeal)
            said.append(f"You can appeal against this decision to the {titles}.")
        if rules.representations:
            said.append("You can make representations about it, which will be considered.")
    elif rules.termination_appeal:
        said.append("You can appeal against this decision.")
    else:
        said.append(
            "There is no appeal against it, and no representations are considered."
            " A complaint that is under way may continue."
        )
    said.append(f"You can complain to the {rules.complain_to}.")
    return tuple(said)


def _permission(step: Proposed, known: Known) -> Action:
    """SPSO 22, WICS Terminating ¶1: who may end all contact is a question of its own."""
    kind = kind_of(known, step.code("restriction"))
    ends = kind is not None and kind.ends_contact
    return Action.DECIDE_TERMINATION if ends else Action.DECIDE_RESTRICTION


def _of_the_pack(step: Proposed, known: Known) -> Iterator[str]:
    names = [one.name for one in known.pack.restrictions.kinds]
    if step.code("restriction") not in names:
        yield Fault(
            "restriction",
            f"restriction is one of {', '.join(names)}.",
            "Choose one of the restrictions of your policy.",
        )


def _on_evidence(step: Proposed, known: Known) -> Iterator[str]:
    """SPSO 22: only on evidence."""
    chosen = step.given.about.get("evidence")
    if isinstance(chosen, list) and not known.exhibits.issuperset(chosen):
        yield Fault("evidence", "One of these exhibits is not in the record.")


def _why_not_the_weaker(step: Proposed, known: Known) -> Iterator[str]:
    """SPSO 15: the least restrictive that will do."""
    weakest = known.pack.restrictions.kinds[0].name
    if step.code("restriction") != weakest and "why-not-weaker" not in step.given.words:
        yield Fault(
            "why-not-weaker",
            "why-not-weaker is missing: what would not do about the less restrictive ones.",
            "Say why something less restrictive would not do.",
        )


def _reviewed_or_reasoned(step: Proposed, known: Known) -> Iterator[str]:
    """SPSO 23, WICS Active ¶5."""
    review = step.given.day("review-on")
    if review is None and "no-review-why" not in step.given.words:
        yield Fault(
            "review-on",
            "review-on is missing, or no-review-why: the reason for reviewing nothing.",
            "Enter the day on which it is reviewed, or say below why there is no review.",
        )
    if review is not None and review <= known.today:
        yield Fault("review-on", "review-on has to lie ahead.", "The review must be in the future.")


def _next_review(step: Proposed, known: Known) -> Iterator[str]:
    if step.code("outcome") != "ended":
        yield from _reviewed_or_reasoned(step, known)


def _recommended(step: Proposed, known: Known) -> Iterator[str]:
    """WICS Terminating: recommended by the Director or the Chief Executive, options considered."""
    kind = kind_of(known, step.code("restriction"))
    if kind is None or not kind.ends_contact:
        return
    roles = known.pack.restrictions.termination_recommended_by
    may_recommend = {one for role in roles for one in known.desk.who_may_know(role)}
    if roles and step.code("recommended-by") not in may_recommend:
        titles = " or ".join(map(known.pack.role_title, roles))
        yield Fault(
            "recommended-by",
            f"recommended-by is missing: {titles}.",
            f"To end all contact has to be recommended by the {titles}.",
        )
    if "options" not in step.given.words:
        yield Fault(
            "options",
            "options is missing: what else was considered, as by channel or by subject.",
            "Say what else was considered before ending all contact.",
        )


def _organisation_first(step: Proposed, known: Known) -> Iterator[str]:
    """WICS Organisation: one that the author speaks for is approached first."""
    del step
    author = known.newest("author")
    if author is None:
        yield Fault(
            "",
            "Record first who the author is (author).",
            "Record first who the author is.",
            needs="author",
        )
    elif author.given.code("represents") == "yes" and not known.newest("organisation-approached"):
        yield Fault(
            "",
            "Approach first the organisation they speak for (organisation-approached).",
            "Approach first the organisation that they speak for.",
            needs="organisation-approached",
        )


def _in_the_register(step: Proposed, known: Known) -> Iterator[str]:
    if known.newest("restriction", step.code("restriction")) is None:
        yield Fault(
            "restriction",
            "There is no restriction of this number in the record.",
            needs="restriction",
        )


def _heard_by_somebody_else(step: Proposed, known: Known) -> Iterator[str]:
    """SPSO 22: never by who decided; WICS Comm-Term ¶1: of a termination not at all."""
    number = step.code("restriction")
    decided = [one for one in known.taken if (one.kind, one.subject) == ("restriction", number)]
    if any(one.actor == step.actor for one in decided):
        yield "Whoever decided doesn't hear the appeal."
    if decided and ends_contact(known, decided[-1]):
        if not known.pack.restrictions.termination_appeal:
            yield "Under this policy there is no appeal against a termination."
    elif not known.pack.restrictions.appeal:
        yield "This policy knows no appeal; representations are considered instead."


def _considered_by_somebody_senior(step: Proposed, known: Known) -> Iterator[str]:
    """WICS Comm-Term ¶2: representations to a senior member, which is no appeal."""
    rules = known.pack.restrictions
    if not rules.representations:
        yield "This policy knows no representations; there is an appeal instead."
        return
    senior = {one for role in rules.representations_to for one in known.desk.who_may_know(role)}
    if step.code("considered-by") not in senior:
        titles = " or ".join(map(known.pack.role_title, rules.representations_to))
        yield Fault(
            "considered-by",
            f"considered-by is one of these: {titles}.",
            f"They are considered by the {titles}.",
        )
    restriction = known.newest("restriction", step.code("restriction"))
    if restriction and ends_contact(known, restriction):
        yield "Of a termination no representations are considered."


RESTRICTIONS: tuple[Kind, ...] = (
    Kind(
        "restriction",
        "A restriction of contact",
        ("SPSO 9", "SPSO 15", "SPSO 21", "SPSO 22", "SPSO 23", "WICS Active ¶1", "WICS Active ¶4"),
        (
            Part("restriction", Sort.NAME, about="a kind of the policy"),
            Part("described", Sort.WORDS, when=("restriction", ("other",))),
            Part("evidence", Sort.NUMBERS, about="at least one exhibit, such as 1,3"),
            Part("adjustments", Sort.CHOICE, ("none-needed", "made", "none-possible")),
            Part("adjustments-note", Sort.WORDS, when=("adjustments", ("made", "none-possible"))),
            Part("why", Sort.WORDS),
            Part("why-not-weaker", Sort.WORDS, optional=True),
            Part("review-on", Sort.DAY, optional=True),
            Part("no-review-why", Sort.WORDS, optional=True),
            Part("ends-on", Sort.DAY, optional=True),
            Part("explained", Sort.CHOICE, ("explained", "not-explained")),
            Part("explained-on", Sort.DAY, when=("explained", ("explained",))),
            Part(
                "timing-told",
                Sort.YES,
                when=("explained", ("explained",)),
                about="whether they were told when it is reviewed",
            ),
            Part("not-explained-why", Sort.WORDS, when=("explained", ("not-explained",))),
            Part("recommended-by", Sort.STAFF, optional=True),
            Part("options", Sort.WORDS, optional=True),
        ),
        action_of=_permission,
        subject=NUMBERED,
        acts=True,
        checks=(
            _of_the_pack,
            _on_evidence,
            _why_not_the_weaker,
            _reviewed_or_reasoned,
            _recommended,
            _organisation_first,
        ),
    ),
    Kind(
        "restriction-review",
        "Looked at a restriction again",
        ("SPSO 23", "WICS Active ¶5", "WICS Comm-Term ¶3"),
        (
            Part("restriction", Sort.NUMBER),
            Part("outcome", Sort.CHOICE, ("kept", "eased", "ended")),
            Part("why", Sort.WORDS),
            Part("review-on", Sort.DAY, optional=True, when=("outcome", ("kept", "eased"))),
            Part("no-review-why", Sort.WORDS, optional=True, when=("outcome", ("kept", "eased"))),
        ),
        action=Action.DECIDE_RESTRICTION,
        subject="restriction",
        checks=(_in_the_register, _next_review),
    ),
    Kind(
        "appeal",
        "An appeal against a restriction",
        ("SPSO 22", "WICS Comm-Term ¶1"),
        (
            Part("restriction", Sort.NUMBER),
            Part("outcome", Sort.CHOICE, ("upheld", "changed", "refused")),
            Part("why", Sort.WORDS),
        ),
        action=Action.DECIDE_APPEAL,
        subject="restriction",
        checks=(_in_the_register, _heard_by_somebody_else),
    ),
    Kind(
        "representations",
        "Representations about a partial restriction",
        ("WICS Comm-Term ¶2",),
        (
            Part("restriction", Sort.NUMBER),
            Part("considered-by", Sort.STAFF),
            Part("outcome", Sort.CHOICE, ("kept", "changed", "none-made")),
            Part("why", Sort.WORDS, optional=True),
        ),
        subject="restriction",
        checks=(_in_the_register, _considered_by_somebody_senior),
    ),
)
