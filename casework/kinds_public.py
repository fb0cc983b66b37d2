"""Steps towards the outside: platforms, the author, and the organisation they speak for."""

from collections.abc import Iterator

from casework.permissions import Action
from casework.step_parts import Fault, Part, Sort
from casework.step_rules import NUMBERED, Kind, Known, Proposed


def _frozen_first(step: Proposed, known: Known) -> Iterator[str]:
    """SPSO 31.2, 63: what a platform takes away can't be kept any more."""
    del step
    if not known.exhibits:
        yield Fault(
            "",
            "Nothing is sealed as evidence yet: wait for that, or `namewatch capture` it by hand.",
            "Nothing is sealed as evidence yet. Wait until it is, and try again.",
        )


def _no_removal_at_a_risk(step: Proposed, known: Known) -> Iterator[str]:
    """SPSO 71: removal is sought unless it is likely to make things worse."""
    del known
    if step.code("decision") == "seek" and step.code("risk") == "significant":
        yield Fault(
            "decision",
            "Where the risk of escalation is significant, removal is not sought: decide"
            " nothing-publicly, or judge the risk anew.",
            "Where it is likely to make things worse, removal is not sought. Choose to do nothing"
            " publicly, or judge the risk again.",
        )


def _removal_decided_first(step: Proposed, known: Known) -> Iterator[str]:
    if step.code("asks") != "removal":
        return
    decided = known.newest("removal")
    if decided is None or decided.given.code("decision") != "seek":
        yield Fault(
            "asks",
            "Decide first that removal is sought, with the risk of escalation (removal).",
            "Decide first that removal is sought.",
            needs="removal",
        )


def _reported_before(step: Proposed, known: Known) -> Iterator[str]:
    if known.newest("platform-report", step.code("report")) is None:
        yield Fault("report", "There is no report of this number.", needs="platform-report")


def _blocked_before(step: Proposed, known: Known) -> Iterator[str]:
    if known.newest("block", step.code("block")) is None:
        yield Fault("block", "There is no block of this number.", needs="block")


def _from_a_role_account(step: Proposed, known: Known) -> Iterator[str]:
    """SPSO 28, WICS Written ¶1: nobody's own account, so that nobody becomes the next target."""
    if not step.code("account"):
        return
    if not known.accounts:
        yield Fault(
            "account",
            "organisation.toml names no account of the body (accounts).",
            "No account of the body is set up. Ask whoever looks after this service to add it.",
        )
    elif not 1 <= int(step.code("account")) <= known.accounts:
        yield Fault(
            "account",
            "account is the number of one of the body's own accounts in organisation.toml.",
            "Choose one of the body's own accounts.",
        )


_ACCOUNT = Part("account", Sort.NUMBER, about="which of the accounts in organisation.toml, 1 on")

_SAID = ("warned", "asked-not-to", "name-the-office")

PUBLIC: tuple[Kind, ...] = (
    Kind(
        "removal",
        "Whether the post's removal is sought",
        ("SPSO 71", "SPSO 31.2", "WICS Named ¶5"),
        (
            Part("decision", Sort.CHOICE, ("seek", "nothing-publicly")),
            Part("risk", Sort.CHOICE, ("low", "some", "significant"), about="risk of escalation"),
            Part("why", Sort.WORDS),
        ),
        action=Action.DECIDE_REMOVAL,
        acts=True,
        checks=(_no_removal_at_a_risk,),
    ),
    Kind(
        "platform-report",
        "Reported to the platform",
        ("SPSO 31.2", "SPSO 28", "WICS Online"),
        (
            Part("asks", Sort.CHOICE, ("removal", "notice-only")),
            Part("platform", Sort.NAME),
            Part("category", Sort.NAME, about="the platform's own word for it"),
            Part("their-reference", Sort.WORDS, optional=True),
            Part("on", Sort.DAY),
            Part("chase-on", Sort.DAY),
            _ACCOUNT,
        ),
        action=Action.DECIDE_REMOVAL,
        subject=NUMBERED,
        acts=True,
        checks=(_frozen_first, _removal_decided_first, _from_a_role_account),
    ),
    Kind(
        "platform-answer",
        "What the platform answered",
        ("SPSO 31.2",),
        (
            Part("report", Sort.NUMBER),
            Part("outcome", Sort.CHOICE, ("removed", "limited", "refused", "no-answer")),
            Part("on", Sort.DAY),
            Part("chase-on", Sort.DAY, optional=True, when=("outcome", ("no-answer",))),
        ),
        subject="report",
        checks=(_reported_before,),
    ),
    Kind(
        "block",
        "Blocked an account",
        ("SPSO 31.1", "WICS Prevent ¶1", "WICS Prevent ¶3"),
        (
            Part("platform", Sort.NAME),
            _ACCOUNT,
            Part("by", Sort.STAFF),
            Part("on", Sort.DAY),
            Part("disclosed", Sort.CHOICE, ("yes", "no"), about="whether the author is told"),
            Part("why", Sort.WORDS, about="why it is disclosed, or is not"),
        ),
        action=Action.DECIDE_BLOCK,
        subject=NUMBERED,
        acts=True,
        checks=(_frozen_first, _from_a_role_account),
    ),
    Kind(
        "block-ended",
        "Took a block back",
        ("SPSO 31.1",),
        (Part("block", Sort.NUMBER), Part("on", Sort.DAY), Part("why", Sort.WORDS)),
        action=Action.DECIDE_BLOCK,
        subject="block",
        checks=(_blocked_before,),
    ),
    Kind(
        "warning",
        "Told the author, or could not do so safely",
        ("SPSO 26", "SPSO 28", "SPSO 30", "SPSO 44", "WICS Restorative ¶2", "WICS Written ¶1"),
        (
            Part(
                "said",
                Sort.CHOICE,
                (*_SAID, "unsafe-to-warn"),
            ),
            Part("account", Sort.NUMBER, when=("said", _SAID)),
            Part("on", Sort.DAY, when=("said", _SAID)),
            Part("what-follows", Sort.WORDS, when=("said", ("warned", "asked-not-to"))),
            Part("why", Sort.WORDS, when=("said", ("unsafe-to-warn",))),
        ),
        action=Action.DECIDE_RESTRICTION,
        subject=NUMBERED,
        acts=True,
        checks=(_from_a_role_account,),
    ),
    Kind(
        "restorative",
        "What was tried to restore the relationship",
        ("SPSO 11", "SPSO 17", "SPSO 18", "WICS Restorative ¶2"),
        (
            Part("tried", Sort.CHOICE, ("tried", "not-possible")),
            Part("what", Sort.WORDS, about="what was tried, or why it is not possible"),
        ),
    ),
    Kind(
        "organisation-approached",
        "Approached the organisation that the author speaks for",
        ("WICS Organisation",),
        (
            Part("answer", Sort.CHOICE, ("helped", "did-not-help", "no-answer", "not-possible")),
            Part("on", Sort.DAY),
            Part("note", Sort.WORDS, optional=True),
        ),
        action=Action.DECIDE_RESTRICTION,
        acts=True,
    ),
)
