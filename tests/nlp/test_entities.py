"""What the shipped reader of names takes a name for, and that it is the one that was shipped."""

import shutil
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

import namewatch.practice
from namewatch.cli import app
from nlp.entities import FOLDER, SPACY, SpacyEntityReader, label_at, shipped
from nlp.errors import NamesModelDamagedError

FILES = Path(namewatch.practice.__file__).parent / "files"

CASES = [
    # a person, however it is written
    ("Spoke to Catriona Bell at the ombudsman, no answer yet", "Catriona Bell", "person"),
    ("that catriona bell never answers her phone", "catriona bell", "person"),
    ("WHY HAS CATRIONA BELL NOT REPLIED", "CATRIONA BELL", "person"),
    ("letter fae Catriona Bell the day, says naw", "Catriona Bell", "person"),
    ("@StrathorranCouncil tell Catriona Bell to pick up", "Catriona Bell", "person"),
    ("my case officer is Sunita Lamont and she is lovely", "Sunita Lamont", "person"),
    # a street, a place, a boat
    ("No parking on Lamont Street again today", "Lamont", "other"),
    ("the bus doesn't stop at Bell Road", "Bell", "other"),
    ("MV Catriona Bell is off because of the swell", "Catriona Bell", "other"),
]

NOT_A_PERSON = [
    ("I hope they answer soon", "hope"),
    ("Hope you are all well", "Hope"),
    ("they may close the library", "may"),
    ("will they ever lift the bins", "will"),
    ("the rose bushes are out", "rose"),
    ("Bell & Sons did our roof", "Bell"),
    ("Lamont Thistle lost again", "Lamont"),
]


@pytest.mark.parametrize(("text", "name", "label"), CASES)
def test_a_name_is_taken_for_what_it_is(text: str, name: str, label: str) -> None:
    start = text.index(name)
    assert label_at(SPACY, text, start, start + len(name)) == label


@pytest.mark.parametrize(("text", "name"), NOT_A_PERSON)
def test_what_only_looks_like_a_name_is_no_person(text: str, name: str) -> None:
    start = text.index(name)
    assert label_at(SPACY, text, start, start + len(name)) != "person"


def test_a_name_deep_in_a_long_text_is_read_at_its_place() -> None:
    text = "The rain came down on the pier. " * 500 + "Spoke to Catriona Bell about it."
    start = text.index("Catriona")
    assert label_at(SPACY, text, start, start + len("Catriona Bell")) == "person"


@pytest.mark.parametrize("text", ["", "   ", "\x00", "🎉" * 300, "İ İ İ", "a" * 5000])
def test_odd_texts_are_read_without_a_fault(text: str) -> None:
    assert all(0 <= one.start < one.end <= len(text) for one in SPACY.read(text))


def test_words_that_were_read_are_forgotten() -> None:
    reader = SpacyEntityReader(partial(shipped, FOLDER))
    reader.read("The first reading, in ordinary words, of a Scottish council.")
    assert reader._language is not None
    before = len(reader._language.vocab.strings)
    for number in range(200):
        reader.read(f"catriona{number} bell{number}x")
    assert len(reader._language.vocab.strings) == before


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "names_model"))


def test_the_shipped_model_is_small_and_keeps_no_words_of_the_posts(copy: Path) -> None:
    assert sum(one.stat().st_size for one in copy.rglob("*")) < 20_000_000
    assert (copy / "vocab" / "strings.json").read_text(encoding="utf-8").split() == ["[]"]


@pytest.mark.parametrize("name", ["ner/model", "model.toml", "tokenizer"])
def test_a_missing_file_is_told_in_one_sentence(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(NamesModelDamagedError, match=rf"\(nlp/names_model/{name}\)"):
        SpacyEntityReader(partial(shipped, copy)).warm()


@pytest.mark.parametrize("name", ["ner/model", "ner/moves", "vocab/lookups.bin", "config.cfg"])
def test_one_changed_byte_is_noticed(copy: Path, name: str) -> None:
    changed = bytearray((copy / name).read_bytes())
    changed[len(changed) // 2] ^= 1
    (copy / name).write_bytes(changed)
    with pytest.raises(NamesModelDamagedError, match="missing or damaged"):
        SpacyEntityReader(partial(shipped, copy)).warm()


def test_a_manifest_without_sums_is_no_manifest(copy: Path) -> None:
    (copy / "model.toml").write_text("", encoding="utf-8")
    with pytest.raises(NamesModelDamagedError, match=r"model\.toml"):
        shipped(copy)


def test_a_damaged_model_ends_the_command_with_one_sentence(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (copy / "ner" / "model").write_bytes(b"")
    monkeypatch.setattr(SPACY, "_language", None)
    monkeypatch.setattr(SPACY, "_load", partial(shipped, copy))
    organisation, roster = str(FILES / "organisation.toml"), str(FILES / "roster.csv")
    body = ["--organisation", organisation, "--roster", roster]
    told = CliRunner().invoke(app, ["explain", "what has Isobel Fairweather-Oyne done now", *body])
    assert told.exit_code == 2
    assert told.stderr == (
        "namewatch: The model for names is missing or damaged (nlp/names_model/ner/model). "
        "Install namewatch again, or go on without the model by --rules-only.\n"
    )
