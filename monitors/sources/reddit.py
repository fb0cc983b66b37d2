"""Reddit: comments and submissions of chosen subreddits, a search of all, links to a domain."""

import logging
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import praw
from praw.exceptions import PRAWException
from prawcore.exceptions import PrawcoreException, Redirect, RequestException
from pydantic import Field, SecretStr, ValidationInfo, field_validator

from monitors import web
from monitors.answer import Answers
from monitors.checking import Trial
from monitors.errors import SourceError, Why
from monitors.options import Options, read_options
from monitors.polling import polls
from monitors.source import Arrival, Source
from monitors.sources.reddit_look import Every, Look, places_of
from monitors.sources.reddit_memory import Memory, cursor_from
from monitors.sources.reddit_web import NotShownError, RedditAdapter, SignInNeededError
from records.outgoing import hosts_of

log = logging.getLogger(__name__)

DEADLINE_SECONDS = 20.0
"""Ten pages of one listing are read, or not, before the source counts as hanging."""

ADVICE = {
    Why.SIGN_IN: "copy client_id and client_secret anew from reddit.com/prefs/apps",
    Why.FORBIDDEN: "ask Reddit whether it has approved your application, or take the place out",
    Why.ABSENT: "correct its name, or take it out",
    Why.TOO_OFTEN: "wait ten minutes and check again",
}

_SUBREDDIT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]{1,20}")
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_SAFE = re.compile(r"https://|http://(127\.0\.0\.1|localhost|\[::1\])(:|/|$)")


class RedditOptions(Options):
    """Who we are, what to look at, and how often."""

    client_id: SecretStr = Field(min_length=1)
    client_secret: SecretStr = Field(min_length=1)
    registered_by: str = Field(pattern=r"^[A-Za-z0-9_-]{3,20}$")
    """The Reddit account that holds the application; Reddit wants to be told it."""
    queries: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    subreddits: tuple[str, ...] = Field(default=(), validate_default=True)
    every_seconds: float = Field(default=60.0, gt=0)
    overlap_minutes: float = Field(default=60.0, ge=0)
    """How far behind the newest post given is read again, for what shows up late."""
    thorough_every_minutes: float = Field(default=30.0, gt=0)
    sweep_every_minutes: float = Field(default=30.0, gt=0)
    reads_back_hours: float = Field(default=6.0, gt=0)
    quiet_after_hours: float | None = Field(default=None, gt=0)
    reddit_url: str = "https://www.reddit.com"
    oauth_url: str = "https://oauth.reddit.com"

    @field_validator("queries")
    @classmethod
    def _are_queries(cls, queries: tuple[str, ...]) -> tuple[str, ...]:
        if not all(0 < len(query.strip()) <= 512 for query in queries):  # noqa: PLR2004
            raise ValueError("each query has between 1 and 512 characters")
        return queries

    @field_validator("domains")
    @classmethod
    def _are_domains(cls, domains: tuple[str, ...]) -> tuple[str, ...]:
        lowered = tuple(domain.lower() for domain in domains)
        if not all(_DOMAIN.fullmatch(domain) for domain in lowered):
            raise ValueError("a domain looks like body.example, without https:// and without /")
        return lowered

    @field_validator("subreddits")
    @classmethod
    def _are_subreddits(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if not (names or info.data.get("queries") or info.data.get("domains")):
            raise ValueError("name at least one subreddit, query or domain to look at")
        bare = tuple(name.removeprefix("/").removeprefix("r/") for name in names)
        if not all(_SUBREDDIT.fullmatch(name) for name in bare):
            raise ValueError("a subreddit is named by letters, digits and _, without r/")
        return bare

    @field_validator("reddit_url", "oauth_url")
    @classmethod
    def _is_safe(cls, url: str) -> str:
        if not _SAFE.match(url):
            raise ValueError("it begins with https://")
        return url.rstrip("/")


def build(name: str, options: Mapping[str, object]) -> Source:
    """The source `name`, not signed in yet."""
    return RedditSource(name, read_options(name, RedditOptions, options))


def reaches(name: str, options: Mapping[str, object]) -> tuple[str, ...]:
    """The listings, and the sign-in."""
    own = read_options(name, RedditOptions, options)
    return hosts_of(own.reddit_url, own.oauth_url)


class RedditSource:
    """Looks at every place again and again, further back than it must, and gives each post once.

    The client's own streams read 100 posts a time and remember 301, so they miss and repeat some.
    Here a look goes on until it meets a page with nothing new, and now and then a thorough look
    reads everything of the overlap again. The cursor holds the time of the newest post given of
    each place and the ids of the last posts given.
    """

    def __init__(self, name: str, options: RedditOptions) -> None:
        self._name = name
        self._options = options
        self._web = RedditAdapter(DEADLINE_SECONDS, web.MOST_BYTES)
        self._reddit: praw.Reddit | None = None
        self._memory: Memory | None = None
        self._places = places_of(
            options.client_secret.get_secret_value(),
            options.subreddits,
            options.queries,
            options.domains,
        )
        self._look = Look(
            self.ask,
            self._skip,
            self._places,
            thorough=Every(options.thorough_every_minutes * 60),
            sweep=Every(options.sweep_every_minutes * 60),
        )
        self.skipped = 0
        self.reads_back = timedelta(hours=options.reads_back_hours)

    @property
    def name(self) -> str:
        """As in the configuration."""
        return self._name

    @property
    def budget(self) -> str:
        """What Reddit still lets us ask for, by its own count."""
        return self._web.budget

    @property
    def quiet_after_seconds(self) -> float | None:
        """As configured; two days where subreddits are read, since those are never so quiet."""
        hours = self._options.quiet_after_hours or (48.0 if self._options.subreddits else None)
        return None if hours is None else hours * 3600

    def receive(self, cursor: str | None, stop: threading.Event) -> Iterator[Arrival | None]:
        """Look until `stop` is set; whatever brings nothing is a SourceError."""
        memory = self._remembered(cursor)
        yield from polls(lambda: self._look.at_all(memory, stop), self._options.every_seconds, stop)

    def cursor_since(self, moment: datetime) -> str:
        """From `moment` on, as far as Reddit's listings go: about 1,000 posts of each."""
        overlap_seconds = self._options.overlap_minutes * 60
        return cursor_from(moment.timestamp(), overlap_seconds, (one.key for one in self._places))

    def check(self) -> Sequence[str]:
        """Sign in, and ask for the newest of each listing."""
        trial = Trial(ADVICE)
        for place in self._places:
            trial.ask(place.title, partial(self.ask, place.path, {**place.params, "limit": 1}))
        return trial.faults

    def _remembered(self, cursor: str | None) -> Memory:
        """What is known at `cursor`: all that we still know if nothing has come since.

        Without a cursor it is from now on, and after a failure from that same moment. Each reading
        has a memory of its own: one that hangs and is given up must not mark as seen what nobody
        takes from it any more.
        """
        memory = self._memory
        if memory is None or cursor not in {None, memory.cursor()}:
            memory = Memory(cursor, self._options.overlap_minutes * 60)
        self._memory = memory.copy()
        return self._memory

    def ask(self, path: str, params: Mapping[str, str | int]) -> Mapping[str, Any]:
        """The part of a listing that counts; signs in anew once if Reddit wants it."""
        try:
            answer = self._asked(path, params)
        except SignInNeededError:
            self._reddit = None
            answer = self._asked(path, params)
        listing = answer.get("data") if isinstance(answer, dict) else None
        if not (isinstance(listing, dict) and isinstance(listing.get("children"), list)):
            raise SourceError("Reddit's answer is not what it should be.", why=Why.ODD_ANSWER)
        return listing

    def _asked(self, path: str, params: Mapping[str, str | int]) -> object:
        try:
            self._reddit = self._reddit or self._client()
            return self._reddit.request(method="GET", path=path, params=dict(params))
        except RequestException as fault:
            known = fault.original_exception
            if isinstance(known, SourceError):
                raise known from None
            raise web.trouble("Reddit", known) from None
        except Redirect:
            raise NotShownError(why=Why.ABSENT) from None
        except (PrawcoreException, PRAWException, RecursionError) as fault:
            raise _odd(fault) from None
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise _odd(fault) from None

    def _client(self) -> praw.Reddit:
        return _client(self._options, self._web, self._look.answers)

    def _skip(self, why: str) -> None:
        """Count what could not be read, and say so without flooding the log."""
        self.skipped += 1
        if self.skipped.bit_count() == 1:  # the 1st, 2nd, 4th, 8th …
            log.warning("An entry of %s was left out: %s", self._name, why)


def _odd(fault: Exception) -> SourceError:
    return SourceError(
        f"Reddit's answer can't be read ({type(fault).__name__}).", why=Why.ODD_ANSWER
    )


def _client(options: RedditOptions, adapter: RedditAdapter, answers: Answers) -> praw.Reddit:
    """The library's client without a user; nothing of it comes from a file or the environment."""
    session = web.session()
    answers.watch(session)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return praw.Reddit(
        "DEFAULT",
        requestor_kwargs={"session": session},
        client_id=options.client_id.get_secret_value(),
        client_secret=options.client_secret.get_secret_value(),
        user_agent=f"python:namewatch:v1 (by /u/{options.registered_by})",
        username=None,
        password=None,
        refresh_token=None,
        redirect_uri=None,
        check_for_updates=False,
        check_for_async=False,
        reddit_url=options.reddit_url,
        oauth_url=options.oauth_url,
    )
