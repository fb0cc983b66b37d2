"""All that has happened with a record, in order, in plain words; people stand by their roles."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from casework.break_glass import WHY
from casework.ending import REOPENING
from casework.kinds import KINDS
from casework.known import taken
from console.step_told import Lines, step_lines
from console.tasks import View
from console.words import CHANNEL_WORDS, SEEN_WORDS
from records.audit import AuditEntry
from records.step import Step


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; `covered` says that there are words which are not shown."""

    at: datetime
    when: str
    what: str
    by: str = ""
    lines: Lines = ()
    covered: bool = False
    late: str = ""
    """When it was done, where that was written down only later."""


@dataclass(frozen=True, slots=True)
class Looked:
    """Somebody who has opened the record, and how."""

    who: str
    lines: tuple[str, ...]


def events(
    view: View,
    entries: Sequence[AuditEntry],
    steps: Sequence[Step],
    words: Mapping[int, Mapping[str, str]] | None,
) -> list[Event]:
    """Oldest first; with `words`, by the steps' ids, what people wrote as well."""
    happened = [*_of_entries(view, entries), *(_of_step(view, one, words) for one in steps)]
    return sorted(happened, key=lambda one: one.at)


def looked(view: View, entries: Sequence[AuditEntry]) -> list[Looked]:
    """Who has opened it, in the order of their first time."""
    found: dict[str, dict[str, list[datetime]]] = {}
    for one in entries:
        if one.action in _LOOKS:
            found.setdefault(one.actor, {}).setdefault(_LOOKS[one.action], []).append(one.at)
    return [
        Looked(
            _named(view, actor),
            tuple(f"{how} {_times(at)}, last on {view.shown(max(at))}" for how, at in ways.items()),
        )
        for actor, ways in found.items()
    ]


def _of_entries(view: View, entries: Sequence[AuditEntry]) -> Iterator[Event]:
    for one in entries:
        if sentence := _SENTENCES.get(one.action):
            by = "" if one.actor == "namewatch" else _named(view, one.actor)
            yield Event(one.at, view.shown(one.at), sentence(view, one), by)


def _of_step(view: View, step: Step, words: Mapping[int, Mapping[str, str]] | None) -> Event:
    assert step.id is not None
    kind, given = KINDS[step.kind], taken(step).given
    own = (words or {}).get(step.id, {})
    again = " (put right)" if step.revision > 1 else ""
    late = step.happened_at < step.recorded_at
    return Event(
        at=step.recorded_at,
        when=view.shown(step.recorded_at),
        what=f"{kind.title}{again}",
        by=_named(view, step.actor),
        lines=step_lines(view.case, kind, given.about, own),
        covered=bool(given.words) and words is None,
        late=view.shown(step.happened_at) if late else "",
    )


def _named(view: View, actor: str) -> str:
    who = view.who(actor)
    return who[:1].upper() + who[1:]


def _times(at: Sequence[datetime]) -> str:
    return "once" if len(at) == 1 else f"{len(at)} times"


def _role(view: View, entry: AuditEntry) -> str:
    return view.case.known.pack.role_title(str(entry.about.get("role", "")))


def _told(view: View, entry: AuditEntry) -> str:
    channel = str(entry.about.get("channel", ""))
    return f"The {_role(view, entry)} was told {CHANNEL_WORDS.get(channel, f'by {channel}')}"


def _given(view: View, entry: AuditEntry) -> str:
    who = view.who(str(entry.about.get("staff_id", "")))
    may = "may now open the record" if who != "you" else "may now open the record yourself"
    return f"{who[:1].upper()}{who[1:]} {may}: {entry.about.get('reason', '')}"


def _passed_on(view: View, entry: AuditEntry) -> str:
    following = str(entry.about.get("to", ""))
    if not following:
        return "Telling them was passed on, but nobody was left to do it"
    return f"Telling them was passed on to {view.who(following)}"


def _let_in(view: View, entry: AuditEntry) -> str:
    """By name: everybody on the record was told that it stands here who it was, and why."""
    member = view.case.office.roster.get(str(entry.about.get("staff_id", "")))
    who = member.full_name if member else "Somebody who has left"
    why = WHY.get(str(entry.about.get("why", "")), "")
    return f"{who}, who is not on its list, was let in to look for 24 hours: {why}"


def _always(words: str) -> Callable[[View, AuditEntry], str]:
    return lambda _view, _entry: words


_SENTENCES: Mapping[str, Callable[[View, AuditEntry], str]] = {
    "incident opened": _always("It was found, and this record was opened"),
    "post joined incident": _always("A further post was found"),
    "pictures read": _always("The pictures of a post were read"),
    "post removed": _always("A post was removed where it stood; a copy is kept here"),
    "post edited": _always("A post was changed where it stood; both wordings are kept here"),
    "told": _told,
    "could not tell": lambda view, entry: f"The {_role(view, entry)} could not be told",
    "nobody to tell": lambda view, entry: f"There is nobody to tell as {_role(view, entry)}",
    "access given": _given,
    "access ended": _always("Somebody may no longer open the record"),
    "acknowledged": lambda _, entry: (
        f"Seen {SEEN_WORDS.get(str(entry.about.get('via', '')), '')}".strip()
    ),
    "escalated": _always("Nobody had said in time that they have seen it"),
    "left undone": _always("Something was not done in time"),
    "passed on": _passed_on,
    "evidence sealed": lambda _, entry: f"Evidence was sealed: exhibit {entry.about['exhibit']}",
    "page looked for": _always("It was looked whether the page was still there"),
    "break-glass asked for": _always("Somebody outside its list asked to see the record"),
    "break-glass": _let_in,
    "break-glass turned down": _always("Whoever asked to see the record was not let in"),
    "conflict declared": _always("Somebody declared a conflict, and sees no more of it"),
    "incident closed": _always("The record was closed"),
    "incident reopened": lambda _, entry: (
        f"The record was opened again: {REOPENING.get(str(entry.about.get('why', '')), '')}"
    ),
    "hold placed": _always("A legal hold was placed: nothing of it can be erased"),
    "hold released": _always("The legal hold was taken back"),
    "released": _always("A copy of the record was handed out"),
    "erasing asked for": _always("Somebody asked that it be erased; a second person has to agree"),
    "erasing agreed to": _always("A second person agreed that it is erased"),
    "erasing refused": _always("A second person did not agree that it is erased"),
    "erasing taken back": _always("Whoever asked that it be erased took that back"),
    "retention decided": _always("It was decided to keep it longer"),
    "own page made": _always("A page was made on which the person named can have a say"),
    "own page withdrawn": _always("That page was closed"),
    "own page opened": _always("The person named opened their page"),
    "own post revealed": _always("The person named looked at what was posted"),
}
_LOOKS: Mapping[str, str] = {
    "record viewed": "Opened the record",
    "steps read": "Read what people wrote",
    "register read": "Read what people wrote, in the register of sharing",
    "evidence checked": "Checked that the evidence is unchanged",
    "post revealed": "Looked at what was posted",
    "preview seen": "Saw a blurred preview",
    "evidence opened": "Opened the evidence",
    "picture seen": "Looked at pictures of the evidence",
    "evidence shared": "Downloaded sealed evidence",
}
