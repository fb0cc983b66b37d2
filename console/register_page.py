"""The registers as people read them, as lines on a page and as rows of a CSV file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from casework.exports import SHAPES, Form
from casework.exports_csv import csv_text
from casework.registers import EXPORTED, Entry, Register
from casework.step_rules import Taken
from console.desk import Desk
from console.step_words import step_words
from console.words import day_words, moment_words

TITLES: Mapping[Register, tuple[str, str]] = MappingProxyType(
    {
        Register.RESTRICTIONS: (
            "Restrictions",
            "What contact is restricted, when it is looked at again, and what falls due.",
        ),
        Register.REPORTS: (
            "Reports to platforms",
            "What was reported, what was answered, and when to ask again.",
        ),
        Register.SHARING: (
            "Sharing",
            "Who was told, under what power and why, and what was exported.",
        ),
    }
)
_LEADERSHIP = "The leadership"


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: where it belongs, its heading, and each thing that is known of it."""

    reference: str
    heading: str
    parts: tuple[tuple[str, str], ...]
    due: str = ""
    overdue: bool = False


def line_of(desk: Desk, register: Register, entry: Entry) -> Line:
    """An entry in words."""
    parts = tuple((name, text) for name, text in _WRITERS[register](desk, entry) if text)
    heading, *rest = parts
    due = day_words(entry.due_on) if entry.due_on else ""
    return Line(entry.reference, heading[1], tuple(rest), due, entry.overdue)


def csv_of(desk: Desk, register: Register, entries: tuple[Entry, ...]) -> bytes:
    """All entries as a table, each cell safe for a spreadsheet."""
    columns = COLUMNS[register]
    rows = []
    for entry in entries:
        told = dict(_WRITERS[register](desk, entry))
        due = entry.due_on.isoformat() if entry.due_on else ""
        rows.append((entry.reference, *(told.get(name, "") for name in columns), due))
    return csv_text(("Record", *columns, "Due"), rows).encode("utf-8-sig", "replace")


def _restriction(desk: Desk, entry: Entry) -> Iterator[tuple[str, str]]:
    kinds = {one.name: one.title for one in desk.pack.restrictions.kinds}
    chosen = str(entry.codes.get("restriction", ""))
    yield "Restriction", kinds.get(chosen, chosen)
    yield "State", _state(desk, entry)
    yield "Decided", _by(desk, entry.actor, entry)
    yield "Ends on", _day(entry.codes.get("ends-on"))
    yield "Explained to them", _words_of(entry, "explained")
    for kind, name in (
        ("restriction-review", "Looked at again"),
        ("appeal", "Appeal"),
        ("representations", "Representations"),
    ):
        yield name, _outcome(desk, entry.following.get(kind))


def _report(desk: Desk, entry: Entry) -> Iterator[tuple[str, str]]:
    yield "Platform", str(entry.codes.get("platform", ""))
    yield "Asked for", _words_of(entry, "asks")
    yield "Under their rule", str(entry.codes.get("category", ""))
    yield "Reported on", _day(entry.codes.get("on"))
    yield "By", _by(desk, entry.actor, entry)
    yield "Answer", _outcome(desk, entry.following.get("platform-answer")) or "None yet"


def _sharing(desk: Desk, entry: Entry) -> Iterator[tuple[str, str]]:
    yield "Told", _whom(desk, entry)
    yield "What", entry.words.get("what", "") or entry.words.get("words", "")
    yield "Why", entry.words.get("why", "")
    yield "Under what power", entry.words.get("power", "")
    if "pseudonymised" in entry.codes:
        yield "People as codes", "Yes" if entry.codes["pseudonymised"] else "No"
    yield "By", _by(desk, entry.actor, entry)
    seen = entry.following.get("shared-seen")
    yield "Seen by them", _day(seen.given.about.get("on")) if seen else ""


_WRITERS = {
    Register.RESTRICTIONS: _restriction,
    Register.REPORTS: _report,
    Register.SHARING: _sharing,
}
COLUMNS: Mapping[Register, tuple[str, ...]] = MappingProxyType(
    {
        Register.RESTRICTIONS: (
            "Restriction",
            "State",
            "Decided",
            "Ends on",
            "Explained to them",
            "Looked at again",
            "Appeal",
            "Representations",
        ),
        Register.REPORTS: (
            "Platform",
            "Asked for",
            "Under their rule",
            "Reported on",
            "By",
            "Answer",
        ),
        Register.SHARING: (
            "Told",
            "What",
            "Why",
            "Under what power",
            "People as codes",
            "By",
            "Seen by them",
        ),
    }
)


def _state(desk: Desk, entry: Entry) -> str:
    review = entry.following.get("restriction-review")
    ends = str(entry.codes.get("ends-on", ""))
    ended = review is not None and review.given.code("outcome") == "ended"
    if ended or (ends and ends <= desk.today().isoformat()):
        return "Ended"
    return "To be looked at now" if entry.overdue else "Stands"


def _whom(desk: Desk, entry: Entry) -> str:
    if entry.kind == EXPORTED:
        return f"Exported: {SHAPES[Form(str(entry.codes['form']))].title.lower()}"
    if entry.kind == "leadership":
        shared = entry.codes.get("decision") == "shared"
        return _LEADERSHIP if shared else f"{_LEADERSHIP}: not told"
    if entry.kind == "third-party":
        return entry.words.get("whom", "") or _words_of(entry, "decision")
    if member := desk.roster.get(str(entry.codes.get("to-whom", ""))):
        return member.full_name
    to = _words_of(entry, "to")
    whom = entry.words.get("whom", "")
    return f"{to}: {whom}" if whom else to


def _outcome(desk: Desk, step: Taken | None) -> str:
    if step is None:
        return ""
    words = _choice(step.kind, "outcome", step.given.code("outcome"))
    zone = desk.organisation.calendar.zone
    return f"{words}, on {day_words(step.recorded_at.astimezone(zone).date())}"


def _by(desk: Desk, actor: str, entry: Entry) -> str:
    member = desk.roster.get(actor)
    when = moment_words(entry.at, desk.organisation.calendar.zone)
    return f"{member.full_name if member else actor}, {when}"


def _words_of(entry: Entry, part: str) -> str:
    return _choice(entry.kind, part, str(entry.codes.get(part, "")))


def _choice(kind: str, part: str, code: str) -> str:
    """The words of a choice, as its form puts it."""
    options = step_words()[kind].parts[part].options
    return options.get(code, code)


def _day(code: object) -> str:
    return day_words(date.fromisoformat(code)) if isinstance(code, str) and code else ""
