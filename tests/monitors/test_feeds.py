"""Feeds over real HTTP on the loopback, through the real parser."""

import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitors.registry import build
from monitors.source import Source
from monitors.sources.feeds_posts import NotAFeedError, read_feed, unwrapped
from records.errors import ConfigurationError
from records.post import Author, Context, Media
from tests.monitors.looking import look
from tests.servers.answering import Answer, AnsweringServer, Asked

WRAPPED = (
    "https://www.google.com/url?rct=j&amp;sa=t&amp;url=https://news.example/a%3Fb%3D1&amp;ct=ga"
)


def entry(
    number: int, text: str | None = None, *, id_: bool = True, date: str | None = None
) -> str:
    """One entry of an RSS feed."""
    own = f"<guid>https://blog.example/{number}</guid>" if id_ else ""
    dated = f"<pubDate>{date}</pubDate>" if date else ""
    return (
        f"<item>{own}<title>Title {number}</title><link>https://blog.example/{number}</link>"
        f"{dated}<description>{text or f'Text {number}'}</description></item>"
    )


def rss(*entries: str) -> bytes:
    """A feed whose newest entry stands first, as most do."""
    channel = "<title>A blog</title><language>en-gb</language>" + "".join(reversed(entries))
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{channel}</channel></rss>'.encode()


def atom(*entries: str) -> bytes:
    parts = "".join(reversed(entries))
    return (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>tag:feeds.example,2026:1</id><title>Google Alert - Alice Example</title>"
        f"{parts}</feed>"
    ).encode()


@dataclass
class Sites:
    """What stands at each path at the moment."""

    answers: dict[str, Answer] = field(default_factory=dict)
    tagged: bool = False
    server: AnsweringServer = field(init=False)

    def __call__(self, asked: Asked) -> Answer:
        answer = self.answers.get(asked.path, Answer(status=404))
        tag = f'"{hash(answer.body)}"'
        if not self.tagged or answer.status != 200:
            return answer
        if asked.headers.get("If-None-Match") == tag:
            return Answer(status=304)
        return Answer(body=answer.body, headers={"ETag": tag}, cut=answer.cut)

    def show(self, body: bytes, path: str = "/feed", **more: str) -> None:
        self.answers[path] = Answer(body=body, headers=more)

    def source(self, *paths: str, **options: object) -> Source:
        feeds = [self.server.url + path for path in paths or ("/feed",)]
        return build("feeds", "blogs", {"feeds": feeds, "every_seconds": 0.01, **options})


@pytest.fixture
def sites() -> Iterator[Sites]:
    made = Sites()
    with AnsweringServer(made) as server:
        made.server = server
        yield made


def test_what_was_there_before_is_not_given_and_what_comes_later_is_once_and_in_order(
    sites: Sites,
) -> None:
    sites.show(rss(entry(1), entry(2)))

    def publish(looks: int) -> None:
        sites.show(rss(*(entry(number) for number in range(1, 3 + looks))))

    brought = look(sites.source(), times=4, between=publish)
    assert brought.texts == ["Text 3", "Text 4", "Text 5"]


def test_an_entry_published_since_the_start_is_given_at_the_first_look_too(sites: Sites) -> None:
    now = f"{datetime.now(UTC):%a, %d %b %Y %H:%M:%S} GMT"
    old = "Mon, 02 Nov 2026 09:00:00 GMT"
    source = sites.source()
    sites.show(rss(entry(1, date=old), entry(2, date=now)))
    assert look(source).texts == ["Text 2"]


def test_an_entry_becomes_a_post(sites: Sites) -> None:
    sites.show(rss())
    cursor = look(sites.source()).cursor
    body = (
        "<item><guid>https://blog.example/7</guid><title>Of &lt;b&gt;trees&lt;/b&gt;</title>"
        "<link>https://blog.example/7</link><pubDate>Fri, 20 Nov 2026 10:00:00 +0100</pubDate>"
        "<author>Bob Example</author><description>&lt;p&gt;First &amp;amp; last.&lt;/p&gt;"
        "&lt;script&gt;run()&lt;/script&gt;&lt;p&gt;Sec&lt;b&gt;ond&lt;/b&gt;.&lt;/p&gt;"
        "&lt;img src='https://blog.example/a.png' alt='A tree'&gt;</description>"
        "<enclosure url='https://blog.example/b.mp3' type='audio/mpeg'/></item>"
    )
    sites.show(rss(body))
    (received,) = look(sites.source(), cursor).received
    post = received.post
    assert post.id == "https://blog.example/7"
    assert post.source == "feeds"
    assert post.url == "https://blog.example/7"
    assert post.text == "First & last.\nSecond."
    assert post.published_at == datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    assert post.author == Author(name="Bob Example")
    assert post.lang == "en-gb"
    assert post.context == Context(community="A blog", title="Of trees")
    assert post.media == (
        Media(kind="image", url="https://blog.example/a.png", alt="A tree"),
        Media(kind="audio", url="https://blog.example/b.mp3"),
    )
    assert json.loads(received.record)["link"] == "https://blog.example/7"


def test_a_summary_that_repeats_the_beginning_is_left_out_and_any_other_is_kept() -> None:
    content = (
        "<entry><id>tag:a.example,2026:1</id><summary>The start</summary><content type='html'>"
        "The start and the rest</content></entry><entry><id>tag:a.example,2026:2</id>"
        "<summary>Something else</summary><content>The rest</content></entry>"
    )
    read = read_feed(atom(content), of="a")
    texts = {one.post.id[-1]: one.post.text for one in read.entries if one.post}
    assert texts == {"1": "The start and the rest", "2": "The rest\nSomething else"}


def test_links_of_google_alerts_lead_to_the_page_itself_and_their_search_is_left_out() -> None:
    content = (
        "<entry><id>tag:google.com,2013:googlealerts/feed:1</id>"
        "<title type='html'>A &lt;b&gt;library&lt;/b&gt; opens</title>"
        f"<link href='{WRAPPED}'/><content type='html'>The &lt;b&gt;li&lt;/b&gt;brary</content>"
        "<author><name></name></author></entry>"
    )
    (one,) = read_feed(atom(content), of="a").entries
    assert one.post is not None
    assert one.post.url == "https://news.example/a?b=1"
    assert one.post.context == Context(community="news.example", title="A library opens")
    assert one.post.text == "The library"
    assert one.post.author == Author()


@pytest.mark.parametrize(
    ("link", "page"),
    [
        ("https://www.google.co.uk/url?q=https://a.example/&x=1", "https://a.example/"),
        ("https://www.google.com/url?url=javascript:run()", None),
        ("https://www.google.com/search?url=https://a.example/", None),
        ("https://google.impostor.example/path?url=https://a.example/", None),
        ("https://a.example/url?url=https://b.example/", None),
        ("https://[broken/url?url=https://b.example/", None),
    ],
)
def test_only_links_of_google_are_unwrapped(link: str, page: str | None) -> None:
    assert unwrapped(link) == (page or link)


def test_a_json_feed_is_read_with_its_pictures_and_authors() -> None:
    content = json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "Notes",
            "language": "gd",
            "authors": [{"name": "Carol Example", "url": "https://notes.example/"}],
            "items": [
                {"id": 2, "content_text": "Second <3", "url": "https://notes.example/2"},
                {
                    "id": "https://notes.example/1",
                    "title": "One",
                    "content_html": "<p>First</p><p>line</p>",
                    "date_published": "2026-11-20T10:00:00+01:00",
                    "image": "https://notes.example/1.png",
                    "author": {"name": "Dave Example"},
                    "attachments": [
                        {"url": "https://notes.example/1.mp4", "mime_type": "video/mp4"}
                    ],
                    "_unknown": {"deep": [1, 2, 3]},
                },
            ],
        }
    ).encode()
    first, second = (one.post for one in read_feed(content, of="notes").entries)
    assert first is not None
    assert second is not None
    assert (first.id, second.id) == ("https://notes.example/1", "notes:2")
    assert (first.text, second.text) == ("First\nline", "Second <3")
    assert (first.author.name, second.author.name) == ("Dave Example", "Carol Example")
    assert first.published_at == datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    assert [one.kind for one in first.media] == ["image", "video"]
    assert second.lang == "gd"


@pytest.mark.must("10")
@pytest.mark.must("12")
def test_one_malformed_entry_is_unread_and_the_others_come(sites: Sites) -> None:
    sites.show(b'{"items": []}')
    cursor = look(sites.source()).cursor
    items = [{"id": "a:1", "content_text": "Good"}, 17, None, {"id": "a:2", "title": ["odd"]}]
    items += [{"id": "a:3", "content_text": "Also \ud800 good", "date_published": float("nan")}]
    sites.show(json.dumps({"items": items}).encode())
    source = sites.source()
    brought = look(source, cursor, times=3)
    assert sorted(brought.texts) == ["Also \ufffd good", "Good"]
    assert len(brought.unread) == 3
    assert {one.record for one in brought.unread} >= {b"17", b"null"}
    assert source.skipped == 3  # type: ignore[attr-defined]


@pytest.mark.must("12")
def test_entries_without_ids_are_known_again_by_link_and_title(sites: Sites) -> None:
    sites.show(rss(entry(1, id_=False)))
    cursor = look(sites.source()).cursor
    sites.show(rss(entry(1, id_=False), entry(2, id_=False), entry(3, id_=False)))
    brought = look(sites.source(), cursor, times=3)
    assert brought.texts == ["Text 2", "Text 3"]
    assert len({one.post.id for one in brought.received}) == 2


@pytest.mark.must("12")
def test_entries_that_share_one_id_are_not_taken_for_one(sites: Sites) -> None:
    sites.show(rss())
    cursor = look(sites.source()).cursor
    sites.show(rss(entry(1, "One"), entry(1, "Two"), entry(1, "Two")))
    brought = look(sites.source(), cursor, times=2)
    assert brought.texts == ["One", "Two"]
    assert len({one.post.id for one in brought.received}) == 2


def test_the_same_short_ids_in_two_feeds_are_two_posts(sites: Sites) -> None:
    paths = ("/a", "/b")
    for path in paths:
        sites.show(b'{"items": []}', path)
    cursor = look(sites.source(*paths)).cursor
    for path in paths:
        item = {"id": "1", "content_text": f"In {path}"}
        sites.show(json.dumps({"items": [item]}).encode(), path)
    brought = look(sites.source(*paths), cursor)
    assert brought.texts == ["In /a", "In /b"]
    assert len({one.post.id for one in brought.received}) == 2


def test_a_changed_entry_comes_again_as_edited(sites: Sites) -> None:
    sites.show(rss(entry(1)))

    def edit(looks: int) -> None:
        sites.show(rss(entry(1, f"Wording {(looks + 1) // 2}")))

    brought = look(sites.source(), times=5, between=edit)
    assert [(one.post.text, one.edited) for one in brought.received] == [
        ("Wording 1", True),
        ("Wording 2", True),
    ]


def test_an_entry_that_leaves_the_feed_and_returns_is_not_new(sites: Sites) -> None:
    sites.show(rss(entry(1), entry(2)))

    def flap(looks: int) -> None:
        sites.show(rss(entry(1)) if looks % 2 else rss(entry(1), entry(2)))

    assert look(sites.source(), times=5, between=flap).received == []


@pytest.mark.parametrize("kept_after", range(1, 5))
def test_after_a_restart_anywhere_nothing_is_lost_and_nothing_comes_twice(
    sites: Sites, kept_after: int
) -> None:
    sites.tagged = True
    sites.show(rss(entry(1)))
    cursor = look(sites.source()).cursor
    sites.show(rss(*(entry(number) for number in range(1, 6))))
    before = look(sites.source(), cursor, most=kept_after)
    after = look(sites.source(), before.cursor, times=2)
    assert before.texts + after.texts == ["Text 2", "Text 3", "Text 4", "Text 5"]


def test_the_place_is_told_even_when_nothing_came(sites: Sites) -> None:
    sites.show(rss(entry(1)))
    brought = look(sites.source(), times=3)
    assert len(brought.reached) == 1, "once, since nothing changed afterwards"
    sites.show(rss(entry(1), entry(2)))
    assert look(sites.source(), brought.cursor).texts == ["Text 2"]


def test_a_feed_that_has_not_changed_is_not_sent_again(sites: Sites) -> None:
    sites.tagged = True
    sites.show(rss(entry(1)))
    cursor = look(sites.source()).cursor
    brought = look(sites.source(), cursor, times=2)
    assert brought.arrivals == []
    tags = [asked.headers.get("If-None-Match") for asked in sites.server.asked]
    assert tags[0] is None
    assert tags[1] == tags[2] is not None


def test_last_modified_is_asked_with_as_well(sites: Sites) -> None:
    moment = "Fri, 20 Nov 2026 10:00:00 GMT"
    sites.answers["/feed"] = Answer(body=rss(entry(1)), headers={"Last-Modified": moment})
    look(sites.source(), times=2)
    since = [asked.headers.get("If-Modified-Since") for asked in sites.server.asked]
    assert since == [None, moment]


@pytest.mark.must("12")
@pytest.mark.must("cut")
def test_a_feed_that_breaks_off_is_read_as_far_as_it_goes_and_then_again(sites: Sites) -> None:
    sites.tagged = True
    sites.show(rss(entry(1)))
    cursor = look(sites.source()).cursor
    good = rss(entry(1), entry(2), entry(3))
    sites.show(good[: good.index(b"<title>Title 1")])
    brought = look(sites.source(), cursor, times=2)
    assert {"Text 2", "Text 3"} <= set(brought.texts)
    assert sites.server.asked[-1].headers.get("If-None-Match") is None


def test_one_broken_feed_does_not_stop_the_others(
    sites: Sites, caplog: pytest.LogCaptureFixture
) -> None:
    sites.show(rss())
    source = sites.source("/gone", "/feed", "/page")
    sites.show(b"<!doctype html><title>Alice Example</title><p>No feed", "/page")

    def publish(looks: int) -> None:
        sites.show(rss(*(entry(number) for number in range(1, looks + 1))))

    with caplog.at_level(logging.DEBUG, logger="monitors"):
        brought = look(source, times=3, between=publish)
    assert brought.texts == ["Text 1", "Text 2"]
    assert brought.failure is None
    assert source.trouble == "2 of 3 feeds can't be read."  # type: ignore[attr-defined]
    assert [record.message for record in caplog.records] == [
        f"One of the feeds of blogs can't be read: {why}"
        for why in (
            "There is nothing at this address of Feed 1 (HTTP 404).",
            "What came from Feed 3 is not a feed.",
        )
    ]


def test_a_feed_that_is_mended_brings_what_was_said_meanwhile(sites: Sites) -> None:
    sites.show(rss())
    source = sites.source("/feed", "/late")

    def mend(looks: int) -> None:
        now = f"{datetime.now(UTC):%a, %d %b %Y %H:%M:%S} GMT"
        sites.show(rss(entry(1), entry(2, date=now)), "/late")

    brought = look(source, times=2, between=mend)
    assert brought.texts == ["Text 2"]
    assert source.trouble == ""  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("answer", "again", "wait"),
    [
        (Answer(429, headers={"Retry-After": "17"}), True, 17.0),
        (Answer(401), False, None),
        (Answer(403, b"<html>No"), True, None),
        (Answer(500), True, None),
        (Answer(body=rss(entry(1)), cut=True), True, None),
        (Answer(body=b""), True, None),
        (Answer(body=b'{"items": 3}'), True, None),
        (Answer(body=b"{" * 200_000), True, None),
        (Answer(body=b'{"items":' + b"[" * 200_000), True, None),
    ],
)
def test_when_no_feed_can_be_read_it_fails_and_says_what_helps(
    sites: Sites, answer: Answer, *, again: bool, wait: float | None
) -> None:
    sites.answers["/feed"] = answer
    failure = look(sites.source()).failure
    assert failure is not None
    assert (failure.again, failure.wait_seconds) == (again, wait)
    assert "Feed 1" in str(failure)
    assert "127.0.0.1" not in str(failure)


def test_a_feed_that_asks_to_wait_is_left_alone_so_long(sites: Sites) -> None:
    sites.show(rss())
    sites.answers["/busy"] = Answer(429, headers={"Retry-After": "3000"})
    look(sites.source("/feed", "/busy"), times=3)
    assert [asked.path for asked in sites.server.asked].count("/busy") == 1


@pytest.mark.parametrize("hostile", [b"<rss>" + b"<a>" * 5_000, b"<rss><item>" + b"<!" * 50_000])
def test_a_hostile_feed_harms_nobody(sites: Sites, hostile: bytes) -> None:
    sites.show(rss(entry(1)))
    cursor = look(sites.source("/feed", "/bad")).cursor
    sites.show(hostile, "/bad")
    sites.show(rss(entry(1), entry(2)))
    assert "Text 2" in look(sites.source("/bad", "/feed"), cursor).texts


def test_the_name_of_a_file_is_not_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(rss(entry(1)))
    with pytest.raises(NotAFeedError):
        read_feed(str(secret).encode(), of="a")


def test_the_cursor_holds_no_words_and_no_addresses(sites: Sites) -> None:
    sites.show(rss(entry(1, "Alice Example is here")))
    cursor = look(sites.source()).cursor
    assert cursor is not None
    assert not any(word in cursor for word in ("Alice", "Title", "127.0.0.1", "example"))


@pytest.mark.parametrize("cursor", ["", "17", "[]", '{"feeds": 3}', "at://x"])
def test_a_cursor_of_something_else_is_refused(sites: Sites, cursor: str) -> None:
    failure = look(sites.source(), cursor).failure
    assert failure is not None
    assert not failure.again


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "'feeds'.* it is missing"),
        ({"feeds": []}, "'feeds'"),
        ({"feeds": ["file:///etc/hostname"]}, "it begins with https:// or http://"),
    ],
)
def test_what_is_not_a_feed_s_address_is_refused(options: dict[str, object], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence) as refused:
        build("feeds", "blogs", options)
    assert "hostname" not in str(refused.value)


def recordings() -> Path:
    folder = os.environ.get("NAMEWATCH_RECORDINGS")
    if not folder:
        pytest.fail("NAMEWATCH_RECORDINGS must name the folder of recordings for this test.")
    return Path(folder) / "feeds"


EXPECTED = {
    "feedjira_AmazonWebServicesBlog.xml": 10,
    "feedjira_DuplicateContentAtomFeed.xml": 10,
    "feedjira_HuffPostCanada.xml": 2,
    "feedjira_Permalinks.xml": 4,
    "feedjira_RSSWithComments.xml": 30,
    "feedjira_google_alerts_atom.xml": 20,
    "feedjira_json_feed.json": 20,
    "feedjira_pet_atom.xml": 10,
}


@pytest.mark.servers
@pytest.mark.parametrize(("name", "count"), EXPECTED.items())
def test_every_recorded_entry_becomes_a_post_with_an_id_of_its_own(name: str, count: int) -> None:
    content = (recordings() / name).read_bytes()
    posts = [one.post for one in read_feed(content, of="recorded").entries]
    there = [post for post in posts if post]
    assert len(posts) == len(there) == len({post.id for post in there}) == count
    assert all(post.text or post.context.title for post in there)
    assert not any("google.com/url" in (post.url or "") for post in there)


@pytest.mark.servers
def test_ill_formed_recordings_end_in_entries_or_in_a_sentence() -> None:
    folder = recordings() / "feedparser"
    files = [path for path in folder.rglob("*") if path.suffix in {".xml", ".json"}]
    assert len(files) == 29
    read = 0
    for path in files:
        try:
            entries = read_feed(path.read_bytes(), of="recorded").entries
        except NotAFeedError:
            continue
        read += 1
        assert all(one.post or one.why for one in entries)
    assert read >= 25
