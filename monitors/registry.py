"""Which kinds of source there are, and what whoever sets one up should know of it.

A kind is one file that offers `build(name, options)` and `reaches(name, options)`, and one entry
here. The file is imported when the kind is first asked for, since some platforms' clients take
seconds to import.
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType

from monitors.source import Source
from records.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind, in words for the table of `namewatch sources`."""

    module: str
    needs: str
    costs: str
    """Money and quota."""
    looks_back: str
    terms: str = ""
    """What has to be known before it is switched on."""


KINDS: Mapping[str, Kind] = {
    "bluesky": Kind(
        "monitors.sources.bluesky",
        needs="nothing",
        costs="nothing",
        looks_back="36 hours",
    ),
    "feeds": Kind(
        "monitors.sources.feeds",
        needs="addresses of feeds, or of Google Alerts",
        costs="nothing",
        looks_back="as long as entries stay in the feed",
    ),
    "google_reviews": Kind(
        "monitors.sources.google_reviews",
        needs="the sign-in of who manages the body's profile, and a project that Google approved",
        costs="nothing",
        looks_back="all reviews",
    ),
    "hackernews": Kind(
        "monitors.sources.hackernews",
        needs="words to search for",
        costs="nothing",
        looks_back="a year and more",
    ),
    "lemmy": Kind(
        "monitors.sources.lemmy",
        needs="servers, and words or communities",
        costs="nothing",
        looks_back="3,000 posts of each search and community",
    ),
    "mailbox": Kind(
        "monitors.sources.mailbox",
        needs="a mailbox that staff forward to, read over IMAP with a password or token",
        costs="nothing",
        looks_back="as long as messages stay in the folder",
    ),
    "mastodon": Kind(
        "monitors.sources.mastodon",
        needs="servers, and hashtags, a timeline or words; a token for words and telling at once",
        costs="nothing; a server answers 300 requests in 5 minutes",
        looks_back="as far as each server keeps its posts",
    ),
    "reddit": Kind(
        "monitors.sources.reddit",
        needs="an application that Reddit has approved (weeks), and subreddits, words or domains",
        costs="nothing where approved as non-commercial; 100 requests a minute",
        looks_back="about 1,000 posts of each listing",
    ),
    "replay": Kind(
        "monitors.sources.replay",
        needs="a file of posts",
        costs="nothing",
        looks_back="the whole file",
    ),
    "web": Kind(
        "monitors.sources.web",
        needs="addresses of pages, or of search pages and words",
        costs="nothing; one request to a site every seconds_between (5)",
        looks_back="what stands on the pages now",
        terms=(
            "Pages that a site's robots.txt keeps from programs are not read, and no person's"
            " profile is. Look at the terms of a forum before you list it."
        ),
    ),
    "x": Kind(
        "monitors.sources.x",
        needs="a token of X's developer site with credit, and words",
        costs="$0.005 a post; at most dollars_a_day (5.00)",
        looks_back="7 days",
        terms=(
            "X's terms forbid surveillance: its posts may not be used to track, investigate or"
            " profile people. Tell X what you do, and don't switch this on unless it agrees."
            " namewatch searches for the words that you choose. It does not search for what an"
            " account writes, follows no account, asks for no account details, builds no profile"
            " and collects nobody's history; posts that match nothing are forgotten at once."
        ),
    ),
    "youtube": Kind(
        "monitors.sources.youtube",
        needs="an API key, and words, channels or videos",
        costs="nothing; 100 searches and 10,000 units a day",
        looks_back="30 days, as far as the day's searches go",
    ),
}


def build(kind: str, name: str, options: Mapping[str, object]) -> Source:
    """The source `name`; raises ConfigurationError for an unknown kind or a wrong option."""
    source: Source = _module(kind).build(name, options)
    return source


def reaches(kind: str, name: str, options: Mapping[str, object]) -> tuple[str, ...]:
    """The hosts that the source `name` asks; raises ConfigurationError as `build` does."""
    hosts: tuple[str, ...] = _module(kind).reaches(name, options)
    return hosts


def _module(kind: str) -> ModuleType:
    known = KINDS.get(kind)
    if known is None:
        raise ConfigurationError(
            f"There is no kind of source called {kind!r}. The kinds are: {', '.join(KINDS)}."
        )
    return importlib.import_module(known.module)
