"""Pages and forums over real HTTP on the loopback, through the real extraction of main text."""

import gzip
import logging
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from monitors import politeness
from monitors.registry import build
from monitors.source import Reached
from monitors.sources import web
from monitors.sources.web_memory import MOST_GONE, Memory, PagePlace
from monitors.sources.web_options import is_profile
from monitors.sources.web_text import MOST_BLOCKS, Block
from records.errors import ConfigurationError
from tests.monitors.looking import look
from tests.servers.answering import Answer, AnsweringServer, Asked

HTML = {"Content-Type": "text/html; charset=utf-8"}
MENU = "<nav><a href='/'>Home</a> <a href='/about'>About this place</a></nav>"


def sentence(number: int) -> str:
    return f"The library on Glen Road tells in part {number} of its story how it was built."


def article(*paragraphs: str, head: str = "", menu: str = "") -> bytes:
    body = "".join(f"<p>{one}</p>" for one in paragraphs)
    return (
        f"<html><head><title>A story</title>{head}</head><body>{menu}<article>{body}</article>"
        "<footer></footer></body></html>"
    ).encode()


def thread(*posts: str) -> bytes:
    said = "".join(
        f"<article class='message'><div class='message-body'>{one}</div></article>" for one in posts
    )
    return f"<html><head><title>Complaints</title></head><body>{said}</body></html>".encode()


def results(*links: str) -> bytes:
    found = "".join(f"<li><a href='{link}'>A thread</a></li>" for link in links)
    return f"<html><body>{MENU}<main><ol>{found}</ol></main></body></html>".encode()


@dataclass
class Site:
    """What stands at each path at the moment."""

    answers: dict[str, Answer] = field(default_factory=dict)
    tagged: bool = False
    server: AnsweringServer = field(init=False)
    at: dict[str, list[float]] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> Answer:
        self.at.setdefault(asked.path, []).append(time.monotonic())
        answer = self.answers.get(asked.path, Answer(status=404))
        tag = f'"{hash(answer.body)}"'
        if not self.tagged or answer.status != 200:
            return answer
        if asked.headers.get("If-None-Match") == tag:
            return Answer(status=304, headers={"ETag": tag})
        return Answer(body=answer.body, headers={"ETag": tag, **answer.headers})

    def put(self, path: str, body: bytes) -> None:
        self.answers[path] = Answer(body=body, headers=dict(HTML))

    def source(self, *paths: str, **options: Any) -> web.WebSource:
        own: dict[str, Any] = {"every_minutes": 0.0001, "seconds_between": 0}
        own |= {"pages": [self.server.url + path for path in paths]} if paths else {}
        made = build("web", "pages", {**own, "allow_loopback": True, **options})
        assert isinstance(made, web.WebSource)
        return made

    def searching(self, **options: Any) -> web.WebSource:
        own = {"searches": [self.server.url + "/search?q={query}"], "queries": ["Glen Example"]}
        return self.source(**{**own, **options})

    @property
    def asked_for(self) -> list[str]:
        return [one.path for one in self.server.asked if one.path != "/robots.txt"]


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    with AnsweringServer(made) as server:
        made.server = server
        yield made


# What is new.


def test_a_page_gives_once_what_stands_there_and_then_what_is_new(site: Site) -> None:
    source = site.source("/story")
    site.put("/story", article(*map(sentence, range(3))))

    def write(looks: int) -> None:
        site.put("/story", article(*map(sentence, range(3 + looks))))

    brought = look(source, times=3, between=write)
    assert brought.texts == [sentence(number) for number in range(5)]
    first = brought.received[1].post
    assert first.url == f"{site.server.url}/story"
    assert first.source == "web"
    assert first.context.title == "A story"
    assert first.context.parent_text == sentence(0)


def test_short_posts_of_a_forum_and_comments_below_an_article_are_read(site: Site) -> None:
    posts = ["Has anybody had an answer?", "Kill her.", "lol", "Her car is the blue one."]
    site.put("/thread", thread(*posts))
    comments = "".join(
        f"<li class='comment'><div class='comment-content'><p>{one}</p></div></li>" for one in posts
    )
    below = f"<div id='comments'><ol class='commentlist'>{comments}</ol></div>"
    long = article(*map(sentence, range(8)))
    site.put("/story", long.replace(b"<footer>", f"{below}<footer>".encode()))
    assert [text for text in look(site.source("/thread")).texts if text in posts] == posts
    assert set(posts) < set(look(site.source("/story")).texts)
    without = look(site.source("/story", include_comments=False)).texts
    assert not set(posts) & set(without)
    assert sentence(7) in without


def test_one_word_between_longer_posts_is_read_though_it_looks_like_no_text(site: Site) -> None:
    posts = ["Has anybody had an answer from the office?", sentence(1), "Die", sentence(2)]
    board = "".join(
        f"<div id='p{number}' class='post bg1'><div class='inner'>"
        f"<dl class='postprofile'><dt><a href='/u{number}'>user{number}</a></dt><dd>Posts: 12</dd>"
        "</dl><div class='postbody'><h3><a href='#p'>Re: Complaints</a></h3>"
        f"<p class='author'>by user{number}</p><div class='content'>{one}</div></div></div></div>"
        for number, one in enumerate(posts)
    )
    body = f"<div id='page-body'><h2 class='topic-title'>Complaints</h2>{board}</div>"
    site.put("/board", f"<html><body>{MENU}{body}</body></html>".encode())
    assert [text for text in look(site.source("/board")).texts if text in posts] == posts


def test_a_menu_is_read_only_if_whole_pages_are(site: Site) -> None:
    site.put("/story", article(*map(sentence, range(8)), menu=MENU))
    assert not any("About" in text for text in look(site.source("/story")).texts)
    assert any("About" in text for text in look(site.source("/story", whole_pages=True)).texts)


def test_an_edited_paragraph_comes_as_a_new_one(site: Site) -> None:
    source = site.source("/story")
    site.put("/story", article(*map(sentence, range(3))))

    def edit(_: int) -> None:
        site.put("/story", article(sentence(0), "Something else stands here now.", sentence(2)))

    brought = look(source, times=3, between=edit)
    assert brought.texts[3:] == ["Something else stands here now."]
    assert not any(one.edited for one in brought.received)


def test_a_clock_or_a_counter_that_runs_on_is_nothing_new(site: Site) -> None:
    source = site.source("/thread")

    def tick(looks: int) -> None:
        times = f"{looks + 2} minutes ago, {looks * 10} views"
        site.put("/thread", thread(f"Alice Example wrote this {times}.", "Number 14."))

    tick(0)
    brought = look(source, times=3, between=tick)
    assert len(brought.texts) == 2
    site.put("/thread", thread("Alice Example wrote this 9 minutes ago, 5 views.", "Number 15."))
    assert look(source, brought.cursor).texts == ["Number 15."]


def test_ids_are_the_same_at_every_reading(site: Site) -> None:
    site.put("/story", article(*map(sentence, range(3))))
    twice = [look(site.source("/story")) for _ in range(2)]
    ids = [[one.post.id for one in brought.received] for brought in twice]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 3


@pytest.mark.parametrize("kept_after", range(5))
def test_after_a_restart_anywhere_nothing_is_lost_and_no_new_id_comes(
    site: Site, kept_after: int
) -> None:
    site.put("/story", article(*map(sentence, range(3))))
    before = look(site.source("/story"), most=kept_after)
    after = look(site.source("/story"), before.cursor, times=2)
    ids = [one.post.id for one in before.received + after.received]
    assert {one.post.text for one in before.received + after.received} == set(
        map(sentence, range(3))
    )
    assert len(set(ids)) == 3
    assert look(site.source("/story"), after.cursor).texts == []


def test_the_date_of_the_page_is_that_of_what_first_stood_there_only(site: Site) -> None:
    dated = '<meta property="article:published_time" content="2026-03-04T10:00:00Z">'
    site.put("/story", article(sentence(1), sentence(2), head=dated))
    source = site.source("/story")

    def write(_: int) -> None:
        site.put("/story", article(*map(sentence, range(1, 4)), head=dated))

    first, _, later = (one.post for one in look(source, times=2, between=write).received)
    assert first.published_at == datetime(2026, 3, 4, tzinfo=UTC)
    assert later.published_at is None


def test_a_page_that_is_away_for_one_look_brings_nothing_twice(site: Site) -> None:
    source = site.source("/story")
    story = article(*map(sentence, range(40)))
    site.put("/story", story)
    cursor = look(source).cursor
    site.put("/story", article("This place is being mended; come back later, good people."))
    cursor = look(source, cursor).cursor
    site.put("/story", story)
    assert look(source, cursor).texts == []


def test_of_what_has_left_a_page_the_last_is_known_and_what_stands_there_always() -> None:
    def blocks(start: int, count: int) -> list[Block]:
        return [Block(f"{number:012x}", "", None) for number in range(start, start + count)]

    place = PagePlace()
    standing = blocks(0, MOST_BLOCKS)
    for start in range(MOST_BLOCKS, 5 * MOST_BLOCKS, 100):
        place.remember(standing[:1000] + blocks(start, 1000))
    assert place.new_in(standing[:1000]) == []
    assert len(place.hashes) <= MOST_BLOCKS + MOST_GONE
    assert place.new_in(blocks(4 * MOST_BLOCKS, 1000)) == []
    assert len(place.new_in(blocks(MOST_BLOCKS, 10))) == 10


def test_of_a_very_long_page_the_beginning_and_the_end_are_read(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    lines = "\n".join(sentence(number) for number in range(MOST_BLOCKS + 500))
    site.answers["/log"] = Answer(body=lines.encode(), headers={"Content-Type": "text/plain"})
    texts = look(site.source("/log")).texts
    assert len(texts) == MOST_BLOCKS
    assert (texts[0], texts[-1]) == (sentence(0), sentence(MOST_BLOCKS + 499))
    assert "Page 1 of pages is too long" in caplog.text


def test_what_has_not_changed_is_not_sent_again(site: Site) -> None:
    site.tagged = True
    site.put("/story", article(*map(sentence, range(3))))
    source = site.source("/story")
    cursor = look(source, times=2).cursor
    assert look(site.source("/story"), cursor).texts == []
    tags = [one.headers.get("If-None-Match") for one in site.server.asked if one.path == "/story"]
    assert tags[0] is None
    assert tags[1] == tags[2] is not None


def test_reading_in_another_way_reads_an_unchanged_page_again(site: Site) -> None:
    site.tagged = True
    site.put("/story", article(*map(sentence, range(3))))
    cursor = look(site.source("/story")).cursor
    assert look(site.source("/story", whole_pages=True), cursor).texts


def test_looking_back_gives_all_that_stands_there(site: Site) -> None:
    site.put("/story", article(*map(sentence, range(3))))
    source = site.source("/story")
    assert len(look(source, source.cursor_since(datetime(2026, 11, 1, tzinfo=UTC))).texts) == 3


# Searches.


def test_the_results_of_a_search_are_read_and_nothing_else(site: Site) -> None:
    site.put(
        "/search",
        results(
            "/thread/1#p5", "thread/2", "/thread/1", "/user/alice", "/members/7", "/search?q=b&p=2",
            "/", "https://other.example/thread/3", "mailto:a@b.example", "javascript:x", "http://[",
        ),
    )  # fmt: skip
    site.put("/thread/1", thread("One is here.", "See <a href='/thread/9'>this one</a> too."))
    site.put("/thread/2", thread("Two is here."))
    brought = look(site.searching())
    assert brought.texts == ["One is here.", "See this one too.", "Two is here."]
    assert site.asked_for == ["/search", "/thread/1", "/thread/2"]
    assert site.server.asked[1].query == {"q": "Glen Example"}


def test_only_so_many_results_are_read_and_those_never_read_come_first(site: Site) -> None:
    links = [f"/thread/{number}" for number in range(6)]
    site.put("/search", results(*links))
    for link in links:
        site.put(link, thread(f"Here is {link}."))
    cursor = look(site.searching(most_results=2)).cursor
    assert site.asked_for == ["/search", "/thread/0", "/thread/1"]
    site.put("/search", results("/thread/1", "/thread/5"))
    site.put("/thread/1", thread("Here is /thread/1.", "And more."))
    assert look(site.searching(most_results=2), cursor).texts == ["Here is /thread/5.", "And more."]


def test_results_may_be_told_by_the_beginning_of_their_path(site: Site) -> None:
    site.put("/search", results("/about-us", "/thread/1"))
    site.put("/thread/1", thread("One is here."))
    look(site.searching(follow=["/thread/"]))
    assert site.asked_for == ["/search", "/thread/1"]


def test_one_result_that_fails_does_not_stop_the_others(site: Site) -> None:
    site.put("/search", results("/thread/1", "/thread/2", "/thread/3"))
    site.put("/thread/3", thread("Three is here."))
    site.answers["/thread/2"] = Answer(status=302, headers={"Location": "http://10.0.0.1/x"})
    brought = look(site.searching())
    assert brought.texts == ["Three is here."]
    assert brought.failure is None


# A guest.


def test_what_robots_txt_forbids_is_not_asked_for(site: Site) -> None:
    rules = b"User-agent: *\nDisallow: /private\n\nUser-agent: other\nDisallow: /"
    site.answers["/robots.txt"] = Answer(body=rules)
    site.put("/private/1", article(sentence(1)))
    site.put("/story", article(sentence(2)))
    source = site.source("/private/1", "/story")
    assert look(source).texts == [sentence(2)]
    assert site.asked_for == ["/story"]
    assert source.trouble == "1 of 2 pages and searches can't be read."
    assert [fault.split(".")[0] for fault in source.check()] == ["The robots"]


@pytest.mark.parametrize(
    ("robots", "reads", "again"),
    [
        (Answer(404), True, True),
        (Answer(410), True, True),
        (Answer(403), False, False),
        (Answer(500), False, True),
        (Answer(503, headers={"Retry-After": "90"}), False, True),
        (Answer(200, b"\0\xff<html>" * 1000), True, True),
        (Answer(200, b"User-agent: namewatch\nDisallow: /"), False, False),
        (Answer(200, b"User-agent: NameWatch\nDisallow: /s*y$"), False, False),
        (Answer(302, headers={"Location": "/elsewhere.txt"}), False, False),
        (Answer(302, headers={"Location": "/nowhere.txt"}), True, True),
    ],
)
def test_robots_txt_decides(site: Site, robots: Answer, *, reads: bool, again: bool) -> None:
    site.answers |= {
        "/robots.txt": robots,
        "/elsewhere.txt": Answer(body=b"User-agent: *\nDisallow: /story"),
    }
    site.put("/story", article(sentence(1)))
    brought = look(site.source("/story"))
    assert bool(brought.texts) is reads
    assert (brought.failure is None) is reads
    if brought.failure:
        assert brought.failure.again is again
        assert "/story" not in site.asked_for


def test_robots_txt_is_asked_for_once_a_day(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.put("/story", article(sentence(1)))
    source = site.source("/story")
    look(source, times=3)
    assert len(site.at["/robots.txt"]) == 1
    monkeypatch.setattr(politeness, "ROBOTS_SECONDS", 0.0)
    look(source)
    assert len(site.at["/robots.txt"]) == 2


def test_between_two_requests_to_one_site_there_is_time_and_signs_of_life(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(politeness, "ALIVE_SECONDS", 0.4)
    site.put("/story", article(sentence(1)))
    site.answers["/robots.txt"] = Answer(body=b"User-agent: *\nCrawl-delay: 1.5")
    brought = look(site.source("/story"))
    assert site.at["/story"][0] - site.at["/robots.txt"][0] >= 1.5
    assert sum(isinstance(one, Reached) for one in brought.arrivals) >= 4


def test_we_say_who_we_are_and_keep_no_cookies(site: Site) -> None:
    site.put("/story", article(sentence(1)))
    site.answers["/story"].headers["Set-Cookie"] = "a=b"  # type: ignore[index]
    look(site.source("/story", contact="https://body.example/bot"), times=2)
    assert {one.headers["User-Agent"] for one in site.server.asked} == {
        "namewatch (+https://body.example/bot)"
    }
    assert not any("Cookie" in one.headers for one in site.server.asked)


@pytest.mark.parametrize("status", [429, 503])
def test_a_site_that_asks_us_to_wait_is_not_asked_before(site: Site, status: int) -> None:
    site.answers["/one"] = Answer(status, headers={"Retry-After": "70"})
    site.put("/two", article(sentence(2)))
    source = site.source("/one", "/two")
    failure = look(source, times=2).failure
    assert failure is not None
    assert 60 < (failure.wait_seconds or 0) <= 70
    assert site.asked_for == ["/one"]


@pytest.mark.parametrize(
    "place", ["http://10.0.0.1/", "http://169.254.169.254/", "ftp://a.example/"]
)
def test_no_redirect_leads_into_a_private_network(site: Site, place: str) -> None:
    site.answers["/story"] = Answer(302, headers={"Location": place})
    failure = look(site.source("/story")).failure
    assert failure is not None
    assert not failure.again


def test_another_port_of_this_machine_is_private(site: Site) -> None:
    with AnsweringServer(lambda _: Answer(body=article(sentence(1)), headers=HTML)) as other:
        site.answers["/story"] = Answer(302, headers={"Location": f"{other.url}/x"})
        failure = look(site.source("/story")).failure
        assert "private network" in str(failure)
        assert other.asked == []


def test_pages_of_this_machine_are_refused_unless_that_is_allowed(site: Site) -> None:
    site.put("/story", article(sentence(1)))
    failure = look(site.source("/story", allow_loopback=False, seconds_between=2)).failure
    assert "private network" in str(failure)
    assert site.server.asked == []


def test_a_name_that_stands_for_a_private_address_is_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 80)) for one in ("1.1.1.1", "10.1.1.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    failure = look(site.source(pages=["http://rebinding.example/"])).failure
    assert "private network" in str(failure)


def test_redirects_end_and_a_profile_is_never_asked_for(site: Site) -> None:
    site.answers["/round"] = Answer(302, headers={"Location": "/round"})
    site.answers["/to"] = Answer(302, headers={"Location": "/user/alice"})
    source = site.source("/round", "/to")
    assert look(source).failure is not None
    assert site.asked_for.count("/round") <= 6
    assert "/user/alice" not in site.asked_for


@pytest.mark.parametrize(
    "url",
    [
        "https://forum.example/user/alice", "https://forum.example/u/alice",
        "https://a.example/@alice", "https://a.example/~alice/", "https://a.example/members/7.x",
        "https://a.example/profile.php?id=4", "https://a.example/member.php?u=4",
        "https://a.example/memberlist.php?mode=viewprofile&u=2", "https://a.example/author/alice",
    ],
)  # fmt: skip
def test_a_profile_is_known_by_its_address(url: str) -> None:
    assert is_profile(url)
    with pytest.raises(ConfigurationError, match="a person's profile") as refused:
        build("web", "pages", {"pages": [url]})
    assert "alice" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    ["https://a.example/members", "https://a.example/users-guide", "https://a.example/t/authority"],
)
def test_other_addresses_are_no_profiles(url: str) -> None:
    assert not is_profile(url)


# What goes wrong.


@pytest.mark.parametrize(
    "answer",
    [
        Answer(401),
        Answer(403, b"<html>No"),
        Answer(404),
        Answer(500),
        Answer(body=article(sentence(1)), headers=HTML, cut=True),
        Answer(body=b"\x89PNG", headers={"Content-Type": "image/png"}),
        Answer(body=b"x" * 6_000_000, headers=HTML),
        Answer(body=gzip.compress(b"a" * 50_000_000), headers={**HTML, "Content-Encoding": "gzip"}),
        Answer(body=b"not gzip", headers={**HTML, "Content-Encoding": "gzip"}),
        Answer(body=b"x" * 100_000, headers=HTML, drips=True),
    ],
)
def test_a_page_that_fails_stops_neither_the_others_nor_us(
    site: Site, answer: Answer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(web, "DEADLINE_SECONDS", 0.5)
    site.answers["/secret-path"] = answer
    site.put("/story", article(sentence(1)))
    source = site.source("/secret-path", "/story")
    brought = look(source, times=2)
    assert brought.texts == [sentence(1)]
    assert source.trouble
    assert "Page 1" in caplog.text
    assert len(caplog.records) == 1
    everything = caplog.text + " ".join(source.check())
    assert "secret-path" not in everything
    assert "127.0.0.1" not in everything


def test_when_nothing_can_be_read_the_source_fails_and_says_when_to_try_again(site: Site) -> None:
    site.answers["/story"] = Answer(500)
    failure = look(site.source("/story", every_minutes=30)).failure
    assert failure is not None
    assert failure.again
    assert 1700 < (failure.wait_seconds or 0) <= 1800


HOSTILE: dict[str, Callable[[], bytes]] = {
    "deep": lambda: b"<div>" * 200_000 + b"<p>Hello there</p>",
    "deep tables": lambda: b"<table><tr><td>" * 60_000 + b"Hello there",
    "many": lambda: b"<div>x</div>" * 200_000 + b"<p>Hello there</p>",
    "left open": lambda: b"<p>Hello there</p>" + b"<" * 2_000_000,
    "comments": lambda: b"<p>Hello there</p>" + b"<!--" * 400_000,
    "declarations": lambda: b"<p>Hello there</p>" + b"<![CDATA[<!x[" * 100_000,
    "attributes": lambda: b"<p>Hello there</p><div " + b"a=b " * 500_000 + b">",
    "nul": lambda: b"<p>He\0llo th\0ere</p>",
    "no head's end": lambda: b"<head><title>x</title><p>Hello there</p>",
    "odd charset": lambda: b'<meta charset="zip"><p>Hello there</p>\xff',
    "nested json": lambda: (
        b"<script type='application/ld+json'>" + b"[" * 500_000 + b"</script><p>Hello there</p>"
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_whatever_a_page_is_made_of_its_words_are_read_in_time(site: Site, what: str) -> None:
    site.put("/story", HOSTILE[what]())
    began = time.process_time()
    texts = look(site.source("/story")).texts
    assert any("Hello there" in text for text in texts)
    assert time.process_time() - began < 60


@pytest.mark.parametrize(
    ("content", "declared"),
    [
        ("Café Müller".encode(), "text/html; charset=iso-8859-1"),
        ("Café Müller".encode("cp1252"), "text/html"),
        ("Café Müller".encode("cp1252"), "text/html; charset=utf-7777"),
        ("Café Müller".encode("utf-16"), "text/html"),
        ("Café Müller".encode("utf-16-le"), "text/html; charset=utf-16-le"),
        ("Café Müller".encode("utf-8-sig"), ""),
        (b'<meta charset="iso-8859-15">' + "Café Müller".encode("iso-8859-15"), "text/html"),
    ],
)
def test_a_wrong_charset_is_no_obstacle(site: Site, content: bytes, declared: str) -> None:
    site.answers["/story"] = Answer(body=content, headers={"Content-Type": declared})
    assert look(site.source("/story")).texts == ["Café Müller"]


def test_the_cursor_holds_no_word_and_no_address(site: Site) -> None:
    site.put("/story", article(*map(sentence, range(3))))
    cursor = look(site.source("/story")).cursor
    assert cursor is not None
    assert not any(word in cursor for word in ("Glen", "story", "127.0.0.1", "http"))


def test_pages_no_longer_listed_are_forgotten(site: Site) -> None:
    site.put("/one", article(sentence(1)))
    site.put("/two", article(sentence(2)))
    cursor = look(site.source("/one", "/two")).cursor
    cursor = look(site.source("/two"), cursor).cursor
    assert len(Memory.model_validate_json(cursor or "").pages) == 1


@pytest.mark.parametrize("cursor", ["", "17", "[]", '{"pages": {"a": {"seen": "words"}}}'])
def test_a_cursor_of_something_else_is_refused(site: Site, cursor: str) -> None:
    failure = look(site.source("/story"), cursor).failure
    assert failure is not None
    assert not failure.again


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"pages": ["ftp://a.example/"]},
        {"pages": ["https://me:secret@a.example/"]},
        {"pages": ["a.example"]},
        {"searches": ["https://a.example/?q={query}"]},
        {"searches": ["https://a.example/?q="], "queries": ["a"]},
        {"searches": ["https://{query}.example/"], "queries": ["a"]},
        {"pages": ["https://a.example/"], "queries": ["a"]},
        {"pages": ["https://a.example/"], "seconds_between": 0.5},
        {"pages": ["https://a.example/"], "contact": "a\nb"},
        {"pages": ["https://a.example/"], "every_minutes": float("nan")},
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError) as refused:
        build("web", "pages", options)
    assert "a.example" not in str(refused.value)


# A trial.


def test_a_trial_says_what_to_do_about_each_page_and_search(site: Site) -> None:
    site.put("/story", article(*map(sentence, range(3))))
    site.put("/script", b"<html><body><div id='app'></div></body></html>")
    site.put("/search", results())
    source = site.searching(pages=[f"{site.server.url}{p}" for p in ("/story", "/script", "/gone")])
    faults = source.check()
    assert [fault.split(" ")[0:2] for fault in faults] == [
        ["Page", "2"],
        ["There", "is"],
        ["Search", "1"],
    ]
    assert "Page 3" in faults[1]


def test_a_trial_finds_nothing_wrong_where_nothing_is(site: Site) -> None:
    site.put("/story", article(*map(sentence, range(30))))
    site.put("/search", results("/story"))
    assert site.searching(pages=[f"{site.server.url}/story"]).check() == []


def test_nothing_of_a_page_is_ever_logged(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    site.put("/story", b"<html><head><title>Alice Example</title></head><body>Alice Example")
    look(site.source("/story"))
    assert "Alice" not in caplog.text
