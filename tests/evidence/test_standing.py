"""Whether a page is still there: its status alone, asked as a stranger would."""

from pathlib import Path

import pytest

from evidence.standing import Standing, ask_page, judged
from records.capture import Found
from tests.servers.answering import Answer, AnsweringServer
from tests.servers.site import Canary

PAGE = "https://social.example/a/posts/7"


@pytest.mark.parametrize(
    ("status", "came_to", "found", "again"),
    [
        (200, PAGE, Found.UP, False),
        (200, "https://www.social.example/a/posts/7/", Found.UP, False),
        (200, "https://social.example/", Found.CHANGED, False),
        (200, "https://social.example/accounts/login/?next=/a/posts/7", Found.UNKNOWN, False),
        (404, PAGE, Found.GONE, False),
        (410, PAGE, Found.GONE, False),
        (451, PAGE, Found.GONE, False),
        (403, PAGE, Found.UNKNOWN, False),
        (429, PAGE, Found.UNKNOWN, True),
        (503, PAGE, Found.UNKNOWN, True),
    ],
)
def test_what_a_status_says(status: int, came_to: str, found: Found, again: bool) -> None:
    assert judged(status, PAGE, came_to) == Standing(found, status, again)


def test_the_page_is_asked_without_cookie_referrer_or_name() -> None:
    def answer(_: object) -> Answer:
        return Answer(302, headers={"Location": "/moved", "Set-Cookie": "who=you"})

    with AnsweringServer(lambda _: Answer(200)) as server:
        server.answer = lambda asked: answer(asked) if asked.path == "/post" else Answer(200)
        found = ask_page(f"{server.url}/post", allow_loopback=True)
        assert found == Standing(Found.CHANGED, 200)
        for one in server.asked:
            assert not {"Referer", "Cookie", "Authorization"} & set(one.headers)
            assert one.headers["User-Agent"] == "Mozilla/5.0"


def test_the_content_of_a_large_page_is_not_read() -> None:
    with AnsweringServer(lambda _: Answer(200, b"x" * 20_000_000)) as server:
        assert ask_page(f"{server.url}/post", allow_loopback=True).found is Found.UP


@pytest.mark.parametrize("url", ["ftp://x.example", "https://", "not an address"])
def test_what_is_no_page_is_not_asked(url: str) -> None:
    assert ask_page(url) == Standing(Found.UNKNOWN)


def test_a_private_address_is_never_asked_not_even_by_a_redirect(canary: Canary) -> None:
    assert ask_page(canary.url()).found is Found.UNKNOWN
    with AnsweringServer(lambda _: Answer(302, headers={"Location": canary.url()})) as server:
        assert ask_page(f"{server.url}/post", allow_loopback=True).found is Found.UNKNOWN
    assert canary.hits == 0


def test_nothing_is_written_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with AnsweringServer(lambda _: Answer(404, b"gone")) as server:
        assert ask_page(f"{server.url}/post", allow_loopback=True) == Standing(Found.GONE, 404)
    assert list(tmp_path.iterdir()) == []
