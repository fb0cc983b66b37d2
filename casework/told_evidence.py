"""What there is to tell of captures and later looks at pages, in plain words and no post's."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from records.capture import Capture, CaptureKind, Found, Recheck, Rechecked
from records.incident import Incident

Shown = Callable[[datetime], str]
"""How a moment is shown to people."""

_FOUND = {
    Found.UP: "the page was still up",
    Found.CHANGED: "the page had changed, or led elsewhere",
    Found.GONE: "the page was gone",
    Found.UNKNOWN: "it could not be known whether the page was still up",
}
_STAYS = {"complete", "login wall", "gone"}


def told_of_captures(session: Session, incident: Incident, shown: Shown) -> list[str]:
    """A sentence for each capture that is under way or did not become what it should."""
    query = select(Capture).where(Capture.incident_id == incident.id).order_by(col(Capture.id))
    return [words for one in session.exec(query) if (words := capture_words(one, shown))]


def told_of_looks(session: Session, incident: Incident, shown: Shown) -> list[str]:
    """A sentence for each later look at a page, and when the next one is."""
    query = select(Recheck).where(Recheck.incident_id == incident.id).order_by(col(Recheck.id))
    rows = list(session.exec(query))
    lines: list[str] = []
    for number, one in enumerate(rows, start=1):
        which = f"Page {number}: " if len(rows) > 1 else ""
        made = session.exec(
            select(Rechecked).where(Rechecked.recheck_id == one.id).order_by(col(Rechecked.id))
        ).all()
        lines += [f"{which}{line}" for line in look_words(one, made, shown)]
    return lines


def capture_words(capture: Capture, shown: Shown) -> str:
    """What there is to say of one capture; nothing when all is well."""
    if capture.kind == CaptureKind.RECORD.value:
        if capture.work is None or not capture.tries:
            return ""
        return f"The evidence could not be sealed yet: {_why(capture)} {_tried(capture, shown)}"
    which = "The page as it was edited" if capture.edited else "The page"
    if capture.work is not None:
        if not capture.tries:
            return f"{which} is being pictured."
        part = "was pictured only in part so far" if capture.grade else "could not be pictured yet"
        return f"{which} {part}: {_why(capture)} {_tried(capture, shown)}"
    if capture.grade in _STAYS or not capture.missing:
        return ""
    part = "was pictured only in part" if capture.grade else "could not be pictured"
    return f"{which} {part}: {_why(capture)} {_times(capture)}, and not again."


def look_words(recheck: Recheck, made: Sequence[Rechecked], shown: Shown) -> list[str]:
    """What each look has found, and when the next one is."""
    lines = []
    for one in made:
        status = f" (the site answered {one.status})" if one.status else ""
        words = _FOUND[Found(one.found)]
        lines.append(f"After {one.after}, on {shown(one.at)}, {words}{status}.")
    if recheck.work is not None and recheck.due_at is not None:
        lines.append(f"It is looked for {'again' if made else 'first'} on {shown(recheck.due_at)}.")
    return lines


def _why(capture: Capture) -> str:
    plain = [one.removeprefix("The page: ") for one in capture.missing]
    return " ".join(plain) or "The try did not come to its end."


def _tried(capture: Capture, shown: Shown) -> str:
    following = f", next at {shown(capture.due_at)}" if capture.due_at else ""
    return f"{_times(capture)}{following}."


def _times(capture: Capture) -> str:
    return "Tried once" if capture.tries == 1 else f"Tried {capture.tries} times"
