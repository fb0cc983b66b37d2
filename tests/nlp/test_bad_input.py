"""Whatever comes in, a finding or nothing comes out, with offsets that hold, in linear time."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.masking import NO_IDIOMS, mask
from nlp.rulebook import rulebook
from nlp.screening import Screener
from records.post import Context, Media, Post, readable
from records.roster import Roster
from tests.fuzz.invariants import check
from tests.fuzz.seeds import post_in

CORPUS = Path(__file__).parents[1] / "fuzz" / "corpus"
NAMED = "Fiona MacLeod of the SEO, I'm gonnae leather ye"
CONTROLS = [chr(code) for code in (*range(0x20), 0x7F, *range(0x80, 0xA0))]
UNSEEN = [*map(chr, (0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)))]
FAMILY = "\U0001f621\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f44d\U0001f3fd"
SALTIRE = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
MARKS = "".join(map(chr, range(0x300, 0x36F)))

BAD = {
    "nothing": "",
    "one space": " ",
    "one million letters": "x" * 1_000_000,
    "one million letters after a name": f"{NAMED} " + "lorem ipsum " * 83_000,
    "lone surrogates": "\ud800 Fiona \udfffMacLeod \ud83d SEO \udc00",
    "a surrogate inside a name": "Fiona Mac\udfffLeod of the SEO",
    "nothing but emojis": FAMILY * 4000,
    "flags and keycaps": f"{SALTIRE} 1\ufe0f\u20e3" * 2000,
    "right to left": "\u202e" + NAMED[::-1] + "\u202c",
    "right to left letters": "\u0641\u064a\u0648\u0646 Fiona MacLeod \u05e9\u05dc\u05d5 SEO",
    "marks on every letter": "".join(letter + MARKS for letter in NAMED),
    "marks and nothing under them": MARKS * 300,
    "null bytes": "\x00".join(NAMED),
    "null bytes around": f"\x00\x00{NAMED}\x00",
    "ten thousand handles": "@fi_macleod " * 10_000,
    "ten thousand strangers' handles": "".join(f"@user{n} " for n in range(10_000)),
    "ten thousand hashtags": "#FionaMacLeod" * 10_000,
    "Chinese": "\u76d1\u5bdf\u5458 Fiona MacLeod \u62d2\u7edd\u4e86 SEO" * 50,
    "Arabic": "\u0631\u0641\u0636\u062a Fiona MacLeod \u0645\u0646 SEO" * 50,
    "Gaelic": "Dhi\u00f9lt Fionnghal NicLe\u00f2id m\u2019 ghearan aig an SEO",
    "Thai": "\u0e1f\u0e34\u0e42\u0e2d\u0e19\u0e32 Fiona MacLeod \u0e1b\u0e0f\u0e34 SEO" * 50,
    "letters that grow when folded": "\ufb03\ufdfa\u1e9e\u0130" * 3000 + NAMED,
    "one very long word": "Fiona" * 40_000 + "MacLeod",
    "one very long hump word": "FionaMacLeodSEO" * 20_000,
    "letters apart": " ".join("FionaMacLeodSEO" * 5000),
    "dots apart": ".".join("I will kill Fiona MacLeod" * 2000),
    "stars": "F*o*a M*c*e*d " * 5000,
    "digits": "F10n4 M4cL30d " * 5000,
    "quotes in quotes": "\"'\u201c\u2018" * 20_000 + NAMED + "\u2019\u201d'\"" * 20_000,
    "quotes that are never closed": f'"{NAMED} ' * 2000,
    "apostrophes": "'tis the d'O'N'e'i'l " * 5000,
    "brackets": "(" * 50_000 + NAMED + ")" * 50_000,
    "line breaks": "\n".join(NAMED) + "\r\n\u2028\u2029\v\f" * 5000,
    "every control character": "".join(one + "Fiona MacLeod SEO" for one in CONTROLS),
    "every unseen character": "".join(one + "Fiona MacLeod SEO" for one in UNSEEN),
    "controls in a name": "".join(letter + CONTROLS[n % 32] for n, letter in enumerate(NAMED)),
    "the masks themselves": "NAME BODY [unused1] [unused2] [CLS] ~~~ " * 500 + NAMED,
    "markup": "<b>&amp;</b>" * 5000 + NAMED + "{{}}{%%}\\x00\\u0000" * 500,
}  # fmt: skip


def post(text: str, *, title: str = "", parent_text: str = "", link_title: str = "") -> Post:
    around = Context.model_construct(title=title, parent_text=parent_text, link_title=link_title)
    return Post.model_construct(id="1", source="x", text=text, context=around)


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_bad_text_ends_in_a_finding_that_holds_or_in_nothing(
    screener: Screener, rules: Screener, roster: Roster, text: str
) -> None:
    check(post(text), rules.screen(post(text)), roster)
    for one in (
        post(text[:6000]),
        post("look", title=text[:5000], parent_text=text[:5000], link_title=text[:5000]),
        Post.model_construct(
            id="\ud800", source="x", text=NAMED,
            media=(Media.model_construct(kind="image", alt=text[:5000]),),
        ),
    ):  # fmt: skip
        check(one, screener.screen(one), roster)


@pytest.mark.parametrize(
    "text",
    [
        f"\x00\x00{NAMED}\x00",
        f"{NAMED} " + "lorem ipsum " * 83_000,
        "lorem ipsum " * 83_000 + NAMED,
        f"\ud83d {NAMED}",
        f"{MARKS}{NAMED}",
        "".join(letter + "\u200b" for letter in NAMED),
        f"\u202a{NAMED}\u202c",
        "(" * 50_000 + NAMED,
    ],
    ids=range(8),
)
def test_a_threat_in_the_middle_of_rubbish_is_still_found(rules: Screener, text: str) -> None:
    assert rules.screen(post(text)).disposition == "alert"


@pytest.mark.parametrize("seed", sorted(CORPUS.iterdir()), ids=lambda seed: seed.stem)
def test_the_posts_that_fuzzing_starts_from_hold(
    screener: Screener, roster: Roster, seed: Path
) -> None:
    one = post_in(seed.read_bytes())
    check(one, screener.screen(one), roster)


anything = st.text(st.characters(), max_size=40)
known = st.sampled_from(
    ["Fiona MacLeod", "SEO", "David Smith", "Ms MacLeod", "@fi_macleod", "O'Neil", "Tweedie-Lamont",
     "complaint", "I'm going to kill", "her", "she", '"', "'", "\u201c", "\n", "\u200b", "\u0336",
     "\ufb01", "\U0001f52a", "*", ".", "1", "#", "\x00", "\ud800", " " * 9]
)  # fmt: skip
mixed = st.lists(st.one_of(anything, known), max_size=12).map("".join)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(text=mixed, title=mixed, parent=mixed)
def test_any_text_anywhere_ends_in_a_finding_that_holds(
    rules: Screener, roster: Roster, text: str, title: str, parent: str
) -> None:
    one = post(text, title=title, parent_text=parent)
    check(one, rules.screen(one), roster)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=mixed)
def test_every_letter_of_a_masked_text_has_its_place_in_the_original(text: str) -> None:
    for masked in mask(readable(text), [], NO_IDIOMS):
        assert len(masked.text) == len(masked.starts) == len(masked.ends)
        for start, end in zip(masked.starts, masked.ends, strict=True):
            assert 0 <= start < end <= len(text)


# Pieces that begin or prolong a match of some rule, again and again.
PIECES = [
    "the ", "i will ", "gonnae ", "just ", "i'm just ", "going to be ", "that woman ", "she is ",
    "NAME ", "BODY ", "so so ", "such a ", "a ", "and ", "i want to ", "every one of ", "hope ",
    "if i see ", "next time i see ", "it would be a shame if ", "i know where ", "enjoy the ",
    "my brother ", "someone please ", "the the fuck out of ", "you ", "never ", "not ", '"', "'",
    "a'", "' a", "~", "~ ", " ", "? ", "aaaa", "1 ",
]  # fmt: skip
SHORT = 3_000
FOUR_TIMES = 4 * SHORT


def seconds(pattern: re.Pattern[str], text: str) -> float:
    spent = []
    for _ in range(2):
        start = time.process_time()
        for _ in pattern.finditer(text):
            pass
        spent.append(time.process_time() - start)
    return min(spent)


def test_no_rule_takes_more_than_linear_time_on_what_leads_it_on() -> None:
    book = rulebook()
    aside = book.set_aside
    patterns = {f"{rule.category}: {rule.name}": rule.pattern for rule in book.rules}
    patterns |= {"idioms": aside.idioms, "reported": aside.reported, "condemned": aside.condemned}
    patterns |= {"own voice": aside.own_voice}
    slow = []
    for name, pattern in patterns.items():
        for piece in PIECES:
            long = (piece * (FOUR_TIMES // len(piece) + 1))[:FOUR_TIMES]
            took = seconds(pattern, long)
            # Sixteen times would be a square; a few milliseconds are within the clock's noise.
            if took > 0.02 and took > 9 * seconds(pattern, long[:SHORT]):
                slow.append((name, piece))
    assert slow == []


@pytest.mark.parametrize(
    "piece",
    ["the ", "i will kill ", "just ", "\"'", "Fiona MacLeod ", "@fi_macleod ", "M*cLeod ", "\u0336",
     "F i o n a ", "\U0001f52a", "SEO she ", "\u4e2d\u6587", "\ufdfa"],
)  # fmt: skip
def test_four_times_the_text_costs_about_four_times_the_time(rules: Screener, piece: str) -> None:
    def cost(length: int) -> float:
        one = post(f"{NAMED} {(piece * length)[:length]}")
        spent = []
        for _ in range(2):
            start = time.process_time()
            rules.screen(one)
            spent.append(time.process_time() - start)
        return min(spent)

    assert cost(16_000) < 10 * cost(4_000) + 0.1
