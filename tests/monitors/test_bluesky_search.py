"""What the stream no longer had: told as missed, and searched for where we have an account."""

import logging
import stat
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitors.answer import ENTRY
from monitors.registry import build
from monitors.source import Arrival, Missed, Received, Source, Unread
from monitors.sources.bluesky import LOOKS_BACK, BlueskySource
from monitors.sources.bluesky_events import microseconds
from monitors.sources.bluesky_place import moment
from monitors.sources.bluesky_search import SignInNeededError
from records.errors import ConfigurationError
from records.post import Post
from tests.monitors.reading import eventually, in_background
from tests.servers import real_shaped
from tests.servers.answering import Answer, Asked
from tests.servers.bluesky_account import (
    IDENTIFIER,
    PASSWORD,
    REFRESH,
    SEARCH,
    SIGN_IN,
    AccountServer,
    refused,
    view,
)
from tests.servers.jetstream import JetstreamServer
from tests.servers.jetstream_events import rfc3339
from tests.servers.jetstream_v1 import OldJetstreamServer

HOUR = 3_600_000_000
EVENTS = real_shaped.events(real_shaped.stream())
EDGE = EVENTS[0].witnessed
LONG_AGO = EDGE - 50 * HOUR
IN_BETWEEN = [EDGE - number * HOUR for number in (45, 40, 30, 20, 10)]
FOUND = [
    view(500 + number, f"The Lighthouse Ombudsman, said number {number}", rfc3339(at))
    for number, at in enumerate(IN_BETWEEN)
]
QUERIES = ["lighthouse ombudsman"]


@pytest.fixture
def stream() -> Iterator[JetstreamServer]:
    with JetstreamServer() as server:
        server.forget_before(EDGE)
        server.publish(EVENTS)
        yield server


@pytest.fixture
def account() -> Iterator[AccountServer]:
    other = view(900, "Nothing to do with it", rfc3339(IN_BETWEEN[1]))
    too_old = view(901, "The Lighthouse Ombudsman, long before", rfc3339(LONG_AGO - HOUR))
    with AccountServer([*FOUND, other, too_old]) as server:
        yield server


def bluesky(stream: JetstreamServer, account: AccountServer | None, **options: object) -> Source:
    signed_in: dict[str, object] = {}
    if account:
        signed_in = {
            "service": account.url,
            "identifier": IDENTIFIER,
            "app_password": PASSWORD,
            "queries": QUERIES,
        }
    return build("bluesky", "bluesky", {"url": stream.url, **signed_in, **options})


class Listener:
    """Takes from a source in the background, as the runner would, and can be asked what came."""

    def __init__(self, source: Source, cursor: str | None) -> None:
        self.arrivals: list[Arrival] = []
        self._stop = threading.Event()
        self._thread = in_background(lambda: self._listen(source, cursor))

    def _listen(self, source: Source, cursor: str | None) -> None:
        for one in source.receive(cursor, self._stop):
            if one is not None:
                self.arrivals.append(one)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(10)
        assert not self._thread.is_alive()

    @property
    def cursor(self) -> str:
        return self.arrivals[-1].cursor

    @property
    def missed(self) -> list[Missed]:
        return [one for one in self.arrivals if isinstance(one, Missed)]

    @property
    def posts(self) -> list[Post]:
        return [one.post for one in self.arrivals if isinstance(one, Received)]

    @property
    def searched(self) -> list[str]:
        return [one.text for one in self.posts if "said number" in one.text]


@pytest.fixture
def listen() -> Iterator[object]:
    listeners: list[Listener] = []

    def begin(source: Source, cursor: str | None) -> Listener:
        listeners.append(Listener(source, cursor))
        return listeners[-1]

    yield begin
    for one in listeners:
        one.stop()


TEXTS = sorted(str(one["record"]["text"]) for one in FOUND)


def test_a_stream_that_begins_later_than_asked_tells_what_is_missing(
    stream: JetstreamServer, listen: type[Listener]
) -> None:
    listener = listen(bluesky(stream, None), str(LONG_AGO))
    eventually(lambda: bool(listener.missed))
    only = listener.missed[0]
    assert (only.began_at, only.ended_at) == (moment(LONG_AGO), moment(EDGE))
    assert only.why == "Bluesky's server no longer had this time."
    eventually(lambda: len(listener.arrivals) > 10)
    assert len(listener.missed) == 1
    assert " " not in listener.cursor


def test_a_stream_that_begins_where_it_was_asked_to_misses_nothing(
    stream: JetstreamServer, account: AccountServer, listen: type[Listener]
) -> None:
    listener = listen(bluesky(stream, account), str(EDGE))
    eventually(lambda: len(listener.arrivals) > 10)
    assert listener.missed == []
    assert account.asked == []


def test_a_server_that_has_lost_something_without_a_word_is_found_out(
    listen: type[Listener],
) -> None:
    with OldJetstreamServer() as stream:
        stream.forget_before(EDGE)
        stream.publish(EVENTS)
        source = build(
            "bluesky",
            "bluesky",
            {"url": "ws://127.0.0.1:9", "fallback_host": stream.url, "fallback_after_failures": 1},
        )
        listener = listen(source, str(LONG_AGO))
        eventually(lambda: bool(listener.missed))
        assert listener.missed[0].ended_at == moment(EDGE)
        listener.stop()


@pytest.mark.must("4")
def test_what_is_missing_is_searched_for_while_the_stream_goes_on(
    stream: JetstreamServer, account: AccountServer, listen: type[Listener]
) -> None:
    listener = listen(bluesky(stream, account), str(LONG_AGO))
    eventually(lambda: len(listener.missed) == 2)
    assert sorted(listener.searched) == TEXTS
    assert listener.missed[1].why.endswith("it was searched for the chosen words only.")
    assert listener.missed[1].began_at == moment(LONG_AGO)
    assert account.count(SIGN_IN) == 1


def test_what_was_found_has_its_page_author_and_time(
    stream: JetstreamServer, account: AccountServer, listen: type[Listener]
) -> None:
    listener = listen(bluesky(stream, account), str(LONG_AGO))
    eventually(lambda: len(listener.searched) == len(FOUND))
    came = [one for one in listener.arrivals if isinstance(one, Received)]
    posts = [one.post for one in came]
    post = next(one for one in posts if one.text.endswith("said number 3"))
    assert post.id == f"at://{real_shaped.did(503)}/app.bsky.feed.post/3mexample0503"
    assert post.url == f"https://bsky.app/profile/{real_shaped.did(503)}/post/3mexample0503"
    assert post.author.id == real_shaped.did(503)
    assert post.published_at == moment(IN_BETWEEN[3])
    settled = next(one for one in came if one.post == post).settled()
    assert settled.told is not None
    assert (settled.told["status"], settled.told["bytes"]) == (200, ENTRY)
    assert "Date" in dict(settled.told["headers"])
    assert settled.record.count(b"said number") == 1


def test_a_place_refused_as_too_old_is_searched_for_and_the_stream_begins_as_early_as_it_can(
    account: AccountServer, listen: type[Listener]
) -> None:
    with JetstreamServer() as stream:
        stream.publish(EVENTS)
        stream.forget_before(EDGE, refuse=True)
        listener = listen(bluesky(stream, account), str(LONG_AGO))
        eventually(lambda: sorted(listener.searched) == TEXTS)
        eventually(lambda: stream.connected == 1)
        assert listener.missed[0].began_at == moment(LONG_AGO)
        earliest = datetime.now(UTC) - timedelta(hours=36)
        assert abs(listener.missed[0].ended_at - earliest) < timedelta(minutes=5)
        listener.stop()


def test_a_server_that_refuses_even_the_earliest_place_is_listened_to_from_now_on(
    account: AccountServer, listen: type[Listener]
) -> None:
    with JetstreamServer() as stream:
        stream.publish(EVENTS)
        stream.forget_before(microseconds(datetime.now(UTC)) - HOUR, refuse=True)
        listener = listen(bluesky(stream, account), str(LONG_AGO))
        eventually(lambda: stream.connected == 1)
        lately = datetime.now(UTC) - timedelta(minutes=5)
        eventually(lambda: any(one.ended_at > lately for one in listener.missed))
        assert min(one.began_at for one in listener.missed) == moment(LONG_AGO)
        listener.stop()


def test_a_search_that_was_cut_short_is_made_again_after_a_restart(
    stream: JetstreamServer, account: AccountServer, listen: type[Listener]
) -> None:
    account.instead = lambda asked: refused(503, "Down") if asked.path == SEARCH else None
    before = listen(bluesky(stream, account), str(LONG_AGO))
    eventually(lambda: len(before.arrivals) > 10 and account.count(SEARCH) > 0)
    before.stop()
    assert before.cursor.endswith(f" {LONG_AGO}-{EDGE}")

    account.instead = lambda _: None
    after = listen(bluesky(stream, account), before.cursor)
    eventually(lambda: len(after.missed) == 2)
    assert sorted(after.searched) == TEXTS
    after.stop()
    assert " " not in after.cursor, "nothing is left to search for"


@pytest.mark.must("10")
def test_one_result_that_cannot_be_read_is_put_aside_and_the_others_come(
    stream: JetstreamServer, account: AccountServer, listen: type[Listener]
) -> None:
    at = rfc3339(IN_BETWEEN[2])
    odd = [
        view(600, None, at, indexedAt=at, record={"about": "lighthouse ombudsman"}),
        view(601, "the lighthouse ombudsman", at, uri="at://nowhere"),
    ]
    new_kind = view(602, "the lighthouse ombudsman, said number 9", at, embed={"$type": "x.y#z"})
    account.posts += [*odd, new_kind]
    listener = listen(bluesky(stream, account), str(LONG_AGO))
    eventually(lambda: len(listener.missed) == 2)
    assert sorted(listener.searched) == sorted([*TEXTS, "the lighthouse ombudsman, said number 9"])
    ours = [one for one in listener.arrivals if isinstance(one, Unread)]
    assert len([one for one in ours if b"lighthouse" in one.record]) == len(odd)


@pytest.mark.must("8")
def test_a_session_outlives_the_program_in_a_file_of_its_owner_only(
    stream: JetstreamServer, account: AccountServer, tmp_path: Path, listen: type[Listener]
) -> None:
    for _ in range(3):
        source = bluesky(stream, account)
        assert isinstance(source, BlueskySource)
        source.keep_secrets_in(tmp_path / "sessions")
        listener = listen(source, str(LONG_AGO))
        eventually(lambda: len(listener.missed) == 2)  # noqa: B023 - of this round
        listener.stop()
        assert "eyJ" not in listener.cursor
    assert account.count(SIGN_IN) == 1
    file = next((tmp_path / "sessions").iterdir())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert IDENTIFIER not in file.name


def test_a_session_near_its_end_is_renewed_without_a_sign_in(
    stream: JetstreamServer, account: AccountServer, tmp_path: Path, listen: type[Listener]
) -> None:
    account.session_seconds = 60
    for _ in range(2):
        source = bluesky(stream, account)
        assert isinstance(source, BlueskySource)
        source.keep_secrets_in(tmp_path)
        listener = listen(source, str(LONG_AGO))
        eventually(lambda: len(listener.missed) == 2)  # noqa: B023 - of this round
        listener.stop()
    assert account.count(SIGN_IN) == 1
    assert account.count(REFRESH) >= 1


@pytest.mark.parametrize("kept", ["", "no session", "a:::b:::c:::d:::e"])
def test_a_session_that_is_worth_nothing_costs_one_sign_in(
    stream: JetstreamServer,
    account: AccountServer,
    tmp_path: Path,
    listen: type[Listener],
    kept: str,
) -> None:
    for round_ in range(2):
        account.end_sessions()
        source = bluesky(stream, account)
        assert isinstance(source, BlueskySource)
        source.keep_secrets_in(tmp_path)
        listener = listen(source, str(LONG_AGO))
        eventually(lambda: len(listener.missed) == 2)  # noqa: B023 - of this round
        listener.stop()
        assert account.count(SIGN_IN) == round_ + 1
        if kept:
            next(tmp_path.iterdir()).write_text(kept)


@pytest.mark.must("8")
def test_a_sign_in_that_is_refused_is_not_tried_again_and_the_stream_goes_on(
    stream: JetstreamServer, account: AccountServer, listen: type[Listener]
) -> None:
    source = bluesky(stream, account, app_password="wrong")
    listener = listen(source, str(LONG_AGO))
    eventually(lambda: len(listener.arrivals) > 10)
    eventually(lambda: "make a new app password" in budget(source))
    listener.stop()
    assert account.count(SIGN_IN) == 1
    assert listener.cursor.endswith(f" {LONG_AGO}-{EDGE}"), "it is searched for once that is mended"


HTML = Answer(403, b"<html><body>Forbidden</body></html>", {"Content-Type": "text/html"})


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (HTML, "Bluesky does not let us read (HTTP 403)."),
        (Answer(429, b"", {"Retry-After": "0.1"}), "asks us to wait"),
        (Answer(429, b"", {"RateLimit-Reset": "1"}), "asks us to wait"),
        (Answer(500), "has a fault (HTTP 500)"),
        (Answer(200, b"<html>"), "something that can't be read"),
        (Answer(200, b"[" * 200_000), "something that can't be read"),
        (Answer(200, b'{"posts": {}}'), "something that can't be read"),
        (Answer(200, b'{"posts": [' + b" " * 5000, cut=True), "can't be r"),
    ],
)
def test_a_search_that_fails_is_tried_again_and_the_stream_goes_on(
    stream: JetstreamServer,
    account: AccountServer,
    listen: type[Listener],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    answer: Answer,
    sentence: str,
) -> None:
    monkeypatch.setattr("monitors.sources.bluesky_backfill.FIRST_WAIT_SECONDS", 0.2)
    fails = 2

    def instead(asked: Asked) -> Answer | None:
        return answer if asked.path == SEARCH and account.count(SEARCH) <= fails else None

    account.instead = instead
    source = bluesky(stream, account)
    with caplog.at_level(logging.DEBUG, logger="monitors"):
        listener = listen(source, str(LONG_AGO))
        eventually(lambda: len(listener.missed) == 2)
    assert sorted(listener.searched) == TEXTS
    assert sentence in caplog.text
    assert QUERIES[0] not in caplog.text
    assert account.count(SIGN_IN) == 1


def test_two_queries_that_find_the_same_post_give_it_once(
    stream: JetstreamServer, account: AccountServer, listen: type[Listener]
) -> None:
    source = bluesky(stream, account, queries=["lighthouse", "ombudsman"])
    listener = listen(source, str(LONG_AGO))
    eventually(lambda: len(listener.missed) == 2)
    assert sorted(listener.searched) == TEXTS


@pytest.mark.parametrize(
    "options",
    [
        {"identifier": IDENTIFIER},
        {"identifier": IDENTIFIER, "app_password": PASSWORD},
        {"queries": QUERIES},
    ],
)
def test_half_a_sign_in_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match="go together"):
        build("bluesky", "bluesky", options)


def test_an_account_is_never_used_without_encryption() -> None:
    with pytest.raises(ConfigurationError, match="https://"):
        build("bluesky", "bluesky", {"service": "http://bluesky.example"})


def test_looking_back_further_than_the_stream_does_searches_first(
    stream: JetstreamServer, account: AccountServer, listen: type[Listener]
) -> None:
    since = datetime.now(UTC) - timedelta(days=30)
    source = bluesky(stream, account)
    assert isinstance(source, BlueskySource)
    at, _, missing = source.cursor_since(since).partition(" ")
    assert moment(int(missing.partition("-")[0])) == since
    assert abs(moment(int(at)) - (datetime.now(UTC) - LOOKS_BACK)) < timedelta(minutes=1)
    recent = datetime.now(UTC) - timedelta(hours=3)
    assert moment(int(source.cursor_since(recent))) == recent
    without = bluesky(stream, None)
    assert isinstance(without, BlueskySource)
    assert moment(int(without.cursor_since(since))) == since


LOOK = "Look whether '{}' is right, and try again later."


def test_a_check_of_what_works_finds_nothing(
    stream: JetstreamServer, account: AccountServer
) -> None:
    assert check(bluesky(stream, account)) == []


def test_a_check_names_each_fault_and_what_to_do(
    stream: JetstreamServer, account: AccountServer
) -> None:
    stream.refuse(503)
    source = bluesky(stream, account, app_password="wrong", fallback_host="ws://127.0.0.1:9")
    said = check(source)
    assert said == [
        f"Bluesky refused the connection (HTTP 503). {LOOK.format('url')}",
        f"Bluesky can't be reached. {LOOK.format('fallback_host')}",
        f"The search does not work: {SignInNeededError()} Put it into 'app_password'.",
    ]


def budget(source: Source) -> str:
    assert isinstance(source, BlueskySource)
    return source.budget


def check(source: Source) -> list[str]:
    assert isinstance(source, BlueskySource)
    return list(source.check())
