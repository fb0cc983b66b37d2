"""The task list as the page of a record shows it, and what leads on from there."""

from collections.abc import Iterator
from dataclasses import dataclass

from casework.permissions import Action
from console.step_page import Link
from console.tasks import Group, TaskState, View, task_groups

_TAGS = {
    TaskState.TO_DO: "govuk-tag--blue",
    TaskState.OVERDUE: "govuk-tag--red",
}
"""What calls for somebody has a colour; the rest is plain words."""


@dataclass(frozen=True, slots=True)
class RecordTasks:
    """The lists, ready to be filled in."""

    lists: tuple[tuple[str, list[dict[str, object]]], ...]
    tells: bool
    """Whether the reader is the one to tell the person named, and nobody has yet."""
    more: tuple[Link, ...]


def record_tasks(view: View) -> RecordTasks:
    """For whoever reads the record now."""
    known = view.case.known
    untold = known.named is not None and known.newest("told-in-private") is None
    return RecordTasks(
        lists=tuple((one.title, _lines(one)) for one in task_groups(view)),
        tells=untold and known.state != "closed" and view.teller == view.reader,
        more=tuple(_more(view)),
    )


def _lines(group: Group) -> list[dict[str, object]]:
    """As the task list's macro takes them."""
    return [
        {
            "title": {"text": one.title},
            "hint": {"text": one.hint} if one.hint else None,
            "href": one.href or None,
            "status": {"tag": {"text": one.state.value, "classes": _TAGS[one.state]}}
            if one.state in _TAGS
            else {"text": one.state.value},
        }
        for one in group.tasks
    ]


def _more(view: View) -> Iterator[Link]:
    case = view.case
    yield Link("What has happened, and who has looked at it", view.address("timeline"))
    for one in case.known.standing("restriction"):
        text = f"What to say about restriction {one.subject}"
        yield Link(text, view.address(f"words/{one.subject}"))
    if case.known.state == "closed":
        if case.may(Action.REOPEN):
            yield Link("Open this record again", view.address("reopen"))
        return
    if case.known.newest("told-in-private") and case.may(Action.MAKE_OWN_PAGE):
        yield Link("A page of their own, on which they can have a say", view.address("say"))
    yield Link("Record something else", view.address("steps"))
    if case.may(Action.BRING_IN):
        yield Link("Let somebody else see this record", view.address("bring-in"))
    if case.may(Action.DECLARE):
        yield Link("I can't deal with this fairly", view.address("conflict"))
