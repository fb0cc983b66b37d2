import pytest

from evidence.media import ending
from evidence.wacz_index import posted_query, url_key


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("http://127.0.0.1:8080/Post?b=2&a=1#x", "1,0,0,127:8080)/post?a=1&b=2"),
        ("https://www.Social.example/A/?", "example,social)/a"),
        ("http://www2.social.example:80/", "example,social)/"),
        ("https://social.example:8443/a/b/", "example,social:8443)/a/b"),
        ("https://name:word@social.example/x", "example,social)/x"),
        ("https://social.example", "example,social)/"),
        ("https://social.example/%7Efoo/ä?q=ü", "example,social)/~foo/%c3%a4?q=%c3%bc"),
        ("https://social.example/a//b/../c", "example,social)/a/c"),
        ("https://social.example/x?with.2_=2&with=a", "example,social)/x?with=a&with.2_=2"),
        ("https://social.example/x?a=%2F+%20", "example,social)/x?a=/+%20"),
        (f"https://social.example/?phpsessid={'0a' * 16}&z=1", "example,social)/?z=1"),
        ("http://[::1]:80/x", "::1)/x"),
        ("http://social.example:99999/x", "example,social)/x"),
    ],
)
def test_addresses_are_sorted_as_archives_sort_them(address: str, key: str) -> None:
    assert url_key(address) == key


@pytest.mark.parametrize(
    ("kind", "content", "query"),
    [
        ("application/x-www-form-urlencoded", b"name=A+B&x=%2F", "name=A B&x=/"),
        ("application/json", b'{"a":{"b":[1,true,null]},"c":2.0}', "b=1&b.2_=true&b.3_=null&c=2"),
        ("application/json", b"no json", ""),
        ("text/plain", b'{"a": "b"}', "a=b"),
        ("text/plain", b"words", "__wb_post_data=d29yZHM="),
        ("application/octet-stream", b"\x00\x01", "__wb_post_data=AAE="),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb c\r\n--x--\r\n',
            "a=b+c",
        ),
        ("multipart/form-data", b"no parts", "__wb_post_data=bm8gcGFydHM="),
    ],
)  # fmt: skip
def test_what_was_posted_becomes_part_of_the_key(kind: str, content: bytes, query: str) -> None:
    assert posted_query(kind, content) == query


def test_a_long_post_is_cut() -> None:
    assert len(posted_query("application/octet-stream", b"x" * 100_000)) == 4096


@pytest.mark.parametrize(
    ("content", "end"),
    [
        (b"\xff\xd8\xff\xe0", "jpg"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "webp"),
        (b"\x00\x00\x00\x20ftypisom", "mp4"),
        (b"\x00\x00\x00\x20ftypavif", "avif"),
        (b"\x1a\x45\xdf\xa3", "webm"),
        (b"<svg onload=alert(1)>", None),
        (b"<html>", None),
        (b"%PDF-1.7", None),
        (b"MZ", None),
        (b"", None),
    ],
)
def test_attachments_are_told_by_their_first_bytes(content: bytes, end: str | None) -> None:
    assert ending(content) == end
