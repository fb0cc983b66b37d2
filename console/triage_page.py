"""What the pages of triage say: why something was found, and what may be answered; no post text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from casework.triage import Waiting
from casework.triage_answers import Opened
from console.desk import Desk
from console.record_page import GONE, Why, person, why_found
from console.status_words import SEVERITIES
from console.triage_form import AS_FOUND, KINDS, TriageForm
from console.words import category_words, moment_words, source_words
from records.post import Post
from records.triage import Answer, TriageAnswer

MOST_SHOWN = 50
ANSWERED: dict[str, str] = {
    Answer.OURS: "Kept: the incident is open, and the people your policy names are being told.",
    Answer.SOMEONE_ELSE: (
        "Kept: it is somebody else. Similar posts are judged a little differently."
    ),
    Answer.NOT_ABOUT_WORK: (
        "Kept: it is not about their work. Similar posts are judged a little differently."
    ),
    Answer.NOTHING: "Kept: nobody has to act on it.",
    Answer.NOT_SURE: "Kept: somebody else is asked to look at it.",
    "meanwhile": "Somebody has answered that one meanwhile, and nothing of yours was kept.",
    "undone": "Your answer is taken back. Nothing was lost: here it is again.",
}
"""What is said at the top of the next page."""


@dataclass(frozen=True, slots=True)
class WaitingCard:
    """One post that waits."""

    number: int
    severity: str
    colour: str
    kinds: str
    where: str
    remark: str


@dataclass(frozen=True, slots=True)
class TriagePage:
    """The list."""

    many: int
    cards: tuple[WaitingCard, ...]
    more: int
    undo_number: int
    undo_words: str
    """What may be taken back still; empty if nothing."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a question."""

    value: str
    text: str
    hint: str = ""
    checked: bool = False

    @property
    def ticked(self) -> dict[str, object]:
        """As radios and checkboxes take it."""
        hint = {"hint": {"text": self.hint}} if self.hint else {}
        return {"value": self.value, "text": self.text, "checked": self.checked, **hint}

    @property
    def picked(self) -> dict[str, object]:
        """As a select takes it."""
        return {"value": self.value, "text": self.text, "selected": self.checked}


@dataclass(frozen=True, slots=True)
class FindingPage:
    """One finding, and the questions about it."""

    number: int
    severity: str
    colour: str
    kinds: tuple[str, ...]
    where: str
    times: tuple[str, ...]
    around: tuple[str, ...]
    """What stands around the post, told without a word of it."""
    remarks: tuple[str, ...]
    people: tuple[str, ...]
    why: tuple[Why, ...]
    question: str
    answers: tuple[Choice, ...]
    who: tuple[Choice, ...]
    staff: tuple[Choice, ...]
    kind: tuple[Choice, ...]


def triage_page(desk: Desk, found: Sequence[Waiting], undoable: TriageAnswer | None) -> TriagePage:
    """The list of what waits, the gravest first."""
    return TriagePage(
        many=len(found),
        cards=tuple(_card(desk, one) for one in found[:MOST_SHOWN]),
        more=max(0, len(found) - MOST_SHOWN),
        undo_number=undoable.mention_id if undoable else 0,
        undo_words=_undo_words(desk, undoable) if undoable else "",
    )


def finding_page(
    desk: Desk, opened: Opened, form: TriageForm | None, *, passed: bool
) -> FindingPage:
    """The page of one finding; `form` is what was typed, where it comes back."""
    mention, finding = opened.mention, opened.finding
    words, colour = SEVERITIES[finding.severity]
    named = opened.candidates
    if form is None:
        form = TriageForm(who=named if len(named) == 1 else ())
    return FindingPage(
        number=mention.id or 0,
        severity=words,
        colour=colour,
        kinds=tuple(category_words(one) for one in finding.categories),
        where=source_words(mention.source),
        times=tuple(_times(desk, opened)),
        around=tuple(_around(opened)),
        remarks=tuple(_remarks(desk, opened, passed=passed)),
        people=tuple(person(desk, one) for one in named),
        why=why_found(desk, finding),
        question="Is it our person?" if named else "Is it about us?",
        answers=tuple(_answers(form, people=bool(named))),
        who=tuple(_who(desk, named, form)),
        staff=tuple(_staff(desk, named, form)),
        kind=tuple(_kinds(opened, form)),
    )


def _card(desk: Desk, one: Waiting) -> WaitingCard:
    words, colour = SEVERITIES[one.severity]
    kinds = "; ".join(category_words(kind) for kind in one.categories)
    at = moment_words(one.found_at, desk.organisation.calendar.zone)
    remarks = ["Found by a sweep."] if one.swept else []
    remarks += ["Passed on to you."] if one.passed_by else []
    return WaitingCard(
        number=one.number,
        severity=words,
        colour=colour,
        kinds=kinds or "A name, or something that was reported",
        where=f"{source_words(one.source)}, found on {at}",
        remark=" ".join(remarks),
    )


def _undo_words(desk: Desk, kept: TriageAnswer) -> str:
    at = moment_words(kept.at, desk.organisation.calendar.zone)
    return f"Your last answer, on {at}, can be taken back for 10 minutes."


def _times(desk: Desk, opened: Opened) -> Iterator[str]:
    zone = desk.organisation.calendar.zone
    if opened.mention.published_at:
        yield f"Posted on {moment_words(opened.mention.published_at, zone)}"
    yield f"Found on {moment_words(opened.mention.found_at, zone)}"
    if opened.mention.gone_at:
        yield f"Gone from the platform since {moment_words(opened.mention.gone_at, zone)}"


def _around(opened: Opened) -> Iterator[str]:
    post = opened.wordings[-1].post
    assert post is not None
    context = post.context
    told = (
        (context.parent_text, "It answers another post."),
        (context.root_text, "It is part of a longer conversation."),
        (context.quoted_text, "It quotes another post."),
        (context.title, "It has a title."),
        (context.community, "It was posted in a group or forum."),
        (context.link_title, "It links to a page."),
    )
    yield from (words for there, words in told if there)
    yield from _media(post)
    if len(opened.wordings) > 1:
        yield "It was edited: this is its newest wording."


def _media(post: Post) -> Iterator[str]:
    if many := len(post.media):
        yield f"It has {'a picture or file' if many == 1 else f'{many} pictures or files'}."


def _remarks(desk: Desk, opened: Opened, *, passed: bool) -> Iterator[str]:
    zone = desk.organisation.calendar.zone
    for report in opened.reports:
        whose = "a member of staff" if report.reporter else "somebody outside"
        yield f"Reported by {whose} on {moment_words(report.at, zone)}."
    if opened.mention.swept_at:
        yield "A sweep found it: it may be old."
    if passed:
        yield "Somebody else looked at it and was not sure."


def _answers(form: TriageForm, *, people: bool) -> Iterator[Choice]:
    told = "An incident is opened, and the people your policy names are told at once."
    yes = "Yes, one of our people is meant" if people else "Yes, somebody should act on it"
    offered = [Choice(Answer.OURS, yes, told)]
    if people:
        offered += [
            Choice(Answer.SOMEONE_ELSE, "No, it is somebody else with this name"),
            Choice(Answer.NOT_ABOUT_WORK, "It is them, but it is not about their work"),
        ]
    fine = "Criticism and strong feelings are allowed."
    offered += [
        Choice(Answer.NOTHING, "It is about us, but nobody has to act on it", fine),
        Choice(Answer.NOT_SURE, "I am not sure", "Somebody else is asked to look at it."),
    ]
    for one in offered:
        yield Choice(one.value, one.text, one.hint, checked=form.said == one.value)


def _who(desk: Desk, named: Sequence[str], form: TriageForm) -> Iterator[Choice]:
    for one in named:
        yield Choice(one, person(desk, one), checked=one in form.who)


def _staff(desk: Desk, named: Sequence[str], form: TriageForm) -> Iterator[Choice]:
    """Everybody else, for a person whom only people recognise."""
    yield Choice("", "Nobody else", checked=not form.other)
    others = [one for one in desk.roster.values() if one.staff_id not in named]
    for one in sorted(others, key=lambda member: member.full_name):
        yield Choice(one.staff_id, one.full_name or GONE, checked=one.staff_id == form.other)


def _kinds(opened: Opened, form: TriageForm) -> Iterator[Choice]:
    found = "; ".join(category_words(one) for one in opened.finding.categories)
    yield Choice(
        AS_FOUND,
        f"As found: {found}" if found else "Named in connection with their work",
        checked=form.kind == AS_FOUND,
    )
    for one in KINDS:
        if found != category_words(one) and (found or one is not KINDS[0]):
            yield Choice(one.value, category_words(one), checked=form.kind == one.value)
