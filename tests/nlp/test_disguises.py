"""Names in disguise are found, and the offsets are those of the original text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.normalise import Folded, fold, plain_reading, views
from tests.nlp.conftest import Screen

SURFACES = [
    "Fiona MacLeod",
    "F1ona McLeod",
    "Fi0na M@cLe0d",
    "fiona_macleod",
    "Fiona-MacLeod",
    "F\u00edon\u00e0 MacL\u00e9od",
    "Fi\u0301o\u0300na MacLeod",
    "F\u0335i\u0336o\u0337n\u0338a\u0335 MacLeod",
    "\uff26\uff49\uff4f\uff4e\uff41 \uff2d\uff41\uff43\uff2c\uff45\uff4f\uff44",
    "\U0001d405\U0001d422\U0001d428\U0001d427\U0001d41a MacLeod",
    "\u24bb\u24d8\u24de\u24dd\u24d0 MacLeod",
    "\U0001f157\U0001f158\U0001f15e\U0001f15d\U0001f150 MacLeod".replace("\U0001f157", "F"),
    "\u0424iona MacLeod".replace("\u0424", "F"),
    "Fi\u043ena M\u0430\u0441L\u0435od",
    "Fion\u03b1 MacLe\u03bfd",
    "Fi\u200bona Mac\u200dLeod",
    "Fi\u00adona MacLeod",
    "Fi\x00ona MacLeod",
    "F i o n a  M a c L e o d",
    "F.i.o.n.a M.a.c.L.e.o.d",
    "Fionaaaa MacLeoddd",
    "Fiona\u00a0MacLeod",
    "Fiona \n MacLeod",
    "FIONA MACLEOD",
    "F\u0269ona MacLeod",
    "\ua730\u026a\u1d0f\u0274\u1d00 \u1d0d\u1d00\u1d04\u029f\u1d07\u1d0f\u1d05",
    "\u20a3\u0142\u00d8\u20a6\u20b3 \u20a5\u20b3\u20b5\u2c60\u0246\u00d8\u0110",
    "\u15b4IO\u144e\u15e9 \u15f0\u15e9\u1455\u14aaEO\u15ea",
    "F\u3164iona MacLeod",
    "Fiona \U0001f921 MacLeod",
    "Fiona\U0001f44e\U0001f3fdMacLeod",
    "FIona MacIeod",
    "Fion@ M@cL€od",
    "F|ona |\\/|acLe()d",
    "F*ona M*cLeod",
    "Fiona MacL**d",
    "Fi#na MacLeod",
    "Fiona M\u2605cL\u2605od",
    "F 1 0 n a  M a c L 3 0 d",
    "Fiooona M@@@cLeod",
    "Fiona f***ing MacLeod",
    "Fiona 'the liar' MacLeod",
    "Fiona J. MacLeod",
    "Fi-ona MacLeod",
    "FionaMacLeod",
    "MacLeod F1ona",
    "Feona McCloud",
    "Phiona Mc Leod",
    "\u0424\u0438\u043e\u043d\u0430 \u041c\u0430\u043a\u043b\u0430\u0443\u0434",
    "\u03a6\u03b9\u03cc\u03bd\u03b1 \u039c\u03b1\u03ba\u03bb\u03ac\u03bf\u03c5\u03bd\u03c4",
]


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("before", ["", "Why did ", "\U0001f621\u00e9  hm, "])
def test_a_disguised_name_is_found_where_it_stands(
    screen: Screen, surface: str, before: str
) -> None:
    text = f"{before}{surface} of the SEO refuse my complaint?"
    finding = screen(text)
    assert [match.staff_id for match in finding.staff] == ["s006"]
    match = finding.staff[0]
    assert text[match.start : match.end] == match.surface == surface


@given(st.text(max_size=200))
def test_offsets_cover_every_folded_character_in_order(text: str) -> None:
    folded = Folded(text)
    assert len(folded.offsets) == len(folded.text)
    places = list(folded.offsets)
    assert places == sorted(places)
    assert all(0 <= place < len(text) for place in places)


@given(st.text(max_size=200))
def test_every_view_leads_back_into_the_text(text: str) -> None:
    folded = Folded(text)
    for view in [*views(folded), plain_reading(folded)]:
        for place in range(len(view.text)):
            start, end = view.span(place, place + 1)
            assert 0 <= start < end <= len(text)


@given(st.text(max_size=100))
def test_folding_twice_changes_nothing_in_plain_letters(text: str) -> None:
    plain = "".join(letter for letter in text if letter.isascii())
    assert fold(fold(plain)) == fold(plain)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Smith\u2011Jones", "smith jones"),
        ("O\u2019Neil", "o'neil"),
        ("\u0141\u00f3d\u017a", "lodz"),
        ("stra\u00dfe", "strasse"),
        ("a\u200b\u200cb", "ab"),
        ("tab\tand\nline", "tab and line"),
        ("\U0001f1eb\U0001f1ee", "fi"),
        ("\u65e5\u672c", "\u65e5\u672c"),
    ],
)
def test_text_is_folded_to_what_the_eye_reads(text: str, folded: str) -> None:
    assert fold(text) == folded
