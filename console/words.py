"""Codes and times in the words that people read."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from records.example import VerdictKind
from records.finding import Category, Certainty, Duties

CATEGORY_WORDS: dict[Category, str] = {
    Category.THREAT: "A threat, or something that may be meant as one",
    Category.VIOLENCE: "Wishes for, or calls for, harm to a person",
    Category.DOXXING: "Private details made public, or a call to find them",
    Category.TARGETING: "A call on others to contact, report or shame a person",
    Category.RECORDING: "Filming or recording of staff",
    Category.DISCRIMINATORY: "Abuse because of who somebody is",
    Category.INSULT: "Insults",
    Category.ALLEGATION: "An accusation of crime or corruption",
    Category.COMPETENCE: "An attack on somebody's ability to do their work",
    Category.SELF_HARM: "The author may harm themselves",
    Category.NAMING: "Named in connection with their work",
}

CERTAINTY_WORDS: dict[Certainty, str] = {
    "certain": "Certain that this person is meant.",
    "likely": "Likely, but please check that this person is meant.",
    "possible": "Only possible: it may be somebody else with this name.",
}

DUTIES_WORDS: dict[Duties, str] = {
    "yes": "It is about their work.",
    "no": "It is not about their work.",
    "unclear": "It is unclear whether it is about their work.",
}

VERDICT_WORDS: dict[VerdictKind, str] = {
    VerdictKind.SOMEONE_ELSE: "It is somebody else with this name",
    VerdictKind.NOT_ABOUT_WORK: "It is not about their work",
    VerdictKind.NOT_ABUSIVE: "It is not abusive",
    VerdictKind.WORSE: "It is worse than you say",
}

CHANNEL_WORDS = {"email": "by e-mail", "slack": "by Slack"}
SEEN_WORDS = {"page": "on this page", "slack": "in Slack", "command": "on the command line"}
EXHIBIT_WORDS = {
    "record": "The platform's own record of the post",
    "page": "The post with its page",
    "handed-in": "What somebody handed in",
}
EDITED = ", as it was edited later"
GRADE_WORDS = {
    "complete": "Complete",
    "partial": "Partial: some of it could not be saved",
}


def category_words(category: str) -> str:
    """The kind of concern as a line manager would say it."""
    return CATEGORY_WORDS[Category(category)]


def source_words(source: str) -> str:
    """The name of the place where it was posted."""
    return source.replace("_", " ").capitalize()


def moment_words(moment: datetime, zone: ZoneInfo) -> str:
    """A moment where the body is, such as "21 November 2026 at 9:30am"."""
    there = moment.astimezone(zone)
    clock = f"{there.hour % 12 or 12}:{there:%M}{'am' if there.hour < 12 else 'pm'}"  # noqa: PLR2004
    return f"{there.day} {there:%B %Y} at {clock}"


def day_words(day: date) -> str:
    """A day, such as "3 November 2026"."""
    return f"{day.day} {day:%B %Y}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Each once, as in "a, b and c"."""
    once = list(dict.fromkeys(words))
    return f" {last} ".join([", ".join(once[:-1]), once[-1]]) if len(once) > 1 else "".join(once)
