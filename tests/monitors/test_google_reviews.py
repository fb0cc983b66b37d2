"""Google's reviews over real HTTP on the loopback, through Google's own sign-in library."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from monitors.registry import build
from monitors.sources import google_reviews
from monitors.sources.google_reviews import GoogleReviewsSource, Memory
from monitors.sources.google_reviews_posts import review_of
from records.errors import ConfigurationError
from records.post import Author, Context
from tests.monitors.looking import look
from tests.servers.answering import Answer, AnsweringServer, Asked, of_json

PLACE = "accounts/1/locations/2"
SIGN_IN = {"client_id": "us", "client_secret": "our-secret", "refresh_token": "our-refresh"}
SWITCHED_OFF = {"error": {"details": [{"reason": "SERVICE_DISABLED"}]}}
NOW = datetime.now(UTC)


def review(
    number: int, text: str | None = None, *, at: float = 60, changed: float | None = None
) -> dict[str, Any]:
    """Written `at` seconds after the start of the test."""
    times = [NOW + timedelta(seconds=one) for one in (at, at if changed is None else changed)]
    return {
        "name": f"{PLACE}/reviews/r{number}",
        "reviewId": f"r{number}",
        "reviewer": {"displayName": "Alice Example", "profilePhotoUrl": "https://a.example/a.png"},
        "starRating": "TWO",
        "comment": text or f"Review {number}",
        "createTime": times[0].isoformat(),
        "updateTime": times[1].isoformat(),
        "_unknown": {"deep": [None]},
    }


@dataclass
class Google:
    """The reviews of each location, those changed last first, a page at a time."""

    reviews: dict[str, list[Any]] = field(default_factory=lambda: {PLACE: []})
    a_page: int = 50
    tells_counts: bool = True
    refusal: Answer | None = None
    sign_in: Answer | None = None
    server: AnsweringServer = field(init=False)

    def __call__(self, asked: Asked) -> Answer:
        if asked.path == "/token":
            return self.sign_in or of_json({"access_token": "our-token", "expires_in": 3600})
        if self.refusal:
            return self.refusal
        assert asked.headers["Authorization"] == "Bearer our-token"
        found = self.reviews.get(asked.path.removeprefix("/").removesuffix("/reviews"))
        if found is None:
            return Answer(404)
        assert asked.query["orderBy"] == "updateTime desc"
        ordered = sorted(found, key=_changed, reverse=True)
        start = int(asked.query.get("pageToken", "0"))
        page: dict[str, Any] = {"reviews": ordered[start : start + self.a_page]}
        if self.tells_counts:
            page["totalReviewCount"] = len(found)
        if start + self.a_page < len(found):
            page["nextPageToken"] = str(start + self.a_page)
        return of_json(page if found else {})

    @property
    def pages_asked(self) -> int:
        return sum(asked.path != "/token" for asked in self.server.asked)

    def source(self, **options: Any) -> GoogleReviewsSource:
        own = {"locations": [PLACE], "every_seconds": 0.01, **SIGN_IN}
        own |= {"url": self.server.url, "token_url": f"{self.server.url}/token"}
        made = build("google_reviews", "reviews", {**own, **options})
        assert isinstance(made, GoogleReviewsSource)
        return made


def _changed(one: Any) -> str:
    moment = one.get("updateTime") if isinstance(one, dict) else None
    return moment if isinstance(moment, str) else "9"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The start of each test: reviews of five minutes before a source begins are old."""
    monkeypatch.setitem(globals(), "NOW", datetime.now(UTC))


@pytest.fixture
def google() -> Iterator[Google]:
    made = Google()
    with AnsweringServer(made) as server:
        made.server = server
        yield made


def test_new_reviews_come_once_and_in_order(google: Google) -> None:
    google.reviews[PLACE] = [review(1, at=-90_000)]

    def write(looks: int) -> None:
        google.reviews[PLACE] += [review(looks * 10 + n, at=looks * 10 + n) for n in (2, 1)]

    brought = look(google.source(), times=4, between=write)
    assert brought.texts == [f"Review {n}" for n in (11, 12, 21, 22, 31, 32)]
    assert not any(one.edited for one in brought.received)


def test_a_review_becomes_a_post() -> None:
    told = review(7, "Never again.", at=0)
    told["reviewReply"] = {"comment": "We are sorry.", "updateTime": NOW.isoformat()}
    post = review_of(told, PLACE, NOW).post
    assert post is not None
    assert post.id == f"{PLACE}/reviews/r7"
    assert post.source == "google_reviews"
    assert post.text == "Never again."
    assert post.published_at == NOW
    assert post.author == Author(name="Alice Example")
    assert post.context == Context(
        community="Google reviews",
        title="Review with 2 of 5 stars",
        quoted_text="We are sorry.",
    )


def test_whoever_is_anonymous_stays_so() -> None:
    told = review(7) | {"reviewer": {"displayName": "A Google user", "isAnonymous": True}}
    post = review_of(told, PLACE, NOW).post
    assert post is not None
    assert post.author == Author()


def test_another_wording_comes_as_edited_also_of_what_was_there_before(google: Google) -> None:
    google.reviews[PLACE] = [review(1, at=-90_000)]

    def edit(looks: int) -> None:
        google.reviews[PLACE] = [review(1, f"Wording {looks}", at=-90_000, changed=looks)]

    brought = look(google.source(), times=3, between=edit)
    assert brought.texts == ["Wording 1", "Wording 2"]
    assert all(one.edited for one in brought.received)


def test_an_owner_s_answer_alone_is_no_new_wording(google: Google) -> None:
    google.reviews[PLACE] = [review(1)]

    def reply(_: int) -> None:
        google.reviews[PLACE][0]["reviewReply"] = {"comment": "We are sorry."}

    assert look(google.source(full_every_hours=0), times=3, between=reply).texts == ["Review 1"]


@pytest.mark.parametrize("kept_after", range(1, 5))
def test_after_a_restart_anywhere_nothing_is_lost_and_no_new_id_comes(
    google: Google, kept_after: int
) -> None:
    cursor = look(google.source()).cursor
    google.reviews[PLACE] = [review(number, at=number) for number in range(1, 4)]
    before = look(google.source(), cursor, most=kept_after)
    after = look(google.source(), before.cursor, times=2)
    came = before.received + after.received
    assert {one.post.text for one in came} == {"Review 1", "Review 2", "Review 3"}
    assert len({one.post.id for one in came}) == 3
    assert look(google.source(), after.cursor).texts == []


def test_what_was_written_while_nobody_looked_comes_after_the_return(google: Google) -> None:
    google.a_page = 3
    google.reviews[PLACE] = [review(0, at=-90_000)]
    cursor = look(google.source()).cursor
    google.reviews[PLACE] += [review(number, at=number) for number in range(1, 9)]
    assert len(look(google.source(), cursor).texts) == 8


def test_only_pages_that_may_hold_something_new_are_asked_for(google: Google) -> None:
    google.a_page = 2
    google.reviews[PLACE] = [review(number, at=-90_000 - number) for number in range(20)]
    cursor = look(google.source()).cursor
    assert google.pages_asked == 10
    google.reviews[PLACE].append(review(99))
    assert look(google.source(), cursor).texts == ["Review 99"]
    assert google.pages_asked == 12


def test_a_review_that_comes_in_late_is_found_by_the_daily_listing(google: Google) -> None:
    google.a_page = 2
    google.reviews[PLACE] = [review(number, at=100 + number) for number in range(6)]
    cursor = look(google.source()).cursor
    google.reviews[PLACE].append(review(99, at=90))
    assert look(google.source(), cursor).texts == []
    assert look(google.source(full_every_hours=0), cursor).texts == ["Review 99"]


def test_looking_back_gives_what_was_written_or_changed_since(google: Google) -> None:
    google.reviews[PLACE] = [
        review(1, at=-9000),
        review(2, at=-5000),
        review(3, at=-9000, changed=-4000),
    ]
    source = google.source()
    brought = look(source, source.cursor_since(NOW - timedelta(seconds=6000)))
    assert brought.texts == ["Review 2", "Review 3"]
    assert [one.edited for one in brought.received] == [False, True]


# What is gone.


def gone_after(google: Google, times: int = 3, **options: Any) -> list[str]:
    """What is told to be removed when one of ten reviews goes away after the first look."""
    google.reviews[PLACE] = [review(number, at=number) for number in range(10)]

    def remove(_: int) -> None:
        google.reviews[PLACE] = google.reviews[PLACE][:3] + google.reviews[PLACE][4:]
        google.reviews[PLACE] += [review(number, at=number) for number in range(20, 21)]

    source = google.source(full_every_hours=0, **options)
    cursor = look(source).cursor
    remove(1)
    return look(source, cursor, times=times).removed


@pytest.mark.must("11")
def test_a_review_that_two_whole_listings_lack_is_told_once_to_be_removed(google: Google) -> None:
    assert gone_after(google, times=1) == []
    assert gone_after(google, times=4) == [f"{PLACE}/reviews/r3"]


def test_without_a_count_to_hold_against_nothing_is_told_to_be_removed(google: Google) -> None:
    google.tells_counts = False
    assert gone_after(google) == []


@pytest.mark.must("14")
def test_a_listing_that_suddenly_lacks_much_is_doubted(
    google: Google, caplog: pytest.LogCaptureFixture
) -> None:
    google.reviews[PLACE] = [review(number, at=number) for number in range(20)]
    source = google.source(full_every_hours=0)
    cursor = look(source).cursor
    google.reviews[PLACE] = google.reviews[PLACE][:10]
    assert look(source, cursor, times=3).removed == []
    assert "much less than before" in caplog.text


def test_a_review_that_is_back_in_the_next_listing_was_never_gone(google: Google) -> None:
    google.reviews[PLACE] = [review(number, at=number) for number in range(10)]
    whole = list(google.reviews[PLACE])

    def come_and_go(looks: int) -> None:
        google.reviews[PLACE] = whole[:9] if looks % 2 else whole

    brought = look(google.source(full_every_hours=0), times=5, between=come_and_go)
    assert brought.removed == []
    assert len(brought.texts) == 10


def test_of_very_many_reviews_the_older_ones_stay_old(
    google: Google, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(google_reviews, "MOST_KNOWN", 5)
    google.reviews[PLACE] = [review(number, at=number) for number in range(12)]
    brought = look(google.source(full_every_hours=0), times=3)
    assert len(brought.texts) == 12
    assert brought.removed == []
    assert len(Memory.model_validate_json(brought.cursor or "").locations[PLACE].seen) == 5


# What goes wrong.


@pytest.mark.must("10")
def test_one_malformed_review_is_unread_once_and_the_others_come(google: Google) -> None:
    odd = [17, None, {"reviewId": ["x"]}, {"comment": "no id"}]
    strange = {**review(2), "starRating": float("nan"), "reviewer": "x", "createTime": 7}
    google.reviews[PLACE] = [review(1), *odd, strange, {**review(3), "updateTime": "soon"}]
    source = google.source()
    brought = look(source, times=3)
    assert sorted(brought.texts) == ["Review 1", "Review 2", "Review 3"]
    assert len(brought.unread) == len(odd) == source.skipped


@pytest.mark.parametrize(
    ("answer", "again", "wait"),
    [
        (Answer(429, headers={"Retry-After": "17"}), True, 17.0),
        (Answer(429, headers={"Retry-After": "Sun, 06 Nov 2094 08:49:37 GMT"}), True, 3600.0),
        (Answer(401), False, None),
        (Answer(403, b"<html>No"), True, None),
        (
            of_json({"error": {"details": [{"reason": "SERVICE_DISABLED"}]}}, status=403),
            False,
            None,
        ),
        (Answer(404), True, None),
        (Answer(500), True, None),
        (Answer(302, headers={"Location": "http://other.example/"}), True, None),
        (Answer(body=b'{"reviews": []}', cut=True), True, None),
        (Answer(body=b"<html>"), True, None),
        (Answer(body=b'{"reviews": 7}'), True, None),
        (Answer(body=b"[" * 200_000), True, None),
        (Answer(body=b"x" * 21_000_000), True, None),
    ],
)
def test_a_listing_that_fails_says_what_helps(
    google: Google, answer: Answer, *, again: bool, wait: float | None
) -> None:
    google.refusal = answer
    failure = look(google.source()).failure
    assert failure is not None
    assert (failure.again, failure.wait_seconds) == (again, wait)
    assert not any(word in str(failure) for word in ("our-", "accounts", "127.0.0.1"))


@pytest.mark.parametrize(
    ("answer", "again"),
    [
        (of_json({"error": "invalid_grant"}, status=400), False),
        (of_json({"error": "invalid_client"}, status=401), False),
        (Answer(200, b"<html>"), False),
        (of_json({"no_token": 1}), False),
        (of_json({"access_token": "x", "expires_in": "soon"}), False),
    ],
)
def test_a_sign_in_that_fails_says_what_helps(
    google: Google, answer: Answer, *, again: bool
) -> None:
    google.sign_in = answer
    failure = look(google.source()).failure
    assert failure is not None
    assert failure.again is again
    assert "our-" not in str(failure)


def test_one_location_that_fails_does_not_stop_the_others(
    google: Google, caplog: pytest.LogCaptureFixture
) -> None:
    google.reviews[PLACE] = [review(1)]
    source = google.source(locations=["accounts/1/locations/9", PLACE])
    assert look(source, times=2).texts == ["Review 1"]
    assert source.trouble == "1 of 2 locations can't be read."
    assert len(caplog.records) == 1
    assert "locations/9" not in caplog.text


def test_one_location_that_was_added_later_gives_what_was_written_since_the_start(
    google: Google,
) -> None:
    other = "accounts/1/locations/3"
    cursor = look(google.source()).cursor
    google.reviews[other] = [review(1, at=-90_000), review(2)]
    assert look(google.source(locations=[PLACE, other]), cursor).texts == ["Review 2"]


def test_the_token_is_asked_for_once_and_stands_in_no_address(google: Google) -> None:
    look(google.source(), times=3)
    asked = [one for one in google.server.asked if one.path == "/token"]
    assert len(asked) == 1
    form = dict(parse_qsl(asked[0].body.decode()))
    assert form["refresh_token"] == "our-refresh"
    assert not any("our-" in str(one.query) for one in google.server.asked)


def test_a_service_account_signs_in_as_well(google: Google) -> None:
    google.reviews[PLACE] = [review(1)]
    made = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    key = {
        "client_email": "us@body.example",
        "private_key": made.decode(),
        "token_uri": f"{google.server.url}/token",
    }
    none = dict.fromkeys(SIGN_IN)
    source = google.source(**none, service_account_key=json.dumps(key))
    assert look(source).texts == ["Review 1"]


def test_it_stops_between_two_locations(google: Google) -> None:
    stop = threading.Event()
    arrivals = google.source(locations=[PLACE, "accounts/1/locations/3"]).receive(None, stop)
    next(arrivals)
    stop.set()
    list(arrivals)
    assert google.pages_asked == 1


def test_the_cursor_holds_ids_and_times_only(google: Google) -> None:
    google.reviews[PLACE] = [review(1, "Bob Example is here")]
    cursor = look(google.source()).cursor
    assert cursor is not None
    assert "r1" in cursor
    assert not any(word in cursor for word in ("Bob", "Alice", "our-"))


@pytest.mark.parametrize("cursor", ["", "17", "[]", '{"locations": {}}'])
def test_a_cursor_of_something_else_is_refused(google: Google, cursor: str) -> None:
    failure = look(google.source(), cursor).failure
    assert failure is not None
    assert not failure.again


@pytest.mark.parametrize(
    "options",
    [
        {"locations": [PLACE]},
        {"locations": [], **SIGN_IN},
        {"locations": ["locations/2"], **SIGN_IN},
        {"locations": [PLACE], "client_id": "us"},
        {"locations": [PLACE], **SIGN_IN, "service_account_key": "{}"},
        {"locations": [PLACE], "service_account_key": "our-secret"},
        {"locations": [PLACE], "service_account_key": "[]"},
        {"locations": [PLACE], "service_account_key": '{"private_key": "our-secret"}'},
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError) as refused:
        build("google_reviews", "reviews", options)
    assert "our-secret" not in str(refused.value)


def test_a_trial_says_what_to_do(google: Google) -> None:
    assert not google.source().check()
    (fault,) = google.source(locations=[PLACE, "accounts/1/locations/9"]).check()
    assert fault.startswith("Location 2 of 2: ")
    assert "verified" in fault
    google.sign_in = of_json({"error": "invalid_grant"}, status=400)
    (fault,) = google.source().check()
    assert "refresh token" in fault
