"""Whatever a message is made of, what it says is read, and what is not is told."""

from email.message import EmailMessage, Message

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.sources.mailbox_message import MOST_PARTS, read_message
from records.report import MOST_SCREENSHOTS
from tests.servers.screenshots import bomb

PNG = b"\x89PNG\r\n\x1a\n"
POST = "https://x.com/angry/status/17"


def message(text: str = "Look.", **headers: str) -> EmailMessage:
    made = EmailMessage()
    made["From"] = "Devika Ramanujpal <communications@slo.example>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


def raw(body: bytes, *headers: str) -> bytes:
    return "\r\n".join(["From: a@slo.example", *headers, "", ""]).encode() + body


def test_a_message_is_known_by_its_message_id() -> None:
    one = read_message(message("One", Message_ID="<a@slo.example>").as_bytes())
    other = read_message(message("Other", Message_ID="<a@slo.example>").as_bytes())
    nameless = read_message(message("One").as_bytes())
    assert one.id == other.id != nameless.id


def test_html_alone_is_read_as_somebody_sees_it_with_its_links() -> None:
    made = EmailMessage()
    made["From"] = "a@slo.example"
    made.set_content(
        f"<style>p {{}}</style><p>She &amp; I</p><a href='{POST}?a=1&amp;b=2'>here</a>",
        subtype="html",
    )
    found = read_message(made.as_bytes())
    assert found.text == "She & I\nhere"
    assert found.links == (f"{POST}?a=1&b=2",)


def test_of_two_ways_to_say_the_same_one_is_read_with_the_links_of_both() -> None:
    made = message("Look here.")
    made.add_alternative(f"<p>Look <a href='{POST}'>here</a>.</p>", subtype="html")
    found = read_message(made.as_bytes())
    assert (found.text, found.links) == ("Look here.", (POST,))


def test_an_empty_plain_part_leaves_it_to_the_html() -> None:
    made = message(" ")
    made.add_alternative("<p>Words</p>", subtype="html")
    assert read_message(made.as_bytes()).text == "Words"


def test_links_to_posts_go_before_those_of_signatures() -> None:
    found = read_message(message(f"https://slo.example/ {POST} https://news.example/").as_bytes())
    assert found.links == (POST,)


def test_one_link_alone_is_followed_whatever_page_it_is() -> None:
    assert read_message(message("https://forum.example/7").as_bytes()).links == (
        "https://forum.example/7",
    )
    two = read_message(message("https://forum.example/7 https://slo.example/").as_bytes())
    assert two.links == ()


def test_a_message_forwarded_as_a_whole_is_read_with_who_wrote_it() -> None:
    inner = EmailMessage()
    inner["From"] = "Angry Example <angry@outside.example>"
    inner["Subject"] = "You"
    inner.set_content("I know where you live.")
    inner.add_attachment(PNG + b"1", "image", "png", filename="x.png")
    made = message("See attached.", Subject="FW")
    made.add_attachment(inner)
    found = read_message(made.as_bytes())
    assert found.text == (
        "FW\n\nSee attached.\n\nAngry Example <angry@outside.example>\n\nYou\n\n"
        "I know where you live."
    )
    assert found.sender == "communications@slo.example"
    assert found.screenshots == (PNG + b"1",)


def test_pictures_are_known_by_what_they_are_and_not_by_what_they_are_called() -> None:
    made = message()
    made.add_attachment(PNG + b"1", "application", "octet-stream", filename="x.bin")
    made.add_attachment(b"MZ-program", "image", "png", filename="x.png")
    found = read_message(made.as_bytes())
    assert found.screenshots == (PNG + b"1",)
    assert found.left_out == [
        (b"MZ-program", "An attachment of the kind image (0.0 MB) is no picture and no PDF.")
    ]


def test_papers_are_taken_as_pictures_are_and_not_opened_here() -> None:
    made = message()
    made.add_attachment(b"%PDF-1.7 one", "application", "octet-stream", filename="x.bin")
    made.add_attachment(b"%PDF-1.7 one", "application", "pdf")
    made.add_attachment(b"%PDF-" + b"0" * 11_000_000, "application", "pdf")
    found = read_message(made.as_bytes())
    assert (found.papers, found.screenshots) == ((b"%PDF-1.7 one",), ())
    assert [why for _, why in found.left_out] == ["A PDF (11.0 MB) is larger than is taken."]


def test_pictures_are_capped_in_number_and_size() -> None:
    made = message()
    for number in range(MOST_SCREENSHOTS + 1):
        made.add_attachment(PNG + bytes([number]), "image", "png")
    made.add_attachment(PNG + b"0" * 11_000_000, "image", "png")
    found = read_message(made.as_bytes())
    assert len(found.screenshots) == MOST_SCREENSHOTS
    assert [why for _, why in found.left_out] == [
        "There are more than 8 pictures.",
        "A picture (11.0 MB) is larger than is taken.",
    ]


def test_a_picture_that_unfolds_to_a_huge_one_is_not_unfolded_here() -> None:
    made = message()
    made.add_attachment(packed := bomb(), "image", "png")
    assert read_message(made.as_bytes()).screenshots == (packed,)


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        ("utf-8", "Größe".encode("cp1252"), "Größe"),
        ("klingon-8", "Größe".encode(), "Größe"),
        ("us-ascii", "Größe".encode(), "Größe"),
        ("utf-16", "Größe".encode("utf-16"), "Größe"),
        ('"', b"Words", "Words"),
    ],
)
def test_a_wrong_charset_costs_no_word(charset: str, body: bytes, text: str) -> None:
    kind = f"Content-Type: text/plain; charset={charset}"
    found = read_message(raw(body, kind, "Content-Transfer-Encoding: 8bit"))
    assert found.text == text


@pytest.mark.parametrize(
    ("sender", "address"),
    [
        ("a@slo.example", "a@slo.example"),
        ("=?utf-8?q?D=C3=A9vika?= <a@slo.example>", "a@slo.example"),
        ('"director@slo.example" <angry@outside.example>', "angry@outside.example"),
        ("a@slo.example, b@slo.example", ""),
        ("nobody", ""),
        ("", ""),
    ],
)
def test_the_sender_is_the_one_address_or_none(sender: str, address: str) -> None:
    assert read_message(f"From: {sender}\r\n\r\nLook.".encode()).sender == address


def test_two_from_lines_are_nobody() -> None:
    assert read_message(b"From: a@slo.example\r\nFrom: b@slo.example\r\n\r\nLook.").sender == ""


def test_parts_within_parts_are_read_to_a_limit() -> None:
    inner: Message = message("At the bottom.")
    for _ in range(60):
        outer = Message()
        outer["Content-Type"] = "multipart/mixed"
        outer.attach(inner)
        inner = outer
    found = read_message(inner.as_bytes())
    assert [why for _, why in found.left_out] == ["It has more parts than are read."]


def test_very_many_parts_are_read_to_a_limit() -> None:
    made = Message()
    made["Content-Type"] = "multipart/mixed"
    for number in range(MOST_PARTS + 50):
        made.attach(message(f"Part {number}"))
    found = read_message(made.as_bytes())
    assert "Part 100" in found.text
    assert found.left_out


def test_thousands_of_nested_parts_end_in_a_report() -> None:
    body = b"".join(
        b'--b%d\r\nContent-Type: multipart/mixed; boundary="b%d"\r\n\r\n' % (number, number + 1)
        for number in range(3000)
    )
    found = read_message(raw(body + b"words", 'Content-Type: multipart/mixed; boundary="b0"'))
    assert found.left_out


def test_broken_base64_is_no_end() -> None:
    kind = ("Content-Type: text/plain", "Content-Transfer-Encoding: base64")
    assert read_message(raw(b"Look at th=is!!", *kind)).id


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 300), st.integers(1, 40))
def test_no_message_is_too_broken(noise: bytes, at: int, cut: int) -> None:
    made = message("Look.", Subject="FW")
    made.add_attachment(PNG, "image", "png")
    whole = made.as_bytes()
    found = read_message(whole[:at] + noise + whole[at + cut :])
    assert found.id
    found.text.encode()
    assert read_message(noise).id
