"""The sieve lets through whatever careful screening finds worth a look, and few posts besides."""

import io
import json
import random
from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nlp.bulk import fold_all
from nlp.normalise import Folded
from nlp.screening import Screener, screen_lines
from nlp.sheet import lay_out
from policies.pack_file import read_pack
from records.finding import Finding, nothing_in
from records.organisation import Organisation
from records.post import Author, Context, Media, Post
from records.roster import Roster, StaffMember, roster_of
from tests.nlp.conftest import TODAY
from tests.nlp.test_disguises import SURFACES
from tests.nlp.test_screening import ODD

QUIET = [
    "Nice weather for the allotment today",
    "RT @somebody: grace and hope, may the law be with you!! #MondayMood https://t.co/aB3xYz9",
    "Soooo tired, 4 me it's 2 late :( | caf\u00e9 \u2019n\u2019 chips \u2026 \U0001f621",
    "I a m so b o r e d of this f**king s*it (see [1]) \\o/",
    "Sch\u00f6ne Gr\u00fc\u00dfe aus M\u00fcnchen, \u043f\u043e\u043a\u0430",
]
NAMED = [
    *("Fiona MacLeod", "Kenneth Wotherspoon", "Ms Auchterlonie", "G. Law", "Law, Grace"),
    *(
        "@fi_macleod",
        "Alasdair O'Neil",
        "Agnieszka W\u00f3jcik",
        "Rab Fairgrieve",
        "Zainab Haldane",
    ),
    *("SEO", "seo.example", "0131 496 0000", "@SEO_Scot", "Scottish Example Ombudsman"),
    *("Fiona Macleot", "Kennet Wotherspoon", "Margaret Tweedy Lamont", "Mhairi Crookshank"),
]
LOOKS_LIKE = {
    "a": "4@\u0430\u00e1", "e": "3\u20ac\u0435", "i": "1!|\u0456", "o": "0\u043e", "s": "5$",
    "l": "1|!", "t": "7+", "b": "8", "g": "9", "c": "\u0441(",
}  # fmt: skip


def disguised(name: str, by: random.Random) -> str:
    """One or two disguises of a name, more or less likely to be seen through."""
    place = by.randrange(len(name))
    choices = [
        "".join(by.choice(LOOKS_LIKE.get(one.lower(), one)) for one in name),
        name[:place] + by.choice("*#%^'_-.\u200b\x00") + name[place + 1 :],
        name[:place] + by.choice("abehlz'* ") + name[place:],
        name[:place] + name[place] * by.choice([2, 3, 7]) + name[place + 1 :],
        by.choice([" ", ".", "-", " . ", "*", "|", "\U0001f621", "@ "]).join(name),
        name.replace(" ", by.choice(["", "_", " the idiot ", ' "x" ', "/", ", ", "\n", "\u00a0"])),
        "#" + name.title().replace(" ", ""),
        "#JusticeFor" + name.replace(" ", "") + "Now",
        name.upper(),
        name.swapcase(),
        by.choice("!@$|+#*([<") + name + by.choice("!@$|+#*)]>7"),
        "The" + name + "Files",
    ]
    return by.choice(choices)


@st.composite
def posts(draw: st.DrawFn) -> Post:
    by = random.Random(draw(st.integers(0, 2**32)))
    name = by.choice(NAMED)
    surface = name if by.random() < 0.2 else disguised(name, by)
    surface = disguised(surface, by) if by.random() < 0.3 else surface
    quiet = by.choice(QUIET)
    place = by.randrange(len(quiet) + 1)
    glue = by.choice([" ", " ", "", "!", "\n", '"', "\x7f", draw(st.text(max_size=2))])
    behind = by.choice([" ", "", "!", "'s", "."])
    text = f"{quiet[:place]}{glue}{surface}{behind}{quiet[place:]}"
    return by.choice(
        [
            Post.model_construct(id="1", source="x", text=text),
            Post.model_construct(id="1", source="x", text=quiet, context=Context(title=text)),
            Post.model_construct(id="1", source="x", text="", context=Context(parent_text=text)),
            Post.model_construct(id="1", source="x", text="", context=Context(community=text)),
            Post.model_construct(id="1", source="x", text=quiet, media=(Media(alt=text),)),
            Post.model_construct(id="1", source="x", text=quiet, author=Author(handle=text)),
        ]
    )


def overlooked(screener: Screener, batch: Sequence[Post]) -> list[str]:
    """Texts worth a look that the sieve keeps back."""
    through = screener.suspects(batch)
    return [
        lay_out(post).text
        for number, post in enumerate(batch)
        if number not in through and screener._matcher.search(lay_out(post).text).worth_a_look
    ]


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(posts(), min_size=1, max_size=12))
def test_no_name_in_any_disguise_is_kept_back(screener: Screener, batch: list[Post]) -> None:
    assert overlooked(screener, batch) == []


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.one_of(
            st.text(st.characters(), max_size=6),
            st.text("fionamcled14!|@$*+#' .I\x7f\u0456\u0444", max_size=12),
            st.sampled_from([*NAMED, *SURFACES]),
        ),
        min_size=1,
        max_size=8,
    )
)
@example(["f!ona!!!macleod", "F I O N A", "f @ o"])
def test_whatever_stands_around_a_name_it_is_not_kept_back(
    screener: Screener, pieces: list[str]
) -> None:
    texts = ["".join(pieces), " ".join(pieces), *pieces]
    batch = [Post.model_construct(id="1", source="x", text=text) for text in texts]
    assert overlooked(screener, batch) == []


@pytest.mark.parametrize("surface", [*SURFACES, *NAMED])
def test_each_known_disguise_passes_the_sieve(screener: Screener, surface: str) -> None:
    batch = [
        Post(id="1", source="x", text=text)
        for text in (surface, *(f"{quiet} {surface}, {quiet}" for quiet in QUIET))
    ]
    assert overlooked(screener, batch) == []


def test_posts_that_name_nobody_are_kept_back(screener: Screener) -> None:
    texts = [QUIET[0], QUIET[2], "I a m so b o r e d", "The law of grace, may it be", "m*sic 4 all"]
    batch = [Post(id=str(number), source="x", text=text) for number, text in enumerate(texts)]
    assert screener.suspects(batch) == set()


def test_a_post_does_not_borrow_its_neighbours_words(screener: Screener) -> None:
    texts = ["Well, Fiona", "MacLeod it is", "the S", "E", "O"]
    batch = [Post(id="1", source="x", text=text) for text in texts]
    assert screener.suspects(batch) == set()


def test_a_name_in_another_script_passes_the_sieve(organisation: Organisation) -> None:
    roster = roster_of(
        [StaffMember("s1", "\u0641\u064a\u0648\u0646\u0627 \u0645\u0643\u0644\u0648\u062f")]
    )
    screener = Screener(organisation, roster, read_pack("spso"), None, None, today=TODAY)
    batch = [Post(id="1", source="x", text=f"so {name}!") for name in (roster["s1"].full_name, "x")]
    assert overlooked(screener, batch) == []
    assert screener.suspects(batch) == {0}


def test_an_empty_roster_lets_only_the_body_through(organisation: Organisation) -> None:
    screener = Screener(organisation, roster_of([]), read_pack("spso"), None, None, today=TODAY)
    batch = [Post(id="1", source="x", text=text) for text in ("Fiona MacLeod", "the SEO", "")]
    assert screener.suspects(batch) == {1}


def test_a_leaver_is_no_longer_looked_for(organisation: Organisation, roster: Roster) -> None:
    screener = Screener(organisation, roster, read_pack("spso"), None, today=date(2031, 1, 1))
    assert screener.suspects([Post(id="1", source="x", text="Eilidh Drummond waved")]) == set()


def test_odd_texts_end_as_they_do_one_by_one(rules: Screener) -> None:
    batch = [Post.model_construct(id=str(n), source="x", text=text) for n, text in enumerate(ODD)]
    assert list(rules.screen_many(batch)) == [rules.screen(post) for post in batch]


@given(st.lists(st.text(st.characters(), max_size=40), min_size=1, max_size=10))
def test_many_texts_fold_to_what_each_folds_to(texts: list[str]) -> None:
    folds = fold_all(texts)
    for turn, number in enumerate(folds.order.tolist()):
        alone = " ".join(Folded(texts[number].replace("\x7f", "\x00")).text.split())
        if alone.isascii() and "..." not in alone and max(texts[number], default="") < "\ud800":
            assert " ".join(folds.text(turn).split()) == alone


def test_findings_come_in_the_order_of_the_posts_however_many(screener: Screener) -> None:
    batch = [
        Post(id=f"p{number}", source="x", text="SEO" if number % 700 == 0 else "quiet")
        for number in range(3000)
    ]
    findings = list(screener.screen_many(iter(batch)))
    assert [finding.post_id for finding in findings] == [post.id for post in batch]
    assert [number for number, one in enumerate(findings) if one.organisation] == [
        number for number in range(3000) if number % 700 == 0
    ]


class OneByOne:
    """Screens every post carefully."""

    def __init__(self, screener: Screener) -> None:
        self.screen = screener.screen

    def suspects(self, batch: Sequence[Post]) -> set[int]:
        return set(range(len(batch)))


@pytest.mark.parametrize("everything", [True, False])
def test_the_lines_written_are_those_of_careful_screening_alone(
    screener: Screener, everything: bool
) -> None:
    texts = [*QUIET, *NAMED, *SURFACES, "\ud83d SEO"]
    lines = "".join(
        json.dumps({"id": f'{n} "\\\u2028\n\x01\x7f\u00e9/<', "source": "x", "text": text}) + "\n"
        for n, text in enumerate(texts)
    ).encode()
    written: list[list[str]] = []
    for one in (screener, OneByOne(screener)):
        out: list[str] = []
        screen_lines(
            one,
            [("-", io.BytesIO(lines))],
            everything=everything,
            out=out.append,
            complain=out.append,
        )
        written.append(out)
    assert written[0] == written[1]
    assert len(written[0]) > 10


@given(st.text())
def test_nothing_found_is_written_like_any_finding(post_id: str) -> None:
    one, other = nothing_in(post_id), Finding.model_construct(post_id=post_id)
    assert one == other
    assert one.model_fields_set == other.model_fields_set
    assert one.model_copy(update={"severity": "low"}).severity == "low"
    assert one.categories == ()
