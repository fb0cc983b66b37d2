"""The words of every form for a step, read from step_words.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType

from casework.kinds import KINDS

ACTING = "acting"
"""The table of what every step asks that does something outside."""
YES_OR_NO: Mapping[str, str] = MappingProxyType({"yes": "Yes", "no": "No"})


@dataclass(frozen=True, slots=True)
class PartWords:
    """One question; `options` are in the order of the form, `clause` is behind it alone."""

    ask: str
    hint: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    clause: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepWords:
    """One form; `first` is the question that has a page of its own."""

    heading: str
    done: str
    parts: Mapping[str, PartWords]
    lead: str = ""
    first: str = ""
    check: bool = False


@cache
def step_words() -> Mapping[str, StepWords]:
    """The words of each kind of step."""
    text = (resources.files("console") / "step_words.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    acting = _parts(tables.pop(ACTING)["parts"])
    return MappingProxyType({name: _step(name, table, acting) for name, table in tables.items()})


def _step(name: str, table: dict[str, object], acting: dict[str, PartWords]) -> StepWords:
    parts = _parts(table.pop("parts"))
    if KINDS[name].acts:
        parts |= acting
    return StepWords(parts=parts, **table)  # type: ignore[arg-type]


def _parts(tables: object) -> dict[str, PartWords]:
    assert isinstance(tables, dict)
    return {
        name: PartWords(**{**table, "clause": tuple(table.get("clause", ()))})
        for name, table in tables.items()
    }
