"""Google reviews of the body's own places: new ones, other wordings, and those taken away."""

import logging
import math
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Self

from pydantic import (
    BaseModel,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    model_validator,
)

from monitors.checking import Advice, Trial, numbered
from monitors.errors import SourceError, Why
from monitors.options import Options, read_options
from monitors.parts import Parts
from monitors.polling import polls
from monitors.source import Arrival, Reached, Received, Removed, Source, Unread
from monitors.sources.google_reviews_posts import SOURCE, UNREAD, Review, review_of
from monitors.sources.google_reviews_web import (
    ReviewsWeb,
    SignIn,
    refreshing,
    service_account,
    told_count,
)
from monitors.sources.lenient import list_of, text_of
from records.outgoing import hosts_of

log = logging.getLogger(__name__)

MOST_PAGES = 400
MOST_KNOWN = 5000
"""Of each location so many reviews are known, those changed last; older ones are known as old."""
CLOCKS_DIFFER = timedelta(minutes=5)
LARGEST_LOSS = 0.2
"""Part of all reviews that may be gone at once; if more are, the listing is doubted instead."""
FEW = 5
"""So many may be gone at once however few there are."""
ADVICE: Advice = {
    Why.SIGN_IN: (
        "sign in anew as its manager and put the new refresh token into settings.toml, and look"
        " whether the interface is switched on for your project"
    ),
    Why.FORBIDDEN: (
        "look whether Google has approved your project for this interface, and whether whoever"
        " signed in manages this location"
    ),
    Why.ABSENT: "correct its name in settings.toml, and look whether it is verified",
}


class GoogleReviewsOptions(Options):
    """Which places, and how to sign in."""

    locations: tuple[
        Annotated[str, StringConstraints(pattern=r"^accounts/[\w-]+/locations/[\w-]+$")], ...
    ] = Field(min_length=1, max_length=100)
    client_id: SecretStr | None = None
    client_secret: SecretStr | None = None
    refresh_token: SecretStr | None = None
    service_account_key: SecretStr | None = None
    every_seconds: float = Field(default=900.0, gt=0, le=86_400)
    full_every_hours: float = Field(default=24.0, ge=0, le=720)
    """How often everything is listed, to find what is gone or came in late."""
    quiet_after_hours: float | None = Field(default=None, gt=0)
    url: str = "https://mybusiness.googleapis.com/v4"
    token_url: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - it is no secret

    @model_validator(mode="after")
    def _one_sign_in(self) -> Self:
        own = (self.client_id, self.client_secret, self.refresh_token)
        if all(own) == bool(self.service_account_key) or any(own) != all(own):
            raise ValueError(
                "client_id, client_secret and refresh_token must be given, or else"
                " service_account_key"
            )
        return self


class Known(BaseModel):
    """What is known of one location: ids, hashes and times."""

    after: float
    """Reviews that are not known and were last changed before then are old, in seconds of 1970."""
    listed_at: float = 0.0
    seen: dict[str, tuple[str, float]] = Field(default_factory=dict)
    """The wording and the time of the last change, by the review's id."""
    missing: list[str] = Field(default_factory=list)
    """Not in the last full listing; gone if they are not in the next either."""

    def forget(self) -> None:
        """Those changed longest ago, if there are too many."""
        ordered = sorted(self.seen.items(), key=lambda one: -one[1][1])
        self.seen = dict(ordered[:MOST_KNOWN])
        if ordered[MOST_KNOWN:]:
            self.after = max(self.after, math.nextafter(ordered[MOST_KNOWN][1][1], math.inf))


class Memory(BaseModel):
    """The cursor."""

    after: float
    """For locations that are listed later."""
    locations: dict[str, Known] = Field(default_factory=dict)


def build(name: str, options: Mapping[str, object]) -> Source:
    """The source `name`; nothing is asked for yet."""
    return GoogleReviewsSource(name, read_options(name, GoogleReviewsOptions, options))


def reaches(name: str, options: Mapping[str, object]) -> tuple[str, ...]:
    """The reviews, and the sign-in."""
    own = read_options(name, GoogleReviewsOptions, options)
    return hosts_of(own.url, own.token_url)


class GoogleReviewsSource:
    """Each look lists what changed last; once a day everything, which shows what is gone.

    A review is told to be gone when two full listings, each as long as Google says that it is,
    lack it. `record` is the review as JSON. All reviews that one look at a location brings share
    a cursor, so after a crash in its middle they come again, with the same ids.
    """

    reads_back = timedelta(days=3650)

    def __init__(self, name: str, options: GoogleReviewsOptions) -> None:
        self._name = name
        self._options = options
        self._began = (datetime.now(UTC) - CLOCKS_DIFFER).timestamp()
        self._web = ReviewsWeb(_credentials(name, options), options.url)
        self._parts = Parts(name, "locations", len(options.locations))
        self.skipped = 0
        hours = options.quiet_after_hours
        self.quiet_after_seconds = None if hours is None else hours * 3600

    @property
    def name(self) -> str:
        """As in the configuration."""
        return self._name

    @property
    def trouble(self) -> str:
        """How many locations can't be read, where some can."""
        return self._parts.trouble

    def cursor_since(self, moment: datetime) -> str:
        """From `moment` on: every review that was written or changed since."""
        return Memory(after=moment.timestamp()).model_dump_json()

    def receive(self, cursor: str | None, stop: threading.Event) -> Iterator[Arrival | None]:
        """New, changed and removed reviews at each look; raises when no location can be read."""
        memory = self._memory(cursor)
        yield from polls(lambda: self._look(memory, stop), self._options.every_seconds, stop)

    def check(self) -> Sequence[str]:
        """Ask for one page of each location."""
        trial = Trial(ADVICE)
        there = self._options.locations
        for number, location in enumerate(there, 1):
            about = numbered("Location", number, len(there))
            trial.ask(about, partial(self._web.page, _title(number), location, None))
        return trial.faults

    def _memory(self, cursor: str | None) -> Memory:
        try:
            if cursor is not None:
                return Memory.model_validate_json(cursor)
        except ValidationError:
            odd = "The place kept for Google's reviews is not one of theirs."
            raise SourceError(odd, again=False) from None
        return Memory(after=self._began)

    def _look(self, memory: Memory, stop: threading.Event) -> Iterator[Arrival]:
        for number, location in enumerate(self._options.locations, 1):
            if stop.is_set():
                return
            try:
                yield from self._location(memory, location, _title(number))
            except SourceError as fault:
                self._parts.has_failed(location, fault)
                if fault.why in {Why.SIGN_IN, Why.TOO_OFTEN, Why.NOT_REACHED}:
                    raise  # the others would meet the same
            else:
                self._parts.has_been_read(location)
        self._parts.fail_if_all_do()

    def _location(self, memory: Memory, location: str, title: str) -> Iterator[Arrival]:
        kept = memory.model_dump_json()
        known = memory.locations.get(location) or Known(after=memory.after)
        known = known.model_copy(deep=True)
        due = time.time() - known.listed_at >= self._options.full_every_hours * 3600
        full = due or bool(known.missing)
        self._web.answers.begin()
        listing, whole = self._listed(location, title, known, full=full)
        for review in sorted(listing.values(), key=lambda one: one.changed_at):
            yield from self._told(review, known, kept)
        if whole and full:
            yield from self._gone(location, known, set(listing), kept)
        elif full:
            known.missing = []
        if full:
            known.listed_at = time.time()
        known.forget()
        memory.locations[location] = known
        if (now := memory.model_dump_json()) != kept:
            yield Reached(now)

    def _listed(
        self, location: str, title: str, known: Known, *, full: bool
    ) -> tuple[dict[str, Review], bool]:
        """By id what is listed, and whether that is everything that there is."""
        listing: dict[str, Review] = {}
        counts: set[int | None] = set()
        token: str | None = None
        for _ in range(MOST_PAGES):
            page = self._web.page(title, location, token)
            counts.add(told_count(page))
            now = datetime.now(UTC)
            reviews = [review_of(one, location, now) for one in list_of(page.get("reviews"))]
            for review in reviews:
                listing.setdefault(review.id, review)
            before, token = token, text_of(page.get("nextPageToken"))
            if token is None:
                return listing, counts == {len(listing)}
            if token == before or not (full or any(_is_new(one, known) for one in reviews)):
                break
        return listing, False

    def _told(self, review: Review, known: Known, kept: str) -> Iterator[Arrival]:
        if not _is_new(review, known):
            return
        was_known = review.id in known.seen
        old = not was_known and review.changed_at.timestamp() < known.after
        known.seen[review.id] = (review.changed, review.changed_at.timestamp())
        if review.post is None:
            self.skipped += 1
            yield Unread(review.record, review.why, kept)
        elif not old:
            edited = was_known or review.written_at.timestamp() < known.after
            told = self._web.answers.now
            yield Received(review.post, review.record, kept, edited=edited, answer=told)

    def _gone(self, location: str, known: Known, listed: set[str], kept: str) -> Iterator[Arrival]:
        """Those that two listings lack, unless so many are that the listing must be wrong."""
        lacking = [id_ for id_ in known.seen if id_ not in listed]
        if len(lacking) > max(FEW, LARGEST_LOSS * len(known.seen)):
            log.warning("%s lists much less than before; nothing is taken for removed.", self._name)
            return
        gone = set(lacking) & set(known.missing)
        for id_ in gone:
            del known.seen[id_]
            if not id_.startswith(UNREAD):
                yield Removed(SOURCE, f"{location}/reviews/{id_}", kept)
        known.missing = [id_ for id_ in lacking if id_ not in gone]


def _is_new(review: Review, known: Known) -> bool:
    return known.seen.get(review.id, ("", 0.0))[0] != review.changed


def _title(number: int) -> str:
    return f"location {number}"


def _credentials(name: str, options: GoogleReviewsOptions) -> SignIn:
    if options.service_account_key:
        return service_account(name, options.service_account_key.get_secret_value())
    own = (options.client_id, options.client_secret, options.refresh_token)
    id_, secret, token = (one.get_secret_value() if one else "" for one in own)
    return refreshing(id_, secret, token, options.token_url)
