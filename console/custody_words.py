"""The custody log in plain words, by staff id."""

from evidence.custody import Link
from records.custody import WHY, Act

_ACTS: dict[Act, str] = {
    Act.CAPTURED: "captured and sealed",
    Act.CHECKED: "checked",
    Act.REVEALED: "looked at what was posted in",
    Act.PREVIEWED: "made a blurred preview of",
    Act.OPENED: "opened",
    Act.SHARED: "handed out a sealed copy of",
    Act.EXPORTED: "exported",
    Act.STAMPED: "had the time stamped of",
    Act.REWRAPPED: "wrapped the key anew of",
    Act.HELD: "placed a legal hold on",
    Act.RELEASED: "released the legal hold on",
    Act.ERASED: "erased",
    Act.ERASED_AGAIN: "erased again",
    Act.ANCHORED: "told the audit trail's head to",
}
SEALED_WHY = "a reason in their own words, sealed in the record"


def sentence(link: Link) -> str:
    """One entry, such as "s005 opened exhibit 1: for the police (entry 41)"."""
    what = "the record" if link.exhibit is None else f"exhibit {link.exhibit}"
    return f"{link.actor} {act_words(link.act)} {what}: {why_words(link.why)} (entry {link.number})"


def act_words(act: str) -> str:
    """What was done."""
    try:
        return _ACTS[Act(act)]
    except ValueError:
        return act


def why_words(why: str) -> str:
    """Why; a reason in somebody's own words stays sealed here."""
    return WHY.get(why, SEALED_WHY if why.startswith("sealed:") else why)
