"""Pictures are fetched through the guard: what may be had, and what nothing can make it fetch."""

import time

import pytest

from evidence.pictures import MAX_BYTES, Fetched, fetch_pictures
from tests.servers.site import DRAWING, Canary, Site


def fetched(url: str, *, allow_loopback: bool = True, seconds: float = 20) -> Fetched:
    [one] = fetch_pictures([url], allow_loopback=allow_loopback, seconds=seconds)
    return one


def test_a_picture_comes_as_its_server_sent_it(site: Site) -> None:
    assert fetched(site.url("/picture.svg")) == Fetched(DRAWING)


def test_pictures_come_in_the_order_asked_for(site: Site) -> None:
    urls = [site.url("/file"), site.url("/none"), site.url("/picture.svg")]
    assert fetch_pictures(urls, allow_loopback=True) == [
        Fetched(b"PK"),
        Fetched(None),
        Fetched(DRAWING),
    ]


def test_a_picture_that_has_moved_is_followed(site: Site) -> None:
    site.redirect_to = "/picture.svg"
    assert fetched(site.url("/redirect")) == Fetched(DRAWING)


def test_a_picture_that_moves_for_ever_is_left(site: Site) -> None:
    site.redirect_to = "/redirect"
    assert fetched(site.url("/redirect")) == Fetched(None)
    assert len(site.visits) == 4


def test_a_server_in_trouble_is_worth_another_try_and_a_missing_picture_is_not(site: Site) -> None:
    assert fetched(site.url("/fault")) == Fetched(None, again=True)
    assert fetched(site.url("/gone")) == Fetched(None, again=False)


def test_without_leave_nothing_on_this_machine_is_reached(canary: Canary) -> None:
    for host in ("127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433", "127.1"):
        assert fetched(canary.url(host), allow_loopback=False).content is None
    assert canary.hits == 0


def test_leave_for_one_port_opens_no_other(site: Site, canary: Canary) -> None:
    site.redirect_to = canary.url()
    assert fetched(site.url("/redirect")).content is None
    assert canary.hits == 0


def test_a_setting_of_the_machine_cannot_lead_around_the_guard(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("http_proxy", canary.url())
    assert fetched(canary.url(), allow_loopback=False).content is None
    assert fetched("http://pictures.example/", allow_loopback=False).content is None
    assert canary.hits == 0


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "ftp://127.0.0.1/x",
        "http://",
        "http://x:99999/",
        "http://me:secret@pictures.example/",
        "not an address",
        "",
    ],
)
def test_only_web_addresses_are_asked_for(url: str) -> None:
    assert fetched(url) == Fetched(None)


def test_a_line_break_in_an_address_asks_for_nothing_else(site: Site) -> None:
    fetched(site.url("/picture.svg HTTP/1.1\r\nX: y\r\n\r\nGET /post"))
    assert "/post" not in site.visits


def test_a_picture_that_is_too_large_is_left(site: Site) -> None:
    site.files["/large"] = ("image/png", b"x" * (MAX_BYTES + 1))
    assert fetched(site.url("/large")).content is None


def test_a_picture_that_never_ends_costs_its_time_and_no_more(site: Site) -> None:
    began = time.monotonic()
    assert fetched(site.url("/never-ends"), seconds=1) == Fetched(None, again=True)
    assert fetched(site.url("/never-answers"), seconds=1) == Fetched(None, again=True)
    assert time.monotonic() - began < 15


def test_a_server_that_is_not_there_is_worth_another_try() -> None:
    with Site() as gone:
        url = gone.url("/picture.svg")
    assert fetched(url) == Fetched(None, again=True)
