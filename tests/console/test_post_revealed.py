"""What strangers wrote is shown as they wrote it, and can do nothing."""

from html.parser import HTMLParser

import pytest

from console.post_page import opens
from console.visible import LONGEST, one_line, pieces
from tests.console.cast import LINE_MANAGER, THE_POST, Office, hostile_post
from tests.console.conftest import Visit

PAYLOADS = {
    "script": "<script>alert(1)</script>",
    "image": "<img src=x onerror=alert(1)>",
    "closing the box": "</div></main><form action=//elsewhere.example><input name=code>",
    "quotes": "\" onmouseover=alert(1) x='",
    "template": "{{ 7 * 7 }} {% include 'base.html' %} ${7*7} #{7*7}",
    "entity": "&lt;script&gt;alert(1)&lt;/script&gt; &#60;b&#62;",
    "svg": "<svg/onload=alert(1)><animate onbegin=alert(1)>",
    "style": "<style>*{display:none}</style><link rel=stylesheet href=//elsewhere.example>",
    "comment": "<!-- --!><b>",
    "base": "<base href=//elsewhere.example><meta http-equiv=refresh content=0>",
    "formula": '=HYPERLINK("//elsewhere.example")',
    "spreadsheet": "@SUM(1+1)*cmd|' /C calc'!A0",
    "header": "x\r\nSet-Cookie: a=b\r\n\r\n<html>",
    "slack": "<!channel> <https://elsewhere.example|label>",
    "markdown": "[click](javascript:alert(1)) ![x](//elsewhere.example/x.png)",
    "percent": "%3Cscript%3E",
    "utf-7": "+ADw-script+AD4-",
    "textarea": "</textarea></title></style></script><script>alert(1)</script>",
}
HIDDEN = {
    "nothing": ("a\x00b", "a[U+0000]b"),
    "escape": ("a\x1b[31mb", "a[U+001B][31mb"),
    "override": ("a\u202eb", "a[U+202E right-to-left override]b"),
    "isolate": (
        "a\u2067b\u2069",
        "a[U+2067 right-to-left isolate]b[U+2069 pop directional isolate]",
    ),
    "zero width": ("a\u200bb", "a[U+200B zero width space]b"),
    "joiner in a word": ("a\u200db", "a[U+200D zero width joiner]b"),
    "byte order": ("\ufeffa", "[U+FEFF zero width no-break space]a"),
    "soft hyphen": ("a\u00adb", "a[U+00AD soft hyphen]b"),
    "line separator": ("a\u2028b", "a[U+2028 line separator]b"),
    "blank letter": ("a\u3164b", "a[U+3164 hangul filler]b"),
    "private": ("a\ue000b", "a[U+E000]b"),
    "tag letters": ("a\U000e0041b", "a[U+E0041 tag latin capital letter a]b"),
    "lone return": ("a\rb", "a[U+000D]b"),
}
SHOWN = {
    "lines": "one\ntwo\n\n\tthree",
    "gaelic": "Tha mi à Steòrnabhagh",
    "arabic": "مرحبا بالعالم",
    "family": "👨\u200d👩\u200d👧 ❤\ufe0f\u200d🔥",
    "scotland": "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
}


class Inside(HTMLParser):
    """Collects the elements and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def revealed(office: Office, visit: Visit, text: str) -> Inside:
    reference = office.open()
    post = hostile_post(text, title=text, parent_text=text, quoted_text=text, community=text)
    office.add_post(reference, post)
    answer = visit(LINE_MANAGER).post(f"/r/{reference}/reveal")
    assert answer.status_code == 200
    return Inside(answer.text)


@pytest.mark.parametrize("text", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_markup_in_a_post_is_only_text(office: Office, visit: Visit, text: str) -> None:
    harmless = revealed(office, visit, "plain words")
    page = revealed(office, visit, text)
    marks = [one for one in page.elements if one == ("span", (("class", "nw-mark"),))]
    allowed = [one for one in page.elements if one not in marks]
    assert _without_reference(allowed) == _without_reference(harmless.elements)
    assert text.replace("\r\n", "\n") in page.text


@pytest.mark.parametrize(("text", "shown"), HIDDEN.values(), ids=HIDDEN.keys())
def test_what_cannot_be_seen_is_spelt_out(text: str, shown: str) -> None:
    assert "".join(piece.text for piece in pieces(text)) == shown
    assert one_line(text) == " ".join(shown.split())
    assert any(piece.mark for piece in pieces(text))


@pytest.mark.parametrize("text", SHOWN.values(), ids=SHOWN.keys())
def test_ordinary_text_is_left_as_it_is(text: str) -> None:
    assert [(piece.text, piece.mark) for piece in pieces(text)] == [(text, False)]


def test_no_text_at_all_is_no_fault(office: Office, visit: Visit) -> None:
    assert "What was posted" in revealed(office, visit, "").text


def test_a_very_long_post_is_cut_and_says_so(office: Office, visit: Visit) -> None:
    page = revealed(office, visit, "a" * (LONGEST + 1) + "the end")
    assert "It goes on" in page.text
    assert "the end" not in page.text


@pytest.mark.parametrize(
    ("link", "follows"),
    [
        ("https://social.example/post/1", True),
        ("http://social.example/post/1", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        (" javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,<script>alert(1)</script>", False),
        ("vbscript:x", False),
        ("file:///etc/passwd", False),
        ("//elsewhere.example", False),
        ("/sign-out", False),
        ("https:", False),
        ("https://[", False),
        ("at://did:example:1/post/1", False),
        ("", False),
    ],
)
def test_only_addresses_of_the_web_can_be_followed(
    office: Office, visit: Visit, link: str, follows: bool
) -> None:
    assert opens(link) is follows
    reference = office.open()
    office.add_post(reference, THE_POST.model_copy(update={"id": "post/3", "url": link}))
    page = Inside(visit(LINE_MANAGER).post(f"/r/{reference}/reveal").text)
    links = [dict(found) for tag, found in page.elements if tag == "a"]
    outside = [one for one in links if not (one["href"] or "").startswith(("/", "#"))]
    assert len(outside) == 1 + follows
    assert all("noreferrer" in (one["rel"] or "") for one in outside)
    assert all((one["href"] or "").startswith("http") for one in outside)


def _without_reference(
    elements: list[tuple[str, tuple[tuple[str, str | None], ...]]],
) -> list[tuple[str, tuple[tuple[str, str | None], ...]]]:
    """Records differ in their number, and nothing else."""
    return [
        (tag, tuple((name, (value or "").split("/r/NW-")[0]) for name, value in attrs))
        for tag, attrs in elements
    ]
