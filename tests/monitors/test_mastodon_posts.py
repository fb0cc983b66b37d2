"""What Mastodon's JSON means, and what its markup says to a reader."""

from datetime import UTC, datetime
from typing import Any

import pytest

from monitors.sources.mastodon_events import MOST_BYTES, Event, EventTooLargeError, events
from monitors.sources.mastodon_posts import StatusUnreadableError, listed, post_of
from monitors.sources.mastodon_text import plain_text
from records.post import Author, Context, Media
from tests.servers.mastodon import status

MENTION = (
    '<span class="h-card"><a href="https://a.example/@bob" class="u-url mention">'
    "@<span>bob</span></a></span>"
)
HASHTAG = (
    '<a href="https://a.example/tags/x" class="mention hashtag" rel="tag">#<span>Loch</span></a>'
)
LINK = (
    '<a href="https://a.example/a/long/way"><span class="invisible">https://</span>'
    '<span class="ellipsis">a.example/a/long</span><span class="invisible">/way</span></a>'
)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two<br>Three<br />Four</p>", "One\n\nTwo\nThree\nFour"),
        (f"<p>{MENTION} see {HASHTAG}.</p>", "@bob see #Loch."),
        (f"<p>{LINK}</p>", "https://a.example/a/long/way"),
        ("<p>Tom &amp; Jerry &lt;3 caf&eacute; &#x1F600;</p>", "Tom & Jerry <3 café 😀"),
        ("<p>Say <img alt=':sun:' src='x'> <b>bold</b></p>", "Say :sun: bold"),
        ("<ul><li>First</li><li>Second</li></ul>after", "First\nSecond\n\nafter"),
        ("<blockquote><p>Quoted</p></blockquote><p>Said</p>", "Quoted\n\nSaid"),
        ("no markup at all", "no markup at all"),
        ("", ""),
        ("a < b and <script>never closed", "a < b and never closed"),
        ("<p>kept <![CDATA[too]]></p>", "kept CDATA[too"),
        ("<p>odd <![foo[x</p>", "<p>odd <![foo[x</p>"),
        ("<p>a&nbsp;b   c\t d</p>", "a b c d"),
        ("<p>" * 20_000 + "deep", "deep"),
    ],
)
def test_the_text_of_a_post_is_what_a_reader_sees(markup: str, text: str) -> None:
    assert plain_text(markup) == text


def test_a_post_has_its_address_author_language_and_time() -> None:
    post = post_of(status(1, "Words"))
    assert post.source == "mastodon"
    assert post.id == "https://social.example/users/alice/statuses/117020593379010726"
    assert post.url == "https://social.example/@alice/117020593379010726"
    assert post.author == Author(
        id="https://social.example/users/alice",
        handle="alice@social.example",
        name="Alice Example",
    )
    assert post.published_at == datetime(2026, 11, 21, 9, 30, 0, 250000, tzinfo=UTC)
    assert (post.lang, post.text, post.context, post.media) == ("en", "Words", Context(), ())


def test_what_stands_around_the_words_is_context() -> None:
    quoted = {"state": "accepted", "quoted_status": status(2, "What Bob said")}
    post = post_of(
        status(1, spoiler_text="About work", quote=quoted, card={"title": "A new library opens"})
    )
    assert post.context == Context(
        title="About work", quoted_text="What Bob said", link_title="A new library opens"
    )


def test_the_choices_of_a_poll_are_words_of_the_author() -> None:
    poll = {"options": [{"title": "Yes"}, {"title": "No"}, None, {"title": 3}]}
    assert post_of(status(1, "Well?", poll=poll)).text == "Well?\nYes\nNo"


def test_pictures_films_and_sounds_come_with_their_descriptions() -> None:
    attachments = [
        {"type": "image", "url": "https://a.example/1.png", "description": "A grey loch"},
        {"type": "gifv", "url": None, "remote_url": "https://b.example/2.mp4"},
        {"type": "audio", "description": ""},
        {"type": "hologram"},
        "odd",
    ]
    assert post_of(status(1, media_attachments=attachments)).media == (
        Media(kind="image", url="https://a.example/1.png", alt="A grey loch"),
        Media(kind="video", url="https://b.example/2.mp4"),
        Media(kind="audio"),
        Media(),
        Media(),
    )


def test_a_boost_is_the_post_that_is_boosted() -> None:
    assert post_of(status(1, "", reblog=status(2, "The words"))).text == "The words"


ODD: tuple[Any, ...] = (None, 3, float("nan"), "odd", [], {}, [[1]], {"title": 5}, True)


@pytest.mark.parametrize(
    "field",
    [
        "account",
        "card",
        "created_at",
        "edited_at",
        "language",
        "media_attachments",
        "poll",
        "quote",
        "reblog",
        "spoiler_text",
        "url",
    ],
)
@pytest.mark.parametrize("value", ODD)
def test_a_post_with_an_odd_part_is_still_a_post(field: str, value: object) -> None:
    post = post_of(status(1, "Words", **{field: value}))
    assert post.text == "Words"
    assert post.id.startswith("https://social.example/")


@pytest.mark.parametrize("odd", [*ODD, {"uri": "https://a.example/1"}, {"content": "<p>x</p>"}])
def test_what_has_no_address_or_no_words_is_not_a_post(odd: object) -> None:
    with pytest.raises(StatusUnreadableError):
        post_of(odd)


def test_half_a_character_is_mended() -> None:
    post = post_of(status(1, "Cut \ud83d", spoiler_text="\udc00"))
    assert (post.text, post.context.title) == ("Cut \ufffd", "\ufffd")


def test_each_part_of_a_list_keeps_its_bytes() -> None:
    body = '\n[ {"a":  1.0},{"b":"é"} ,\n"c", NaN]\n'.encode()
    assert [record for record, _ in listed(body)] == [
        b'{"a":  1.0}',
        '{"b":"é"}'.encode(),
        b'"c"',
        b"NaN",
    ]


STREAM = b':)\nevent: update\ndata: {"a":\ndata:  1}\n\nevent:delete\r\ndata:5\r\n\r\n\nid: 3\n:x\n'


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_events_are_the_same_however_the_bytes_are_cut(size: int) -> None:
    pieces = [STREAM[at : at + size] for at in range(0, len(STREAM), size)]
    update, delete = Event("update", b'{"a":\n 1}'), Event("delete", b"5")
    assert list(events(pieces)) == [None, update, delete, None]


@pytest.mark.parametrize("line", [b"x" * 100_000, b"data: " + b"x" * 100_000 + b"\n"])
def test_an_event_without_end_is_given_up(line: bytes) -> None:
    given = 0

    def pieces() -> Any:
        nonlocal given
        while given < 3 * MOST_BYTES:
            given += len(line)
            yield line

    with pytest.raises(EventTooLargeError):
        list(events(pieces()))
    assert given < 1.5 * MOST_BYTES
