"""The words of alerts, from one file that anybody can read: fixed sentences and three fields."""

from functools import cache
from importlib import resources
from pathlib import Path
from string import Formatter
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from records.alert import AlertKind
from records.toml_file import check_against, read_toml

BUTTONS = ("seen", "told", "pass_on", "open")
_FIELDS = {"reference", "when", "count"}


def _only_known_fields(sentence: str) -> str:
    """Refuse any other field, so that no wording can let a name or a quote in."""
    for _, field, form, conversion in Formatter().parse(sentence):
        if field is not None and (field not in _FIELDS or form or conversion):
            raise ValueError(f"only {{{'}, {'.join(sorted(_FIELDS))}}} may stand in braces")
    return sentence


Sentence = Annotated[str, AfterValidator(_only_known_fields)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TestWords(_Table):
    """What a test says."""

    __test__ = False  # no test of pytest's

    opening: Sentence
    steps: tuple[Sentence, ...]


class SaidWords(_Table):
    """What is asked when the person named has said something."""

    steps: tuple[Sentence, ...]


class BodyWords(_Table):
    """What stands around the pack's own sentences in a mail."""

    asked: Sentence
    reference: Sentence
    record: Sentence
    tested: Sentence
    count: Sentence
    repeat: Sentence
    forward: Sentence
    page: Sentence


class NudgeWords(_Table):
    """What only sends its reader elsewhere."""

    text: Sentence
    room: Sentence


class ButtonWords(_Table):
    """A button; with `sure`, what is asked before the press counts."""

    label: Sentence
    sure: Sentence = ""
    yes: Sentence = "Yes"
    no: Sentence = "No"


class Wording(_Table):
    """All of it."""

    subject: dict[AlertKind, Sentence]
    lead: dict[AlertKind, Sentence]
    test: TestWords
    said: SaidWords
    body: BodyWords
    nudge: NudgeWords
    buttons: dict[str, ButtonWords]

    @model_validator(mode="after")
    def _every_kind_has_its_words(self) -> "Wording":
        for kind in AlertKind:
            if kind not in self.subject or kind not in self.lead:
                raise ValueError(f'"{kind}" has no words')
        for button in BUTTONS:
            if button not in self.buttons:
                raise ValueError(f"the button {button} has no words")
        return self


@cache
def wording() -> Wording:
    """The words that are shipped."""
    with resources.as_file(resources.files("alerts") / "wording.toml") as file:
        return read_wording(file)


def read_wording(file: Path) -> Wording:
    """The words in a file; raises ConfigurationError with file and line."""
    return check_against(Wording, read_toml(file), file)
