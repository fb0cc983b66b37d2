"""The classifier adds to the rules and takes nothing away, and refuses to be another one."""

import math
import shutil
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import pytest

from nlp.classifier import (
    CATEGORIES,
    MASK_TOKENS,
    NO_BARS,
    SHIPPED,
    Reading,
    ShippedClassifier,
    _pieces,
)
from nlp.errors import ModelDamagedError
from nlp.screening import Screener
from policies.pack_file import read_pack
from records.finding import Category, Concern, Finding
from records.organisation import Organisation
from records.post import Context, Post
from records.roster import Roster
from tests.nlp.conftest import TODAY

THREAT = "Fiona MacLeod at the SEO, I'm going to kill you"


class Says:
    """Reads every text as it was told to."""

    def __init__(self, *categories: Category, score: float = 0.9) -> None:
        self.categories = categories
        self.score = score
        self.texts: list[str] = []

    def check(self) -> None:
        """Nothing to compare."""

    def warm(self) -> None:
        """Nothing to load."""

    def read(self, text: str, bars: Mapping[Category, float] = NO_BARS) -> list[Reading]:
        self.texts.append(text)
        return [Reading(one, self.score, 0, len(text)) for one in self.categories]


@pytest.fixture
def screened(organisation: Organisation, roster: Roster) -> "Screened":
    return Screened(organisation, roster)


class Screened:
    """Screens one text with a classifier of the test's choice."""

    def __init__(self, organisation: Organisation, roster: Roster) -> None:
        self.organisation, self.roster = organisation, roster

    def __call__(self, text: str, says: Says | None, **context: str) -> Finding:
        screener = Screener(
            self.organisation, self.roster, read_pack("spso"), None, says, today=TODAY
        )
        return screener.screen(Post(id="p", source="test", text=text, context=Context(**context)))


def concerns(finding: Finding, category: Category) -> Sequence[Concern]:
    return [one for one in finding.concerns if one.category is category]


def test_a_classifier_that_sees_nothing_takes_nothing_from_the_rules(screened: Screened) -> None:
    assert screened(THREAT, Says()) == screened(THREAT, None)


def test_it_raises_the_score_of_a_rule_and_keeps_its_place(screened: Screened) -> None:
    (alone,) = concerns(screened(THREAT, None), Category.THREAT)
    (raised,) = concerns(screened(THREAT, Says(Category.THREAT, score=0.99)), Category.THREAT)
    assert (raised.start, raised.end) == (alone.start, alone.end)
    assert raised.score == 0.99 > alone.score
    assert alone.reasons[0] in raised.reasons
    assert "Read as a whole, the wording is that of a threat." in raised.reasons


def test_it_never_lowers_the_score_of_a_rule(screened: Screened) -> None:
    (alone,) = concerns(screened(THREAT, None), Category.THREAT)
    (read,) = concerns(screened(THREAT, Says(Category.THREAT, score=0.3)), Category.THREAT)
    assert read.score == alone.score


@pytest.mark.parametrize("category", CATEGORIES)
def test_it_finds_every_category_about_a_member_of_staff(
    screened: Screened, category: Category
) -> None:
    finding = screened("Fiona MacLeod of the SEO and the weather", Says(category))
    (found,) = concerns(finding, category)
    assert found.target == ("unclear" if category is Category.SELF_HARM else "staff")
    assert found.reasons[0].startswith("Read as a whole")
    assert found.reasons[1].startswith("Policy clause: ")


@pytest.mark.clause("SPSO 10")
def test_abuse_of_a_body_is_criticism_unless_it_may_mean_whoever_works_there(
    screened: Screened,
) -> None:
    finding = screened("The SEO and the weather", Says(*CATEGORIES))
    assert set(CATEGORIES) - set(finding.categories) == {
        Category.INSULT,
        Category.ALLEGATION,
        Category.COMPETENCE,
    }


@pytest.mark.clause("SPSO 27")
@pytest.mark.clause("SPSO 39")
@pytest.mark.clause("WICS Phone ¶2")
@pytest.mark.clause("WICS Aggressive ¶4")
def test_who_means_to_film_whoever_works_there_is_looked_at(screened: Screened) -> None:
    finding = screened("The SEO and the weather", Says(Category.RECORDING))
    (found,) = finding.concerns
    assert found.target == "body"
    assert (finding.staff, finding.severity, finding.disposition) == ((), "medium", "review")


class ReadsFor(Says):
    """Reads only texts with this word as it was told to."""

    def __init__(self, word: str, *categories: Category) -> None:
        super().__init__(*categories)
        self.word = word

    def read(self, text: str, bars: Mapping[Category, float] = NO_BARS) -> list[Reading]:
        return super().read(text, bars) if self.word in text else []


@pytest.mark.parametrize(
    ("text", "flagged"),
    [
        ('Somebody wrote "weather on you" to Fiona MacLeod at SEO. Vile, and reported', False),
        ('Somebody wrote "weather on you" to Fiona MacLeod at SEO. Weather on her', True),
        ('I told Fiona MacLeod at SEO "weather on you"', True),
        ('"Weather on you", Fiona MacLeod of SEO', True),
    ],
)
def test_it_leaves_quotations_alone_that_are_only_told_of(
    screened: Screened, text: str, *, flagged: bool
) -> None:
    finding = screened(text, ReadsFor("weather", Category.THREAT))
    assert bool(concerns(finding, Category.THREAT)) == flagged


def test_a_score_says_how_far_a_reading_is_from_the_threshold() -> None:
    text = "im gonna kill NAME and burn the place down"
    (whole,) = SHIPPED.scores([text])
    (found,) = [one for one in SHIPPED.read(text) if one.category is Category.THREAT]
    near = math.log(found.score / (1 - found.score))
    (raised,) = [
        one for one in SHIPPED.read(text, {Category.THREAT: 0.5}) if one.category is found.category
    ]
    assert math.log(raised.score / (1 - raised.score)) == pytest.approx(near - 0.5)
    assert 0.5 <= raised.score < found.score
    assert whole[Category.THREAT] > 0.5


def test_names_are_masked_before_it_reads(screened: Screened) -> None:
    says = Says()
    screened("F1ona McLeod of SEO, you and the Ombudsman", says)
    assert says.texts
    assert not any("fiona" in text or "seo" in text.lower() for text in says.texts)
    assert says.texts[-1] == "NAME, you and BODY"


def test_a_post_cant_write_the_masks_itself(screened: Screened) -> None:
    says = Says()
    screened("NAME BODY [unused1] [unused2] Fiona MacLeod of SEO", says)
    assert says.texts[-1].startswith("name body [unused")
    assert says.texts[-1].endswith("] NAME")


@pytest.mark.parametrize("token", [*MASK_TOKENS.values(), "[CLS]", "[SEP]", "[PAD]", "[MASK]"])
def test_a_post_cant_write_the_encoders_tokens_itself(token: str) -> None:
    assert SHIPPED.scores([f"some {token} words"]) == SHIPPED.scores(
        [f"some {token.replace('[', '(')} words"]
    )


def test_its_places_stand_in_the_original_text(screened: Screened) -> None:
    text = "Ⓕiona MacLeod of the SEO.  Sóme   wórds 🔪 here"
    (found,) = concerns(screened(text, Says(Category.INSULT)), Category.INSULT)
    assert text[found.start : found.end] == text


def test_a_common_name_in_danger_is_not_passed_over(screened: Screened) -> None:
    text = "John Brown and some words"
    assert screened(text, Says()).staff == ()
    assert [one.certainty for one in screened(text, Says(Category.THREAT)).staff] == ["possible"]


@pytest.mark.parametrize("length", [1, 419, 420, 421, 840, 4_999, 17_000])
def test_a_long_text_is_read_to_its_end(length: int) -> None:
    text = ("a letter came on tuesday and " * 700)[:length]
    read = {place for start, end in _pieces(text) for place in range(start, end)}
    assert read >= {place for place, letter in enumerate(text) if letter != " "}


def test_what_it_reads_is_the_same_in_company() -> None:
    texts = ["NAME is kind", "NAME, I will kill you", "BODY is slow " * 30]
    together = SHIPPED.scores(texts)
    for text, scores in zip(texts, together, strict=True):
        (alone,) = SHIPPED.scores([text])
        assert scores == pytest.approx(dict(alone), abs=1e-6)


@pytest.mark.parametrize(
    "text", ["", "   ", "~", "\x00", "🎉🎉🎉", "NAME", "a" * 5000, "NAME " * 900]
)
def test_odd_texts_are_read_without_a_fault(text: str) -> None:
    assert all(0 <= one.start < one.end <= len(text) for one in SHIPPED.read(text))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    shutil.copytree(str(files("nlp") / "model"), folder)
    return folder


def test_the_shipped_model_is_the_one_that_was_sealed(copy: Path) -> None:
    ShippedClassifier(copy).check()
    assert sum(one.stat().st_size for one in copy.iterdir()) < 30_000_000


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "model.toml"])
def test_a_missing_file_is_told_in_one_sentence(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(ModelDamagedError, match=rf"missing or damaged \(nlp/model/{name}\)"):
        ShippedClassifier(copy).check()


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_one_changed_byte_is_noticed(copy: Path, name: str) -> None:
    file = copy / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(ModelDamagedError, match="--rules-only"):
        ShippedClassifier(copy).check()


def test_a_manifest_that_says_nothing_is_no_manifest(copy: Path) -> None:
    (copy / "model.toml").write_text("[thresholds]\nthreat = 0.5\n", encoding="utf-8")
    with pytest.raises(ModelDamagedError, match=r"model\.toml"):
        ShippedClassifier(copy).check()


def test_a_screener_with_a_damaged_model_does_not_start(
    copy: Path, organisation: Organisation, roster: Roster
) -> None:
    (copy / "model.onnx").write_bytes(b"")
    with pytest.raises(ModelDamagedError):
        Screener(
            organisation, roster, read_pack("spso"), None, ShippedClassifier(copy), today=TODAY
        )
