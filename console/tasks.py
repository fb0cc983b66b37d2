"""The record as a list of tasks: what is done, what is to be done, by whom and by when."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from casework.cases import Case
from casework.closing import MANDATORY, wanting
from casework.duties import Duty, duties
from casework.kinds import KINDS
from casework.kinds_notes import no_threat, nobody_meant
from casework.permissions import Action
from casework.step_rules import Taken
from casework.wishes import fitting
from console.step_options import startable
from console.step_told import deciders
from console.step_words import step_words
from console.words import listed
from policies.tables import Decision
from records.incident import IncidentAccess

Shown = Callable[[datetime], str]
"""How a moment is shown to people."""
_PERSON = ("told-in-private", "wishes", "support")
_THREAT = ("police", "third-party", "witness")


class TaskState(StrEnum):
    """How a task stands, in words."""

    DONE = "Done"
    TO_DO = "To do"
    OVERDUE = "Overdue"
    MAY = "If needed"
    LATER = "Not yet"
    OTHERS = "Not for you"
    NOT_NEEDED = "Not needed"


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the list; without `href` there is nothing to open."""

    title: str
    state: TaskState
    hint: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Tasks that belong together."""

    title: str
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class View:
    """Who looks at which incident."""

    case: Case
    reader: str
    people: Sequence[IncidentAccess]
    shown: Shown

    @property
    def teller(self) -> str | None:
        """Who is to tell the person named."""
        seat = self.case.known.desk.teller()
        return seat.staff_id if seat else None

    def who(self, staff_id: str) -> str:
        """Somebody by their role, so that no more is told than is needed."""
        known = self.case.known
        if staff_id == self.reader:
            return "you"
        if staff_id == known.named:
            return "the person named"
        roles = [one.role for one in self.people if one.staff_id == staff_id]
        roles += [one for one in known.pack.known_roles if staff_id in known.desk.holders(one)]
        titled = next((one for one in roles if one != "brought_in"), "")
        return f"the {known.pack.role_title(titled)}" if titled else "somebody who was brought in"

    def done_by(self, step: Taken) -> str:
        """Who recorded a step, and when."""
        return f"By {self.who(step.actor)}, {self.shown(step.recorded_at)}."

    def address(self, rest: str) -> str:
        """A page of this record."""
        return f"/r/{self.case.incident.reference}/{rest}"


def task_groups(view: View) -> tuple[Group, ...]:
    """The whole list, in the order in which things are done."""
    owed = {(one.kind, one.subject): one for one in duties(view.case.known)}
    groups = (
        Group("The person named", tuple(_of_the_person(view, owed))),
        Group("Decisions", tuple(_decisions(view, owed))),
        Group("Who else is told", tuple(_sharing(view))),
        Group("At the end", tuple(_ending(view))),
    )
    return tuple(one for one in groups if one.tasks)


Owed = Mapping[tuple[str, str], Duty]


def _of_the_person(view: View, owed: Owed) -> Iterator[Task]:
    known = view.case.known
    for kind in _PERSON:
        title = step_words()[kind].heading
        if known.named is None:
            yield Task(title, TaskState.NOT_NEEDED, "Nobody on the staff is named.")
        elif nobody_meant(known) and not known.standing(kind):
            yield Task(title, TaskState.NOT_NEEDED, "It was decided that nobody here is meant.")
        elif kind != "told-in-private" and known.newest("told-in-private") is None:
            yield Task(title, TaskState.LATER, "After they have been told.")
        else:
            yield _task(view, owed, kind, _whose(view, kind))
    if known.newest("told-in-private") and view.case.may(Action.MAKE_OWN_PAGE):
        hint = "You hand them a code. They need not use it."
        yield Task("Make a page for them", TaskState.MAY, hint, view.address("say"))


def _whose(view: View, kind: str) -> str:
    """Who does it, where that is somebody else than the reader; support is for everybody."""
    if kind == "support" or view.teller in (None, view.reader):
        return ""
    assert view.teller
    return view.who(view.teller)


def _decisions(view: View, owed: Owed) -> Iterator[Task]:
    known = view.case.known
    shown = {*_PERSON, "outcome"}
    if known.physical:
        for kind in _THREAT:
            shown.add(kind)
            if no_threat(known) and not known.standing(kind):
                title = step_words()[kind].heading
                yield Task(title, TaskState.NOT_NEEDED, "It was decided that it is no threat.")
            elif kind != "witness" or known.standing(kind) or (kind, "") in owed:
                yield _task(view, owed, kind)
    yield _removal(view, owed)
    yield _task(view, owed, "outcome")
    for kind in _asked_by_the_outcome(view):
        shown.add(kind)
        yield _task(view, owed, kind)
    for (kind, subject), duty in owed.items():
        if kind not in shown:
            yield _due(view, duty, subject)


def _removal(view: View, owed: Owed) -> Task:
    """A decision that may be taken, once the person named was asked."""
    known = view.case.known
    title = step_words()["removal"].heading
    if known.newest("removal"):
        return _task(view, owed, "removal")
    if not fitting(known):
        return Task(title, TaskState.LATER, "After the person named was asked.")
    if not startable(view.case, view.reader, KINDS["removal"]):
        return _for_others(view, "removal", title)
    return Task(title, TaskState.MAY, href=view.address("steps/removal"))


def _asked_by_the_outcome(view: View) -> Iterator[str]:
    """What the outcome that was decided makes necessary besides."""
    decided = view.case.known.newest("outcome")
    if decided:
        yield from MANDATORY[decided.given.code("outcome")]


def _task(view: View, owed: Owed, kind: str, whose: str = "") -> Task:
    """A task by what stands in the record, by what is owed, and by who may."""
    known, words = view.case.known, step_words()[kind]
    duty = next((one for (name, _), one in owed.items() if name == kind), None)
    standing = known.standing(kind)
    may = startable(view.case, view.reader, KINDS[kind])
    href = view.address(f"steps/{kind}") if may and known.state != "closed" else ""
    if standing and duty is None and kind not in wanting(known):
        latest = max(standing, key=lambda one: one.recorded_at)
        return Task(words.heading, TaskState.DONE, view.done_by(latest), href)
    if not may:
        return _for_others(view, kind, words.heading, duty)
    by = _by(view, duty)
    if whose:
        late = duty is not None and duty.overdue(known.now)
        hint = f"{whose[:1].upper()}{whose[1:]} does this{by and f', {by}'}."
        return Task(words.heading, TaskState.OVERDUE if late else TaskState.OTHERS, hint, href)
    hint = f"{by[:1].upper()}{by[1:]}." if by else ""
    return Task(words.heading, _state(view, duty), hint, href)


def _due(view: View, duty: Duty, subject: str) -> Task:
    """Something that has fallen due by its own date."""
    by = _by(view, duty)
    hint = f"{by[:1].upper()}{by[1:]}." if by else ""
    if not startable(view.case, view.reader, KINDS[duty.kind]):
        return _for_others(view, duty.kind, duty.what, duty)
    number = f"?about={subject}" if subject.isascii() and subject.isdigit() else ""
    ahead = duty.due_at is not None and not duty.overdue(view.case.known.now)
    state = TaskState.LATER if ahead and view.case.known.state == "closed" else _state(view, duty)
    return Task(duty.what, state, hint, view.address(f"steps/{duty.kind}{number}"))


def _for_others(view: View, kind: str, title: str, duty: Duty | None = None) -> Task:
    who = deciders(view.case, view.reader, KINDS[kind])
    late = duty is not None and duty.overdue(view.case.known.now)
    by = _by(view, duty)
    hint = f"The {who} decides this{by and f', {by}'}." if who else ""
    return Task(title, TaskState.OVERDUE if late else TaskState.OTHERS, hint)


def _state(view: View, duty: Duty | None) -> TaskState:
    late = duty is not None and duty.overdue(view.case.known.now)
    return TaskState.OVERDUE if late else TaskState.TO_DO


def _by(view: View, duty: Duty | None) -> str:
    return f"by {view.shown(duty.due_at)}" if duty and duty.due_at else ""


def _sharing(view: View) -> Iterator[Task]:
    known = view.case.known
    title = step_words()["leadership"].heading
    shared = known.standing("leadership")
    may = startable(view.case, view.reader, KINDS["leadership"])
    href = view.address("steps/leadership") if may else ""
    if shared:
        yield Task(title, TaskState.DONE, view.done_by(shared[-1]), href)
    elif may:
        yield Task(title, TaskState.TO_DO, "Nothing is sent by itself.", href)
    else:
        yield _for_others(view, "leadership", title)
    if known.named is not None and not nobody_meant(known):
        yield _personal_file(view)


def _personal_file(view: View) -> Task:
    """SPSO 71, WICS Named ¶5: nothing enters it unless all who are asked say so."""
    known, title = view.case.known, step_words()["personal-record"].heading
    if known.newest("told-in-private") is None:
        return Task(title, TaskState.LATER, "After they have been told.")
    roles = known.pack.personal_record.deciders
    open_ones = [one for one in roles if known.newest("personal-record", one) is None]
    may = startable(view.case, view.reader, KINDS["personal-record"])
    href = view.address("steps/personal-record") if may else ""
    if not open_ones:
        return Task(title, TaskState.DONE, "Everybody who is asked has answered.", href)
    whom = listed([known.pack.role_title(one) for one in open_ones])
    hint = f"Still to be asked: {whom}. Until then nothing enters it."
    return Task(title, TaskState.TO_DO if may else TaskState.OTHERS, hint, href)


def _ending(view: View) -> Iterator[Task]:
    case, known = view.case, view.case.known
    kept = known.pack.retention.closed_record
    if known.state == "closed":
        closed = case.incident.closed_at or known.now
        yield Task("Close the record", TaskState.DONE, f"{view.shown(closed)}.")
        who = listed(
            [known.pack.role_title(one) for one in known.pack.may_decide(Decision.RETENTION)],
            "or the",
        )
        hint = f"The {who} decides, on {view.shown(kept.after(closed))}."
        yield Task("Erase it, or keep it longer", TaskState.LATER, hint)
        return
    missing = [step_words()[one].heading for one in wanting(known)]
    if missing:
        yield Task("Close the record", TaskState.LATER, f"Still missing: {'; '.join(missing)}.")
    elif not case.may(Action.CLOSE):
        yield Task("Close the record", TaskState.OTHERS)
    else:
        yield Task("Close the record", TaskState.TO_DO, href=view.address("close"))
    later = f"Asked {kept} after it is closed."
    yield Task("Erase it, or keep it longer", TaskState.LATER, later)
