"""The rules of nlp/rules/*.toml, read once and checked."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nlp.errors import RulesInvalidError
from records.finding import Category, Target

FILES = (
    "threat", "violence", "doxxing", "targeting", "recording", "discriminatory", "insult",
    "allegation", "competence", "self_harm",
)  # fmt: skip

_SHARED_WORD = re.compile(r"%([a-z_]+)%")


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern over a masked text, and what it means when it fits."""

    name: str
    category: Category
    pattern: re.Pattern[str]
    needs: re.Pattern[str] | None
    score: float
    reason: str
    target: Target | None

    def matches(self, text: str) -> list[re.Match[str]]:
        """Every place in the text where the rule fits."""
        found = self.pattern.finditer(text)
        return [match for match in found if self.needs is None or self.needs.search(match[0])]


@dataclass(frozen=True, slots=True)
class SetAside:
    """Patterns of what looks like harm and is none."""

    idioms: re.Pattern[str]
    reported: re.Pattern[str]
    condemned: re.Pattern[str]
    own_voice: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules, and what is set aside before and after them."""

    rules: tuple[Rule, ...]
    set_aside: SetAside


class _RuleRow(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    pattern: str
    needs: str = ""
    score: float = Field(gt=0, le=1)
    reason: str


class _RuleFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    category: Category
    target: Target | None = None
    rule: list[_RuleRow]


@cache
def rulebook() -> Rulebook:
    """The project's own rules; raises RulesInvalidError when a table is not in order."""
    words = _shared_words()
    try:
        rules = tuple(rule for name in FILES for rule in _rules(_table(name), words))
        return Rulebook(rules, _set_aside(words))
    except (ValidationError, re.error, KeyError, tomllib.TOMLDecodeError) as error:
        raise RulesInvalidError(f"A table of language rules is not in order ({error}).") from error


def _rules(table: dict[str, Any], words: dict[str, str]) -> list[Rule]:
    file = _RuleFile.model_validate(table)
    return [
        Rule(
            name=row.name,
            category=file.category,
            pattern=_compiled(row.pattern, words),
            needs=_compiled(row.needs, words) if row.needs else None,
            score=row.score,
            reason=row.reason,
            target=file.target,
        )
        for row in file.rule
    ]


def _set_aside(words: dict[str, str]) -> SetAside:
    table = _table("set_aside")
    return SetAside(**{name: _compiled("|".join(rows), words) for name, rows in table.items()})


def _compiled(pattern: str, words: dict[str, str]) -> re.Pattern[str]:
    """Compile a rule, which starts at the start of a word."""
    return re.compile(rf"(?<![A-Za-z0-9'])(?:{_filled(pattern, words)})")


def _filled(pattern: str, words: dict[str, str]) -> str:
    while _SHARED_WORD.search(pattern):
        pattern = _SHARED_WORD.sub(lambda found: words[found[1]], pattern)
    return pattern


def _shared_words() -> dict[str, str]:
    return {name: str(text) for name, text in _table("words").items()}


def _table(name: str) -> dict[str, Any]:
    text = (resources.files("nlp.rules") / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
