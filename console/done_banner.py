"""What a record says at its top after somebody has done something; no link can bring it on."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from console.step_words import step_words
from console.tasks import View
from records.audit import AuditEntry

FRESH = timedelta(minutes=10)
_NOTED: Mapping[str, str] = {
    "close": "incident closed",
    "reopen": "incident reopened",
    "bring-in": "access given",
    "pass-on": "passed on",
}
_SAID: Mapping[str, str] = {
    "close": "The record is closed.",
    "reopen": "The record is open again. Decide anew what becomes of it.",
    "bring-in": "They can open the record now. Speak to them in private.",
}
NOBODY_LEFT = (
    "There is nobody left to pass it on to, so it stays with you. Whoever looks after this service"
    " has been called."
)


def banner(done: str, view: View, entries: Sequence[AuditEntry]) -> str:
    """One sentence; empty unless the reader has really just done it."""
    known = view.case.known
    if done in step_words():
        own = (one for one in known.taken if (one.kind, one.actor) == (done, view.reader))
        fresh = any(known.now - one.recorded_at <= FRESH for one in own)
        return step_words()[done].done if fresh else ""
    action = _NOTED.get(done, "")
    own_entries = [one for one in entries if (one.action, one.actor) == (action, view.reader)]
    if not own_entries or known.now - own_entries[-1].at > FRESH:
        return ""
    if done != "pass-on":
        return _SAID[done]
    following = str(own_entries[-1].about.get("to", ""))
    if not following:
        return NOBODY_LEFT
    return f"It is passed on. Now {view.who(following)} is asked to tell them."
