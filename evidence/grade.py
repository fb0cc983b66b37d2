"""What a page turned out to be, by its status, final address and words; in one plain sentence.

Signs are few and careful, since a post that quotes one of them must not count as gone: where the
post's own words stand on the page, nothing that the page says besides makes it anything else.
"""

import re
import unicodedata
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal
from urllib.parse import urlsplit

PageGrade = Literal["complete", "partial", "login wall", "gone", "blocked", "failed"]

SHORT_PAGE = 1_500
"""So few characters are on a page that says one thing only."""
_SHORTEST_RUN = 12
_LONGEST_RUN = 60
_MOST_RUNS = 3
_SIGN_IN_PATHS = {"login", "log-in", "signin", "sign-in", "checkpoint", "authwall"}

_SIGNED_IN_ONLY = "The page: the site asks visitors to sign in first."
_GONE = "The page: the site says that the post is no longer there."
_BOT_CHECK = "The page: the site asks for proof that its visitor is a person."
_NOT_FOUND_ON_IT = "The page: the words of the post were not found on it."

_BOT_CHECKS = (
    "just a moment",
    "checking your browser",
    "checking if the site connection is secure",
    "verify you are human",
    "verify that you are human",
    "verifying you are human",
    "confirm that you are not a robot",
    "are you a robot",
    "unusual traffic from your computer network",
    "attention required! | cloudflare",
    "you have been blocked",
    "blocked by network security",
    "making sure you're not a bot",
    "please enable javascript and cookies to continue",
)
_GONE_SIGNS = (
    "this post was deleted",
    "this post has been deleted",
    "this post was removed",
    "this post has been removed",
    "this post is no longer available",
    "post not found",
    "this tweet was deleted",
    "this tweet is unavailable",
    "this comment was deleted",
    "this comment has been removed",
    "this video isn't available",
    "this video is unavailable",
    "this video has been removed",
    "this video is private",
    "this page doesn't exist",
    "this page does not exist",
    "this page isn't available",
    "this page is not available",
    "this content isn't available",
    "this account doesn't exist",
    "this account has been suspended",
    "account suspended",
    "the page you requested could not be found",
    "the page you are looking for doesn't exist",
    "the page you were looking for doesn't exist",
    "page not found",
    "404 not found",
    "error 404",
)
_SIGN_IN_SIGNS = (
    "log in to continue",
    "sign in to continue",
    "log in to view",
    "sign in to view",
    "log in to see",
    "sign in to see",
    "sign up to see",
    "you must log in",
    "you must be logged in",
    "please log in",
    "please sign in",
    "join or log in",
    "this post is only visible to logged-in users",
    "only visible to people who are signed in",
)
_STATUSES: dict[int, tuple[PageGrade, str]] = {
    401: ("login wall", ": it asks visitors to sign in first"),
    403: ("blocked", ": it does not let this visitor see the page"),
    404: ("gone", ", which means that the post is no longer there"),
    410: ("gone", ", which means that the post is no longer there"),
    429: ("blocked", ": it lets nobody see the page at present"),
    451: ("blocked", ": it does not show the page for legal reasons"),
}
_BETWEEN_RUNS = re.compile(r"https?://\S+|[@#]\S+|[^\w\s.,;:'\u2019!?-]+")


@dataclass(frozen=True, slots=True)
class Seen:
    """What the browser found: the words are those that a visitor can see."""

    asked: str
    address: str
    status: int | None
    title: str = ""
    words: str = ""
    asks_for_password: bool = False


def judge(seen: Seen, post_text: str = "") -> tuple[PageGrade, str]:
    """The grade and why; `complete` comes without a sentence, as does what no sign speaks of."""
    there, says = stands_there(post_text, seen.words), _page_says(seen)
    if seen.status is not None and seen.status >= HTTPStatus.BAD_REQUEST:
        return _by_status(seen.status, says, there=bool(there))
    bare = len(seen.words) < SHORT_PAGE
    signs: tuple[tuple[bool, PageGrade, str], ...] = (
        (bool(there), "complete", ""),
        (_sent_to_sign_in(seen), "login wall", _SIGNED_IN_ONLY),
        (_any_of(_BOT_CHECKS, says), "blocked", _BOT_CHECK),
        (_any_of(_GONE_SIGNS, says), "gone", _GONE),
        (_any_of(_SIGN_IN_SIGNS, says), "login wall", _SIGNED_IN_ONLY),
        (seen.asks_for_password and bare, "login wall", _SIGNED_IN_ONLY),
        (there is False, "partial", _NOT_FOUND_ON_IT),
    )
    return next(((grade, why) for sign, grade, why in signs if sign), ("complete", ""))


def stands_there(post_text: str, words: str) -> bool | None:
    """Whether the post's own words are on the page; None when there are too few to tell.

    Sites shorten links, turn emoji into pictures and break lines: one long run of letters is
    looked for, whatever stands between them.
    """
    runs = runs_of(post_text)
    if not runs:
        return None
    page = _squashed(words)
    return any(run in page for run in runs)


def runs_of(post_text: str) -> list[str]:
    """The longest runs of the post's letters without a link, a tag or an emoji in between."""
    runs = [_squashed(run) for run in _BETWEEN_RUNS.split(post_text)]
    long = sorted((run for run in runs if len(run) >= _SHORTEST_RUN), key=len, reverse=True)
    return [run[:_LONGEST_RUN] for run in long[:_MOST_RUNS]]


def _by_status(status: int, says: str, *, there: bool) -> tuple[PageGrade, str]:
    answered = f"The page: the site answered {status}"
    if there:
        return "partial", f"{answered}, though the words of the post are on it."
    if _any_of(_BOT_CHECKS, says):
        return "blocked", _BOT_CHECK
    grade, why = _STATUSES.get(status, ("failed", ", so the picture shows no post"))
    return grade, f"{answered}{why}."


def _sent_to_sign_in(seen: Seen) -> bool:
    steps = set(urlsplit(seen.address).path.lower().split("/"))
    return seen.address != seen.asked and bool(steps & _SIGN_IN_PATHS)


def _page_says(seen: Seen) -> str:
    """The title, and the words of a page that has few; a long one may speak of other posts."""
    words = seen.words if len(seen.words) <= SHORT_PAGE else ""
    return f"{seen.title}\n{words}".casefold().replace("\u2019", "'")


def _any_of(signs: tuple[str, ...], says: str) -> bool:
    return any(sign in says for sign in signs)


def _squashed(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(one for one in folded if one.isalnum())
