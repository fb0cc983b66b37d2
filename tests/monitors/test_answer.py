"""What is told of a platform's answer, and what of it is kept: one post's bytes, nobody else's."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from monitors.answer import (
    AGAIN,
    ENTRY,
    EVENT,
    FROM_FILE,
    JOINED,
    MESSAGE,
    UNPACKED,
    WHOLE,
    Answers,
    Listing,
    Message,
    StreamEvent,
    no_answer,
)
from monitors.exact import JsonBody, xml_span
from monitors.source import Received
from monitors.web import session
from records.post import Post
from tests.servers.web import Answer, WebRequest, WebServer

OURS = '{"id": "t1_heron", "text": "caf\u00e9 \\u00e9 \\/", "score":1.50, "of": {"n": []}}'
OTHERS = '{"id":"t1_gull", "text": "Nobody of our staff"}'
BODY = f'{{ "data": [{OTHERS},\n {OURS}], "after": "é" }}'.encode()
SECRETS = {
    "Set-Cookie": "session=of-ours",
    "X-Access-Token": "new-token",
    "Link": "<https://api.example/list?key=the-key-of-ours>; rel=next",
    "X-Repeats": "the-bearer-of-ours",
}
HEADERS = {"Content-Type": "application/json", "X-Ratelimit-Remaining": "59.0", **SECRETS}


class Platform(WebServer):
    """Answers everything with one body."""

    def __init__(self) -> None:
        super().__init__()
        self.body = BODY

    def requests(self) -> type[WebRequest]:
        server = self

        class Request(WebRequest):
            def get(self) -> None:
                self.say(Answer(body=server.body, headers=HEADERS))

            def post(self) -> None:
                self.get()

        return Request


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as running:
        yield running


def asked(platform: Platform, of: requests.Session | None = None) -> requests.Response:
    headers = {"Authorization": "Bearer the-bearer-of-ours"}
    url = f"{platform.url}/list/new?key=the-key-of-ours"
    return (of or session()).get(url, headers=headers)


def told_of(listing: Listing, record: str) -> tuple[bytes, Any]:
    kept, told = listing.part(json.dumps(json.loads(record)).encode())
    return kept, told


def test_an_entry_of_a_list_is_cut_out_byte_for_byte_and_nothing_of_the_others_is_kept(
    platform: Platform,
) -> None:
    kept, told = told_of(Listing(asked(platform)), OURS)
    assert kept == OURS.encode()
    assert told["bytes"] == ENTRY
    begins = told["whole_answer"].pop("entry_begins_at")
    assert BODY[begins:].startswith(kept)
    sha256 = hashlib.sha256(BODY).hexdigest()
    assert told["whole_answer"] == {"bytes": len(BODY), "sha256": sha256}
    assert "gull" not in json.dumps(told)


def test_status_headers_and_time_are_told_and_nothing_that_opens_a_door(platform: Platform) -> None:
    began = datetime.now(UTC) - timedelta(milliseconds=1)
    _, told = told_of(Listing(asked(platform)), OURS)
    assert (told["answered"], told["status"]) == (True, 200)
    assert began <= datetime.fromisoformat(told["received_at"]) <= datetime.now(UTC)
    assert told["asked"] == f"GET {platform.url}/list/new"
    assert ["X-Ratelimit-Remaining", "59.0"] in told["headers"]
    assert "Date" in dict(told["headers"])
    assert told["headers_left_out"] == list(SECRETS)
    assert not any(secret in json.dumps(told) for secret in ("of-ours", "new-token"))


def test_the_address_of_a_private_feed_is_not_told(platform: Platform) -> None:
    _, told = Listing(asked(platform), hides_path=True).part(b"{}")
    assert told["asked"] == f"GET {platform.url}/…"


def test_an_answer_about_one_post_is_kept_whole(platform: Platform) -> None:
    platform.body = b" " + OURS.encode() + b"\n"
    kept, told = told_of(Listing(asked(platform)), OURS)
    assert (kept, told["bytes"]) == (platform.body, WHOLE)


def test_parts_that_belong_together_are_cut_out_one_by_one(platform: Platform) -> None:
    record = {"data": json.loads(OURS), "includes": {"posts": [json.loads(OTHERS)]}}
    kept, told = Listing(asked(platform)).part(json.dumps(record).encode())
    assert kept == f'{{"data":{OURS},"includes":{{"posts":[{OTHERS}]}}}}'.encode()
    assert told["bytes"] == JOINED


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[" * 100_000, b'{"data": [', BODY.decode().encode("utf-16"), b"\xff\xfe{}"],
    ids=["nothing", "no JSON", "too deep", "cut", "UTF-16", "no text"],
)
def test_an_entry_that_can_not_be_found_is_kept_as_the_source_gave_it_and_said_to_be_so(
    platform: Platform, body: bytes
) -> None:
    platform.body = body
    kept, told = Listing(asked(platform)).part(OURS.encode())
    assert (kept, told["bytes"], told["status"]) == (OURS.encode(), AGAIN, 200)


def test_the_entry_is_looked_for_in_all_answers_of_one_look_and_in_no_earlier_one(
    platform: Platform,
) -> None:
    answers, of = Answers(), session()
    answers.watch(of)
    asked(platform, of)
    before = answers.now
    answers.begin()
    for number in range(3):
        platform.body = json.dumps([{"id": f"number {number}"}]).encode()
        asked(platform, of)
    assert answers.now.part(b'{"id":"number 1"}')[0] == b'{"id": "number 1"}'
    assert before.part(json.dumps(json.loads(OURS)).encode())[0] == OURS.encode()
    kept, told = answers.now.part(OURS.encode())
    assert (kept, told) == (OURS.encode(), {"answered": True, "bytes": AGAIN})


def test_what_signs_us_in_is_not_held(platform: Platform) -> None:
    answers, of = Answers(), session()
    answers.watch(of)
    of.post(f"{platform.url}/token", data=b"secret")
    assert not answers.now.answers


def test_a_flood_of_answers_is_held_only_so_far(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitors.answer.MOST_HELD", 3 * len(BODY))
    answers, of = Answers(), session()
    answers.watch(of)
    for _ in range(9):
        asked(platform, of)
    assert len(answers.now.answers) == 3


def test_a_message_of_a_stream_says_what_it_is(platform: Platform) -> None:
    now = datetime.now(UTC) - timedelta(milliseconds=1)
    for packed, what in ((False, MESSAGE), (True, UNPACKED)):
        kept, told = Message(packed=packed).part(b"{}")
        assert (kept, told["bytes"], "headers" in told) == (b"{}", what, False)
        assert datetime.fromisoformat(told["received_at"]) >= now
    kept, told = StreamEvent(asked(platform)).part(b"{}")
    assert (kept, told["bytes"], told["status"]) == (b"{}", EVENT, 200)


def test_a_post_is_settled_once_and_is_the_same_post_before_and_after(platform: Platform) -> None:
    post = Post(id="t1_heron", source="example", text="A text")
    came = Received(post, OURS.replace(" ", "").encode(), "7", answer=Listing(asked(platform)))
    assert came.told is None
    settled = came.settled()
    assert (settled.post, settled.cursor) == (came.post, came.cursor)
    assert settled.told is not None
    assert settled.settled() is settled
    assert "gull" not in repr(came)
    of_a_file = Received(post, b"{}", "7", answer=no_answer(FROM_FILE)).settled()
    assert of_a_file.told == {"answered": False, "bytes": FROM_FILE}


@pytest.mark.parametrize("count", [1, 3000])
def test_many_entries_of_one_answer_are_found(count: int) -> None:
    entries = [{"id": f"number{one}", "of": {"n": [one]}} for one in range(count)]
    body = json.dumps({"data": entries, "data ": 1}, indent=2).encode()
    read = JsonBody(body)
    for one in entries[:: max(1, count // 50)]:
        span = read.span(json.dumps(one).encode())
        assert span
        assert json.loads(body[slice(*span)]) == one


def test_of_two_parts_with_the_same_name_the_one_is_found_that_counts() -> None:
    body = b'{"a": {"id": "twice", "n": 1}, "a": {"id": "twice", "n": 2}}'
    span = JsonBody(body).span(b'{"id":"twice","n":2}')
    assert span
    assert body[slice(*span)] == b'{"id": "twice", "n": 2}'
    assert JsonBody(body).span(b'{"id":"twice","n":1}') is None


RSS = b"""<?xml version="1.0"?><rss><channel><item><title>One</title></item >
<item a="1"><title>Two</title></item></channel></rss>"""
ATOM = b"""<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:id>One</a:id></a:entry></a:feed>"""


def test_an_entry_of_a_feed_is_found_by_its_number() -> None:
    assert RSS[slice(*(xml_span(RSS, 0) or ()))] == b"<item><title>One</title></item >"
    assert RSS[slice(*(xml_span(RSS, 1) or ()))] == b'<item a="1"><title>Two</title></item>'
    assert ATOM[slice(*(xml_span(ATOM, 0) or ()))] == b"<a:entry><a:id>One</a:id></a:entry>"


@pytest.mark.parametrize(
    ("body", "number"),
    [(RSS, 2), (RSS[:90], 0), (b"", 0), (b"{}", 0), (RSS.decode().encode("utf-16"), 0)],
    ids=["too few", "cut", "nothing", "no XML", "UTF-16"],
)
def test_an_entry_of_a_feed_that_is_not_sure_is_none(body: bytes, number: int) -> None:
    assert xml_span(body, number) is None
