"""The forms in which a name is found and where it ends, and what only looks like a name."""

import time

import pytest

from nlp.matcher import Hit, Matcher
from nlp.variants import Form, NameVariant, variants
from records.roster import StaffMember

STAFF = {
    "fiona": "Fiona MacLeod",
    "david": "David Smith",
    "john": "John Brown",
    "grace": "Grace Law",
    "alasdair": "Alasdair O'Neil",
    "margaret": "Margaret Tweedie-Lamont",
    "ola": "Aleksandra Wiśniewska",
    "imran": "Mohammed Imran Khan",
    "harpreet": "Harpreet Kaur Gill",
    "sasha": "Oleksandr Shevchenko",
    "stephen": "Stephen Robertson",
    "catherine": "Catherine Morrison",
    "sean": "Sean Gallacher",
    "rosalind": "Rosalind Auchterlonie",
}


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    members = [StaffMember(staff_id, name) for staff_id, name in STAFF.items()]
    return Matcher([form for member in members for form in variants(member)])


def named(matcher: Matcher, text: str) -> list[Hit]:
    """Names with both halves, or an initial or a title and the surname."""
    return [
        hit
        for hit in matcher.search(text).names
        if isinstance(hit.entry, NameVariant) and hit.entry.form <= Form.TITLED
    ]


FOUND = {
    "Fee MacLeod": "fiona",
    "MacLeod, Feona": "fiona",
    "F MacLeod": "fiona",
    "F.MacLeod": "fiona",
    "FMacLeod": "fiona",
    "MacLeod, F.": "fiona",
    "Mrs. MacLeod": "fiona",
    "Ms M*cLeod": "fiona",
    "F. M*****d": "fiona",
    "Fiona Mhic Leod": "fiona",
    "Fiona M'Leod": "fiona",
    "Fiona Macloed": "fiona",
    "Finoa MacLeod": "fiona",
    "Fiona Jane MacLeod": "fiona",
    "Fiona (liar) MacLeod": "fiona",
    "Davie Smith": "david",
    "Dav1e Sm1th": "david",
    "John Browne": "john",
    "Grac3333 Laaw": "grace",
    "Alistair O Neill": "alasdair",
    "A. O'Neal": "alasdair",
    "Ally ONeil": "alasdair",
    "Maggie Tweedie": "margaret",
    "Margaret Lamont": "margaret",
    "Margaret TweedieLamont": "margaret",
    "Margaret Lamont-Tweedie": "margaret",
    "Ola Wisniewska": "ola",
    "Aleksandra Wiśniewski": "ola",
    "Ol4 W1sn13wska": "ola",
    "Muhammad Khan": "imran",
    "Mo Khan": "imran",
    "Imran Khan": "imran",
    "Harpreet Gill": "harpreet",
    "Preet Gill": "harpreet",
    "Sasha Shevchenko": "sasha",
    "Steven Robertson": "stephen",
    "Stevie R0bertson": "stephen",
    "Kathryn Morrison": "catherine",
    "Shaun Gallagher": "sean",
    "Rosalnd Auchterlone": "rosalind",
}


@pytest.mark.parametrize("surface", FOUND)
@pytest.mark.parametrize("before", ["", "so ", "\u201c"])
@pytest.mark.parametrize("after", ["", ".", " \u2026 again", "\u201d", "'s letter"])
def test_a_form_of_a_name_is_found_from_its_first_letter_to_its_last(
    matcher: Matcher, surface: str, before: str, after: str
) -> None:
    hits = named(matcher, before + surface + after)
    places = {(hit.entry.staff_id, hit.start, hit.end) for hit in hits
              if isinstance(hit.entry, NameVariant)}  # fmt: skip
    assert (FOUND[surface], len(before), len(before + surface)) in places


IN_TAGS = {
    "#FionaMacLeod": "FionaMacLeod",
    "#fionamacleodout": "fionamacleod",
    "#SackFionaMacLeod": "FionaMacLeod",
    "#F10naMacL30d": "F10naMacL30d",
    "@fionamacleod1": "fionamacleod",
    "@fiona_macleod_seo": "fiona_macleod",
    "@F1onaMacLeod": "F1onaMacLeod",
    "fiona.macleod@seo.example": "fiona.macleod",
    "https://x.example/fionamacleod": "fionamacleod",
}


@pytest.mark.parametrize("tag", IN_TAGS)
def test_a_name_is_found_inside_a_tag_or_an_account(matcher: Matcher, tag: str) -> None:
    text = f"look {tag} again"
    assert IN_TAGS[tag] in {text[hit.start : hit.end] for hit in named(matcher, text)}


@pytest.mark.parametrize("tag", ["#MacLeodMustGo", "#macleodmustgo", "#sackmacleod", "#MacLeodOut"])
def test_a_surname_in_a_tag_is_a_surname(matcher: Matcher, tag: str) -> None:
    hits = matcher.search(f"again {tag}").names
    assert {hit.entry.form for hit in hits if isinstance(hit.entry, NameVariant)} == {Form.SURNAME}


NEAR_MISSES = [
    "that is Fiona. MacLeod left",
    "Fiona! MacLeod!",
    "Fiona, MacLeod and others",
    "Fiona and Neil MacLeod",
    "Fiona said MacLeod left",
    "F*** MacLeod, f**k MacLeod, f***ing MacLeod",
    "**Fiona** likes **cheese**",
    "the dfiona macleodx thing",
    "xfionamacleodx",
    "Fauna MacLean",
    "Jane Brown, Joan Brown and June Brown",
    "John Crown, John Brow, John Blown",
    "Davina Smith",
    "Mira Smith",
    "David 5 miths",
    "grace lawn, disgrace lawful, graceful law",
    "grace la wyer",
    "by the law. Grace was there",
    "S M I T H",
    "a b c d e f g",
    "F I O N A",
    "#smithsonian #brownies #lawless @johnb",
    "#campbellsoup #brownbread",
    "DSmithers",
    "flaw flaw FLAW",
    "0131 496 0000 and 5M1TH",
    "John and Mary Brown",
    "Johnny, brown as a berry",
    "\u0424\u0438\u043e\u043d\u0430 \u0418\u0432\u0430\u043d\u043e\u0432\u0430",
    "\u0416\u043e\u043d \u0431\u0435\u0440\u0435\u0442 \u0431\u0440\u044e\u043a\u0438",
    "www.fionax.example/macleody",
    "fi ona",
    "lain Brovvn",
    "Steven said Robertson lied",
    "Catherine (Kate) met Morrison",
]


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_what_only_looks_like_a_name_is_none(matcher: Matcher, text: str) -> None:
    assert [text[hit.start : hit.end] for hit in named(matcher, text)] == []


@pytest.mark.parametrize(
    "halves",
    [
        ("Fiona", "MacLeod"),
        ("F1ona", "M@cLeod"),
        ("F i o n a", "M a c L e o d"),
        ("F*ona", "M*cLeod"),
        ("Feona", "McCloud"),
        ("\u0424\u0438\u043e\u043d\u0430", "\u041c\u0430\u043a\u043b\u0430\u0443\u0434"),
        ("\u0441\u043c \u0424\u0438\u043e\u043d\u0430", "MacLeod"),
    ],
)
def test_nothing_is_found_across_the_parts_of_a_post(
    matcher: Matcher, halves: tuple[str, str]
) -> None:
    assert named(matcher, "\x7f".join(halves)) == []
    assert named(matcher, f"{halves[0]} \x7f {halves[1]}") == []


def test_a_name_of_which_little_is_left_is_less_sure(matcher: Matcher) -> None:
    def forms(text: str) -> set[Form]:
        return {hit.entry.form for hit in named(matcher, text) if hit.start == 0
                and hit.end == len(text) and isinstance(hit.entry, NameVariant)}  # fmt: skip

    assert min(forms("F*ona M*cLeod")) is Form.FULL
    assert min(forms("Fi**a M*c**od")) is Form.MISSPELT
    assert forms("F**** M******") == set()


@pytest.mark.parametrize(
    "piece",
    ["f i o n a ", "*", "F*ona M*cLeod ", "F*", "1", "\u0444\u0438\u043e\u043d\u0430 ", "fiona ",
     "Fiona MacLeod ", "|\\/|", "aa", "@a1", "#fionamacleod", "mac leod ", "f**** ", "Fiona (",
     "fiona\u0301", "lI"],
)  # fmt: skip
def test_ten_times_the_letters_cost_about_ten_times_the_time(matcher: Matcher, piece: str) -> None:
    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        began = time.process_time()
        matcher.search(text)
        return time.process_time() - began

    seconds(10_000)  # what is worked out once
    assert seconds(200_000) < 30 * seconds(20_000) + 0.5
